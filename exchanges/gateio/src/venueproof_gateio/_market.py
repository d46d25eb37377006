"""Market data over REST and streams."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from venueproof_core import Outcome
from venueproof_core.errors import ConfigurationError, SequenceGapError
from venueproof_core.models import Candle, Instrument, OrderBook, Ticker, TopOfBook, Trade
from venueproof_gateio import mapping, stream
from venueproof_gateio._context import Context
from venueproof_gateio.errors import VENUE, unreadable
from venueproof_gateio.rest import CANDLES, ORDER_BOOK, PING, TICKER, TIME, TRADES, read_time_ns
from venueproof_net import BookSnapshot, EventFeed, FrameInbox, StreamSession

PAGE = 1000
DEEPEST_SNAPSHOT = 1000
SNAPSHOT_DEPTH = 100
"""The stream of changes tells of so many levels a side."""

NS_PER_S = 1_000_000_000


def interval_word(interval_s: int) -> str:
    """The wire's word for an interval.

    Raises:
        ConfigurationError: The venue has no candles of that length.
    """
    word = mapping.INTERVALS.get(interval_s)
    if word is None:
        known = ", ".join(map(str, mapping.INTERVALS))
        raise ConfigurationError(f"gateio: no candles of {interval_s} s; there are {known}")
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
        """Every instrument of the venue."""
        return await self._context.symbols.load()

    async def order_book(self, symbol: str, *, depth: int = 100) -> OrderBook:
        """The order book now, at most ``depth`` levels a side."""
        reply = await self._depth(symbol, min(depth, DEEPEST_SNAPSHOT))
        return mapping.order_book(reply, symbol, self._context.tables, depth)

    async def _depth(self, symbol: str, limit: int) -> Any:
        params = await self._context.of(symbol, limit=str(limit), with_id="true")
        return await self._context.rest.call(ORDER_BOOK, params)

    async def trades(self, symbol: str, *, limit: int = 100) -> Sequence[Trade]:
        """The newest ``limit`` trades, oldest first."""
        found = await self._trades(symbol, limit=str(min(limit, PAGE)))
        size = len(found)
        while size and len(found) < limit:
            wanted = min(limit - len(found), PAGE)
            older = await self._trades(
                symbol, last_id=found[0].trade_id, reverse="true", limit=str(wanted)
            )
            size = len(older)
            found = older + found
        return found

    async def _trades(self, symbol: str, **params: str) -> list[Trade]:
        context = self._context
        reply = await context.rest.call(TRADES, await context.of(symbol, **params))
        found = [
            mapping.trade(row, symbol, context.tables)
            for row in mapping.rows(reply, TRADES.operation)
        ]
        # The order of rows is not documented; ids rise.
        return sorted(found, key=lambda trade: int(trade.trade_id))

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

        Without bounds the newest ``limit`` (100 if not given); with bounds and no limit all of them. With a
        limit and a start the oldest from there, with a limit and only an end the newest up to there.
        """
        word, length_ns = interval_word(interval_s), interval_s * NS_PER_S
        if start_time_ns is None and end_time_ns is None and (limit or 100) <= PAGE:
            return await self._candles(symbol, interval_s, interval=word, limit=str(limit or 100))
        await self._context.rest.stamp_s()
        now_ns = self._context.rest.now_ns()
        last_ns = now_ns if end_time_ns is None else min(end_time_ns, now_ns)
        if start_time_ns is None:
            first_ns = last_ns - last_ns % length_ns - ((limit or 100) - 1) * length_ns
        else:
            first_ns = start_time_ns
        # A range and a limit exclude each other: a page is as many intervals as one reply may hold.
        found: list[Candle] = []
        while first_ns <= last_ns and (limit is None or len(found) < limit):
            end_ns = min(first_ns + (PAGE - 1) * length_ns, last_ns)
            page = await self._candles(
                symbol,
                interval_s,
                interval=word,
                **{"from": str(first_ns // NS_PER_S), "to": str(end_ns // NS_PER_S)},
            )
            # The venue begins with the interval that holds the start.
            found += [c for c in page if first_ns <= c.open_time_ns <= end_ns]
            first_ns = end_ns + 1
        return found if limit is None else found[:limit]

    async def _candles(self, symbol: str, interval_s: int, **params: str) -> list[Candle]:
        context = self._context
        reply = await context.rest.call(CANDLES, await context.of(symbol, **params))
        return [
            mapping.candle(row, symbol, interval_s, context.tables)
            for row in mapping.rows(reply, CANDLES.operation)
        ]

    async def ticker(self, symbol: str) -> Ticker:
        """Statistics of the last 24 hours."""
        context = self._context
        reply = await context.rest.call(TICKER, await context.of(symbol))
        found = mapping.rows(reply, TICKER.operation)
        if len(found) != 1:
            raise unreadable("$: expected one ticker", repr(reply), TICKER.operation)
        return mapping.ticker(found[0], symbol, context.tables)

    # ------------------------------------------------------------ streams

    @asynccontextmanager
    async def _subscribed(self, topic: str) -> AsyncIterator[FrameInbox]:
        session = next(
            (s for s in self._market_sessions if len(s) < stream.TOPICS_PER_CONNECTION), None
        )
        if session is None:
            context = self._context
            session = context.session(
                stream.PublicProtocol(context.endpoints["stream"], context.rest)
            )
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
        pair = await context.symbols.theirs(symbol)

        async def snapshot() -> BookSnapshot:
            reply = await self._depth(symbol, SNAPSHOT_DEPTH)
            try:
                return BookSnapshot(reply["id"], reply["bids"], reply["asks"], SNAPSHOT_DEPTH)
            except (KeyError, TypeError) as error:
                raise unreadable(
                    f"a snapshot without {error}", repr(reply), ORDER_BOOK.operation
                ) from error

        topic = f"{stream.DIFFERENCES}:{pair}:{stream.UPDATE_INTERVAL}"
        async with self._subscribed(topic) as inbox:
            yield context.parts.feed(
                context.parts.book(symbol, venue=VENUE),
                inbox,
                read=stream.read_book,
                snapshot=snapshot,
                policy=context.parts.reconnect(),
                clock=context.clock,
                depth=depth,
            )

    @asynccontextmanager
    async def stream_trades(self, symbol: str) -> AsyncIterator[AsyncIterator[Trade]]:
        """Public trades as they happen: ``Trade``."""
        context = self._context
        pair = await context.symbols.theirs(symbol)
        last_id: int | None = None
        last_number: int | None = None
        early: Trade | None = None
        opened_ns = 0

        def read(payload: Any) -> list[Trade]:
            nonlocal early, last_number
            row = stream.read_result(payload)
            trade = mapping.trade(row, symbol, context.tables, "stream", "trade_event")
            number = mapping.trade_number(row, context.tables)
            expected = None if last_number is None else last_number + 1
            last_number = number
            if expected is not None and number > expected:
                # Numbers of a pair have no holes. Requests may lag behind the stream: it is kept.
                early = trade
                raise _missing_trades(symbol, expected, number)
            return [trade] if is_news(trade) else []

        def is_news(trade: Trade) -> bool:
            nonlocal last_id
            if last_id is not None and int(trade.trade_id) <= last_id:
                return False
            last_id = int(trade.trade_id)
            return True

        async def recover() -> Sequence[Trade]:
            if last_id is None:
                newest = await self.trades(symbol, limit=PAGE)
                return [t for t in newest if t.venue_time_ns >= opened_ns and is_news(t)]
            missed: list[Trade] = []
            is_complete = False
            while not is_complete:
                page = await self._trades(symbol, last_id=str(last_id), limit=str(PAGE))
                missed += [trade for trade in page if is_news(trade)]
                is_complete = len(page) < PAGE
            if early is not None and is_news(early):
                missed.append(early)
            return missed

        async with self._subscribed(f"{stream.TRADES}:{pair}") as inbox:
            await context.rest.stamp_s()
            opened_ns = context.rest.now_ns()
            opened_ns -= opened_ns % context.tables.time_unit_ns
            yield self._feed(inbox, read, recover)

    @asynccontextmanager
    async def stream_top_of_book(self, symbol: str) -> AsyncIterator[AsyncIterator[TopOfBook]]:
        """Best levels as they change: ``TopOfBook``."""
        context = self._context
        pair = await context.symbols.theirs(symbol)
        version = 0

        def is_news(top: TopOfBook) -> bool:
            nonlocal version
            if top.version is None or top.version <= version:
                return False
            version = top.version
            return True

        def read(payload: Any) -> list[TopOfBook]:
            top = mapping.top_of_book(stream.read_result(payload), symbol, context.tables)
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

        async with self._subscribed(f"{stream.BEST}:{pair}") as inbox:
            yield self._feed(inbox, read, recover)

    @asynccontextmanager
    async def stream_candles(
        self, symbol: str, *, interval_s: int
    ) -> AsyncIterator[AsyncIterator[Candle]]:
        """Candles as they grow and close: ``Candle``."""
        context = self._context
        word = interval_word(interval_s)
        pair = await context.symbols.theirs(symbol)
        last: Candle | None = None

        def is_news(candle: Candle) -> bool:
            nonlocal last
            if last is not None and _progress(candle) < _progress(last):
                return False
            last = candle
            return True

        def read(payload: Any) -> list[Candle]:
            row = stream.read_result(payload)
            candle = mapping.candle(
                row, symbol, interval_s, context.tables, "stream", "candle_event"
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

        async with self._subscribed(f"{stream.CANDLES}:{word}:{pair}") as inbox:
            yield self._feed(inbox, read, recover)

    def _feed(self, inbox: FrameInbox, read: Any, recover: Any) -> EventFeed[Any]:
        return self._context.parts.events(
            inbox,
            read=read,
            recover=recover,
            policy=self._context.parts.reconnect(),
            clock=self._context.clock,
        )


def _missing_trades(symbol: str, expected: int, received: int) -> SequenceGapError:
    return SequenceGapError(
        f"{VENUE}: trades of {symbol} are missing: expected {expected}, received {received}",
        expected=expected,
        received=received,
        venue=VENUE,
        operation="stream",
        outcome=Outcome.NOT_APPLIED,
    )


def _progress(candle: Candle) -> tuple[int, Any, bool]:
    """Rises as a candle grows, closes, and is followed by the next."""
    return candle.open_time_ns, candle.volume, candle.is_closed is True
