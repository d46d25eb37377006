"""Order lists as replies and events show them. Source: REST page, "Order lists"; user data page, "listStatus"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect.listings import venue_symbol
from venueproof_binance.dialect.order_rows import canceled_row, placed_row
from venueproof_binance.dialect.wire import number
from venueproof_simulator.order_lists import ListEvent, OrderList
from venueproof_simulator.toolkit import Call
from venueproof_simulator.venue_core import OrderState

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

STATUS_TYPES = {
    ListEvent.STARTED: ("EXEC_STARTED", "EXECUTING"),
    ListEvent.UPDATED: ("UPDATED", "EXECUTING"),
    ListEvent.DONE: ("ALL_DONE", "ALL_DONE"),
}


def list_row(dialect: BinanceDialect, order_list: OrderList, call: Call) -> dict[str, Any]:
    """A list without its orders' reports."""
    kind = ListEvent.STARTED if order_list.is_open else ListEvent.DONE
    status_type, order_status = STATUS_TYPES[kind]
    return {
        "orderListId": order_list.list_id,
        "contingencyType": order_list.contingency.value,
        "listStatusType": status_type,
        "listOrderStatus": order_status,
        "listClientOrderId": order_list.client_list_id,
        "transactionTime": dialect.stamp(order_list.updated_time_ns, call),
        **_orders(order_list),
    }


def list_status_row(order_list: OrderList) -> dict[str, Any]:
    """What the reply to an amendment tells of the list that the order is a leg of."""
    kind = ListEvent.STARTED if order_list.is_open else ListEvent.DONE
    return {
        "orderListId": order_list.list_id,
        "contingencyType": order_list.contingency.value,
        "listOrderStatus": STATUS_TYPES[kind][1],
        "listClientOrderId": order_list.client_list_id,
        **_orders(order_list),
    }


def _orders(order_list: OrderList) -> dict[str, Any]:
    return {
        "symbol": venue_symbol(order_list.symbol),
        "orders": [
            {
                "symbol": venue_symbol(leg.symbol),
                "orderId": leg.order_id,
                "clientOrderId": leg.client_order_id,
            }
            for leg in order_list.legs
        ],
    }


def placed_list_row(
    dialect: BinanceDialect, order_list: OrderList, kind: str, call: Call
) -> dict[str, Any]:
    """The reply to a placement: always as started, held legs as held, whatever has happened since."""
    status_type, order_status = STATUS_TYPES[ListEvent.STARTED]
    reports = []
    for leg in order_list.legs:
        report = placed_row(dialect, leg, kind, call)
        if leg in order_list.triggered and kind != "ACK":
            report |= _held(report)
            if order_list.paid_lot is not None:
                del report["origQty"]
        reports.append(report)
    return {
        **list_row(dialect, order_list, call),
        "listStatusType": status_type,
        "listOrderStatus": order_status,
        "orderReports": reports,
    }


def _held(report: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "status": "PENDING_NEW",
        "executedQty": number(0),
        "cummulativeQuoteQty": number(0),
        "workingTime": -1,
    }
    return {**fields, "fills": []} if "fills" in report else fields


def canceled_list_row(
    dialect: BinanceDialect,
    order_list: OrderList,
    ended: list[OrderState],
    request_id: str,
    call: Call,
) -> dict[str, Any]:
    """The reply to a cancel of a list or of one of its legs."""
    reports = [canceled_row(dialect, leg, request_id, call) for leg in ended]
    return {**list_row(dialect, order_list, call), "orderReports": reports}
