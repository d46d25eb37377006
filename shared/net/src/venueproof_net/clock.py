"""Clocks for connectors: the system's, and one that a test can move; and deadlines on either."""

import asyncio
import time
from collections import deque
from types import TracebackType

from venueproof_core import Clock


class SystemClock:
    """The machine's clock."""

    def time_ns(self) -> int:
        """Wall clock, nanoseconds UTC."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Nanoseconds from an arbitrary start; never goes back."""
        return time.monotonic_ns()

    async def sleep(self, duration_s: float) -> None:
        """Return when ``duration_s`` seconds have passed."""
        await asyncio.sleep(max(0.0, duration_s))


class SteerableClock:
    """Real time whose timers can be pushed forward.

    Stamps (``time_ns``) stay real, since a venue compares them with its own. Durations run on real time
    plus everything that ``advance`` has added, so a timer fires by itself, or at once when pushed past.
    """

    def __init__(self) -> None:
        self._added_ns = 0
        self._sleepers: set[asyncio.Future[None]] = set()

    def time_ns(self) -> int:
        """Wall clock, nanoseconds UTC; never moved."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Real time plus what was advanced."""
        return time.monotonic_ns() + self._added_ns

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once: sleepers that are due return, the others wait on.

        Raises:
            ValueError: Time does not run backwards.
        """
        if seconds < 0:
            raise ValueError(f"a clock cannot go back: advance({seconds})")
        self._added_ns += round(seconds * 1e9)
        for sleeper in self._sleepers:
            if not sleeper.done():
                sleeper.set_result(None)

    async def sleep(self, duration_s: float) -> None:
        """Return when ``duration_s`` seconds have passed on this clock."""
        due_ns = self.monotonic_ns() + round(duration_s * 1e9)
        loop = asyncio.get_running_loop()
        while (left_ns := due_ns - self.monotonic_ns()) > 0:
            woken: asyncio.Future[None] = loop.create_future()
            timer = loop.call_later(left_ns / 1e9, _wake, woken)
            self._sleepers.add(woken)
            try:
                await woken
            finally:
                timer.cancel()
                self._sleepers.discard(woken)
        await asyncio.sleep(0)


def _wake(sleeper: "asyncio.Future[None]") -> None:
    if not sleeper.done():
        sleeper.set_result(None)


# Long enough for an answer of a venue that is there, short enough for a test of one that is not.
_LEAST_PATIENCE_S = 0.2


async def sleep_patiently(clock: Clock, duration_s: float) -> None:
    """Return when ``duration_s`` seconds have passed on the clock, and a moment of them in real time.

    For answers that are waited for: a clock that is pushed forward does not bring them any sooner.
    """
    loop = asyncio.get_running_loop()
    earliest_s = loop.time() + min(duration_s, _LEAST_PATIENCE_S)
    await clock.sleep(duration_s)
    await asyncio.sleep(max(0.0, earliest_s - loop.time()))


class Deadline:
    """``asyncio.timeout`` on an injected clock: ``async with Deadline(clock, 5.0): ...``.

    Args:
        is_patient: Some of the time must pass in reality, however far the clock is pushed.

    Raises:
        TimeoutError: From the block's end, when the time ran out inside it.
    """

    def __init__(self, clock: Clock, duration_s: float, *, is_patient: bool = False) -> None:
        self._clock = clock
        self._duration_s = duration_s
        self._is_patient = is_patient
        self._has_expired = False

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a deadline needs a task to interrupt")
        self._task = task
        self._cancelling = task.cancelling()
        self._start()

    def _start(self) -> None:
        self._timer: asyncio.TimerHandle | asyncio.Task[None]
        if isinstance(self._clock, SystemClock):
            # Nobody pushes it: the loop's own timer will do, and costs no task for each request.
            self._timer = asyncio.get_running_loop().call_later(self._duration_s, self._expire)
        else:
            self._timer = asyncio.create_task(self._watch())

    def _stop(self) -> None:
        self._timer.cancel()

    async def _watch(self) -> None:
        if self._is_patient:
            await sleep_patiently(self._clock, self._duration_s)
        else:
            await self._clock.sleep(self._duration_s)
        self._expire()

    def _expire(self) -> None:
        self._has_expired = True
        self._task.cancel()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        if not self._has_expired:
            return
        # Somebody else's cancellation that came at the same moment must go through.
        is_ours = self._task.uncancel() <= self._cancelling
        if is_ours and kind is asyncio.CancelledError:
            raise TimeoutError from error


class Deadlines:
    """Deadlines of one duration: they end in the order they began, so one timer of the loop does for all.

    For requests: nearly all of them end long before, and a timer for each costs as much as sending it.
    """

    def __init__(self, clock: Clock, duration_s: float) -> None:
        self._clock = clock
        self._duration_s = duration_s
        self._running: deque[_Queued] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> Deadline:
        """A deadline that runs from when its block is entered."""
        if isinstance(self._clock, SystemClock):
            return _Queued(self, self._clock, self._duration_s)
        return Deadline(self._clock, self._duration_s)

    def add(self, deadline: "_Queued") -> None:
        """Let it run."""
        loop = asyncio.get_running_loop()
        deadline.due_s = loop.time() + self._duration_s
        self._running.append(deadline)
        if self._timer is None:
            self._timer = loop.call_at(deadline.due_s, self._expire, loop)

    def forget_ended(self) -> None:
        """Keep none that waits for nothing, save behind one that still runs."""
        running = self._running
        while running and running[0].has_ended:
            running.popleft()

    def _expire(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        self.forget_ended()
        now_s = loop.time()
        while self._running and (first := self._running[0]).due_s <= now_s:
            self._running.popleft()
            first.expire()
            self.forget_ended()
        if self._running:
            self._timer = loop.call_at(self._running[0].due_s, self._expire, loop)


class _Queued(Deadline):
    due_s = 0.0
    has_ended = False

    def __init__(self, queue: Deadlines, clock: Clock, duration_s: float) -> None:
        super().__init__(clock, duration_s)
        self._queue = queue

    def _start(self) -> None:
        self._queue.add(self)

    def _stop(self) -> None:
        self.has_ended = True
        self._queue.forget_ended()

    def expire(self) -> None:
        self._expire()
