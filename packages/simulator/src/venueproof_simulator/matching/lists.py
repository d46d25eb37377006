"""What ties the legs of an order list: which shapes there are, what legs lock, when one ends the other. Pure."""

from venueproof_core.models import OrderStatus, OrderType
from venueproof_simulator.matching.resting import need
from venueproof_simulator.matching.sizing import is_pending
from venueproof_simulator.order_lists import Contingency, OrderList, SubmitList
from venueproof_simulator.venue_core import SCALE, InstrumentRules, OrderState, SubmitOrder

_LIMIT = OrderType.LIMIT
_MARKET = OrderType.MARKET


def check_shape(request: SubmitList) -> None:
    """See that the legs are such as a list has.

    Raises:
        ValueError: They are not.
    """
    legs = request.legs
    is_oco = request.contingency is Contingency.OCO
    if len(legs) not in ((2,) if is_oco else (2, 3)):
        raise ValueError(f"{len(legs)} legs: {request}")
    if any((leg.account, leg.symbol) != (request.account, request.symbol) for leg in legs):
        raise ValueError(f"legs of another account or symbol: {request}")
    if not is_oco and (legs[0].order_type is not _LIMIT or legs[1].quantity is None):
        raise ValueError(f"working leg without a limit price, or leg by quote: {request}")
    pair = legs if is_oco else legs[1:] if len(legs) == 3 else ()
    if pair and not (
        pair[0].side is pair[1].side
        and pair[0].quantity == pair[1].quantity
        and sum(leg.order_type is _LIMIT for leg in pair) <= 1
        and all(leg.order_type is not _LIMIT or leg.post_only for leg in pair)
        and all(leg.order_type is not _MARKET for leg in pair)
    ):
        raise ValueError(f"no pair of which one cancels the other: {request}")


def leg_of(
    request: SubmitOrder,
    quantity: int,
    *,
    order_id: int,
    list_id: int,
    is_held: bool,
    time_ns: int,
) -> OrderState:
    """A leg as it is accepted: held, waiting for its stop price, or about to work."""
    works = not is_held and not is_pending(request.order_type)
    return OrderState(
        order_id=order_id,
        account=request.account,
        symbol=request.symbol,
        side=request.side,
        order_type=request.order_type,
        client_order_id=request.client_order_id,
        quantity=quantity,
        quote_quantity=None,
        price=request.price,
        stop_price=request.stop_price,
        time_in_force=request.time_in_force,
        post_only=request.post_only,
        self_trade_prevention=request.self_trade_prevention,
        status=OrderStatus.NEW,
        display_quantity=request.display_quantity,
        is_working=works,
        created_time_ns=time_ns,
        updated_time_ns=time_ns,
        working_time_ns=time_ns if works else None,
        attributes=request.attributes,
        remaining_quantity=quantity,
        list_id=list_id,
        is_held=is_held,
        trailing_delta=request.trailing_delta,
    )


def falls_short(rules: InstrumentRules, leg: OrderState, quantity: int) -> bool:
    """Whether an order of this quantity would be below what the instrument takes."""
    price = leg.stop_price if leg.price is None else leg.price
    notional = None if price is None else price * quantity // SCALE
    return quantity < max(rules.minimum_quantity, 1) or (
        notional is not None and notional < (rules.minimum_notional or 0)
    )


def other_of(order_list: OrderList, order: OrderState) -> OrderState | None:
    """The leg that goes when ``order`` executes or ends, if there is one and it is still open."""
    pair = order_list.pair
    if not any(leg is order for leg in pair):
        return None
    return next((leg for leg in pair if leg is not order and leg.remaining_quantity), None)


def held_legs(order_list: OrderList) -> list[OrderState]:
    """The legs that wait for the working order to fill."""
    return [leg for leg in order_list.triggered if leg.is_held]


def is_touched(leg: OrderState) -> bool:
    """Whether a leg of a pair has begun to execute, or has ended: then the other one goes."""
    if not leg.remaining_quantity or leg.filled_quantity or leg.prevented_quantity:
        return True
    # A LIMIT order works from its start, one that waits for a stop price once it has triggered.
    return leg.is_working and leg.order_type is not _LIMIT


def locks(order_list: OrderList) -> list[tuple[OrderState, int]]:
    """Each open leg, and what it must have locked.

    At most one of a pair executes, so together they lock what the dearer one needs: the one that may rest
    on the book its own need, the other what it needs beyond that.
    """
    pair = [leg for leg in order_list.pair if leg.remaining_quantity]
    beyond: dict[int, int] = {}
    if len(pair) == 2:
        bearer, other = sorted(pair, key=lambda leg: leg.order_type is not _LIMIT)
        beyond[other.order_id] = max(0, need(other) - need(bearer))
    if order_list.received and (held := held_legs(order_list)):
        beyond[held[0].order_id] = order_list.received
    return [
        (leg, beyond.get(leg.order_id, need(leg)))
        for leg in order_list.legs
        if leg.remaining_quantity
    ]
