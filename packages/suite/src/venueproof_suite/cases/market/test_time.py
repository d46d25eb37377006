"""The venue's time."""

import time

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, violated

_MS = 1_000_000
# A venue may tell whole seconds.
_COARSEST_NS = 1_000 * _MS


@case(
    "market/time/is-the-venues",
    level=Level.MUST,
    needs=[Capabilities.venue_time],
    hunts=[BugClass.timestamps, BugClass.clock_skew],
    steering=Steering.CONTROL,
    calls=["venue_time_ns"],
    variants={"in-step": 0, "behind": -90_000, "ahead": 90_000},
)
async def test_time_is_the_venues(market: PublicConnector, world: World, variant: int) -> None:
    """The venue's time is what the venue says, in nanoseconds, however far it is from ours.

    Requests are stamped by it: told in the wrong unit, or answered by our own clock, every order is refused.
    """
    await world.set_stamp(offset_ms=variant)
    world.decided_by("truth")
    earliest = time.time_ns() + variant * _MS - _COARSEST_NS
    told = await market.venue_time_ns()
    latest = time.time_ns() + variant * _MS + _MS
    if not earliest <= told <= latest:
        violated(
            "the venue's time is not the venue's",
            expected=f"{earliest} to {latest}",
            observed=told,
        )
