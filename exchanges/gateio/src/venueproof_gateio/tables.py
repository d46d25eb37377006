"""How Gate.io spells our words, as data: a defect changes exactly one entry."""

from venueproof_core import WireTables
from venueproof_core.models import Liquidity, OrderStatus, Side, TimeInForce

_ORDER_FIELDS = {
    "symbol": "currency_pair",
    "venue_order_id": "id",
    "client_order_id": "text",
    "side": "side",
    "order_type": "type",
    # Why an order has ended says whether it was cancelled or expired; "status" does not.
    "status": "finish_as",
    "quantity": "amount",
    "filled_quantity": "filled_amount",
    "filled_notional": "filled_total",
    "price": "price",
    "time_in_force": "time_in_force",
    "created_time": "create_time_ms",
    "updated_time": "update_time_ms",
}
_FILL_FIELDS = {
    "symbol": "currency_pair",
    "trade_id": "id",
    "venue_order_id": "order_id",
    "client_order_id": "text",
    "side": "side",
    "price": "price",
    "quantity": "amount",
    "fee": "fee",
    "fee_currency": "fee_currency",
    "liquidity": "role",
    "time": "create_time_ms",
}
_TRADE_FIELDS = {
    "trade_id": "id",
    "price": "price",
    "quantity": "amount",
    "side": "side",
    "time": "create_time_ms",
}

_FIELDS_BY_TYPE: dict[str, dict[str, str]] = {
    "order": _ORDER_FIELDS,
    "order_event": _ORDER_FIELDS,
    "order_request": {
        "symbol": "currency_pair",
        "side": "side",
        "order_type": "type",
        "time_in_force": "time_in_force",
        "quantity": "amount",
        "price": "price",
        "display_quantity": "iceberg",
        "client_order_id": "text",
    },
    "fill": _FILL_FIELDS,
    "fill_event": _FILL_FIELDS,
    "balance": {"currency": "currency", "available": "available", "locked": "locked"},
    "balance_event": {"currency": "currency", "available": "available", "locked": "freeze"},
    "fee_rates": {"maker": "maker_fee", "taker": "taker_fee"},
    "instrument": {
        "symbol": "id",
        "base": "base",
        "quote": "quote",
        "status": "trade_status",
        "tick_size": "precision",
        "lot_size": "amount_precision",
        "minimum_quantity": "min_base_amount",
        "maximum_quantity": "max_base_amount",
        "minimum_notional": "min_quote_amount",
    },
    "order_book": {"version": "id"},
    "trade": _TRADE_FIELDS,
    "trade_event": _TRADE_FIELDS | {"number": "id_market"},
    # Rows of candlesticks are lists: the wire's key is a position.
    "candle": {
        "open_time": "0",
        "quote_volume": "1",
        "close": "2",
        "high": "3",
        "low": "4",
        "open": "5",
        "volume": "6",
        "is_closed": "7",
    },
    "candle_event": {
        "open_time": "t",
        "quote_volume": "v",
        "close": "c",
        "high": "h",
        "low": "l",
        "open": "o",
        "volume": "a",
        "is_closed": "w",
    },
    "ticker": {
        "last_price": "last",
        "bid_price": "highest_bid",
        "ask_price": "lowest_ask",
        "high_price": "high_24h",
        "low_price": "low_24h",
        "volume": "base_volume",
        "quote_volume": "quote_volume",
    },
    "top_of_book": {
        "version": "u",
        "time": "t",
        "bid_price": "b",
        "bid_quantity": "B",
        "ask_price": "a",
        "ask_quantity": "A",
    },
}

TABLES = WireTables(
    sides={Side.BUY: "buy", Side.SELL: "sell"},
    statuses={
        "open": OrderStatus.NEW,
        "filled": OrderStatus.FILLED,
        "cancelled": OrderStatus.CANCELED,
        **dict.fromkeys(
            (
                "ioc",
                "poc",
                "fok",
                "stp",
                "small",
                "depth_not_enough",
                "trader_not_enough",
                "liquidate_cancelled",
                "price_protect_cancelled",
                "unified_check_failed",
            ),
            OrderStatus.EXPIRED,
        ),
    },
    time_in_force={TimeInForce.GTC: "gtc", TimeInForce.IOC: "ioc", TimeInForce.FOK: "fok"},
    time_unit_ns=1_000_000,
    fields={
        f"{kind}.{name}": key
        for kind, keys in _FIELDS_BY_TYPE.items()
        for name, key in keys.items()
    },
    liquidity={"maker": Liquidity.MAKER, "taker": Liquidity.TAKER},
)
