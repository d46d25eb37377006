"""What a wait that runs out means."""

import asyncio

import pytest

from venueproof_core.errors import RuleViolation
from venueproof_suite.deadlines import collect_until, expect, require_fired, shown, within
from venueproof_suite.errors import DeadlinePassed, Inconclusive


class _Fault:
    kind = "gap"

    def __init__(self, count):
        self.count = count

    async def fired(self):
        return self.count


async def _numbers(*values, then_hang=False):
    for value in values:
        yield value
    if then_hang:
        await asyncio.Event().wait()


def test_expect_turns_a_deadline_into_a_violation_with_the_count():
    with pytest.raises(RuleViolation) as violation, expect("it subscribes again", expected=2):
        raise DeadlinePassed("2 x subscribed", counted=1, deadline_s=5)
    assert (violation.value.expected, violation.value.observed) == (2, "counted 1")
    assert "it subscribes again (waited 5 s for 2 x subscribed; counted 1)" in str(violation.value)


def test_expect_lets_everything_else_through():
    with pytest.raises(KeyError), expect("anything"):
        raise KeyError("other")


def test_a_fault_that_never_fired_is_inconclusive():
    asyncio.run(require_fired(_Fault(1)))
    with pytest.raises(Inconclusive, match="'gap' never fired"):
        asyncio.run(require_fired(_Fault(0)))


def test_within_returns_what_came_in_time():
    assert asyncio.run(within(anext(_numbers(7)), "a number")) == 7


def test_within_is_a_violation_when_late_or_at_the_end():
    with pytest.raises(RuleViolation, match=r"a number did not come within 0\.01 s"):
        asyncio.run(within(anext(_numbers(then_hang=True)), "a number", deadline_s=0.01))
    with pytest.raises(RuleViolation, match="the stream ended before a number"):
        asyncio.run(within(anext(_numbers()), "a number"))


def test_a_timeout_of_the_connectors_own_is_not_taken_for_ours():
    async def fails():
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        asyncio.run(within(fails(), "a number"))


def test_collect_until_returns_everything_up_to_the_hit():
    found = asyncio.run(collect_until(_numbers(1, 2, 3, 4), lambda n: n == 3, "three"))
    assert found == [1, 2, 3]


def test_collect_until_shows_the_last_value_when_late():
    numbers = _numbers(1, 2, then_hang=True)
    with pytest.raises(RuleViolation) as violation:
        asyncio.run(collect_until(numbers, lambda n: n == 3, "three", deadline_s=0.01))
    assert violation.value.observed == "2"
    assert "three did not come within 0.01 s; 2 other values did" in str(violation.value)
    with pytest.raises(RuleViolation, match="before the stream ended"):
        asyncio.run(collect_until(_numbers(), lambda n: True, "three"))


def test_long_values_are_shortened():
    assert len(shown("x" * 5000)) == 1003
    assert shown([1]) == "[1]"
