"""The local book, against a naive model and at its boundaries."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venueproof_core import Outcome
from venueproof_core.errors import MalformedMessageError, SequenceGapError
from venueproof_core.models import Level
from venueproof_net import BookChange, BookSnapshot, LocalBook, units_reader

PRICES = st.integers(1, 30).map(lambda cents: f"{Decimal(cents) / 100:.8f}")
QUANTITIES = st.sampled_from(
    ["0.00000000", "0", "0.0", "0E-8", "1.50000000", "2.5", "0.00000001", "1e-3"]
)
LEVELS = st.lists(st.tuples(PRICES, QUANTITIES), max_size=8)


def fresh_book(version: int = 10) -> LocalBook:
    book = LocalBook("BTC-USDT", venue="test")
    book.load(
        BookSnapshot(version, [("99.00", "1"), ("98.00", "2")], [("101.00", "3"), ("102.00", "4")])
    )
    return book


def change(first: int, last: int, bids: object = (), asks: object = ()) -> BookChange:
    return BookChange(first, last, bids, asks)  # type: ignore[arg-type]


class NaiveBook:
    """What the book must equal: two dicts, sorted when somebody looks."""

    def __init__(self) -> None:
        self.sides: tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]] = ({}, {})

    def set(self, side: int, levels: list[tuple[str, str]]) -> None:
        for price, quantity in levels:
            if Decimal(quantity) == 0:
                self.sides[side].pop(Decimal(price), None)
            else:
                self.sides[side][Decimal(price)] = Decimal(quantity)

    def levels(self, side: int) -> tuple[tuple[Decimal, Decimal], ...]:
        return tuple(sorted(self.sides[side].items(), reverse=side == 0))


@given(st.tuples(LEVELS, LEVELS), st.lists(st.tuples(LEVELS, LEVELS), max_size=12), st.data())
def test_book_equals_a_naive_model_after_any_changes(
    snapshot: tuple[list[tuple[str, str]], list[tuple[str, str]]],
    changes: list[tuple[list[tuple[str, str]], list[tuple[str, str]]]],
    data: st.DataObject,
) -> None:
    book, naive = LocalBook("BTC-USDT", venue="test"), NaiveBook()
    book.load(BookSnapshot(0, *snapshot))
    naive.set(0, snapshot[0])
    naive.set(1, snapshot[1])
    for version, (bids, asks) in enumerate(changes, 1):
        book.apply(change(version, version, bids, asks))
        naive.set(0, bids)
        naive.set(1, asks)
        if data.draw(st.booleans()):
            book.view(3)  # looking must not change what is seen later
    seen = book.view()
    assert seen.bids == naive.levels(0)
    assert seen.asks == naive.levels(1)
    assert seen.version == len(changes)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=10), st.integers(0, 30))
def test_buffered_changes_align_with_any_snapshot_inside_them(
    spans: list[int], snapshot_version: int
) -> None:
    """Every version sets the level at its own price, so each state is a set of versions."""
    changes, version = [], 0
    for span in spans:
        levels = [(f"{v}.00", "1") for v in range(version + 1, version + span + 1)]
        changes.append(change(version + 1, version + span, levels))
        version += span
    snapshot_version = min(snapshot_version, version)
    book = LocalBook("BTC-USDT", venue="test")
    for held in changes:
        book.hold(held)

    image = [(f"{v}.00", "1") for v in range(snapshot_version, 0, -1)]
    book.load(BookSnapshot(snapshot_version, image, []))

    assert [level.price for level in book.view().bids] == list(range(version, 0, -1))
    assert book.version == version


@pytest.mark.parametrize("zero", ["0", "0.0", "0.00", "0.00000000", "0E-8", "0e+3", "-0.0", ".0"])
def test_zero_in_any_form_deletes(zero: str) -> None:
    book = fresh_book()
    book.apply(change(11, 11, [("99.00", zero)]))
    assert [level.price for level in book.view().bids] == [Decimal(98)]


def test_zero_for_a_level_that_is_not_there_is_ignored() -> None:
    book = fresh_book()
    assert book.apply(change(11, 11, [("55.00", "0")]))
    assert len(book.view().bids) == 2


@pytest.mark.parametrize(
    ("first", "last", "is_applied"),
    [(5, 9, False), (5, 10, False), (10, 10, False), (5, 11, True), (10, 12, True), (11, 11, True)],
)
def test_changes_at_the_boundary_of_the_version(first: int, last: int, is_applied: bool) -> None:
    book = fresh_book(10)
    assert book.apply(change(first, last, [("99.00", "7")])) is is_applied
    assert book.version == (last if is_applied else 10)


def test_missing_change_is_a_gap_and_leaves_the_book_alone() -> None:
    book = fresh_book(10)
    with pytest.raises(SequenceGapError) as gap:
        book.apply(change(12, 12, [("99.00", "7")]))
    assert (gap.value.expected, gap.value.received) == (11, 12)
    assert gap.value.outcome is Outcome.NOT_APPLIED
    assert book.view().bids[0] == Level(Decimal(99), Decimal(1))


def test_snapshot_older_than_what_is_held_is_a_gap_and_the_next_one_aligns() -> None:
    book = LocalBook("BTC-USDT", venue="test")
    book.hold(change(21, 22, [("50.00", "1")]))
    with pytest.raises(SequenceGapError):
        book.load(BookSnapshot(15, [("99.00", "1")], []))
    assert not book.is_ready

    book.load(BookSnapshot(21, [("99.00", "1")], []))

    assert [level.price for level in book.view().bids] == [Decimal(99), Decimal(50)]
    assert book.version == 22


def test_resync_leaves_nothing_of_the_old_state() -> None:
    book = fresh_book()
    book.view()
    book.reset()
    book.load(BookSnapshot(50, [("10.00", "1")], []))
    seen = book.view()
    assert seen.bids == (Level(Decimal(10), Decimal(1)),)
    assert seen.asks == ()


def test_levels_beyond_a_full_snapshot_are_never_shown() -> None:
    book = LocalBook("BTC-USDT", venue="test")
    book.load(
        BookSnapshot(1, [("99.00", "1"), ("98.00", "1")], [("101.00", "1"), ("102.00", "1")], 2)
    )
    book.apply(change(2, 2, [("97.00", "5"), ("98.50", "5")], [("103.00", "5")]))
    seen = book.view()
    assert [level.price for level in seen.bids] == [Decimal(99), Decimal("98.5"), Decimal(98)]
    assert [level.price for level in seen.asks] == [Decimal(101), Decimal(102)]


def test_levels_beyond_a_snapshot_that_was_not_full_are_known() -> None:
    book = LocalBook("BTC-USDT", venue="test")
    book.load(BookSnapshot(1, [("99.00", "1")], [("101.00", "1")], 2))
    book.apply(change(2, 2, [("97.00", "5")], [("103.00", "5")]))
    assert [level.price for level in book.view().bids] == [Decimal(99), Decimal(97)]


def test_window_that_has_emptied_is_thin() -> None:
    book = LocalBook("BTC-USDT", venue="test")
    bids = [(f"{99 - i}.00", "1") for i in range(20)]
    book.load(BookSnapshot(1, bids, [("101.00", "1")], 20))
    assert not book.is_thin(5)
    book.apply(change(2, 2, [(price, "0") for price, _ in bids[:16]]))
    assert book.is_thin(5)


@pytest.mark.parametrize("text", ["abc", "", "1.2.3", "NaN", "Infinity", "-1", "0.000000001", None])
def test_a_level_that_is_no_number_is_reported_not_applied_in_silence(text: str | None) -> None:
    book = fresh_book()
    with pytest.raises(MalformedMessageError):
        book.apply(change(11, 11, [("99.00", text)]))
    assert not book.is_ready


def test_view_has_at_most_the_depth_asked_for() -> None:
    seen = fresh_book().view(1)
    assert seen.bids == (Level(Decimal(99), Decimal(1)),)
    assert seen.asks == (Level(Decimal(101), Decimal(3)),)
    assert seen.depth == 1
    assert fresh_book().best() == (99 * 10**8, 101 * 10**8)


@given(st.decimals(min_value=0, max_value=10**12, places=8))
def test_units_are_exact_for_every_decimal_text(value: Decimal) -> None:
    read = units_reader(8)
    units = int(value.scaleb(8))
    assert read(f"{value:.8f}") == units
    assert read(str(value)) == units
    assert read(f"{value:e}") == units
