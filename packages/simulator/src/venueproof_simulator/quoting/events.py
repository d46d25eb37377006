"""What the quote-driven core logs besides ``OrderChanged`` and ``BalanceChanged``.

The parts of one fill follow each other: ``OrderFilled``, ``TradeChanged`` for every trade it closed,
reduced or opened, ``PositionChanged``, ``BalanceChanged`` if money moved, ``AccountChanged``, then
``OrderChanged`` for the orders that followed a trade. Amounts of money are in the home asset.
"""

from enum import Enum

from venueproof_core.models import OrderStatus
from venueproof_simulator.margin import Valuation
from venueproof_simulator.quoting.ladder import Ladder
from venueproof_simulator.quoting.trades import MarginTrade, Position
from venueproof_simulator.venue_core import CoreEvent, OrderState


class LadderChanged(CoreEvent):
    """A new ladder is in force."""

    symbol: str
    ladder: Ladder


class OrderFilled(CoreEvent):
    """An order took from the ladder.

    Attributes:
        ladder: The one it was filled from.
        price: Volume-weighted over the buckets.
        notional: Price x quantity, in quote units.
        profit: Realised on the trades it closed or reduced; negative is a loss.
        commission: Positive cost, not contained in ``profit``.
        balance: After the fill.
    """

    order: OrderState
    ladder: Ladder
    quantity: int
    price: int
    notional: int
    status: OrderStatus
    filled_quantity: int
    filled_notional: int
    profit: int
    commission: int
    balance: int


class TradeEvent(Enum):
    """What happened to a trade."""

    OPENED = "OPENED"
    REDUCED = "REDUCED"
    CLOSED = "CLOSED"
    FINANCED = "FINANCED"


class TradeChanged(CoreEvent):
    """A trade was opened, reduced, closed or financed.

    Attributes:
        units: Signed change: a trade of +100 closes with -100. 0 when financed.
        remaining_units: Signed, after the change.
        price: Of the fill; the middle when financed.
        profit: Realised by this change.
        financing: Credited (positive) or charged by this change.
        order_id: The order that filled; ``None`` when financed.
    """

    kind: TradeEvent
    trade: MarginTrade
    units: int
    remaining_units: int
    price: int
    profit: int
    financing: int
    order_id: int | None


class PositionChanged(CoreEvent):
    """An account's position in an instrument is now this."""

    account: str
    symbol: str
    position: Position


class AccountChanged(CoreEvent):
    """An account's worth right after its funds or trades changed. Moving prices log nothing."""

    account: str
    valuation: Valuation
