"""Finding out what happened: after a write of unknown outcome, and after a private stream was cut."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from venueproof_core import Clock
from venueproof_core.errors import UnknownOrderError, VenueError
from venueproof_core.models import Balance, Fill, Order
from venueproof_net.account_feed import AccountFeed
from venueproof_net.http import ClosedError
from venueproof_net.orders import OrderTracker

log = logging.getLogger(__name__)

T = TypeVar("T")


class AccountSource(Protocol):
    """Where recovery reads the account from: a connector's own reads."""

    async def open_orders(self, symbol: str | None = None) -> Sequence[Order]:
        """Open orders of all instruments."""
        ...

    async def order(
        self, symbol: str, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> Order:
        """One order."""
        ...

    async def fills(self, symbol: str, *, venue_order_id: str | None = None) -> Sequence[Fill]:
        """Fills of one order."""
        ...

    async def fills_after(self, symbol: str, newest: Fill | None, since_ns: int) -> Sequence[Fill]:
        """Fills from ``newest`` on; where there is none, those since a venue time."""
        ...

    async def balances(self) -> Sequence[Balance]:
        """Funds by currency."""
        ...


class Recovery:
    """Asks the venue, a bounded number of times, and never sends anything twice."""

    attempts = 4
    first_pause_s = 0.1

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def after_unknown(
        self, query: Callable[[], Awaitable[T]], is_settled: Callable[[T], bool]
    ) -> T | None:
        """Find out whether a write happened.

        Args:
            query: Reads the order or list, or raises ``UnknownOrderError`` while the venue does not know it.
            is_settled: Whether what was read shows the write's effect.

        Returns:
            What shows it; ``None`` if no answer did: the write may still happen.
        """
        for attempt in range(self.attempts):
            if attempt:
                await self._clock.sleep(self.first_pause_s * 2.0 ** (attempt - 1))
            try:
                found = await query()
            except UnknownOrderError:
                continue
            except ClosedError:
                return None
            except VenueError as error:
                log.warning("%s; asking again", error)
                continue
            if is_settled(found):
                return found
        return None

    async def after_cut(
        self,
        source: AccountSource,
        feed: AccountFeed,
        tracker: OrderTracker,
        *,
        newest: Mapping[str, Fill],
        since_ns: int,
    ) -> None:
        """Report to ``feed`` what happened while its stream was away.

        Args:
            newest: Latest fill by symbol that had come when the stream ended.
            since_ns: Venue time at which the stream was first opened.

        Raises:
            VenueError: The account could not be read; what was found so far has been reported.
        """
        before = tracker.open_orders()
        open_now = await source.open_orders()
        for order in open_now:
            feed.on_order(order)
        still_open = {(order.symbol, order.venue_order_id) for order in open_now}
        for known in before:
            if (known.symbol, known.venue_order_id) not in still_open:
                try:
                    feed.on_order(
                        await source.order(known.symbol, venue_order_id=known.venue_order_id)
                    )
                except UnknownOrderError as error:
                    log.warning("%s; it stays as it was last known", error)
        for symbol in tracker.symbols():
            for fill in await source.fills_after(symbol, newest.get(symbol), since_ns):
                feed.on_fill(fill)
        for balance in await source.balances():
            feed.on_balance_read(balance)
