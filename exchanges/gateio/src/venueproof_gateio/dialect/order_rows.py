"""Orders and the account's trades as replies and channels show them. Source: "Order", "Trade"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_core.models import OrderStatus, OrderType, Side, TimeInForce
from venueproof_gateio.dialect.listings import venue_symbol
from venueproof_gateio.dialect.market import SIDES
from venueproof_gateio.dialect.wire import MS, fine_milliseconds, number, seconds
from venueproof_simulator.venue_core import SCALE, ExpiryReason, OrderState, Traded

if TYPE_CHECKING:
    from venueproof_gateio.dialect.venue import GateioDialect

FORCES = {TimeInForce.GTC: "gtc", TimeInForce.IOC: "ioc", TimeInForce.FOK: "fok"}
OPEN = (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED)
ENDINGS = {
    ExpiryReason.IOC_REMAINDER: "ioc",
    ExpiryReason.FOK_UNFILLABLE: "fok",
    ExpiryReason.NO_LIQUIDITY: "depth_not_enough",
    ExpiryReason.SELF_TRADE: "stp",
    ExpiryReason.VENUE: "liquidate_cancelled",
}
_RESULT = (
    "id", "text", "create_time", "update_time", "create_time_ms", "update_time_ms", "currency_pair",
    "status", "type", "account", "side", "iceberg", "amount", "price", "time_in_force", "left",
    "filled_total", "avg_deal_price", "stp_act", "stp_id", "finish_as",
)  # fmt: skip
NAMELESS = "apiv4"
PREFIX = "t-"


def text_of(order: OrderState) -> str:
    """The order's ``text``: the name its client gave it, or the venue's word for none."""
    return str((order.attributes or {}).get("text", NAMELESS))


def finish_as(dialect: GateioDialect, order: OrderState, status: OrderStatus) -> str:
    """Why the order has ended; ``open`` while it has not."""
    if status in OPEN:
        return "open"
    if status is OrderStatus.FILLED:
        return "filled"
    if status is OrderStatus.CANCELED:
        return "cancelled"
    reason = dialect.private.expiry_of(order)
    return ENDINGS.get(reason, "unknown") if reason is not None else "unknown"


def status_of(status: OrderStatus) -> str:
    """The status as the venue names it."""
    if status in OPEN:
        return "open"
    return "closed" if status is OrderStatus.FILLED else "cancelled"


def amounts(order: OrderState, filled: int, notional: int) -> tuple[int, int]:
    """Amount and what is left of it: in quote for a market order to buy, else in base."""
    if order.quote_quantity is not None:
        return order.quote_quantity, order.quote_quantity - notional
    return order.quantity, order.quantity - filled


def order_row(
    dialect: GateioDialect,
    order: OrderState,
    *,
    status: OrderStatus | None = None,
    filled: int | None = None,
    notional: int | None = None,
) -> dict[str, Any]:
    """One order; as it is, or as it was at an event."""
    status = order.status if status is None else status
    filled = order.filled_quantity if filled is None else filled
    notional = order.filled_notional if notional is None else notional
    rules = dialect.world.core.instruments[order.symbol]
    paid, received = (
        (rules.quote, rules.base) if order.side is Side.BUY else (rules.base, rules.quote)
    )
    amount, left = amounts(order, filled, notional)
    attributes = order.attributes or {}
    average = {"avg_deal_price": number(notional * SCALE // filled)} if filled else {}
    return {
        "id": str(order.order_id),
        "text": text_of(order),
        "amend_text": str(attributes.get("amend_text", "-")),
        "create_time": seconds(order.created_time_ns),
        "update_time": seconds(order.updated_time_ns),
        "create_time_ms": order.created_time_ns // MS,
        "update_time_ms": order.updated_time_ns // MS,
        "status": status_of(status),
        "currency_pair": venue_symbol(order.symbol),
        "type": "market" if order.order_type is OrderType.MARKET else "limit",
        "account": "spot",
        "side": SIDES[order.side],
        "amount": number(amount),
        "price": number(order.price),
        "time_in_force": "poc" if order.post_only else FORCES[order.time_in_force],
        "iceberg": number(order.display_quantity),
        "left": number(left),
        "filled_amount": number(filled),
        "fill_price": number(notional),
        "filled_total": number(notional),
        **average,
        "fee": number(dialect.private.fee_of(order)),
        "fee_currency": received,
        "point_fee": "0",
        "gt_fee": "0",
        "gt_maker_fee": "0",
        "gt_taker_fee": "0",
        "gt_discount": False,
        "rebated_fee": "0",
        "rebated_fee_currency": paid,
        "stp_id": 0,
        "stp_act": "-",
        "finish_as": finish_as(dialect, order, status),
    }


def shortened(row: dict[str, Any], mode: str) -> dict[str, Any]:
    """An order as the request's ``action_mode`` wants it."""
    if mode == "ACK":
        return {name: row[name] for name in ("id", "text", "amend_text")}
    if mode == "RESULT":
        return {name: row[name] for name in _RESULT if name in row}
    return row


def trade_row(dialect: GateioDialect, trade: Traded, order: OrderState) -> dict[str, Any]:
    """One of the account's own trades."""
    is_maker = trade.maker is order
    trade_id = dialect.world.history.seeded_count(trade.symbol) + trade.trade_id
    return {
        "id": str(trade_id),
        "create_time": seconds(trade.time_ns),
        "create_time_ms": fine_milliseconds(trade.time_ns),
        "currency_pair": venue_symbol(trade.symbol),
        "side": SIDES[order.side],
        "role": "maker" if is_maker else "taker",
        "amount": number(trade.quantity),
        "price": number(trade.price),
        "order_id": str(order.order_id),
        "fee": number(trade.maker_fee if is_maker else trade.taker_fee),
        "fee_currency": trade.maker_fee_asset if is_maker else trade.taker_fee_asset,
        "point_fee": "0",
        "gt_fee": "0",
        "amend_text": "-",
        "sequence_id": str(trade_id),
        "text": text_of(order),
    }
