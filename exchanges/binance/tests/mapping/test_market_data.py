"""Instruments, trades, candles and books as they are read."""

from typing import Any

import pytest

from venueproof_binance import mapping
from venueproof_binance.tables import TABLES
from venueproof_core.errors import MalformedMessageError
from venueproof_core.models import (
    InstrumentStatus,
    Level,
    Side,
)

from .payloads import MS, D


def exchange_entry(**changes: Any) -> dict[str, Any]:
    filters = [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": "0.01",
            "maxPrice": "1000000.00",
            "tickSize": "0.01",
        },
        {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000.0", "stepSize": "0.00001"},
        {"filterType": "NOTIONAL", "minNotional": "5.0", "maxNotional": "9000000.0"},
        {"filterType": "SOMETHING_NEW", "value": 1},
    ]
    entry = {
        "symbol": "BTCUSDT",
        "status": "TRADING",
        "baseAsset": "BTC",
        "quoteAsset": "USDT",
        "filters": filters,
    }
    return {**entry, **changes}


def test_instrument_and_its_filters() -> None:
    instrument = mapping.instrument(exchange_entry(), TABLES)
    assert (instrument.symbol, instrument.base, instrument.quote) == ("BTC-USDT", "BTC", "USDT")
    assert (instrument.tick_size, instrument.lot_size) == (D("0.01"), D("0.00001"))
    assert (instrument.minimum_quantity, instrument.maximum_quantity) == (D("0.00001"), D(9000))
    assert instrument.minimum_notional == D(5)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("CANCEL_ONLY", InstrumentStatus.CANCEL_ONLY),
        ("BREAK", InstrumentStatus.HALTED),
        ("A_NEW_STATUS", InstrumentStatus.HALTED),
    ],
)
def test_a_new_status_of_an_instrument_degrades_with_a_warning(
    theirs: str, ours: InstrumentStatus, caplog: pytest.LogCaptureFixture
) -> None:
    assert mapping.instrument(exchange_entry(status=theirs), TABLES).status is ours
    assert ("A_NEW_STATUS" in caplog.text) is (theirs == "A_NEW_STATUS")


def test_an_instrument_without_its_steps_is_an_error() -> None:
    with pytest.raises(MalformedMessageError, match="PRICE_FILTER is missing"):
        mapping.instrument(exchange_entry(filters=[]), TABLES)


def test_market_data() -> None:
    trade = mapping.trade(
        {"e": "trade", "t": 12, "p": "0.001", "q": "100", "T": 5, "m": True},
        "BNB-BTC",
        TABLES,
        "stream",
        "trade_event",
    )
    assert (trade.trade_id, trade.taker_side, trade.venue_time_ns) == ("12", Side.SELL, 5 * MS)
    row = [60_000, "1", "4", "0.5", "2", "10", 119_999, "25", 3, "5", "12", "0"]
    candle = mapping.candle(row, "BTC-USDT", 60, TABLES)
    assert (candle.open_time_ns, candle.open, candle.high, candle.low, candle.close) == (
        60_000 * MS,
        D(1),
        D(4),
        D("0.5"),
        D(2),
    )
    assert (candle.volume, candle.quote_volume, candle.trade_count) == (D(10), D(25), 3)
    top = mapping.top_of_book(
        {"u": 9, "s": "X", "b": "1.0", "B": "2.0", "a": "0.0", "A": "0.0"}, "X", TABLES
    )
    assert (top.version, top.bid, top.ask) == (9, Level(D(1), D(2)), None)
    book = mapping.order_book(
        {"lastUpdateId": 3, "bids": [["1.0", "2.0"], ["0.9", "1"]], "asks": []}, "X", TABLES, 1
    )
    assert (book.version, book.bids, book.depth) == (3, (Level(D(1), D(2)),), 1)
