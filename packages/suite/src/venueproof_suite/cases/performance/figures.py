"""Taking samples, making the loop busy, and holding figures against the run's profile."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from resource import getpagesize
from statistics import median

from venueproof_core.results import LatencySummary
from venueproof_suite import World, violated

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


async def round_trip_ns(world: World) -> int:
    """What a small request to the control plane takes here and now: the yardstick of this machine."""
    return round(median(await timed(world.truth.limits, count=15, budget_s=0.5)))


def growth(samples: Sequence[int]) -> float:
    """How many times longer the last quarter takes than the first, at the median."""
    quarter = len(samples) // 4
    return median(samples[-quarter:]) / max(1.0, median(samples[:quarter]))


def resident_mib() -> float:
    """Memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize() / 2**20


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
