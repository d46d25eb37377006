"""Clocks that differ."""

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.control import Operation
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case
from venueproof_suite.attempts import accepted
from venueproof_suite.comparison_orders import only_order


@case(
    "time/skew/from-the-start",
    level=Level.MUST,
    needs=[Capabilities.request_time_window, Capabilities.venue_time],
    hunts=[BugClass.clock_skew],
    steering=Steering.CONTROL,
    calls=["balances"],
    variants={"venue-ahead": 90_000.0, "venue-behind": -90_000.0},
)
async def test_skew_from_the_start(trading: PrivateConnector, world: World, variant: float) -> None:
    """The first signed request is accepted although the host's clock is wrong.

    Hosts drift, and a connector that cannot trade until somebody sets a clock is down.
    """
    await world.set_stamp(offset_ms=variant)
    await accepted(trading.balances(), "the first signed request")
    refusals = [entry.code for entry in await world.journal() if entry.code is not None]
    assert refusals == [], f"stamps were refused: {refusals}"


@case(
    "time/skew/that-appears-later",
    level=Level.MUST,
    needs=[Capabilities.request_time_window, Capabilities.venue_time],
    hunts=[BugClass.clock_skew, BugClass.retries],
    steering=Steering.CONTROL,
    calls=["balances", "place"],
    variants={"venue-ahead": 90_000.0, "venue-behind": -90_000.0},
)
async def test_skew_that_appears_later(
    trading: PrivateConnector, world: World, orders: OrderFactory, variant: float
) -> None:
    """When a stamp is refused, the clock is measured anew and the request succeeds the second time.

    Also an order: a wrong stamp was refused before anything happened, so it may go again, once.
    """
    await accepted(trading.balances(), "a signed request")
    await world.set_stamp(offset_ms=variant)
    request = orders.far_from_market()
    mark = await world.mark()
    await accepted(trading.place(request), "an order after the clocks have parted")
    await only_order(world, request)
    journal = await world.journal(mark)
    asked = [entry.operation for entry in journal if entry.kind == "request"]
    assert asked.count(Operation.TIME) >= 1, f"the clock was not measured again: {asked}"
    assert asked.count(Operation.PLACE) == 2, f"expected one repetition: {asked}"
