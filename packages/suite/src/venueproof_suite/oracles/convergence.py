"""The convergence oracle: while the market stands still, the book becomes the venue's."""

import asyncio
from collections.abc import AsyncIterator

from venueproof_core.models import OrderBook
from venueproof_core.venue import Projection
from venueproof_suite.deadlines import violated
from venueproof_suite.oracles.comparison import EXACT, book_difference
from venueproof_suite.oracles.exact import compare
from venueproof_suite.world import World


async def converged_book(
    world: World,
    books: AsyncIterator[OrderBook],
    symbol: str,
    *,
    projection: Projection = EXACT,
    deadline_s: float = 5.0,
    shown: OrderBook | None = None,
) -> list[OrderBook]:
    """Read a stream until its book is the venue's; the market must stand still meanwhile.

    A book that claims the venue's version, or a later one, must equal it at once: that is the exact oracle.

    Args:
        shown: What the connector showed last: should no further book come, it still stands.

    Returns:
        Every book read, oldest first; the last one is the venue's.

    Raises:
        RuleViolation: It differs, or did not come in time; then the last book is held against the truth.
    """
    truth = await world.truth.book(symbol)
    seen: list[OrderBook] = []

    def has_arrived(book: OrderBook) -> bool:
        seen.append(book)
        if book.version is None:
            return book_difference(truth, book, projection) is None
        return book.version >= truth.version

    try:
        async with asyncio.timeout(deadline_s) as scope:
            async for book in books:
                if has_arrived(book):
                    break
            else:
                violated("the stream of books ended", expected="the next book", observed="its end")
    except TimeoutError:
        if not scope.expired():
            raise
        world.decided_by("convergence")
        standing = seen[-1] if seen else shown
        if standing is not None:
            compare(truth, standing, projection)
        violated(
            f"the book of {symbol} was not the venue's within {deadline_s:g} s",
            expected=f"version {truth.version}",
            observed="no book" if standing is None else f"version {standing.version}",
        )
    last = seen[-1]
    world.decided_by("convergence" if last.version is None else "exact")
    if last.version is not None and last.version > truth.version:
        violated(
            f"{symbol} never had the version that the book claims",
            expected=f"version {truth.version}",
            observed=last.version,
        )
    compare(truth, last, projection)
    return seen
