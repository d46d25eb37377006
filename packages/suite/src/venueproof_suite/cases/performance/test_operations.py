"""How long it takes to place and to cancel."""

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.control import Operation
from venueproof_core.models import Order
from venueproof_core.venue import PrivateConnector
from venueproof_suite import Measure, OrderFactory, World, case, violated
from venueproof_suite.cases.performance.figures import loop_lag_ns, round_trip_ns, timed

_ORDERS = 40
# A connector signs and checks, the yardstick does not; below the floor nobody can tell.
_MOST_ROUND_TRIPS = 15
_FLOOR_MS = 10.0


@case(
    "performance/operation/place-and-cancel",
    level=Level.SHOULD,
    needs=[Capabilities.limit_orders],
    hunts=[BugClass.throttling],
    steering=Steering.CONTROL,
    calls=["place", "cancel"],
    performance=True,
)
async def test_place_and_cancel(
    trading: PrivateConnector, world: World, orders: OrderFactory, measure: Measure
) -> None:
    """Placing and cancelling take, beside the venue's own time, as long as a few requests on this machine.

    It is the time in which others see the same market and are quicker, and in which a quote cannot be withdrawn.
    """
    await trading.cancel(
        orders.far_from_market().symbol,
        venue_order_id=(await trading.place(orders.far_from_market())).venue_order_id,
    )
    resting: list[Order] = []

    async def place() -> None:
        resting.append(await trading.place(orders.far_from_market()))

    async def cancel() -> None:
        order = resting.pop()
        await trading.cancel(order.symbol, venue_order_id=order.venue_order_id)

    yardstick_ns, lag_ns = await round_trip_ns(world), await loop_lag_ns()
    limit_ms = max(_FLOOR_MS, _MOST_ROUND_TRIPS * yardstick_ns / 1e6)
    for operation, call in ((Operation.PLACE, place), (Operation.CANCEL, cancel)):
        before = await world.mark()
        samples = await timed(call, count=len(resting) or _ORDERS, budget_s=0.6)
        spans = [
            entry.span_ns
            for entry in await world.journal(before)
            if entry.operation is operation and entry.span_ns is not None
        ]
        summary = measure.latency(operation.value, samples, venue_ns=spans, uncertainty_ns=lag_ns)
        client_ms = summary.p50_ms - (summary.venue_p50_ms or 0.0)
        if client_ms > limit_ms:
            violated(
                f"the connector takes too long to {operation.value}",
                expected=f"<= {limit_ms:.3f} ms beside the venue's own time, at the median",
                observed=f"{client_ms:.3f} ms",
            )
