"""An order's life as any client can see it, also at a real venue."""

from venueproof_core import BugClass, Capabilities, Level
from venueproof_core.models import Order, OrderStatus
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, case, collect_until
from venueproof_suite.attempts import accepted


def _described(order: Order) -> tuple[object, ...]:
    return (order.venue_order_id, order.side, order.price, order.quantity, order.status)


@case(
    "orders/life/views-agree",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.private_parsing, BugClass.cancel_race],
    calls=["place", "order", "open_orders", "cancel"],
)
async def test_views_of_an_order_agree(trading: PrivateConnector, orders: OrderFactory) -> None:
    """What is said of an order when it is placed, asked for, listed and cancelled agrees.

    The same order read in two ways by two pieces of code is where a strategy starts to count it twice.
    """
    request = orders.far_from_market()
    symbol, name = request.symbol, request.client_order_id
    placed = await accepted(trading.place(request), "a limit order within the rules")
    asked = await accepted(trading.order(symbol, client_order_id=name), "a query by name")
    listed = [o for o in await trading.open_orders(symbol) if o.client_order_id == name]
    assert [_described(order) for order in (asked, *listed)] == [_described(placed)] * 2
    ended = await accepted(trading.cancel(symbol, client_order_id=name), "cancelling it")
    assert (ended.venue_order_id, ended.status) == (placed.venue_order_id, OrderStatus.CANCELED)
    left = [order.venue_order_id for order in await trading.open_orders(symbol)]
    assert placed.venue_order_id not in left, "a cancelled order is still listed as open"


@case(
    "orders/life/is-streamed",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.private_stream],
    hunts=[BugClass.private_parsing],
    calls=["place", "cancel", "stream_orders"],
)
async def test_life_of_an_order_is_streamed(
    trading: PrivateConnector, orders: OrderFactory
) -> None:
    """An order that is placed and cancelled is streamed as new, then as cancelled, under the same ids.

    A strategy that acts on events must see its own orders in them.
    """
    request = orders.far_from_market()
    async with trading.stream_orders() as stream:
        placed = await accepted(trading.place(request), "a limit order within the rules")
        ids = {"venue_order_id": placed.venue_order_id}
        await accepted(trading.cancel(request.symbol, **ids), "cancelling it")
        seen = await collect_until(
            stream, lambda order: order.status is OrderStatus.CANCELED, "the cancelled order"
        )
    told = [(o.venue_order_id, o.client_order_id, o.status) for o in seen]
    states = (OrderStatus.NEW, OrderStatus.CANCELED)
    assert told == [(placed.venue_order_id, request.client_order_id, state) for state in states]
