"""A local order book: exact integers inside, ``Decimal`` only where somebody looks at it."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from venueproof_core import Outcome
from venueproof_core.errors import MalformedMessageError, SequenceGapError
from venueproof_core.models import Level, OrderBook
from venueproof_net.units import units_reader

WireLevels = Sequence[tuple[str, str]]
_BEYOND_ANY_PRICE = 1 << 128
_REMEMBERED_PRICES = 20_000


class BookChange(NamedTuple):
    """An incremental change, numbers still as the venue wrote them.

    Attributes:
        first: The first book version it covers.
        last: The version it brings the book to.
        book_version: What the venue calls the book then, where changes are numbered otherwise.
    """

    first: int
    last: int
    bids: WireLevels
    asks: WireLevels
    venue_time_ns: int | None = None
    received_time_ns: int | None = None
    book_version: int | None = None


class BookSnapshot(NamedTuple):
    """A full image, numbers still as the venue wrote them.

    Attributes:
        limit: Levels a side that were asked for. A side with fewer is complete; one with as many ends
            where the image ends, and what lies beyond is unknown.
        book_version: What the venue calls the book, where its changes are numbered otherwise.
    """

    version: int
    bids: WireLevels
    asks: WireLevels
    limit: int | None = None
    book_version: int | None = None


class _Side:
    """Prices in rising order, the quantity at each, and the levels somebody has looked at."""

    __slots__ = ("prices", "quantities", "shown")

    def __init__(self) -> None:
        self.prices: list[int] = []
        self.quantities: dict[int, int] = {}
        self.shown: dict[int, Level] = {}

    def clear(self) -> None:
        self.prices.clear()
        self.quantities.clear()
        self.shown.clear()


class LocalBook:
    """The book of one instrument, kept in step with its venue.

    Changes that come before the snapshot are held; ``load`` puts the snapshot in and replays them. Each
    change must continue the one before, else ``SequenceGapError``: then ``reset``, and load a new snapshot.

    Args:
        digits: Decimals of prices and quantities that can occur; more are refused, never rounded.
    """

    def __init__(self, symbol: str, *, venue: str, digits: int = 8) -> None:
        self.symbol = symbol
        self.version = 0
        self.book_version: int | None = None
        self.is_ready = False
        self.venue_time_ns: int | None = None
        self.received_time_ns: int | None = None
        self.venue = venue
        self._read = units_reader(digits)
        self._prices: dict[str, int] = {}
        self._unit = Decimal(1).scaleb(-digits)
        self._bids = _Side()
        self._asks = _Side()
        self._held: list[BookChange] = []
        self._limit: int | None = None
        self._lowest_bid = 0
        self._highest_ask = _BEYOND_ANY_PRICE

    # ------------------------------------------------------------ decisions

    def is_stale(self, last: int) -> bool:
        """Whether a change that ends at ``last`` brings nothing that is not known."""
        return last <= self.version

    def continues(self, first: int, last: int) -> bool:  # noqa: ARG002 - overrides may need it
        """Whether a change that covers ``first`` to ``last`` leaves nothing out after this version."""
        return first <= self.version + 1

    def is_deletion(self, quantity: int, text: str) -> bool:  # noqa: ARG002 - overrides may need it
        """Whether a quantity takes its level away: zero, however it is written."""
        return quantity == 0

    def hold(self, change: BookChange) -> None:
        """Keep a change that came before its snapshot."""
        self._held.append(change)

    def bounds(self, bids: Sequence[int], asks: Sequence[int]) -> tuple[int, int]:
        """Lowest bid and highest ask that are known, from the prices of a snapshot, best first."""
        limit = self._limit
        lowest = bids[-1] if limit is not None and bids and len(bids) >= limit else 0
        has_end = limit is not None and asks and len(asks) >= limit
        return lowest, asks[-1] if has_end else _BEYOND_ANY_PRICE

    def reset(self) -> None:
        """Forget everything: nothing of the old state may survive into the new one."""
        self.is_ready = False
        self.version = 0
        self._bids.clear()
        self._asks.clear()
        self._held.clear()

    # ------------------------------------------------------------ changes

    def load(self, snapshot: BookSnapshot) -> None:
        """Become the snapshot, then replay what was held.

        Raises:
            SequenceGapError: The snapshot is older than the first held change; what is held stays, for the
                next one.
            MalformedMessageError: It holds something that is no number.
        """
        held = list(self._held)
        self.reset()
        self._limit = snapshot.limit
        self._lowest_bid, self._highest_ask = 0, _BEYOND_ANY_PRICE
        self._set(self._bids, snapshot.bids)
        self._set(self._asks, snapshot.asks)
        self._lowest_bid, self._highest_ask = self.bounds(
            self._bids.prices[::-1], self._asks.prices
        )
        self.version = snapshot.version
        self.book_version = snapshot.book_version
        self.is_ready = True
        try:
            for change in held:
                self.apply(change)
        except SequenceGapError:
            self.reset()
            self._held = [change for change in held if change.last > snapshot.version]
            raise

    def apply(self, change: BookChange) -> bool:
        """Apply one change; return whether it brought anything.

        Raises:
            SequenceGapError: A change is missing before this one.
            MalformedMessageError: It holds something that is no number. The book is not ready any more.
        """
        first, last, bids, asks, venue_time_ns, received_time_ns, book_version = change
        if self.is_stale(last):
            return False
        if not self.continues(first, last):
            raise SequenceGapError(
                f"depth gap on {self.symbol}: expected {self.version + 1}, received {first}; resynchronise",
                expected=self.version + 1,
                received=first,
                venue=self.venue,
                operation="order_book",
                outcome=Outcome.NOT_APPLIED,
            )
        self._set(self._bids, bids)
        self._set(self._asks, asks)
        self.version = last
        self.book_version = book_version
        self.venue_time_ns = venue_time_ns
        self.received_time_ns = received_time_ns
        return True

    def _set(self, side: _Side, levels: Iterable[tuple[str, str]]) -> None:
        # The hot path of every stream of depth: local names, one pass, no Decimal. The same prices come
        # again and again, so their text is looked up; quantities seldom do.
        read, is_deletion, known = self._read, self.is_deletion, self._prices
        if len(known) > _REMEMBERED_PRICES:
            known.clear()
        prices, quantities, shown = side.prices, side.quantities, side.shown
        lowest = self._lowest_bid if side is self._bids else 0
        highest = self._highest_ask if side is self._asks else _BEYOND_ANY_PRICE
        try:
            for price_text, quantity_text in levels:
                price = known.get(price_text)
                if price is None:
                    price = known[price_text] = read(price_text)
                quantity = read(quantity_text)
                if is_deletion(quantity, quantity_text):
                    if quantities.pop(price, None) is not None:
                        del prices[bisect_left(prices, price)]
                        shown.pop(price, None)
                elif price in quantities:
                    quantities[price] = quantity
                    shown.pop(price, None)
                elif lowest <= price <= highest:
                    insort(prices, price)
                    quantities[price] = quantity
                if quantity < 0:
                    raise ValueError(f"{quantity_text!r} is a negative quantity")
        except (ValueError, TypeError) as error:
            self.is_ready = False
            raise MalformedMessageError(
                f"a level of {self.symbol} cannot be read: {error}",
                text=repr(levels)[:200],
                venue=self.venue,
                operation="order_book",
                outcome=Outcome.NOT_APPLIED,
            ) from error

    # ------------------------------------------------------------ views

    def is_thin(self, depth: int | None) -> bool:
        """Whether so many known levels are gone that the window must be fetched anew to show ``depth``."""
        limit = self._limit
        if limit is None:
            return False
        wanted = min(limit // 10 if depth is None else depth, limit // 2)
        return (self._lowest_bid > 0 and len(self._bids.prices) < wanted) or (
            self._highest_ask < _BEYOND_ANY_PRICE and len(self._asks.prices) < wanted
        )

    def best(self) -> tuple[int | None, int | None]:
        """Best bid and ask, in units."""
        bids, asks = self._bids.prices, self._asks.prices
        return (bids[-1] if bids else None), (asks[0] if asks else None)

    def view(self, depth: int | None = None) -> OrderBook:
        """The book as it is now, at most ``depth`` levels a side."""
        bids, asks = self._bids.prices, self._asks.prices
        highest_bids = bids[::-1] if depth is None else bids[: -depth - 1 : -1]
        return OrderBook(
            symbol=self.symbol,
            bids=self._show(self._bids, highest_bids),
            asks=self._show(self._asks, asks if depth is None else asks[:depth]),
            depth=depth,
            version=self.version if self.book_version is None else self.book_version,
            venue_time_ns=self.venue_time_ns,
            received_time_ns=self.received_time_ns,
        )

    def _show(self, side: _Side, prices: Sequence[int]) -> tuple[Level, ...]:
        shown, quantities, unit = side.shown, side.quantities, self._unit
        levels = []
        for price in prices:
            level = shown.get(price)
            if level is None:
                level = shown[price] = Level(price * unit, quantities[price] * unit)
            levels.append(level)
        return tuple(levels)
