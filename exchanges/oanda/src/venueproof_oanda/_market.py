"""Market data over REST and the price stream."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from venueproof_core.errors import ConfigurationError
from venueproof_core.models import Candle, Instrument, OrderBook, TopOfBook
from venueproof_net import StreamSession
from venueproof_oanda import mapping
from venueproof_oanda._context import Context
from venueproof_oanda._row import time_text
from venueproof_oanda.errors import unreadable
from venueproof_oanda.stream import prices

PAGE = 5000
DEFAULT = 500


class MarketData:
    """The public half of the connector; this venue wants a token for it too."""

    _context: Context
    _market_sessions: list[StreamSession]

    async def ping(self) -> None:
        """Return when the venue has answered."""
        await self._context.rest.call("GET", "/v3/accounts", "ping")

    async def instruments(self) -> Sequence[Instrument]:
        """Every instrument that the account may deal in."""
        rest = self._context.rest
        reply = await rest.call("GET", f"{rest.account}/instruments", "instruments")
        found = mapping.rows(reply, "instruments", "instruments")
        return [mapping.instrument(row, self._context.tables) for row in found]

    async def order_book(self, symbol: str, *, depth: int = 100) -> OrderBook:
        """The dealer's ladder now, at most ``depth`` buckets a side."""
        rest = self._context.rest
        params = {"instruments": mapping.theirs(symbol), "includeUnitsAvailable": "false"}
        reply = await rest.call("GET", f"{rest.account}/pricing", "order_book", params=params)
        found = mapping.rows(reply, "prices", "order_book")
        if len(found) != 1:
            raise unreadable("$.prices: expected one price", repr(reply), "order_book")
        return mapping.order_book(found[0], symbol, self._context.tables, depth)

    async def candles(
        self,
        symbol: str,
        *,
        interval_s: int,
        start_time_ns: int | None = None,
        end_time_ns: int | None = None,
        limit: int | None = None,
        price: str = "mid",
    ) -> Sequence[Candle]:
        """Candles whose open time is in ``[start, end]``, oldest first; none of those without prices.

        Args:
            price: ``mid``, ``bid`` or ``ask``.
        """
        if start_time_ns is None:
            return await self._newest(symbol, interval_s, end_time_ns, limit or DEFAULT, price)
        found: list[Candle] = []
        start_ns = start_time_ns
        while limit is None or len(found) < limit:
            size = PAGE if limit is None else min(PAGE, limit - len(found))
            params = {"from": time_text(start_ns), "count": str(size), "includeFirst": "true"}
            page = await self._candles(symbol, interval_s, params, price)
            fresh = [candle for candle in page if candle.open_time_ns >= start_ns]
            if end_time_ns is not None:
                inside = [candle for candle in fresh if candle.open_time_ns <= end_time_ns]
                found += inside
                if len(inside) < len(fresh):
                    break
            else:
                found += fresh
            if len(page) < size:
                break
            start_ns = page[-1].open_time_ns + 1
        return found

    async def _newest(
        self, symbol: str, interval_s: int, end_ns: int | None, limit: int, price: str
    ) -> list[Candle]:
        pages: list[list[Candle]] = []
        left = limit
        while left > 0:
            params = {"count": str(min(PAGE, left))}
            if end_ns is not None:
                params["to"] = time_text(end_ns + 1)
            page = await self._candles(symbol, interval_s, params, price)
            pages.append(page)
            if len(page) < min(PAGE, left):
                break
            left -= len(page)
            end_ns = page[0].open_time_ns - 1
        return [candle for page in reversed(pages) for candle in page]

    async def _candles(
        self, symbol: str, interval_s: int, params: dict[str, str], price: str
    ) -> list[Candle]:
        word = mapping.GRANULARITIES.get(interval_s)
        if word is None:
            known = ", ".join(map(str, mapping.GRANULARITIES))
            raise ConfigurationError(f"oanda: no candles of {interval_s} s; there are {known}")
        path = f"/v3/instruments/{mapping.theirs(symbol)}/candles"
        wire = {"granularity": word, "price": price[0].upper(), **params}
        reply = await self._context.rest.call("GET", path, "candles", params=wire)
        return [
            mapping.candle(row, symbol, interval_s, self._context.tables, price)
            for row in mapping.rows(reply, "candles", "candles")
        ]

    @asynccontextmanager
    async def stream_top_of_book(self, symbol: str) -> AsyncIterator[AsyncIterator[TopOfBook]]:
        """Best prices as they change, at most four a second: ``TopOfBook``."""
        context = self._context
        venue_symbol = mapping.theirs(symbol)
        version = 0

        def is_news(top: TopOfBook) -> bool:
            nonlocal version
            if top.version is None or top.version <= version:
                return False
            version = top.version
            return True

        def read(payload: Any) -> Sequence[TopOfBook]:
            top = mapping.top_of_book(payload, symbol, context.tables)
            return [top] if is_news(top) else []

        async def recover() -> Sequence[TopOfBook]:
            book = await self.order_book(symbol, depth=1)
            top = TopOfBook(
                symbol=symbol,
                bid=book.bids[0] if book.bids else None,
                ask=book.asks[0] if book.asks else None,
                version=book.version,
                venue_time_ns=book.venue_time_ns,
            )
            return [top] if is_news(top) else []

        # What a stream carries is settled when it is opened: each instrument has its own.
        session = context.session(prices(context.endpoints["stream"], context.rest, venue_symbol))
        self._market_sessions.append(session)
        inbox = context.parts.inbox()
        await session.attach(venue_symbol, inbox)
        try:
            yield context.parts.events(
                inbox,
                read=read,
                recover=recover,
                policy=context.parts.reconnect(),
                clock=context.clock,
            )
        finally:
            await session.detach(venue_symbol, inbox)
            await session.aclose()
            self._market_sessions.remove(session)
