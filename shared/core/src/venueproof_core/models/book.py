"""Order books and what changes them."""

from decimal import Decimal
from typing import NamedTuple

import msgspec


class Level(NamedTuple):
    """One price of one side, and the quantity that rests there."""

    price: Decimal
    quantity: Decimal


class OrderBook(msgspec.Struct, frozen=True, kw_only=True):
    """An image of an order book at one moment.

    Attributes:
        bids: Highest price first, no zero quantities.
        asks: Lowest price first, no zero quantities.
        depth: At most this many levels a side were asked for; ``None`` is all that is known.
        version: The venue's version of this image: a sequence number, or a time in nanoseconds where the
            venue versions its book by time. ``None`` where the connector cannot say it.
        venue_time_ns: The venue's stamp of the last change, where it gives one.
        received_time_ns: When the last change reached the connector.
    """

    symbol: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    depth: int | None = None
    version: int | None = None
    venue_time_ns: int | None = None
    received_time_ns: int | None = None


class DepthUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """An incremental change: quantities are absolute, zero removes the level.

    Attributes:
        first_version: The first book version this update covers.
        last_version: The last one; applying the update brings the book there.
    """

    symbol: str
    first_version: int
    last_version: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    venue_time_ns: int | None = None


class TopOfBook(msgspec.Struct, frozen=True, kw_only=True):
    """Best level of each side; ``None`` where the side is empty."""

    symbol: str
    bid: Level | None
    ask: Level | None
    version: int | None = None
    venue_time_ns: int | None = None
