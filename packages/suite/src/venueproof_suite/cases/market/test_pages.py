"""Ranges of candles and trades: where they begin, where they end, and what lies between pages."""

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.control import Print
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case

_SECOND_NS = 1_000_000_000
_MANY_TRADES = 1_500


@case(
    "market/candles/bounds-are-kept",
    level=Level.MUST,
    needs=[Capabilities.candles, Capabilities.empty_candles],
    hunts=[BugClass.pagination, BugClass.timestamps],
    steering=Steering.CONTROL,
    calls=["candles"],
    variants={"minute": 60, "hour": 3600, "day": 86_400},
    source="https://github.com/c9s/bbgo/commit/7093be61d",
)
async def test_candle_bounds_are_kept(
    market: PublicConnector, world: World, symbol: str, variant: int
) -> None:
    """Candles that open at the bounds of a range belong to it, and those a nanosecond outside do not.

    A candle too many or too few where two ranges meet is counted twice, or missing for good.
    """
    length_ns = variant * _SECOND_NS
    newest_ns = (await world.truth.trades(symbol))[-1].venue_time_ns // length_ns * length_ns
    first_ns, last_ns = newest_ns - 3 * length_ns, newest_ns - length_ns
    for inside_ns, opened_ns in (
        (0, [first_ns, first_ns + length_ns, last_ns]),
        (1, [first_ns + length_ns]),
    ):
        candles = await market.candles(
            symbol,
            interval_s=variant,
            start_time_ns=first_ns + inside_ns,
            end_time_ns=last_ns - inside_ns,
        )
        told = [candle.open_time_ns for candle in candles]
        assert told == opened_ns, f"from {first_ns + inside_ns} to {last_ns - inside_ns}"


@case(
    "market/candles/pages-end-exactly",
    level=Level.MUST,
    needs=[Capabilities.candles, Capabilities.empty_candles],
    hunts=[BugClass.pagination],
    steering=Steering.CONTROL,
    calls=["candles"],
    variants={"full-page": 1_000, "one-more": 1_001, "two-pages": 2_000},
    source="https://github.com/nautechsystems/nautilus_trader/commit/cbc0c96743",
)
async def test_candle_pages_end_exactly(
    market: PublicConnector, world: World, symbol: str, variant: int
) -> None:
    """A range of exactly a page, of one candle more, and of two pages, is complete and without a double.

    Whether a full page is the last one shows only in the next; who guesses is wrong once in a thousand.
    """
    minute_ns = 60 * _SECOND_NS
    end_ns = (await world.truth.trades(symbol))[-1].venue_time_ns // minute_ns * minute_ns
    start_ns = end_ns - variant * minute_ns
    candles = await market.candles(
        symbol, interval_s=60, start_time_ns=start_ns, end_time_ns=end_ns - 1
    )
    told = [candle.open_time_ns for candle in candles]
    expected = range(start_ns, end_ns, minute_ns)
    missing = sorted(set(expected).difference(told))
    assert (missing[:3], len(told)) == ([], len(expected)), "candles are missing or doubled"
    assert told == list(expected), "candles are out of order, or outside of what was asked for"


@case(
    "market/trades/complete-over-pages",
    level=Level.MUST,
    needs=[Capabilities.public_trades, Capabilities.old_trades],
    hunts=[BugClass.pagination],
    steering=Steering.CONTROL,
    calls=["trades"],
    source="https://github.com/ccxt/ccxt/pull/17468",
)
async def test_trades_complete_over_pages(
    market: PublicConnector, world: World, symbol: str
) -> None:
    """More trades than the venue gives at once come complete, oldest first, each once.

    A page that is all there is looks like a quiet morning.
    """
    lot = (await world.truth.instruments())[0].lot_size
    await world.market(Print(symbol=symbol, side="BUY", quantity=lot))
    told = [trade.trade_id for trade in await market.trades(symbol, limit=_MANY_TRADES)]
    expected = [trade.trade_id for trade in await world.truth.trades(symbol, limit=_MANY_TRADES)]
    assert (len(told), told[:1], told[-1:]) == (_MANY_TRADES, expected[:1], expected[-1:])
    assert told == expected
