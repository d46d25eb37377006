"""The two clocks of a world.

The *stamp clock* is what the venue says the time is: real time plus an offset and a drift, moved only by
time cases. The *timer clock* drives expiries, windows, bans and cadences; it runs with real time and can
be advanced freely. They are apart because clients sign with the real clock: advancing timers must not
move stamps.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable

SECOND_NS = 1_000_000_000


class StampClock:
    """Nanoseconds UTC as the venue stamps them."""

    def __init__(self, time_ns: Callable[[], int] = time.time_ns) -> None:
        self._time_ns = time_ns
        self._offset_ns = 0
        self._drift_ppm = 0.0
        self._set_at_ns = self._time_ns()

    def set(self, *, offset_ns: int, drift_ppm: float) -> None:
        """Move it: from now on real time plus ``offset_ns``, drifting by ``drift_ppm``."""
        self._offset_ns = offset_ns
        self._drift_ppm = drift_ppm
        self._set_at_ns = self._time_ns()

    def time_ns(self) -> int:
        """The venue's time now."""
        now = self._time_ns()
        if not self._drift_ppm:
            return now + self._offset_ns
        drift = int((now - self._set_at_ns) * self._drift_ppm / 1_000_000)
        return now + self._offset_ns + drift


class Timer:
    """A callback that is due at a time of the timer clock."""

    __slots__ = ("callback", "due_ns", "is_cancelled")

    def __init__(self, due_ns: int, callback: Callable[[], None]) -> None:
        self.due_ns = due_ns
        self.callback = callback
        self.is_cancelled = False

    def cancel(self) -> None:
        """It will not be called any more."""
        self.is_cancelled = True


class TimerClock:
    """Runs callbacks when they are due, in real time or because somebody advanced it.

    A jump fires each due timer once, in order of their times; one that re-arms itself counts from the
    time after the jump, so a day's advance does not send a day's pings.
    """

    def __init__(self, time_ns: Callable[[], int] = time.time_ns) -> None:
        self._time_ns = time_ns
        self._advanced_ns = 0
        self._heap: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()
        self._handle: asyncio.TimerHandle | None = None
        self._is_closed = False

    def now_ns(self) -> int:
        """Nanoseconds UTC on this clock: real time plus everything it was advanced."""
        return self._time_ns() + self._advanced_ns

    @property
    def advanced_ns(self) -> int:
        """How far it was advanced beyond the time that has passed."""
        return self._advanced_ns

    @property
    def next_due_ns(self) -> int | None:
        """When the next callback is due, if one is."""
        return self._heap[0][0] if self._heap else None

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call ``callback`` once, ``delay_s`` from now on this clock."""
        timer = Timer(self.now_ns() + int(delay_s * SECOND_NS), callback)
        heapq.heappush(self._heap, (timer.due_ns, next(self._order), timer))
        self._arm()
        return timer

    async def sleep(self, duration_s: float) -> None:
        """Return so much later; at once for 0."""
        if duration_s > 0:
            over = asyncio.Event()
            self.call_later(duration_s, over.set)
            await over.wait()

    def advance(self, duration_s: float) -> None:
        """Jump forward and run what has become due."""
        self._advanced_ns += int(duration_s * SECOND_NS)
        self._run_due()

    def close(self) -> None:
        """Run nothing any more."""
        self._is_closed = True
        self._heap.clear()
        if self._handle is not None:
            self._handle.cancel()

    def _run_due(self) -> None:
        now = self.now_ns()
        due = []
        while self._heap and self._heap[0][0] <= now:
            due.append(heapq.heappop(self._heap)[2])
        for timer in due:
            if not timer.is_cancelled:
                timer.callback()
        self._arm()

    def _arm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self._heap and not self._is_closed:
            wait_s = max(0.0, (self._heap[0][0] - self.now_ns()) / SECOND_NS)
            self._handle = asyncio.get_running_loop().call_later(wait_s, self._run_due)
