"""Orders and executions as replies and topics show them. Source: "Get Open & Closed Orders", "Get Trade History"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_bybit.dialect.listings import venue_symbol
from venueproof_bybit.dialect.market import SIDES
from venueproof_bybit.dialect.wire import milliseconds, number
from venueproof_core.models import OrderStatus, OrderType, TimeInForce
from venueproof_simulator.venue_core import SCALE, ExpiryReason, OrderState, Traded

if TYPE_CHECKING:
    from venueproof_bybit.dialect.venue import BybitDialect

FORCES = {TimeInForce.GTC: "GTC", TimeInForce.IOC: "IOC", TimeInForce.FOK: "FOK"}
MARKET_LIKE = frozenset({OrderType.MARKET, OrderType.STOP, OrderType.TAKE_PROFIT})
REJECTIONS = {
    ExpiryReason.IOC_REMAINDER: "EC_NoImmediateQtyToFill",
    ExpiryReason.FOK_UNFILLABLE: "EC_CancelForNoFullFill",
    ExpiryReason.NO_LIQUIDITY: "EC_NoEnoughQtyToFill",
    ExpiryReason.WOULD_TAKE: "EC_PostOnlyWillTakeLiquidity",
    ExpiryReason.SELF_TRADE: "EC_BySelfMatch",
}


def status_of(status: OrderStatus, filled: int, *, is_triggered: bool) -> str:
    """The status as the venue names it.

    Args:
        filled: Quantity filled, in units.
        is_triggered: False for an order that waits, or waited, for its trigger price.
    """
    if status is OrderStatus.NEW:
        return "New" if is_triggered else "Untriggered"
    if status in (OrderStatus.CANCELED, OrderStatus.EXPIRED):
        if not is_triggered:
            return "Deactivated"
        return "PartiallyFilledCanceled" if filled else "Cancelled"
    return {OrderStatus.PARTIALLY_FILLED: "PartiallyFilled", OrderStatus.FILLED: "Filled"}[status]


def is_triggered(order: OrderState) -> bool:
    """Whether it is an order like any other by now."""
    return order.stop_price is None or order.working_time_ns is not None


def order_row(
    dialect: BybitDialect,
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
    attributes = order.attributes or {}
    is_by_quote = order.quote_quantity is not None
    wanted = order.quote_quantity if is_by_quote else order.quantity
    left = max(0, order.quantity - filled) if not is_by_quote else 0
    if status is OrderStatus.FILLED:
        left = 0
    reason = dialect.private.expiry_of(order) if status is OrderStatus.EXPIRED else None
    canceled_by = {OrderStatus.CANCELED: "CancelByUser"}.get(status, "UNKNOWN")
    rejected = "EC_PerCancelRequest" if status is OrderStatus.CANCELED else "EC_NoError"
    if reason is not None:
        rejected = REJECTIONS.get(reason, "EC_Others")
        canceled_by = "CancelBySmp" if reason is ExpiryReason.SELF_TRADE else canceled_by
    is_market = order.order_type in MARKET_LIKE
    return {
        "orderId": venue_order_id(order),
        "orderLinkId": order.client_order_id,
        "blockTradeId": "",
        "symbol": venue_symbol(order.symbol),
        "price": "0" if is_market else number(order.price),
        "qty": number(wanted),
        "side": SIDES[order.side],
        "isLeverage": "0",
        "positionIdx": 0,
        "orderStatus": status_of(status, filled, is_triggered=is_triggered(order)),
        "createType": "",
        "cancelType": canceled_by,
        "rejectReason": rejected,
        "avgPrice": number(notional * SCALE // filled) if filled else "",
        "leavesQty": number(left),
        "leavesValue": number((order.price or 0) * left // SCALE),
        "cumExecQty": number(filled),
        "cumExecValue": number(notional),
        "cumExecFee": "0",
        "timeInForce": "PostOnly" if order.post_only else FORCES[order.time_in_force],
        "orderType": "Market" if is_market else "Limit",
        "stopOrderType": attributes.get("stop_order_type", ""),
        "orderIv": "",
        "marketUnit": attributes.get("market_unit", ""),
        "triggerPrice": number(order.stop_price) if order.stop_price else "0.000",
        "takeProfit": "",
        "stopLoss": "",
        "tpslMode": "",
        "ocoTriggerBy": "OcoTriggerByUnknown",
        "tpLimitPrice": "",
        "slLimitPrice": "",
        "tpTriggerBy": "",
        "slTriggerBy": "",
        "triggerDirection": 0,
        "triggerBy": "",
        "lastPriceOnCreated": "",
        "basePrice": "",
        "reduceOnly": False,
        "closeOnTrigger": False,
        "placeType": "",
        "smpType": attributes.get("smp_type", "None"),
        "smpGroup": 0,
        "smpOrderId": "",
        "createdTime": milliseconds(order.created_time_ns),
        "updatedTime": milliseconds(order.updated_time_ns),
        "cumFeeDetail": dialect.private.fees_of(order),
        "extraFees": "",
    }


def execution_row(dialect: BybitDialect, trade: Traded, order: OrderState) -> dict[str, Any]:
    """One of the account's own trades."""
    is_maker = trade.maker is order
    filled = trade.maker_filled_quantity if is_maker else trade.taker_filled_quantity
    fees = dialect.world.core.fees(order.account)
    rate = fees.maker_ppm if is_maker else fees.taker_ppm
    is_by_quote = order.quote_quantity is not None
    seeded = dialect.world.history.seeded_count(trade.symbol)
    return {
        "symbol": venue_symbol(trade.symbol),
        "orderId": venue_order_id(order),
        "orderLinkId": order.client_order_id,
        "side": SIDES[order.side],
        "orderPrice": number(order.price),
        "orderQty": number(order.quote_quantity if is_by_quote else order.quantity),
        "leavesQty": number(0 if is_by_quote else order.quantity - filled),
        "orderType": "Market" if order.order_type in MARKET_LIKE else "Limit",
        "stopOrderType": "",
        "execFee": number(trade.maker_fee if is_maker else trade.taker_fee),
        "execFeeV2": "",
        "execId": trade_id_text(seeded + trade.trade_id),
        "execPrice": number(trade.price),
        "execQty": number(trade.quantity),
        "execType": "Trade",
        "execValue": number(trade.notional),
        "execTime": milliseconds(trade.time_ns),
        "feeCurrency": trade.maker_fee_asset if is_maker else trade.taker_fee_asset,
        "isMaker": is_maker,
        "feeRate": number(rate * SCALE // 1_000_000),
        "tradeIv": "",
        "markIv": "",
        "markPrice": "",
        "indexPrice": "",
        "underlyingPrice": "",
        "blockTradeId": "",
        "closedSize": "",
        "extraFees": "",
        "seq": trade.sequence,
    }


def order_id_text(order_id: int) -> str:
    """As the venue writes it: 19 digits."""
    return f"1{order_id:018d}"


def trade_id_text(trade_id: int) -> str:
    """As the venue writes it: 19 digits."""
    return f"21{trade_id:017d}"


def venue_order_id(order: OrderState) -> str:
    """The id of an order on the wire."""
    return order_id_text(order.order_id)


def core_order_id(text: str) -> int:
    """The core's own number; 0 for text that is no id of ours."""
    return int(text[1:]) if len(text) == 19 and text.isdigit() and text[0] == "1" else 0
