"""The exact oracle: a book equals the truth at the version it claims to be."""

from venueproof_core.control import JournalEntry, Operation, TruthBook
from venueproof_core.models import OrderBook
from venueproof_core.venue import Projection
from venueproof_suite.deadlines import violated
from venueproof_suite.errors import ControlError
from venueproof_suite.oracles.comparison import EXACT, book_difference
from venueproof_suite.world import World

_NOT_FOUND = 404


async def exact_book(world: World, book: OrderBook, projection: Projection = EXACT) -> None:
    """Hold a streamed book against the truth at its own version.

    Raises:
        RuleViolation: They differ, or there never was such a version.
    """
    world.decided_by("exact")
    if book.version is None:
        violated("the book says no version", expected="the venue's version", observed=None)
    try:
        truth = await world.truth.book(book.symbol, book.version)
    except ControlError as error:
        if error.status != _NOT_FOUND:
            raise
        newest = await world.truth.book(book.symbol)
        violated(
            f"{book.symbol} never had the version that the book claims",
            expected=f"a version up to {newest.version}",
            observed=book.version,
        )
    compare(truth, book, projection)


async def exact_reply(
    world: World, book: OrderBook, since: int, projection: Projection = EXACT
) -> None:
    """Hold a requested book against the truth at the version at which its reply was built.

    Args:
        since: Journal sequence before the request.

    Raises:
        RuleViolation: They differ, or nothing was requested.
    """
    world.decided_by("exact")
    replies = [entry for entry in await world.journal(since) if _is_book(entry, book.symbol)]
    if not replies:
        violated(
            "the book was not requested from the venue", expected="one request", observed="none"
        )
    built = replies[-1].book_version
    if book.version is not None and book.version != built:
        violated(
            "the book claims another version than its reply has",
            expected=built,
            observed=book.version,
        )
    compare(await world.truth.book(book.symbol, built), book, projection)


def _is_book(entry: JournalEntry, symbol: str) -> bool:
    return (
        entry.kind == "reply"
        and entry.operation is Operation.ORDER_BOOK
        and entry.symbol == symbol
        and entry.book_version is not None
    )


def compare(truth: TruthBook, book: OrderBook, projection: Projection = EXACT) -> None:
    """Hold a book against one version of the truth.

    Raises:
        RuleViolation: They differ.
    """
    difference = book_difference(truth, book, projection)
    if difference is not None:
        violated(
            f"{book.symbol} at version {truth.version}: {difference.what}",
            expected=difference.expected,
            observed=difference.observed,
        )
