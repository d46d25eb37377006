"""ccxt at the simulator: its own requests and no other, its words in ours."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

import pytest

from venueproof_bridges.ccxt.errors import MEANINGS
from venueproof_core import Outcome
from venueproof_core.control import Channel, JournalEntry, Match, Operation
from venueproof_core.errors import (
    ConfigurationError,
    InsufficientBalanceError,
    TransportError,
    UnknownOrderError,
)
from venueproof_core.models import OrderRequest, OrderStatus, OrderType, Side, TimeInForce

# In CI a missing ccxt is a failure: nothing is skipped there without a word.
pytestmark = [
    pytest.mark.skipif(
        find_spec("ccxt") is None and "CI" not in os.environ,
        reason="ccxt is not installed: pip install 'venueproof-bridges[ccxt]'",
    ),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of ccxt's use of its libraries
]
Run = Callable[[Any], Any]
SYMBOL, THEIRS = "BTC-USDT", "BTC/USDT"
MADE_BY_THE_CLIENT = frozenset({"timestamp", "signature", "apiKey", "endTime"})


def limit_order(client_order_id: str, **changes: Any) -> OrderRequest:
    values: dict[str, Any] = {
        "symbol": SYMBOL,
        "side": Side.BUY,
        "order_type": OrderType.LIMIT,
        "client_order_id": client_order_id,
        "quantity": Decimal("0.01"),
        "price": Decimal("50000.01"),
        "time_in_force": TimeInForce.GTC,
    }
    return OrderRequest(**(values | changes))


def canonical(entries: list[JournalEntry]) -> list[tuple[str, dict[str, str]]]:
    """Requests and client frames: what was asked, and all parameters that do not change by the hour."""
    return [
        (
            entry.text.partition("?")[0] if entry.kind == "request" else "frame",
            {
                name: "*" if name in MADE_BY_THE_CLIENT else value
                for name, value in sorted(entry.parameters.items())
            },
        )
        for entry in entries
        if entry.kind in ("request", "frame_in")
    ]


# Step: what the bridge is asked, and what is the same said to ccxt directly.
Step = tuple[Callable[[Any, Any], Awaitable[Any]], Callable[[Any, Any], Awaitable[Any]]]
FIRST, SECOND = limit_order("mine-1"), limit_order("mine-2", price=Decimal(50001))
BY_QUOTE = limit_order(
    "mine-3",
    order_type=OrderType.MARKET,
    quantity=None,
    price=None,
    quote_quantity=Decimal(600),
    time_in_force=None,
)
STOP = limit_order(
    "mine-4", side=Side.SELL, order_type=OrderType.STOP_LIMIT, stop_price=Decimal("55000")
)


async def first_book_of_bridge(bridge: Any, world: Any) -> None:
    async with bridge.stream_order_book(SYMBOL) as books:
        await anext(books)


async def first_book_of_ccxt(exchange: Any, world: Any) -> None:
    await exchange.watch_order_book(THEIRS)
    await exchange.un_watch_order_book(THEIRS)


async def private_stream_of_bridge(bridge: Any, world: Any) -> None:
    async with bridge.stream_orders() as orders:
        await bridge.place(limit_order("mine-5"))
        await anext(orders)


async def private_stream_of_ccxt(exchange: Any, world: Any) -> None:
    watching = asyncio.ensure_future(exchange.watch_orders())
    await world.wait("subscribed", match=Match(channel=Channel.PRIVATE))
    params = {"clientOrderId": "mine-5", "timeInForce": "GTC"}
    await exchange.create_order(THEIRS, "limit", "buy", 0.01, 50000.01, params)
    await watching


async def replaced_by_bridge(bridge: Any, world: Any) -> None:
    (order,) = await bridge.open_orders(SYMBOL)
    await bridge.replace(SYMBOL, venue_order_id=order.venue_order_id, request=SECOND)


async def replaced_by_ccxt(exchange: Any, world: Any) -> None:
    (order,) = await exchange.fetch_open_orders(THEIRS)
    params = {"clientOrderId": "mine-2", "timeInForce": "GTC"}
    await exchange.edit_order(order["id"], THEIRS, "limit", "buy", 0.01, 50001.0, params)


STEPS: dict[str, Step] = {
    "venue_time_ns": (lambda b, _: b.venue_time_ns(), lambda x, _: x.fetch_time()),
    "instruments": (lambda b, _: b.instruments(), lambda x, _: x.fetch_markets()),
    "order_book": (
        lambda b, _: b.order_book(SYMBOL, depth=5),
        lambda x, _: x.fetch_order_book(THEIRS, 5),
    ),
    "trades": (
        lambda b, _: b.trades(SYMBOL, limit=3),
        lambda x, _: x.fetch_trades(THEIRS, limit=3),
    ),
    "candles": (
        lambda b, _: b.candles(SYMBOL, interval_s=60, limit=3),
        lambda x, _: x.fetch_ohlcv(THEIRS, "1m", limit=3),
    ),
    "ticker": (lambda b, _: b.ticker(SYMBOL), lambda x, _: x.fetch_ticker(THEIRS)),
    "balances": (lambda b, _: b.balances(), lambda x, _: x.fetch_balance()),
    "place": (
        lambda b, _: b.place(FIRST),
        lambda x, _: x.create_order(
            THEIRS,
            "limit",
            "buy",
            0.01,
            50000.01,
            {"clientOrderId": "mine-1", "timeInForce": "GTC"},
        ),
    ),
    "order": (
        lambda b, _: b.order(SYMBOL, client_order_id="mine-1"),
        lambda x, _: x.fetch_order_with_client_order_id("mine-1", THEIRS),
    ),
    "open_orders": (lambda b, _: b.open_orders(SYMBOL), lambda x, _: x.fetch_open_orders(THEIRS)),
    "replace": (replaced_by_bridge, replaced_by_ccxt),
    "cancel": (
        lambda b, _: b.cancel(SYMBOL, client_order_id="mine-2"),
        lambda x, _: x.cancel_order_with_client_order_id("mine-2", THEIRS),
    ),
    "place by quote": (
        lambda b, _: b.place(BY_QUOTE),
        lambda x, _: x.create_market_order_with_cost(
            THEIRS, "buy", 600.0, {"clientOrderId": "mine-3"}
        ),
    ),
    "place stop": (
        lambda b, _: b.place(STOP),
        lambda x, _: x.create_order(
            THEIRS,
            "limit",
            "sell",
            0.01,
            50000.01,
            {"clientOrderId": "mine-4", "timeInForce": "GTC", "triggerPrice": 55000.0},
        ),
    ),
    "cancel_all": (lambda b, _: b.cancel_all(SYMBOL), lambda x, _: x.cancel_all_orders(THEIRS)),
    "order_history": (
        lambda b, _: b.order_history(SYMBOL, limit=5),
        lambda x, _: x.fetch_orders(THEIRS, limit=5),
    ),
    "fills": (
        lambda b, _: b.fills(SYMBOL),
        lambda x, _: x.fetch_my_trades(THEIRS, params={"paginate": True}),
    ),
    "stream_order_book": (first_book_of_bridge, first_book_of_ccxt),
    "stream_orders": (private_stream_of_bridge, private_stream_of_ccxt),
}


@pytest.fixture(scope="module")
def journals(using: Any) -> dict[str, tuple[Any, Any]]:
    """For each step, the requests of the bridge and those of bare ccxt, in two equal worlds."""

    async def steps(which: int) -> dict[str, Any]:
        found = {}
        async with using("ccxt") as (world, bridge):
            exchange = bridge._client.exchange
            exchange.enableRateLimit = False  # it is the requests that are compared, not their pace
            spoken_to = (bridge, exchange)[which]
            for name, step in STEPS.items():
                before = await world.mark()
                await step[which](spoken_to, world)
                found[name] = canonical(await world.journal(before))
        return found

    of_bridge, of_ccxt = asyncio.run(steps(0)), asyncio.run(steps(1))
    return {name: (of_bridge[name], of_ccxt[name]) for name in STEPS}


@pytest.mark.parametrize("name", STEPS)
def test_one_call_makes_only_ccxts_own_requests(
    journals: dict[str, tuple[Any, Any]], name: str
) -> None:
    of_bridge, of_ccxt = journals[name]
    assert of_bridge == of_ccxt
    assert of_bridge, "nothing was asked"


def test_table_of_errors_knows_every_class_of_ccxt() -> None:
    from ccxt.base.errors import __all__ as names

    assert set(names) - {"error_hierarchy"} == set(MEANINGS)


def test_order_lives_and_its_streams_tell_of_it(run: Run, using: Any) -> None:
    async def trade() -> None:
        async with (
            using("ccxt") as (world, bridge),
            bridge.stream_orders() as orders,
            bridge.stream_fills() as fills,
            bridge.stream_balances() as balances,
        ):
            assert await world.wait("subscribed", deadline_s=1) >= 1, (
                "entered before it was acknowledged"
            )
            placed = await bridge.place(FIRST)
            assert (placed.status, placed.price) == (OrderStatus.NEW, Decimal("50000.01"))
            assert (await anext(orders)).client_order_id == "mine-1"
            assert (await anext(balances)).currency == "USDT"
            await world.counterparty(FIRST)
            fill = await anext(fills)
            assert (fill.quantity, fill.fee_currency) == (Decimal("0.01"), "BTC")
            assert (await anext(orders)).status is OrderStatus.FILLED
            (truth,) = await world.truth.fills(SYMBOL)
            assert fill.trade_id == truth.trade_id

    run(trade())


def test_stream_is_entered_before_its_first_value_and_left_in_good_order(
    run: Run, using: Any
) -> None:
    async def watch() -> None:
        async with using("ccxt") as (world, bridge):
            async with bridge.stream_trades(SYMBOL):
                await world.wait("subscribed", deadline_s=1)
            entries = await world.journal()
            assert any("UNSUBSCRIBE" in entry.text for entry in entries)

    run(watch())


def test_book_carries_the_venues_version(run: Run, using: Any) -> None:
    async def watch() -> None:
        async with using("ccxt") as (world, bridge), bridge.stream_order_book(SYMBOL) as books:
            book = await anext(books)
            truth = await world.truth.book(SYMBOL, book.version)
            assert list(book.bids[:5]) == truth.bids[:5]
            assert book.received_time_ns is not None

    run(watch())


def test_stream_goes_on_after_a_cut_and_close_ends_it(run: Run, using: Any) -> None:
    async def watch() -> None:
        async with using("ccxt") as (world, bridge), bridge.stream_order_book(SYMBOL) as books:
            await anext(books)
            before = await world.mark()
            await world.fault("close_stream", code=0)
            await world.wait("closed", since=before)
            await world.wait("subscribed", since=before)
            await anext(books)
            await bridge.aclose()

    run(watch())


def test_what_ccxt_does_not_have_is_not_implemented(run: Run, using: Any) -> None:
    async def ask() -> None:
        async with using("ccxt") as (_, bridge):
            bridge._client.exchange.has["fetchTicker"] = "emulated"
            with pytest.raises(NotImplementedError, match=r"has\['fetchTicker'\] is 'emulated'"):
                await bridge.ticker(SYMBOL)
            with pytest.raises(NotImplementedError, match="no timeframe of 7 s"):
                await bridge.candles(SYMBOL, interval_s=7)

    run(ask())


def test_refusals_are_ours(run: Run, using: Any) -> None:
    async def ask() -> None:
        async with using("ccxt") as (_, bridge):
            with pytest.raises(UnknownOrderError) as gone:
                await bridge.cancel(SYMBOL, client_order_id="nobody")
            assert (gone.value.outcome, gone.value.code) == (Outcome.UNKNOWN, "-2011")
            with pytest.raises(InsufficientBalanceError) as poor:
                await bridge.place(limit_order("big", quantity=Decimal(100)))
            assert poor.value.outcome is Outcome.NOT_APPLIED

    run(ask())


def test_lost_reply_of_a_write_is_unknown_and_is_not_sent_again(run: Run, using: Any) -> None:
    async def ask() -> None:
        async with using("ccxt", request_timeout_s=0.5) as (world, bridge):
            await bridge.venue_time_ns()
            before = await world.mark()
            await world.fault("lose_reply", match=Match(operation=Operation.PLACE))
            with pytest.raises(TransportError) as lost:
                await bridge.place(FIRST)
            assert lost.value.outcome is Outcome.UNKNOWN
            asked = [text for text, _ in canonical(await world.journal(before))]
            assert asked == ["GET /api/v3/exchangeInfo", "POST /api/v3/order"]

    run(ask())


@pytest.fixture
def no_endpoints(plugins: Any) -> Callable[[], Any]:
    """ccxt's connector, told of no endpoint."""
    connector = plugins.connectors["binance", "ccxt"]
    return lambda: connector.connect(connector.settings(), {}, clock=None)


def test_missing_endpoint_is_named(run: Run, no_endpoints: Any) -> None:
    with pytest.raises(ConfigurationError, match="needs an endpoint or key named 'rest'"):
        run(no_endpoints())
