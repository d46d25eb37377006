"""Reading streams beside the case, and asking the venue until something is so."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from venueproof_core.venue import Stream
from venueproof_suite.deadlines import violated

T = TypeVar("T")


@asynccontextmanager
async def in_background(
    stream: Stream,
) -> AsyncIterator["asyncio.Task[tuple[AsyncIterator[Any], Any]]"]:
    """Enter a stream and wait for its first value while the case does something else.

    The task's result is the stream and that value. Some connectors fetch a snapshot before the stream is
    entered, others when the first value is asked for: a case that holds the snapshot must not wait for either.
    """
    stack = AsyncExitStack()

    async def read() -> tuple[AsyncIterator[Any], Any]:
        values = await stack.enter_async_context(stream)
        return values, await anext(values)

    task = asyncio.create_task(read())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await stack.aclose()


async def until(
    ask: Callable[[], Awaitable[T]],
    is_it: Callable[[T], bool],
    message: str,
    *,
    deadline_s: float = 5.0,
) -> T:
    """Ask the venue until the answer is the one waited for. Each question lets the connector go on.

    Raises:
        RuleViolation: It never was; ``observed`` is the last answer.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline_s
    while not is_it(answer := await ask()):
        if loop.time() > end:
            violated(
                f"not so within {deadline_s:g} s: {message}", expected=message, observed=answer
            )
    return answer
