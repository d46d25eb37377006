"""Keeps a local book in step with its stream: buffer, snapshot, align, apply, and again after any gap."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from venueproof_core import Clock, Outcome
from venueproof_core.errors import (
    MalformedMessageError,
    RateLimitedError,
    RefusedError,
    SequenceGapError,
    TimedOutError,
    VenueError,
)
from venueproof_core.models import OrderBook
from venueproof_net.book import BookChange, BookSnapshot, LocalBook
from venueproof_net.clock import Deadline
from venueproof_net.http import ClosedError
from venueproof_net.inbox import GAP, Inbox
from venueproof_net.policies import ReconnectPolicy
from venueproof_net.stream import StreamSession

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


class PushedSnapshots:
    """Has a venue push a full image into a topic: it does so for each new subscription.

    Made before the topic is attached: then the image of the first subscription is on its way already.
    """

    def __init__(self, session: StreamSession, topic: str) -> None:
        self._session = session
        self._topic = topic
        self._used = session.subscribed_times(topic)

    async def __call__(self) -> None:
        """Return when an image is on its way, subscribing anew if the last subscription's was used.

        Raises:
            VenueError: The venue did not acknowledge the new subscription.
        """
        if self._session.subscribed_times(self._topic) == self._used:
            await self._session.renew(self._topic)
        self._used = self._session.subscribed_times(self._topic)


class BookFeed(AsyncIterator[OrderBook]):
    """An ``OrderBook`` after the first synchronisation and after each change that was applied.

    Work is done when somebody asks for the next book: until then frames wait in the inbox, which is also
    where they are held while a snapshot is on its way.

    Args:
        read: Turns a frame's payload and reception time into a change, or into a full image, which replaces the
            book whenever it comes.
        snapshot: Fetches a full image; ``None`` says that one will come in the stream.
        policy: Pauses between attempts to synchronise.
    """

    pushed_within_s = 5.0

    def __init__(
        self,
        book: LocalBook,
        inbox: FrameInbox,
        *,
        read: Callable[[Any, int], BookChange | BookSnapshot],
        snapshot: Callable[[], Awaitable[BookSnapshot | None]],
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
        self._is_pushed = False

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
                if isinstance(change, BookSnapshot):
                    self._replace(change)
                    return book.view(self._depth)
                if book.apply(change):
                    return book.view(self._depth)
            except SequenceGapError as gap:
                log.warning("%s", gap)
                book.reset()
                if isinstance(change, BookChange):
                    # It may be newer than the next snapshot, and then it is needed.
                    book.hold(change)
            except MalformedMessageError as error:
                log.warning("%s; resynchronising", error)
                book.reset()

    async def _synchronise(self) -> None:
        while True:
            try:
                if not self._is_pushed:
                    snapshot = await self._snapshot()
                    self._is_pushed = snapshot is None
                if self._is_pushed:
                    # Whoever waits may give up in the middle: then the next call waits for the same one.
                    await self._take_pushed()
                elif snapshot is not None:
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
            self._is_pushed = False
            log.info("%s; next snapshot in %.1f s", reason, pause_s)
            await self._clock.sleep(pause_s)

    async def _take_pushed(self) -> None:
        """Wait for the image that comes in the stream; changes before it bring nothing."""
        try:
            async with Deadline(self._clock, self.pushed_within_s):
                while True:
                    item = await self._inbox.get()
                    if item is GAP:
                        raise self._not_pushed("it may have been lost")
                    image = self._read(*item)
                    if isinstance(image, BookSnapshot):
                        break
        except TimeoutError as error:
            raise self._not_pushed(f"none came within {self.pushed_within_s:g} s") from error
        self._replace(image)
        self._is_pushed = False

    def _replace(self, image: BookSnapshot) -> None:
        # Nothing of what came before belongs to it, whatever its number.
        self._book.reset()
        self._book.load(image)

    def _not_pushed(self, reason: str) -> TimedOutError:
        return TimedOutError(
            f"no snapshot of {self._book.symbol} came in the stream: {reason}",
            venue=self._book.venue,
            operation="order_book",
            outcome=Outcome.NOT_APPLIED,
        )

    def _hold_waiting(self) -> bool:
        """Hold what came meanwhile; False if the stream itself has a gap after the snapshot was asked for."""
        is_continuous = True
        for item in self._inbox.drain():
            if item is GAP:
                self._book.reset()
                is_continuous = False
            elif isinstance(change := self._read(*item), BookChange):
                self._book.hold(change)
        return is_continuous
