"""Keeps a local book in step with its stream: buffer, snapshot, align, apply, and again after any gap."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from venueproof_core import Clock
from venueproof_core.errors import (
    MalformedMessageError,
    RateLimitedError,
    RefusedError,
    SequenceGapError,
    VenueError,
)
from venueproof_core.models import OrderBook
from venueproof_net.book import BookChange, BookSnapshot, LocalBook
from venueproof_net.http import ClosedError
from venueproof_net.inbox import GAP, Inbox
from venueproof_net.policies import ReconnectPolicy

log = logging.getLogger(__name__)


class FrameInbox(Inbox):
    """An inbox as a stream session's sink: items are ``(payload, received_time_ns)``."""

    def on_frame(self, payload: Any, received_time_ns: int) -> None:
        """Keep one frame."""
        self.put((payload, received_time_ns))

    def on_gap(self) -> None:
        """Frames may be missing."""
        self.put_gap()

    def on_end(self, error: Exception | None) -> None:
        """No more will come."""
        self.end(error)


class BookFeed(AsyncIterator[OrderBook]):
    """An ``OrderBook`` after the first synchronisation and after each change that was applied.

    Work is done when somebody asks for the next book: until then frames wait in the inbox, which is also
    where they are held while a snapshot is on its way.

    Args:
        read: Turns a frame's payload and reception time into a change.
        snapshot: Fetches a full image.
        policy: Pauses between attempts to synchronise.
    """

    def __init__(
        self,
        book: LocalBook,
        inbox: FrameInbox,
        *,
        read: Callable[[Any, int], BookChange],
        snapshot: Callable[[], Awaitable[BookSnapshot]],
        policy: ReconnectPolicy,
        clock: Clock,
        depth: int | None,
    ) -> None:
        self._book = book
        self._inbox = inbox
        self._read = read
        self._snapshot = snapshot
        self._policy = policy
        self._clock = clock
        self._depth = depth

    async def __anext__(self) -> OrderBook:
        """The next state of the book."""
        book = self._book
        while True:
            if not book.is_ready or book.is_thin(self._depth):
                await self._synchronise()
                return book.view(self._depth)
            item = await self._inbox.get()
            if item is GAP:
                book.reset()
                continue
            try:
                change = self._read(*item)
                if book.apply(change):
                    return book.view(self._depth)
            except SequenceGapError as gap:
                log.warning("%s", gap)
                book.reset()
                # It may be newer than the next snapshot, and then it is needed.
                book.hold(change)
            except MalformedMessageError as error:
                log.warning("%s; resynchronising", error)
                book.reset()

    async def _synchronise(self) -> None:
        while True:
            try:
                snapshot = await self._snapshot()
                if not self._hold_waiting():
                    continue
                self._book.load(snapshot)
            except RateLimitedError as error:
                pause_s = max(self._policy.failed(), error.retry_after_s or 0.0)
                reason: VenueError = error
            except (RefusedError, ClosedError):
                raise
            except VenueError as error:
                # An old snapshot, a reply lost or garbled: what is held stays, and another is fetched.
                pause_s = self._policy.failed()
                reason = error
            else:
                self._policy.succeeded()
                return
            log.info("%s; next snapshot in %.1f s", reason, pause_s)
            await self._clock.sleep(pause_s)

    def _hold_waiting(self) -> bool:
        """Hold what came meanwhile; False if the stream itself has a gap after the snapshot was asked for."""
        is_continuous = True
        for item in self._inbox.drain():
            if item is GAP:
                self._book.reset()
                is_continuous = False
            else:
                self._book.hold(self._read(*item))
        return is_continuous
