"""Order lists: orders whose fates are tied. What a core that takes them says and is asked.

One cancels the other (OCO): a pair of which at most one executes. One triggers the other (OTO): a working
order, and one order or an OCO pair that is held back until the working order has filled completely.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

import msgspec

from venueproof_simulator.venue_core import CoreEvent, OrderState, SubmitOrder, VenueCore


class Contingency(Enum):
    """How the legs of a list are tied."""

    OCO = "OCO"
    OTO = "OTO"


class SubmitList(msgspec.Struct, kw_only=True):
    """An order list as it reaches the core, past the dialect's parameter checks and filters.

    Attributes:
        legs: OCO: the pair, which is of one side and quantity, one of them at most a post-only LIMIT order, the
            others waiting for a stop price. OTO: a LIMIT order, then what it triggers: one order of any type
            (not MARKET by quote), or a pair.
        paid_lot: OTO whose working order buys what the others sell: their quantity is what it has received, cut
            to this lot. Until then the quantity they came with stands for it, and the receipts are locked.
        attributes: Whatever the dialect must remember with the list.
    """

    account: str
    symbol: str
    client_list_id: str
    contingency: Contingency
    legs: tuple[SubmitOrder, ...]
    paid_lot: int | None = None
    attributes: dict[str, object] | None = None


class OrderList(msgspec.Struct, kw_only=True):
    """A list inside a core, live: later calls change it.

    Attributes:
        list_id: Rises by one per accepted list of the venue.
        legs: As submitted, with rising order ids.
        is_open: A leg is still open.
        received: What the working order has bought for the held legs, in base units, where it pays for them.
    """

    list_id: int
    account: str
    symbol: str
    client_list_id: str
    contingency: Contingency
    legs: tuple[OrderState, ...]
    created_time_ns: int
    updated_time_ns: int
    is_open: bool = True
    paid_lot: int | None = None
    received: int = 0
    attributes: dict[str, object] | None = None

    @property
    def working(self) -> OrderState | None:
        """The order that others are held back for; ``None`` in an OCO."""
        return self.legs[0] if self.contingency is Contingency.OTO else None

    @property
    def triggered(self) -> tuple[OrderState, ...]:
        """What the working order triggers; nothing in an OCO."""
        return self.legs[1:] if self.contingency is Contingency.OTO else ()

    @property
    def pair(self) -> tuple[OrderState, ...]:
        """The two that cancel each other; nothing in an OTO of two."""
        legs = self.legs if self.contingency is Contingency.OCO else self.legs[1:]
        return legs if len(legs) == 2 else ()


class ListEvent(Enum):
    """What happened to a list, its legs apart (those tell of themselves)."""

    STARTED = "STARTED"
    UPDATED = "UPDATED"
    DONE = "DONE"


class ListChanged(CoreEvent, gc=False):
    """A list was accepted (before its legs), a leg got another client order id, or the last leg ended."""

    kind: ListEvent
    order_list: OrderList


class ListCore(VenueCore, Protocol):
    """A core that takes order lists. Cancelling a leg cancels its list; amending one of a pair amends both."""

    def submit_list(self, request: SubmitList, *, time_ns: int) -> OrderList:
        """Take a list: all of its legs, or none."""
        ...

    def cancel_list(
        self, list_id: int, *, time_ns: int, request_id: str | None = None
    ) -> OrderList:
        """Cancel every open leg; ``request_id`` becomes their client order id."""
        ...

    def order_list(self, list_id: int) -> OrderList | None:
        """A list, open or not."""
        ...

    def order_lists(self, account: str) -> Sequence[OrderList]:
        """An account's lists, open or not, by rising id."""
        ...
