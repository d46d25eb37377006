"""Ending an order and placing another in one request."""

from venueproof_core import BugClass, Capabilities, Connector, Level, Outcome, Steering
from venueproof_core.control import Match, Operation
from venueproof_core.errors import PartlyReplacedError, VenueError
from venueproof_core.models import Order, OrderRequest, Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, require_fired, violated
from venueproof_suite.attempts import accepted, refused
from venueproof_suite.comparison_orders import check_as_asked, check_order, only_order

NEEDS = [Capabilities.replace_order, Capabilities.client_order_id]


def _one_tick_lower(orders: OrderFactory, old: OrderRequest) -> OrderRequest:
    assert old.price is not None
    return orders.limit(Side.BUY, old.price - orders.instrument().tick_size)


@case(
    "orders/replace/ends-one-and-opens-one",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.order_parameters],
    steering=Steering.CONTROL,
    calls=["place", "replace"],
)
async def test_replace_ends_one_and_opens_one(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """Replacing an order ends it and opens the new one, under a new venue order id.

    If the old one stays, both can fill; if none is left, the quote is out of the market.
    """
    old = orders.far_from_market()
    placed = await trading.place(old)
    new = _one_tick_lower(orders, old)
    replaced = await accepted(
        trading.replace(symbol, venue_order_id=placed.venue_order_id, request=new), "replacing it"
    )
    assert (await only_order(world, old)).status == "CANCELED"
    truth = await only_order(world, new)
    check_as_asked(truth, new)
    check_order(replaced, truth, connector_declaration)
    assert replaced.venue_order_id != placed.venue_order_id


@case(
    "orders/replace/of-what-is-gone-places-nothing",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.cancel_race, BugClass.unknown_outcome],
    steering=Steering.CONTROL,
    calls=["place", "replace"],
)
async def test_replace_of_what_is_gone_places_nothing(
    trading: PrivateConnector, world: World, orders: OrderFactory, symbol: str
) -> None:
    """When the old order has filled nothing is placed, and the connector says that nothing was.

    It filled because the market came to it. A new order in its stead is twice what was wanted.
    """
    old = orders.far_from_market()
    placed = await trading.place(old)
    await world.counterparty(old)
    await refused(
        trading.replace(
            symbol, venue_order_id=placed.venue_order_id, request=_one_tick_lower(orders, old)
        ),
        VenueError,
        "replacing an order that has filled",
        outcome=Outcome.NOT_APPLIED,
    )
    names = [order.client_order_id for order in await world.truth.orders(symbol)]
    assert names == [old.client_order_id]


@case(
    "orders/replace/cancel-alone-is-told",
    level=Level.MUST,
    needs=[*NEEDS, Capabilities.post_only],
    hunts=[BugClass.unknown_outcome, BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["place", "replace"],
)
async def test_cancel_without_the_new_order_is_told(
    trading: PrivateConnector, world: World, orders: OrderFactory, symbol: str
) -> None:
    """When the old order was cancelled but the new one refused, the error says so: half of it has happened.

    Read as a plain refusal the quote is gone, and its owner believes that it still stands.
    """
    old = orders.far_from_market()
    placed = await trading.place(old)
    taking = orders.crossing(post_only=True, time_in_force=None)
    error = await refused(
        trading.replace(symbol, venue_order_id=placed.venue_order_id, request=taking),
        PartlyReplacedError,
        "replacing by a post-only order that would take",
        outcome=Outcome.APPLIED,
    )
    made = [(order.client_order_id, order.status) for order in await world.truth.orders(symbol)]
    assert made == [(old.client_order_id, "CANCELED")]
    assert isinstance(error, PartlyReplacedError)
    assert (error.is_canceled, error.placed) == (True, None)


@case(
    "orders/replace/order-alone-is-told",
    level=Level.MUST,
    needs=[*NEEDS, Capabilities.replace_in_any_case],
    hunts=[BugClass.unknown_outcome, BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["place", "replace"],
)
async def test_order_without_the_cancel_is_told(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """A new order that is wanted in any case is placed although the old one is gone, and told with that.

    Told as a failure alone it is an order at the venue that its owner does not know.
    """
    old = orders.far_from_market()
    placed = await trading.place(old)
    await world.counterparty(old)
    new = _one_tick_lower(orders, old)
    error = await refused(
        trading.replace(
            symbol, venue_order_id=placed.venue_order_id, request=new, must_cancel=False
        ),
        PartlyReplacedError,
        "replacing an order that has filled, in any case",
        outcome=Outcome.APPLIED,
    )
    truth = await only_order(world, new)
    assert isinstance(error, PartlyReplacedError)
    assert (error.is_canceled, type(error.placed)) == (False, Order)
    check_order(error.placed, truth, connector_declaration)


@case(
    "orders/replace/lost-reply-is-no-failure",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.unknown_outcome],
    steering=Steering.CONTROL,
    calls=["place", "replace"],
)
async def test_replace_whose_reply_is_lost(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """A replacement whose reply is lost ends with the one new order, or with an outcome of UNKNOWN or APPLIED.

    Sent again, it fails because the old order is gone, and that reads as if nothing had happened.
    """
    old = orders.far_from_market()
    placed = await trading.place(old)
    new = _one_tick_lower(orders, old)
    lost = await world.fault("lose_reply", match=Match(operation=Operation.REPLACE), delivery="cut")
    told: Order | VenueError
    try:
        told = await trading.replace(symbol, venue_order_id=placed.venue_order_id, request=new)
    except VenueError as error:
        told = error
    await require_fired(lost)
    truth = await only_order(world, new)
    if isinstance(told, Order):
        check_order(told, truth, connector_declaration)
    elif told.outcome is Outcome.NOT_APPLIED:
        violated("it was replaced", expected="UNKNOWN or APPLIED", observed=told.outcome.value)
