"""How OANDA spells our words, as data: a defect changes exactly one entry."""

from venueproof_core import WireTables
from venueproof_core.models import OrderStatus, Side, TimeInForce

_FIELDS_BY_TYPE: dict[str, dict[str, str]] = {
    "order": {
        "venue_order_id": "id",
        "symbol": "instrument",
        "units": "units",
        "order_type": "type",
        "status": "state",
        "price": "price",
        "bound": "priceBound",
        "time_in_force": "timeInForce",
        "created_time": "createTime",
        "initial_price": "initialMarketPrice",
        "trade": "tradeID",
    },
    "created": {
        "venue_order_id": "id",
        "symbol": "instrument",
        "units": "units",
        "order_type": "type",
        "price": "price",
        "bound": "priceBound",
        "time_in_force": "timeInForce",
        "created_time": "time",
        "initial_price": "initialMarketPrice",
        "trade": "tradeID",
    },
    "order_request": {
        "order_type": "type",
        "symbol": "instrument",
        "units": "units",
        "price": "price",
        "bound": "priceBound",
        "time_in_force": "timeInForce",
    },
    "fill": {
        "trade_id": "id",
        "venue_order_id": "orderID",
        "client_order_id": "clientOrderID",
        "symbol": "instrument",
        "units": "units",
        "price": "fullVWAP",
        "fee": "commission",
        "balance": "accountBalance",
        "time": "time",
    },
    "end": {"venue_order_id": "orderID", "reason": "reason", "time": "time"},
    "balance": {"currency": "currency", "available": "balance"},
    "instrument": {
        "symbol": "name",
        "price_digits": "displayPrecision",
        "unit_digits": "tradeUnitsPrecision",
        "minimum_quantity": "minimumTradeSize",
        "maximum_quantity": "maximumOrderUnits",
    },
    "price": {"time": "time", "bids": "bids", "asks": "asks"},
    "bucket": {"price": "price", "quantity": "liquidity"},
    "candle": {
        "open_time": "time",
        "open": "o",
        "high": "h",
        "low": "l",
        "close": "c",
        "count": "volume",
        "is_closed": "complete",
    },
    "position": {"symbol": "instrument", "unrealised": "unrealizedPL"},
    "position_side": {"quantity": "units", "average_price": "averagePrice"},
}

TABLES = WireTables(
    # Units carry the side as their sign.
    sides={Side.BUY: "", Side.SELL: "-"},
    statuses={
        "PENDING": OrderStatus.NEW,
        "TRIGGERED": OrderStatus.NEW,
        "FILLED": OrderStatus.FILLED,
        "CANCELLED": OrderStatus.CANCELED,
    },
    time_in_force={
        TimeInForce.GTC: "GTC",
        TimeInForce.IOC: "IOC",
        TimeInForce.FOK: "FOK",
        TimeInForce.GTD: "GTD",
        TimeInForce.DAY: "GFD",
    },
    time_unit_ns=1,
    fields={
        f"{kind}.{name}": key
        for kind, keys in _FIELDS_BY_TYPE.items()
        for name, key in keys.items()
    },
)
