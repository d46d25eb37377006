"""Calls of a blocking library from an event loop, for connectors around one."""

import asyncio
import contextvars
import functools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, ParamSpec, TypeVar

from venueproof_core.errors import VenueproofError

P = ParamSpec("P")
T = TypeVar("T")


class StillRunningError(VenueproofError):
    """A call was still blocked when its threads had to end."""


class BlockingCalls:
    """Threads of one connector. A call that is given up goes on in its thread: its outcome is unknown.

    Args:
        workers: Calls at a time; more wait for their turn. Use 1 for a library that is not safe for threads.
    """

    def __init__(self, workers: int = 4) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="venueproof-blocking")
        self._running: dict[Future[Any], str] = {}

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking call in a thread and return what it returns.

        Cancelling waits for nothing: a call that has not begun never does, one that has begun goes on.
        """
        context = contextvars.copy_context()
        bound = functools.partial(context.run, function, *args, **kwargs)
        future: Future[T] = self._threads.submit(bound)
        self._running[future] = getattr(function, "__qualname__", repr(function))
        future.add_done_callback(self._ended)
        return await asyncio.wrap_future(future)

    async def aclose(self, *, within_s: float = 5.0) -> None:
        """Let running calls end, and end the threads. Safe to call twice.

        Raises:
            StillRunningError: Some did not end in time; their names are in the text.
        """
        self._threads.shutdown(wait=False, cancel_futures=True)
        running = set(self._running)
        # The wait blocks a thread of the loop's own: these threads take no more work.
        _, blocked = await asyncio.to_thread(wait, running, within_s)
        if blocked:
            names = ", ".join(sorted(self._running.get(future, "?") for future in blocked))
            raise StillRunningError(f"still blocked after {within_s:g} s: {names}")

    def _ended(self, future: Future[Any]) -> None:
        self._running.pop(future, None)
