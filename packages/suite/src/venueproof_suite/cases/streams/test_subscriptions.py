"""Asking for streams, leaving them, and what cannot be read on them."""

import asyncio
from contextlib import AsyncExitStack

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering, VenueError
from venueproof_core.control import Channel, Match, Print, Walk
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
    "streams/subscription/one-refusal-leaves-the-others",
    level=Level.MUST,
    needs=[Capabilities.live_subscriptions, Capabilities.public_trades],
    hunts=[BugClass.subscription_protocol],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    source="https://github.com/nautechsystems/nautilus_trader/blob/a95c8042b0/RELEASES.md",
)
async def test_one_refusal_leaves_the_others(
    market: PublicConnector, world: World, symbols: list[str]
) -> None:
    """Of streams that are opened together, the one that the venue refuses fails, and the others deliver.

    Answers that are booked to the wrong stream make a dead one look alive, and a living one dead.
    """
    *good, bad = symbols[:2]
    await world.fault("refuse_subscription", match=_trades_of(bad), count=None)
    async with AsyncExitStack() as stack:
        opening = [
            stack.enter_async_context(market.stream_trades(symbol)) for symbol in (*good, bad)
        ]
        opened = await within(
            asyncio.gather(*opening, return_exceptions=True), "an answer to each subscription"
        )
        outcomes = ["refused" if isinstance(one, VenueError) else "open" for one in opened]
        assert outcomes == ["open", "refused"], f"{[*good, bad]}: {outcomes}"
        for symbol, trades in zip(good, opened, strict=False):
            if isinstance(trades, BaseException):
                raise trades
            lot = next(
                item.lot_size for item in await world.truth.instruments() if item.symbol == symbol
            )
            await world.market(Print(symbol=symbol, side="BUY", quantity=lot))
            trade = await within(anext(trades), f"a trade of {symbol}")
            assert trade.symbol == symbol


@case(
    "streams/subscription/refused-when-restored",
    level=Level.MUST,
    needs=[Capabilities.live_subscriptions, Capabilities.depth_updates, Capabilities.public_trades],
    hunts=[BugClass.subscription_protocol, BugClass.resubscription],
    steering=Steering.CONTROL,
    calls=["stream_order_book", "stream_trades"],
    source="https://github.com/JKorf/Bitfinex.Net/issues/46",
)
async def test_refused_when_restored(
    market: PublicConnector, world: World, symbols: list[str], connector_declaration: Connector
) -> None:
    """A stream that the venue refuses after a cut is told or asked for again, and the others come back.

    Instruments are delisted while everything runs; one name must not keep all the others away.
    """
    one, other = symbols[:2]
    async with market.stream_order_book(one) as books, market.stream_trades(other) as trades:
        await within(anext(books), "the first book")
        live = len({one.id for one in await world.truth.connections() if one.is_open})
        await world.advance_timers(1)  # room for messages, for whoever counts them by its clock
        before = await world.mark()
        refused = await world.fault("refuse_subscription", match=_trades_of(other), count=None)
        await world.fault("close_stream", count=None, code=0)
        await world.wait("closed", since=before, count=live)
        with expect("the connector asks for the trades again"):
            await refused.wait_fired()
        await world.market(Walk(symbol=one, steps=5))
        await converged_book(
            world, books, one, projection=connector_declaration.projection, deadline_s=3
        )
        opened = len(await world.truth.connections())
        await world.market(Walk(symbol=one, steps=5))
        await converged_book(world, books, one, projection=connector_declaration.projection)
        again = len(await world.truth.connections())
        assert again == opened, "it connects again and again because of the one that is refused"
        reading = asyncio.ensure_future(anext(trades))
        try:
            await refused.remove()
            await world.advance_timers(60)
            done, _ = await asyncio.wait({reading}, timeout=0.5)
            if not done:
                with expect("the refusal is told, or the trades are asked for again"):
                    await world.wait("subscribed", match=_trades_of(other), deadline_s=3)
            elif not isinstance(reading.exception(), VenueError):
                violated("the refusal is not told", expected="a VenueError", observed=reading)
        finally:
            reading.cancel()


def _trades_of(symbol: str) -> Match:
    return Match(channel=Channel.TRADES, symbol=symbol)


@case(
    "streams/subscription/messages-keep-the-limit",
    level=Level.MUST,
    needs=[
        Capabilities.live_subscriptions,
        Capabilities.public_trades,
        Capabilities.top_of_book_stream,
        Capabilities.candles,
    ],
    hunts=[BugClass.subscription_protocol, BugClass.rate_limits],
    steering=Steering.CONTROL,
    calls=["stream_trades", "stream_top_of_book", "stream_candles"],
    source="https://github.com/binance/binance-connector-python/blob/HEAD/common/CHANGELOG.md",
)
async def test_messages_keep_the_limit(
    market: PublicConnector, world: World, symbols: list[str]
) -> None:
    """Many streams opened at once, and left at once, stay within the messages that the venue takes.

    One message for each stream is too much for most venues: they close the connection, and with it what it
    carried.
    """
    first, *others = symbols[:5]
    async with market.stream_trades(first), AsyncExitStack() as stack:
        wanted = [
            stream
            for symbol in others
            for stream in (
                market.stream_trades(symbol),
                market.stream_top_of_book(symbol),
                market.stream_candles(symbol, interval_s=60),
            )
        ]
        opening = asyncio.gather(*(stack.enter_async_context(stream) for stream in wanted))
        await within(opening, f"{len(wanted)} streams")
        await stack.aclose()
        with expect("the streams that were left are unsubscribed"):
            await world.wait(
                "connections", match=Match(channel=Channel.CANDLES), count=0, deadline_s=3
            )
        ended = [one.close_code for one in await world.truth.connections() if not one.is_open]
    assert ended == [], f"the venue closed connections with {ended}"


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
    variants={
        "truncated": "truncate",
        "no-json": "brackets",
        "no-number": "edit",
        "no-object": "list",
        "binary": "binary",
    },
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
