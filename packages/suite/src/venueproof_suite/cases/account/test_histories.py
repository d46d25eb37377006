"""Orders of the past."""

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.models import Side, TimeInForce
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case
from venueproof_suite.attempts import accepted
from venueproof_suite.comparison_orders import check_orders


@case(
    "account/order-history/holds-every-state",
    level=Level.MUST,
    needs=[Capabilities.order_history, Capabilities.client_order_id],
    hunts=[BugClass.pagination, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place", "cancel", "order_history"],
)
async def test_order_history_holds_every_state(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """The history has every order of the instrument, oldest first: open, filled, cancelled and expired.

    Books are closed by it. Orders that ended without a fill are needed too: they explain what did not happen.
    """
    price, resting = (await world.truth.book(symbol)).asks[0]
    cancelled = orders.far_from_market()
    for request in (
        orders.far_from_market(),
        orders.crossing(),
        cancelled,
        orders.limit(Side.BUY, price, resting * 2, time_in_force=TimeInForce.IOC),
    ):
        await trading.place(request)
    await trading.cancel(symbol, client_order_id=cancelled.client_order_id)
    history = await accepted(trading.order_history(symbol), "reading the history")
    truths = await world.truth.orders(symbol)
    check_orders(history, truths, connector_declaration)
    told = [order.venue_order_id for order in history]
    assert told == [truth.venue_order_id for truth in truths]
    newest = await accepted(trading.order_history(symbol, limit=2), "reading the newest two")
    assert [order.venue_order_id for order in newest] == told[-2:]
