"""What a quote-driven order carries beyond the shared fields, and when its trigger is reached.

How the shared fields read here: ``stop_price`` is the trigger of the STOP and TAKE_PROFIT families;
``price`` is the worst price acceptable, for every type. An order of a limit type waits while the ladder
is beyond it; any other type expires. A MARKET order is FOK unless it says IOC.
"""

from enum import Enum

import msgspec

from venueproof_core.models import OrderType, Side
from venueproof_simulator.quoting.ladder import Ladder, is_worse
from venueproof_simulator.venue_core import OrderState, SubmitOrder

TERMS = "terms"
"""Key of an order's ``attributes`` under which its ``Terms`` stand."""

LIMIT_TYPES = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT})
STOP_TYPES = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})


class PositionFill(Enum):
    """What a fill may do to opposite trades. DEFAULT: REDUCE_FIRST, and OPEN_ONLY on hedging accounts."""

    DEFAULT = "DEFAULT"
    OPEN_ONLY = "OPEN_ONLY"
    REDUCE_FIRST = "REDUCE_FIRST"
    REDUCE_ONLY = "REDUCE_ONLY"


class TriggerBy(Enum):
    """Which price reaches a trigger. DEFAULT: the side the order fills at; INVERSE: the other one."""

    DEFAULT = "DEFAULT"
    INVERSE = "INVERSE"
    BID = "BID"
    ASK = "ASK"
    MIDDLE = "MIDDLE"


class Origin(Enum):
    """Why an order exists."""

    CLIENT = "CLIENT"
    TRADE_CLOSE = "TRADE_CLOSE"
    POSITION_CLOSE = "POSITION_CLOSE"
    MARGIN_CLOSEOUT = "MARGIN_CLOSEOUT"


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Put under ``TERMS`` into the attributes of a ``SubmitOrder``.

    Attributes:
        expires_time_ns: When ``advance`` ends it; needed with GTD and DAY.
        trade_id: The one open trade that the order reduces or closes. Waiting, it follows the trade's
            units and ends with it.
        trailing_distance: A STOP's trigger follows the price that closes the trade at this distance.
    """

    position_fill: PositionFill = PositionFill.DEFAULT
    trigger_by: TriggerBy = TriggerBy.DEFAULT
    expires_time_ns: int | None = None
    trade_id: int | None = None
    origin: Origin = Origin.CLIENT
    trailing_distance: int | None = None


_PLAIN = Terms()


def terms_of(order: SubmitOrder | OrderState) -> Terms:
    """An order's terms; the plain ones if it carries none."""
    found = (order.attributes or {}).get(TERMS, _PLAIN)
    if not isinstance(found, Terms):
        raise TypeError(f"attribute {TERMS!r} must be Terms, not {type(found).__name__}")
    return found


def is_reached(order: OrderState, ladder: Ladder) -> bool:
    """Whether the ladder is at the order's trigger, or at the price of a LIMIT order."""
    trigger = order.price if order.order_type is OrderType.LIMIT else order.stop_price
    if trigger is None:
        return True
    twice = _twice_reference(terms_of(order).trigger_by, order.side, ladder)
    if twice is None:
        return False
    if order.order_type in STOP_TYPES:
        return not is_worse(2 * trigger, twice, order.side)
    return not is_worse(twice, 2 * trigger, order.side)


def trail(order: OrderState, ladder: Ladder) -> None:
    """Move a trailing trigger in the favour of the trade that it guards; it never goes back."""
    distance = terms_of(order).trailing_distance
    price = ladder.bid if order.side is Side.SELL else ladder.ask
    if distance is None or price is None or order.stop_price is None:
        return
    if order.side is Side.SELL:
        order.stop_price = max(order.stop_price, price - distance)
    else:
        order.stop_price = min(order.stop_price, price + distance)


# Doubled, so that a middle between two ticks stays an integer.
def _twice_reference(by: TriggerBy, side: Side, ladder: Ladder) -> int | None:
    bid, ask = ladder.bid, ladder.ask
    if by is TriggerBy.MIDDLE:
        return None if bid is None or ask is None else bid + ask
    if by in (TriggerBy.DEFAULT, TriggerBy.INVERSE):
        is_ask = (side is Side.BUY) is (by is TriggerBy.DEFAULT)
    else:
        is_ask = by is TriggerBy.ASK
    chosen = ask if is_ask else bid
    return None if chosen is None else 2 * chosen
