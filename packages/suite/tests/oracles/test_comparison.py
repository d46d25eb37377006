"""Books held against the truth."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venueproof_core.control import TruthBook
from venueproof_core.models import Level, OrderBook
from venueproof_core.venue import Projection
from venueproof_suite.oracles import same_number, same_time
from venueproof_suite.oracles.comparison import FEWEST_LEVELS, book_difference

FLOATS = Projection(decimal_digits=15)


def truth(levels: int = 30) -> TruthBook:
    """Bids from 99 down, asks from 101 up, quantities that tell them apart."""
    return TruthBook(
        symbol="BTC-USDT",
        version=7,
        bids=[(Decimal(99 - place), Decimal(place + 1)) for place in range(levels)],
        asks=[(Decimal(101 + place), Decimal(place + 1)) for place in range(levels)],
    )


def shown(book: TruthBook, *, depth: int | None = None, levels: int | None = None) -> OrderBook:
    """What a right connector shows of it."""
    bids, asks = (
        tuple(Level(price, quantity) for price, quantity in side[: depth or levels])
        for side in (book.bids, book.asks)
    )
    return OrderBook(symbol=book.symbol, bids=bids, asks=asks, depth=depth, version=book.version)


def changed(book: OrderBook, place: int, level: Level) -> OrderBook:
    """The book with one bid replaced."""
    bids = (*book.bids[:place], level, *book.bids[place + 1 :])
    return OrderBook(symbol=book.symbol, bids=bids, asks=book.asks, depth=book.depth)


@pytest.mark.parametrize("depth", [None, 1, 5, 100])
def test_the_truth_itself_has_no_difference(depth: int | None) -> None:
    assert book_difference(truth(), shown(truth(), depth=depth)) is None


@given(levels=st.integers(FEWEST_LEVELS, 30))
def test_levels_beyond_the_worst_one_shown_are_unknown(levels: int) -> None:
    assert book_difference(truth(), shown(truth(), levels=levels)) is None


def test_level_beyond_the_window_needs_all_before_it() -> None:
    book = shown(truth(), levels=12)
    leaked = OrderBook(
        symbol=book.symbol, bids=(*book.bids, Level(Decimal(75), Decimal(25))), asks=book.asks
    )
    difference = book_difference(truth(), leaked)
    assert difference is not None
    assert (difference.expected, difference.observed) == ("87 x 13", "75 x 25")


@pytest.mark.parametrize(
    ("book", "what"),
    [
        (shown(truth(), levels=FEWEST_LEVELS - 1), "bids lack a level"),
        (
            changed(shown(truth()), 3, Level(Decimal(96), Decimal("4.1"))),
            "bids differ at level 4",
        ),
        (changed(shown(truth()), 3, Level(Decimal(96), Decimal(0))), "bids: an empty level"),
        (changed(shown(truth()), 3, Level(Decimal(50), Decimal(4))), "bids are not sorted"),
        (changed(shown(truth()), 3, Level(Decimal(97), Decimal(4))), "bids are not sorted"),
        (OrderBook(symbol="ETH-USDT", bids=(), asks=()), "the book's symbol"),
        (OrderBook(symbol="BTC-USDT", bids=(), asks=()), "bids lack a level"),
    ],
    ids=["few", "quantity", "empty", "disorder", "double", "symbol", "nothing"],
)
def test_difference_is_named(book: OrderBook, what: str) -> None:
    difference = book_difference(truth(), book)
    assert difference is not None
    assert what in difference.what


def test_sides_exchanged_are_a_difference() -> None:
    book = shown(truth())
    exchanged = OrderBook(symbol=book.symbol, bids=book.asks[::-1], asks=book.bids[::-1])
    assert book_difference(truth(), exchanged) is not None


def test_depth_asks_for_as_many_levels_as_the_venue_has() -> None:
    book = shown(truth(), depth=5)
    short = OrderBook(symbol=book.symbol, bids=book.bids[:4], asks=book.asks, depth=5)
    difference = book_difference(truth(), short)
    assert difference is not None
    assert difference.expected == "95 x 5"


def test_empty_side_of_the_venue_must_be_empty() -> None:
    empty = TruthBook(symbol="BTC-USDT", version=1, bids=[], asks=[])
    assert book_difference(empty, shown(empty)) is None
    assert book_difference(empty, shown(truth())) is not None


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(-20, 5))
def test_floats_keep_fifteen_digits(digits: int, exponent: int) -> None:
    number = Decimal(digits).scaleb(exponent)
    as_float = Decimal(repr(float(number)))
    assert same_number(number, as_float, FLOATS)


def test_number_is_exact_without_projection() -> None:
    assert same_number(Decimal("1.10"), Decimal("1.1"))
    assert not same_number(Decimal("0.12345678901234567"), Decimal("0.12345678901234568"))
    assert same_number(Decimal("0.12345678901234567"), Decimal("0.12345678901234568"), FLOATS)


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000])
def test_time_is_the_same_at_the_wires_resolution(unit: int) -> None:
    stamp = 1_795_176_207_750_395_706
    assert same_time(stamp, stamp // unit * unit)
    assert not same_time(stamp, stamp // 1_000_000)
    assert not same_time(stamp, stamp // unit * unit + unit)
