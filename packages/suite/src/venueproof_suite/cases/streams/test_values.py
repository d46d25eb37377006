"""Top of book and candles as they change."""

from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Channel, Match, Move, Print, SetLevel, TruthBook, Walk
from venueproof_core.models import Candle, TopOfBook
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, collect_until, require_fired, within
from venueproof_suite.cuts import cut_off
from venueproof_suite.oracles import STEPS, candle_of, instrument_with, must_equal, trade_fields

_TOPS = Match(channel=Channel.TOP_OF_BOOK)
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
    "streams/top-of-book/never-goes-back",
    level=Level.MUST,
    needs=[Capabilities.top_of_book_stream],
    hunts=[BugClass.book_levels],
    steering=Steering.CONTROL,
    calls=["stream_top_of_book"],
)
async def test_top_of_book_never_goes_back(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """When an older top of book arrives after a newer one, the newer one stands.

    A quote that was withdrawn comes back as the best price, until the market moves again.
    """
    price, quantity = (await world.truth.book(symbol)).bids[0]
    async with market.stream_top_of_book(symbol) as tops:
        changes = [
            SetLevel(symbol=symbol, side="BUY", price=price, quantity=quantity * times)
            for times in (2, 3, 4, 5)
        ]
        await world.market(changes[0])
        # Some venues begin with the top of the subscription's moment.
        first = (price, quantity * 2)
        await collect_until(tops, lambda top: top.bid == first, "the first change")
        swapped = await world.fault("reorder_events", match=_TOPS)
        for change in changes[1:3]:
            await world.market(change)
        await require_fired(swapped)
        newer = (await world.truth.book(symbol)).bids[0]
        seen = await collect_until(tops, lambda top: top.bid == newer, "the newer top")
        await world.market(changes[3])
        newest = await world.truth.book(symbol)
        seen += await collect_until(tops, lambda top: top.bid == newest.bids[0], "the next one")
    older = [top.bid for top in seen[:-1] if top.bid != newer]
    assert older == [], f"the top went back to {older}"
    must_equal(seen[-1], _top_fields(newest), f"top of {symbol}", connector_declaration.projection)


@case(
    "streams/top-of-book/is-fetched-after-a-cut",
    level=Level.SHOULD,
    needs=[Capabilities.top_of_book_stream],
    hunts=[BugClass.resubscription],
    steering=Steering.CONTROL,
    calls=["stream_top_of_book"],
)
async def test_top_of_book_is_fetched_after_a_cut(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """After a cut the top of book of now is told, although nothing changes any more.

    The stream speaks of changes only: without a request the top of before the cut stands, however old.
    """
    async with market.stream_top_of_book(symbol) as tops:
        await world.market(Walk(symbol=symbol, steps=5))
        await within(anext(tops), "the first top")
        tick = (await world.truth.instruments())[0].tick_size
        async with cut_off(world, match=_TOPS):
            middle = (await world.truth.book(symbol)).bids[0][0] + 500 * tick
            await world.market(Move(symbol=symbol, middle=middle))
        truth = await world.truth.book(symbol)
        seen = await collect_until(
            tops, lambda top: top.ask == truth.asks[0], "the top of now", deadline_s=2
        )
    must_equal(seen[-1], _top_fields(truth), f"top of {symbol}", connector_declaration.projection)


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


@case(
    "streams/steps/values-are-exact",
    level=Level.MUST,
    needs=[Capabilities.public_trades, Capabilities.candles, Capabilities.top_of_book_stream],
    hunts=[BugClass.precision],
    steering=Steering.CONTROL,
    calls=["stream_trades", "stream_candles", "stream_top_of_book"],
    variants=STEPS,
)
async def test_streamed_values_are_exact_whatever_the_steps(
    market: PublicConnector, world: World, connector_declaration: Connector, variant: str
) -> None:
    """Streamed trades, candles and tops are exact for ticks from 1e-8 to 1e3, and for steps like 0.25 or 5.

    A stream that rounds makes quotes off the tick, and the venue refuses them.
    """
    instrument = await instrument_with(world, variant)
    symbol, projection = instrument.symbol, connector_declaration.projection
    price, quantity = (await world.truth.book(symbol)).asks[0]
    lots = max(Decimal(1), quantity // instrument.lot_size // 3)
    # An odd number of them, so that what is traded is a multiple of no larger lot.
    size = (lots - (lots + 1) % 2) * instrument.lot_size
    async with (
        market.stream_trades(symbol) as trades,
        market.stream_candles(symbol, interval_s=60) as candles,
        market.stream_top_of_book(symbol) as tops,
    ):
        await world.market(Print(symbol=symbol, side="BUY", quantity=size))
        trade = await within(anext(trades), "the trade")
        candle = await within(anext(candles), "the candle")
        # Some venues begin with the top of the subscription's moment.
        top = (
            await collect_until(
                tops, lambda top: top.ask != (price, quantity), "the top of book after the trade"
            )
        )[-1]
    truths = await world.truth.trades(symbol)
    must_equal(trade, trade_fields(truths[-1]), f"trade of {symbol}", projection)
    opened_ns = truths[-1].venue_time_ns // _MINUTE_NS * _MINUTE_NS
    must_equal(candle, candle_of(truths, opened_ns, 60), f"candle of {symbol}", projection)
    must_equal(top, _top_fields(await world.truth.book(symbol)), f"top of {symbol}", projection)
    assert truths[-1].price == price, "the case took something else than it meant to"
