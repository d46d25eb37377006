"""Top of book and candles as they change."""

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Print, TruthBook, Walk
from venueproof_core.models import Candle, TopOfBook
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, collect_until
from venueproof_suite.oracles import candle_of, must_equal

_MINUTE_NS = 60_000_000_000


@case(
    "streams/top-of-book/follows-the-venue",
    level=Level.MUST,
    needs=[Capabilities.top_of_book_stream],
    hunts=[BugClass.metadata, BugClass.book_levels],
    steering=Steering.CONTROL,
    calls=["stream_top_of_book"],
)
async def test_top_of_book_follows_the_venue(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """Best bid and ask, with their quantities, are the venue's after each change.

    Quotes are made from it: bid and ask exchanged, or a stale side, is a loss with every order.
    """
    projection = connector_declaration.projection
    async with market.stream_top_of_book(symbol) as tops:
        for _ in range(5):
            await world.market(Walk(symbol=symbol, steps=5))
        truth = await world.truth.book(symbol)

        def has_arrived(top: TopOfBook) -> bool:
            if top.version is None:
                return (top.bid, top.ask) == (truth.bids[0], truth.asks[0])
            return top.version >= truth.version

        seen = await collect_until(tops, has_arrived, f"the top of version {truth.version}")
    for top in seen:
        if top.version is not None:
            truth = await world.truth.book(symbol, top.version)
            must_equal(top, _top_fields(truth), f"top of {symbol} at {top.version}", projection)
    must_equal(seen[-1], _top_fields(truth), f"top of {symbol}", projection)


def _top_fields(truth: TruthBook) -> dict[str, object]:
    return {"symbol": truth.symbol, "bid": truth.bids[0], "ask": truth.asks[0]}


@case(
    "streams/candles/equal-the-trades",
    level=Level.MUST,
    needs=[Capabilities.candles],
    hunts=[BugClass.metadata, BugClass.timestamps],
    steering=Steering.CONTROL,
    calls=["stream_candles"],
)
async def test_streamed_candles_equal_the_trades(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """A candle that grows has open, high, low, close, volumes and count of the trades so far.

    It opens at the start of its interval, in nanoseconds; read in another unit it is no candle of this series.
    """
    lot = (await world.truth.instruments())[0].lot_size
    async with market.stream_candles(symbol, interval_s=60) as candles:
        for size in (3, 1, 2):
            await world.market(
                Print(symbol=symbol, side="BUY", quantity=lot * size),
                Print(symbol=symbol, side="SELL", quantity=lot * size * 5),
            )
        trades = await world.truth.trades(symbol)
        opened_ns = trades[-1].venue_time_ns // _MINUTE_NS * _MINUTE_NS
        expected = candle_of(trades, opened_ns, 60)

        def has_arrived(candle: Candle) -> bool:
            is_last = candle.open_time_ns >= opened_ns or candle.open_time_ns % _MINUTE_NS != 0
            # Not every client tells the count; the volume grows with every trade as well.
            told = candle.volume if candle.trade_count is None else candle.trade_count
            name = "volume" if candle.trade_count is None else "trade_count"
            return is_last and told >= expected[name]

        seen = await collect_until(candles, has_arrived, f"the candle of {opened_ns}")
    must_equal(seen[-1], expected, f"candle of {symbol}", connector_declaration.projection)
