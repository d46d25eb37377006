"""Lists whose working order pays for the pending ones (OPO, OPOCO). Source: OPO page; REST page, "New order list"."""

from decimal import Decimal
from typing import Any

import pytest

from venueproof_core.control import AccountSpec, CounterpartyRequest, Move

OPO = {
    "symbol": "BTCUSDT",
    "workingType": "LIMIT",
    "workingSide": "BUY",
    "workingPrice": "50000",
    "workingQuantity": "0.01",
    "workingTimeInForce": "GTC",
    "pendingType": "LIMIT_MAKER",
    "pendingSide": "SELL",
    "pendingPrice": "70000",
}
OPOCO = {
    **{name: value for name, value in OPO.items() if name.startswith(("symbol", "working"))},
    "pendingSide": "SELL",
    "pendingAboveType": "LIMIT_MAKER",
    "pendingAbovePrice": "70000",
    "pendingBelowType": "STOP_LOSS",
    "pendingBelowStopPrice": "45000",
}
RICH = {"BTC": Decimal(1), "USDT": Decimal(100_000)}
WITHOUT_BASE = {"USDT": Decimal(100_000)}


async def _btc(ask: Any) -> tuple[str, str]:
    _, account = await ask.signed("GET", "account")
    row = next(row for row in account["balances"] if row["asset"] == "BTC")
    return row["free"], row["locked"]


async def _order(ask: Any, order_id: int) -> Any:
    return (await ask.signed("GET", "order", symbol="BTCUSDT", orderId=order_id))[1]


def _fill(ask: Any, quantity: str) -> None:
    ask.world.market.trade_against(
        CounterpartyRequest(symbol="BTC-USDT", client_order_id="w", quantity=Decimal(quantity)),
        "main",
    )
    ask.world.settle()


@pytest.mark.parametrize(("kind", "parameters"), [("opo", OPO), ("opoco", OPOCO)])
def test_pending_orders_are_told_without_a_quantity(
    venue: Any, kind: str, parameters: dict[str, str]
) -> None:
    async def body(ask: Any) -> None:
        status, value = await ask.signed("POST", f"orderList/{kind}", **parameters)
        assert (status, value["contingencyType"]) == (200, "OTO")
        working, *pending = value["orderReports"]
        assert working["origQty"] == "0.01000000"
        assert {row["status"] for row in pending} == {"PENDING_NEW"}
        assert not any("origQty" in row for row in pending)

    venue(body)


@pytest.mark.parametrize(
    ("balances", "locked", "left"),
    [(RICH, "0.01000000", "0.99999100"), (WITHOUT_BASE, "0.00999000", "0.00000100")],
    ids=["fee of free funds", "fee of what was received"],
)
@pytest.mark.parametrize(("kind", "parameters"), [("opo", OPO), ("opoco", OPOCO)])
def test_what_the_working_order_receives_is_locked_and_then_sold(
    venue: Any,
    kind: str,
    parameters: dict[str, str],
    balances: dict[str, Decimal],
    locked: str,
    left: str,
) -> None:
    async def body(ask: Any) -> None:
        _, value = await ask.signed(
            "POST", f"orderList/{kind}", **parameters, workingClientOrderId="w"
        )
        _fill(ask, "0.004")
        assert Decimal((await _btc(ask))[1]) >= Decimal("0.003996"), (
            "locked before the list goes on"
        )
        _fill(ask, "0.006")
        assert await _btc(ask) == (left, locked)
        for leg in value["orders"][1:]:
            order = await _order(ask, leg["orderId"])
            assert (order["status"], order["origQty"]) == ("NEW", locked)
        ask.world.core.check()

    venue(body, accounts=[AccountSpec(name="main", balances=balances)])


def test_cancel_sets_free_what_was_received_so_far(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, value = await ask.signed("POST", "orderList/opo", **OPO, workingClientOrderId="w")
        _fill(ask, "0.004")
        ask.world.core.check()
        list_id = value["orderListId"]
        status, _ = await ask.signed("DELETE", "orderList", symbol="BTCUSDT", orderListId=list_id)
        assert (status, await _btc(ask)) == (200, ("1.00399640", "0.00000000"))
        ask.world.core.check()

    venue(body, accounts=[AccountSpec(name="main", balances=RICH)])


def test_received_amount_below_the_least_notional_ends_the_pending_order(venue: Any) -> None:
    async def body(ask: Any) -> None:
        low = {**OPO, "pendingPrice": "13000", "pendingType": "STOP_LOSS_LIMIT",
               "pendingStopPrice": "13000", "pendingTimeInForce": "GTC", "workingQuantity": "0.0003",
               "workingPrice": "20000"}  # fmt: skip
        _, value = await ask.signed("POST", "orderList/opo", **low, workingClientOrderId="w")
        ask.world.market.act(Move(symbol="BTC-USDT", middle=Decimal(20_000)))
        _fill(ask, "0.0003")
        order = await _order(ask, value["orders"][1]["orderId"])
        assert (order["status"], order["expiryReason"]) == ("EXPIRED", "REJECTED")
        assert (await _btc(ask))[1] == "0.00000000"

    venue(body, accounts=[AccountSpec(name="main", balances=RICH)])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"workingSide": "SELL", "workingPrice": "70000"}, -1222),
        ({"pendingSide": "BUY", "pendingPrice": "50000"}, -1223),
        ({"pendingQuantity": "0.01"}, -1104),
        ({"pendingPrice": "70000.001"}, -1013),
        ({"workingQuantity": "0.000001"}, -1013),
        ({"workingType": "MARKET"}, -1014),
    ],
)
def test_wrong_list_is_refused(venue: Any, changes: dict[str, str], code: int) -> None:
    async def body(ask: Any) -> None:
        _, value = await ask.signed("POST", "orderList/opo", **{**OPO, **changes})
        assert value["code"] == code
        assert (await ask.signed("GET", "openOrders"))[1] == []

    venue(body)


def test_pending_quantity_cannot_be_amended_before_it_is_known(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, value = await ask.signed("POST", "orderList/opo", **OPO, workingClientOrderId="w")
        working, pending = (leg["orderId"] for leg in value["orders"])
        amend = {"symbol": "BTCUSDT", "newQty": "0.005"}
        refused = await ask.signed("PUT", "order/amend/keepPriority", **amend, orderId=pending)
        assert refused[1]["msg"] == "Order amend (pending OPO order) is not supported."
        kept = {**amend, "newClientOrderId": "w"}
        await ask.signed("PUT", "order/amend/keepPriority", **kept, orderId=working)
        _fill(ask, "0.005")
        assert (await _order(ask, pending))["origQty"] == "0.00500000"
        again = await ask.signed(
            "PUT", "order/amend/keepPriority", **{**amend, "newQty": "0.004"}, orderId=pending
        )
        assert again[0] == 200
        ask.world.core.check()

    venue(body, accounts=[AccountSpec(name="main", balances=RICH)])
