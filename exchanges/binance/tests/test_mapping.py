"""The venue's documented payloads to domain values, and what is refused."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from venueproof_binance import mapping
from venueproof_binance.tables import TABLES
from venueproof_core import Outcome
from venueproof_core.errors import MalformedMessageError
from venueproof_core.models import (
    InstrumentStatus,
    Level,
    Liquidity,
    OrderRequest,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)

D = Decimal
MS = 1_000_000

PLACED = {
    "symbol": "BTCUSDT",
    "orderId": 28,
    "orderListId": -1,
    "clientOrderId": "6gCrw2kRUAF9CvJDGP16IP",
    "transactTime": 1507725176595,
    "price": "50000.10000000",
    "origQty": "10.00000000",
    "executedQty": "4.00000000",
    "origQuoteOrderQty": "0.000000",
    "cummulativeQuoteQty": "200000.40000000",
    "status": "PARTIALLY_FILLED",
    "timeInForce": "GTC",
    "type": "LIMIT",
    "side": "SELL",
    "workingTime": 1507725176595,
    "selfTradePreventionMode": "NONE",
    "fills": [],
}
REPORT = {
    "e": "executionReport",
    "E": 1499405658658,
    "s": "ETHBTC",
    "c": "mUvoqJxFIILMdfAW5iGSOW",
    "S": "BUY",
    "o": "LIMIT",
    "f": "GTC",
    "q": "1.00000000",
    "p": "0.10264410",
    "P": "0.00000000",
    "F": "0.00000000",
    "g": -1,
    "C": "",
    "x": "TRADE",
    "X": "PARTIALLY_FILLED",
    "r": "NONE",
    "i": 4293153,
    "l": "0.40000000",
    "z": "0.70000000",
    "L": "0.10264410",
    "n": "0.00040000",
    "N": "ETH",
    "T": 1499405658657,
    "t": 77,
    "w": True,
    "m": False,
    "O": 1499405658000,
    "Z": "0.07185087",
    "Y": "0.04105764",
    "Q": "0.00000000",
    "W": 1499405658657,
    "V": "NONE",
}


def test_order_from_the_reply_to_a_placement() -> None:
    order = mapping.order(PLACED, "BTC-USDT", TABLES, "place")
    assert (order.venue_order_id, order.client_order_id) == ("28", "6gCrw2kRUAF9CvJDGP16IP")
    assert (order.side, order.order_type) == (Side.SELL, OrderType.LIMIT)
    assert (order.status, order.time_in_force) == (OrderStatus.PARTIALLY_FILLED, TimeInForce.GTC)
    assert (order.quantity, order.filled_quantity) == (D(10), D(4))
    assert (order.price, order.filled_notional) == (D("50000.1"), D("200000.4"))
    assert order.created_time_ns == order.updated_time_ns == 1507725176595 * MS
    assert (order.stop_price, order.post_only) == (None, False)


def test_order_from_an_event() -> None:
    order = mapping.order(REPORT, "ETH-BTC", TABLES, "stream", "order_event")
    assert (order.client_order_id, order.venue_order_id) == ("mUvoqJxFIILMdfAW5iGSOW", "4293153")
    assert (order.quantity, order.filled_quantity) == (D(1), D("0.7"))
    assert order.created_time_ns == 1499405658000 * MS
    assert order.updated_time_ns == 1499405658657 * MS


def test_fill_from_an_event() -> None:
    order = mapping.order(REPORT, "ETH-BTC", TABLES, "stream", "order_event")
    fill = mapping.fill_event(REPORT, order, TABLES)
    assert fill is not None
    assert (fill.trade_id, fill.venue_order_id, fill.client_order_id) == (
        "77",
        "4293153",
        order.client_order_id,
    )
    assert (fill.price, fill.quantity) == (D("0.1026441"), D("0.4"))
    assert (fill.fee, fill.fee_currency) == (D("0.0004"), "ETH")
    assert (fill.liquidity, fill.side) == (Liquidity.TAKER, Side.BUY)
    assert mapping.fill_event({**REPORT, "x": "NEW"}, order, TABLES) is None


def test_a_cancelled_order_keeps_the_name_it_was_placed_with() -> None:
    event = {**REPORT, "x": "CANCELED", "X": "CANCELED", "c": "name of the cancel", "C": "mine"}
    order = mapping.order(event, "ETH-BTC", TABLES, "stream", "order_event")
    assert (order.client_order_id, order.status) == ("mine", OrderStatus.CANCELED)
    reply = {**PLACED, "status": "CANCELED", "clientOrderId": "x", "origClientOrderId": "mine"}
    assert mapping.order(reply, "BTC-USDT", TABLES, "cancel").client_order_id == "mine"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("NEW", OrderStatus.NEW),
        ("PENDING_NEW", OrderStatus.NEW),
        ("FILLED", OrderStatus.FILLED),
        ("CANCELED", OrderStatus.CANCELED),
        ("REJECTED", OrderStatus.REJECTED),
        ("EXPIRED", OrderStatus.EXPIRED),
        ("EXPIRED_IN_MATCH", OrderStatus.EXPIRED),
    ],
)
def test_statuses(theirs: str, ours: OrderStatus) -> None:
    order = mapping.order({**PLACED, "status": theirs}, "BTC-USDT", TABLES, "order")
    assert order.status is ours


@pytest.mark.parametrize(
    ("theirs", "order_type", "post_only", "time_in_force"),
    [
        ("LIMIT_MAKER", OrderType.LIMIT, True, None),
        ("MARKET", OrderType.MARKET, False, None),
        ("STOP_LOSS_LIMIT", OrderType.STOP_LIMIT, False, TimeInForce.GTC),
        ("TAKE_PROFIT", OrderType.TAKE_PROFIT, False, None),
    ],
)
def test_types(
    theirs: str, order_type: OrderType, post_only: bool, time_in_force: TimeInForce | None
) -> None:
    order = mapping.order({**PLACED, "type": theirs}, "BTC-USDT", TABLES, "order")
    assert (order.order_type, order.post_only) == (order_type, post_only)
    assert order.time_in_force is time_in_force
    assert (order.price is None) is (order_type is OrderType.MARKET)


def test_an_unknown_amount_of_quote_is_absent_not_negative() -> None:
    order = mapping.order({**PLACED, "cummulativeQuoteQty": "-1.00000000"}, "B", TABLES, "order")
    assert order.filled_notional is None


def test_amended_order_is_read_by_its_own_spelling_and_time() -> None:
    amended = {**PLACED, "qty": "5.00000000", "cumulativeQuoteQty": "1.5"}
    for absent in ("origQty", "cummulativeQuoteQty", "transactTime"):
        del amended[absent]
    order = mapping.amended_order(
        {"transactTime": 7, "executionId": 1, "amendedOrder": amended}, "BTC-USDT", TABLES
    )
    assert (order.quantity, order.filled_notional) == (D(5), D("1.5"))
    assert order.updated_time_ns == 7 * MS


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"executedQty": None}, "$.executedQty"),
        ({"executedQty": 4.0}, "$.executedQty"),
        ({"executedQty": "NaN"}, "$.executedQty"),
        ({"executedQty": "a lot"}, "$.executedQty"),
        ({"status": "SOMETHING_NEW"}, "$.status"),
        ({"side": "HOLD"}, "$.side"),
        ({"orderId": None}, "$.orderId"),
        ({"transactTime": "soon"}, "$.transactTime"),
    ],
)
def test_what_cannot_be_read_in_an_order_is_named_by_its_path(
    change: dict[str, Any], path: str
) -> None:
    with pytest.raises(MalformedMessageError) as malformed:
        mapping.order({**PLACED, **change}, "BTC-USDT", TABLES, "place")
    assert malformed.value.path == path
    assert path in malformed.value.message
    assert malformed.value.outcome is Outcome.UNKNOWN
    with pytest.raises(MalformedMessageError):
        mapping.order(None, "BTC-USDT", TABLES, "place")


def request(**changes: Any) -> OrderRequest:
    values: dict[str, Any] = {
        "symbol": "BTC-USDT",
        "side": Side.BUY,
        "order_type": OrderType.LIMIT,
        "client_order_id": "c-1",
        "quantity": D("1E-8"),
        "price": D("50000"),
        "time_in_force": TimeInForce.GTC,
    }
    return OrderRequest(**{**values, **changes})


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (
            request(),
            {
                "symbol": "BTCUSDT",
                "side": "BUY",
                "type": "LIMIT",
                "timeInForce": "GTC",
                "quantity": "0.00000001",
                "price": "50000",
                "newClientOrderId": "c-1",
            },
        ),
        (
            request(post_only=True, side=Side.SELL),
            {
                "symbol": "BTCUSDT",
                "side": "SELL",
                "type": "LIMIT_MAKER",
                "quantity": "0.00000001",
                "price": "50000",
                "newClientOrderId": "c-1",
            },
        ),
        (
            request(
                order_type=OrderType.MARKET,
                quantity=None,
                quote_quantity=D("1E+3"),
                price=None,
                time_in_force=None,
            ),
            {
                "symbol": "BTCUSDT",
                "side": "BUY",
                "type": "MARKET",
                "quoteOrderQty": "1000",
                "newClientOrderId": "c-1",
            },
        ),
        (
            request(
                order_type=OrderType.STOP_LIMIT,
                stop_price=D("49000.5"),
                display_quantity=D("0.1"),
            ),
            {
                "symbol": "BTCUSDT",
                "side": "BUY",
                "type": "STOP_LOSS_LIMIT",
                "timeInForce": "GTC",
                "quantity": "0.00000001",
                "price": "50000",
                "stopPrice": "49000.5",
                "icebergQty": "0.1",
                "newClientOrderId": "c-1",
            },
        ),
    ],
)
def test_parameters_of_an_order_are_what_was_asked(
    asked: OrderRequest, sent: dict[str, str]
) -> None:
    assert mapping.order_params(asked, "BTCUSDT", TABLES) == sent


def test_an_order_that_the_venue_has_no_word_for_is_refused_here() -> None:
    with pytest.raises(ValueError, match="no post-only MARKET"):
        mapping.order_params(
            request(order_type=OrderType.MARKET, post_only=True), "BTCUSDT", TABLES
        )
    with pytest.raises(KeyError):
        mapping.order_params(request(time_in_force=TimeInForce.DAY), "BTCUSDT", TABLES)


def test_one_changed_entry_changes_one_thing() -> None:
    swapped = replace(TABLES, fields={**TABLES.fields, "fill.fee": "qty"})
    row = {
        "id": 5,
        "orderId": 6,
        "price": "2.0",
        "qty": "3.0",
        "commission": "0.1",
        "commissionAsset": "BNB",
        "time": 9,
        "isBuyer": False,
        "isMaker": True,
    }
    right, wrong = (mapping.fill(row, "BTC-USDT", tables) for tables in (TABLES, swapped))
    assert (right.fee, wrong.fee) == (D("0.1"), D("3.0"))
    assert (right.side, right.liquidity, right.fee_currency) == (Side.SELL, Liquidity.MAKER, "BNB")
    assert (right.trade_id, right.price, right.venue_time_ns) == ("5", D(2), 9 * MS)


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


def test_fee_rates_are_the_sum_of_their_parts() -> None:
    parts = {
        "standardCommission": {"maker": "0.0010", "taker": "0.0020"},
        "specialCommission": {"maker": "0.0001", "taker": "0.0002"},
        "taxCommission": {"maker": "0.0003", "taker": "0"},
    }
    rates = mapping.fee_rates(parts, "BTC-USDT", TABLES)
    assert (rates.maker, rates.taker) == (D("0.0014"), D("0.0022"))


def test_an_18_digit_balance_keeps_every_digit() -> None:
    row = {"a": "PEPE", "f": "123456789012345678.12345678", "l": "1E-8"}
    balance = mapping.balance(row, TABLES, "stream", "balance_event")
    assert (balance.available, balance.locked) == (D("123456789012345678.12345678"), D("1E-8"))
