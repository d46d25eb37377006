"""Budgets, pauses and pacing."""

import asyncio

import pytest

from venueproof_net import Pacer, RateBudget, SteerableClock, Window

WEIGHT = {"weight": 10}


async def turns() -> None:
    """Let everything that can run, run."""
    for _ in range(10):
        await asyncio.sleep(0)


class StillClock(SteerableClock):
    """Moves only when told; starts in the middle of a minute."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ns = 0

    def time_ns(self) -> int:
        return 30 * 10**9

    def monotonic_ns(self) -> int:
        return self.now_ns

    def advance(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)
        super().advance(0)


def budget(limit: int | None = 100) -> tuple[RateBudget, StillClock]:
    clock = StillClock()
    return RateBudget(clock, {"weight": Window(limit, 60), "orders": Window(None, 10)}), clock


def test_a_call_within_the_budget_does_not_wait() -> None:
    rates, _ = budget()
    rates.on_used("weight", 90)
    assert rates.wait_s(WEIGHT) == 0


def test_a_call_beyond_the_budget_waits_for_the_aligned_window() -> None:
    rates, clock = budget()
    rates.on_used("weight", 91)
    assert rates.wait_s(WEIGHT) == pytest.approx(30)
    clock.advance(30)
    assert rates.wait_s(WEIGHT) == 0


def test_what_is_in_flight_counts() -> None:
    rates, _ = budget()
    rates.on_used("weight", 75)
    rates.spend(WEIGHT)
    rates.spend(WEIGHT)
    assert rates.wait_s(WEIGHT) > 0
    rates.settle(WEIGHT, is_counted=True)
    assert rates.wait_s(WEIGHT) == 0


def test_a_reply_without_a_count_is_added_here() -> None:
    rates, _ = budget()
    for _call in range(10):
        rates.spend(WEIGHT)
        rates.settle(WEIGHT, is_counted=False)
    assert rates.wait_s(WEIGHT) > 0


def test_an_unknown_limit_never_waits() -> None:
    rates, _ = budget(limit=None)
    rates.on_used("weight", 10**9)
    assert rates.wait_s(WEIGHT) == 0
    rates.set_limit("weight", Window(5, 60))
    assert rates.wait_s(WEIGHT) > 0


async def test_retry_after_pauses_every_call_until_it_has_passed() -> None:
    rates, clock = budget()
    rates.on_retry_after(7)
    calls = [asyncio.create_task(rates.admit(WEIGHT)) for _ in range(3)]
    await turns()
    assert not any(call.done() for call in calls)
    clock.advance(6.9)
    await turns()
    assert not any(call.done() for call in calls)
    clock.advance(0.2)
    await asyncio.wait_for(asyncio.gather(*calls), 1)


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    rates, _ = budget()
    rates.on_retry_after(100)
    rates.on_retry_after(1)
    assert rates.wait_s({}) == pytest.approx(100)


def test_a_pause_of_new_orders_lets_other_calls_through() -> None:
    rates, _ = budget()
    rates.on_retry_after(9, "orders")
    assert rates.wait_s(WEIGHT) == 0
    assert rates.wait_s({"orders": 1}) == pytest.approx(9)


def test_pacer_keeps_any_window_not_only_aligned_ones() -> None:
    pacer = Pacer(2, 1.0)
    assert pacer.wait_s(0) == 0
    pacer.count(0)
    pacer.count(900_000_000)
    assert pacer.wait_s(950_000_000) == pytest.approx(0.05)
    assert pacer.wait_s(1_000_000_000) == 0
    pacer.count(1_000_000_000)
    assert pacer.wait_s(1_000_000_001) == pytest.approx(0.9, abs=1e-6)


def rolling(limit: int) -> tuple[RateBudget, StillClock]:
    clock = StillClock()
    return RateBudget(clock, {"orders": Window(limit, 1, is_rolling=True)}), clock


def test_a_rolling_window_is_free_again_when_its_oldest_call_is_as_old_as_it_is_long() -> None:
    rates, clock = rolling(2)
    for _ in range(2):
        rates.spend({"orders": 1})
        rates.settle({"orders": 1}, is_counted=False)
        clock.advance(0.25)
    assert rates.wait_s({"orders": 1}) == pytest.approx(0.5)
    clock.advance(0.5)
    assert rates.wait_s({"orders": 1}) == 0


def test_a_rolling_window_counts_what_is_in_flight_although_nothing_was_answered() -> None:
    rates, _ = rolling(1)
    rates.spend({"orders": 1})
    assert rates.wait_s({"orders": 1}) > 0


def test_a_rolling_window_believes_a_venue_that_counts_more() -> None:
    rates, clock = rolling(5)
    rates.on_used("orders", 5)
    assert rates.wait_s({"orders": 1}) == pytest.approx(1)
    rates.on_used("orders", 3)
    assert rates.wait_s({"orders": 1}) == pytest.approx(1), "what was used does not come back early"
    clock.advance(1)
    assert rates.wait_s({"orders": 5}) == 0
