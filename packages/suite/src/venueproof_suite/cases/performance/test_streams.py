"""How long messages of a stream take, and whether a connector keeps up with many of them."""

import time
from collections.abc import AsyncIterator
from itertools import pairwise

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.control import Channel, Match, Operation, Print, SetLevel
from venueproof_core.models import OrderBook
from venueproof_core.venue import PublicConnector
from venueproof_suite import Measure, World, case, collect_until, violated, within
from venueproof_suite.cases.performance.figures import (
    busy_loop,
    growth,
    loop_lag_ns,
    must_keep,
    round_trip_ns,
    timed,
)

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


# Of the yardstick, so that a slow machine has a long limit.
_MOST_ROUND_TRIPS = 10
_BURST = 3_000
_MOST_GROWTH = 3.0


@case(
    "performance/stream/event-to-delivery",
    level=Level.SHOULD,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.resources, BugClass.throttling],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    performance=True,
)
async def test_event_to_delivery(
    market: PublicConnector, world: World, symbol: str, measure: Measure
) -> None:
    """From the venue's sending to the reader a trade takes as long as a few requests on this machine, at the median.

    Whoever polls, or hands over in batches, gives each quote away to those who are told at once.
    """
    lot = (await world.truth.instruments())[0].lot_size
    yardstick_ns = await round_trip_ns(world)
    delivered: list[int] = []
    async with market.stream_trades(symbol) as trades:
        before = await world.mark()

        async def trade_and_hear() -> None:
            await world.market(Print(symbol=symbol, side="BUY", quantity=lot))
            await within(anext(trades), "the trade")
            delivered.append(time.time_ns())

        await timed(trade_and_hear, count=100, budget_s=0.6)
        sent = [
            entry.time_ns
            for entry in await world.journal(before)
            if entry.kind == "frame_out" and entry.channel is Channel.TRADES
        ]
    samples = [max(0, at - out) for at, out in zip(delivered, sent, strict=True)]
    summary = measure.latency("event to delivery", samples, uncertainty_ns=await loop_lag_ns())
    limit_ms = _MOST_ROUND_TRIPS * yardstick_ns / 1e6
    if summary.p50_ms > limit_ms:
        violated(
            "events are delivered late",
            expected=f"<= {limit_ms:.3f} ms, {_MOST_ROUND_TRIPS} small requests on this machine",
            observed=f"{summary.p50_ms:.3f} ms",
        )


@case(
    "performance/stream/burst-of-updates",
    level=Level.SHOULD,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.resources, BugClass.book_gap],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    performance=True,
    source="https://github.com/sammchardy/python-binance/issues/882",
)
async def test_burst_of_updates(
    market: PublicConnector, world: World, symbol: str, measure: Measure
) -> None:
    """Three thousand updates in one burst are all applied, without a resync, and the last as quickly as the first.

    A book whose updates take longer the more there were falls behind just when the market runs, and for good.
    """
    truth = await world.truth.book(symbol)
    changes = [
        SetLevel(symbol=symbol, side="BUY", price=price, quantity=quantity * (2 + place % 5))
        for place in range(_BURST // 3)
        for price, quantity in truth.bids[1:4]
    ]
    async with market.stream_order_book(symbol, depth=10) as books:
        await within(anext(books), "the first book")
        before = await world.mark()
        await world.market(*changes, is_one_event=False)
        truth = await world.truth.book(symbol)
        samples: list[int] = []
        start_ns = time.perf_counter_ns()

        def is_last(book: OrderBook) -> bool:
            nonlocal start_ns
            now_ns = time.perf_counter_ns()
            samples.append(now_ns - start_ns)
            start_ns = now_ns
            if book.version is not None:
                return book.version >= truth.version
            return [tuple(level) for level in book.bids[1:4]] == truth.bids[1:4]

        seen = await collect_until(books, is_last, "the book after the burst", deadline_s=15)
        asked = [one for one in await world.journal(before) if one.kind == "request"]
    measure.latency("book update in a burst", samples)
    assert [one.operation for one in asked if one.operation is Operation.ORDER_BOOK] == []
    assert [tuple(level) for level in seen[-1].bids[1:4]] == truth.bids[1:4]
    # A client that hands over only the newest of many is not measured by each.
    if len(samples) >= _BURST // 2 and (slower := growth(samples)) > _MOST_GROWTH:
        violated(
            "updates take longer the more there were",
            expected=f"the last quarter at most {_MOST_GROWTH:g} times as long as the first",
            observed=f"{slower:.1f} times",
        )


@case(
    "performance/stream/slow-reader-loses-nothing",
    level=Level.SHOULD,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.resources],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    performance=True,
    beside_others=True,
    source="https://github.com/sammchardy/python-binance/issues/1295",
)
async def test_slow_reader_loses_nothing(
    market: PublicConnector, world: World, symbol: str
) -> None:
    """A reader that was busy during twelve thousand trades has all of them afterwards, each once and in order.

    Queues are bounded, and must be. What did not fit is fetched, or said to be missing; silence is a wrong sum.
    """
    lot = (await world.truth.instruments())[0].lot_size
    best = (await world.truth.book(symbol)).asks[0][0]
    await world.market(SetLevel(symbol=symbol, side="SELL", price=best, quantity=lot * 20_000))
    burst = [Print(symbol=symbol, side="BUY", quantity=lot)] * 1_000
    async with market.stream_trades(symbol) as trades:
        await world.market(burst[0])
        first = await within(anext(trades), "the first trade")
        for _ in range(12):
            await world.market(*burst)
        await world.market(burst[0])
        newest = (await world.truth.trades(symbol, limit=1))[0].trade_id
        seen = await collect_until(
            trades, lambda trade: trade.trade_id == newest, f"trade {newest}", deadline_s=15
        )
    told = [int(trade.trade_id) for trade in (first, *seen)]
    holes = [(one, other) for one, other in pairwise(told) if other != one + 1]
    assert holes[:3] == [], f"{len(told)} trades were told, of {int(newest) - told[0] + 1}"
