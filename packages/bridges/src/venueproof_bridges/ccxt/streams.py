"""Streams over ccxt.pro: loops of ``watch_*``, as its documentation writes them."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, Self

from venueproof_bridges.ccxt import values
from venueproof_bridges.ccxt.acknowledgement import OPENING, Acknowledgements
from venueproof_bridges.ccxt.client import CcxtClient
from venueproof_bridges.ccxt.market_data import timeframe
from venueproof_core.models import Balance, Candle, Fill, Order, OrderBook, TopOfBook, Trade

_OPERATION = "subscribe"


class Watching:
    """A loop that calls one ``watch_*`` method again and again; what it returns is read in order.

    When ccxt raises, the loop ends and so does the iteration, with that error. Iterating again starts the
    loop again, with which ccxt connects and subscribes again.

    Args:
        watch: Calls ccxt and reads what it returned.
        unwatch: Ends the subscription, where ccxt can.
        timeout_s: For ending the subscription.
    """

    def __init__(
        self,
        acknowledgements: Acknowledgements,
        watch: Callable[[], Awaitable[Iterable[Any]]],
        unwatch: Callable[[], Awaitable[Any]] | None,
        timeout_s: float,
    ) -> None:
        self._acknowledgements = acknowledgements
        self._watch = watch
        self._unwatch = unwatch
        self._timeout_s = timeout_s
        self._values: deque[Any] = deque()
        self._news = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._is_ending = False

    async def __aenter__(self) -> Self:
        opening = self._acknowledgements.open()
        token = OPENING.set(opening)
        self._loop = asyncio.create_task(self._watch_on())
        OPENING.reset(token)
        answered = asyncio.create_task(opening.is_answered.wait())
        try:
            await asyncio.wait({self._loop, answered}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self._end_loop()
            raise
        finally:
            self._acknowledgements.opened(opening)
            answered.cancel()
        if self._loop.done():
            await self._loop
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_ending = True
        is_alive = self._loop is not None and not self._loop.done()
        try:
            if self._unwatch is not None and is_alive:
                # The loop still waits meanwhile: ccxt ends it with an UnsubscribeError.
                async with asyncio.timeout(self._timeout_s):
                    await self._unwatch()
        finally:
            await self._end_loop()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        while not self._values:
            if self._loop is None:
                self._loop = asyncio.create_task(self._watch_on())
            self._news.clear()
            news = asyncio.create_task(self._news.wait())
            try:
                await asyncio.wait({self._loop, news}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                news.cancel()
            if self._loop.done() and not self._values:
                loop, self._loop = self._loop, None
                await loop
        return self._values.popleft()

    async def _watch_on(self) -> None:
        while not self._is_ending:
            self._values.extend(await self._watch())
            self._news.set()

    async def _end_loop(self) -> None:
        loop, self._loop = self._loop, None
        if loop is None:
            return
        loop.cancel()
        await asyncio.wait({loop})
        if not loop.cancelled():
            loop.exception()  # looked at: nobody waits for it any more


class Streams:
    """The streams of both halves."""

    _client: CcxtClient
    _acknowledgements: Acknowledgements

    def stream_order_book(self, symbol: str, *, depth: int | None = None) -> Watching:
        """ccxt's local book after each change that it tells of."""
        theirs = values.their_symbol(symbol)

        def read(book: Any) -> list[OrderBook]:
            now_ns = time.time_ns()
            return [values.order_book(book, symbol, depth=depth, received_time_ns=now_ns)]

        return self._watching(read, "watch_order_book", theirs, depth, ends_with=(theirs,))

    def stream_trades(self, symbol: str) -> Watching:
        """Public trades as they happen."""
        theirs = values.their_symbol(symbol)

        def read(rows: Any) -> list[Trade]:
            return [values.trade(row, symbol) for row in rows]

        return self._watching(read, "watch_trades", theirs, ends_with=(theirs,))

    def stream_top_of_book(self, symbol: str) -> Watching:
        """Best levels as they change."""
        theirs = values.their_symbol(symbol)

        def read(tickers: Any) -> list[TopOfBook]:
            return [values.top_of_book(ticker, symbol) for ticker in tickers.values()]

        return self._watching(read, "watch_bids_asks", [theirs], ends_with=([theirs],))

    def stream_candles(self, symbol: str, *, interval_s: int) -> Watching:
        """Candles as they grow."""
        theirs, word = values.their_symbol(symbol), timeframe(self._client, interval_s)

        def read(rows: Any) -> list[Candle]:
            return [values.candle(row, symbol, interval_s) for row in rows]

        return self._watching(read, "watch_ohlcv", theirs, word, ends_with=(theirs, word))

    def stream_orders(self) -> Watching:
        """The account's orders as they change."""

        def read(rows: Any) -> list[Order]:
            return [values.order(row) for row in rows]

        return self._watching(read, "watch_orders")

    def stream_fills(self) -> Watching:
        """The account's fills."""

        def read(rows: Any) -> list[Fill]:
            return [values.fill(row) for row in rows]

        return self._watching(read, "watch_my_trades")

    def stream_balances(self) -> Watching:
        """The balances that ccxt knows, all of them after each change."""

        def read(row: Any) -> list[Balance]:
            return values.balances(row)

        return self._watching(read, "watch_balance")

    def _watching(
        self,
        read: Callable[[Any], Iterable[Any]],
        method: str,
        *arguments: Any,
        ends_with: tuple[Any, ...] = (),
    ) -> Watching:
        client = self._client

        async def watch() -> Iterable[Any]:
            told = await client.call(_OPERATION, method, *arguments)
            return client.read(_OPERATION, read, told)

        async def unwatch() -> None:
            await client.call(_OPERATION, f"un_{method}", *ends_with)

        can_end = client.has(f"un_{method}")
        return Watching(
            self._acknowledgements, watch, unwatch if can_end else None, client.timeout_s
        )
