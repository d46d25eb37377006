"""Market orders."""

from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.models import Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, violated
from venueproof_suite.attempts import accepted
from venueproof_suite.comparison_orders import check_as_asked, check_order, only_order


@case(
    "orders/market/trades-the-base-quantity",
    level=Level.MUST,
    needs=[Capabilities.market_orders, Capabilities.client_order_id],
    hunts=[BugClass.order_parameters],
    steering=Steering.CONTROL,
    calls=["place"],
    variants={"buy": Side.BUY, "sell": Side.SELL},
)
async def test_market_order_trades_the_base_quantity(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Side,
) -> None:
    """A market order for a base quantity trades just that quantity at once.

    A venue that reads the number in the other unit buys a thousand times too much, or too little.
    """
    request = orders.market(variant)
    placed = await accepted(trading.place(request), "a market order within the rules")
    truth = await only_order(world, request)
    check_as_asked(truth, request)
    check_order(placed, truth, connector_declaration)
    assert truth.filled_quantity == request.quantity


@case(
    "orders/market/spends-the-quote-amount",
    level=Level.MUST,
    needs=[Capabilities.market_orders_by_quote, Capabilities.client_order_id],
    hunts=[BugClass.order_parameters],
    steering=Steering.CONTROL,
    calls=["place"],
)
async def test_market_order_spends_the_quote_amount(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """A market order for an amount of quote currency spends that amount, to the lot.

    Sent as a base quantity the same number is a position of another magnitude.
    """
    instrument = orders.instrument()
    price = orders.price_near(Side.SELL)
    amount = 20 * (instrument.minimum_notional or price * instrument.minimum_quantity)
    request = orders.market(quote_quantity=amount)
    placed = await accepted(trading.place(request), f"a market order for {amount:f} quote")
    truth = await only_order(world, request)
    check_as_asked(truth, request)
    check_order(placed, truth, connector_declaration)
    unspent = amount - truth.filled_notional
    if not Decimal(0) <= unspent <= instrument.lot_size * price * 2:
        violated("the amount is not what was spent", expected=amount, observed=unspent)
