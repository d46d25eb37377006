"""Changing an order that is open."""

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.models import Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case
from venueproof_suite.attempts import accepted
from venueproof_suite.comparison_orders import check_as_asked, check_order, only_order


@case(
    "orders/amend/quantity-keeps-id",
    level=Level.MUST,
    needs=[Capabilities.amend_order, Capabilities.client_order_id],
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
    "orders/replace/ends-one-and-opens-one",
    level=Level.MUST,
    needs=[Capabilities.replace_order, Capabilities.client_order_id],
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
    assert old.price is not None
    new = orders.limit(Side.BUY, old.price - orders.instrument().tick_size)
    replaced = await accepted(
        trading.replace(symbol, venue_order_id=placed.venue_order_id, request=new), "replacing it"
    )
    assert (await only_order(world, old)).status == "CANCELED"
    truth = await only_order(world, new)
    check_as_asked(truth, new)
    check_order(replaced, truth, connector_declaration)
    assert replaced.venue_order_id != placed.venue_order_id
