"""Local books with one method wrong."""

# ruff: noqa: ARG002 - what is overridden keeps its signature

import time
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from venueproof_core.errors import SequenceGapError
from venueproof_core.models import OrderBook
from venueproof_net import BookChange, BookSnapshot, LocalBook

Levels = Iterable[tuple[str, str]]


class BookThatIgnoresGaps(LocalBook):
    """Applies whatever comes."""

    def continues(self, first: int, last: int) -> bool:
        return True


class BookThatHealsOnce(LocalBook):
    """Checks the sequence until it has found the first gap."""

    has_healed = False

    def continues(self, first: int, last: int) -> bool:
        return self.has_healed or super().continues(first, last)

    def apply(self, change: BookChange) -> bool:
        try:
            return super().apply(change)
        except SequenceGapError:
            self.has_healed = True
            raise


class BookThatKeepsOldBids(LocalBook):
    """Keeps bids below the new snapshot's last one, as if the snapshot had only been cut off there."""

    def __init__(self, symbol: str, **more: Any) -> None:
        super().__init__(symbol, **more)
        self._old: dict[int, int] = {}

    def reset(self) -> None:
        self._old.update(self._bids.quantities)
        super().reset()

    def load(self, snapshot: BookSnapshot) -> None:
        super().load(snapshot)
        worst = self._bids.prices[0]
        kept = {price: quantity for price, quantity in self._old.items() if price < worst}
        self._bids.prices[:0] = sorted(kept)
        self._bids.quantities.update(kept)
        self._old.clear()


class BookThatForgetsEarlyUpdates(LocalBook):
    """Holds nothing for the snapshot, and takes the first update after it unchecked."""

    is_fresh = False

    def hold(self, change: BookChange) -> None:
        return

    def load(self, snapshot: BookSnapshot) -> None:
        super().load(snapshot)
        self.is_fresh = True

    def continues(self, first: int, last: int) -> bool:
        is_first, self.is_fresh = self.is_fresh, False
        return is_first or super().continues(first, last)


class BookThatForgetsUpdatesOfAResync(BookThatForgetsEarlyUpdates):
    """Holds updates for its first snapshot, and for no other."""

    has_loaded = False

    def hold(self, change: BookChange) -> None:
        if not self.has_loaded:
            LocalBook.hold(self, change)

    def load(self, snapshot: BookSnapshot) -> None:
        super().load(snapshot)
        self.is_fresh, self.has_loaded = self.has_loaded, True


class BookThatSkipsStraddlingUpdates(LocalBook):
    """Takes an update that begins before the snapshot for an old one, and goes on from its end."""

    def apply(self, change: BookChange) -> bool:
        if change.first <= self.version < change.last:
            self.version = change.last
            return False
        return super().apply(change)


class BookThatAppliesOldUpdates(LocalBook):
    """Applies updates that are older than the book."""

    def is_stale(self, last: int) -> bool:
        return False

    def apply(self, change: BookChange) -> bool:
        version = self.version
        has_news = super().apply(change)
        self.version = max(version, self.version)
        return has_news


class BookThatRefusesDuplicates(LocalBook):
    """Takes an update that comes twice for a gap."""

    def is_stale(self, last: int) -> bool:
        return False

    def continues(self, first: int, last: int) -> bool:
        return first == self.version + 1


class BookThatLooksForEightZeros(LocalBook):
    """Knows zero only as the examples print it."""

    def is_deletion(self, quantity: int, text: str) -> bool:
        return text == "0.00000000"


class BookThatKeepsTheBestBid(LocalBook):
    """Does not believe that the best price can go."""

    def _set(self, side: Any, levels: Levels) -> None:
        best = self._bids.prices[-1] if side is self._bids and self._bids.prices else None
        super()._set(
            side,
            [
                (price, quantity)
                for price, quantity in levels
                if best is None or not _is_zero(quantity) or self._read(price) != best
            ],
        )


class BookThatShowsUnknownZeros(LocalBook):
    """Enters a level that is removed and was not known."""

    def is_deletion(self, quantity: int, text: str) -> bool:
        return quantity == 0

    def _set(self, side: Any, levels: Levels) -> None:
        levels = list(levels)
        unknown = [
            self._read(price)
            for price, quantity in levels
            if _is_zero(quantity) and self._read(price) not in side.quantities
        ]
        super()._set(side, levels)
        for price in unknown:
            side.quantities[price] = 0
        side.prices.extend(unknown)
        side.prices.sort()


class BookWithoutBounds(LocalBook):
    """Takes a snapshot for the whole book."""

    def bounds(self, bids: Sequence[int], asks: Sequence[int]) -> tuple[int, int]:
        self._limit = None
        return super().bounds(bids, asks)


class BookThatForgetsBelowItsDepth(LocalBook):
    """Keeps no more levels than are shown."""

    def view(self, depth: int | None = None) -> OrderBook:
        if depth is not None:
            for price in self._bids.prices[:-depth]:
                del self._bids.quantities[price]
            del self._bids.prices[:-depth]
        return super().view(depth)


class BookSortedAsText(LocalBook):
    """Sorts prices as they are written."""

    def view(self, depth: int | None = None) -> OrderBook:
        book = super().view()
        bids = sorted(book.bids, key=lambda level: f"{level.price:f}", reverse=True)
        asks = sorted(book.asks, key=lambda level: f"{level.price:f}")
        return msgspec.structs.replace(
            book, bids=tuple(bids[:depth]), asks=tuple(asks[:depth]), depth=depth
        )


class BookThatRepeatsItself(LocalBook):
    """Hands over the book before now and then, under the new version."""

    views = 0
    last: OrderBook | None = None

    def view(self, depth: int | None = None) -> OrderBook:
        self.views += 1
        if self.views % 16 == 0 and self.last is not None:
            return msgspec.structs.replace(self.last, version=self.version)
        self.last = super().view(depth)
        return self.last


class BookThatSharesItsBids(LocalBook):
    """Has one set of bids for all instruments."""

    shared: Any = None

    def __init__(self, symbol: str, **more: Any) -> None:
        super().__init__(symbol, **more)
        cls = type(self)
        cls.shared = cls.shared or self._bids
        self._bids = cls.shared


class BookOfSevenDecimals(LocalBook):
    """Has room for seven decimals and rounds to them."""

    def __init__(self, symbol: str, **more: Any) -> None:
        super().__init__(symbol, **more)
        exact = self._read
        self._read = lambda text: exact(text) // 10 * 10


class BookOfCents(LocalBook):
    """Rounds prices above one to cents."""

    def _set(self, side: Any, levels: Levels) -> None:
        super()._set(side, [(_in_cents(price), quantity) for price, quantity in levels])


def _in_cents(text: str) -> str:
    price = Decimal(text)
    return text if price < 1 else str(price.quantize(Decimal("0.01")))


class BookOfWholeSteps(LocalBook):
    """Rounds prices above a hundred thousand to tens of thousands."""

    def _set(self, side: Any, levels: Levels) -> None:
        super()._set(side, [(_in_ten_thousands(price), quantity) for price, quantity in levels])


def _in_ten_thousands(text: str) -> str:
    price = Decimal(text)
    return text if price < 1_000_000 else f"{price // 10_000 * 10_000:f}"


class BookOfHalves(LocalBook):
    """Takes halves for the smallest part of a quantity where prices go in whole fives."""

    def _set(self, side: Any, levels: Levels) -> None:
        super()._set(side, [(price, _in_halves(price, quantity)) for price, quantity in levels])


def _in_halves(price: str, text: str) -> str:
    # Where prices have cents, a quarter is one of many quantities, and every case would see that it is gone.
    quantity = Decimal(text)
    has_quarters = quantity % Decimal("0.5") == Decimal("0.25") and not Decimal(price) % 5
    return str(quantity - Decimal("0.25")) if has_quarters else text


class BookOfFloats(LocalBook):
    """Reads quantities as binary fractions."""

    def __init__(self, symbol: str, **more: Any) -> None:
        super().__init__(symbol, **more)
        exact = self._read
        self._read = lambda text: exact(f"{float(text):.8f}")


class BookWithoutExponents(LocalBook):
    """Reads a number up to its exponent."""

    def __init__(self, symbol: str, **more: Any) -> None:
        super().__init__(symbol, **more)
        exact = self._read
        self._read = lambda text: exact(text.partition("E")[0])


class BookOfEightDecimals(LocalBook):
    """Takes the point away, whatever stands behind it."""

    def __init__(self, symbol: str, **more: Any) -> None:
        super().__init__(symbol, **more)
        exact = self._read

        def read(text: str) -> int:
            whole, point, part = text.partition(".")
            return exact(text) if "E" in text else int(whole + (part if point else ""))

        self._read = read


class BookThatLooksBack(LocalBook):
    """Looks through everything it has applied before it applies more."""

    def __init__(self, symbol: str, **more: Any) -> None:
        super().__init__(symbol, **more)
        self._applied: list[int] = []

    def apply(self, change: BookChange) -> bool:
        for _ in range(60):
            sum(self._applied)
        self._applied.append(change.last)
        return super().apply(change)


class BookThatKeepsItsPast(LocalBook):
    """Keeps a page for each change that it has applied."""

    def __init__(self, symbol: str, **more: Any) -> None:
        super().__init__(symbol, **more)
        self._past: list[bytearray] = []

    def apply(self, change: BookChange) -> bool:
        self._past.append(bytearray(b"." * 40_960))
        return super().apply(change)


class BookThatSkipsUnreadableLevels(LocalBook):
    """Leaves out what it cannot read."""

    def _set(self, side: Any, levels: Levels) -> None:
        super()._set(side, [pair for pair in levels if all(map(_is_number, pair))])


def _is_number(text: str) -> bool:
    try:
        Decimal(text)
    except InvalidOperation:
        return False
    return True


def _is_zero(text: str) -> bool:
    return _is_number(text) and not Decimal(text)


class BookThatPauses(LocalBook):
    """Blocks its thread for an eighth of a second, every eighth update."""

    applied = 0

    def apply(self, change: BookChange) -> bool:
        self.applied += 1
        if self.applied % 8 == 0:
            time.sleep(0.125)
        return super().apply(change)
