"""An order as it is asked for: read and checked. Source: "Create an order"; texts seen on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venueproof_core.models import InstrumentStatus, OrderStatus, OrderType, Side, TimeInForce
from venueproof_gateio.dialect import errors
from venueproof_gateio.dialect.order_rows import PREFIX
from venueproof_gateio.dialect.parameters import TEXT, required, symbol, units
from venueproof_gateio.dialect.wire import number
from venueproof_simulator.toolkit import Call
from venueproof_simulator.venue_core import (
    SCALE,
    ExpiryReason,
    InstrumentRules,
    OrderState,
    Refused,
    SubmitOrder,
)

if TYPE_CHECKING:
    from venueproof_gateio.dialect.venue import GateioDialect

SIDES = {"buy": Side.BUY, "sell": Side.SELL}
FORCES = {
    "gtc": TimeInForce.GTC,
    "ioc": TimeInForce.IOC,
    "poc": TimeInForce.GTC,
    "fok": TimeInForce.FOK,
}
ACCOUNTS = ("spot", "unified")
"""Of a classic account both name the one that there is."""


def submit(dialect: GateioDialect, call: Call) -> OrderState:
    """Place the order that the call's parameters ask for.

    Raises:
        Refuse: Whatever is wrong first.
    """
    request = read_order(dialect, call)
    if request.time_in_force is TimeInForce.FOK and not _can_fill(dialect, request):
        raise errors.of(errors.FOK)
    try:
        order = dialect.world.core.submit(request, time_ns=dialect.world.stamps.time_ns())
    except Refused as refused:
        raise errors.refused(refused) from refused
    if (
        order.status is OrderStatus.EXPIRED
        and dialect.private.expiry_of(order) is ExpiryReason.FOK_UNFILLABLE
    ):
        raise errors.of(errors.FOK)
    return order


def check_account(call: Call) -> None:
    """Only the spot account is served.

    Raises:
        Refuse: INVALID_PARAM_VALUE.
    """
    given = call.parameters.get("account") or "spot"
    if given not in ACCOUNTS:
        raise errors.value("account", given)


def read_order(dialect: GateioDialect, call: Call) -> SubmitOrder:
    """The order that the call's parameters ask for, checked.

    Raises:
        Refuse: Whatever is wrong first.
    """
    name = symbol(call)
    side, kind = required(call, "side"), call.parameters.get("type") or "limit"
    check_account(call)
    if side not in SIDES:
        raise errors.value("side", side)
    if kind not in ("limit", "market"):
        raise errors.value("type", kind)
    is_market = kind == "market"
    force = call.parameters.get("time_in_force") or ("ioc" if is_market else "gtc")
    if force not in FORCES or (is_market and force not in ("ioc", "fok")):
        raise errors.value("time_in_force", force)
    if call.parameters.get("stp_act") not in (None, "", "-"):
        # The account is in no group of self-trade prevention.
        raise errors.value("stp_act", call.parameters["stp_act"])
    text = call.parameters.get("text")
    if text and not TEXT.fullmatch(text):
        raise errors.value("text", text)
    required(call, "amount")
    amount = units(call, "amount")
    request = SubmitOrder(
        account=dialect.account_of(call).name,
        symbol=name,
        side=SIDES[side],
        order_type=OrderType.MARKET if is_market else OrderType.LIMIT,
        client_order_id=text.removeprefix(PREFIX) if text else dialect.new_name(),
        time_in_force=FORCES[force],
        post_only=force == "poc",
        display_quantity=units(call, "iceberg") or None,
        attributes={"text": text} if text else {},
    )
    if is_market and request.side is Side.BUY:
        request.quote_quantity = amount
    else:
        request.quantity = amount
    if not is_market:
        required(call, "price")
        request.price = units(call, "price")
        if not request.price:
            raise errors.value("price", call.parameters["price"])
    _check(dialect, request)
    return request


def _check(dialect: GateioDialect, request: SubmitOrder) -> None:
    rules = dialect.world.core.instruments[request.symbol]
    if rules.status is not InstrumentStatus.TRADING:
        raise errors.of(errors.NOT_TRADED)
    if request.quote_quantity is not None:
        check_value(rules, request.quote_quantity)
        return
    check_quantity(rules, request.quantity or 0)
    if request.display_quantity is not None and request.display_quantity % rules.lot_size:
        raise errors.of(errors.PRECISION)
    if request.price is not None:
        if request.price % rules.tick_size:
            raise errors.of(errors.PRECISION)
        check_value(rules, request.price * (request.quantity or 0) // SCALE)
    else:
        last = dialect.last_price(request.symbol)
        check_value(rules, last * (request.quantity or 0) // SCALE)


def check_quantity(rules: InstrumentRules, quantity: int) -> None:
    """Hold an amount of base against step and bounds.

    Raises:
        Refuse: INVALID_PRECISION, INVALID_PARAM_VALUE or AMOUNT_TOO_MUCH.
    """
    if quantity % rules.lot_size:
        raise errors.of(errors.PRECISION)
    if quantity < rules.minimum_quantity:
        least = number(rules.minimum_quantity)
        raise errors.too_small(number(quantity), least, rules.base)
    if quantity > (rules.maximum_quantity or 0):
        raise errors.of(errors.TOO_MUCH)


def check_value(rules: InstrumentRules, value: int) -> None:
    """Hold an order's value against the least.

    Raises:
        Refuse: INVALID_PARAM_VALUE.
    """
    least = rules.minimum_notional or 0
    if value < least:
        raise errors.too_small(number(value), number(least), rules.quote)


def _can_fill(dialect: GateioDialect, request: SubmitOrder) -> bool:
    """Whether the book can fill all of the order at its price."""
    left = request.quantity if request.quantity is not None else request.quote_quantity
    assert left is not None
    sign = 1 if request.side is Side.BUY else -1
    for price, quantity in dialect.world.core.levels(request.symbol, request.side.opposite):
        if request.price is not None and sign * (price - request.price) > 0:
            break
        left -= quantity if request.quantity is not None else price * quantity // SCALE
        if left <= 0:
            return True
    return False
