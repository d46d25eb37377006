"""Taking samples, making the loop busy, and holding figures against the run's profile."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from venueproof_core.results import LatencySummary
from venueproof_suite import violated

# Below this many samples a percentile is an anecdote.
FEWEST_SAMPLES = 10
_BUSY_NS = 500_000


async def timed(call: Callable[[], Awaitable[object]], *, count: int, budget_s: float) -> list[int]:
    """Durations of ``count`` calls one after the other, in nanoseconds; fewer when the time runs out."""
    samples: list[int] = []
    end_ns = time.perf_counter_ns() + round(budget_s * 1e9)
    while len(samples) < count:
        start_ns = time.perf_counter_ns()
        if start_ns > end_ns and len(samples) >= FEWEST_SAMPLES:
            break
        await call()
        samples.append(time.perf_counter_ns() - start_ns)
    return samples


async def loop_lag_ns() -> int:
    """How late the event loop is at worst: so far can each sample be from the truth."""
    lags = []
    for _ in range(200):
        start_ns = time.perf_counter_ns()
        await asyncio.sleep(0)
        lags.append(time.perf_counter_ns() - start_ns)
    return sorted(lags)[-2]


@asynccontextmanager
async def busy_loop() -> AsyncIterator[None]:
    """Share the connector's event loop with work of half a millisecond at a time."""

    async def work() -> None:
        while True:
            end_ns = time.perf_counter_ns() + _BUSY_NS
            while time.perf_counter_ns() < end_ns:
                pass
            await asyncio.sleep(0)

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def must_keep(thresholds: Mapping[str, float], clause: str, summary: LatencySummary) -> None:
    """Hold a summary against the profile's limits of a clause.

    The clauses of the profile hold the worst sample. A case fails only if one in ten is above, so that what
    a busy machine does to single samples is not held against the connector.

    Raises:
        RuleViolation: One in ten is above a limit.
    """
    for name in ("p99_ms", "max_ms"):
        limit = thresholds.get(f"{clause}_{name}")
        if limit is not None and summary.p90_ms > limit:
            violated(
                f"{summary.operation} takes too long",
                expected=f"<= {limit:g} ms ({clause}_{name}), nine times in ten",
                observed=f"{summary.p90_ms:.3f} ms",
            )
