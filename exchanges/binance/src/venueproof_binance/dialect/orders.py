"""Placing, cancelling, replacing and amending orders. Source: REST page, "Trading endpoints"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import errors
from venueproof_binance.dialect.order_rows import (
    amended_row,
    canceled_row,
    order_row,
    placed_row,
)
from venueproof_binance.dialect.parameters import canonical, client_id, units, whole
from venueproof_binance.dialect.placement import checked, response_type
from venueproof_core.control import Operation
from venueproof_simulator.toolkit import Call, Refuse, Route
from venueproof_simulator.venue_core import (
    OrderState,
    Refused,
)

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

PLACEMENT = (
    "symbol*",
    "side*",
    "type*",
    "timeInForce",
    "quantity",
    "quoteOrderQty",
    "price",
    "newClientOrderId",
    "strategyId",
    "strategyType",
    "stopPrice",
    "icebergQty",
    "newOrderRespType",
    "selfTradePreventionMode",
)


def place(dialect: BinanceDialect, call: Call) -> Any:
    order = submit(dialect, call)
    return placed_row(dialect, order, response_type(call), call)


def place_test(dialect: BinanceDialect, call: Call) -> Any:
    checked(dialect, call)
    if call.parameters.get("computeCommissionRates") != "true":
        return {}
    rates = dialect.commission_rates()
    sides = {"maker": rates["maker"], "taker": rates["taker"]}
    none = {"maker": "0.00000000", "taker": "0.00000000"}
    return {
        "standardCommissionForOrder": sides,
        "specialCommissionForOrder": none,
        "taxCommissionForOrder": none,
        "discount": dialect.discount(),
    }


def cancel(dialect: BinanceDialect, call: Call) -> Any:
    restriction = call.parameters.get("cancelRestrictions")
    if restriction not in (None, "ONLY_NEW", "ONLY_PARTIALLY_FILLED"):
        raise Refuse(
            -1145,
            "`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.",
        )
    order = find(dialect, call, "orderId", "origClientOrderId", is_open=True)
    if order is None:
        raise errors.of(errors.UNKNOWN_ORDER)
    wanted = {"ONLY_NEW": "NEW", "ONLY_PARTIALLY_FILLED": "PARTIALLY_FILLED"}.get(restriction or "")
    if wanted is not None and order.status.value != wanted:
        raise Refuse(-2011, "Order was not canceled due to cancel restrictions.")
    request_id = client_id(call, "newClientOrderId") or dialect.new_id()
    return canceled_row(dialect, end(dialect, order, request_id), request_id, call)


def cancel_all(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    account = dialect.account_of(call)
    orders = list(dialect.world.core.open_orders(account.name, symbol))
    if not orders:
        raise errors.of(errors.UNKNOWN_ORDER)
    rows = []
    for order in orders:
        request_id = dialect.new_id()
        rows.append(canceled_row(dialect, end(dialect, order, request_id), request_id, call))
    return rows


def cancel_replace(dialect: BinanceDialect, call: Call) -> Any:
    mode = call.parameters["cancelReplaceMode"]
    if mode not in ("STOP_ON_FAILURE", "ALLOW_FAILURE"):
        raise Refuse(-1130, "Data sent for parameter 'cancelReplaceMode' is not valid.")
    checked(dialect, call)
    canceled, cancel_error = _half(lambda: _replace_cancel(dialect, call))
    if cancel_error is not None and mode == "STOP_ON_FAILURE":
        data = _halves("FAILURE", "NOT_ATTEMPTED", cancel_error, None)
        raise Refuse(-2022, "Order cancel-replace failed.", data=data)
    placed, place_error = _half(lambda: place(dialect, call))
    if cancel_error is None and place_error is None:
        return _halves("SUCCESS", "SUCCESS", canceled, placed)
    data = _halves(
        "FAILURE" if cancel_error else "SUCCESS",
        "FAILURE" if place_error else "SUCCESS",
        cancel_error or canceled,
        place_error or placed,
    )
    if cancel_error is not None and place_error is not None:
        raise Refuse(-2022, "Order cancel-replace failed.", data=data)
    raise Refuse(-2021, "Order cancel-replace partially failed.", status=409, data=data)


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


def _replace_cancel(dialect: BinanceDialect, call: Call) -> Any:
    order = find(dialect, call, "cancelOrderId", "cancelOrigClientOrderId", is_open=True)
    if order is None:
        raise errors.of(errors.UNKNOWN_ORDER)
    request_id = client_id(call, "cancelNewClientOrderId") or dialect.new_id()
    return canceled_row(dialect, end(dialect, order, request_id), request_id, call)


def amend(dialect: BinanceDialect, call: Call) -> Any:
    order = find(dialect, call, "orderId", "origClientOrderId", is_open=True)
    if order is None:
        raise errors.of(errors.NO_SUCH_ORDER)
    quantity = units(call, "newQty")
    rules = dialect.world.core.instruments[order.symbol]
    if quantity is None or quantity % rules.lot_size:
        raise errors.filter_failure("LOT_SIZE")
    previous = order.client_order_id
    new_id = client_id(call, "newClientOrderId") or dialect.new_id()
    now = dialect.world.stamps.time_ns()
    try:
        changed = dialect.world.core.amend(
            order.order_id, quantity=quantity, time_ns=now, request_id=new_id
        )
    except Refused as refused:
        raise errors.from_amendment(refused) from refused
    return amended_row(dialect, changed, previous, call)


def query(dialect: BinanceDialect, call: Call) -> Any:
    order = find(dialect, call, "orderId", "origClientOrderId", is_open=False)
    if order is None:
        raise errors.of(errors.NO_SUCH_ORDER)
    return order_row(dialect, order, call)


def open_orders(dialect: BinanceDialect, call: Call) -> Any:
    symbol = call.parameters.get("symbol")
    name = None if symbol is None else canonical(symbol)
    account = dialect.account_of(call)
    orders = dialect.world.core.open_orders(account.name, name)
    return [order_row(dialect, order, call) for order in orders]


# ---------------------------------------------------------------- the parts


def submit(dialect: BinanceDialect, call: Call) -> OrderState:
    """Check an order as the venue does and give it to the core.

    Raises:
        Refuse: Whatever is wrong first.
    """
    request = checked(dialect, call)
    dialect.limits_of_world.count_order(request.account)
    try:
        return dialect.world.core.submit(request, time_ns=dialect.world.stamps.time_ns())
    except Refused as refused:
        raise errors.from_placement(refused) from refused


def find(
    dialect: BinanceDialect, call: Call, by_id: str, by_client_id: str, *, is_open: bool
) -> OrderState | None:
    """The order a request names.

    Raises:
        Refuse: -1102 if it names none, -2039 if its two names disagree.
    """
    symbol = canonical(call.parameters["symbol"])
    account = dialect.account_of(call)
    wanted_id, wanted_client = call.parameters.get(by_id), call.parameters.get(by_client_id)
    if not wanted_id and not wanted_client:
        raise errors.one_of(by_client_id, by_id)
    core = dialect.world.core
    if wanted_id:
        order = core.order(whole(call, by_id, default=0))
        if order is not None and (order.account != account.name or order.symbol != symbol):
            order = None
        if order is not None and wanted_client and not _is_named(order, wanted_client):
            raise Refuse(-2039, "Client order ID is not correct for this order ID.")
    else:
        order = core.find_open(account.name, symbol, str(wanted_client))
        if order is None and not is_open:
            closed = reversed(core.orders(account.name, symbol))
            order = next((o for o in closed if _is_named(o, str(wanted_client))), None)
    if order is not None and is_open and order.status.value not in ("NEW", "PARTIALLY_FILLED"):
        return None
    return order


def _is_named(order: OrderState, client_order_id: str) -> bool:
    # The documents leave open whether a cancelled order is still found by its first id: both are.
    canceled_by = (order.attributes or {}).get("canceled_by")
    return client_order_id in (order.client_order_id, canceled_by)


def end(dialect: BinanceDialect, order: OrderState, request_id: str) -> OrderState:
    """Cancel an open order. The cancel's id is shown instead of the order's own from now on."""
    order.attributes = {**(order.attributes or {}), "canceled_by": request_id}
    return dialect.world.core.cancel(order.order_id, time_ns=dialect.world.stamps.time_ns())


def _route(
    name: str,
    operation: Operation,
    handler: Any,
    weight: Any,
    *parameters: str,
    security: str = "TRADE",
) -> Route:
    return Route(
        name=name,
        operation=operation,
        handler=handler,
        weight=weight,
        parameters=parameters,
        security=security,
    )


ROUTES = (
    _route("POST /api/v3/order", Operation.PLACE, place, 1, *PLACEMENT),
    _route(
        "POST /api/v3/order/test",
        Operation.TEST_PLACE,
        place_test,
        lambda parameters: 20 if parameters.get("computeCommissionRates") == "true" else 1,
        *PLACEMENT,
        "computeCommissionRates",
    ),
    _route(
        "DELETE /api/v3/order",
        Operation.CANCEL,
        cancel,
        1,
        "symbol*",
        "orderId",
        "origClientOrderId",
        "newClientOrderId",
        "cancelRestrictions",
    ),
    _route("DELETE /api/v3/openOrders", Operation.CANCEL_ALL, cancel_all, 1, "symbol*"),
    _route(
        "POST /api/v3/order/cancelReplace",
        Operation.REPLACE,
        cancel_replace,
        1,
        *PLACEMENT,
        "cancelReplaceMode*",
        "cancelOrderId",
        "cancelOrigClientOrderId",
        "cancelNewClientOrderId",
        "cancelRestrictions",
        "orderRateLimitExceededMode",
    ),
    _route(
        "PUT /api/v3/order/amend/keepPriority",
        Operation.AMEND,
        amend,
        4,
        "symbol*",
        "orderId",
        "origClientOrderId",
        "newQty*",
        "newClientOrderId",
    ),
    _route(
        "GET /api/v3/order",
        Operation.ORDER,
        query,
        4,
        "symbol*",
        "orderId",
        "origClientOrderId",
        security="USER_DATA",
    ),
    _route(
        "GET /api/v3/openOrders",
        Operation.OPEN_ORDERS,
        open_orders,
        lambda parameters: 6 if "symbol" in parameters else 80,
        "symbol",
        security="USER_DATA",
    ),
)
# Successful placements and cancels cost no weight. Source: changelog, 2026-04-02.
FREE_ON_SUCCESS = frozenset(
    {Operation.PLACE, Operation.CANCEL, Operation.CANCEL_ALL, Operation.REPLACE}
)
