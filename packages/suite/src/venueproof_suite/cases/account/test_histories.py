"""Orders of the past."""

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import PastOrders
from venueproof_core.models import Side, TimeInForce
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, violated
from venueproof_suite.attempts import accepted
from venueproof_suite.comparison_orders import check_order, check_orders

# No venue's page of orders is larger.
MORE_THAN_A_PAGE = 1001


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


@case(
    "account/order-history/complete-over-pages",
    level=Level.MUST,
    needs=[Capabilities.order_history, Capabilities.client_order_id],
    hunts=[BugClass.pagination],
    steering=Steering.CONTROL,
    calls=["place", "order", "open_orders", "order_history"],
)
async def test_order_history_is_complete_over_pages(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbols: list[str],
    connector_declaration: Connector,
) -> None:
    """All orders of an instrument are told, also when a page of the venue's does not hold them.

    The oldest and what is open on other instruments are found as well: what is beyond the page is not gone.
    """
    first, elsewhere = orders.far_from_market(), orders.far_from_market(symbol=symbols[1])
    placed = await trading.place(first)
    await trading.place(elsewhere)
    await world.market(PastOrders(symbol=first.symbol, count=MORE_THAN_A_PAGE))
    told = await accepted(trading.order_history(first.symbol), "reading a long history")
    truths = await world.truth.orders(first.symbol)
    observed, expected = ([order.venue_order_id for order in some] for some in (told, truths))
    if observed != expected:
        violated(
            "the history is not all orders, oldest first, each once",
            expected=f"{len(expected)} orders from {expected[0]} to {expected[-1]}",
            observed=f"{len(observed)} orders{f' from {observed[0]} to {observed[-1]}' * bool(observed)}",
        )
    oldest = await accepted(
        trading.order(first.symbol, venue_order_id=placed.venue_order_id), "asking for the oldest"
    )
    check_order(oldest, truths[0], connector_declaration)
    names = {order.client_order_id for order in await trading.open_orders()}
    assert names == {first.client_order_id, elsewhere.client_order_id}
