"""Which failures may be repeated, and how an unknown outcome is settled."""

from typing import Any

import pytest

from venueproof_core import Outcome
from venueproof_core.errors import (
    ClockSkewError,
    ConnectError,
    DisconnectedError,
    InvalidOrderError,
    MalformedMessageError,
    RateLimitedError,
    TimedOutError,
    UnknownOrderError,
    VenueError,
)
from venueproof_net import ClockSync, Recovery, RetryAdvice, RetryPolicy, SteerableClock, classify


def error(kind: type[VenueError], outcome: Outcome = Outcome.NOT_APPLIED) -> VenueError:
    return kind("m", venue="test", operation="x", outcome=outcome)


REPEAT = RetryAdvice(may_repeat=True)
RECONCILE = RetryAdvice(must_reconcile=True)
FINAL = RetryAdvice()
RESTAMP = RetryAdvice(may_repeat=True, must_measure_clock=True)


@pytest.mark.parametrize(
    ("kind", "outcome", "operation", "advice"),
    [
        (TimedOutError, Outcome.NOT_APPLIED, "order_book", REPEAT),
        (DisconnectedError, Outcome.NOT_APPLIED, "order", REPEAT),
        (ConnectError, Outcome.NOT_APPLIED, "ping", REPEAT),
        (MalformedMessageError, Outcome.NOT_APPLIED, "fills", REPEAT),
        (VenueError, Outcome.NOT_APPLIED, "balances", REPEAT),
        (InvalidOrderError, Outcome.NOT_APPLIED, "order_book", FINAL),
        (RateLimitedError, Outcome.NOT_APPLIED, "order_book", FINAL),
        (TimedOutError, Outcome.UNKNOWN, "place", RECONCILE),
        (VenueError, Outcome.UNKNOWN, "cancel", RECONCILE),
        (MalformedMessageError, Outcome.UNKNOWN, "amend", RECONCILE),
        (ConnectError, Outcome.NOT_APPLIED, "place", FINAL),
        (InvalidOrderError, Outcome.NOT_APPLIED, "place", FINAL),
        (ClockSkewError, Outcome.NOT_APPLIED, "place", RESTAMP),
        (ClockSkewError, Outcome.NOT_APPLIED, "balances", RESTAMP),
    ],
)
def test_advice(
    kind: type[VenueError], outcome: Outcome, operation: str, advice: RetryAdvice
) -> None:
    assert classify(error(kind, outcome), operation) == advice


class QuickRecovery(Recovery):
    first_pause_s = 0.001


class Calls:
    """Fails a number of times, then answers."""

    def __init__(self, failures: list[VenueError], result: Any = "answer") -> None:
        self.failures = failures
        self.result = result
        self.count = 0

    async def __call__(self) -> Any:
        self.count += 1
        if self.failures:
            raise self.failures.pop(0)
        return self.result


async def test_a_read_is_repeated_until_it_answers() -> None:
    calls = Calls([error(TimedOutError), error(DisconnectedError)])
    assert await RetryPolicy(SteerableClock()).run(calls, "order_book") == "answer"
    assert calls.count == 3


async def test_a_read_is_given_up_after_a_bounded_number_of_attempts() -> None:
    calls = Calls([error(TimedOutError) for _ in range(9)])
    with pytest.raises(TimedOutError):
        await RetryPolicy(SteerableClock()).run(calls, "order_book")
    assert calls.count == RetryPolicy.attempts


async def test_a_write_is_sent_once() -> None:
    calls = Calls([error(TimedOutError, Outcome.UNKNOWN)])
    with pytest.raises(TimedOutError):
        await RetryPolicy(SteerableClock()).run(calls, "place")
    assert calls.count == 1


async def test_an_order_that_appears_late_is_found() -> None:
    query = Calls([error(UnknownOrderError), error(TimedOutError)], "order")
    found = await QuickRecovery(SteerableClock()).after_unknown(
        query, lambda order: order == "order"
    )
    assert found == "order"
    assert query.count == 3


async def test_an_order_that_never_appears_stays_unknown() -> None:
    query = Calls([error(UnknownOrderError) for _ in range(99)])
    assert await QuickRecovery(SteerableClock()).after_unknown(query, lambda _: True) is None
    assert query.count == Recovery.attempts


async def test_an_order_that_does_not_show_the_write_is_no_answer() -> None:
    query = Calls([], "another order")
    assert await QuickRecovery(SteerableClock()).after_unknown(query, lambda _: False) is None


def test_clock_offset_is_taken_at_the_middle_of_the_round_trip() -> None:
    sync = ClockSync()
    assert not sync.is_measured
    sync.measured(1_000, 5_600, 1_200)
    assert sync.offset_ns == 4_500
    assert sync.stamp_ns(2_000) == 6_500
    sync.refused()
    assert not sync.is_measured
