"""The legs of an order list, read from parameters with a prefix, and the rules of a pair.

Source: REST page, "New order list"; error codes page.
"""

from __future__ import annotations

from collections.abc import Container
from copy import copy
from typing import TYPE_CHECKING

from venueproof_binance.dialect import errors
from venueproof_binance.dialect.placement import TYPES, read
from venueproof_core.models import OrderType, Side
from venueproof_simulator.toolkit import Call, Refuse
from venueproof_simulator.venue_core import SubmitOrder

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

# What follows the prefix of a leg, and what the same is called in a single order.
SUFFIXES = {
    "ClientOrderId": "newClientOrderId",
    "Price": "price",
    "StopPrice": "stopPrice",
    "TrailingDelta": "trailingDelta",
    "TimeInForce": "timeInForce",
    "IcebergQty": "icebergQty",
    "StrategyId": "strategyId",
    "StrategyType": "strategyType",
    "PegPriceType": "pegPriceType",
    "PegOffsetType": "pegOffsetType",
    "PegOffsetValue": "pegOffsetValue",
}
_LIMIT_MAKER, _TAKE_PROFIT, _STOP_LOSS = "a limit", "a take profit", "a stop loss"
_KINDS = {
    "LIMIT_MAKER": _LIMIT_MAKER,
    "TAKE_PROFIT": _TAKE_PROFIT,
    "TAKE_PROFIT_LIMIT": _TAKE_PROFIT,
    "STOP_LOSS": _STOP_LOSS,
    "STOP_LOSS_LIMIT": _STOP_LOSS,
}
# Kind of leg, side of the pair: where it must stand, and the code if it does not.
_PLACES = {
    (_LIMIT_MAKER, "BUY"): ("below", -1165),
    (_LIMIT_MAKER, "SELL"): ("above", -1166),
    (_STOP_LOSS, "BUY"): ("above", -1196),
    (_STOP_LOSS, "SELL"): ("below", -1197),
    (_TAKE_PROFIT, "BUY"): ("below", -1198),
    (_TAKE_PROFIT, "SELL"): ("above", -1199),
}


def names_of(*prefixes: str, without: Container[str] = ()) -> str:
    """The optional parameters of legs with these prefixes."""
    suffixes = [suffix for suffix in SUFFIXES if suffix not in without]
    return " ".join(f"{prefix}{suffix}" for prefix in prefixes for suffix in suffixes)


def leg(
    dialect: BinanceDialect, call: Call, prefix: str, *, kind: str, side: str, quantity: str
) -> SubmitOrder:
    """One leg as an order; what is wrong is told by the name that was sent.

    Raises:
        Refuse: Whatever is wrong first.
    """
    given = call.parameters
    names = {inner: f"{prefix}{suffix}" for suffix, inner in SUFFIXES.items()}
    names |= {"quantity": quantity, "type": kind, "side": side}
    names |= {name: name for name in ("symbol", "selfTradePreventionMode", "newOrderRespType")}
    single = copy(call)
    single.parameters = {inner: given[name] for inner, name in names.items() if name in given}
    if "icebergQty" in single.parameters and single.parameters.get("timeInForce", "GTC") != "GTC":
        raise Refuse(
            -1160,
            f"Parameter '{names['icebergQty']}' is not supported if"
            " `aboveTimeInForce`/`belowTimeInForce` is not GTC.",
        )
    try:
        return read(dialect, single)
    except Refuse as refusal:
        for inner, name in names.items():
            refusal.message = refusal.message.replace(f"'{inner}'", f"'{name}'")
        raise


def pair(
    dialect: BinanceDialect, call: Call, above: str, below: str, *, side: str, quantity: str
) -> tuple[SubmitOrder, SubmitOrder]:
    """Two legs that cancel each other, the one that waits for a stop price first.

    Raises:
        Refuse: Whatever is wrong first.
    """
    given = call.parameters
    if given[side] not in Side.__members__:
        raise Refuse(-1117, "Invalid side.")
    kinds = []
    for prefix in (above, below):
        name = given.get(f"{prefix}Type")
        if name is None:
            raise errors.missing(f"{prefix}Type")
        if name not in TYPES:
            raise Refuse(-1116, "Invalid orderType.")
        if name not in _KINDS:
            raise Refuse(-1158, "Order type not supported in OCO.")
        kinds.append(_KINDS[name])
    if kinds == [_LIMIT_MAKER, _LIMIT_MAKER]:
        raise Refuse(-1168, "At least one OCO order must be contingent.")
    for kind, place in zip(kinds, ("above", "below"), strict=True):
        right, code = _PLACES[kind, given[side]]
        if place != right:
            text = f"{kind.capitalize()} order in a {given[side].lower()} OCO must be {right}."
            raise Refuse(code, text)
    legs = [
        leg(dialect, call, prefix, kind=f"{prefix}Type", side=side, quantity=quantity)
        for prefix in (above, below)
    ]
    bounds = [_reference(order) for order in legs]
    if None not in bounds and bounds[0] <= bounds[1]:  # type: ignore[operator]
        raise wrong_prices()
    first, second = sorted(legs, key=lambda order: order.order_type is OrderType.LIMIT)
    return first, second


def check_against(last_price: int, legs: tuple[SubmitOrder, SubmitOrder]) -> None:
    """The last price lies between the two.

    Raises:
        Refuse: -2010: it does not.
    """
    bounds = [bound for bound in map(_reference, legs) if bound is not None]
    if len(bounds) == 2 and not min(bounds) < last_price < max(bounds):
        raise wrong_prices()


def wrong_prices() -> Refuse:
    """Above is not above, or below not below."""
    return Refuse(-2010, "The relationship of the prices for the orders is not correct.")


def _reference(order: SubmitOrder) -> int | None:
    # An order that only trails has no price that could stand on the wrong side.
    return order.price if order.order_type is OrderType.LIMIT else order.stop_price
