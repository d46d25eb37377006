"""The clock that a test can move, and deadlines on it."""

import asyncio
import time

import pytest

from venueproof_net import Deadline, SteerableClock, SystemClock
from venueproof_net.clock import Deadlines


async def turns() -> None:
    """Let everything that can run, run."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_advance_wakes_a_sleeper_that_is_due() -> None:
    clock = SteerableClock()
    sleeper = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)

    clock.advance(3600)

    await asyncio.wait_for(sleeper, 1)
    assert sleeper.done()


async def test_advance_leaves_a_sleeper_that_is_not_due() -> None:
    clock = SteerableClock()
    sleeper = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)

    clock.advance(3000)
    await turns()

    assert not sleeper.done()
    clock.advance(600)
    await asyncio.wait_for(sleeper, 1)


async def test_a_steerable_clock_runs_by_itself() -> None:
    await asyncio.wait_for(SteerableClock().sleep(0.01), 1)
    await asyncio.wait_for(SystemClock().sleep(0.001), 1)


async def test_advance_moves_durations_but_not_stamps() -> None:
    clock = SteerableClock()
    before_ns = clock.monotonic_ns()

    clock.advance(86_400)

    assert clock.monotonic_ns() - before_ns >= 86_400 * 10**9
    assert abs(clock.time_ns() - time.time_ns()) < 10**9


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="cannot go back"):
        SteerableClock().advance(-1)


async def test_deadline_ends_a_block_on_the_injected_clock() -> None:
    clock = SteerableClock()

    async def work() -> None:
        async with Deadline(clock, 60):
            await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    clock.advance(61)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(task, 1)


async def test_deadline_lets_a_foreign_cancellation_through() -> None:
    async def work() -> None:
        async with Deadline(SteerableClock(), 60):
            await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_deadline_that_is_kept_changes_nothing() -> None:
    async with Deadline(SteerableClock(), 60):
        await asyncio.sleep(0)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_deadlines_on_one_timer_end_what_waits_and_nothing_else() -> None:
    deadlines = Deadlines(SystemClock(), 0.02)

    async def wait_for(event: asyncio.Event) -> str:
        try:
            async with deadlines.begin():
                await event.wait()
        except TimeoutError:
            return "late"
        return "in time"

    never, soon = asyncio.Event(), asyncio.Event()
    waiting = [asyncio.create_task(wait_for(event)) for event in (never, soon, never)]
    await asyncio.sleep(0)
    soon.set()
    assert await asyncio.gather(*waiting) == ["late", "in time", "late"]
    # The timer is set anew for those that begin later.
    assert await wait_for(never) == "late"


async def test_deadlines_follow_a_clock_that_is_pushed() -> None:
    clock = SteerableClock()
    deadlines = Deadlines(clock, 3600)

    async def wait() -> None:
        async with deadlines.begin():
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    clock.advance(3600)
    with pytest.raises(TimeoutError):
        await waiting
