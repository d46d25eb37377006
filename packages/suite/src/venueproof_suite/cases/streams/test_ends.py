"""How streams end, and come back."""

from collections.abc import Callable, Sequence

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Channel, Match, Print, TruthConnection
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, collect_until, expect, violated, within
from venueproof_suite.oracles import converged_book, trades_since, until

_TRADES = Match(channel=Channel.TRADES)
_BOOKS = Match(channel=Channel.ORDER_BOOK)


@case(
    "streams/end/every-subscription-is-restored",
    level=Level.MUST,
    needs=[Capabilities.depth_updates, Capabilities.public_trades],
    hunts=[BugClass.resubscription, BugClass.reconnect_policy],
    steering=Steering.CONTROL,
    calls=["stream_order_book", "stream_trades"],
    variants={
        "close-1000": 1000,
        "close-1001": 1001,
        "close-1008": 1008,
        "close-1012": 1012,
        "cut": 0,
    },
    source="https://github.com/sammchardy/python-binance/commit/6e4364d",
)
async def test_every_subscription_is_restored(
    market: PublicConnector,
    world: World,
    symbol: str,
    connector_declaration: Connector,
    variant: int,
) -> None:
    """After every kind of end, a normal close too, everything that was subscribed is so again.

    A stream that does not come back is silent: nothing tells a quiet market from one that nobody hears.
    """
    async with market.stream_order_book(symbol) as books, market.stream_trades(symbol) as trades:
        await within(anext(books), "the first book")
        live = len({one.id for one in await world.truth.connections() if one.is_open})
        before = await world.mark()
        await world.fault("close_stream", count=None, code=variant)
        await world.wait("closed", since=before, count=live)
        with expect("book and trades are subscribed again"):
            await world.wait("subscribed", match=_BOOKS, deadline_s=3)
            await world.wait("subscribed", match=_TRADES, deadline_s=3)
        lot = (await world.truth.instruments())[0].lot_size
        await world.market(Print(symbol=symbol, side="BUY", quantity=lot))
        await within(anext(trades), "the first trade after the end")
        await converged_book(world, books, symbol, projection=connector_declaration.projection)


@case(
    "streams/end/leaves-one-connection",
    level=Level.MUST,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.reconnect_policy, BugClass.resources],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
)
async def test_end_leaves_one_connection(
    market: PublicConnector, world: World, symbol: str
) -> None:
    """Each cut is followed by one new connection, and only one is alive.

    Two sockets deliver every trade twice; sockets that are never closed end at the venue's limit.
    """
    async with market.stream_trades(symbol):
        for cuts in (1, 2):
            before = await world.mark()
            await world.fault("close_stream", match=_TRADES, code=0)
            await world.wait("closed", since=before)
            with expect("the trades are subscribed again"):
                await world.wait("subscribed", match=_TRADES)
            with expect("one connection is alive", expected=f"1 after {cuts} cuts"):
                await world.wait("connections", count=1, deadline_s=2)
        opened = [one.id for one in await world.truth.connections()]
    assert len(opened) == 3, f"two cuts, but {len(opened)} connections were opened"


@case(
    "streams/refused/pauses-and-comes-back",
    level=Level.MUST,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.reconnect_policy],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    source="https://github.com/sammchardy/python-binance/blob/HEAD/docs/changelog.rst",
)
async def test_refused_pauses_and_comes_back(
    market: PublicConnector, world: World, symbol: str
) -> None:
    """While the venue refuses connections the connector pauses between attempts, and in the end is back.

    Attempts without a pause are counted by the venue and answered with a ban, just when it returns.
    """
    async with market.stream_trades(symbol):
        before = await world.mark()
        refused = await world.fault("refuse_connection", count=3)
        await world.fault("close_stream", match=_TRADES, code=0)
        await world.wait("closed", since=before)
        with expect("the connector tries again after a refusal", expected="3 attempts"):
            await refused.wait_fired(3)
        await world.advance_timers(60)
        with expect("the trades are subscribed when connections are taken again"):
            await world.wait("subscribed", match=_TRADES)
        faults = [one for one in await world.journal(before) if one.event == refused.id]
    pauses_ms = (faults[-1].time_ns - faults[0].time_ns) / 1e6
    if pauses_ms < 100:
        violated(
            "attempts follow each other without a pause",
            expected="at least 100 ms over three refusals",
            observed=f"{pauses_ms:.1f} ms",
        )


@case(
    "streams/end/restores-everything-and-only-that",
    level=Level.MUST,
    needs=[Capabilities.depth_updates, Capabilities.public_trades, Capabilities.candles],
    hunts=[BugClass.resubscription, BugClass.subscription_protocol],
    steering=Steering.CONTROL,
    calls=["stream_order_book", "stream_trades", "stream_candles"],
    source="https://github.com/JKorf/Bitfinex.Net/issues/46",
)
async def test_end_restores_everything_and_only_that(
    market: PublicConnector, world: World, symbols: list[str]
) -> None:
    """After a cut the venue has the subscriptions it had before: all of them, each once, none that was left.

    One that was left and comes back costs bandwidth for nobody, and counts against the venue's limit.
    """
    one, other, third = symbols[:3]
    async with (
        market.stream_order_book(one) as books,
        market.stream_trades(one),
        market.stream_trades(other),
        market.stream_candles(other, interval_s=60),
    ):
        await within(anext(books), "the first book")
        standing = _subscriptions(await world.truth.connections())
        await world.advance_timers(1)  # room for messages, for whoever counts them by its clock
        async with market.stream_trades(third):
            await world.wait("subscribed", match=Match(channel=Channel.TRADES, symbol=third))
        left = await until(
            world.truth.connections,
            lambda now: len(_subscriptions(now)) <= len(standing),
            "the stream that was left is unsubscribed",
            deadline_s=2,
        )
        wanted = [_subscriptions(left)]
        for _ in range(2):
            live = len({one.id for one in await world.truth.connections() if one.is_open})
            before = await world.mark()
            await world.fault("close_stream", count=None, code=0)
            await world.wait("closed", since=before, count=live)
            await until(
                world.truth.connections,
                lambda now: len(_subscriptions(now)) >= len(wanted[0]),
                "as many subscriptions as before",
            )
            wanted.append(_subscriptions(await world.truth.connections()))
    assert wanted[1:] == wanted[:1] * 2, "not what was subscribed before the cuts"


def _subscriptions(connections: Sequence[TruthConnection]) -> list[str]:
    """Names of what is subscribed; connections that carry nothing that is known are left out."""
    carrying = [one for one in connections if one.is_open and one.channels]
    return sorted(name for one in carrying for name in one.subscriptions)


@case(
    "streams/end/of-the-day-loses-nothing",
    level=Level.SHOULD,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.reconnect_policy, BugClass.resubscription],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    variants={"announced": True, "after-a-day": False},
    source="https://github.com/gateio/gatews/commit/41b333b",
)
async def test_end_of_the_day_loses_nothing(
    market: PublicConnector, world: World, symbol: str, variant: bool
) -> None:
    """A connection that the venue ends, after a day or for a shutdown, is followed by another, and no trade is lost.

    It happens every day, to each connection at another hour: whoever loses something then, always does.
    """
    lot = (await world.truth.instruments())[0].lot_size
    one = Print(symbol=symbol, side="BUY", quantity=lot)
    before = await world.truth.trades(symbol)
    async with market.stream_trades(symbol) as trades:
        await world.market(one)
        seen = [await within(anext(trades), "the first trade")]
        mark = await world.mark()
        away = await world.fault("refuse_connection", count=None, must_fire=False)
        if variant:
            await world.fault("announce_shutdown", close_after_s=600)
            await world.market(one)
            await world.advance_timers(601)
        else:
            await world.advance_timers(86_400)
        with expect("the connection ends", expected="1 connection has ended"):
            await world.wait("closed", since=mark)
        await world.market(one, one)
        await away.remove()
        with expect("the trades are subscribed on another connection"):
            await world.wait("subscribed", match=_TRADES)
        await world.market(one)
        expected = [trade.trade_id for trade in await trades_since(world, symbol, before)]
        seen += await collect_until(
            trades, lambda trade: trade.trade_id == expected[-1], "the last trade"
        )
    assert [trade.trade_id for trade in seen] == expected


_OUTAGE = 7
_SOON_S = 3.0


@case(
    "streams/refused/pause-starts-anew",
    level=Level.MUST,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.reconnect_policy],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    needs_clock=True,
    source="https://github.com/bmoscon/cryptofeed/commit/6d227aa2",
)
async def test_pause_starts_anew(market: PublicConnector, world: World, symbol: str) -> None:
    """After a long outage that is over, the next short one is over as quickly as the first would have been.

    Pauses that go on from where they were leave the connector deaf for minutes after a cut of a moment.
    """
    lot = (await world.truth.instruments())[0].lot_size
    async with market.stream_trades(symbol) as trades:
        refused = await world.fault("refuse_connection", count=_OUTAGE)
        before = await world.mark()
        await world.fault("close_stream", match=_TRADES, code=0)
        await world.wait("closed", since=before)
        await _let_time_pass_until(world, _carries_trades)
        await refused.wait_fired(_OUTAGE)
        await world.market(Print(symbol=symbol, side="BUY", quantity=lot))
        await within(anext(trades), "a trade after the long outage")
        before = await world.mark()
        await world.fault("close_stream", match=_TRADES, code=0)
        await world.wait("closed", since=before)
        with expect("the trades are back soon", expected=f"within {_SOON_S:g} s of a short cut"):
            await world.wait("subscribed", match=_TRADES, deadline_s=_SOON_S)


def _carries_trades(connections: Sequence[TruthConnection]) -> bool:
    return any(one.is_open and Channel.TRADES in one.channels for one in connections)


async def _let_time_pass_until(
    world: World, is_so: Callable[[Sequence[TruthConnection]], bool]
) -> None:
    """Push the clocks on until the connections are so; two hundred minutes at most."""
    for _ in range(200):
        if is_so(await world.truth.connections()):
            return
        await world.advance_timers(60)
    violated("the stream does not come back", expected="trades subscribed", observed="no stream")
