"""The one event loop a worker keeps, and running coroutines on it against the case's deadline."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from venueproof_suite.errors import CaseTimeout

T = TypeVar("T")


class KeptLoop:
    """An event loop that outlives every case.

    Attributes:
        is_running: A coroutine runs on it right now.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._crashed)
        asyncio.set_event_loop(self._loop)
        self._deadline: float | None = None
        self._crashes: list[str] = []
        self.is_running = False

    def guard(self, duration_s: float | None) -> None:
        """Whatever runs from now on is cancelled after so long; ``None`` lifts it."""
        self._deadline = None if duration_s is None else self._loop.time() + duration_s

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run to the end.

        Raises:
            CaseTimeout: It had to be cancelled, or the watchdog interrupted it.
        """
        loop = self._loop
        task = loop.create_task(coroutine)
        late = _Late(task)
        timer = None if self._deadline is None else loop.call_at(self._deadline, late.cancel)
        self.is_running = True
        try:
            value = loop.run_until_complete(task)
        except (Exception, asyncio.CancelledError) as error:
            # A client may turn its cancellation into an error of its own: it was late all the same.
            if late.is_late:
                raise CaseTimeout("the case did not end in time and was cancelled") from error
            raise
        finally:
            self.is_running = False
            if timer is not None:
                timer.cancel()
            if not task.done():
                task.cancel()  # it has swallowed a cancellation: nobody waits for it any more
        if late.is_late:
            raise CaseTimeout("the case did not end in time, and went on when cancelled")
        return value

    def take_crashes(self) -> list[str]:
        """What tasks died of that nobody awaited."""
        crashes, self._crashes = self._crashes, []
        return crashes

    def close(self) -> None:
        """Cancel what is left and close the loop."""
        _cancel_all(self._loop)
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        self._loop.close()

    def _crashed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        detail = f": {type(error).__name__}: {error}" if error is not None else ""
        self._crashes.append(f"{context.get('message', 'event loop')}{detail}")


class _Late:
    """Cancels a task, and remembers that it did."""

    def __init__(self, task: "asyncio.Task[Any]") -> None:
        self._task = task
        self.is_late = False

    def cancel(self) -> None:
        self.is_late = True
        self._task.cancel()


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    tasks = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=1.0))
