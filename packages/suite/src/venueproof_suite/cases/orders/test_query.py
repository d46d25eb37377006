"""Asking for orders."""

import asyncio
from collections.abc import Awaitable, Callable

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.models import OrderRequest, Side, TimeInForce
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case
from venueproof_suite.attempts import accepted
from venueproof_suite.comparison_orders import check_order, check_orders, only_order

Arrange = Callable[[PrivateConnector, World, OrderFactory], Awaitable[OrderRequest]]


async def _new(trading: PrivateConnector, world: World, orders: OrderFactory) -> OrderRequest:  # noqa: ARG001
    request = orders.far_from_market()
    await trading.place(request)
    return request


async def _partially_filled(
    trading: PrivateConnector, world: World, orders: OrderFactory
) -> OrderRequest:
    request = await _new(trading, world, orders)
    assert request.quantity is not None
    await world.counterparty(request, request.quantity / 4)
    return request


async def _filled(trading: PrivateConnector, world: World, orders: OrderFactory) -> OrderRequest:
    request = await _new(trading, world, orders)
    await world.counterparty(request)
    return request


async def _canceled(trading: PrivateConnector, world: World, orders: OrderFactory) -> OrderRequest:
    request = await _partially_filled(trading, world, orders)
    await trading.cancel(request.symbol, client_order_id=request.client_order_id)
    return request


async def _expired(trading: PrivateConnector, world: World, orders: OrderFactory) -> OrderRequest:
    price, resting = (await world.truth.book(orders.instrument().symbol)).asks[0]
    request = orders.limit(Side.BUY, price, resting * 2, time_in_force=TimeInForce.IOC)
    await trading.place(request)
    return request


@case(
    "orders/query/equals-truth",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.private_parsing, BugClass.cancel_race],
    steering=Steering.CONTROL,
    calls=["place", "order", "cancel"],
    variants={
        "new": _new,
        "partially-filled": _partially_filled,
        "filled": _filled,
        "canceled-after-partial-fill": _canceled,
        "expired-after-partial-fill": _expired,
    },
)
async def test_queried_order_equals_truth(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Arrange,
) -> None:
    """An order that is asked for is told as it is, in every state it can be in.

    The query is the last word after every doubt; one wrong state here sends the next order wrongly.
    """
    request = await variant(trading, world, orders)
    truth = await only_order(world, request)
    by_name = await accepted(
        trading.order(request.symbol, client_order_id=request.client_order_id), "a query by name"
    )
    by_id = await accepted(
        trading.order(request.symbol, venue_order_id=truth.venue_order_id), "a query by id"
    )
    for order in (by_name, by_id):
        check_order(order, truth, connector_declaration, with_times=True)


@case(
    "orders/open-orders/are-complete",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.pagination, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place", "cancel", "open_orders"],
)
async def test_open_orders_are_complete(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbols: list[str],
    connector_declaration: Connector,
) -> None:
    """Open orders are all there, of one instrument and of all, and those that ended are not among them.

    An order that is missing in this list is one that nobody cancels in the end.
    """
    wanted = [orders.far_from_market(symbol=symbols[n % 2]) for n in range(24)]
    await asyncio.gather(*(trading.place(request) for request in wanted))
    ended = wanted[0], wanted[1]
    await world.counterparty(ended[0])
    await trading.cancel(ended[1].symbol, client_order_id=ended[1].client_order_id)
    truths = [
        order for order in await world.truth.orders() if order.status in ("NEW", "PARTIALLY_FILLED")
    ]
    check_orders(await trading.open_orders(), truths, connector_declaration)
    of_one = [order for order in truths if order.symbol == symbols[0]]
    check_orders(await trading.open_orders(symbols[0]), of_one, connector_declaration)
