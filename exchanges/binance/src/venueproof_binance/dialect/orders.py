"""Placing, testing, cancelling and finding orders. Source: REST page, "Trading endpoints"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import errors
from venueproof_binance.dialect.order_list_rows import canceled_list_row
from venueproof_binance.dialect.order_rows import canceled_row, order_row, placed_row
from venueproof_binance.dialect.parameters import canonical, client_id, is_true, whole
from venueproof_binance.dialect.placement import PARAMETERS, checked, response_type
from venueproof_binance.dialect.routing import row
from venueproof_core.control import Operation
from venueproof_simulator.matching import as_matching
from venueproof_simulator.toolkit import Call, Refuse
from venueproof_simulator.venue_core import OrderState, Refused, SubmitOrder

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

RESTRICTIONS = {"ONLY_NEW": "NEW", "ONLY_PARTIALLY_FILLED": "PARTIALLY_FILLED"}
OPEN = ("NEW", "PARTIALLY_FILLED")


def place(dialect: BinanceDialect, call: Call) -> Any:
    request = checked(dialect, call)
    dialect.limits_of_world.check_orders(request.account)
    return placed_row(dialect, submit(dialect, request), response_type(call), call)


def place_test(dialect: BinanceDialect, call: Call) -> Any:
    checked(dialect, call)
    if not is_true(call, "computeCommissionRates"):
        return {}
    rates = dialect.commission_rates(dialect.account_of(call).name)
    sides = {"maker": rates["maker"], "taker": rates["taker"]}
    none = {"maker": "0.00000000", "taker": "0.00000000"}
    return {
        "standardCommissionForOrder": sides,
        "specialCommissionForOrder": none,
        "taxCommissionForOrder": none,
        "discount": dialect.discount(),
    }


def cancel(dialect: BinanceDialect, call: Call) -> Any:
    return canceled(dialect, call, "orderId", "origClientOrderId", "newClientOrderId")


def cancel_all(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    orders = list(dialect.world.core.open_orders(dialect.account_of(call).name, symbol))
    if not orders:
        raise errors.of(errors.UNKNOWN_ORDER)
    # A leg ends with the first one of its list: it has nothing left when its turn comes.
    return [
        _ended_row(dialect, order, dialect.new_id(), call)
        for order in orders
        if order.remaining_quantity
    ]


def query(dialect: BinanceDialect, call: Call) -> Any:
    order = find(dialect, call, "orderId", "origClientOrderId", is_open=False)
    if order is None:
        raise errors.of(errors.NO_SUCH_ORDER)
    return order_row(dialect, order, call)


def open_orders(dialect: BinanceDialect, call: Call) -> Any:
    symbol = call.parameters.get("symbol")
    name = None if symbol is None else canonical(symbol)
    orders = dialect.world.core.open_orders(dialect.account_of(call).name, name)
    return [order_row(dialect, order, call) for order in orders]


# ---------------------------------------------------------------- the parts


def submit(dialect: BinanceDialect, request: SubmitOrder) -> OrderState:
    """Give a checked order to the core; what it takes is counted.

    Raises:
        Refuse: The core refuses it.
    """
    try:
        order = dialect.world.core.submit(request, time_ns=dialect.world.stamps.time_ns())
    except Refused as refused:
        levels = dialect.world.core.levels(request.symbol, request.side.opposite, 1)
        raise errors.from_placement(refused, is_book_empty=not levels) from refused
    dialect.limits_of_world.count_orders(request.account)
    return order


def canceled(
    dialect: BinanceDialect, call: Call, by_id: str, by_client_id: str, new_id: str
) -> dict[str, Any]:
    """Cancel the order that these parameters name.

    Raises:
        Refuse: -2011 for an order that is not open, or not in the state asked for.
    """
    restriction = call.parameters.get("cancelRestrictions")
    if restriction is not None and restriction not in RESTRICTIONS:
        raise Refuse(
            -1145,
            "`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.",
        )
    order = find(
        dialect, call, by_id, by_client_id, is_open=True, disagree=errors.CANCEL_IDS_DISAGREE
    )
    if order is None:
        raise errors.of(errors.UNKNOWN_ORDER)
    if restriction is not None and order.status.value != RESTRICTIONS[restriction]:
        raise Refuse(-2011, "Order was not canceled due to cancel restrictions.")
    request_id = client_id(call, new_id) or dialect.new_id()
    return _ended_row(dialect, order, request_id, call)


def _ended_row(
    dialect: BinanceDialect, order: OrderState, request_id: str, call: Call
) -> dict[str, Any]:
    """Cancel an order, or the whole list that it is a leg of."""
    order_list = as_matching(dialect.world.core).order_list(order.list_id or 0)
    if order_list is None:
        return canceled_row(dialect, end(dialect, order, request_id), request_id, call)
    alive = [leg for leg in order_list.legs if leg.remaining_quantity]
    end(dialect, order, request_id)
    return canceled_list_row(dialect, order_list, alive, request_id, call)


def find(
    dialect: BinanceDialect,
    call: Call,
    by_id: str,
    by_client_id: str,
    *,
    is_open: bool,
    disagree: errors.Row = errors.IDS_DISAGREE,
) -> OrderState | None:
    """The order a request names.

    Raises:
        Refuse: -1102 if it names none, ``disagree`` if its two names are of different orders.
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
            raise errors.of(disagree)
    else:
        order = core.find_open(account.name, symbol, str(wanted_client))
        if order is None and not is_open:
            closed = reversed(core.orders(account.name, symbol))
            order = next((o for o in closed if _is_named(o, str(wanted_client))), None)
    if order is not None and is_open and order.status.value not in OPEN:
        return None
    return order


def _is_named(order: OrderState, client_order_id: str) -> bool:
    # The documents leave open whether a cancelled order is still found by its first id: both are.
    canceled_by = (order.attributes or {}).get("canceled_by")
    return client_order_id in (order.client_order_id, canceled_by)


def end(dialect: BinanceDialect, order: OrderState, request_id: str) -> OrderState:
    """Cancel an open order. The cancel's id is shown instead of the order's own from now on.

    Raises:
        Refuse: -2011: the market is closed.
    """
    core = dialect.world.core
    order_list = as_matching(core).order_list(order.list_id or 0)
    ended = [order] if order_list is None else order_list.legs
    before = [(leg, leg.attributes) for leg in ended if leg.remaining_quantity]
    # The events of the cancel are told with its id: it must be there before.
    for leg, attributes in before:
        leg.attributes = {**(attributes or {}), "canceled_by": request_id}
    try:
        return core.cancel(order.order_id, time_ns=dialect.world.stamps.time_ns())
    except Refused as refused:
        for leg, attributes in before:
            leg.attributes = attributes
        raise errors.from_cancel(refused) from refused


ROUTES = (
    row("POST order", Operation.PLACE, place, 1, PARAMETERS, security="TRADE"),
    row(
        "POST order/test",
        Operation.TEST_PLACE,
        place_test,
        lambda parameters: 20 if parameters.get("computeCommissionRates") == "true" else 1,
        f"{PARAMETERS} computeCommissionRates",
        security="TRADE",
    ),
    row(
        "DELETE order",
        Operation.CANCEL,
        cancel,
        1,
        "symbol* orderId origClientOrderId newClientOrderId cancelRestrictions",
        security="TRADE",
    ),
    row("DELETE openOrders", Operation.CANCEL_ALL, cancel_all, 1, "symbol*", security="TRADE"),
    row(
        "GET order",
        Operation.ORDER,
        query,
        4,
        "symbol* orderId origClientOrderId",
        security="USER_DATA",
    ),
    row(
        "GET openOrders",
        Operation.OPEN_ORDERS,
        open_orders,
        lambda parameters: 6 if "symbol" in parameters else 80,
        "symbol",
        security="USER_DATA",
    ),
)
