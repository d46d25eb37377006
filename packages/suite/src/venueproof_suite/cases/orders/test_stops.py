"""Orders that wait for a price: take-profit orders, stops that become market orders, stops that trail."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering, Support, Venue
from venueproof_core.control import Move, Print
from venueproof_core.models import OrderRequest, OrderType, Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case
from venueproof_suite.attempts import accepted
from venueproof_suite.comparison_orders import check_as_asked, check_order, only_order

TRAIL = Decimal("0.01")


async def _trade_at(world: World, orders: OrderFactory, middle: Decimal) -> None:
    """The market moves there, and somebody sells a little."""
    instrument = orders.instrument()
    tick = instrument.tick_size
    await world.market(
        Move(symbol=instrument.symbol, middle=middle // tick * tick),
        Print(symbol=instrument.symbol, side="SELL", quantity=instrument.lot_size),
    )


async def _waits_then_sells(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector: Connector,
    request: OrderRequest,
    middle: Decimal,
) -> None:
    await accepted(trading.place(request), f"a {request.order_type.value} order")
    waiting = await only_order(world, request)
    check_as_asked(waiting, request)
    assert (waiting.status, waiting.filled_quantity) == ("NEW", Decimal(0))
    asked = await trading.order(request.symbol, client_order_id=request.client_order_id)
    check_order(asked, waiting, connector)
    await _trade_at(world, orders, middle)
    triggered = await only_order(world, request)
    assert triggered.filled_quantity == request.quantity
    asked = await trading.order(request.symbol, client_order_id=request.client_order_id)
    check_order(asked, triggered, connector)


def _selling(orders: OrderFactory, order_type: OrderType, stop: Decimal) -> OrderRequest:
    plain = orders.market(Side.SELL)
    return replace(plain, order_type=order_type, stop_price=stop)


@case(
    "orders/stop-market/sells-at-any-price",
    level=Level.MUST,
    needs=[Capabilities.stop_market_orders, Capabilities.client_order_id],
    hunts=[BugClass.order_parameters, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place", "order"],
)
async def test_stop_market_order_sells_at_any_price(
    trading: PrivateConnector, world: World, orders: OrderFactory, connector_declaration: Connector
) -> None:
    """A stop order without a limit waits, and once its price has traded it sells at whatever is bid.

    With a limit price that nobody asked for it stays behind when the market jumps, which is what it was for.
    """
    bid, tick = orders.price_near(Side.BUY), orders.instrument().tick_size
    await _trade_at(world, orders, bid)
    stop = bid - 200 * tick
    request = _selling(orders, OrderType.STOP, stop)
    await _waits_then_sells(
        trading, world, orders, connector_declaration, request, stop * Decimal("0.98")
    )


@case(
    "orders/take-profit/sells-when-it-has-risen",
    level=Level.MUST,
    needs=[
        Capabilities.take_profit_orders,
        Capabilities.stop_market_orders,
        Capabilities.client_order_id,
    ],
    hunts=[BugClass.order_parameters, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place", "order"],
    variants={"market": OrderType.TAKE_PROFIT, "limit": OrderType.TAKE_PROFIT_LIMIT},
)
async def test_take_profit_order_sells_when_it_has_risen(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    venue: Venue,
    connector_declaration: Connector,
    variant: OrderType,
) -> None:
    """A take-profit order to sell waits until its price has traded from below, and sells then.

    Read as a stop it sells at once, or only when everything is lost.
    """
    is_limit = variant is OrderType.TAKE_PROFIT_LIMIT
    if is_limit and venue.capabilities.stop_orders.support is Support.UNSUPPORTED:
        pytest.skip("this venue's orders have no limit once they are triggered")
    bid, tick = orders.price_near(Side.BUY), orders.instrument().tick_size
    await _trade_at(world, orders, bid)
    stop = bid + 2000 * tick
    request = _selling(orders, variant, stop)
    if variant is OrderType.TAKE_PROFIT_LIMIT:
        limit = orders.limit(Side.SELL, stop - 1000 * tick)
        request = replace(limit, order_type=variant, stop_price=stop)
    await _waits_then_sells(
        trading, world, orders, connector_declaration, request, stop + 1000 * tick
    )


@case(
    "orders/trailing-stop/follows-the-price",
    level=Level.MUST,
    needs=[
        Capabilities.trailing_stops,
        Capabilities.stop_market_orders,
        Capabilities.client_order_id,
    ],
    hunts=[BugClass.order_parameters],
    steering=Steering.CONTROL,
    calls=["place"],
)
async def test_trailing_stop_follows_the_price(
    trading: PrivateConnector, world: World, orders: OrderFactory
) -> None:
    """A trailing stop follows the price up, and sells when it has fallen by its fraction from the highest.

    A hundredth that is read as a hundred hundredths never sells; read as a hundredth of one, it sells at once.
    """
    start = orders.price_near(Side.BUY)
    plain = orders.market(Side.SELL)
    request = replace(plain, order_type=OrderType.STOP, trailing_ratio=TRAIL)
    await accepted(trading.place(request), f"an order that trails by {TRAIL:%}")
    check_as_asked(await only_order(world, request), request)
    highest = start * Decimal("1.03")
    for middle in (start, highest, highest * (1 - TRAIL * Decimal("0.9"))):
        await _trade_at(world, orders, middle)
        assert (await only_order(world, request)).filled_quantity == 0
    await _trade_at(world, orders, highest * (1 - TRAIL * Decimal("1.1")))
    assert (await only_order(world, request)).filled_quantity == request.quantity


@case(
    "orders/iceberg/shows-a-part",
    level=Level.MUST,
    needs=[Capabilities.iceberg_orders, Capabilities.client_order_id],
    hunts=[BugClass.order_parameters],
    steering=Steering.CONTROL,
    calls=["place"],
)
async def test_iceberg_order_shows_a_part(
    trading: PrivateConnector, world: World, orders: OrderFactory
) -> None:
    """Of an order with a visible part the book shows that part only, and shows it again when it has filled.

    Shown whole, a large order moves the market away from itself.
    """
    request = orders.far_from_market()
    quantity, price = request.quantity, request.price
    assert quantity is not None
    assert price is not None
    part = quantity / 4
    request = replace(request, display_quantity=part)
    await accepted(trading.place(request), "an order with a visible part")
    check_as_asked(await only_order(world, request), request)
    for _ in range(2):
        bids = dict((await world.truth.book(request.symbol)).bids)
        assert bids.get(price) == part
        await world.counterparty(request, part)
