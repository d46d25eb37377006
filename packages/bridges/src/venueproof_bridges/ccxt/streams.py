"""Streams over ccxt.pro: loops of ``watch_*``, as its documentation writes them.

Source: https://docs.ccxt.com/docs/examples/js/one-exchange-many-streams (an error is followed by the next
call, with which ccxt connects and subscribes again)
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, Self

from venueproof_bridges.ccxt import values
from venueproof_bridges.ccxt.acknowledgement import OPENING, Acknowledgements
from venueproof_bridges.ccxt.client import CcxtClient
from venueproof_bridges.ccxt.errors import is_passing
from venueproof_bridges.ccxt.market_data import timeframe
from venueproof_core.errors import VenueError
from venueproof_core.models import Balance, Candle, Fill, Order, OrderBook, TopOfBook, Trade

_OPERATION = "subscribe"
_UNWATCH_WITHIN_S = 2.0  # ccxt itself waits for the venue's answer for ever


class Watching:
    """A loop that calls one ``watch_*`` method again and again; what it returns is read in order.

    Once the stream is open, the loop goes on after an error that ccxt counts as passing: its message itself
    says to call again. Any other error ends the loop and is raised by the iterator; iterating again starts it
    anew.

    Args:
        watch: Calls ccxt and reads what it returned.
        unwatch: Ends the subscription, where ccxt can.
    """

    def __init__(
        self,
        acknowledgements: Acknowledgements,
        watch: Callable[[], Awaitable[Iterable[Any]]],
        unwatch: Callable[[], Awaitable[Any]] | None,
        running: "set[Watching]",
    ) -> None:
        self._acknowledgements = acknowledgements
        self._watch = watch
        self._unwatch = unwatch
        self._running = running
        self._values: deque[Any] = deque()
        self._news = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._is_open = False
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
            await self.end()
            raise
        finally:
            self._acknowledgements.opened(opening)
            answered.cancel()
        if self._loop.done():
            await self._loop
        self._is_open = True
        self._running.add(self)
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
                async with asyncio.timeout(_UNWATCH_WITHIN_S):
                    await self._unwatch()
        except (TimeoutError, VenueError):
            # What ended the block says more than that it could not be left in good order.
            if error is None:
                raise
        finally:
            await self.end()

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
            try:
                self._values.extend(await self._watch())
            except VenueError as error:
                if not self._is_open or not is_passing(error):
                    raise
                await asyncio.sleep(0)  # ccxt may fail without ever waiting
            else:
                self._news.set()

    async def end(self) -> None:
        """Stop calling ccxt."""
        self._running.discard(self)
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
    _running: set[Watching]

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
        return Watching(self._acknowledgements, watch, unwatch if can_end else None, self._running)
