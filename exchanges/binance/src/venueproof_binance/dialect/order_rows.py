"""Orders and fills as replies show them. Source: REST page, "New order", "Query order"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import wire
from venueproof_binance.dialect.listings import venue_symbol
from venueproof_binance.dialect.wire import number
from venueproof_core.models import OrderStatus, OrderType
from venueproof_simulator.toolkit import Call
from venueproof_simulator.venue_core import OrderState, Traded

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect


def placed_row(dialect: BinanceDialect, order: OrderState, kind: str, call: Call) -> dict[str, Any]:
    """ACK, RESULT or FULL."""
    row: dict[str, Any] = {
        **_names(order),
        "clientOrderId": wire.client_order_id(order),
        "transactTime": dialect.stamp(order.updated_time_ns, call),
    }
    if kind == "ACK":
        return row
    row |= _state(order)
    row["workingTime"] = _working_time(dialect, order, call)
    row["selfTradePreventionMode"] = order.self_trade_prevention.value
    row |= _conditional(dialect, order, call)
    if kind != "FULL":
        return row
    row["fills"] = [
        {
            "price": number(trade.price),
            "qty": number(trade.quantity),
            "commission": number(trade.taker_fee),
            "commissionAsset": trade.taker_fee_asset,
            "tradeId": dialect.public_trade_id(trade),
        }
        for trade in dialect.trades_of(order)
        if trade.taker is order
    ]
    prevented = [match for match in dialect.order_log.matches_of(order) if match.taker is order]
    if prevented:
        row["preventedMatches"] = [
            {
                "preventedMatchId": match.match_id,
                "makerOrderId": match.maker.order_id,
                "price": number(match.price),
                **prevented_quantities(match.taker_quantity, match.maker_quantity),
            }
            for match in prevented
        ]
    return row


def prevented_quantities(taker_quantity: int, maker_quantity: int) -> dict[str, str]:
    """What a prevented match took away; a side that lost nothing is left out."""
    row = {"takerPreventedQuantity": taker_quantity, "makerPreventedQuantity": maker_quantity}
    return {name: number(quantity) for name, quantity in row.items() if quantity}


def canceled_row(
    dialect: BinanceDialect, order: OrderState, request_id: str, call: Call
) -> dict[str, Any]:
    """The reply to a cancel: the order's own id is ``origClientOrderId``."""
    names = _names(order)
    return {
        "symbol": names.pop("symbol"),
        "origClientOrderId": order.client_order_id,
        **names,
        "clientOrderId": request_id,
        "transactTime": dialect.stamp(order.updated_time_ns, call),
        **_state(order),
        "selfTradePreventionMode": order.self_trade_prevention.value,
        **_conditional(dialect, order, call),
    }


def amended_row(
    dialect: BinanceDialect, order: OrderState, amendment: dict[str, Any], call: Call
) -> dict[str, Any]:
    """The reply to an amendment; ``cumulativeQuoteQty`` has one m here. What waits has no working time."""
    row: dict[str, Any] = {
        "transactTime": dialect.stamp(order.updated_time_ns, call),
        "executionId": amendment["executionId"],
        "amendedOrder": {
            **_names(order),
            "origClientOrderId": amendment["origClientOrderId"],
            "clientOrderId": order.client_order_id,
            "price": number(order.price),
            "qty": number(order.quantity),
            "executedQty": number(order.filled_quantity),
            "preventedQty": number(order.prevented_quantity),
            "quoteOrderQty": number(order.quote_quantity),
            "cumulativeQuoteQty": number(order.filled_notional),
            "status": _status(order),
            "timeInForce": wire.time_in_force(order),
            "type": wire.order_type(order),
            "side": order.side.value,
            "workingTime": _working_time(dialect, order, call),
            "selfTradePreventionMode": order.self_trade_prevention.value,
            **_conditional(dialect, order, call),
        },
    }
    if order.is_held:
        del row["amendedOrder"]["workingTime"]
    return row


def order_row(dialect: BinanceDialect, order: OrderState, call: Call) -> dict[str, Any]:
    """The reply to a query."""
    state = _state(order)
    quote = state.pop("origQuoteOrderQty")
    return {
        **_names(order),
        "clientOrderId": wire.client_order_id(order),
        **state,
        "stopPrice": number(order.stop_price),
        "icebergQty": number(order.display_quantity),
        "time": dialect.stamp(order.created_time_ns, call),
        "updateTime": dialect.stamp(order.updated_time_ns, call),
        "isWorking": order.is_working,
        "workingTime": _working_time(dialect, order, call),
        "origQuoteOrderQty": quote,
        "selfTradePreventionMode": order.self_trade_prevention.value,
        **{
            name: value
            for name, value in _conditional(dialect, order, call).items()
            if name not in ("stopPrice", "icebergQty")
        },
    }


def fill_row(
    dialect: BinanceDialect, trade: Traded, order: OrderState, call: Call
) -> dict[str, Any]:
    """One of the account's own trades."""
    is_maker = trade.maker is order
    return {
        "symbol": venue_symbol(trade.symbol),
        "id": dialect.public_trade_id(trade),
        "orderId": order.order_id,
        "orderListId": wire.order_list_id(order),
        "price": number(trade.price),
        "qty": number(trade.quantity),
        "quoteQty": number(trade.notional),
        "commission": number(trade.maker_fee if is_maker else trade.taker_fee),
        "commissionAsset": trade.maker_fee_asset if is_maker else trade.taker_fee_asset,
        "time": dialect.stamp(trade.time_ns, call),
        "isBuyer": order.side.value == "BUY",
        "isMaker": is_maker,
        "isBestMatch": True,
    }


def _names(order: OrderState) -> dict[str, Any]:
    return {
        "symbol": venue_symbol(order.symbol),
        "orderId": order.order_id,
        "orderListId": wire.order_list_id(order),
    }


def _status(order: OrderState) -> str:
    if order.is_held and order.status is OrderStatus.NEW:
        return "PENDING_NEW"
    # Only an order whose end self-trade prevention brought about is EXPIRED_IN_MATCH.
    remainder = order.quantity - order.filled_quantity - order.prevented_quantity
    by_prevention = (
        order.status is OrderStatus.EXPIRED and order.prevented_quantity > 0 and not remainder
    )
    return wire.status(order.status, by_prevention=by_prevention)


def _state(order: OrderState) -> dict[str, Any]:
    is_market = order.order_type is OrderType.MARKET
    return {
        "price": number(0 if is_market else order.price),
        "origQty": number(order.quantity),
        "executedQty": number(order.filled_quantity),
        "origQuoteOrderQty": number(order.quote_quantity),
        "cummulativeQuoteQty": number(order.filled_notional),
        "status": _status(order),
        "timeInForce": wire.time_in_force(order),
        "type": wire.order_type(order),
        "side": order.side.value,
    }


def _working_time(dialect: BinanceDialect, order: OrderState, call: Call) -> int:
    if order.working_time_ns is None:
        return -1
    return dialect.stamp(order.working_time_ns, call)


def _conditional(dialect: BinanceDialect, order: OrderState, call: Call) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if order.stop_price is not None:
        row["stopPrice"] = number(order.stop_price)
    if order.trailing_delta is not None:
        since = order.trailing_time_ns
        row["trailingDelta"] = order.trailing_delta
        row["trailingTime"] = -1 if since is None else dialect.stamp(since, call)
    if order.display_quantity is not None:
        row["icebergQty"] = number(order.display_quantity)
    if order.prevented_quantity:
        row["preventedMatchId"] = dialect.order_log.matches_of(order)[-1].match_id
        row["preventedQuantity"] = number(order.prevented_quantity)
    reason = dialect.order_log.expiry_of(order)
    if reason is not None:
        row["expiryReason"] = wire.EXPIRY[reason]
    for name in ("strategyId", "strategyType"):
        if order.attributes and name in order.attributes:
            row[name] = order.attributes[name]
    return row
