"""Bounded queues between a socket and whoever reads its stream."""

import asyncio
from collections import deque
from typing import Any, Final


class _Gap:
    def __repr__(self) -> str:
        return "GAP"


GAP: Final = _Gap()
"""Stands in a queue where something may be missing: whoever reads it must fetch the state again."""


class Inbox:
    """Items in order, at most ``capacity``; never loses one silently.

    When it overflows everything unread is dropped and ``GAP`` put in its place.
    """

    def __init__(self, capacity: int = 10_000) -> None:
        self._items: deque[Any] = deque()
        self._capacity = capacity
        self._waiter: asyncio.Future[None] | None = None
        self._end: Exception | None = None

    def put(self, item: Any) -> None:
        """Add one item; on overflow, only a gap is left."""
        if len(self._items) >= self._capacity:
            self.put_gap()
            return
        self._items.append(item)
        self._notify()

    def put_gap(self) -> None:
        """Drop what is unread: it is not continued by what comes next."""
        self._items.clear()
        self._items.append(GAP)
        self._notify()

    def end(self, error: Exception | None = None) -> None:
        """No more will come: iterators stop, or raise ``error``, once they have read what is here."""
        self._end = error if error is not None else StopAsyncIteration()
        self._notify()

    async def get(self) -> Any:
        """The oldest item, or ``GAP``.

        Raises:
            StopAsyncIteration: The stream was closed on this side.
            Exception: The one the stream ended with.
        """
        while not self._items:
            if self._end is not None:
                raise self._end
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._items.popleft()

    def drain(self) -> list[Any]:
        """Everything unread, without waiting."""
        items = list(self._items)
        self._items.clear()
        return items

    def _notify(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
