"""How values are written: numbers as text of eight decimals, times in milliseconds or microseconds."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from venueproof_core.models import OrderStatus, OrderType
from venueproof_simulator.connections import Connection
from venueproof_simulator.toolkit import StreamEvent
from venueproof_simulator.venue_core import SCALE, ExpiryReason, OrderState

encode = msgspec.json.Encoder().encode

STATUS = {status: status.value for status in OrderStatus}
TYPES = {
    OrderType.LIMIT: "LIMIT",
    OrderType.MARKET: "MARKET",
    OrderType.STOP: "STOP_LOSS",
    OrderType.STOP_LIMIT: "STOP_LOSS_LIMIT",
    OrderType.TAKE_PROFIT: "TAKE_PROFIT",
    OrderType.TAKE_PROFIT_LIMIT: "TAKE_PROFIT_LIMIT",
}
EXPIRY = {
    ExpiryReason.IOC_REMAINDER: "UNFILLED_IOC_QUANTITY_EXPIRED",
    ExpiryReason.FOK_UNFILLABLE: "UNFILLED_FOK_ORDER_EXPIRED",
    ExpiryReason.NO_LIQUIDITY: "INSUFFICIENT_LIQUIDITY",
    ExpiryReason.SELF_TRADE: "NONE",
    ExpiryReason.VENUE: "EXCHANGE_CANCELED",
    ExpiryReason.REJECTED_AT_TRIGGER: "REJECTED",
    ExpiryReason.OTHER_LEG: "OCO_TRIGGER",
    ExpiryReason.WORKING_LEG_EXPIRED: "OTO_PHASE_ONE_EXPIRED",
}


@lru_cache(maxsize=1 << 16)  # prices and quantities come again and again
def number(units: int | None) -> str:
    """Units as text with eight decimals; nothing is zero."""
    units = units or 0
    sign = "-" if units < 0 else ""
    whole, part = divmod(abs(units), SCALE)
    return f"{sign}{whole}.{part:08d}"


def order_type(order: OrderState) -> str:
    """The type as the venue names it: a post-only limit order is LIMIT_MAKER."""
    if order.post_only and order.order_type is OrderType.LIMIT:
        return "LIMIT_MAKER"
    return TYPES[order.order_type]


def time_in_force(order: OrderState) -> str:
    """MARKET, LIMIT_MAKER and plain stops report GTC."""
    return order.time_in_force.value


def status(order_status: OrderStatus, *, by_prevention: bool = False) -> str:
    """The status as the venue names it."""
    return "EXPIRED_IN_MATCH" if by_prevention else STATUS[order_status]


def order_list_id(order: OrderState) -> int:
    """Of the list that the order is a leg of, else -1."""
    return order.list_id or -1


def client_order_id(order: OrderState) -> str:
    """The id replies show: after a cancel it is the cancel's own.

    Source: WebSocket API page, "Cancel order".
    """
    attributes = order.attributes or {}
    return str(attributes.get("canceled_by") or order.client_order_id)


class Texts:
    """One event as text, made once for each unit of time that somebody wants."""

    def __init__(self, make: Callable[[int], Any]) -> None:
        self._make = make
        self._texts: dict[int, str] = {}

    def of(self, unit_ns: int) -> str:
        """The event with times in units of so many nanoseconds."""
        text = self._texts.get(unit_ns)
        if text is None:
            text = self._texts[unit_ns] = encode(self._make(unit_ns)).decode()
        return text

    def frame(self, connection: Connection, event: StreamEvent) -> str:
        """The text a stream connection gets: bare, or wrapped with the stream's name."""
        session = connection.state
        if not session.is_combined:
            return self.of(session.unit_ns)
        return event.form(
            session.unit_ns,
            lambda event: f'{{"stream":"{event.name}","data":{self.of(session.unit_ns)}}}',
        )
