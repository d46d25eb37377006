"""The three oracles, on a venue whose history is known."""

import asyncio
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import pytest

from venueproof_core.control import JournalEntry, Operation, TruthBook
from venueproof_core.errors import RuleViolation
from venueproof_core.models import Level, OrderBook
from venueproof_suite.errors import ControlError
from venueproof_suite.oracles import converged_book, exact_book, exact_reply, followed_books
from venueproof_suite.oracles.trace import traced_books


class FakeTruth:
    """Versions 1 to 5; the best bid's quantity is the version."""

    async def book(self, symbol: str, version: int | None = None) -> TruthBook:
        at = 5 if version is None else version
        if not 1 <= at <= 5:
            raise ControlError("no such version", status=404)
        return TruthBook(
            symbol=symbol,
            version=at,
            bids=[(Decimal(99), Decimal(at))],
            asks=[(Decimal(101), Decimal(1))],
        )


class FakeWorld:
    """As much of a world as oracles ask for."""

    def __init__(self) -> None:
        self.truth = FakeTruth()
        self.oracles: set[str] = set()
        self.entries: list[JournalEntry] = []

    def decided_by(self, oracle: str) -> None:
        self.oracles.add(oracle)

    async def journal(self, since: int = 0) -> list[JournalEntry]:
        return [entry for entry in self.entries if entry.sequence > since]


@pytest.fixture
def world() -> Any:
    return FakeWorld()


def book(quantity: int, version: int | None = None) -> OrderBook:
    return OrderBook(
        symbol="BTC-USDT",
        bids=(Level(Decimal(99), Decimal(quantity)),),
        asks=(Level(Decimal(101), Decimal(1)),),
        version=version,
    )


async def stream(*books: OrderBook) -> AsyncIterator[OrderBook]:
    for one in books:
        yield one


async def test_exact_book_is_held_against_its_own_version(world: Any) -> None:
    await exact_book(world, book(3, version=3))
    assert world.oracles == {"exact"}


@pytest.mark.parametrize(
    ("wrong", "expected", "observed"),
    [
        (book(3, version=4), "99 x 4", "99 x 3"),
        (book(3, version=9), "a version up to 5", 9),
        (book(3), "the venue's version", None),
    ],
    ids=["other", "future", "silent"],
)
async def test_exact_book_that_is_wrong_is_named(
    world: Any, wrong: OrderBook, expected: str, observed: object
) -> None:
    with pytest.raises(RuleViolation) as violation:
        await exact_book(world, wrong)
    assert (violation.value.expected, violation.value.observed) == (expected, observed)


async def test_trouble_of_the_control_plane_is_not_held_against_the_connector(world: Any) -> None:
    async def broken(symbol: str, version: int | None = None) -> TruthBook:
        raise ControlError("gone")

    world.truth.book = broken
    with pytest.raises(ControlError):
        await exact_book(world, book(3, version=3))


async def test_followed_books_must_not_go_back(world: Any) -> None:
    await followed_books(world, [book(2, 2), book(2, 2), book(5, 5)], 1)
    with pytest.raises(RuleViolation, match="went back"):
        await followed_books(world, [book(3, 3), book(2, 2)], 1)


async def test_trace_finds_each_book_in_the_history(world: Any) -> None:
    await followed_books(world, [book(1), book(3), book(3), book(5)], 1)
    assert world.oracles == {"trace"}


@pytest.mark.parametrize("quantities", [(3, 2), (6,), (1, 7)], ids=["back", "never", "later-never"])
async def test_trace_refuses_what_is_not_in_the_history(
    world: Any, quantities: tuple[int, ...]
) -> None:
    with pytest.raises(RuleViolation) as violation:
        await traced_books(world, [book(quantity) for quantity in quantities], 1)
    assert violation.value.expected == "99 x 5"


@pytest.mark.parametrize(
    ("make", "oracle"), [(lambda: book(5, 5), "exact"), (lambda: book(5), "convergence")]
)
async def test_converged_book_returns_what_was_read(
    world: Any, make: Callable[[], OrderBook], oracle: str
) -> None:
    version = make().version and 4
    seen = await converged_book(world, stream(book(4, version), make()), "BTC-USDT")
    assert len(seen) == 2
    assert world.oracles == {oracle}


@pytest.mark.parametrize(
    ("books", "expected"),
    [
        ([book(4, 5)], "99 x 5"),
        ([book(5, 6)], "version 5"),
        ([book(4, 4)], "the next book"),
    ],
    ids=["wrong", "future", "ended"],
)
async def test_converged_book_that_is_wrong_is_named_at_once(
    world: Any, books: list[OrderBook], expected: str
) -> None:
    with pytest.raises(RuleViolation) as violation:
        await converged_book(world, stream(*books), "BTC-USDT")
    assert violation.value.expected == expected


async def silent(*books: OrderBook) -> AsyncIterator[OrderBook]:
    for one in books:
        yield one
    await asyncio.get_running_loop().create_future()


@pytest.mark.parametrize(
    ("books", "shown", "expected", "observed"),
    [
        ([], None, "version 5", "no book"),
        ([], book(2, 2), "99 x 5", "99 x 2"),
        ([book(3)], None, "99 x 5", "99 x 3"),
        ([book(5, 4)], None, "version 5", "version 4"),
    ],
    ids=["nothing", "stands", "other", "behind"],
)
async def test_book_that_does_not_come_in_time_is_held_against_the_truth(
    world: Any, books: list[OrderBook], shown: OrderBook | None, expected: str, observed: str
) -> None:
    with pytest.raises(RuleViolation) as violation:
        await converged_book(world, silent(*books), "BTC-USDT", deadline_s=0.02, shown=shown)
    assert (violation.value.expected, violation.value.observed) == (expected, observed)


def reply(sequence: int, version: int) -> JournalEntry:
    return JournalEntry(
        sequence=sequence,
        kind="reply",
        time_ns=1,
        operation=Operation.ORDER_BOOK,
        symbol="BTC-USDT",
        book_version=version,
    )


async def test_reply_is_compared_at_the_version_the_journal_says(world: Any) -> None:
    world.entries = [reply(1, 2), reply(2, 4)]
    await exact_reply(world, book(4), since=1)
    with pytest.raises(RuleViolation, match="another version"):
        await exact_reply(world, book(4, version=2), since=1)
    with pytest.raises(RuleViolation, match="not requested"):
        await exact_reply(world, book(4), since=2)
