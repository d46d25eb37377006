"""Market data on request and streamed, over bad and cut streams."""

import asyncio
from typing import Any

import pytest

from venueproof_core.errors import (
    ConfigurationError,
    InvalidOrderError,
)
from venueproof_core.models import (
    Side,
)

from .steps import SYMBOL, D, OpenWorld, assert_book_is_true, until, within


async def test_market_data_over_rest(open_world: OpenWorld) -> None:
    async with open_world() as world, world.connector() as connector:
        await connector.ping()
        assert await connector.venue_time_ns() > 0
        assert SYMBOL in [i.symbol for i in await connector.instruments()]
        await assert_book_is_true(world, await connector.order_book(SYMBOL, depth=5))
        trades = await connector.trades(SYMBOL, limit=1500)
        ids = [int(trade.trade_id) for trade in trades]
        assert ids == list(range(ids[0], ids[0] + 1500))
        assert (await connector.ticker(SYMBOL)).last_price == trades[-1].price


async def test_candles_are_complete_over_any_number_of_pages(open_world: OpenWorld) -> None:
    async with open_world() as world, world.connector() as connector:
        newest = await connector.candles(SYMBOL, interval_s=60, limit=1100)
        opens = [candle.open_time_ns for candle in newest]
        assert opens == list(range(opens[0], opens[0] + 1100 * 60 * 10**9, 60 * 10**9))
        ranged = await connector.candles(
            SYMBOL, interval_s=60, start_time_ns=opens[10], end_time_ns=opens[1050]
        )
        assert [candle.open_time_ns for candle in ranged] == opens[10:1051]
        some = await connector.candles(
            SYMBOL, interval_s=60, start_time_ns=opens[10] - 1, end_time_ns=opens[50], limit=5
        )
        assert [candle.open_time_ns for candle in some] == opens[10:15]
        last = await connector.candles(SYMBOL, interval_s=60, end_time_ns=opens[50], limit=5)
        assert [candle.open_time_ns for candle in last] == opens[46:51]
        with pytest.raises(ConfigurationError, match="no candles of 7 s"):
            await connector.candles(SYMBOL, interval_s=7)


async def test_an_unknown_symbol_is_refused_by_the_venue(open_world: OpenWorld) -> None:
    async with open_world() as world, world.connector() as connector:
        with pytest.raises(InvalidOrderError) as refused:
            await connector.order_book("NO-SUCH")
        assert refused.value.code == "-1121"


@pytest.mark.parametrize("depth", [None, 5])
async def test_a_streamed_book_is_true_at_every_version(
    open_world: OpenWorld, depth: int | None
) -> None:
    async with (
        open_world() as world,
        world.connector() as connector,
        connector.stream_order_book(SYMBOL, depth=depth) as books,
    ):
        book = await within(books)
        for _ in range(5):
            await assert_book_is_true(world, book)
            await world.market(kind="walk", steps=3)
            book = await within(books)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("drop_event", {}),
        ("garble_event", {}),
        ("garble_event", {"parameters": {"how": "brackets"}}),
        ("reorder_events", {}),
        ("duplicate_event", {}),
    ],
)
async def test_a_book_survives_a_bad_stream(
    open_world: OpenWorld, kind: str, more: dict[str, Any]
) -> None:
    async with (
        open_world() as world,
        world.connector() as connector,
        connector.stream_order_book(SYMBOL) as books,
    ):
        await within(books)
        fault = await world.fault(kind, {"channel": "order_book"}, **more)
        for _ in range(4):
            versions = await world.market(kind="walk", steps=2)
        seen = await until(books, lambda book: book.version >= versions[SYMBOL])
        for book in seen:
            await assert_book_is_true(world, book)
        assert (await world.ask("DELETE", f"/faults/{fault}"))["fired"] == 1


async def test_a_book_survives_a_cut_and_a_jump_of_the_market(open_world: OpenWorld) -> None:
    async with (
        open_world() as world,
        world.connector() as connector,
        connector.stream_order_book(SYMBOL) as books,
    ):
        await within(books)
        await world.fault("close_stream", parameters={"code": 1000})
        versions = await world.market(kind="move", middle="50000")
        seen = await until(books, lambda book: book.version >= versions[SYMBOL])
        await assert_book_is_true(world, seen[-1])


async def test_a_snapshot_held_while_updates_pass_is_aligned(open_world: OpenWorld) -> None:
    async with (
        open_world() as world,
        world.connector() as connector,
        connector.stream_order_book(SYMBOL) as books,
    ):
        gate = await world.gate("before_reply", operation="order_book")
        first = asyncio.create_task(within(books))
        await world.wait("gate", id=gate)
        versions = await world.market(kind="walk", steps=4)
        await world.wait("frames", channel="order_book")
        await world.ask("POST", f"/gates/{gate}/release")
        seen = [await first]
        if seen[-1].version < versions[SYMBOL]:
            seen += await until(books, lambda book: book.version >= versions[SYMBOL])
        await assert_book_is_true(world, seen[-1])


async def test_trades_missed_in_a_cut_are_delivered_once_and_in_order(
    open_world: OpenWorld,
) -> None:
    async with (
        open_world() as world,
        world.connector() as connector,
        connector.stream_trades(SYMBOL) as trades,
    ):
        await world.market(kind="trade", side="BUY", quantity="0.01")
        first = await within(trades)
        await world.fault("refuse_connection")
        await world.fault("close_stream", parameters={"code": 0})
        await world.market(kind="trade", side="SELL", quantity="0.02")
        await world.restored("trades")
        await world.market(kind="trade", side="BUY", quantity="0.03")
        seen = await until(trades, lambda trade: trade.quantity == D("0.03"))
        ids = [int(trade.trade_id) for trade in (first, *seen)]
        assert ids == list(range(ids[0], ids[0] + len(ids)))
        assert [t.taker_side for t in (first, *seen)] == [Side.BUY, Side.SELL, Side.BUY]


async def test_top_of_book_and_candles_are_current_after_a_cut(open_world: OpenWorld) -> None:
    async with (
        open_world() as world,
        world.connector() as connector,
        connector.stream_top_of_book(SYMBOL) as tops,
        connector.stream_candles(SYMBOL, interval_s=60) as candles,
    ):
        await world.fault("close_stream", parameters={"code": 1001})
        await world.market(kind="move", middle="50000")
        top = (await until(tops, lambda top: top.bid.price < D(50_100)))[-1]
        book = await connector.order_book(SYMBOL, depth=1)
        assert (top.bid, top.ask) == (book.bids[0], book.asks[0])
        assert (await within(candles)).interval_s == 60


async def test_a_dead_stream_is_noticed_within_the_promise(open_world: OpenWorld) -> None:
    async with (
        open_world() as world,
        world.connector() as connector,
        connector.stream_order_book(SYMBOL) as books,
    ):
        await within(books)
        await world.fault("stall_stream")
        versions = await world.market(kind="walk", steps=2)
        world.clock.advance(90)
        seen = await until(books, lambda book: book.version >= versions[SYMBOL])
        await assert_book_is_true(world, seen[-1])
