"""Order lists between our words and the venue's."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from venueproof_binance.list_mapping import list_params, list_row
from venueproof_binance.tables import TABLES
from venueproof_core.errors import MalformedMessageError
from venueproof_core.models import (
    Contingency,
    OrderListRequest,
    OrderRequest,
    OrderType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)

D = Decimal
ENTRY = OrderRequest(
    symbol="BTC-USDT",
    side=Side.BUY,
    order_type=OrderType.LIMIT,
    client_order_id="entry",
    quantity=D("0.5"),
    price=D(90),
    time_in_force=TimeInForce.GTC,
)
TARGET = replace(
    ENTRY,
    side=Side.SELL,
    client_order_id="target",
    price=D(110),
    post_only=True,
    time_in_force=None,
)
STOP = replace(
    ENTRY,
    side=Side.SELL,
    client_order_id="stop",
    order_type=OrderType.STOP_LIMIT,
    price=D(79),
    stop_price=D(80),
)
ROW = {
    "orderListId": 3,
    "contingencyType": "OTO",
    "listStatusType": "EXEC_STARTED",
    "listOrderStatus": "EXECUTING",
    "listClientOrderId": "list",
    "transactionTime": 1,
    "symbol": "BTCUSDT",
    "orders": [{"symbol": "BTCUSDT", "orderId": n, "clientOrderId": str(n)} for n in (7, 8, 9)],
}


def params(contingency: Contingency, *orders: OrderRequest) -> dict[str, str]:
    request = OrderListRequest(contingency=contingency, client_list_id="list", orders=orders)
    return list_params(request, "BTCUSDT", TABLES)


def leg(prefix: str, **fields: str) -> dict[str, str]:
    return {f"{prefix}{name}": value for name, value in fields.items()}


ABOVE = {"Type": "LIMIT_MAKER", "ClientOrderId": "target", "Price": "110"}
BELOW = {
    "Type": "STOP_LOSS_LIMIT",
    "ClientOrderId": "stop",
    "Price": "79",
    "StopPrice": "80",
    "TimeInForce": "GTC",
}


@pytest.mark.parametrize("orders", [(TARGET, STOP), (STOP, TARGET)])
def test_pair_to_sell_has_its_target_above(orders: tuple[OrderRequest, ...]) -> None:
    assert params(Contingency.OCO, *orders) == {
        "symbol": "BTCUSDT",
        "listClientOrderId": "list",
        "side": "SELL",
        "quantity": "0.5",
        **leg("above", **ABOVE),
        **leg("below", **BELOW),
    }


def test_pair_to_buy_has_its_stop_above() -> None:
    sent = params(Contingency.OCO, *(replace(order, side=Side.BUY) for order in (TARGET, STOP)))
    assert (sent["aboveType"], sent["belowType"]) == ("STOP_LOSS_LIMIT", "LIMIT_MAKER")


def test_entry_with_target_and_stop() -> None:
    assert params(Contingency.OTOCO, ENTRY, TARGET, STOP) == {
        "symbol": "BTCUSDT",
        "listClientOrderId": "list",
        **leg(
            "working",
            Type="LIMIT",
            Side="BUY",
            Quantity="0.5",
            ClientOrderId="entry",
            Price="90",
            TimeInForce="GTC",
        ),
        "pendingSide": "SELL",
        "pendingQuantity": "0.5",
        **leg("pendingAbove", **ABOVE),
        **leg("pendingBelow", **BELOW),
    }


def test_one_order_that_triggers_one() -> None:
    mode = SelfTradePrevention.EXPIRE_BOTH
    sent = params(
        Contingency.OTO, *(replace(order, self_trade_prevention=mode) for order in (ENTRY, TARGET))
    )
    assert (sent["workingSide"], sent["pendingSide"]) == ("BUY", "SELL")
    assert sent["pendingType"] == "LIMIT_MAKER"
    assert sent["selfTradePreventionMode"] == "EXPIRE_BOTH"


@pytest.mark.parametrize(
    ("contingency", "orders", "why"),
    [
        (Contingency.OCO, (TARGET, TARGET), "one order of the STOP family"),
        (Contingency.OCO, (TARGET, replace(STOP, quantity=D(1))), "one side and quantity"),
        (Contingency.OCO, (TARGET, replace(STOP, symbol="ETH-USDT")), "differ in symbol"),
        (Contingency.OTOCO, (ENTRY, TARGET), "2 orders are no OTOCO"),
    ],
)
def test_list_that_the_venue_cannot_take_is_refused_here(
    contingency: Contingency, orders: tuple[OrderRequest, ...], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        params(contingency, *orders)


def test_row_of_a_list() -> None:
    row = list_row(ROW, TABLES, "order")
    assert (row.client_list_id, row.venue_list_id, row.venue_symbol) == ("list", "3", "BTCUSDT")
    assert (row.contingency, row.is_done) == (Contingency.OTOCO, False)
    assert row.order_ids == ("7", "8", "9")
    two: Any = {**ROW, "orders": ROW["orders"][:2], "listOrderStatus": "ALL_DONE"}  # type: ignore[index]
    row = list_row(two, TABLES, "order")
    assert (row.contingency, row.is_done) == (Contingency.OTO, True)


@pytest.mark.parametrize("change", [{"orders": None}, {"orders": [{}]}, {"contingencyType": "X"}])
def test_row_that_cannot_be_read_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedMessageError):
        list_row({**ROW, **change}, TABLES, "order")
