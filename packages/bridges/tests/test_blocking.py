"""Blocking calls in threads."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from venueproof_bridges.blocking import BlockingCalls, StillRunningError

Run = Callable[[Any], Any]


def test_call_returns_raises_and_runs_in_a_thread_of_its_own(run: Run) -> None:
    def divide(one: int, *, by: int) -> tuple[float, str]:
        return one / by, threading.current_thread().name

    async def call() -> None:
        calls = BlockingCalls()
        value, thread = await calls.call(divide, 6, by=3)
        assert value == 2
        assert thread.startswith("venueproof-blocking")
        with pytest.raises(ZeroDivisionError):
            await calls.call(divide, 1, by=0)
        await calls.aclose()
        await calls.aclose()

    run(call())
    assert not [t for t in threading.enumerate() if t.name.startswith("venueproof-blocking")]


def test_loop_goes_on_and_calls_are_as_many_as_there_are_workers(run: Run) -> None:
    both = threading.Barrier(2, timeout=5)

    async def call() -> None:
        calls = BlockingCalls(workers=2)
        await asyncio.gather(calls.call(both.wait), calls.call(both.wait))
        await calls.aclose()

    run(call())
    assert not both.broken


def test_cancelled_call_goes_on_and_one_that_waits_never_begins(run: Run) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    never: list[str] = []

    def slow() -> None:
        begun.set()
        go_on.wait(5)
        ended.set()

    async def call() -> None:
        calls = BlockingCalls(workers=1)
        first = asyncio.create_task(calls.call(slow))
        await asyncio.to_thread(begun.wait, 5)
        second = asyncio.create_task(calls.call(never.append, "begun"))
        await asyncio.sleep(0)
        for task in (first, second):
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert not ended.is_set()
        go_on.set()
        await calls.aclose()

    run(call())
    assert ended.is_set()
    assert never == []


def test_call_that_stays_blocked_is_named(run: Run) -> None:
    go_on = threading.Event()

    def stays_blocked() -> None:
        go_on.wait(5)

    async def call() -> None:
        calls = BlockingCalls()
        task = asyncio.create_task(calls.call(stays_blocked))
        await asyncio.sleep(0)
        with pytest.raises(StillRunningError, match="stays_blocked"):
            await calls.aclose(within_s=0.05)
        go_on.set()
        await task
        await calls.aclose()

    run(call())
