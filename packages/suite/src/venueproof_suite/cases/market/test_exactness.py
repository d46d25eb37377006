"""Requested values of instruments whose steps are hard to keep, and of numbers in odd spellings."""

from collections.abc import Mapping
from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Match, Operation, Print, TruthInstrument, TruthTrade
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, require_fired, violated
from venueproof_suite.cases.books.test_numbers import FORMS
from venueproof_suite.oracles import STEPS, candle_of, instrument_with, must_equal, trade_fields

_MINUTE_NS = 60_000_000_000
_EVERY = 100_000
_DAY_NS = 24 * 60 * _MINUTE_NS


async def _trade(world: World, instrument: TruthInstrument) -> None:
    """Let others trade quantities with every digit that the lot allows."""
    book = await world.truth.book(instrument.symbol)
    lots = book.asks[0][1] // instrument.lot_size
    sizes = [Decimal(1), max(Decimal(1), lots // 7), max(Decimal(1), lots // 3)]
    await world.market(
        *(
            Print(symbol=instrument.symbol, side="BUY", quantity=size * instrument.lot_size)
            for size in sizes
        )
    )


async def _must_be_exact(
    market: PublicConnector, world: World, symbol: str, connector: Connector
) -> None:
    """Hold requested trades and the newest candle against the truth."""
    trades = await world.truth.trades(symbol)
    told = await market.trades(symbol, limit=20)
    assert [one.trade_id for one in told] == [one.trade_id for one in trades[-20:]]
    for trade, one in zip(trades[-20:], told, strict=True):
        must_equal(one, trade_fields(trade), f"trade {trade.trade_id}", connector.projection)
    newest_ns = trades[-1].venue_time_ns // _MINUTE_NS * _MINUTE_NS
    candles = await market.candles(symbol, interval_s=60, start_time_ns=newest_ns, limit=1)
    assert [one.open_time_ns for one in candles] == [newest_ns]
    must_equal(candles[0], candle_of(trades, newest_ns, 60), "candle", connector.projection)


@case(
    "market/steps/values-are-exact",
    level=Level.MUST,
    needs=[Capabilities.public_trades, Capabilities.candles],
    hunts=[BugClass.precision],
    steering=Steering.CONTROL,
    calls=["trades", "candles", "instruments"],
    variants=STEPS,
    source="https://github.com/ccxt/ccxt/issues/3800",
)
async def test_values_are_exact_whatever_the_steps(
    market: PublicConnector, world: World, connector_declaration: Connector, variant: str
) -> None:
    """Requested trades, candles and steps are exact for ticks from 1e-8 to 1e3, and for steps like 0.25 or 5.

    What is rounded here is rounded in every average and size that is made of it.
    """
    instrument = await instrument_with(world, variant)
    await _trade(world, instrument)
    await _must_be_exact(market, world, instrument.symbol, connector_declaration)
    listed = [one for one in await market.instruments() if one.symbol == instrument.symbol]
    steps = {"tick_size": instrument.tick_size, "lot_size": instrument.lot_size}
    assert len(listed) == 1, f"{instrument.symbol} is listed {len(listed)} times"
    must_equal(listed[0], steps, instrument.symbol, connector_declaration.projection)


@case(
    "market/numbers/form-does-not-matter",
    level=Level.MUST,
    needs=[Capabilities.public_trades, Capabilities.candles],
    hunts=[BugClass.precision],
    steering=Steering.CONTROL,
    calls=["trades", "candles"],
    variants=FORMS,
    source="https://github.com/ccxt/ccxt/issues/3800",
)
async def test_form_of_requested_numbers_does_not_matter(
    market: PublicConnector,
    world: World,
    connector_declaration: Connector,
    variant: tuple[str, str],
) -> None:
    """Requested trades and candles read the same with an exponent, without zeros or with more of them.

    An exponent that is cut off makes a price ten times too high, and nothing looks wrong.
    """
    instrument = await instrument_with(world, "smallest-tick")
    await _trade(world, instrument)
    pattern, replacement = variant
    edited = [
        await world.fault(
            "edit_text",
            match=Match(operation=operation),
            count=None,
            pattern=pattern,
            replacement=replacement,
        )
        for operation in (Operation.TRADES, Operation.CANDLES)
    ]
    await _must_be_exact(market, world, instrument.symbol, connector_declaration)
    for fault in edited:
        await require_fired(fault)


@case(
    "market/ticker/sums-up-the-day",
    level=Level.MUST,
    needs=[Capabilities.ticker_24h],
    hunts=[BugClass.metadata],
    steering=Steering.CONTROL,
    calls=["ticker"],
)
async def test_ticker_sums_up_the_day(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """Open, high, low and volumes of the ticker are those of the trades of the last 24 hours.

    Instruments are picked by volume and range: base volume for quote volume picks another market.
    """
    instrument = (await world.truth.instruments())[0]
    await _trade(world, instrument)
    trades = await world.truth.trades(symbol, limit=_EVERY)
    newest_ns = trades[-1].venue_time_ns
    told = await market.ticker(symbol)
    after_ns = (await market.venue_time_ns()) + 1_000_000
    # The window slides while the request is on its way.
    starts = [newest_ns - _DAY_NS, after_ns - _DAY_NS]
    edges = [one.venue_time_ns + 1 for one in trades if starts[0] <= one.venue_time_ns < starts[1]]
    days = [
        _day([one for one in trades if one.venue_time_ns >= start]) for start in (starts[0], *edges)
    ]
    for day in days:
        if all(getattr(told, name) == value for name, value in day.items()):
            return
    must_equal(told, days[0], f"ticker of {symbol}", connector_declaration.projection)
    if len(days) > 1:
        violated("the ticker is of no one window", expected=days[0], observed=told)


def _day(trades: list[TruthTrade]) -> Mapping[str, Decimal]:
    prices = [trade.price for trade in trades]
    return {
        "open_price": prices[0],
        "high_price": max(prices),
        "low_price": min(prices),
        "last_price": prices[-1],
        "volume": sum((one.quantity for one in trades), Decimal(0)),
        "quote_volume": sum((one.price * one.quantity for one in trades), Decimal(0)),
    }
