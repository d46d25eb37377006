"""The trace oracle: each observed book equals the truth at some version, and none goes back."""

from collections.abc import Sequence

from venueproof_core.control import TruthBook
from venueproof_core.models import OrderBook
from venueproof_core.venue import Projection
from venueproof_suite.deadlines import violated
from venueproof_suite.oracles.comparison import EXACT, book_difference
from venueproof_suite.oracles.exact import compare, exact_book
from venueproof_suite.world import World


async def followed_books(
    world: World, books: Sequence[OrderBook], start: int, projection: Projection = EXACT
) -> None:
    """Judge every book of a stream: exactly where it says its version, else by its trace.

    Args:
        start: A version that the venue had before the first book was sent.

    Raises:
        RuleViolation: One was never the venue's, or came too late.
    """
    if any(book.version is None for book in books):
        await traced_books(world, books, start, projection)
        return
    newest = 0
    for book in books:
        await exact_book(world, book, projection)
        version = book.version or 0
        if version < newest:
            violated(
                f"{book.symbol}: the book went back",
                expected=f"version {newest} or later",
                observed=version,
            )
        newest = version


async def traced_books(
    world: World, books: Sequence[OrderBook], start: int, projection: Projection = EXACT
) -> None:
    """Find each book in the venue's history, from version ``start`` on.

    Raises:
        RuleViolation: A book equals no version from the one before it on.
    """
    world.decided_by("trace")
    history = _History(world, start)
    for book in books:
        newest = await history.newest(book.symbol)
        while True:
            truth = await history.at(book.symbol)
            if book_difference(truth, book, projection) is None:
                break
            if truth.version >= newest:
                compare(truth, book, projection)
            history.version += 1


class _History:
    """The venue's books from one version on, each asked for once."""

    def __init__(self, world: World, start: int) -> None:
        self._world = world
        self._known: TruthBook | None = None
        self._newest: int | None = None
        self.version = start

    async def newest(self, symbol: str) -> int:
        if self._newest is None:
            self._newest = (await self._world.truth.book(symbol)).version
        return self._newest

    async def at(self, symbol: str) -> TruthBook:
        if self._known is None or self._known.version != self.version:
            self._known = await self._world.truth.book(symbol, self.version)
        return self._known
