"""Public trades as they happen."""

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Channel, Match, Print, SetLevel
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, collect_until, expect, require_fired, within
from venueproof_suite.oracles import must_equal, trade_fields, trades_since

_TRADES = Match(channel=Channel.TRADES)


@case(
    "streams/trades/each-once-and-exact",
    level=Level.MUST,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.metadata, BugClass.timestamps, BugClass.precision],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
)
async def test_each_trade_once_and_exact(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """Every public trade comes once, in order, with the venue's id, price, quantity, taker side and time.

    Whoever measures flow by it counts a lost or doubled trade as somebody's intention.
    """
    lot = (await world.truth.instruments())[0].lot_size
    before = await world.truth.trades(symbol)
    async with market.stream_trades(symbol) as trades:
        for size in range(1, 11):
            for side in ("BUY", "SELL"):
                await world.market(Print(symbol=symbol, side=side, quantity=lot * size * 7))
        expected = await trades_since(world, symbol, before)
        last = expected[-1].trade_id
        seen = await collect_until(trades, lambda one: one.trade_id == last, f"trade {last}")
    assert [one.trade_id for one in seen] == [one.trade_id for one in expected]
    for trade, told in zip(expected, seen, strict=True):
        what = f"trade {trade.trade_id} of {symbol}"
        must_equal(told, trade_fields(trade), what, connector_declaration.projection)


@case(
    "streams/trades/burst-without-loss",
    level=Level.MUST,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.resources],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    source="https://github.com/sammchardy/python-binance/issues/1016",
)
async def test_burst_without_loss(market: PublicConnector, world: World, symbol: str) -> None:
    """A thousand trades in one burst all arrive, although nobody reads meanwhile.

    Bursts come when the market moves: that is when a queue that is too short loses the news.
    """
    lot = (await world.truth.instruments())[0].lot_size
    best = (await world.truth.book(symbol)).asks[0][0]
    await world.market(SetLevel(symbol=symbol, side="SELL", price=best, quantity=lot * 2_000))
    before = await world.truth.trades(symbol)
    async with market.stream_trades(symbol) as trades:
        one = Print(symbol=symbol, side="BUY", quantity=lot)
        await world.market(*[one] * 1_000)
        expected = [trade.trade_id for trade in await trades_since(world, symbol, before)]
        last = expected[-1]
        seen = await collect_until(
            trades, lambda trade: trade.trade_id == last, f"trade {last}", deadline_s=3
        )
    arrived = [trade.trade_id for trade in seen]
    lost = sorted(set(expected) - set(arrived))
    assert (lost[:3], len(arrived)) == ([], len(expected)), f"{len(lost)} trades were lost"


@case(
    "streams/trades/complete-over-a-cut",
    level=Level.SHOULD,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.resubscription],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
)
async def test_trades_complete_over_a_cut(
    market: PublicConnector, world: World, symbol: str
) -> None:
    """Trades that happened while the stream was cut are delivered when it is back, each once.

    Volume and candles that are built from the stream otherwise miss what the cut swallowed, for good.
    """
    lot = (await world.truth.instruments())[0].lot_size
    before = await world.truth.trades(symbol)
    one = Print(symbol=symbol, side="SELL", quantity=lot)
    async with market.stream_trades(symbol) as trades:
        await world.market(one)
        seen = [await within(anext(trades), "the trade before the cut")]
        mark = await world.mark()
        cut = await world.fault("close_stream", match=_TRADES, code=0)
        await require_fired(cut)
        await world.wait("closed", since=mark)
        await world.market(one, one)
        with expect("the trades are subscribed again after a cut"):
            await world.wait("subscribed", match=_TRADES)
        await world.market(one)
        expected = [trade.trade_id for trade in await trades_since(world, symbol, before)]
        last = expected[-1]
        seen += await collect_until(trades, lambda trade: trade.trade_id == last, "the last trade")
    assert [trade.trade_id for trade in seen] == expected


@case(
    "streams/trades/duplicate-is-told-once",
    level=Level.MUST,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.subscription_protocol],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
)
async def test_duplicate_trade_is_told_once(
    market: PublicConnector, world: World, symbol: str
) -> None:
    """A trade whose event comes twice is told once.

    Venues send events again when they fail over. Volume that is counted twice is somebody's signal.
    """
    lot = (await world.truth.instruments())[0].lot_size
    before = await world.truth.trades(symbol)
    async with market.stream_trades(symbol) as trades:
        twice = await world.fault("duplicate_event", match=_TRADES, count=2, skip=1)
        for _ in range(4):
            await world.market(Print(symbol=symbol, side="BUY", quantity=lot))
        await require_fired(twice)
        expected = [trade.trade_id for trade in await trades_since(world, symbol, before)]
        seen = await collect_until(
            trades, lambda trade: trade.trade_id == expected[-1], "the last trade"
        )
    assert [trade.trade_id for trade in seen] == expected


@case(
    "streams/trades/swapped-are-told-once-each",
    level=Level.MUST,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.subscription_protocol],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
)
async def test_swapped_trades_are_told_once_each(
    market: PublicConnector, world: World, symbol: str
) -> None:
    """Trades whose events arrive in the wrong order are all told, each once.

    Whoever takes the older of two for an old one loses it; whoever fetches it must not tell it again.
    """
    lot = (await world.truth.instruments())[0].lot_size
    before = await world.truth.trades(symbol)
    one = Print(symbol=symbol, side="SELL", quantity=lot)
    async with market.stream_trades(symbol) as trades:
        await world.market(one)
        seen = [await within(anext(trades), "the first trade")]
        swapped = await world.fault("reorder_events", match=_TRADES)
        for _ in range(3):
            await world.market(one)
        await require_fired(swapped)
        expected = [trade.trade_id for trade in await trades_since(world, symbol, before)]
        seen += await collect_until(
            trades, lambda trade: trade.trade_id == expected[-1], "the last trade"
        )
    assert sorted(trade.trade_id for trade in seen) == sorted(expected)


@case(
    "streams/trades/lost-event-is-made-good",
    level=Level.SHOULD,
    needs=[Capabilities.public_trades, Capabilities.counted_trades],
    hunts=[BugClass.subscription_protocol],
    steering=Steering.CONTROL,
    calls=["stream_trades", "trades"],
)
async def test_lost_trade_is_made_good(market: PublicConnector, world: World, symbol: str) -> None:
    """A trade whose event never came is told once the next one shows that it is missing.

    Ids that count give the hole away. What is summed up from the stream is otherwise wrong for good.
    """
    lot = (await world.truth.instruments())[0].lot_size
    before = await world.truth.trades(symbol)
    one = Print(symbol=symbol, side="SELL", quantity=lot)
    async with market.stream_trades(symbol) as trades:
        await world.market(one)
        seen = [await within(anext(trades), "the first trade")]
        lost = await world.fault("drop_event", match=_TRADES)
        await world.market(one)
        await lost.wait_fired()
        await world.market(one)
        expected = [trade.trade_id for trade in await trades_since(world, symbol, before)]
        seen += await collect_until(
            trades, lambda trade: trade.trade_id == expected[-1], "the last trade"
        )
    assert [trade.trade_id for trade in seen] == expected
