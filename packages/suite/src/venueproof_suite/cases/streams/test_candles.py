"""Candles that close, that nobody traded in, and that close while nobody listens."""

import time

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Channel, Match, Print
from venueproof_core.models import Candle
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, collect_until, violated, within
from venueproof_suite.cuts import cut_off
from venueproof_suite.oracles import candle_of, must_equal

_CANDLES = Match(channel=Channel.CANDLES)
_MINUTE_NS = 60_000_000_000


async def _early_in_a_minute(world: World) -> None:
    """See to it that no minute ends by itself before the case lets it."""
    if time.time() % 60 > 40:
        await world.pass_time(25)


async def _print(world: World, symbol: str, *lots: int) -> int:
    """Let others trade so many lots each; return when the minute of the last one opened."""
    lot = (await world.truth.instruments())[0].lot_size
    await world.market(
        *(
            Print(symbol=symbol, side="SELL" if place % 2 else "BUY", quantity=lot * size)
            for place, size in enumerate(lots)
        )
    )
    return (await world.truth.trades(symbol))[-1].venue_time_ns // _MINUTE_NS * _MINUTE_NS


async def _as_traded(world: World, told: Candle, connector: Connector) -> None:
    """Hold a candle against the trades of its minute."""
    expected = candle_of(await world.truth.trades(told.symbol), told.open_time_ns, 60)
    what = f"candle of {told.symbol} at {told.open_time_ns}"
    must_equal(told, expected, what, connector.projection)


@case(
    "streams/candles/close-without-trades",
    level=Level.MUST,
    needs=[Capabilities.candles, Capabilities.empty_candles],
    hunts=[BugClass.metadata, BugClass.timestamps],
    steering=Steering.CONTROL,
    calls=["stream_candles"],
)
async def test_candles_close_without_trades(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """A minute in which nothing is traded has its candle too: closed, without volume, at the last price.

    Whoever waits for a trade to close a candle decides late, and one who skips the minute counts wrongly.
    """
    await _early_in_a_minute(world)
    async with market.stream_candles(symbol, interval_s=60) as candles:
        opened_ns = await _print(world, symbol, 2)
        await within(anext(candles), "the running candle")
        await world.pass_time(60)
        await world.pass_time(60)
        quiet_ns = opened_ns + _MINUTE_NS
        seen = await collect_until(
            candles, lambda candle: candle.open_time_ns >= quiet_ns, "the candle without trades"
        )
    await _as_traded(world, seen[-1], connector_declaration)
    if (seen[-1].open_time_ns, seen[-1].is_closed) not in ((quiet_ns, True), (quiet_ns, None)):
        violated(
            "the minute without trades is not closed",
            expected=f"the candle of {quiet_ns}, closed",
            observed=seen[-1],
        )


@case(
    "streams/candles/equal-the-requested",
    level=Level.MUST,
    needs=[Capabilities.candles],
    hunts=[BugClass.metadata],
    steering=Steering.CONTROL,
    calls=["stream_candles", "candles"],
)
async def test_streamed_candles_equal_the_requested(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """The last word of the stream on a candle is that it closed, and requested it reads the same.

    Strategies start from requested candles and go on with streamed ones: two kinds make a step in between.
    """
    await _early_in_a_minute(world)
    async with market.stream_candles(symbol, interval_s=60) as candles:
        opened_ns = await _print(world, symbol, 3, 1, 4)
        seen = [await within(anext(candles), "the running candle")]
        await world.pass_time(60)
        await _print(world, symbol, 1)
        seen += await collect_until(
            candles, lambda candle: candle.open_time_ns > opened_ns, "the candle after it"
        )
    last = [candle for candle in seen if candle.open_time_ns == opened_ns][-1:]
    assert [candle.is_closed for candle in last] in ([True], [None]), "it was not told as closed"
    requested = await market.candles(symbol, interval_s=60, start_time_ns=opened_ns, limit=1)
    assert [candle.open_time_ns for candle in requested] == [opened_ns]
    for candle in (last[0], requested[0]):
        await _as_traded(world, candle, connector_declaration)


@case(
    "streams/candles/go-on-over-a-cut",
    level=Level.MUST,
    needs=[Capabilities.candles],
    hunts=[BugClass.resubscription],
    steering=Steering.CONTROL,
    calls=["stream_candles"],
    source="https://github.com/freqtrade/freqtrade/commit/faf7b830c",
)
async def test_candles_go_on_over_a_cut(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """After a cut over the end of a minute the candle of now comes and is right, and none of before it again.

    A candle that sticks, or is merged with what was kept from before, shows a price that nobody traded at.
    """
    await _early_in_a_minute(world)
    async with market.stream_candles(symbol, interval_s=60) as candles:
        opened_ns = await _print(world, symbol, 3)
        await within(anext(candles), "the running candle")
        async with cut_off(world, match=_CANDLES):
            await _print(world, symbol, 1, 5)
            await world.pass_time(60)
            await _print(world, symbol, 2)
        await _print(world, symbol, 4)
        truths = await world.truth.trades(symbol)
        expected = candle_of(truths, opened_ns + _MINUTE_NS, 60)
        seen = await collect_until(
            candles,
            lambda told: told.open_time_ns > opened_ns and told.volume >= expected["volume"],
            "the candle of now",
        )
    must_equal(seen[-1], expected, "the candle after the cut", connector_declaration.projection)
    times = [candle.open_time_ns for candle in seen]
    assert times == sorted(times), "a candle of before came again"


@case(
    "streams/candles/closed-in-a-cut-is-told",
    level=Level.SHOULD,
    needs=[Capabilities.candles],
    hunts=[BugClass.resubscription],
    steering=Steering.CONTROL,
    calls=["stream_candles"],
    source="https://github.com/freqtrade/freqtrade/commit/faf7b830c",
)
async def test_candle_closed_in_a_cut_is_told(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """A candle that closed while the stream was cut is told when it is back, with all its trades.

    It is the one that a decision was due on. Its last state of before the cut is not what it closed with.
    """
    await _early_in_a_minute(world)
    async with market.stream_candles(symbol, interval_s=60) as candles:
        opened_ns = await _print(world, symbol, 3)
        seen = [await within(anext(candles), "the running candle")]
        async with cut_off(world, match=_CANDLES):
            await _print(world, symbol, 1, 5)
            await world.pass_time(60)
        await _print(world, symbol, 2)
        seen += await collect_until(
            candles, lambda candle: candle.open_time_ns > opened_ns, "the candle of now"
        )
    last = [candle for candle in seen if candle.open_time_ns == opened_ns][-1]
    await _as_traded(world, last, connector_declaration)
