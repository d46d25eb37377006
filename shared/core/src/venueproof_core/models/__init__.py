"""Domain values: what connectors return and what oracles compare.

All are frozen ``msgspec`` structs: cheap to build on the hot path and comparable by value.
Money is ``Decimal``, times are integer nanoseconds UTC, symbols are canonical (``BTC-USDT``).
"""

from venueproof_core.models.accounts import Balance, FeeRates, Position
from venueproof_core.models.book import DepthUpdate, Level, OrderBook, TopOfBook
from venueproof_core.models.instruments import Instrument, InstrumentStatus
from venueproof_core.models.order_lists import Contingency, OrderList, OrderListRequest
from venueproof_core.models.orders import (
    TERMINAL_STATUSES,
    Fill,
    Liquidity,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from venueproof_core.models.trades import Candle, Ticker, Trade

__all__ = [
    "TERMINAL_STATUSES",
    "Balance",
    "Candle",
    "Contingency",
    "DepthUpdate",
    "FeeRates",
    "Fill",
    "Instrument",
    "InstrumentStatus",
    "Level",
    "Liquidity",
    "Order",
    "OrderBook",
    "OrderList",
    "OrderListRequest",
    "OrderRequest",
    "OrderStatus",
    "OrderType",
    "Position",
    "SelfTradePrevention",
    "Side",
    "Ticker",
    "TimeInForce",
    "TopOfBook",
    "Trade",
]
