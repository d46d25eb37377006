"""How long messages of a stream take, and what they leave in memory."""

import gc
import time
from collections.abc import AsyncIterator
from pathlib import Path
from resource import getpagesize

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.control import Channel, Match, Print, SetLevel
from venueproof_core.models import OrderBook
from venueproof_core.venue import PublicConnector
from venueproof_suite import Measure, World, case, collect_until, violated, within
from venueproof_suite.cases.performance.figures import busy_loop, loop_lag_ns, must_keep

_BOOKS = Match(channel=Channel.ORDER_BOOK)
_SAMPLES = 160


@case(
    "performance/stream/message-to-handler",
    level=Level.SHOULD,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.resources],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    performance=True,
)
async def test_message_to_handler(
    market: PublicConnector,
    world: World,
    symbol: str,
    measure: Measure,
    thresholds: dict[str, float],
) -> None:
    """A message of a stream reaches its reader in the time the profile allows, counted from the socket.

    Where the connector does not stamp messages the time counts from the venue, with the wire in it.
    """
    async with market.stream_order_book(symbol) as books:
        await within(anext(books), "the first book")
        lag_ns = await loop_lag_ns()
        idle = await _latencies(world, books, symbol, _SAMPLES)
        async with busy_loop():
            loaded = await _latencies(world, books, symbol, 30)
    summary = measure.latency(
        "stream message", idle, uncertainty_ns=lag_ns, clause="websocket_message"
    )
    measure.latency("stream message, loop busy", loaded)
    must_keep(thresholds, "websocket_message", summary)


async def _latencies(
    world: World, books: AsyncIterator[OrderBook], symbol: str, count: int
) -> list[int]:
    before = await world.mark()
    handled: list[tuple[int, int | None]] = []
    for change in await _changes(world, symbol, count):
        await world.market(change)
        book = await within(anext(books), "the next book")
        handled.append((time.time_ns(), book.received_time_ns))
    if all(received is not None for _, received in handled):
        return [handled_ns - (received or 0) for handled_ns, received in handled]
    frames = [one.time_ns for one in await world.journal(before) if one.kind == "frame_out"]
    return [
        max(0, handled_ns - sent_ns)
        for (handled_ns, _), sent_ns in zip(handled, frames, strict=False)
    ]


async def _changes(world: World, symbol: str, count: int) -> list[SetLevel]:
    """Changes of one level of which each makes one update."""
    price, quantity = (await world.truth.book(symbol)).bids[3]
    return [
        SetLevel(symbol=symbol, side="BUY", price=price, quantity=quantity * (2 + place % 2))
        for place in range(count)
    ]


@case(
    "performance/stream/book-update",
    level=Level.SHOULD,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.resources],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    performance=True,
)
async def test_book_update(
    market: PublicConnector,
    world: World,
    symbol: str,
    measure: Measure,
    thresholds: dict[str, float],
) -> None:
    """An update that waits is applied, and the book handed over, in the time the profile allows.

    Updates come in bursts; a book that takes longer for each than they take to come falls behind the market.
    """
    async with market.stream_order_book(symbol) as books:
        await within(anext(books), "the first book")
        for change in await _changes(world, symbol, _SAMPLES):
            versions = await world.market(change)
        newest = versions[symbol]
        await within(anext(books), "the first update")
        samples: list[int] = []
        start_ns = time.perf_counter_ns()

        def is_last(book: OrderBook) -> bool:
            nonlocal start_ns
            now_ns = time.perf_counter_ns()
            samples.append(now_ns - start_ns)
            start_ns = time.perf_counter_ns()
            return book.version == newest or len(samples) == _SAMPLES - 1

        await collect_until(books, is_last, f"the book at version {newest}")
    summary = measure.latency("book update", samples, clause="orderbook_processing")
    must_keep(thresholds, "orderbook_processing", summary)


@case(
    "performance/memory/bounded-over-events",
    level=Level.SHOULD,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.resources],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    performance=True,
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
        before = _resident_bytes()
        for _ in range(events // len(burst)):
            await world.market(*burst)
            for _ in burst:
                await within(anext(trades), "the next trade")
        gc.collect()
        growth = (_resident_bytes() - before) / 2**20
    measure.value("memory_usage_max_mb", max(0.0, growth), f"growth over {events} stream events")
    limit = thresholds.get("memory_usage_max_mb")
    if limit is not None and growth > limit:
        violated(
            "events are kept in memory", expected=f"<= {limit:g} MiB", observed=f"{growth:.1f} MiB"
        )


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()
