"""Asking for streams, leaving them, and what cannot be read on them."""

import asyncio

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering, VenueError
from venueproof_core.control import Channel, Match, Walk
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, expect, violated, within
from venueproof_suite.oracles import converged_book

_TRADES = Match(channel=Channel.TRADES)
_BOOKS = Match(channel=Channel.ORDER_BOOK)


@case(
    "streams/subscription/refusal-is-an-error",
    level=Level.MUST,
    needs=[Capabilities.live_subscriptions, Capabilities.public_trades],
    hunts=[BugClass.subscription_protocol],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    source="https://github.com/binance/binance-connector-python/blob/HEAD/common/CHANGELOG.md",
)
async def test_refusal_is_an_error(market: PublicConnector, world: World, symbol: str) -> None:
    """A subscription that the venue refuses is raised as an error when the stream is opened.

    Without it a typo in a name is a market without trades.
    """
    await world.fault("refuse_subscription", match=_TRADES, count=None)
    try:
        async with asyncio.timeout(3), market.stream_trades(symbol):
            observed = "a stream, as if subscribed"
    except TimeoutError:
        observed = "nothing within 3 s"
    except VenueError:
        return
    violated("a refusal is not told", expected="a VenueError", observed=observed)


@case(
    "streams/subscription/ends-at-the-venue",
    level=Level.MUST,
    needs=[Capabilities.live_subscriptions, Capabilities.depth_updates, Capabilities.public_trades],
    hunts=[BugClass.subscription_protocol, BugClass.resources],
    steering=Steering.CONTROL,
    calls=["stream_trades", "stream_order_book"],
)
async def test_subscription_ends_at_the_venue(
    market: PublicConnector, world: World, symbol: str
) -> None:
    """A stream that is left ends at the venue, and the others go on.

    Streams that nobody reads any more cost bandwidth and count against the venue's limit.
    """
    async with market.stream_order_book(symbol) as books:
        await within(anext(books), "the first book")
        async with market.stream_trades(symbol):
            await world.wait("subscribed", match=_TRADES)
        with expect("the trades are no longer subscribed", expected="0 connections carry trades"):
            await world.wait("connections", match=_TRADES, count=0, deadline_s=2)
        with expect("the book is still subscribed"):
            await world.wait("subscribed", match=_BOOKS, deadline_s=2)


@case(
    "streams/malformed/is-survived",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.error_mapping, BugClass.book_gap],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    variants={"truncated": "truncate", "no-json": "brackets", "no-number": "edit"},
    source="https://github.com/bmoscon/cryptofeed/commit/19bae183",
)
async def test_malformed_event_is_survived(
    market: PublicConnector,
    world: World,
    symbol: str,
    connector_declaration: Connector,
    variant: str,
) -> None:
    """An event that cannot be read is treated as lost: the stream goes on and the book is the venue's again.

    One broken message must not end the day, and what it said must not be guessed.
    """
    projection = connector_declaration.projection
    async with market.stream_order_book(symbol) as books:
        await within(anext(books), "the first book")
        if variant == "edit":
            broken = await world.fault(
                "edit_text", match=_BOOKS, where="event", pattern=r"\d+\.\d+", replacement="1.2.3"
            )
        else:
            broken = await world.fault("garble_event", match=_BOOKS, how=variant)
        await world.market(Walk(symbol=symbol, steps=5))
        await broken.wait_fired()
        shown = None
        for _ in range(2):
            await world.market(Walk(symbol=symbol, steps=5))
            seen = await converged_book(
                world, books, symbol, projection=projection, shown=shown, deadline_s=2
            )
            shown = seen[-1]
