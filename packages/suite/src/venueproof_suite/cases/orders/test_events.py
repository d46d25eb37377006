"""Events of the private stream that overtake replies."""

import asyncio

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import GatePoint, Match, Operation
from venueproof_core.models import Order, OrderStatus
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, collect_until
from venueproof_suite.attempts import accepted
from venueproof_suite.comparison_orders import check_fills, check_order, only_order


@case(
    "orders/events/before-the-reply",
    level=Level.MUST,
    needs=[Capabilities.private_stream, Capabilities.client_order_id],
    hunts=[BugClass.fills_once, BugClass.cancel_race],
    steering=Steering.CONTROL,
    calls=["place", "stream_orders", "stream_fills"],
)
async def test_events_before_the_reply(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """An order whose fill is streamed before its submit is answered ends as filled, with its fill told once.

    Venues answer and stream on different ways. Dropping news of an order "not known yet" loses the fill.
    """
    early, later = orders.crossing(), orders.crossing()
    async with trading.stream_orders() as states, trading.stream_fills() as fills:
        gate = await world.gate(
            Match(operation=Operation.PLACE, client_order_id=early.client_order_id),
            GatePoint.BEFORE_REPLY,
        )
        placing = asyncio.create_task(trading.place(early))
        await gate.reached()
        second = await accepted(trading.place(later), "a second order")

        def is_later(state: Order) -> bool:
            is_second = state.venue_order_id == second.venue_order_id
            return is_second and state.status is OrderStatus.FILLED

        seen = await collect_until(states, is_later, "the second order's end")
        seen_fills = await collect_until(
            fills, lambda fill: fill.venue_order_id == second.venue_order_id, "its fill"
        )
        await gate.release()
        placed = await accepted(placing, "the order whose reply was held")
    truth = await only_order(world, early)
    check_fills(seen_fills, await world.truth.fills(symbol), connector_declaration)
    states_of_early = [s for s in seen if s.venue_order_id != second.venue_order_id]
    assert [state.status for state in states_of_early][-1:] == [OrderStatus.FILLED]
    check_order(placed, truth, connector_declaration)


@case(
    "orders/events/old-reply-is-no-news",
    level=Level.MUST,
    needs=[Capabilities.private_stream, Capabilities.client_order_id],
    hunts=[BugClass.cancel_race, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place", "stream_orders"],
)
async def test_old_reply_is_no_news(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """A reply made before a fill and delivered after it does not take the order's state back.

    An order that turns from FILLED into NEW is hedged, cancelled or counted a second time.
    """
    request = orders.far_from_market()
    async with trading.stream_orders() as states:
        gate = await world.gate(Match(operation=Operation.PLACE), GatePoint.BEFORE_REPLY)
        placing = asyncio.create_task(trading.place(request))
        await gate.reached()
        await world.counterparty(request)
        filled = await collect_until(
            states, lambda state: state.status is OrderStatus.FILLED, "the fill"
        )
        await gate.release()
        placed = await accepted(placing, "the order whose reply was held")
        truth = await only_order(world, request)
        check_order(filled[-1], truth, connector_declaration)
        check_order(placed, truth, connector_declaration)
