"""Public prints and what is summed up from them."""

from decimal import Decimal

import msgspec

from venueproof_core.models.orders import Side


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """One public print.

    Attributes:
        trade_id: The venue's, unique within the symbol.
        taker_side: The side of the order that took liquidity.
    """

    symbol: str
    trade_id: str
    price: Decimal
    quantity: Decimal
    taker_side: Side
    venue_time_ns: int


class Candle(msgspec.Struct, frozen=True, kw_only=True):
    """Trades of one interval.

    Attributes:
        open_time_ns: Start of the interval, included.
        volume: In base.
        quote_volume: In quote; ``None`` where not told.
        is_closed: False for the interval that still runs; ``None`` where not told.
    """

    symbol: str
    interval_s: int
    open_time_ns: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    quote_volume: Decimal | None = None
    trade_count: int | None = None
    is_closed: bool | None = None


class Ticker(msgspec.Struct, frozen=True, kw_only=True):
    """Statistics of the last 24 hours.

    Attributes:
        volume: In base.
        quote_volume: In quote.
    """

    symbol: str
    last_price: Decimal
    bid_price: Decimal | None = None
    ask_price: Decimal | None = None
    open_price: Decimal | None = None
    high_price: Decimal | None = None
    low_price: Decimal | None = None
    volume: Decimal | None = None
    quote_volume: Decimal | None = None
