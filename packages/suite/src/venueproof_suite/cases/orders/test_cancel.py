"""Cancelling, and what it races with."""

import asyncio
from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Connector, Level, Outcome, Steering
from venueproof_core.control import GatePoint, Match, Operation
from venueproof_core.errors import UnknownOrderError, VenueError
from venueproof_core.models import Order, OrderStatus
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, require_fired, violated
from venueproof_suite.attempts import accepted, refused
from venueproof_suite.comparison_orders import check_order, only_order


@case(
    "orders/cancel/keeps-what-was-filled",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.cancel_race, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place", "cancel"],
)
async def test_cancel_keeps_what_was_filled(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """A partly filled order that is cancelled ends as CANCELED with what was filled.

    Whoever reads a cancelled order as an unfilled one holds a position without knowing.
    """
    request = orders.far_from_market()
    assert request.quantity is not None
    await trading.place(request)
    await world.counterparty(request, request.quantity / 4)
    cancelled = await accepted(
        trading.cancel(request.symbol, client_order_id=request.client_order_id), "cancelling it"
    )
    check_order(cancelled, await only_order(world, request), connector_declaration)
    assert cancelled.status is OrderStatus.CANCELED


@case(
    "orders/cancel/of-what-is-not-open-leaves-the-outcome-open",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.cancel_race, BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["place", "cancel"],
    variants={"never-existed": False, "filled": True},
)
async def test_cancel_of_what_is_not_open(
    trading: PrivateConnector, world: World, orders: OrderFactory, variant: bool
) -> None:
    """A cancel that the venue answers with "unknown order" is an UnknownOrderError whose outcome is UNKNOWN.

    The order may have filled the moment before. Whoever takes it for cancelled has a position too much.
    """
    request = orders.far_from_market()
    if variant:
        await trading.place(request)
        await world.counterparty(request)
    await refused(
        trading.cancel(request.symbol, client_order_id=request.client_order_id),
        UnknownOrderError,
        "a cancel of an order that is not open",
        outcome=Outcome.UNKNOWN,
    )


@case(
    "orders/cancel/races-with-a-fill",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.cancel_race],
    steering=Steering.CONTROL,
    calls=["place", "cancel", "order"],
    variants={"whole": Decimal(1), "part": Decimal("0.25")},
)
async def test_cancel_races_with_a_fill(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Decimal,
) -> None:
    """When a fill overtakes a cancel on its way, nothing the connector says afterwards contradicts the fill.

    It happens whenever the market moves towards an order, which is just when it is cancelled.
    """
    request = orders.far_from_market()
    assert request.quantity is not None
    await trading.place(request)
    gate = await world.gate(Match(operation=Operation.CANCEL), GatePoint.RECEIVED)
    cancelling = asyncio.create_task(
        trading.cancel(request.symbol, client_order_id=request.client_order_id)
    )
    await gate.reached()
    await world.counterparty(request, request.quantity * variant)
    await gate.release()
    told: Order | None = None
    try:
        told = await cancelling
    except UnknownOrderError as error:
        if error.outcome is not Outcome.UNKNOWN:
            violated("the cancel was too late", expected=Outcome.UNKNOWN, observed=error.outcome)
    truth = await only_order(world, request)
    asked = await accepted(
        trading.order(request.symbol, client_order_id=request.client_order_id), "the query after it"
    )
    for order in (told, asked):
        if order is not None:
            check_order(order, truth, connector_declaration)


@case(
    "orders/cancel/lost-reply-is-no-failure",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.unknown_outcome, BugClass.cancel_race],
    steering=Steering.CONTROL,
    calls=["place", "cancel"],
)
async def test_cancel_whose_reply_is_lost(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """A cancel whose reply is lost ends with the order's true state, or with an outcome of UNKNOWN or APPLIED.

    "Not cancelled" would let a strategy count on an order that is gone.
    """
    request = orders.far_from_market()
    await trading.place(request)
    lost = await world.fault("lose_reply", match=Match(operation=Operation.CANCEL), delivery="cut")
    told = await _told_of_cancel(trading, request.symbol, request.client_order_id)
    await require_fired(lost)
    if isinstance(told, Order):
        check_order(told, await only_order(world, request), connector_declaration)
    elif told is Outcome.NOT_APPLIED:
        violated("the cancel was applied", expected="UNKNOWN or APPLIED", observed=told.value)


async def _told_of_cancel(
    trading: PrivateConnector, symbol: str, client_order_id: str
) -> Order | Outcome:
    try:
        return await trading.cancel(symbol, client_order_id=client_order_id)
    except VenueError as error:
        return error.outcome


@case(
    "orders/cancel-all/leaves-none",
    level=Level.MUST,
    needs=[Capabilities.cancel_all_orders, Capabilities.limit_orders],
    hunts=[BugClass.cancel_race],
    steering=Steering.CONTROL,
    calls=["place", "cancel_all"],
)
async def test_cancel_all_leaves_none(
    trading: PrivateConnector, world: World, orders: OrderFactory, symbols: list[str]
) -> None:
    """Cancelling all orders of an instrument ends each of them, none of another, and none twice.

    It is the button that is pressed when something goes wrong.
    """
    for symbol in (symbols[0], symbols[0], symbols[0], symbols[1]):
        await trading.place(orders.far_from_market(symbol=symbol))
    cancelled = await accepted(trading.cancel_all(symbols[0]), "cancelling all")
    statuses = {(order.symbol, order.status) for order in await world.truth.orders()}
    assert statuses == {(symbols[0], "CANCELED"), (symbols[1], "NEW")}
    assert [order.status for order in cancelled] == [OrderStatus.CANCELED] * 3
    again = await accepted(trading.cancel_all(symbols[0]), "cancelling all of nothing")
    assert list(again) == []


@case(
    "orders/cancel-all/lost-reply-is-no-failure",
    level=Level.MUST,
    needs=[Capabilities.cancel_all_orders, Capabilities.limit_orders],
    hunts=[BugClass.unknown_outcome, BugClass.cancel_race],
    steering=Steering.CONTROL,
    calls=["place", "cancel_all"],
)
async def test_cancel_all_whose_reply_is_lost(
    trading: PrivateConnector, world: World, orders: OrderFactory, symbol: str
) -> None:
    """Cancelling all orders never ends as NOT_APPLIED when its reply is lost.

    In an emergency the next step depends on it: orders that are believed open are hedged, or cancelled for ever.
    """
    for _ in range(2):
        await trading.place(orders.far_from_market())
    lost = await world.fault(
        "lose_reply", match=Match(operation=Operation.CANCEL_ALL), delivery="cut"
    )
    outcome: Outcome | None = None
    try:
        await trading.cancel_all(symbol)
    except VenueError as error:
        outcome = error.outcome
    await require_fired(lost)
    assert {order.status for order in await world.truth.orders(symbol)} == {"CANCELED"}
    if outcome is Outcome.NOT_APPLIED:
        violated("all were cancelled", expected="UNKNOWN or APPLIED", observed=outcome.value)
