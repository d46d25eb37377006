"""What a long run of events leaves in memory."""

import gc
from collections.abc import Callable
from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.control import Print, SetLevel
from venueproof_core.models import OrderBook
from venueproof_core.venue import PublicConnector
from venueproof_suite import Measure, World, case, collect_until, violated, within
from venueproof_suite.cases.performance.figures import resident_mib


@case(
    "performance/memory/bounded-over-events",
    level=Level.SHOULD,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.resources],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    performance=True,
    beside_others=True,
    source="https://github.com/ccxt/ccxt/issues/9799",
)
async def test_memory_bounded_over_events(
    market: PublicConnector,
    world: World,
    symbol: str,
    measure: Measure,
    thresholds: dict[str, float],
) -> None:
    """Ten thousand events leave no more memory behind than the profile allows.

    A connector that keeps what it has handed over is ended by the system, some night, with orders open.
    """
    lot = (await world.truth.instruments())[0].lot_size
    best = (await world.truth.book(symbol)).asks[0][0]
    await world.market(SetLevel(symbol=symbol, side="SELL", price=best, quantity=lot * 20_000))
    burst = [Print(symbol=symbol, side="BUY", quantity=lot)] * 500
    events = 10_000
    async with market.stream_trades(symbol) as trades:
        gc.collect()
        before = resident_mib()
        for _ in range(events // len(burst)):
            await world.market(*burst)
            for _ in burst:
                await within(anext(trades), "the next trade")
        gc.collect()
        grown = resident_mib() - before
    measure.value("memory_usage_max_mb", max(0.0, grown), f"growth over {events} stream events")
    limit = thresholds.get("memory_usage_max_mb")
    if limit is not None and grown > limit:
        violated(
            "events are kept in memory", expected=f"<= {limit:g} MiB", observed=f"{grown:.1f} MiB"
        )


@case(
    "performance/memory/bounded-over-book-updates",
    level=Level.SHOULD,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.resources],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    performance=True,
    beside_others=True,
    source="https://github.com/sammchardy/python-binance/issues/882",
)
async def test_memory_bounded_over_book_updates(
    market: PublicConnector,
    world: World,
    symbol: str,
    measure: Measure,
    thresholds: dict[str, float],
) -> None:
    """Thousands of updates, at ever other prices that come and go, leave no more memory than the profile allows.

    A day of a busy book has a hundred million of them. What stays of each is the hour at which it ends.
    """
    rules = (await world.truth.instruments())[0]
    price, quantity = (await world.truth.book(symbol)).bids[-1]
    warm, rounds, levels = 1, 5, 400
    async with market.stream_order_book(symbol, depth=10) as books:
        await within(anext(books), "the first book")
        before = 0.0
        for place in range(warm + rounds):
            prices = [price - (place * levels + n + 1) * rules.tick_size for n in range(levels)]
            versions = await world.market(
                *(
                    SetLevel(symbol=symbol, side="BUY", price=level, quantity=size)
                    for level in prices
                    for size in (quantity, Decimal(0))
                ),
                is_one_event=False,
            )
            # A book without a version shows that it has arrived by its best levels alone.
            mark = quantity * (place + 2)
            best = (await world.truth.book(symbol)).asks[0][0]
            versions = await world.market(
                SetLevel(symbol=symbol, side="SELL", price=best, quantity=mark)
            )
            newest = versions[symbol]
            await collect_until(books, _is_at(newest, mark), f"the book at version {newest}")
            if place + 1 == warm:
                gc.collect()
                before = resident_mib()
        gc.collect()
        grown = resident_mib() - before
    updates = rounds * levels * 2
    measure.value("memory_usage_max_mb", max(0.0, grown), f"growth over {updates} book updates")
    limit = thresholds.get("memory_usage_max_mb")
    if limit is not None and grown > limit:
        violated(
            "updates are kept in memory", expected=f"<= {limit:g} MiB", observed=f"{grown:.1f} MiB"
        )


def _is_at(version: int, best_ask_quantity: Decimal) -> Callable[[OrderBook], bool]:
    def is_there(book: OrderBook) -> bool:
        if book.version is not None:
            return book.version == version
        return bool(book.asks) and book.asks[0].quantity == best_ask_quantity

    return is_there
