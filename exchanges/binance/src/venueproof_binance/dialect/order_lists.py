"""Placing, cancelling and finding order lists. Source: REST page, "Order lists", "Query order list"."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import errors, filters
from venueproof_binance.dialect.listings import TERMS
from venueproof_binance.dialect.order_list_legs import check_against, leg, names_of, pair
from venueproof_binance.dialect.order_list_rows import (
    canceled_list_row,
    list_row,
    placed_list_row,
)
from venueproof_binance.dialect.orders import end
from venueproof_binance.dialect.parameters import (
    canonical,
    client_id,
    day_bounds,
    limit_of,
    whole,
    word,
)
from venueproof_binance.dialect.placement import check_filters
from venueproof_binance.dialect.routing import row
from venueproof_core.control import Operation
from venueproof_core.models import OrderType, Side
from venueproof_simulator.matching import as_matching
from venueproof_simulator.order_lists import Contingency, OrderList, SubmitList
from venueproof_simulator.toolkit import Call, Refuse
from venueproof_simulator.venue_core import Refused, SubmitOrder

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

FOREVER_NS = 2**63


# ---------------------------------------------------------------- placing


def place_oco(dialect: BinanceDialect, call: Call) -> Any:
    legs = pair(dialect, call, "above", "below", side="side", quantity="quantity")
    check_against(_last_price(dialect, legs[0].symbol), legs)
    return _place(dialect, call, Contingency.OCO, legs)


def place_oco_of_old(dialect: BinanceDialect, call: Call) -> Any:
    """The deprecated form: a LIMIT_MAKER and a STOP_LOSS, or STOP_LOSS_LIMIT where its limit is given."""
    given = call.parameters
    is_sell = given["side"] == "SELL"
    limit, stop = ("above", "below") if is_sell else ("below", "above")
    names = {
        "limitClientOrderId": f"{limit}ClientOrderId",
        "price": f"{limit}Price",
        "limitIcebergQty": f"{limit}IcebergQty",
        "limitStrategyId": f"{limit}StrategyId",
        "limitStrategyType": f"{limit}StrategyType",
        "stopClientOrderId": f"{stop}ClientOrderId",
        "stopPrice": f"{stop}StopPrice",
        "trailingDelta": f"{stop}TrailingDelta",
        "stopLimitPrice": f"{stop}Price",
        "stopLimitTimeInForce": f"{stop}TimeInForce",
        "stopIcebergQty": f"{stop}IcebergQty",
        "stopStrategyId": f"{stop}StrategyId",
        "stopStrategyType": f"{stop}StrategyType",
    }
    newer = copy(call)
    newer.parameters = {names.get(name, name): value for name, value in given.items()}
    newer.parameters[f"{limit}Type"] = "LIMIT_MAKER"
    kind = "STOP_LOSS_LIMIT" if "stopLimitPrice" in given else "STOP_LOSS"
    newer.parameters[f"{stop}Type"] = kind
    try:
        return place_oco(dialect, newer)
    except Refuse as refusal:
        for older, name in names.items():
            refusal.message = refusal.message.replace(f"'{name}'", f"'{older}'")
        raise


def place_oto(dialect: BinanceDialect, call: Call) -> Any:
    working = _working(dialect, call)
    pending = leg(
        dialect,
        call,
        "pending",
        kind="pendingType",
        side="pendingSide",
        quantity="pendingQuantity",
    )
    return _place(dialect, call, Contingency.OTO, (working, pending))


def place_otoco(dialect: BinanceDialect, call: Call) -> Any:
    working = _working(dialect, call)
    names = ("pendingAbove", "pendingBelow")
    legs = pair(dialect, call, *names, side="pendingSide", quantity="pendingQuantity")
    return _place(dialect, call, Contingency.OTO, (working, *legs))


def place_opo(dialect: BinanceDialect, call: Call) -> Any:
    """An OTO whose pending order sells what the working order has bought."""
    working = _paying(dialect, call)
    names = {"kind": "pendingType", "side": "pendingSide", "quantity": "workingQuantity"}
    pending = leg(dialect, call, "pending", **names)
    return _place(dialect, call, Contingency.OTO, (working, pending), is_paid=True)


def place_opoco(dialect: BinanceDialect, call: Call) -> Any:
    """An OTOCO whose pending orders sell what the working order has bought."""
    working = _paying(dialect, call)
    names = ("pendingAbove", "pendingBelow")
    legs = pair(dialect, call, *names, side="pendingSide", quantity="workingQuantity")
    return _place(dialect, call, Contingency.OTO, (working, *legs), is_paid=True)


def _paying(dialect: BinanceDialect, call: Call) -> SubmitOrder:
    working = _working(dialect, call)
    if working.side is not Side.BUY:
        raise Refuse(-1222, "Working order in an OPO list must be a bid.")
    if call.parameters["pendingSide"] == Side.BUY.value:
        raise Refuse(-1223, "Pending orders in an OPO list must be asks.")
    return working


def _working(dialect: BinanceDialect, call: Call) -> SubmitOrder:
    if call.parameters["workingType"] not in ("LIMIT", "LIMIT_MAKER"):
        raise Refuse(-1014, "Unsupported order combination.")
    names = {"kind": "workingType", "side": "workingSide", "quantity": "workingQuantity"}
    return leg(dialect, call, "working", **names)


def _place(
    dialect: BinanceDialect,
    call: Call,
    contingency: Contingency,
    legs: tuple[SubmitOrder, ...],
    *,
    is_paid: bool = False,
) -> Any:
    core, account = dialect.world.core, legs[0].account
    kind = word(call, "newOrderRespType", ("ACK", "RESULT", "FULL"), "RESULT")
    request = SubmitList(
        account=account,
        symbol=legs[0].symbol,
        client_list_id=client_id(call, "listClientOrderId") or dialect.new_id(),
        contingency=contingency,
        legs=legs,
        paid_lot=_paid_lot(dialect, legs[1]) if is_paid else None,
    )
    if request.client_list_id in {order.client_order_id for order in legs}:
        raise Refuse(-2010, "Duplicate order sent.")
    for place, order in enumerate(legs):
        # What the working order will pay for has its quantity checked when that is known.
        check_filters(dialect, order, has_quantity=not (is_paid and place))
    filters.check_counts(core.open_orders(account), list(legs))
    _check_lists(dialect, request)
    dialect.limits_of_world.check_orders(account, len(legs))
    try:
        order_list = as_matching(core).submit_list(request, time_ns=dialect.world.stamps.time_ns())
    except Refused as refused:
        raise errors.from_placement(refused) from refused
    dialect.limits_of_world.count_orders(account, len(legs))
    return placed_list_row(dialect, order_list, kind, call)


def _paid_lot(dialect: BinanceDialect, pending: SubmitOrder) -> int:
    step = dialect.world.core.instruments[pending.symbol].lot_size
    market_lot = TERMS[pending.symbol].market_lot
    if pending.order_type is not OrderType.MARKET or market_lot is None:
        return step
    return max(step, market_lot[2])


def _check_lists(dialect: BinanceDialect, request: SubmitList) -> None:
    lists = [
        one for one in as_matching(dialect.world.core).order_lists(request.account) if one.is_open
    ]
    if sum(one.symbol == request.symbol for one in lists) >= filters.MAXIMUM_LISTS:
        raise errors.filter_failure("MAX_NUM_ORDER_LISTS")
    if len(lists) >= filters.MAXIMUM_LISTS:
        raise errors.filter_failure("EXCHANGE_MAX_NUM_ORDER_LISTS")


def _last_price(dialect: BinanceDialect, symbol: str) -> int:
    return dialect.world.history.trades(symbol)[-1].price


# ---------------------------------------------------------------- cancelling and finding


def cancel(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    order_list = _find(dialect, call, "orderListId", "listClientOrderId")
    if order_list is None or order_list.symbol != symbol or not order_list.is_open:
        raise errors.of(errors.UNKNOWN_ORDER)
    request_id = client_id(call, "newClientOrderId") or dialect.new_id()
    alive = [order for order in order_list.legs if order.remaining_quantity]
    end(dialect, alive[0], request_id)
    return canceled_list_row(dialect, order_list, alive, request_id, call)


def query(dialect: BinanceDialect, call: Call) -> Any:
    order_list = _find(dialect, call, "orderListId", "origClientOrderId")
    if order_list is None:
        # The documents name no text for lists.
        raise errors.of(errors.NO_SUCH_ORDER)
    return list_row(dialect, order_list, call)


def all_lists(dialect: BinanceDialect, call: Call) -> Any:
    if "fromId" in call.parameters and {"startTime", "endTime"} & set(call.parameters):
        raise errors.of(errors.COMBINATION)
    limit, (start, end_time) = limit_of(call), day_bounds(call)
    lists = as_matching(dialect.world.core).order_lists(dialect.account_of(call).name)
    first = whole(call, "fromId", default=0)
    last = FOREVER_NS if end_time is None else end_time
    found = [
        one for one in lists if one.list_id >= first and (start or 0) <= one.created_time_ns <= last
    ]
    is_forward = start is not None or "fromId" in call.parameters
    found = found[:limit] if is_forward else found[-limit:]
    return [list_row(dialect, one, call) for one in found]


def open_lists(dialect: BinanceDialect, call: Call) -> Any:
    lists = as_matching(dialect.world.core).order_lists(dialect.account_of(call).name)
    return [list_row(dialect, one, call) for one in lists if one.is_open]


def _find(dialect: BinanceDialect, call: Call, by_id: str, by_client_id: str) -> OrderList | None:
    given = call.parameters
    if by_id not in given and by_client_id not in given:
        raise errors.one_of(by_client_id, by_id)
    lists = as_matching(dialect.world.core).order_lists(dialect.account_of(call).name)
    if by_id in given:
        wanted = whole(call, by_id, default=0)
        lists = [one for one in lists if one.list_id == wanted]
    if by_client_id in given:
        lists = [one for one in lists if one.client_list_id == given[by_client_id]]
    # A name is free again once its list is done: the newest has it.
    return lists[-1] if lists else None


_OF_OTO = f"pendingType* pendingSide* {names_of('pending')}"
_OF_OTOCO = (
    f"pendingSide* pendingAboveType* pendingBelowType {names_of('pendingAbove', 'pendingBelow')}"
)
_SHARED = "symbol* listClientOrderId newOrderRespType selfTradePreventionMode"
_WORKING = "workingType* workingSide* workingPrice* workingQuantity* " + names_of(
    "working", without=("Price", "StopPrice", "TrailingDelta")
)
ROUTES = (
    row(
        "POST orderList/oco",
        Operation.PLACE_LIST,
        place_oco,
        1,
        f"{_SHARED} side* quantity* aboveType* belowType* {names_of('above', 'below')}",
        security="TRADE",
    ),
    row(
        "POST order/oco",
        Operation.PLACE_LIST,
        place_oco_of_old,
        1,
        f"{_SHARED} side* quantity* price* limitClientOrderId limitIcebergQty limitStrategyId"
        " limitStrategyType stopPrice trailingDelta stopClientOrderId stopLimitPrice stopIcebergQty"
        " stopLimitTimeInForce stopStrategyId stopStrategyType",
        security="TRADE",
    ),
    row(
        "POST orderList/oto",
        Operation.PLACE_LIST,
        place_oto,
        1,
        f"{_SHARED} {_WORKING} {_OF_OTO} pendingQuantity*",
        security="TRADE",
    ),
    row(
        "POST orderList/opo",
        Operation.PLACE,
        place_opo,
        1,
        f"{_SHARED} {_WORKING} {_OF_OTO}",
        security="TRADE",
    ),
    row(
        "POST orderList/opoco",
        Operation.PLACE,
        place_opoco,
        1,
        f"{_SHARED} {_WORKING} {_OF_OTOCO}",
        security="TRADE",
    ),
    row(
        "POST orderList/otoco",
        Operation.PLACE_LIST,
        place_otoco,
        1,
        f"{_SHARED} {_WORKING} {_OF_OTOCO} pendingQuantity*",
        security="TRADE",
    ),
    row(
        "DELETE orderList",
        Operation.CANCEL_LIST,
        cancel,
        1,
        "symbol* orderListId listClientOrderId newClientOrderId",
        security="TRADE",
    ),
    row(
        "GET orderList",
        Operation.ORDER_LIST,
        query,
        4,
        "orderListId origClientOrderId",
        security="USER_DATA",
    ),
    row(
        "GET allOrderList",
        Operation.OTHER,
        all_lists,
        20,
        "fromId startTime endTime limit",
        security="USER_DATA",
    ),
    row("GET openOrderList", Operation.OPEN_ORDER_LISTS, open_lists, 6, security="USER_DATA"),
)
