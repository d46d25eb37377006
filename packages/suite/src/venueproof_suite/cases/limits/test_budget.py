"""The budget of requests: not overdrawn, and not left unused."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.control import Match, Operation, TruthLimit
from venueproof_core.venue import PrivateConnector
from venueproof_net.clock import SteerableClock
from venueproof_suite import DeadlinePassed, World, case, within

WINDOW_S = 61


def _tightest(before: list[TruthLimit], after: list[TruthLimit]) -> tuple[int, int]:
    """What one call costs of the limit it comes closest to, and how many calls still fit into it."""
    used = {limit.name: limit.used for limit in before}
    costs = {limit.name: limit.used - used.get(limit.name, 0) for limit in after}
    fitting = {
        limit.name: (limit.limit - limit.used) // costs[limit.name]
        for limit in after
        if costs[limit.name] > 0
    }
    name = min(fitting, key=lambda limit: fitting[limit])
    return costs[name], fitting[name]


@case(
    "limits/budget/burst-stays-within",
    level=Level.MUST,
    needs=[Capabilities.request_weights],
    hunts=[BugClass.rate_limits],
    steering=Steering.CONTROL,
    calls=["open_orders"],
    needs_clock=True,
)
async def test_burst_stays_within_the_budget(trading: PrivateConnector, world: World) -> None:
    """More calls at once than the venue allows in a window are spread over windows; none is refused.

    A connector that finds the limit by hitting it takes the whole desk offline, since bans go by address.
    """
    await trading.open_orders()
    before = await world.truth.limits()
    await trading.open_orders()
    _, fitting = _tightest(before, await world.truth.limits())
    calls = [trading.open_orders() for _ in range(fitting + 3)]
    burst = asyncio.gather(*calls, return_exceptions=True)
    with suppress(DeadlinePassed):  # the connector may keep a reserve
        await world.wait(
            "reply", match=Match(operation=Operation.OPEN_ORDERS), count=fitting + 2, deadline_s=2
        )
    await world.advance_timers(WINDOW_S)
    ends = await within(burst, "the end of all calls")
    refusals = [entry.status for entry in await world.journal() if entry.status in (418, 429)]
    assert refusals == [], f"{len(refusals)} calls went over the budget"
    assert [end for end in ends if isinstance(end, Exception)] == []


class _StandingClock(SteerableClock):
    """Whoever waits for time to pass waits for ever."""

    async def sleep(self, duration_s: float) -> None:
        """Return at once for no time at all, else never."""
        if duration_s > 0:
            await asyncio.get_running_loop().create_future()


@case(
    "limits/budget/no-needless-waiting",
    level=Level.SHOULD,
    hunts=[BugClass.throttling],
    steering=Steering.CONTROL,
    calls=["ping"],
    needs_clock=True,
)
async def test_no_needless_waiting(connect: Callable[..., Awaitable[Any]], world: World) -> None:
    """Calls that the venue's limits leave room for are sent at once, also many at the same time.

    A queue in front of an idle line is latency that nobody asked for, and looks like a slow venue.
    """
    client = await connect(clock=_StandingClock())
    calls = [asyncio.create_task(client.ping()) for _ in range(20)]
    done, waiting = await asyncio.wait(calls, timeout=2.0)
    for call in waiting:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    assert len(done) == 20, f"{len(waiting)} of 20 calls wait for time to pass"
    # Where there is no request that does nothing, asking for the time is one.
    asked = [e for e in await world.journal() if e.operation in (Operation.PING, Operation.TIME)]
    assert len(asked) >= 20
