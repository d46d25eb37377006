"""How numbers are written does not matter, nor how large they are."""

from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Channel, Match, Operation, SetLevel, Walk
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, require_fired, within
from venueproof_suite.oracles import converged_book, instrument_with

# Another spelling of the same number: what to find, and what stands there instead.
FORMS = {
    "scientific": (r'"(\d+)\.(\d)(\d*)"', r'"\1\2.\3E-1"'),
    "short": (r'(?:(\.\d*[1-9])|\.)0+(?=")', r"\1"),
    "long": (r'(\.\d+)(?=")', r"\g<1>0000000000"),
}
# One more than a binary fraction of 64 bits can tell from its neighbour.
_LARGE = Decimal(2**53 + 1)


@case(
    "books/numbers/form-does-not-matter",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.precision],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    variants=FORMS,
)
async def test_form_of_numbers_does_not_matter(
    market: PublicConnector,
    world: World,
    connector_declaration: Connector,
    variant: tuple[str, str],
) -> None:
    """A book is the same whether its numbers are written with an exponent, without zeros or with more of them.

    Venues change how they print numbers without a word; a price that is read ten times too high is an order.
    """
    symbol = (await instrument_with(world, "smallest-tick")).symbol
    pattern, replacement = variant
    edited = [
        await world.fault(
            "edit_text",
            match=match,
            count=None,
            where=where,
            pattern=pattern,
            replacement=replacement,
        )
        for where, match in (
            ("reply", Match(operation=Operation.ORDER_BOOK)),
            ("event", Match(channel=Channel.ORDER_BOOK)),
        )
    ]
    async with market.stream_order_book(symbol) as books:
        await within(anext(books), "the first book")
        await world.market(Walk(symbol=symbol, steps=20))
        await converged_book(world, books, symbol, projection=connector_declaration.projection)
        for fault in edited:
            await require_fired(fault)


@case(
    "books/numbers/large-quantities-are-exact",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.precision],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
)
async def test_large_quantities_are_exact(
    market: PublicConnector, world: World, connector_declaration: Connector
) -> None:
    """A quantity of sixteen digits is the venue's to the last one.

    Coins worth a millionth of a cent are traded by the quadrillion, and binary fractions lose the last digits.
    """
    symbol = (await instrument_with(world, "smallest-tick")).symbol
    price, _ = (await world.truth.book(symbol)).bids[1]
    async with market.stream_order_book(symbol) as books:
        await within(anext(books), "the first book")
        await world.market(SetLevel(symbol=symbol, side="BUY", price=price, quantity=_LARGE))
        await converged_book(world, books, symbol, projection=connector_declaration.projection)
