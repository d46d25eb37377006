"""Orders that do not rest, and those that must not take."""

from contextlib import suppress
from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Connector, Level, Outcome, Steering
from venueproof_core.errors import InvalidOrderError, RefusedError
from venueproof_core.models import Side, TimeInForce
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case
from venueproof_suite.attempts import accepted, refused
from venueproof_suite.comparison_orders import check_as_asked, check_order, only_order


async def _best_ask(world: World, symbol: str) -> tuple[Decimal, Decimal]:
    asks = (await world.truth.book(symbol)).asks
    assert asks, f"{symbol} has no asks"
    return asks[0]


@case(
    "orders/immediate-or-cancel/remainder-expires",
    level=Level.MUST,
    needs=[Capabilities.immediate_or_cancel, Capabilities.client_order_id],
    hunts=[BugClass.order_parameters, BugClass.cancel_race],
    steering=Steering.CONTROL,
    calls=["place", "open_orders"],
)
async def test_remainder_of_an_ioc_order_expires(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """An IOC order takes what is there at its price, and the rest of it is gone.

    A remainder that rests is an order nobody watches; a partial fill that reads as none is a position nobody knows.
    """
    price, resting = await _best_ask(world, symbol)
    request = orders.limit(Side.BUY, price, resting * 2, time_in_force=TimeInForce.IOC)
    placed = await accepted(trading.place(request), "an IOC order")
    truth = await only_order(world, request)
    check_as_asked(truth, request)
    assert (truth.status, truth.filled_quantity) == ("EXPIRED", resting)
    check_order(placed, truth, connector_declaration)
    assert [order.client_order_id for order in await trading.open_orders(symbol)] == []


@case(
    "orders/fill-or-kill/all-or-nothing",
    level=Level.MUST,
    needs=[Capabilities.fill_or_kill, Capabilities.client_order_id],
    hunts=[BugClass.order_parameters],
    steering=Steering.CONTROL,
    calls=["place"],
)
async def test_fill_or_kill_is_all_or_nothing(
    trading: PrivateConnector, world: World, orders: OrderFactory, symbol: str
) -> None:
    """A FOK order fills whole or not at all.

    It is sent by somebody who has the other leg of the trade for the whole quantity only.
    """
    price, resting = await _best_ask(world, symbol)
    too_large = orders.limit(Side.BUY, price, resting * 2, time_in_force=TimeInForce.FOK)
    with suppress(RefusedError):  # some venues refuse it, others let it expire at once
        await trading.place(too_large)
    done = [(order.status, order.filled_quantity) for order in await world.truth.orders(symbol)]
    assert set(done) <= {("EXPIRED", 0), ("CANCELED", 0), ("REJECTED", 0)}
    request = orders.limit(Side.BUY, price, resting, time_in_force=TimeInForce.FOK)
    await accepted(trading.place(request), "a FOK order that can fill")
    truth = await only_order(world, request)
    check_as_asked(truth, request)
    assert (truth.status, truth.filled_quantity) == ("FILLED", resting)


@case(
    "orders/post-only/refused-when-it-would-take",
    level=Level.MUST,
    needs=[Capabilities.post_only],
    hunts=[BugClass.order_parameters, BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["place"],
)
async def test_post_only_order_never_takes(
    trading: PrivateConnector, world: World, orders: OrderFactory, symbol: str
) -> None:
    """A post-only order that would take is refused, and the refusal says that nothing happened.

    A lost flag pays the taker fee and crosses the spread that the order was meant to earn.
    """
    crossing = orders.crossing(post_only=True, time_in_force=None)
    await refused(
        trading.place(crossing),
        InvalidOrderError,
        "a post-only order through the best ask",
        outcome=Outcome.NOT_APPLIED,
    )
    assert [fill.trade_id for fill in await world.truth.fills(symbol)] == []
    resting = orders.limit(Side.BUY, orders.price_near(Side.BUY), post_only=True)
    await accepted(trading.place(resting), "a post-only order at the best bid")
    check_as_asked(await only_order(world, resting), resting)
