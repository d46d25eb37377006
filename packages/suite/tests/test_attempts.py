"""Calls whose end a rule prescribes."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from venueproof_core.errors import (
    InvalidOrderError,
    Outcome,
    RuleViolation,
    UnknownOrderError,
    VenueError,
)
from venueproof_suite.attempts import HurriedClock, accepted, refused, seen_until


def _error(kind: type[VenueError], outcome: Outcome) -> VenueError:
    return kind("no", venue="tiny", operation="place", outcome=outcome)


async def _fails(error: Exception) -> None:
    raise error


async def _returns(value: int) -> int:
    return value


def test_accepted_returns_the_value_or_finds_a_violation() -> None:
    assert asyncio.run(accepted(_returns(3), "a call")) == 3
    with pytest.raises(RuleViolation) as found:
        asyncio.run(accepted(_fails(_error(VenueError, Outcome.UNKNOWN)), "a call"))
    assert found.value.expected == "a call succeeds"


def test_refused_returns_the_error_that_was_wanted() -> None:
    error = _error(UnknownOrderError, Outcome.UNKNOWN)
    call = refused(_fails(error), UnknownOrderError, "a cancel", outcome=Outcome.UNKNOWN)
    assert asyncio.run(call) is error


@pytest.mark.parametrize(
    ("error", "observed"),
    [
        (_error(InvalidOrderError, Outcome.UNKNOWN), "InvalidOrderError with UNKNOWN"),
        (_error(UnknownOrderError, Outcome.APPLIED), "UnknownOrderError with APPLIED"),
        (ValueError("raw"), "ValueError: raw"),
    ],
)
def test_refused_finds_any_other_end(error: Exception, observed: str) -> None:
    call = refused(_fails(error), UnknownOrderError, "a cancel", outcome=Outcome.UNKNOWN)
    with pytest.raises(RuleViolation) as found:
        asyncio.run(call)
    assert found.value.expected == "UnknownOrderError with UNKNOWN"
    assert observed in found.value.observed


def test_refused_finds_a_call_that_succeeds() -> None:
    with pytest.raises(RuleViolation, match="does not fail"):
        asyncio.run(refused(_returns(1), VenueError, "a cancel"))


def test_seen_until_returns_what_came_by_the_deadline() -> None:
    async def endless() -> AsyncIterator[int]:
        yield 1
        yield 2
        await asyncio.get_running_loop().create_future()

    assert asyncio.run(seen_until(endless(), lambda seen: 2 in seen)) == [1, 2]
    assert asyncio.run(seen_until(endless(), lambda _: False, deadline_s=0.01)) == [1, 2]


def test_durations_pass_faster_on_a_hurried_clock() -> None:
    async def waited_s() -> tuple[float, float]:
        clock, loop = HurriedClock(), asyncio.get_running_loop()
        real, its = loop.time(), clock.monotonic_ns()
        await clock.sleep(0.1)
        return loop.time() - real, (clock.monotonic_ns() - its) / 1e9

    real_s, its_s = asyncio.run(waited_s())
    assert its_s >= 0.1
    assert real_s < its_s / 5
