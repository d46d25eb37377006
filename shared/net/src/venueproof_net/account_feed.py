"""Gives every reader of the private streams its orders, fills and balances: each once, never backwards."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

from venueproof_core import Outcome
from venueproof_core.errors import DisconnectedError
from venueproof_core.models import Balance, Fill, Order
from venueproof_net.inbox import GAP, Inbox
from venueproof_net.orders import FillDedupe, OrderTracker

_REMEMBERED = 10_000


class AccountReader(AsyncIterator[Any]):
    """One reader's place in a feed."""

    def __init__(self, venue: str, inbox: Inbox) -> None:
        self._venue = venue
        self._inbox = inbox

    async def __anext__(self) -> Any:
        """The next value.

        Raises:
            DisconnectedError: The reader was too slow, and values were dropped: read the state over REST.
        """
        item = await self._inbox.get()
        if item is GAP:
            raise DisconnectedError(
                "the reader fell too far behind and values were dropped; open the stream again and "
                "read the state over REST",
                venue=self._venue,
                operation="stream",
                outcome=Outcome.NOT_APPLIED,
            )
        return item


class AccountFeed:
    """Fans reports out to readers, filtered by the tracker and the dedupe that the connector shares."""

    def __init__(self, tracker: OrderTracker, dedupe: FillDedupe, *, venue: str) -> None:
        self._tracker = tracker
        self._dedupe = dedupe
        self._venue = venue
        self._told: dict[tuple[str, str], Order] = {}
        self._streamed: dict[tuple[str, str], Decimal] = {}
        self._fills: dict[tuple[str, str], Decimal] = {}
        self._balances: dict[str, Balance] = {}
        self.readers: dict[type, list[Inbox]] = {Order: [], Fill: [], Balance: []}

    def open(self, kind: type) -> tuple[AccountReader, Inbox]:
        """Add a reader of ``Order``, ``Fill`` or ``Balance``."""
        inbox = Inbox()
        self.readers[kind].append(inbox)
        return AccountReader(self._venue, inbox), inbox

    def close(self, kind: type, inbox: Inbox) -> None:
        """Take a reader away."""
        self.readers[kind].remove(inbox)
        inbox.end()

    def on_order(self, report: Order) -> None:
        """The stream, or recovery, reports an order."""
        state = self._tracker.merge(report)
        key = (state.symbol, state.venue_order_id)
        filled = max(self._streamed.get(key, report.filled_quantity), report.filled_quantity)
        _remember(self._streamed, key, filled)
        told = self._told.get(key)
        if told is not None and _is_same(told, state):
            return
        _remember(self._told, key, state)
        self._tell(Order, state)

    def misses_fill(self, report: Order, fill: Fill | None) -> bool:
        """Whether a report's cumulative quantity shows that a fill before it never came.

        Ask before the report goes to ``on_order``.
        """
        before = self._streamed.get((report.symbol, report.venue_order_id))
        if before is None:
            return False
        return report.filled_quantity > before + (fill.quantity if fill is not None else 0)

    def on_fill(self, fill: Fill) -> None:
        """The stream, or recovery, reports a fill."""
        if self._dedupe.is_new(fill):
            key = (fill.symbol, fill.venue_order_id)
            _remember(self._fills, key, self._fills.get(key, Decimal(0)) + fill.quantity)
            self._tell(Fill, fill)

    def streamed_quantity(self, order: Order) -> Decimal:
        """What the fills of an order that were reported so far add up to."""
        return self._fills.get((order.symbol, order.venue_order_id), Decimal(0))

    def on_balance(self, balance: Balance) -> None:
        """The stream reports a balance."""
        self._balances[balance.currency] = balance
        self._tell(Balance, balance)

    def on_balance_read(self, balance: Balance) -> None:
        """Recovery read a balance: news only if it differs from the last that was told."""
        told = self._balances.get(balance.currency)
        if told != balance and (told is not None or balance.available or balance.locked):
            self.on_balance(balance)

    def end(self, error: Exception | None) -> None:
        """No more will come."""
        for inboxes in self.readers.values():
            for inbox in inboxes:
                inbox.end(error)

    def _tell(self, kind: type, value: object) -> None:
        for inbox in self.readers[kind]:
            inbox.put(value)


def _remember(table: dict[Any, Any], key: Any, value: Any) -> None:
    table[key] = value
    if len(table) > _REMEMBERED:
        # The oldest goes. At worst a state of a very old order is told once more.
        del table[next(iter(table))]


def _is_same(told: Order, state: Order) -> bool:
    return (
        told.status is state.status
        and told.filled_quantity == state.filled_quantity
        and told.quantity == state.quantity
    )
