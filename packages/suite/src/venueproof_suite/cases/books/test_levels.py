"""What a zero means."""

from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Channel, Match, SetLevel
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, require_fired, within
from venueproof_suite.oracles import converged_book


@case(
    "books/zero/removes-the-level",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.book_levels],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    variants={"as-always": "", "bare": "0", "short": "0.0", "negative": "-0.00000000"},
    source="https://github.com/LUCIT-Systems-and-Development/unicorn-binance-local-depth-cache/blob/HEAD/CHANGELOG.md",
)
async def test_zero_removes_the_level(
    market: PublicConnector,
    world: World,
    symbol: str,
    connector_declaration: Connector,
    variant: str,
) -> None:
    """A quantity of zero takes its level away, in whatever form the zero is written.

    A level that is shown after it has gone is the best price of a market that nobody makes.
    """
    async with market.stream_order_book(symbol) as books:
        await within(anext(books), "the first book")
        if variant:
            zero = await world.fault(
                "edit_text",
                match=Match(channel=Channel.ORDER_BOOK),
                count=None,
                where="event",
                pattern=r'(?<=")0(\.0+)?(?=")',
                replacement=variant,
            )
        truth = await world.truth.book(symbol)
        best, deep = truth.bids[0][0], truth.asks[30][0]
        await world.market(SetLevel(symbol=symbol, side="BUY", price=best, quantity=Decimal(0)))
        await world.market(SetLevel(symbol=symbol, side="SELL", price=deep, quantity=Decimal(0)))
        await converged_book(world, books, symbol, projection=connector_declaration.projection)
        if variant:
            await require_fired(zero)


@case(
    "books/zero/for-an-unknown-level-is-harmless",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.book_levels],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
)
async def test_zero_for_an_unknown_level_is_harmless(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """The removal of a level that the book does not have changes nothing.

    Venues announce the end of levels that came and went between two updates, or lay beyond the snapshot.
    """
    async with market.stream_order_book(symbol) as books:
        await within(anext(books), "the first book")
        truth = await world.truth.book(symbol)
        lowest, quantity = truth.bids[-1]
        tick = truth.asks[0][0] - truth.bids[0][0]
        fleeting = SetLevel(symbol=symbol, side="BUY", price=lowest - 3 * tick, quantity=quantity)
        gone = fleeting.model_copy(update={"quantity": Decimal(0)})
        await world.market(fleeting, gone)
        known = SetLevel(symbol=symbol, side="BUY", price=truth.bids[1][0], quantity=quantity * 2)
        await world.market(known)
        await converged_book(world, books, symbol, projection=connector_declaration.projection)
