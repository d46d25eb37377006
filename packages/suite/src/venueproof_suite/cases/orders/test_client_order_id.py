"""Client order ids."""

from msgspec.structs import replace

from venueproof_core import BugClass, Capabilities, Level, Outcome, Steering
from venueproof_core.errors import DuplicateClientOrderIdError
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case
from venueproof_suite.attempts import accepted, refused
from venueproof_suite.comparison_orders import only_order

# Letters, digits, hyphen and underscore are what all venues take; each kind leads once.
IDS = ("Abcdefghijklm-01", "nopqrstuvwxyz_23", "0NOPQRSTUVWXYZ-4", "zBCDEFGHIJKLM_56789")


@case(
    "orders/client-order-id/round-trips",
    level=Level.MUST,
    needs=[Capabilities.client_order_id],
    hunts=[BugClass.private_parsing, BugClass.order_parameters],
    steering=Steering.CONTROL,
    calls=["place", "order", "cancel"],
)
async def test_client_order_id_round_trips(
    trading: PrivateConnector, world: World, orders: OrderFactory, symbol: str
) -> None:
    """A client order id of any permitted characters reaches the venue and comes back the same, also on a cancel.

    An id that changes on the way is an order that the strategy does not recognise as its own.
    """
    for client_order_id in IDS:
        request = replace(orders.far_from_market(), client_order_id=client_order_id)
        placed = await accepted(trading.place(request), f"an order named {client_order_id}")
        truth = await only_order(world, request)
        found = await accepted(
            trading.order(symbol, client_order_id=client_order_id), "finding it by its name"
        )
        cancelled = await accepted(
            trading.cancel(symbol, client_order_id=client_order_id), "cancelling it by its name"
        )
        names = [order.client_order_id for order in (placed, found, cancelled)]
        assert names == [client_order_id] * 3
        ids = {order.venue_order_id for order in (placed, found, cancelled)}
        assert ids == {truth.venue_order_id}


@case(
    "orders/client-order-id/duplicate-is-refused",
    level=Level.MUST,
    needs=[Capabilities.client_order_id],
    hunts=[BugClass.unknown_outcome],
    calls=["place", "open_orders"],
)
async def test_duplicate_client_order_id_is_refused(
    trading: PrivateConnector, orders: OrderFactory
) -> None:
    """The client order id of an open order cannot be used for a second order.

    It catches a double submit while the first order rests. It does not make a blind resend safe: once the
    first order has filled, many venues accept the id again, and the resend is a second position.
    """
    resting = orders.far_from_market()
    await trading.place(resting)
    await refused(
        trading.place(resting),
        DuplicateClientOrderIdError,
        "a second order of the same name",
        outcome=Outcome.NOT_APPLIED,
    )
    live = [order.client_order_id for order in await trading.open_orders(resting.symbol)]
    assert live == [resting.client_order_id], f"expected one live order, found {live}"
