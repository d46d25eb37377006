"""Order lists that are cancelled when something is in the way."""

from venueproof_core import BugClass, Capabilities, Connector, Level, Outcome, Steering
from venueproof_core.control import Match, Operation
from venueproof_core.errors import UnknownOrderError, VenueError
from venueproof_core.models import Contingency, OrderList
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, require_fired, violated
from venueproof_suite.attempts import accepted, refused
from venueproof_suite.cases.orders.lists import check_list, list_of, orders_of, pair_of

NEEDS = [Capabilities.order_lists, Capabilities.client_order_id]


@case(
    "orders/lists/cancel-of-what-is-done-leaves-the-outcome-open",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.cancel_race, BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["place_list", "cancel_list"],
)
async def test_cancel_of_a_list_that_is_done(
    trading: PrivateConnector, world: World, orders: OrderFactory
) -> None:
    """A cancel of a list that is done is an UnknownOrderError whose outcome is UNKNOWN.

    One of its orders may have filled the moment before. Taken for cancelled, the position is still believed open.
    """
    request = list_of(orders, Contingency.OCO, *pair_of(orders))
    await accepted(trading.place_list(request), "a pair around the market")
    await world.counterparty(request.orders[0])
    await refused(
        trading.cancel_list(request.symbol, client_list_id=request.client_list_id),
        UnknownOrderError,
        "a cancel of a list that is done",
        outcome=Outcome.UNKNOWN,
    )


@case(
    "orders/lists/lost-cancel-is-no-failure",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.unknown_outcome, BugClass.cancel_race],
    steering=Steering.CONTROL,
    calls=["place_list", "cancel_list"],
)
async def test_cancel_of_a_list_whose_reply_is_lost(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """A cancel of a list whose reply is lost ends with its true state, or with an outcome of UNKNOWN or APPLIED.

    "Not cancelled" would let a strategy count on a stop that is gone.
    """
    request = list_of(orders, Contingency.OCO, *pair_of(orders))
    await accepted(trading.place_list(request), "a pair around the market")
    lost = await world.fault(
        "lose_reply", match=Match(operation=Operation.CANCEL_LIST), delivery="cut"
    )
    told: OrderList | VenueError
    try:
        told = await trading.cancel_list(request.symbol, client_list_id=request.client_list_id)
    except VenueError as error:
        told = error
    await require_fired(lost)
    assert {truth.status for truth in await orders_of(world, request)} == {"CANCELED"}
    if isinstance(told, OrderList):
        await check_list(told, request, world, connector_declaration)
    elif told.outcome is Outcome.NOT_APPLIED:
        violated("it was cancelled", expected="UNKNOWN or APPLIED", observed=told.outcome.value)
