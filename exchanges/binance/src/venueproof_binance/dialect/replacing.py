"""Replacing and amending orders. Source: REST page, "Cancel an existing order and send a new order",
"Order amend keep priority".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import errors, filters
from venueproof_binance.dialect.order_list_rows import list_status_row
from venueproof_binance.dialect.order_rows import amended_row, placed_row
from venueproof_binance.dialect.orders import canceled, find, submit
from venueproof_binance.dialect.parameters import client_id, units, word
from venueproof_binance.dialect.placement import PARAMETERS, checked, response_type
from venueproof_binance.dialect.routing import row
from venueproof_core.control import Operation
from venueproof_core.models import OrderStatus
from venueproof_simulator.matching import as_matching
from venueproof_simulator.toolkit import Call, Refuse
from venueproof_simulator.venue_core import (
    OrderChanged,
    OrderState,
    Refusal,
    Refused,
    SubmitOrder,
)

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

AMEND_WEIGHT = 4


# ---------------------------------------------------------------- cancel and replace


def cancel_replace(dialect: BinanceDialect, call: Call) -> Any:
    """Both halves in one request. Filters and order count are looked at before the cancel."""
    mode = call.parameters["cancelReplaceMode"]
    if mode not in ("STOP_ON_FAILURE", "ALLOW_FAILURE"):
        raise errors.invalid("cancelReplaceMode")
    stops = mode == "STOP_ON_FAILURE"
    modes = ("DO_NOTHING", "CANCEL_ONLY")
    is_cancel_only = word(call, "orderRateLimitExceededMode", modes, modes[0]) == "CANCEL_ONLY"
    request = checked(dialect, call)
    exceeded: Refuse | None = None
    try:
        dialect.limits_of_world.check_orders(request.account)
    except Refuse as refusal:
        if not is_cancel_only:
            raise
        exceeded = refusal
    names = ("cancelOrderId", "cancelOrigClientOrderId", "cancelNewClientOrderId")
    cancel_row, cancel_error = _half(lambda: canceled(dialect, call, *names))
    if cancel_error is not None and stops:
        if exceeded is None:
            dialect.limits_of_world.count_orders(request.account)
        data = _halves("FAILURE", "NOT_ATTEMPTED", cancel_error, None)
        raise _failed(data, exceeded)
    place_row, place_error = _half(lambda: _place(dialect, call, request, exceeded))
    data = _halves(
        "FAILURE" if cancel_error else "SUCCESS",
        "FAILURE" if place_error else "SUCCESS",
        cancel_error or cancel_row,
        place_error or place_row,
    )
    if cancel_error is None and place_error is None:
        return data
    if cancel_error is not None and place_error is not None:
        raise _failed(data, None)
    status = 429 if exceeded is not None and stops else 409
    raise Refuse(
        -2021,
        "Order cancel-replace partially failed.",
        status=status,
        data=data,
        headers=exceeded.headers if exceeded is not None else None,
    )


def _failed(data: dict[str, Any], exceeded: Refuse | None) -> Refuse:
    return Refuse(
        -2022,
        "Order cancel-replace failed.",
        status=400 if exceeded is None else 429,
        data=data,
        headers=None if exceeded is None else exceeded.headers,
    )


def _place(
    dialect: BinanceDialect, call: Call, request: SubmitOrder, exceeded: Refuse | None
) -> dict[str, Any]:
    if exceeded is not None:
        raise exceeded
    return placed_row(dialect, submit(dialect, request), response_type(call), call)


def _half(work: Any) -> tuple[Any, Any]:
    try:
        return work(), None
    except Refuse as refusal:
        return None, {"code": refusal.code, "msg": refusal.message}


def _halves(cancel_result: str, order_result: str, canceled: Any, placed: Any) -> dict[str, Any]:
    return {
        "cancelResult": cancel_result,
        "newOrderResult": order_result,
        "cancelResponse": canceled,
        "newOrderResponse": placed,
    }


# ---------------------------------------------------------------- amend


def amend(dialect: BinanceDialect, call: Call) -> Any:
    """Less quantity under the same order id. One that expires the order costs no weight."""
    order = find(dialect, call, "orderId", "origClientOrderId", is_open=True)
    if order is None:
        raise errors.from_amendment(Refused(Refusal.UNKNOWN_ORDER))
    world = dialect.world
    order_list = as_matching(world.core).order_list(order.list_id or 0)
    if order_list is not None and order_list.paid_lot is not None and order.is_held:
        raise Refuse(-2038, "Order amend (pending OPO order) is not supported.")
    quantity = units(call, "newQty") or 0
    made = amendments_of(order)
    if len(made) >= filters.MAXIMUM_AMENDS:
        raise Refuse(-2038, "Filter failure: MAX_NUM_ORDER_AMENDS")
    filters.lot(quantity, world.core.instruments[order.symbol])
    before, names = order.quantity, [order.client_order_id]
    names.append(client_id(call, "newClientOrderId") or dialect.new_id())
    now, start = world.stamps.time_ns(), len(world.core.log)
    try:
        changed = world.core.amend(
            order.order_id, quantity=quantity, time_ns=now, request_id=names[1]
        )
    except Refused as refused:
        raise errors.from_amendment(refused) from refused
    told = next(event for event in world.core.log[start:] if isinstance(event, OrderChanged))
    row = {
        "executionId": told.sequence,
        "origClientOrderId": names[0],
        "newClientOrderId": names[1],
        "origQty": before,
        "newQty": quantity,
        "time": now,
    }
    order.attributes = {**(order.attributes or {}), "amendments": [*made, row]}
    if changed.status is OrderStatus.EXPIRED:
        dialect.limits_of_world.give_back(AMEND_WEIGHT)
    told_row = amended_row(dialect, changed, row, call)
    if order_list is not None:
        told_row["listStatus"] = list_status_row(order_list)
    return told_row


def amendments_of(order: OrderState) -> list[dict[str, Any]]:
    """What has been amended, oldest first: quantities in units, time in nanoseconds."""
    found: Any = (order.attributes or {}).get("amendments", [])
    return list(found)


ROUTES = (
    row(
        "POST order/cancelReplace",
        Operation.REPLACE,
        cancel_replace,
        1,
        f"{PARAMETERS} cancelReplaceMode* cancelOrderId cancelOrigClientOrderId"
        " cancelNewClientOrderId cancelRestrictions orderRateLimitExceededMode",
        security="TRADE",
    ),
    row(
        "PUT order/amend/keepPriority",
        Operation.AMEND,
        amend,
        AMEND_WEIGHT,
        "symbol* orderId origClientOrderId newQty* newClientOrderId",
        security="TRADE",
    ),
)
