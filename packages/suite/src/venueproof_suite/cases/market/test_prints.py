"""Public trades and what is summed up from them, by request."""

from collections.abc import Sequence
from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Print, TruthTrade
from venueproof_core.models import Candle
from venueproof_core.venue import PublicConnector
from venueproof_suite import HarnessError, World, case, violated
from venueproof_suite.oracles import candle_of, must_equal, trade_fields

_MINUTE_NS = 60_000_000_000


@case(
    "market/trades/equal-the-venue",
    level=Level.MUST,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.metadata, BugClass.timestamps],
    steering=Steering.CONTROL,
    calls=["trades"],
)
async def test_trades_equal_the_venue(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """The newest trades are the venue's, oldest first, with id, price, quantity, taker side and time.

    Signals are made of who took: a swapped side turns them around.
    """
    lot = (await world.truth.instruments())[0].lot_size
    await world.market(*(Print(symbol=symbol, side=side, quantity=lot) for side in ("BUY", "SELL")))
    expected = (await world.truth.trades(symbol))[-50:]
    observed = await market.trades(symbol, limit=50)
    assert [one.trade_id for one in observed] == [one.trade_id for one in expected]
    for trade, told in zip(expected, observed, strict=True):
        what = f"trade {trade.trade_id} of {symbol}"
        must_equal(told, trade_fields(trade), what, connector_declaration.projection)


@case(
    "market/candles/complete-over-pages",
    level=Level.MUST,
    needs=[Capabilities.candles],
    hunts=[BugClass.pagination, BugClass.timestamps],
    steering=Steering.CONTROL,
    calls=["candles"],
    source="https://github.com/hootnot/oanda-api-v20/commit/597e764",
)
async def test_candles_complete_over_pages(
    market: PublicConnector, world: World, symbol: str
) -> None:
    """Candles of a range that needs several pages come without a gap, a double or a candle too many.

    A missing candle at a page's end shifts every indicator that is computed from the series.
    """
    start_ns, candles, trades = await _long_range(market, world, symbol)
    times = [candle.open_time_ns for candle in candles]
    expected = [start_ns + place * _MINUTE_NS for place in range(_MINUTES)]
    if all(candle.volume for candle in candles):
        # This venue leaves intervals without trades out.
        traded = {trade.venue_time_ns // _MINUTE_NS * _MINUTE_NS for trade in trades}
        expected = [time for time in expected if time in traded]
    missing = [time for time in expected if time not in set(times)]
    assert (missing[:3], len(times)) == ([], len(set(times))), "candles are missing or doubled"
    assert times == expected, "candles are out of order, or outside of what was asked for"


@case(
    "market/candles/equal-the-trades",
    level=Level.MUST,
    needs=[Capabilities.candles, Capabilities.public_trades],
    hunts=[BugClass.metadata, BugClass.precision],
    steering=Steering.CONTROL,
    calls=["candles"],
    source="https://github.com/freqtrade/freqtrade/commit/24ec78b11",
)
async def test_candles_equal_the_trades(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """Open, high, low, close, volumes and count of each candle are those of the venue's trades.

    Volume read as quote volume, or a high in the low's place, trains a strategy on another market.
    """
    _, candles, trades = await _long_range(market, world, symbol)
    for candle in candles:
        expected = candle_of(trades, candle.open_time_ns, 60)
        what = f"candle of {symbol} at {candle.open_time_ns}"
        must_equal(candle, expected, what, connector_declaration.projection)


@case(
    "market/candles/newest-without-bounds",
    level=Level.MUST,
    needs=[Capabilities.candles, Capabilities.public_trades],
    hunts=[BugClass.pagination],
    steering=Steering.CONTROL,
    calls=["candles"],
    source="https://github.com/ccxt/ccxt/issues/8445",
)
async def test_newest_candles_without_bounds(
    market: PublicConnector, world: World, symbol: str
) -> None:
    """A limit without bounds gives the newest candles, the one that still runs included.

    Dropped at the wrong end, the series stops before the present and every signal is late.
    """
    lot = (await world.truth.instruments())[0].lot_size
    await world.market(Print(symbol=symbol, side="BUY", quantity=lot))
    newest_ns = (await world.truth.trades(symbol))[-1].venue_time_ns // _MINUTE_NS * _MINUTE_NS
    candles = await market.candles(symbol, interval_s=60, limit=10)
    times = [candle.open_time_ns for candle in candles]
    # The minute may have turned since the trade.
    last_ns = times[-1] if times and times[-1] == newest_ns + _MINUTE_NS else newest_ns
    assert times == [last_ns - place * _MINUTE_NS for place in range(9, -1, -1)]


_MINUTES = 1_100


async def _long_range(
    market: PublicConnector, world: World, symbol: str
) -> tuple[int, Sequence[Candle], list[TruthTrade]]:
    """Ask for the last minutes but one: their opening time, the candles, and trades from before them."""
    trades = await world.truth.trades(symbol)
    end_ns = trades[-1].venue_time_ns // _MINUTE_NS * _MINUTE_NS
    start_ns = end_ns - _MINUTES * _MINUTE_NS
    if trades[0].venue_time_ns >= start_ns:
        raise HarnessError("the venue's history is too short for the range that is asked for")
    candles = await market.candles(
        symbol, interval_s=60, start_time_ns=start_ns, end_time_ns=end_ns - 1
    )
    return start_ns, candles, trades


@case(
    "market/ticker/equals-the-venue",
    level=Level.MUST,
    needs=[Capabilities.ticker_24h],
    hunts=[BugClass.metadata],
    steering=Steering.CONTROL,
    calls=["ticker"],
)
async def test_ticker_equals_the_venue(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """The ticker has the last trade's price and the best bid and ask of now.

    Stops and valuations go by the last price; an opening or average price in its place triggers them.
    """
    instrument = (await world.truth.instruments())[0]
    await world.market(Print(symbol=symbol, side="BUY", quantity=instrument.lot_size))
    book, trades = await world.truth.book(symbol), await world.truth.trades(symbol)
    expected = {
        "symbol": symbol,
        "last_price": trades[-1].price,
        "bid_price": book.bids[0][0],
        "ask_price": book.asks[0][0],
    }
    told = await market.ticker(symbol)
    must_equal(told, expected, f"ticker of {symbol}", connector_declaration.projection)
    low, high = told.low_price or Decimal(0), told.high_price or told.last_price
    if not low <= told.last_price <= high:
        violated("the last price is outside of low and high", expected=[low, high], observed=told)
