"""How long it takes until the first data is there."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_suite import Measure, case, violated, within
from venueproof_suite.cases.performance.figures import must_keep

_LONGEST_MS = 500.0
_BUDGET_S = 1.0


@case(
    "performance/connection/setup",
    level=Level.SHOULD,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.throttling],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    performance=True,
)
async def test_connection_setup(
    connect: Callable[[], Awaitable[Any]],
    symbol: str,
    measure: Measure,
    thresholds: dict[str, float],
) -> None:
    """From connecting to the first book it takes no longer than the profile allows, and half a second here.

    It is the time without a market after every restart and failover.
    """
    await connect()  # the first one also loads the client's modules
    samples: list[int] = []
    while len(samples) < 10 and sum(samples) < _BUDGET_S * 1e9:
        start_ns = time.perf_counter_ns()
        connector = await connect()
        async with connector.stream_order_book(symbol) as books:
            await within(anext(books), "the first book")
            samples.append(time.perf_counter_ns() - start_ns)
    summary = measure.latency("connection setup", samples, clause="connection_setup")
    must_keep(thresholds, "connection_setup", summary)
    if summary.p50_ms > _LONGEST_MS:
        violated(
            "the first book comes late",
            expected=f"<= {_LONGEST_MS:g} ms at a venue on this machine",
            observed=f"{summary.p50_ms:.0f} ms",
        )
