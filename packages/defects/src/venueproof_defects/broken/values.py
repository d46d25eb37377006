"""Connectors with one method of market data, or of trading, that tells or does another thing."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from venueproof_core.models import Candle, Order, OrderBook, OrderRequest, Trade
from venueproof_defects.faces import Face

_PAGE = 1_000
_THINKS_S = 0.2


class SnapshotOneLevelShort(Face):
    """Counts levels from zero."""

    async def order_book(self, symbol: str, *, depth: int = 100) -> OrderBook:
        book: OrderBook = await self.client.order_book(symbol, depth=depth)
        return msgspec.structs.replace(book, bids=book.bids[: depth - 1])


class CandlesWithoutPageEnds(Face):
    """Starts the second page one candle too late."""

    async def candles(self, symbol: str, **bounds: Any) -> Sequence[Candle]:
        found: Sequence[Candle] = await self.client.candles(symbol, **bounds)
        return [candle for place, candle in enumerate(found) if place != _PAGE]


class CandlesWithoutTheNewest(Face):
    """Keeps the older ones when it has one too many."""

    async def candles(self, symbol: str, **bounds: Any) -> Sequence[Candle]:
        if bounds.get("limit") is None or bounds.get("start_time_ns") is not None:
            found: Sequence[Candle] = await self.client.candles(symbol, **bounds)
            return found
        limit = bounds["limit"]
        more: Sequence[Candle] = await self.client.candles(symbol, **{**bounds, "limit": limit + 1})
        return more[:limit]


class CandlesFromBefore(Face):
    """Takes the candle that a range begins in."""

    async def candles(self, symbol: str, **bounds: Any) -> Sequence[Candle]:
        start_ns = bounds.get("start_time_ns")
        if start_ns is not None:
            length_ns = bounds["interval_s"] * 1_000_000_000
            bounds["start_time_ns"] = start_ns // length_ns * length_ns
        found: Sequence[Candle] = await self.client.candles(symbol, **bounds)
        return found


class CandlesAskedOnceMore(Face):
    """Asks again from the last candle on when a page was full."""

    async def candles(self, symbol: str, **bounds: Any) -> Sequence[Candle]:
        found: Sequence[Candle] = await self.client.candles(symbol, **bounds)
        is_full = bounds.get("limit") is None and len(found) % _PAGE == 0
        return [*found, *found[-1:]] if is_full else found


class TradesOfOnePage(Face):
    """Gives as many trades as the venue gives at once."""

    async def trades(self, symbol: str, *, limit: int = 100) -> Sequence[Trade]:
        found: Sequence[Trade] = await self.client.trades(symbol, limit=min(limit, _PAGE))
        return found


class WritesThinkFirst(Face):
    """Thinks before it places and cancels."""

    async def place(self, request: OrderRequest) -> Order:
        await asyncio.sleep(_THINKS_S)
        placed: Order = await self.client.place(request)
        return placed

    async def cancel(self, symbol: str, **ids: Any) -> Order:
        await asyncio.sleep(_THINKS_S)
        canceled: Order = await self.client.cancel(symbol, **ids)
        return canceled


class TimeInMicroseconds(Face):
    """Tells the venue's time in the wrong unit."""

    async def venue_time_ns(self) -> int:
        told: int = await self.client.venue_time_ns()
        return told // 1_000


class OwnClockForTheVenues(Face):
    """Asks its own machine."""

    async def venue_time_ns(self) -> int:
        await self.client.venue_time_ns()
        return time.time_ns()
