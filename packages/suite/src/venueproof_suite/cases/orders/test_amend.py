"""Changing an order that is open."""

import asyncio
from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Connector, Level, Outcome, Steering
from venueproof_core.control import GatePoint, Match, Operation, Print, SetLevel
from venueproof_core.errors import InvalidOrderError, UnknownOrderError, VenueError
from venueproof_core.models import Order, Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, require_fired, violated
from venueproof_suite.attempts import accepted, refused
from venueproof_suite.comparison_orders import check_order, only_order

NEEDS = [Capabilities.amend_order, Capabilities.client_order_id]


@case(
    "orders/amend/quantity-keeps-id",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.order_parameters],
    steering=Steering.CONTROL,
    calls=["place", "amend"],
)
async def test_amended_quantity_keeps_the_id(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """An order whose quantity is reduced is still the same order, by both its ids.

    It keeps its place in the queue. A new order in its stead stands at the end.
    """
    request = orders.far_from_market()
    placed = await trading.place(request)
    assert request.quantity is not None
    amended = await accepted(
        trading.amend(symbol, venue_order_id=placed.venue_order_id, quantity=request.quantity / 2),
        "halving the quantity",
    )
    truth = await only_order(world, request)
    assert truth.quantity == request.quantity / 2
    check_order(amended, truth, connector_declaration)
    assert amended.venue_order_id == placed.venue_order_id


@case(
    "orders/amend/keeps-its-place",
    level=Level.MUST,
    needs=[*NEEDS, Capabilities.amend_keeps_place],
    hunts=[BugClass.order_parameters],
    steering=Steering.CONTROL,
    calls=["place", "amend"],
)
async def test_amended_order_keeps_its_place(
    trading: PrivateConnector, world: World, orders: OrderFactory, symbol: str
) -> None:
    """An order that is reduced keeps its place in the queue: it fills before what came after it.

    The place is worth the wait. Without it amending is nothing but a slower way to cancel and place.
    """
    best = orders.price_near(Side.BUY)
    request = orders.limit(Side.BUY, best)
    assert request.quantity is not None
    await world.market(SetLevel(symbol=symbol, side="BUY", price=best, quantity=Decimal(0)))
    placed = await trading.place(request)
    await world.market(
        SetLevel(symbol=symbol, side="BUY", price=best, quantity=10 * request.quantity)
    )
    half = request.quantity / 2
    await accepted(
        trading.amend(symbol, venue_order_id=placed.venue_order_id, quantity=half),
        "halving the quantity",
    )
    await world.market(Print(symbol=symbol, side="SELL", quantity=half))
    orders_now = await world.truth.orders(symbol)
    assert [(order.status, order.filled_quantity) for order in orders_now] == [("FILLED", half)]


@case(
    "orders/amend/cannot-grow",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.order_parameters, BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["place", "amend"],
)
async def test_amended_order_cannot_grow(
    trading: PrivateConnector, world: World, orders: OrderFactory, symbol: str
) -> None:
    """Amending to a larger quantity is refused, nothing has happened then, and the order stays as it was.

    Grown by a new order in secret it stands at the end of the queue, under an id that nobody knows.
    """
    request = orders.far_from_market()
    assert request.quantity is not None
    placed = await trading.place(request)
    await refused(
        trading.amend(symbol, venue_order_id=placed.venue_order_id, quantity=2 * request.quantity),
        InvalidOrderError,
        "amending to twice the quantity",
        outcome=Outcome.NOT_APPLIED,
    )
    made = [(order.status, order.quantity) for order in await world.truth.orders(symbol)]
    assert made == [("NEW", request.quantity)]


@case(
    "orders/amend/of-what-is-not-open",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.cancel_race, BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["place", "amend"],
)
async def test_amend_of_what_is_not_open(
    trading: PrivateConnector, world: World, orders: OrderFactory, symbol: str
) -> None:
    """Amending an order that has filled is an UnknownOrderError, and no order takes its place.

    It fills while its owner makes up his mind. A new one for what is gone is a second position.
    """
    request = orders.far_from_market()
    assert request.quantity is not None
    placed = await trading.place(request)
    await world.counterparty(request)
    await refused(
        trading.amend(symbol, venue_order_id=placed.venue_order_id, quantity=request.quantity / 2),
        UnknownOrderError,
        "amending an order that has filled",
    )
    assert [order.status for order in await world.truth.orders(symbol)] == ["FILLED"]


@case(
    "orders/amend/races-with-a-fill",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.cancel_race],
    steering=Steering.CONTROL,
    calls=["place", "amend", "order"],
    variants={"less": Decimal("0.25"), "more": Decimal("0.75")},
)
async def test_amend_races_with_a_fill(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Decimal,
) -> None:
    """When a fill overtakes an amendment on its way, the connector tells the order as it is then.

    Halved when a quarter had filled, a quarter is left; when three quarters had, nothing is, and none is missing.
    """
    request = orders.far_from_market()
    assert request.quantity is not None
    placed = await trading.place(request)
    gate = await world.gate(Match(operation=Operation.AMEND), GatePoint.RECEIVED)
    amending = asyncio.create_task(
        trading.amend(
            request.symbol, venue_order_id=placed.venue_order_id, quantity=request.quantity / 2
        )
    )
    await gate.reached()
    await world.counterparty(request, request.quantity * variant)
    await gate.release()
    told: list[Order] = []
    try:
        told.append(await amending)
    except VenueError as error:
        if error.outcome is Outcome.UNKNOWN and not isinstance(error, UnknownOrderError):
            violated("it was answered", expected="a definite outcome", observed=error.outcome)
    told.append(await trading.order(request.symbol, client_order_id=request.client_order_id))
    truth = await only_order(world, request)
    assert truth.filled_quantity == request.quantity * variant
    for order in told:
        check_order(order, truth, connector_declaration)


@case(
    "orders/amend/lost-reply-is-no-failure",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.unknown_outcome],
    steering=Steering.CONTROL,
    calls=["place", "amend"],
)
async def test_amend_whose_reply_is_lost(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """An amendment whose reply is lost ends with the order's true state, or with an outcome of UNKNOWN or APPLIED.

    Whoever believes that it failed counts on a quantity that the order no longer has.
    """
    request = orders.far_from_market()
    assert request.quantity is not None
    placed = await trading.place(request)
    lost = await world.fault("lose_reply", match=Match(operation=Operation.AMEND), delivery="cut")
    outcome: Outcome | None = None
    try:
        told = await trading.amend(
            request.symbol, venue_order_id=placed.venue_order_id, quantity=request.quantity / 2
        )
        check_order(told, await only_order(world, request), connector_declaration)
    except VenueError as error:
        outcome = error.outcome
    await require_fired(lost)
    assert (await only_order(world, request)).quantity == request.quantity / 2
    if outcome is Outcome.NOT_APPLIED:
        violated("it was amended", expected="UNKNOWN or APPLIED", observed=outcome.value)
