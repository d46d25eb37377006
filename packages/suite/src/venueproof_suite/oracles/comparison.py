"""Comparing what a connector says with what is so, as far as its client can say it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from itertools import pairwise

from venueproof_core.control import TruthBook
from venueproof_core.models import Level, OrderBook, Side
from venueproof_core.venue import Projection

EXACT = Projection()
# A book that knows fewer levels than this, where the venue has them, is no book to trade on.
FEWEST_LEVELS = 10
_RESOLUTIONS_NS = (1, 1_000, 1_000_000)

WireLevels = Sequence[tuple[Decimal, Decimal]]


@dataclass(frozen=True)
class Difference:
    """The first thing that is not so."""

    what: str
    expected: str
    observed: str


def same_number(
    expected: Decimal | None, observed: Decimal | None, projection: Projection = EXACT
) -> bool:
    """Whether two numbers are equal in the digits that the client keeps."""
    if expected is None or observed is None or projection.decimal_digits is None:
        return expected == observed
    kept = Context(prec=projection.decimal_digits)
    return kept.plus(expected) == kept.plus(observed)


def same_time(expected_ns: int, observed_ns: int) -> bool:
    """Whether a time is the venue's, in nanoseconds, microseconds or milliseconds as the wire has it."""
    return any(observed_ns == expected_ns // unit * unit for unit in _RESOLUTIONS_NS)


def book_difference(
    truth: TruthBook, book: OrderBook, projection: Projection = EXACT
) -> Difference | None:
    """The first difference between a book and the truth; ``None`` if there is none.

    Levels beyond the worst one shown are unknown to the connector: they are not compared. So a level shown
    beyond its window brings everything before it into the comparison.
    """
    if book.symbol != truth.symbol:
        return Difference("the book's symbol", truth.symbol, book.symbol)
    sides: tuple[tuple[Side, WireLevels, Sequence[Level]], ...] = (
        (Side.BUY, truth.bids, book.bids),
        (Side.SELL, truth.asks, book.asks),
    )
    for side, expected, observed in sides:
        found = _disorder(side, observed) or _side_difference(
            side, expected, observed, book.depth, projection
        )
        if found is not None:
            return found
    return _crossing(book)


def _disorder(side: Side, levels: Sequence[Level]) -> Difference | None:
    sign = -1 if side is Side.BUY else 1
    for level in levels:
        if level.quantity <= 0:
            return Difference(
                f"{_name(side)}: an empty level is shown", "quantities above zero", _text(level)
            )
    for better, worse in pairwise(levels):
        if sign * (worse.price - better.price) <= 0:
            return Difference(
                f"{_name(side)} are not sorted",
                f"{_name(side)}, best first, each price once",
                f"{better.price} before {worse.price}",
            )
    return None


def _side_difference(
    side: Side,
    expected: WireLevels,
    observed: Sequence[Level],
    depth: int | None,
    projection: Projection,
) -> Difference | None:
    if depth is not None:
        expected = expected[:depth]
    elif observed:
        expected = _within_window(side, expected, observed)
    else:
        expected = expected[:FEWEST_LEVELS]
    for place, ((price, quantity), level) in enumerate(zip(expected, observed, strict=False), 1):
        if not same_number(price, level.price, projection) or not same_number(
            quantity, level.quantity, projection
        ):
            return Difference(
                f"{_name(side)} differ at level {place}", f"{price} x {quantity}", _text(level)
            )
    if len(expected) > len(observed):
        price, quantity = expected[len(observed)]
        return Difference(f"{_name(side)} lack a level", f"{price} x {quantity}", "no such level")
    if len(observed) > len(expected):
        extra = observed[len(expected)]
        return Difference(f"{_name(side)} have a level too many", "no such level", _text(extra))
    return None


def _within_window(side: Side, expected: WireLevels, observed: Sequence[Level]) -> WireLevels:
    sign = -1 if side is Side.BUY else 1
    worst = sign * observed[-1].price
    inside = sum(sign * price <= worst for price, _ in expected)
    return expected[: max(inside, min(FEWEST_LEVELS, len(expected)))]


def _crossing(book: OrderBook) -> Difference | None:
    if book.bids and book.asks and book.bids[0].price >= book.asks[0].price:
        return Difference(
            "the book is crossed",
            "best bid below best ask",
            f"bid {book.bids[0].price}, ask {book.asks[0].price}",
        )
    return None


def _name(side: Side) -> str:
    return "bids" if side is Side.BUY else "asks"


def _text(level: Level) -> str:
    return f"{level.price} x {level.quantity}"
