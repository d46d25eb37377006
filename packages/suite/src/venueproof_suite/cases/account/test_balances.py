"""Balances on request."""

import re
from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Match, Operation
from venueproof_core.models import Balance, Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, require_fired
from venueproof_suite.attempts import accepted
from venueproof_suite.comparison_orders import check_balances


@case(
    "account/balances/equal-truth",
    level=Level.MUST,
    needs=[Capabilities.balances],
    hunts=[BugClass.balances],
    steering=Steering.CONTROL,
    calls=["place", "balances"],
)
async def test_balances_equal_truth(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """Balances tell what is available and what open orders lock, of both currencies of an order.

    Funds that are locked and read as available are spent twice; the second order is refused when it matters.
    """
    await trading.place(orders.far_from_market(Side.BUY))
    await trading.place(orders.far_from_market(Side.SELL))
    await trading.place(orders.crossing())
    told = await accepted(trading.balances(), "reading the balances")
    check_balances(told, await world.truth.balances(), connector_declaration)


@case(
    "account/balances/numbers-are-exact",
    level=Level.MUST,
    needs=[Capabilities.balances],
    hunts=[BugClass.precision, BugClass.balances],
    steering=Steering.CONTROL,
    calls=["balances"],
    variants={
        "eighteen-digits": "123456789012345678.12345678",
        "scientific": "1.25E-7",
        "many-decimals": "0.123456789012345678",
    },
)
async def test_balance_numbers_are_exact(
    trading: PrivateConnector, world: World, connector_declaration: Connector, variant: str
) -> None:
    """A balance of any legal spelling is read digit for digit.

    Tokens with eighteen decimals exist. Through a float a balance changes; whoever withdraws it all is refused.
    """
    truths = await world.truth.balances()
    whole = {t.currency: t.available for t in truths.values() if t.available == int(t.available)}
    currency, amount = max(whole.items(), key=lambda item: item[1])
    edited = await world.fault(
        "edit_text",
        match=Match(operation=Operation.BALANCES),
        pattern=rf'"{re.escape(str(int(amount)))}(\.0+)?"',
        replacement=f'"{variant}"',
    )
    told = await accepted(trading.balances(), f"reading a balance of {variant}")
    await require_fired(edited)
    truths[currency].available = Decimal(variant)
    check_balances(told, truths, connector_declaration)


@case(
    "account/balances/show-what-an-order-locks",
    level=Level.MUST,
    needs=[Capabilities.locked_funds, Capabilities.limit_orders],
    hunts=[BugClass.balances],
    calls=["place", "cancel", "balances"],
)
async def test_balances_show_what_an_order_locks(
    trading: PrivateConnector, orders: OrderFactory
) -> None:
    """An open order to sell takes its quantity out of what is available, and its cancel gives it back.

    What is owned stays the same meanwhile: locked funds are neither spent nor free.
    """
    request = orders.far_from_market(Side.SELL)
    base = orders.instrument().base
    before = await _of(trading, base)
    placed = await accepted(trading.place(request), "an order to sell")
    during = await _of(trading, base)
    await trading.cancel(request.symbol, venue_order_id=placed.venue_order_id)
    after = await _of(trading, base)
    assert during.locked - before.locked == request.quantity
    assert before.available - during.available == request.quantity
    assert after == before


async def _of(trading: PrivateConnector, currency: str) -> Balance:
    told = await accepted(trading.balances(), "reading the balances")
    found = [balance for balance in told if balance.currency == currency]
    nothing = Balance(currency=currency, available=Decimal(0), locked=Decimal(0))
    return found[0] if found else nothing
