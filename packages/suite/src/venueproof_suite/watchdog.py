"""Ends a case that hangs: first its coroutine, then a blocked loop, then the process."""

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from venueproof_suite.errors import CaseTimeout

# After the coroutine was cancelled, the loop gets this long before it counts as blocked; after the main
# thread was interrupted in vain, the process gets this long before it is ended. Short cases get less.
BLOCKED_AFTER_S = 2.0
DEAD_AFTER_S = 3.0
_LOOK_EVERY_S = 0.25
DIED_EXIT_CODE = 70


class Watchdog:
    """Guards one case at a time.

    Args:
        is_interruptible: Whether the main thread may be interrupted right now; asked in a signal handler.
        last_words: Called in the watchdog's thread, right before the process is ended.
        tick: Called in the watchdog's thread a few times a second.
        may_end_process: Somebody starts a new process in place of this one.
    """

    def __init__(
        self,
        *,
        is_interruptible: Callable[[], bool],
        last_words: Callable[[], None],
        tick: Callable[[], None] | None = None,
        may_end_process: bool = False,
    ) -> None:
        self._is_interruptible = is_interruptible
        self._last_words = last_words
        self._tick = tick
        self._dead_at: float | None = None
        self._stop = threading.Event()
        self._previous: Any = None
        self._has_alarm = threading.current_thread() is threading.main_thread()
        if self._has_alarm:
            self._previous = signal.signal(signal.SIGALRM, self._interrupt)
        self._thread: threading.Thread | None = None
        if may_end_process:
            self._thread = threading.Thread(
                target=self._watch, name="venueproof-watchdog", daemon=True
            )
            self._thread.start()

    def guard(self, duration_s: float) -> None:
        """From now on the case has this long."""
        blocked_s = duration_s + min(BLOCKED_AFTER_S, duration_s)
        if self._has_alarm:
            signal.setitimer(signal.ITIMER_REAL, blocked_s)
        self._dead_at = time.monotonic() + blocked_s + min(DEAD_AFTER_S, duration_s)

    def release(self) -> None:
        """The case has ended."""
        if self._has_alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self._dead_at = None

    def close(self) -> None:
        """Guard nothing any more."""
        self.release()
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        if self._has_alarm:
            signal.signal(signal.SIGALRM, self._previous)

    def _watch(self) -> None:
        while not self._stop.wait(_LOOK_EVERY_S):
            if self._tick is not None:
                self._tick()
            dead_at = self._dead_at
            if dead_at is not None and time.monotonic() > dead_at:
                self._last_words()
                os._exit(DIED_EXIT_CODE)

    def _interrupt(self, _number: int, _frame: object) -> None:
        if not self._is_interruptible():
            signal.setitimer(signal.ITIMER_REAL, _LOOK_EVERY_S)
            return
        raise CaseTimeout(
            "the event loop is blocked: the case did not end in time, nor when cancelled"
        )
