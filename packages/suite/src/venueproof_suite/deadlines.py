"""What a wait that ran out means: the case author says it here."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, Protocol, TypeVar

from venueproof_core.errors import RuleViolation
from venueproof_suite.errors import DeadlinePassed, Inconclusive

T = TypeVar("T")
_MAXIMUM_SHOWN = 1000


class _Fires(Protocol):
    kind: str

    async def fired(self) -> int: ...


class _Running:
    """The case that runs now. One worker runs one case at a time."""

    rule_id: str = ""


RUNNING = _Running()


def shown(value: object) -> str:
    """Text of a value, shortened for a report."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _MAXIMUM_SHOWN else f"{text[:_MAXIMUM_SHOWN]}..."


def violated(message: str, *, expected: object, observed: object) -> NoReturn:
    """End the running case: its rule is broken.

    Raises:
        RuleViolation: Always, with the id of the running case.
    """
    raise RuleViolation(message, rule=RUNNING.rule_id, expected=expected, observed=observed)


@contextmanager
def expect(message: str, *, expected: object = None) -> Iterator[None]:
    """Say that a wait inside which runs out speaks against the connector.

    Args:
        message: The fact that is not true if it runs out.

    Raises:
        RuleViolation: A wait inside ran out.
    """
    try:
        yield
    except DeadlinePassed as late:
        raise RuleViolation(
            f"not so: {message} ({late})",
            rule=RUNNING.rule_id,
            expected=message if expected is None else expected,
            observed=f"counted {late.counted}",
        ) from late


async def require_fired(fault: _Fires) -> None:
    """Go on only if the fault has had an effect.

    Raises:
        Inconclusive: It has not: the case proves nothing.
    """
    if await fault.fired() == 0:
        raise Inconclusive(f"the fault {fault.kind!r} never fired")


async def within(awaitable: Awaitable[T], what: str, *, deadline_s: float = 5.0) -> T:
    """Await something of the connector's for so long.

    Raises:
        RuleViolation: It did not come in time.
    """
    try:
        async with asyncio.timeout(deadline_s) as scope:
            return await awaitable
    except TimeoutError:
        if not scope.expired():
            raise
        violated(
            f"{what} did not come within {deadline_s:g} s",
            expected=what,
            observed=f"nothing within {deadline_s:g} s",
        )
    except StopAsyncIteration:
        violated(f"the stream ended before {what}", expected=what, observed="end of the stream")


async def collect_until(
    stream: AsyncIterator[T],
    is_it: Callable[[T], Any],
    what: str,
    *,
    deadline_s: float = 5.0,
) -> list[T]:
    """Read a stream of the connector's until a value is the one waited for.

    Returns:
        Every value read, oldest first; the last is the one.

    Raises:
        RuleViolation: It did not come in time; ``observed`` is the last value that came.
    """
    seen: list[T] = []
    try:
        async with asyncio.timeout(deadline_s) as scope:
            async for value in stream:
                seen.append(value)
                if is_it(value):
                    return seen
    except TimeoutError:
        if not scope.expired():
            raise
        reason = f"within {deadline_s:g} s"
    else:
        reason = "before the stream ended"
    violated(
        f"{what} did not come {reason}; {len(seen)} other values did",
        expected=what,
        observed=shown(seen[-1]) if seen else "nothing",
    )
