"""Orders that wait for another one to fill."""

from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case
from venueproof_suite.attempts import accepted
from venueproof_suite.cases.orders.lists import (
    OPEN,
    check_ends_streamed,
    check_list,
    orders_of,
    shown_of,
    triggered_list,
)
from venueproof_suite.comparison_orders import check_as_asked, check_orders

NEEDS = [Capabilities.order_lists, Capabilities.client_order_id]


@case(
    "orders/lists/pending-waits-for-the-working",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.order_parameters, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place_list", "order_list", "open_orders"],
    variants={"one": False, "pair": True},
)
async def test_pending_orders_wait_for_the_working_one(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: bool,
) -> None:
    """Orders that another one triggers are held back until it has filled whole, and work from then on.

    On the book too early they sell what has not been bought yet.
    """
    request = triggered_list(orders, is_pair=variant)
    working, pending = request.orders[0], request.orders[1]
    assert working.quantity is not None
    placed = await accepted(trading.place_list(request), "a list that triggers")
    for truth, asked in zip(await orders_of(world, request), request.orders, strict=True):
        check_as_asked(truth, asked)
    await check_list(placed, request, world, connector_declaration)
    await world.counterparty(working, working.quantity / 4)
    assert await shown_of(world, pending) == Decimal(0)
    await world.counterparty(working)
    assert await shown_of(world, pending) == pending.quantity
    told = await accepted(
        trading.order_list(request.symbol, client_list_id=request.client_list_id), "asking for it"
    )
    await check_list(told, request, world, connector_declaration)
    still_open = [truth for truth in await orders_of(world, request) if truth.status in OPEN]
    check_orders(await trading.open_orders(request.symbol), still_open, connector_declaration)


@case(
    "orders/lists/triggered-pair-ends-each-other",
    level=Level.MUST,
    needs=[*NEEDS, Capabilities.private_stream],
    hunts=[BugClass.cancel_race, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place_list", "order_list", "open_orders", "stream_orders"],
)
async def test_triggered_pair_ends_each_other(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """Of a pair that was triggered, too, one that fills ends the other, and the stream tells each order's end.

    It is the whole of a trade in one request: entry, target and stop.
    """
    request = triggered_list(orders, is_pair=True)
    async with trading.stream_orders() as stream:
        await accepted(trading.place_list(request), "an entry with target and stop")
        await world.counterparty(request.orders[0])
        await world.counterparty(request.orders[1])
        truths = await orders_of(world, request)
        assert [truth.status for truth in truths] == ["FILLED", "FILLED", "EXPIRED"]
        await check_ends_streamed(stream, truths, connector_declaration)
    told = await accepted(
        trading.order_list(request.symbol, client_list_id=request.client_list_id), "asking for it"
    )
    await check_list(told, request, world, connector_declaration)
    assert list(await trading.open_orders(request.symbol)) == []
