"""Calls of a connector whose end a rule prescribes: that it succeeds, or how it fails."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from venueproof_core.errors import Outcome, VenueError
from venueproof_core.venue import Connector
from venueproof_net.clock import SteerableClock
from venueproof_suite.deadlines import shown, violated

T = TypeVar("T")


async def accepted(call: Awaitable[T], what: str) -> T:
    """Await a call that has no reason to fail.

    Args:
        what: The call in words: ``a limit order within the rules``.

    Raises:
        RuleViolation: It failed.
    """
    try:
        return await call
    except VenueError as error:
        violated(
            f"{what} fails: {error}",
            expected=f"{what} succeeds",
            observed=f"{type(error).__name__}: {error}",
        )


async def refused(
    call: Awaitable[Any],
    kind: type[VenueError],
    what: str,
    *,
    outcome: Outcome | None = None,
) -> VenueError:
    """Await a call that must fail in one way, and return its error.

    Args:
        kind: The class it must have.
        outcome: What it must say of the venue's state.

    Raises:
        RuleViolation: It succeeded, or failed in another way.
    """
    expected = kind.__name__ if outcome is None else f"{kind.__name__} with {outcome.value}"
    try:
        value = await call
    except VenueError as error:
        is_right = isinstance(error, kind) and outcome in (None, error.outcome)
        if is_right:
            return error
        violated(
            f"{what} fails in another way",
            expected=expected,
            observed=f"{type(error).__name__} with {error.outcome.value}: {error.message}",
        )
    except NotImplementedError:
        # The client has no word for it, which is no way to fail.
        raise
    except Exception as error:
        # Raw errors of a decoder or socket tell a caller nothing about what happened at the venue.
        violated(
            f"{what} raises {type(error).__name__}, which is no VenueError",
            expected=expected,
            observed=f"{type(error).__name__}: {shown(str(error))}",
        )
    else:
        violated(f"{what} does not fail", expected=expected, observed=shown(value))


async def seen_until(
    stream: AsyncIterator[T], is_enough: Callable[[list[T]], bool], *, deadline_s: float = 3.0
) -> list[T]:
    """Read a stream until enough has come, or the deadline: what came is compared afterwards."""
    seen: list[T] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(deadline_s):
            async for value in stream:
                seen.append(value)
                if is_enough(seen):
                    break
    return seen


class HurriedClock(SteerableClock):
    """Real time, but durations pass faster: a time-out of five seconds comes after half a second."""

    speed = 10

    def monotonic_ns(self) -> int:
        """Runs ahead of real time."""
        return super().monotonic_ns() * self.speed

    async def sleep(self, duration_s: float) -> None:
        """Return when ``duration_s`` seconds have passed on this clock."""
        await super().sleep(duration_s / self.speed)


def impatient(connector: Connector) -> dict[str, Any]:
    """Settings under which a connector does not wait long, where it has the setting by this name."""
    fields = connector.settings.model_fields if connector.settings is not None else {}
    is_known = "request_timeout_s" in fields and not connector.takes_clock
    return {"request_timeout_s": 0.5} if is_known else {}
