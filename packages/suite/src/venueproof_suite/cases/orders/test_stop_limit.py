"""Stop orders."""

from msgspec.structs import replace

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Move, Print
from venueproof_core.models import OrderType, Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case
from venueproof_suite.attempts import accepted
from venueproof_suite.comparison_orders import check_as_asked, check_order, only_order


@case(
    "orders/stop-limit/rests-then-triggers",
    level=Level.MUST,
    needs=[Capabilities.stop_orders, Capabilities.client_order_id],
    hunts=[BugClass.order_parameters, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place", "order"],
)
async def test_stop_limit_order_rests_then_triggers(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """A stop-limit order waits with both its prices as asked, and sells once the stop price has traded.

    It is the order that ends a loss. With its prices exchanged it triggers late, at once or never.
    """
    tick, lot = orders.instrument().tick_size, orders.instrument().lot_size
    bid = orders.price_near(Side.BUY)
    # The last trade is what triggers: it must be above the stop price before the order comes.
    await world.market(Print(symbol=symbol, side="SELL", quantity=lot))
    stop, limit = bid - 200 * tick, bid - 400 * tick
    plain = orders.limit(Side.SELL, limit)
    request = replace(plain, order_type=OrderType.STOP_LIMIT, stop_price=stop)
    await accepted(trading.place(request), "a stop-limit order below the market")
    waiting = await only_order(world, request)
    check_as_asked(waiting, request)
    check_order(
        await trading.order(symbol, client_order_id=request.client_order_id),
        waiting,
        connector_declaration,
    )
    below = stop - 100 * tick
    await world.market(
        Move(symbol=symbol, middle=below), Print(symbol=symbol, side="SELL", quantity=lot)
    )
    triggered = await only_order(world, request)
    assert triggered.filled_quantity == request.quantity
    check_order(
        await trading.order(symbol, client_order_id=request.client_order_id),
        triggered,
        connector_declaration,
    )
