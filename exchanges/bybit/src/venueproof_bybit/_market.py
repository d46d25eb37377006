"""Market data over REST and streams."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from venueproof_bybit import mapping
from venueproof_bybit._context import Context
from venueproof_bybit.errors import unreadable
from venueproof_bybit.rest import CANDLES, ORDER_BOOK, PING, TICKER, TIME, TRADES, read_time_ns
from venueproof_bybit.stream import TOPICS_PER_CONNECTION, PublicProtocol, read_book, read_data
from venueproof_core.errors import ConfigurationError
from venueproof_core.models import Candle, Instrument, OrderBook, Ticker, TopOfBook, Trade
from venueproof_net import EventFeed, FrameInbox, PushedSnapshots, StreamSession

log = logging.getLogger(__name__)

PAGE = 1000
DEEPEST_SNAPSHOT = 1000
MOST_TRADES = 60
"""The venue tells no older public trades."""

STREAMED_DEPTHS = (50, 200, 1000)
DEFAULT_DEPTH = 200
REMEMBERED_TRADES = 10_000


def interval_word(interval_s: int) -> str:
    """The wire's word for an interval.

    Raises:
        ConfigurationError: The venue has no candles of that length.
    """
    word = mapping.INTERVALS.get(interval_s)
    if word is None:
        known = ", ".join(map(str, mapping.INTERVALS))
        raise ConfigurationError(f"bybit: no candles of {interval_s} s; there are {known}")
    return word


class MarketData:
    """The public half of the connector."""

    _context: Context
    _market_sessions: list[StreamSession]

    async def ping(self) -> None:
        """Return when the venue has answered."""
        await self._context.rest.call(PING)

    async def venue_time_ns(self) -> int:
        """The venue's time, nanoseconds UTC."""
        return read_time_ns(await self._context.rest.call(TIME))

    async def instruments(self) -> Sequence[Instrument]:
        """Every instrument that is traded; the venue lists no others."""
        return await self._context.symbols.load()

    async def order_book(self, symbol: str, *, depth: int = 100) -> OrderBook:
        """The order book now, at most ``depth`` levels a side."""
        context = self._context
        params = await context.spot(symbol, limit=str(min(depth, DEEPEST_SNAPSHOT)))
        reply = await context.rest.call(ORDER_BOOK, params)
        return mapping.order_book(reply, symbol, context.tables, depth)

    async def trades(self, symbol: str, *, limit: int = 100) -> Sequence[Trade]:
        """The newest ``limit`` trades, oldest first; the venue tells at most the last 60."""
        context = self._context
        params = await context.spot(symbol, limit=str(min(limit, MOST_TRADES)))
        reply = await context.rest.call(TRADES, params)
        newest_first = mapping.rows(reply, TRADES.operation)
        return [mapping.trade(row, symbol, context.tables) for row in reversed(newest_first)]

    async def candles(
        self,
        symbol: str,
        *,
        interval_s: int,
        start_time_ns: int | None = None,
        end_time_ns: int | None = None,
        limit: int | None = None,
    ) -> Sequence[Candle]:
        """Candles whose open time is in ``[start, end]``, oldest first.

        Without bounds the newest ``limit`` (200 if not given); with bounds and no limit all of them. With a
        limit and a start the oldest from there, with a limit and only an end the newest up to there.
        """
        if start_time_ns is None:
            return await self._newest_candles(symbol, interval_s, end_time_ns, limit or 200)
        # Which end of a long range the venue keeps is left open: no page asks for more than one reply holds.
        found: list[Candle] = []
        length_ns = interval_s * 1_000_000_000
        await self._context.rest.stamp_ms()
        last_ns = self._context.rest.now_ns()
        last_ns = last_ns if end_time_ns is None else min(end_time_ns, last_ns)
        start_ns = start_time_ns
        while start_ns <= last_ns and (limit is None or len(found) < limit):
            end_ns = min(start_ns + (PAGE - 1) * length_ns, last_ns)
            found += await self._candles(symbol, interval_s, PAGE, start_ns, end_ns)
            start_ns = end_ns + 1
        return found if limit is None else found[:limit]

    async def _newest_candles(
        self, symbol: str, interval_s: int, end_ns: int | None, limit: int
    ) -> list[Candle]:
        pages: list[list[Candle]] = []
        left = limit
        while left > 0:
            page = await self._candles(symbol, interval_s, min(PAGE, left), None, end_ns)
            pages.append(page)
            if len(page) < min(PAGE, left):
                break
            left -= len(page)
            end_ns = page[0].open_time_ns - 1_000_000
        return [candle for page in reversed(pages) for candle in page]

    async def _candles(
        self, symbol: str, interval_s: int, size: int, start_ns: int | None, end_ns: int | None
    ) -> list[Candle]:
        context = self._context
        unit_ns = context.tables.time_unit_ns
        word = interval_word(interval_s)
        params = await context.spot(symbol, interval=word, limit=str(size))
        if start_ns is not None:
            # Rounded up: a start inside a unit must not let an earlier candle in.
            params["start"] = str(-(-start_ns // unit_ns))
        if end_ns is not None:
            params["end"] = str(end_ns // unit_ns)
        reply = await context.rest.call(CANDLES, params)
        newest_first = mapping.rows(reply, CANDLES.operation)
        return [
            mapping.candle(row, symbol, interval_s, context.tables)
            for row in reversed(newest_first)
        ]

    async def ticker(self, symbol: str) -> Ticker:
        """Statistics of the last 24 hours."""
        context = self._context
        reply = await context.rest.call(TICKER, await context.spot(symbol))
        found = mapping.rows(reply, TICKER.operation)
        if len(found) != 1:
            raise unreadable("$.list: expected one ticker", repr(reply), TICKER.operation)
        return mapping.ticker(found[0], symbol, context.tables)

    # ------------------------------------------------------------ streams

    def _session(self) -> StreamSession:
        for session in self._market_sessions:
            if len(session) < TOPICS_PER_CONNECTION:
                return session
        session = self._context.session(PublicProtocol(self._context.endpoints["stream"]))
        self._market_sessions.append(session)
        return session

    @asynccontextmanager
    async def _subscribed(self, session: StreamSession, topic: str) -> AsyncIterator[FrameInbox]:
        inbox = self._context.parts.inbox()
        await session.attach(topic, inbox)
        try:
            yield inbox
        finally:
            await session.detach(topic, inbox)

    @asynccontextmanager
    async def stream_order_book(
        self, symbol: str, *, depth: int | None = None
    ) -> AsyncIterator[AsyncIterator[OrderBook]]:
        """A local book kept in step with the venue: an ``OrderBook`` after each applied change.

        The venue streams the best 50, 200 or 1000 levels: the fewest that hold ``depth``, 200 without it.
        """
        context = self._context
        wanted = DEFAULT_DEPTH if depth is None else depth
        levels = next((most for most in STREAMED_DEPTHS if most >= wanted), STREAMED_DEPTHS[-1])
        topic = f"orderbook.{levels}.{await context.symbols.theirs(symbol)}"
        session = self._session()
        snapshots = PushedSnapshots(session, topic)
        async with self._subscribed(session, topic) as inbox:
            yield context.parts.feed(
                context.parts.book(symbol, venue="bybit"),
                inbox,
                read=read_book,
                snapshot=snapshots,
                policy=context.parts.reconnect(),
                clock=context.clock,
                depth=depth,
            )

    @asynccontextmanager
    async def stream_trades(self, symbol: str) -> AsyncIterator[AsyncIterator[Trade]]:
        """Public trades as they happen: ``Trade``.

        Ids do not count, so a hole does not show by itself; what a cut has swallowed is read over REST, as far
        back as the venue tells.
        """
        context = self._context
        topic = f"publicTrade.{await context.symbols.theirs(symbol)}"
        seen: dict[str, None] = {}
        opened_ns = 0

        def is_news(trade: Trade) -> bool:
            if trade.trade_id in seen:
                return False
            seen[trade.trade_id] = None
            if len(seen) > REMEMBERED_TRADES:
                del seen[next(iter(seen))]
            return True

        def read(payload: Any) -> list[Trade]:
            trades = [
                mapping.trade(row, symbol, context.tables, "stream", "trade_event")
                for row in event_rows(payload)
            ]
            return [trade for trade in trades if is_news(trade)]

        async def recover() -> Sequence[Trade]:
            newest = await self.trades(symbol, limit=MOST_TRADES)
            if seen and newest and newest[0].trade_id not in seen:
                log.warning("bybit: trades of %s may be missing: the venue tells no older", symbol)
            return [t for t in newest if t.venue_time_ns >= opened_ns and is_news(t)]

        session = self._session()
        async with self._subscribed(session, topic) as inbox:
            await context.rest.stamp_ms()
            opened_ns = context.rest.now_ns()
            opened_ns -= opened_ns % context.tables.time_unit_ns
            yield self._feed(inbox, read, recover)

    @asynccontextmanager
    async def stream_top_of_book(self, symbol: str) -> AsyncIterator[AsyncIterator[TopOfBook]]:
        """Best levels as they change: ``TopOfBook``."""
        context = self._context
        topic = f"orderbook.1.{await context.symbols.theirs(symbol)}"
        version = 0

        def is_news(top: TopOfBook) -> bool:
            nonlocal version
            if top.version is None or top.version <= version:
                return False
            version = top.version
            return True

        def read(payload: Any) -> list[TopOfBook]:
            top = mapping.top_of_book(read_data(payload), symbol, context.tables)
            return [top] if is_news(top) else []

        async def recover() -> Sequence[TopOfBook]:
            book = await self.order_book(symbol, depth=1)
            top = TopOfBook(
                symbol=symbol,
                bid=book.bids[0] if book.bids else None,
                ask=book.asks[0] if book.asks else None,
                version=book.version,
            )
            return [top] if is_news(top) else []

        async with self._subscribed(self._session(), topic) as inbox:
            yield self._feed(inbox, read, recover)

    @asynccontextmanager
    async def stream_candles(
        self, symbol: str, *, interval_s: int
    ) -> AsyncIterator[AsyncIterator[Candle]]:
        """Candles as they grow and close: ``Candle``."""
        context = self._context
        word = interval_word(interval_s)
        topic = f"kline.{word}.{await context.symbols.theirs(symbol)}"
        last: Candle | None = None

        def is_news(candle: Candle) -> bool:
            nonlocal last
            if last is not None and _progress(candle) < _progress(last):
                return False
            last = candle
            return True

        def read(payload: Any) -> list[Candle]:
            candles = [
                mapping.candle(row, symbol, interval_s, context.tables, "stream", "candle_event")
                for row in event_rows(payload)
            ]
            return [candle for candle in candles if is_news(candle)]

        async def recover() -> Sequence[Candle]:
            start_ns = None if last is None else last.open_time_ns
            missed = await self.candles(
                symbol,
                interval_s=interval_s,
                start_time_ns=start_ns,
                limit=1 if last is None else None,
            )
            return [candle for candle in missed if is_news(candle)]

        async with self._subscribed(self._session(), topic) as inbox:
            yield self._feed(inbox, read, recover)

    def _feed(self, inbox: FrameInbox, read: Any, recover: Any) -> EventFeed[Any]:
        return self._context.parts.events(
            inbox,
            read=read,
            recover=recover,
            policy=self._context.parts.reconnect(),
            clock=self._context.clock,
        )


def event_rows(payload: str | bytes) -> Sequence[Any]:
    """The list that a frame carries."""
    data = read_data(payload)
    if not isinstance(data, list):
        raise unreadable("$.data: expected a list", repr(data), "stream")
    return data


def _progress(candle: Candle) -> tuple[int, Any, bool]:
    """Rises as a candle grows, closes, and is followed by the next."""
    return candle.open_time_ns, candle.volume, candle.is_closed is True
