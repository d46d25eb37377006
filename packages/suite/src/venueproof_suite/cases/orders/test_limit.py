"""Limit orders."""

from decimal import Decimal

import pytest

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.models import Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case
from venueproof_suite.attempts import accepted
from venueproof_suite.comparison_orders import check_as_asked, check_order, only_order


@case(
    "orders/limit/rests-as-asked",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.order_parameters],
    steering=Steering.CONTROL,
    calls=["place"],
    variants={"buy": Side.BUY, "sell": Side.SELL},
)
async def test_limit_order_rests_as_asked(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Side,
) -> None:
    """A limit order away from the market rests at the venue exactly as it was asked for.

    Side, price, quantity or flags that change on the way are another trade than the one that was decided on.
    """
    request = orders.far_from_market(variant)
    placed = await accepted(trading.place(request), "a limit order within the rules")
    truth = await only_order(world, request)
    check_as_asked(truth, request)
    check_order(placed, truth, connector_declaration)


@case(
    "orders/limit/tiny-price-is-exact",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.precision],
    steering=Steering.CONTROL,
    calls=["place"],
)
async def test_tiny_price_is_exact(
    trading: PrivateConnector, world: World, orders: OrderFactory, symbols: list[str]
) -> None:
    """A price with the smallest tick of the venue arrives exactly, and written without an exponent.

    ``1.11E-5`` is refused by most venues, and where it is cut to ``1.11`` the order is a fortune off.
    """
    smallest = min(symbols, key=lambda symbol: orders.instrument(symbol).tick_size)
    request = orders.far_from_market(symbol=smallest)
    mark = await world.mark()
    await accepted(trading.place(request), f"an order at {request.price:f}")
    check_as_asked(await only_order(world, request), request)
    sent = [value for entry in await world.journal(mark) for value in entry.parameters.values()]
    with_exponent = [value for value in sent if _has_exponent(value)]
    assert with_exponent == [], f"numbers with an exponent on the wire: {with_exponent}"


@case(
    "orders/limit/odd-steps-are-exact",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.precision],
    steering=Steering.CONTROL,
    calls=["place"],
)
async def test_odd_steps_are_exact(
    trading: PrivateConnector, world: World, orders: OrderFactory, symbols: list[str]
) -> None:
    """Prices and quantities on steps that are no power of ten arrive unchanged.

    Rounding to so many decimals instead of to the step changes the order, or gets it refused.
    """
    odd = [symbol for symbol in symbols if _has_odd_tick(orders.instrument(symbol).tick_size)]
    if not odd:
        pytest.skip("every tick size of this venue is a power of ten")
    tick = orders.instrument(odd[0]).tick_size
    base = orders.far_from_market(symbol=odd[0])
    assert base.price is not None
    for steps in range(3):
        request = orders.limit(base.side, base.price + steps * tick, symbol=odd[0])
        await accepted(trading.place(request), f"an order at {request.price:f}")
        check_as_asked(await only_order(world, request), request)


def _has_exponent(text: str) -> bool:
    mantissa, letter, exponent = text.upper().partition("E")
    return bool(letter) and mantissa.replace(".", "").isdigit() and exponent[-1:].isdigit()


def _has_odd_tick(tick: Decimal) -> bool:
    return tick.normalize().as_tuple().digits != (1,)
