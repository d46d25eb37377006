"""How Bybit spells our words, as data: a defect changes exactly one entry."""

from venueproof_core import WireTables
from venueproof_core.models import Liquidity, OrderStatus, Side, TimeInForce

_ORDER_FIELDS = {
    "symbol": "symbol",
    "venue_order_id": "orderId",
    "client_order_id": "orderLinkId",
    "side": "side",
    "order_type": "orderType",
    "stop_order_type": "stopOrderType",
    "market_unit": "marketUnit",
    "status": "orderStatus",
    "reason": "rejectReason",
    "quantity": "qty",
    "filled_quantity": "cumExecQty",
    "filled_notional": "cumExecValue",
    "price": "price",
    "stop_price": "triggerPrice",
    "time_in_force": "timeInForce",
    "created_time": "createdTime",
    "updated_time": "updatedTime",
}
_FILL_FIELDS = {
    "symbol": "symbol",
    "execution_type": "execType",
    "trade_id": "execId",
    "venue_order_id": "orderId",
    "client_order_id": "orderLinkId",
    "side": "side",
    "price": "execPrice",
    "quantity": "execQty",
    "fee": "execFee",
    "fee_currency": "feeCurrency",
    "liquidity": "isMaker",
    "time": "execTime",
}
_BALANCE_FIELDS = {"currency": "coin", "total": "walletBalance", "locked": "locked"}

_FIELDS_BY_TYPE: dict[str, dict[str, str]] = {
    "order": _ORDER_FIELDS,
    "order_event": _ORDER_FIELDS,
    "order_request": {
        "symbol": "symbol",
        "side": "side",
        "order_type": "orderType",
        "time_in_force": "timeInForce",
        "quantity": "qty",
        "market_unit": "marketUnit",
        "price": "price",
        "stop_price": "triggerPrice",
        "order_filter": "orderFilter",
        "self_trade_prevention": "smpType",
        "client_order_id": "orderLinkId",
    },
    "accepted": {"venue_order_id": "orderId"},
    "fill": _FILL_FIELDS,
    "fill_event": _FILL_FIELDS,
    "balance": _BALANCE_FIELDS,
    "balance_event": _BALANCE_FIELDS,
    "fee_rates": {"maker": "makerFeeRate", "taker": "takerFeeRate"},
    "instrument": {
        "symbol": "symbol",
        "base": "baseCoin",
        "quote": "quoteCoin",
        "status": "status",
        "tick_size": "tickSize",
        "lot_size": "basePrecision",
        "minimum_quantity": "minOrderQty",
        "maximum_quantity": "maxLimitOrderQty",
        "minimum_notional": "minOrderAmt",
    },
    "order_book": {"version": "seq"},
    "top_of_book": {
        "version": "seq",
        "bid_price": "b",
        "bid_quantity": "b",
        "ask_price": "a",
        "ask_quantity": "a",
    },
    "trade": {
        "trade_id": "execId",
        "price": "price",
        "quantity": "size",
        "side": "side",
        "time": "time",
    },
    "trade_event": {"trade_id": "i", "price": "p", "quantity": "v", "side": "S", "time": "T"},
    # Rows of kline are lists: the wire's key is a position.
    "candle": {
        "open_time": "0",
        "open": "1",
        "high": "2",
        "low": "3",
        "close": "4",
        "volume": "5",
        "quote_volume": "6",
    },
    "candle_event": {
        "open_time": "start",
        "open": "open",
        "high": "high",
        "low": "low",
        "close": "close",
        "volume": "volume",
        "quote_volume": "turnover",
        "is_closed": "confirm",
    },
    "ticker": {
        "last_price": "lastPrice",
        "bid_price": "bid1Price",
        "ask_price": "ask1Price",
        "open_price": "prevPrice24h",
        "high_price": "highPrice24h",
        "low_price": "lowPrice24h",
        "volume": "volume24h",
        "quote_volume": "turnover24h",
    },
}

TABLES = WireTables(
    sides={Side.BUY: "Buy", Side.SELL: "Sell"},
    statuses={
        "New": OrderStatus.NEW,
        "Untriggered": OrderStatus.NEW,
        "Triggered": OrderStatus.NEW,
        "PartiallyFilled": OrderStatus.PARTIALLY_FILLED,
        "Filled": OrderStatus.FILLED,
        "Cancelled": OrderStatus.CANCELED,
        "PartiallyFilledCanceled": OrderStatus.CANCELED,
        "Deactivated": OrderStatus.CANCELED,
        "Rejected": OrderStatus.REJECTED,
    },
    time_in_force={TimeInForce.GTC: "GTC", TimeInForce.IOC: "IOC", TimeInForce.FOK: "FOK"},
    time_unit_ns=1_000_000,
    fields={
        f"{kind}.{name}": key
        for kind, keys in _FIELDS_BY_TYPE.items()
        for name, key in keys.items()
    },
    liquidity={True: Liquidity.MAKER, False: Liquidity.TAKER},
)
