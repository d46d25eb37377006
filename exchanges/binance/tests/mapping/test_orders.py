"""Orders and fills as they are read, and what cannot be."""

from dataclasses import replace
from typing import Any

import pytest

from venueproof_binance import mapping
from venueproof_binance.tables import TABLES
from venueproof_core import Outcome
from venueproof_core.errors import MalformedMessageError
from venueproof_core.models import (
    Liquidity,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)

from .payloads import MS, PLACED, REPORT, D


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
