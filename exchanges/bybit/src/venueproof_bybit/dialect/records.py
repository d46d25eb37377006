"""Orders and executions asked for later.

Source: "Get Open & Closed Orders", "Get Order History", "Get Trade History".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_bybit.dialect import errors
from venueproof_bybit.dialect.order_rows import (
    core_order_id,
    execution_row,
    is_triggered,
    order_row,
    status_of,
)
from venueproof_bybit.dialect.orders import OPEN, kind_of
from venueproof_bybit.dialect.parameters import category, order_symbol, page, time_ns, whole
from venueproof_core.control import Operation
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.toolkit import Call, Route
from venueproof_simulator.venue_core import OrderState

if TYPE_CHECKING:
    from venueproof_bybit.dialect.venue import BybitDialect

LONGEST_SPAN_NS = 7 * 86_400 * SECOND_NS


def realtime(dialect: BybitDialect, call: Call) -> Any:
    orders = _wanted(dialect, call)
    has_id = bool(call.parameters.get("orderId") or call.parameters.get("orderLinkId"))
    is_closed = whole(call, "openOnly", 0, most=2) == 1
    if not has_id:
        orders = [order for order in orders if (order.status in OPEN) is not is_closed]
    return _page_of(dialect, call, orders)


def history(dialect: BybitDialect, call: Call) -> Any:
    start, end = _span(dialect, call)
    wanted = call.parameters.get("orderStatus")
    orders = [
        order
        for order in _wanted(dialect, call)
        if order.status not in OPEN
        and start <= order.created_time_ns <= end
        and wanted in (None, "", _status(order))
    ]
    return _page_of(dialect, call, orders)


def executions(dialect: BybitDialect, call: Call) -> Any:
    category(call)
    symbol, account = order_symbol(call, is_optional=True), dialect.account_of(call).name
    limit, (start, end) = whole(call, "limit", 50, 1, 100), _span(dialect, call)
    order_id, link_id = call.parameters.get("orderId"), call.parameters.get("orderLinkId")
    core = dialect.world.core
    rows = []
    for name in [symbol] if symbol else core.instruments:
        for trade in core.trades(name):
            for order in (trade.taker, trade.maker):
                if order.account != account:
                    continue
                if order_id or link_id:
                    is_wanted = (
                        order.order_id == core_order_id(order_id)
                        if order_id
                        else order.client_order_id == link_id
                    )
                else:
                    is_wanted = start <= trade.time_ns <= end
                if is_wanted:
                    rows.append((trade, order))
    rows.sort(key=lambda row: row[0].sequence, reverse=True)
    shown, cursor = page(call, rows, limit, lambda row: row[0].sequence)
    listed = [execution_row(dialect, trade, order) for trade, order in shown]
    return {"category": "spot", "list": listed, "nextPageCursor": cursor}


def _status(order: OrderState) -> str:
    return status_of(order.status, order.filled_quantity, is_triggered=is_triggered(order))


def _wanted(dialect: BybitDialect, call: Call) -> list[OrderState]:
    """The account's orders that the request names, newest first."""
    category(call)
    symbol, account = order_symbol(call, is_optional=True), dialect.account_of(call).name
    order_id, link_id = call.parameters.get("orderId"), call.parameters.get("orderLinkId")
    found = list(reversed(dialect.world.core.orders(account, symbol)))
    if order_id:
        return [order for order in found if order.order_id == core_order_id(order_id)]
    if link_id:
        return [order for order in found if order.client_order_id == link_id]
    wanted = call.parameters.get("orderFilter")
    return [order for order in found if wanted in (None, "", kind_of(order))]


def _page_of(dialect: BybitDialect, call: Call, orders: list[OrderState]) -> Any:
    limit = whole(call, "limit", 20, 1, 50)
    shown, cursor = page(call, orders, limit, lambda order: order.order_id)
    listed = [order_row(dialect, order) for order in shown]
    return {"category": "spot", "list": listed, "nextPageCursor": cursor}


def _span(dialect: BybitDialect, call: Call) -> tuple[int, int]:
    start, end = time_ns(call, "startTime"), time_ns(call, "endTime")
    now = dialect.world.stamps.time_ns() + SECOND_NS
    if start is None:
        end = now if end is None else end
        return end - LONGEST_SPAN_NS, end
    end = start + LONGEST_SPAN_NS if end is None else end
    if end - start > LONGEST_SPAN_NS:
        raise errors.parameter("The time range between startTime and endTime cannot exceed 7 days.")
    # Times are whole milliseconds, the end included.
    return start, end + 999_999


def _get(path: str, operation: Operation, handler: Any) -> Route:
    return Route(
        name=f"GET /v5/{path}", operation=operation, handler=handler, security="SIGNED", weight=50
    )


ROUTES = (
    _get("order/realtime", Operation.OPEN_ORDERS, realtime),
    _get("order/history", Operation.ORDER_HISTORY, history),
    _get("execution/list", Operation.FILLS, executions),
)
