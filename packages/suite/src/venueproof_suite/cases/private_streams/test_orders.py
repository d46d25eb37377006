"""Order events."""

from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from typing import Any

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Channel, Match
from venueproof_core.errors import VenueError
from venueproof_core.models import TERMINAL_STATUSES, Order, OrderStatus
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, collect_until, require_fired, violated
from venueproof_suite.attempts import refused
from venueproof_suite.comparison_orders import check_order, only_order


def _went_back(states: Sequence[Order]) -> list[str]:
    return [
        f"{before.status.value} {before.filled_quantity} -> {after.status.value} {after.filled_quantity}"
        for before, after in pairwise(states)
        if before.status in TERMINAL_STATUSES or after.filled_quantity < before.filled_quantity
    ]


@case(
    "private-streams/orders/follow-the-truth",
    level=Level.MUST,
    needs=[Capabilities.private_stream, Capabilities.client_order_id],
    hunts=[BugClass.private_parsing, BugClass.cancel_race],
    steering=Steering.CONTROL,
    calls=["place", "cancel", "stream_orders"],
)
async def test_order_events_follow_the_truth(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """Streamed order states never go back, and the last of each order is the venue's truth.

    Positions are summed up from them: a quantity that is the last fill's instead of all fills' is money lost.
    """
    filled, cancelled = orders.far_from_market(), orders.far_from_market()
    assert filled.quantity is not None
    async with trading.stream_orders() as stream:
        for request in (filled, cancelled):
            await trading.place(request)
            await world.counterparty(request, filled.quantity / 4)
        await world.counterparty(filled, filled.quantity / 4)
        await world.counterparty(filled)
        await trading.cancel(cancelled.symbol, client_order_id=cancelled.client_order_id)
        seen = await collect_until(
            stream, lambda order: order.status is OrderStatus.CANCELED, "the cancelled order's end"
        )
    for request in (filled, cancelled):
        truth = await only_order(world, request)
        states = [order for order in seen if order.venue_order_id == truth.venue_order_id]
        if not states:
            violated("an order was not streamed", expected=truth.client_order_id, observed=seen)
        check_order(states[-1], truth, connector_declaration)
        assert _went_back(states) == []


@case(
    "private-streams/orders/of-another-client-are-seen",
    level=Level.MUST,
    needs=[Capabilities.private_stream, Capabilities.client_order_id],
    hunts=[BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place", "stream_orders"],
)
async def test_orders_of_another_client_are_seen(
    trading: PrivateConnector,
    connect: Callable[..., Awaitable[Any]],
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """An order that another client of the same account places is streamed like any other.

    It may be a person at the venue's page, or the same strategy before its restart: it moves the account.
    """
    other: PrivateConnector = await connect()
    theirs, ours = orders.far_from_market(), orders.far_from_market()
    async with trading.stream_orders() as stream:
        await other.place(theirs)
        placed = await trading.place(ours)
        seen = await collect_until(
            stream, lambda order: order.venue_order_id == placed.venue_order_id, "our own order"
        )
    truth = await only_order(world, theirs)
    found = [order for order in seen if order.venue_order_id == truth.venue_order_id]
    if not found:
        violated(
            "the other client's order was not streamed",
            expected=truth.client_order_id,
            observed=[order.client_order_id for order in seen],
        )
    check_order(found[-1], truth, connector_declaration)


@case(
    "private-streams/subscription/refusal-is-reported",
    level=Level.MUST,
    needs=[Capabilities.private_stream, Capabilities.live_subscriptions],
    hunts=[BugClass.subscription_protocol],
    steering=Steering.CONTROL,
    calls=["stream_orders"],
)
async def test_refused_subscription_is_reported(trading: PrivateConnector, world: World) -> None:
    """A private stream that the venue refuses raises when it is opened.

    A strategy that listens to nothing believes that nothing happens.
    """
    refusal = await world.fault("refuse_subscription", match=Match(channel=Channel.PRIVATE))

    async def open_stream() -> str:
        async with trading.stream_orders():
            return "an open stream"

    await refused(open_stream(), VenueError, "a subscription that the venue refuses")
    await require_fired(refusal)
