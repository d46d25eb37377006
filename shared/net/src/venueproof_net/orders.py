"""One state per order and each fill once, whatever way and in whatever order the news arrives."""

from collections import OrderedDict

from msgspec.structs import replace

from venueproof_core.models import Fill, Order


class OrderTracker:
    """Merges replies and private events into one state per order, which never goes backwards.

    Args:
        capacity: Closed orders that are remembered; open ones always are.
    """

    def __init__(self, capacity: int = 10_000) -> None:
        self._orders: OrderedDict[tuple[str, str], Order] = OrderedDict()
        self._by_client_id: dict[tuple[str, str], str] = {}
        self._capacity = capacity

    def supersedes(self, new: Order, old: Order) -> bool:
        """Whether ``new`` is news after ``old``: terminal stays terminal, filled never shrinks."""
        if new.filled_quantity != old.filled_quantity:
            return new.filled_quantity > old.filled_quantity
        if old.is_open and new.is_open:
            if new.updated_time_ns is None or old.updated_time_ns is None:
                return True
            return new.updated_time_ns >= old.updated_time_ns
        return old.is_open

    def combine(self, old: Order, new: Order) -> Order:
        """One state from two reports of the same order, in whatever order they came."""
        latest, other = (new, old) if self.supersedes(new, old) else (old, new)
        if latest.is_open and not other.is_open:
            # A report of fills that was overtaken by the report of the end.
            latest = replace(latest, status=other.status)
        if not new.is_open:
            # Venues that let a cancel rename its order: the name we know it by is kept.
            latest = replace(latest, client_order_id=old.client_order_id)
        return replace(
            latest,
            filled_notional=latest.filled_notional
            if latest.filled_notional is not None
            else other.filled_notional,
            quantity=latest.quantity if latest.quantity is not None else other.quantity,
            created_time_ns=old.created_time_ns
            if old.created_time_ns is not None
            else new.created_time_ns,
            updated_time_ns=max(
                (t for t in (old.updated_time_ns, new.updated_time_ns) if t is not None),
                default=None,
            ),
        )

    def merge(self, report: Order) -> Order:
        """Take one report in and return what is now known of the order."""
        key = (report.symbol, report.venue_order_id)
        old = self._orders.get(key)
        state = report if old is None else self.combine(old, report)
        self._orders[key] = state
        self._by_client_id[report.symbol, state.client_order_id] = report.venue_order_id
        if not state.is_open:
            self._orders.move_to_end(key)
            self._forget()
        return state

    def refine(self, report: Order) -> Order:
        """Add what is known to a report from a history, without remembering an order that is not known."""
        known = self._orders.get((report.symbol, report.venue_order_id))
        return report if known is None else self.combine(known, report)

    def find(
        self, symbol: str, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> Order | None:
        """What is known of an order."""
        if venue_order_id is None and client_order_id is not None:
            venue_order_id = self._by_client_id.get((symbol, client_order_id))
        return None if venue_order_id is None else self._orders.get((symbol, venue_order_id))

    def open_orders(self) -> list[Order]:
        """Orders that, as far as is known, can still fill."""
        return [order for order in self._orders.values() if order.is_open]

    def symbols(self) -> list[str]:
        """Instruments with a known order."""
        return list(dict.fromkeys(symbol for symbol, _ in self._orders))

    def _forget(self) -> None:
        # Closed orders were moved to the end as they closed, so the first closed one is the oldest.
        if len(self._orders) <= self._capacity:
            return
        for key, order in self._orders.items():
            if not order.is_open:
                del self._orders[key]
                if self._by_client_id.get((key[0], order.client_order_id)) == key[1]:
                    del self._by_client_id[key[0], order.client_order_id]
                return


class FillDedupe:
    """Remembers which fills were delivered, so that each is delivered once.

    Args:
        capacity: Trade ids that are remembered.
    """

    def __init__(self, capacity: int = 50_000) -> None:
        self._seen: OrderedDict[tuple[str, str, str], None] = OrderedDict()
        self._newest: dict[str, Fill] = {}
        self._capacity = capacity

    def key(self, fill: Fill) -> tuple[str, str, str]:
        """What makes a fill this fill: the venue's trade id within the symbol, and our order.

        A trade with oneself is two fills of one trade id.
        """
        return fill.symbol, fill.trade_id, fill.venue_order_id

    def is_new(self, fill: Fill) -> bool:
        """Whether it was never seen before; it has been, from now on."""
        key = self.key(fill)
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > self._capacity:
            self._seen.popitem(last=False)
        newest = self._newest.get(fill.symbol)
        if newest is None or fill.venue_time_ns >= newest.venue_time_ns:
            self._newest[fill.symbol] = fill
        return True

    def newest(self) -> dict[str, Fill]:
        """The latest fill that was seen of each symbol."""
        return dict(self._newest)
