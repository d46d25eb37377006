"""The connector against the simulator, in another process: calm, cut, lied to and ignored."""

import asyncio
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import pytest

from venueproof_core import Outcome
from venueproof_core.errors import (
    AuthenticationError,
    ConfigurationError,
    DuplicateClientOrderIdError,
    InsufficientBalanceError,
    InvalidOrderError,
    MalformedMessageError,
    RateLimitedError,
    TimedOutError,
    UnknownOrderError,
)
from venueproof_core.models import (
    Fill,
    Order,
    OrderBook,
    OrderRequest,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)

D = Decimal
SYMBOL = "BTC-USDT"
OpenWorld = Callable[..., Any]


def resting(name: str = "rest", quantity: str = "0.01", **changes: Any) -> OrderRequest:
    values: dict[str, Any] = {
        "symbol": SYMBOL,
        "side": Side.BUY,
        "order_type": OrderType.LIMIT,
        "client_order_id": name,
        "quantity": D(quantity),
        "price": D("54000"),
        "time_in_force": TimeInForce.GTC,
    }
    return OrderRequest(**{**values, **changes})


def taking(name: str = "take", quantity: str = "0.01") -> OrderRequest:
    return resting(name, quantity, order_type=OrderType.MARKET, price=None, time_in_force=None)


async def within(stream: AsyncIterator[Any]) -> Any:
    return await asyncio.wait_for(anext(stream), 5)


async def until(stream: AsyncIterator[Any], is_it: Callable[[Any], bool]) -> list[Any]:
    seen = [await within(stream)]
    while not is_it(seen[-1]):
        seen.append(await within(stream))
    return seen


async def assert_book_is_true(world: Any, book: OrderBook) -> None:
    truth = await world.ask("GET", "/truth/book", symbol=SYMBOL, version=book.version)
    for ours, theirs in ((book.bids, truth["bids"]), (book.asks, truth["asks"])):
        assert list(ours) == [(D(price), D(quantity)) for price, quantity in theirs[: len(ours)]]
        assert len(ours) == (min(len(theirs), book.depth) if book.depth else len(theirs))


# ---------------------------------------------------------------- market data


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


# ---------------------------------------------------------------- orders


@pytest.mark.parametrize("key_type", ["hmac", "ed25519"])
async def test_life_of_an_order(open_world: OpenWorld, key_type: str) -> None:
    async with open_world() as world, world.connector(key_type=key_type) as connector:
        placed = await connector.place(resting("life"))
        assert placed.status is OrderStatus.NEW
        assert [o.client_order_id for o in await connector.open_orders()] == ["life"]
        amended = await connector.amend(
            SYMBOL, venue_order_id=placed.venue_order_id, quantity=D("0.008")
        )
        assert (amended.quantity, amended.client_order_id) == (D("0.008"), "life")
        replaced = await connector.replace(
            SYMBOL, venue_order_id=placed.venue_order_id, request=resting("next", "0.02")
        )
        assert (replaced.client_order_id, replaced.quantity) == ("next", D("0.02"))
        cancelled = await connector.cancel(SYMBOL, client_order_id="next")
        assert cancelled.status is OrderStatus.CANCELED
        found = await connector.order(SYMBOL, client_order_id="next")
        assert (found.status, found.client_order_id) == (OrderStatus.CANCELED, "next")
        history = await connector.order_history(SYMBOL)
        assert [order.client_order_id for order in history] == ["life", "next"]
        assert await connector.cancel_all(SYMBOL) == []
        assert (await connector.fee_rates(SYMBOL)).taker == D("0.001")


async def test_refusals_have_their_class(open_world: OpenWorld) -> None:
    async with open_world() as world, world.connector() as connector:
        await connector.place(resting("same"))
        with pytest.raises(DuplicateClientOrderIdError):
            await connector.place(resting("same"))
        with pytest.raises(InsufficientBalanceError):
            await connector.place(resting("rich", "19"))
        with pytest.raises(InvalidOrderError):
            await connector.place(resting("dust", "0.000001"))
        with pytest.raises(InvalidOrderError, match="nothing was sent"):
            await connector.place(resting("day", time_in_force=TimeInForce.DAY))
        with pytest.raises(UnknownOrderError) as unknown:
            await connector.cancel(SYMBOL, client_order_id="never")
        assert unknown.value.outcome is Outcome.UNKNOWN
        with pytest.raises(UnknownOrderError) as missing:
            await connector.order(SYMBOL, client_order_id="never")
        assert missing.value.outcome is Outcome.NOT_APPLIED
    async with open_world() as world, world.connector(api_secret="wrong") as connector:
        with pytest.raises(AuthenticationError):
            await connector.balances()


@pytest.mark.parametrize("delivery", ["never", "cut", "truncated"])
async def test_a_lost_reply_leaves_one_order_and_returns_it(
    open_world: OpenWorld, delivery: str
) -> None:
    async with open_world() as world, world.connector() as connector:
        await connector.balances()
        await world.fault("lose_reply", {"operation": "place"}, parameters={"delivery": delivery})
        placing = asyncio.create_task(connector.place(resting("lost")))
        await world.wait("request", operation="place")
        if delivery == "never":
            world.clock.advance(5.5)
        placed = await placing
        assert (placed.client_order_id, placed.status) == ("lost", OrderStatus.NEW)
        assert len(await world.requests("place")) == 1
        assert len(await world.ask("GET", "/truth/orders", symbol=SYMBOL)) == 1


@pytest.mark.parametrize("reason", ["overloaded", "internal", "unknown_outcome"])
@pytest.mark.parametrize("applied", [True, False])
async def test_a_server_error_is_reconciled_not_resent(
    open_world: OpenWorld, reason: str, applied: bool
) -> None:
    async with open_world() as world, world.connector() as connector:
        parameters = {"reason": reason, "applied": applied}
        await world.fault("refuse_request", {"operation": "place"}, parameters=parameters)
        if applied:
            assert (await connector.place(resting("err"))).client_order_id == "err"
        else:
            with pytest.raises(Exception, match="UNKNOWN") as failed:
                await connector.place(resting("err"))
            assert failed.value.outcome is Outcome.UNKNOWN
        assert len(await world.requests("place")) == 1


@pytest.mark.parametrize("body", ["html", "empty", "garbage", "null"])
async def test_an_unreadable_reply_to_an_order_is_reconciled(
    open_world: OpenWorld, body: str
) -> None:
    async with open_world() as world, world.connector() as connector:
        parameters = {"body": body, "status": 200}
        await world.fault("replace_body", {"operation": "place"}, parameters=parameters)
        assert (await connector.place(resting("html"))).client_order_id == "html"
        assert len(await world.requests("place")) == 1
        await world.fault(
            "replace_body", {"operation": "order_book"}, count=None, parameters=parameters
        )
        with pytest.raises(MalformedMessageError) as malformed:
            await connector.order_book(SYMBOL)
        assert malformed.value.outcome is Outcome.NOT_APPLIED
        assert len(await world.requests("order_book")) == 3


async def test_a_lost_reply_to_a_cancel_ends_in_the_order_s_true_state(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world, world.connector() as connector:
        await connector.place(resting("gone"))
        await world.fault("lose_reply", {"operation": "cancel"}, parameters={"delivery": "cut"})
        cancelled = await connector.cancel(SYMBOL, client_order_id="gone")
        assert (cancelled.status, cancelled.client_order_id) == (OrderStatus.CANCELED, "gone")
        assert len(await world.requests("cancel")) == 1


async def test_an_order_still_on_its_way_stays_unknown(open_world: OpenWorld) -> None:
    async with open_world() as world, world.connector() as connector:
        await connector.balances()
        gate = await world.gate("received", operation="place")
        placing = asyncio.create_task(connector.place(resting("late")))
        await world.wait("gate", id=gate)
        world.clock.advance(5.5)
        with pytest.raises(TimedOutError) as timeout:
            await placing
        assert timeout.value.outcome is Outcome.UNKNOWN
        await world.ask("POST", f"/gates/{gate}/release")
        assert len(await world.requests("place")) == 1


# ---------------------------------------------------------------- private streams


async def test_events_that_overtake_the_reply_are_not_undone_by_it(open_world: OpenWorld) -> None:
    async with (
        open_world() as world,
        world.connector() as connector,
        connector.stream_orders() as orders,
    ):
        gate = await world.gate("before_reply", operation="place")
        placing = asyncio.create_task(connector.place(resting("race")))
        await world.wait("gate", id=gate)
        await world.ask("POST", "/counterparty", {"symbol": SYMBOL, "client_order_id": "race"})
        seen = await until(orders, lambda order: not order.is_open)
        await world.ask("POST", f"/gates/{gate}/release")
        assert (await placing).status is OrderStatus.FILLED
        filled = [order.filled_quantity for order in seen]
        assert filled == sorted(filled)


@pytest.mark.parametrize("protocol", [None, "2026-02-19"])
async def test_fills_missed_in_a_cut_come_exactly_once(
    open_world: OpenWorld, protocol: str | None
) -> None:
    async with (
        open_world(protocol=protocol) as world,
        world.connector() as connector,
        connector.stream_fills() as fills,
        connector.stream_orders() as orders,
        connector.stream_balances() as balances,
    ):
        await connector.place(resting("cut", "0.03"))
        part = {"symbol": SYMBOL, "client_order_id": "cut", "quantity": "0.01"}
        await world.ask("POST", "/counterparty", part)
        first: Fill = await within(fills)
        await world.fault("refuse_connection")
        await world.fault("close_stream", parameters={"code": 0})
        await world.ask("POST", "/counterparty", part)
        await world.restored("private")
        await world.ask("POST", "/counterparty", part)
        rest = [await within(fills), await within(fills)]
        truth = await world.ask("GET", "/truth/fills", symbol=SYMBOL)
        assert sorted(f.trade_id for f in (first, *rest)) == [f["trade_id"] for f in truth]
        last: Order = (await until(orders, lambda order: not order.is_open))[-1]
        assert (last.status, last.filled_quantity) == (OrderStatus.FILLED, D("0.03"))
        await until(
            balances, lambda b: b.currency == "BTC" and b.available + b.locked == D("20.029973")
        )
        after = await connector.place(taking("after"))
        assert (await within(fills)).venue_order_id == after.venue_order_id, "a fill came twice"


async def test_a_private_event_that_was_dropped_is_noticed_by_the_next(
    open_world: OpenWorld,
) -> None:
    async with (
        open_world() as world,
        world.connector() as connector,
        connector.stream_fills() as fills,
    ):
        await connector.place(resting("drop", "0.03"))
        part = {"symbol": SYMBOL, "client_order_id": "drop", "quantity": "0.01"}
        await world.wait("frames", channel="private", event="order")
        await world.fault("drop_event", {"event": "fill"})
        await world.ask("POST", "/counterparty", part)
        await world.ask("POST", "/counterparty", part)
        seen = [await within(fills), await within(fills)]
        assert len({fill.trade_id for fill in seen}) == 2


async def test_a_transfer_shows_as_a_balance(open_world: OpenWorld) -> None:
    async with (
        open_world() as world,
        world.connector() as connector,
        connector.stream_balances() as balances,
    ):
        before = {b.currency: b.available for b in await connector.balances()}
        await world.ask("POST", "/transfer", {"currency": "USDT", "amount": "5"})
        seen = await until(balances, lambda b: b.currency == "USDT")
        assert seen[-1].available == before["USDT"] + 5


async def test_a_listen_key_is_renewed_again_and_again(open_world: OpenWorld) -> None:
    async with (
        open_world(protocol="2026-02-19") as world,
        world.connector() as connector,
        connector.stream_orders() as orders,
    ):
        for renewal in range(1, 6):
            # In steps: a jump beyond a quiet minute would also be a silent stream.
            await world.ask("POST", "/clock", {"timers": {"advance_s": 1801}})
            world.clock.advance(1801)
            await world.wait("reply", count=renewal, operation="renew_private_stream")
        await connector.place(resting("alive"))
        assert (await within(orders)).client_order_id == "alive"
        assert len(await world.requests("open_private_stream")) == 1


async def test_an_expired_listen_key_is_replaced(open_world: OpenWorld) -> None:
    async with (
        open_world(protocol="2026-02-19") as world,
        world.connector() as connector,
        connector.stream_orders() as orders,
    ):
        await world.ask("POST", "/clock", {"timers": {"advance_s": 3700}})
        await world.restored("private")
        await connector.place(resting("again"))
        assert (await within(orders)).client_order_id == "again"


# ---------------------------------------------------------------- clocks and limits


@pytest.mark.parametrize("offset_ms", [-30_000, 30_000])
async def test_skew_is_measured_before_the_first_signature(
    open_world: OpenWorld, offset_ms: int
) -> None:
    async with open_world() as world, world.connector() as connector:
        await world.ask("POST", "/clock", {"stamp": {"offset_ms": offset_ms}})
        await connector.balances()
        assert len(await world.requests("balances")) == 1


@pytest.mark.parametrize("offset_ms", [-30_000, 30_000])
async def test_a_clock_that_jumps_is_measured_again(open_world: OpenWorld, offset_ms: int) -> None:
    async with open_world() as world, world.connector() as connector:
        await connector.balances()
        await world.ask("POST", "/clock", {"stamp": {"offset_ms": offset_ms}})
        placed = await connector.place(resting("jump"))
        assert placed.status is OrderStatus.NEW
        async with connector.stream_orders() as orders:
            await world.ask("POST", "/clock", {"stamp": {"offset_ms": -offset_ms}})
            await world.fault("close_stream", parameters={"code": 1001})
            await world.restored("private")
            await connector.cancel(SYMBOL, client_order_id="jump")
            await until(orders, lambda order: not order.is_open)
        assert len(await world.ask("GET", "/truth/orders", symbol=SYMBOL)) == 1


@pytest.mark.parametrize("reason", ["rate_limited", "banned"])
async def test_retry_after_is_obeyed_by_every_call(open_world: OpenWorld, reason: str) -> None:
    async with open_world() as world, world.connector() as connector:
        await connector.balances()
        parameters = {"reason": reason, "retry_after_s": 30}
        await world.fault("refuse_request", {"operation": "order_book"}, parameters=parameters)
        with pytest.raises(RateLimitedError) as limited:
            await connector.order_book(SYMBOL)
        assert limited.value.retry_after_s == 30
        asked = len(await world.ask("GET", "/journal"))
        reading = asyncio.create_task(connector.order_book(SYMBOL))
        with pytest.raises(RateLimitedError, match="nothing was sent") as refused:
            await connector.place(resting("wait"))
        assert refused.value.outcome is Outcome.NOT_APPLIED
        assert len(await world.ask("GET", "/journal")) == asked
        await world.ask("POST", "/clock", {"timers": {"advance_s": 31}})
        world.clock.advance(31)
        assert (await reading).symbol == SYMBOL


async def test_secrets_are_in_no_log_and_no_error(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with (
        open_world(protocol="2026-02-19") as world,
        world.connector() as connector,
        connector.stream_orders(),
    ):
        await world.fault("replace_body", {"operation": "balances"}, count=None)
        with pytest.raises(MalformedMessageError) as failed:
            await connector.balances()
        await world.fault("close_stream", parameters={"code": 1001})
        await world.restored("private")
        shown = caplog.text + repr(failed.value) + str(failed.value)
        secret = world.info.credentials.api_secret
        key = world.info.credentials.api_key
        assert secret not in shown
        assert key not in shown
        assert "signature=" not in shown
