"""Market data over REST and streams."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from venueproof_binance import mapping
from venueproof_binance._context import Context
from venueproof_binance._shapes import Decode
from venueproof_binance.errors import VENUE, unreadable
from venueproof_binance.rest import DEPTH, KLINES, OLD_TRADES, PING, TICKER, TIME, TRADES
from venueproof_binance.stream import (
    STREAMS_PER_CONNECTION,
    MarketProtocol,
    read_depth,
    read_json,
)
from venueproof_core import Outcome
from venueproof_core.errors import ConfigurationError, SequenceGapError
from venueproof_core.models import (
    Candle,
    Instrument,
    OrderBook,
    Ticker,
    TopOfBook,
    Trade,
)
from venueproof_net import BookSnapshot, EventFeed, FrameInbox, StreamSession

PAGE = 1000
SNAPSHOT_DEPTH = 1000
DEEPEST_SNAPSHOT = 5000


def depth_weight(limit: int) -> int:
    """What a snapshot of so many levels costs."""
    for most, weight in ((100, 5), (500, 25), (1000, 50)):
        if limit <= most:
            return weight
    return 250


def interval_word(interval_s: int) -> str:
    """The wire's word for an interval.

    Raises:
        ConfigurationError: The venue has no candles of that length.
    """
    word = mapping.INTERVALS.get(interval_s)
    if word is None:
        known = ", ".join(map(str, mapping.INTERVALS))
        raise ConfigurationError(f"binance: no candles of {interval_s} s; there are {known}")
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
        reply = await self._context.rest.call(TIME)
        time = reply.get("serverTime") if isinstance(reply, dict) else None
        if not isinstance(time, int):
            raise unreadable("expected serverTime as an integer", repr(reply), TIME.operation)
        return time * self._context.tables.time_unit_ns

    async def instruments(self) -> Sequence[Instrument]:
        """Every instrument of the venue."""
        return await self._context.symbols.load()

    async def order_book(self, symbol: str, *, depth: int = 100) -> OrderBook:
        """The order book now, at most ``depth`` levels a side."""
        decode = self._context.shapes.order_book
        reply = await self._depth(symbol, min(depth, DEEPEST_SNAPSHOT), decode)
        return mapping.order_book(reply, symbol, self._context.tables, depth)

    async def _depth(self, symbol: str, limit: int, decode: Decode | None = None) -> Any:
        params = {"symbol": await self._context.symbols.theirs(symbol), "limit": str(limit)}
        weight = depth_weight(limit)
        return await self._context.rest.call(DEPTH, params, weight=weight, decode=decode)

    async def trades(self, symbol: str, *, limit: int = 100) -> Sequence[Trade]:
        """The newest ``limit`` trades, oldest first."""
        newest = await self._trades(TRADES, symbol, limit=str(min(limit, PAGE)))
        pages = [newest]
        while newest and (left := limit - sum(map(len, pages))) > 0:
            first = int(newest[0].trade_id)
            older = await self._trades(
                OLD_TRADES,
                symbol,
                fromId=str(max(0, first - min(left, PAGE))),
                limit=str(min(left, PAGE)),
            )
            newest = [trade for trade in older if int(trade.trade_id) < first]
            pages.append(newest)
        return [trade for page in reversed(pages) for trade in page]

    async def _trades(self, endpoint: Any, symbol: str, **params: str) -> list[Trade]:
        wire = {"symbol": await self._context.symbols.theirs(symbol), **params}
        reply = await self._context.rest.call(endpoint, wire, decode=self._context.shapes.trades)
        return mapping.trades(reply, symbol, self._context.tables)

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

        Without bounds the newest ``limit`` (500 if not given); with bounds and no limit all of them. With a
        limit and a start the oldest from there, with a limit and only an end the newest up to there.
        """
        if start_time_ns is None and (limit is not None or end_time_ns is None):
            return await self._newest_candles(symbol, interval_s, end_time_ns, limit or 500)
        found: list[Candle] = []
        start_ns = start_time_ns or 0
        while limit is None or len(found) < limit:
            size = PAGE if limit is None else min(PAGE, limit - len(found))
            page = await self._candles(symbol, interval_s, size, start_ns, end_time_ns)
            found += page
            if len(page) < size:
                break
            start_ns = page[-1].open_time_ns + 1_000_000
        return found

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
        unit_ns = self._context.tables.time_unit_ns
        params = {
            "symbol": await self._context.symbols.theirs(symbol),
            "interval": interval_word(interval_s),
            "limit": str(size),
        }
        if start_ns is not None:
            # Rounded up: a start inside a unit must not let an earlier candle in.
            params["startTime"] = str(-(-start_ns // unit_ns))
        if end_ns is not None:
            params["endTime"] = str(end_ns // unit_ns)
        reply = await self._context.rest.call(KLINES, params)
        tables = self._context.tables
        return [
            mapping.candle(row, symbol, interval_s, tables)
            for row in mapping.rows(reply, KLINES.operation)
        ]

    async def ticker(self, symbol: str) -> Ticker:
        """Statistics of the last 24 hours."""
        params = {"symbol": await self._context.symbols.theirs(symbol)}
        reply = await self._context.rest.call(TICKER, params)
        return mapping.ticker(reply, symbol, self._context.tables)

    # ------------------------------------------------------------ streams

    @asynccontextmanager
    async def _subscribed(self, topic: str) -> AsyncIterator[FrameInbox]:
        session = next((s for s in self._market_sessions if len(s) < STREAMS_PER_CONNECTION), None)
        if session is None:
            protocol = MarketProtocol(self._context.endpoints["stream"])
            session = self._context.session(protocol)
            self._market_sessions.append(session)
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
        """A local book kept in step with the venue: an ``OrderBook`` after each applied change."""
        context = self._context
        venue_symbol = await context.symbols.theirs(symbol)
        limit = SNAPSHOT_DEPTH if depth is None or depth <= SNAPSHOT_DEPTH else DEEPEST_SNAPSHOT

        async def snapshot() -> BookSnapshot:
            reply = await self._depth(symbol, limit)
            try:
                return BookSnapshot(reply["lastUpdateId"], reply["bids"], reply["asks"], limit)
            except (KeyError, TypeError) as error:
                raise unreadable(
                    f"a snapshot without {error}", repr(reply), DEPTH.operation
                ) from error

        async with self._subscribed(f"{venue_symbol.lower()}@depth@100ms") as inbox:
            yield context.parts.feed(
                context.parts.book(symbol, venue="binance"),
                inbox,
                read=read_depth,
                snapshot=snapshot,
                policy=context.parts.reconnect(),
                clock=context.clock,
                depth=depth,
            )

    @asynccontextmanager
    async def stream_trades(self, symbol: str) -> AsyncIterator[AsyncIterator[Trade]]:
        """Public trades as they happen: ``Trade``."""
        context = self._context
        venue_symbol = await context.symbols.theirs(symbol)
        last_id: int | None = None
        early: Trade | None = None
        opened_ns = 0

        def read(payload: Any) -> list[Trade]:
            nonlocal early
            trade = mapping.trade(
                read_json(payload), symbol, context.tables, "stream", "trade_event"
            )
            expected = None if last_id is None else last_id + 1
            if expected is not None and int(trade.trade_id) > expected:
                # Ids of an instrument have no holes. Requests may lag behind the stream: it is kept.
                early = trade
                raise missing_trades(symbol, expected, int(trade.trade_id))
            return [trade] if is_news(trade) else []

        def is_news(trade: Trade) -> bool:
            nonlocal last_id
            if last_id is not None and int(trade.trade_id) <= last_id:
                return False
            last_id = int(trade.trade_id)
            return True

        async def recover() -> Sequence[Trade]:
            if last_id is None:
                await context.rest.stamp_ms()
                since_ns = context.rest.clock_sync.stamp_ns(opened_ns)
                since_ns -= since_ns % context.tables.time_unit_ns
                newest = await self.trades(symbol, limit=PAGE)
                return [t for t in newest if t.venue_time_ns >= since_ns and is_news(t)]
            missed: list[Trade] = []
            is_complete = False
            while not is_complete:
                page = await self._trades(
                    OLD_TRADES, symbol, fromId=str(last_id + 1), limit=str(PAGE)
                )
                missed += [trade for trade in page if is_news(trade)]
                is_complete = len(page) < PAGE
            if early is not None and is_news(early):
                missed.append(early)
            return missed

        async with self._subscribed(f"{venue_symbol.lower()}@trade") as inbox:
            opened_ns = context.clock.time_ns()
            yield self._feed(inbox, read, recover)

    @asynccontextmanager
    async def stream_top_of_book(self, symbol: str) -> AsyncIterator[AsyncIterator[TopOfBook]]:
        """Best levels as they change: ``TopOfBook``."""
        context = self._context
        venue_symbol = await context.symbols.theirs(symbol)
        version = 0

        def is_news(top: TopOfBook) -> bool:
            nonlocal version
            if top.version is None or top.version <= version:
                return False
            version = top.version
            return True

        def read(payload: Any) -> list[TopOfBook]:
            top = mapping.top_of_book(read_json(payload), symbol, context.tables)
            return [top] if is_news(top) else []

        async def recover() -> Sequence[TopOfBook]:
            # The snapshot, not the ticker: it has the version that the stream counts by.
            book = await self.order_book(symbol, depth=5)
            top = TopOfBook(
                symbol=symbol,
                bid=book.bids[0] if book.bids else None,
                ask=book.asks[0] if book.asks else None,
                version=book.version,
            )
            return [top] if is_news(top) else []

        async with self._subscribed(f"{venue_symbol.lower()}@bookTicker") as inbox:
            yield self._feed(inbox, read, recover)

    @asynccontextmanager
    async def stream_candles(
        self, symbol: str, *, interval_s: int
    ) -> AsyncIterator[AsyncIterator[Candle]]:
        """Candles as they grow and close: ``Candle``."""
        context = self._context
        word = interval_word(interval_s)
        venue_symbol = await context.symbols.theirs(symbol)
        last: Candle | None = None

        def is_news(candle: Candle) -> bool:
            nonlocal last
            if last is not None and _progress(candle) < _progress(last):
                return False
            last = candle
            return True

        def read(payload: Any) -> list[Candle]:
            event = read_json(payload)
            data = event.get("k") if isinstance(event, Mapping) else None
            candle = mapping.candle(
                data, symbol, interval_s, context.tables, "stream", "candle_event"
            )
            return [candle] if is_news(candle) else []

        async def recover() -> Sequence[Candle]:
            start_ns = None if last is None else last.open_time_ns
            missed = await self.candles(
                symbol,
                interval_s=interval_s,
                start_time_ns=start_ns,
                limit=1 if last is None else None,
            )
            return [candle for candle in missed if is_news(candle)]

        async with self._subscribed(f"{venue_symbol.lower()}@kline_{word}") as inbox:
            yield self._feed(inbox, read, recover)

    def _feed(self, inbox: FrameInbox, read: Any, recover: Any) -> EventFeed[Any]:
        return self._context.parts.events(
            inbox,
            read=read,
            recover=recover,
            policy=self._context.parts.reconnect(),
            clock=self._context.clock,
        )


def missing_trades(symbol: str, expected: int, received: int) -> SequenceGapError:
    """Trades of a stream are missing."""
    return SequenceGapError(
        f"{VENUE}: trades of {symbol} are missing: expected {expected}, received {received}",
        expected=expected,
        received=received,
        venue=VENUE,
        operation="stream",
        outcome=Outcome.NOT_APPLIED,
    )


def _progress(candle: Candle) -> tuple[int, int, bool]:
    """Rises as a candle grows, closes, and is followed by the next."""
    return candle.open_time_ns, candle.trade_count or 0, candle.is_closed is True
