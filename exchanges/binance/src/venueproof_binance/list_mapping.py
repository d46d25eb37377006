"""Between the venue's order lists and ours: pure functions.

Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints, "Order lists"
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from venueproof_binance import mapping
from venueproof_binance._row import Row
from venueproof_binance.errors import unreadable
from venueproof_core import WireTables
from venueproof_core.models import (
    Contingency,
    Order,
    OrderList,
    OrderListRequest,
    OrderRequest,
    OrderType,
    Side,
)

_STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
# What a single order's parameter is called behind the prefix of a leg.
_SUFFIXES = {
    "type": "Type",
    "side": "Side",
    "quantity": "Quantity",
    "newClientOrderId": "ClientOrderId",
    "price": "Price",
    "stopPrice": "StopPrice",
    "trailingDelta": "TrailingDelta",
    "timeInForce": "TimeInForce",
    "icebergQty": "IcebergQty",
}
_DONE = {"EXECUTING": False, "ALL_DONE": True, "REJECT": True}
_MODE = "selfTradePreventionMode"


def list_params(request: OrderListRequest, venue_symbol: str, tables: WireTables) -> dict[str, str]:
    """What a list's endpoint must be sent.

    Raises:
        ValueError: The venue cannot take such a list.
        KeyError: It has no word for something in it.
    """
    legs = [mapping.order_params(order, venue_symbol, tables) for order in request.orders]
    modes = {leg.pop(_MODE, None) for leg in legs}
    if len(modes) > 1 or {order.symbol for order in request.orders} != {request.symbol}:
        raise ValueError("its orders differ in symbol or self-trade prevention")
    if len(legs) != (3 if request.contingency is Contingency.OTOCO else 2):
        raise ValueError(f"{len(legs)} orders are no {request.contingency.value}")
    params = {"symbol": venue_symbol, "listClientOrderId": request.client_list_id}
    if (mode := modes.pop()) is not None:
        params[_MODE] = mode
    if request.contingency is Contingency.OCO:
        return {**params, **_pair(request.orders, legs, "side", "quantity", ("above", "below"))}
    params |= _prefixed(legs[0], "working")
    if request.contingency is Contingency.OTO:
        return {**params, **_prefixed(legs[1], "pending")}
    names = ("pendingAbove", "pendingBelow")
    pair = _pair(request.orders[1:], legs[1:], "pendingSide", "pendingQuantity", names)
    return {**params, **pair}


def _pair(
    orders: Sequence[OrderRequest],
    legs: Sequence[dict[str, str]],
    side: str,
    quantity: str,
    prefixes: tuple[str, str],
) -> dict[str, str]:
    stops = [order.order_type in _STOPS for order in orders]
    if sum(stops) != 1 or len({(order.side, order.quantity) for order in orders}) != 1:
        raise ValueError("a pair has one side and quantity, and one order of the STOP family")
    # Who sells takes the profit above the market and ends the loss below it.
    profit, stop = legs[stops.index(False)], legs[stops.index(True)]
    above, below = (profit, stop) if orders[0].side is Side.SELL else (stop, profit)
    shared = {side: above["side"], quantity: above["quantity"]}
    for leg, prefix in zip((above, below), prefixes, strict=True):
        own = {name: value for name, value in leg.items() if name not in ("side", "quantity")}
        shared |= _prefixed(own, prefix)
    return shared


def _prefixed(leg: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {f"{prefix}{_SUFFIXES[name]}": value for name, value in leg.items() if name != "symbol"}


class ListRow(NamedTuple):
    """A list as a reply has it: its orders by venue order id only."""

    venue_symbol: str
    client_list_id: str
    venue_list_id: str
    contingency: Contingency
    is_done: bool
    order_ids: tuple[str, ...]

    def holding(self, symbol: str, orders: Sequence[Order]) -> OrderList:
        """The list with its orders."""
        return OrderList(
            symbol=symbol,
            client_list_id=self.client_list_id,
            venue_list_id=self.venue_list_id,
            contingency=self.contingency,
            orders=tuple(sorted(orders, key=lambda order: int(order.venue_order_id))),
        )


def list_row(data: Any, tables: WireTables, operation: str) -> ListRow:
    """A list without its orders' states.

    Raises:
        MalformedMessageError: It cannot be read.
    """
    row = Row(data, tables, "order_list", operation)
    orders = data.get("orders") if isinstance(data, Mapping) else None
    try:
        ids = tuple(str(order["orderId"]) for order in mapping.rows(orders, operation))
        venue_symbol = data["symbol"]
    except (KeyError, TypeError) as error:
        raise unreadable(f"a list without {error}", repr(data), operation) from error
    contingency = row.word("contingency", {"OCO": Contingency.OCO, "OTO": Contingency.OTO})
    return ListRow(
        venue_symbol=venue_symbol,
        client_list_id=row.text("client_list_id"),
        venue_list_id=row.text("venue_list_id"),
        # The venue calls an order that triggers a pair OTO as well.
        contingency=Contingency.OTOCO if len(ids) == 3 else contingency,
        is_done=row.word("status", _DONE),
        order_ids=ids,
    )
