"""What the event log tells of orders beyond their state: why they expired, which matches were prevented.

Read when somebody asks, each event once. Source: STP FAQ; REST page, "Query prevented matches"; enum page.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from venueproof_core.models import OrderStatus
from venueproof_simulator.venue_core import (
    SCALE,
    ExpiryReason,
    OrderChanged,
    OrderEvent,
    OrderState,
    Traded,
)

if TYPE_CHECKING:
    from venueproof_simulator.venue_core import Event
    from venueproof_simulator.world import World


class PreventedMatch(msgspec.Struct, kw_only=True):
    """Two orders of one account that met, in units.

    Attributes:
        quantity: What they would have traded.
        taker_quantity: Taken away from the taker, if its mode is at its own cost.
        maker_quantity: Likewise of the maker.
    """

    match_id: int
    taker: OrderState
    maker: OrderState
    time_ns: int
    quantity: int
    taker_quantity: int = 0
    maker_quantity: int = 0

    @property
    def price(self) -> int:
        """At which they would have traded: the maker's."""
        assert self.maker.price is not None
        return self.maker.price

    @property
    def notional(self) -> int:
        """What they would have traded, in quote units."""
        return self.price * self.quantity // SCALE

    def counter_of(self, order: OrderState) -> OrderState:
        """The other order."""
        return self.maker if order is self.taker else self.taker


class OrderLog:
    """Reasons of expiry, and prevented matches numbered from 1, of one world."""

    def __init__(self, world: World) -> None:
        self._core = world.core
        self._log = world.core.log
        self._read = 0
        self._all: list[PreventedMatch] = []
        self._of_order: dict[int, list[PreventedMatch]] = defaultdict(list)
        self._of_event: dict[int, tuple[PreventedMatch, int]] = {}
        self._so_far: dict[int, int] = {}
        self._expired: dict[int, ExpiryReason] = {}

    def expiry_of(self, order: OrderState) -> ExpiryReason | None:
        """Why the order expired, if it did."""
        if order.status is not OrderStatus.EXPIRED:
            return None
        self._catch_up()
        return self._expired.get(order.order_id)

    def matches_of(self, order: OrderState) -> list[PreventedMatch]:
        """The order's, oldest first."""
        self._catch_up()
        return self._of_order.get(order.order_id, [])

    def match_of(self, event: OrderChanged) -> tuple[PreventedMatch, int]:
        """The match that an event tells of, and the quantity that this event took away."""
        self._catch_up()
        return self._of_event[event.sequence]

    def matches(self, account: str, symbol: str) -> list[PreventedMatch]:
        """The account's on one symbol, oldest first."""
        self._catch_up()
        return [
            match
            for match in self._all
            if match.taker.account == account and match.taker.symbol == symbol
        ]

    def _catch_up(self) -> None:
        for place in range(self._read, len(self._log)):
            event = self._log[place]
            if not isinstance(event, OrderChanged):
                continue
            if event.kind is OrderEvent.PREVENTED:
                self._add(event)
            elif event.kind is OrderEvent.EXPIRED and event.reason is not None:
                self._expired[event.order.order_id] = event.reason
        self._read = len(self._log)

    def _add(self, event: OrderChanged) -> None:
        order = event.order
        counter = self._core.order(event.counter_order_id or 0)
        assert counter is not None
        taken = event.prevented_quantity - self._so_far.get(order.order_id, 0)
        self._so_far[order.order_id] = event.prevented_quantity
        is_maker = _is_before(order, counter)
        taker, maker = (counter, order) if is_maker else (order, counter)
        # Where both sides lose, the maker's event and then the taker's tell of one match.
        before = self._of_event.get(event.sequence - 1)
        match = before[0] if before and not is_maker and before[0].taker is taker else None
        if match is None:
            filled, quantity = _filled_and_quantity(self._log, event.sequence - 1, counter)
            left = quantity - filled - self._so_far.get(counter.order_id, 0)
            match = PreventedMatch(
                match_id=len(self._all) + 1,
                taker=taker,
                maker=maker,
                time_ns=event.time_ns,
                quantity=min(taken, left),
            )
            self._all.append(match)
            for one in (taker, maker):
                self._of_order[one.order_id].append(match)
        if is_maker:
            match.maker_quantity = taken
        else:
            match.taker_quantity = taken
        self._of_event[event.sequence] = (match, taken)


def _is_before(order: OrderState, other: OrderState) -> bool:
    """Whether ``order`` was on the book when ``other`` came to take."""
    mine, others = order.working_time_ns or 0, other.working_time_ns or 0
    return (mine, order.order_id) < (others, other.order_id)


def _filled_and_quantity(log: list[Event], place: int, order: OrderState) -> tuple[int, int]:
    """What had filled of an order, and its whole quantity, before the event at this place of the log."""
    filled: int | None = None
    while place > 0:
        place -= 1
        event = log[place]
        if isinstance(event, Traded) and filled is None and order in (event.taker, event.maker):
            is_taker = event.taker is order
            filled = event.taker_filled_quantity if is_taker else event.maker_filled_quantity
        elif isinstance(event, OrderChanged) and event.order is order:
            return (event.filled_quantity if filled is None else filled), event.quantity
    return filled or 0, order.quantity
