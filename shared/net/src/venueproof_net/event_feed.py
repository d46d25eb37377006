"""A stream of events whose gaps are filled over REST."""

import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from venueproof_core import Clock
from venueproof_core.errors import (
    MalformedMessageError,
    RateLimitedError,
    RefusedError,
    SequenceGapError,
    VenueError,
)
from venueproof_net.book_feed import FrameInbox
from venueproof_net.http import ClosedError
from venueproof_net.inbox import GAP
from venueproof_net.policies import ReconnectPolicy

log = logging.getLogger(__name__)

T = TypeVar("T")


class EventFeed(AsyncIterator[T], Generic[T]):
    """Events in order, each once.

    Args:
        read: Turns a frame's payload into values, oldest first; none of them where it is no news.
            ``SequenceGapError`` says that some are missing before it; it must be among what ``recover`` returns next.
        recover: Reads over REST what a gap may have swallowed.
        policy: Pauses between attempts to recover.
    """

    def __init__(
        self,
        inbox: FrameInbox,
        *,
        read: Callable[[Any], Sequence[T]],
        recover: Callable[[], Awaitable[Sequence[T]]],
        policy: ReconnectPolicy,
        clock: Clock,
    ) -> None:
        self._inbox = inbox
        self._read = read
        self._recover = recover
        self._policy = policy
        self._clock = clock
        self._ready: deque[T] = deque()
        self._has_gap = False

    async def __anext__(self) -> T:
        """The next event."""
        while not self._ready:
            # Whoever waits may give up in the middle; the gap must still be known to the next call.
            if self._has_gap:
                await self._fill_gap()
                self._has_gap = False
                continue
            item = await self._inbox.get()
            if item is GAP:
                self._has_gap = True
                continue
            try:
                self._ready.extend(self._read(item[0]))
            except (MalformedMessageError, SequenceGapError) as error:
                log.warning("%s; reading what is missing over REST", error)
                self._has_gap = True
        return self._ready.popleft()

    async def _fill_gap(self) -> None:
        while True:
            try:
                self._ready.extend(await self._recover())
            except RateLimitedError as error:
                pause_s = max(self._policy.failed(), error.retry_after_s or 0.0)
                reason: VenueError = error
            except (RefusedError, ClosedError):
                raise
            except VenueError as error:
                pause_s = self._policy.failed()
                reason = error
            else:
                self._policy.succeeded()
                return
            log.warning("%s; recovering again in %.1f s", reason, pause_s)
            await self._clock.sleep(pause_s)
