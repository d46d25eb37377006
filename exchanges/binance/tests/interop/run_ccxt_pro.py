"""ccxt.pro: unified calls over asyncio, calls over the WebSocket API, everything that it watches."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import ccxt
import ccxt.pro

from . import events, market, unified, unified_orders, unified_socket
from .checks import Close, Partial, Report
from .events import Goal
from .introspection import Must, reaching
from .main import main
from .private import Story
from .run_ccxt import CONTRACTS, FIRST, FIRST_TOO, Derived, camel, exchange, known, refusal
from .steering import DEADLINE_S, ControlPlane, World
from .steps import Step, compared, drive
from .unified import SYMBOL, number

NAME, OTHER = "BTC/USDT", "ETH/USDT"
# Parts of others, though their names do not say so.
# It says that it has it; the method only raises NotSupported.
UNUSABLE_TOO = {"watch_orders_for_symbols"}
CONTRACTS_TOO = re.compile("mark_price|fetch_(order_book|ticker)_ws")
INTERNAL = re.compile("^(authenticate|ensure_|keep_alive|load_|fetch_order_book_snapshot)")


def calls(must: Must) -> dict[str, set[str]]:
    """Every public call that reaches the must tier."""
    owner = ccxt.pro.binance
    has = owner().has

    def methods(text: str) -> Iterable[str]:
        yield from re.findall(r"'method': '([\w.]+)'", text)
        yield from re.findall(r"message\['method'\] = '([\w.]+)'", text)

    past = (*FIRST, *FIRST_TOO)
    sockets = reaching(owner, methods, must.methods, past=past)
    watching = {
        re.sub("[A-Z]", lambda m: "_" + m[0].lower(), name.replace("OHLCV", "Ohlcv")): {"stream"}
        for name, is_there in has.items()
        if is_there and re.match("(unW|w)atch", name)
    }
    found = known(owner, must) | watching
    found |= {n: e for n, e in sockets.items() if n == n.lower() and has.get(camel(n), True)}
    return {
        name: ends
        for name, ends in found.items()
        if name not in UNUSABLE_TOO
        and not INTERNAL.search(name)
        and not (CONTRACTS.search(name) or CONTRACTS_TOO.search(name))
    }


@dataclass(frozen=True)
class Watch:
    """A public call that is made again and again.

    Attributes:
        channel: What the venue says it carries.
        args: Its arguments.
        is_done: Whether a value tells of the goal.
        expected: What such a value must be.
    """

    name: str
    channel: str
    args: tuple[Any, ...]
    is_done: Callable[[Any, Goal], bool]
    expected: Callable[[World, Any], Any]


def book(world: World, value: Any) -> Partial:
    """The whole local book, at the version that it says it has."""
    return unified.book(world, 5000, value["nonce"])


def trades(world: World, value: Any) -> list[Any]:
    """The trades that came."""
    rows = {row["id"]: row for row in market.trades(world, SYMBOL, 100)}
    return [_trade(world, rows[int(one["id"])]) for one in value]


def _trade(world: World, row: Mapping[str, Any]) -> Partial:
    return Partial(
        {
            "id": str(row["id"]),
            "symbol": NAME,
            "timestamp": row["time"],
            "side": "sell" if row["isBuyerMaker"] else "buy",
            "price": number(row["price"]),
            "amount": number(row["qty"]),
        }
    )


def ticker(world: World, value: Mapping[str, Any]) -> Partial:
    """Statistics of 24 hours at the ticker's time."""
    stamp = value["timestamp"]
    row = market.statistics(world, SYMBOL, stamp - market.DAY_MS, stamp)
    names = {
        "open": "openPrice",
        "high": "highPrice",
        "low": "lowPrice",
        "last": "lastPrice",
        "close": "lastPrice",
        "baseVolume": "volume",
        "quoteVolume": "quoteVolume",
    }
    return Partial({"symbol": NAME} | {theirs: number(row[ours]) for theirs, ours in names.items()})


def best(world: World, value: Any) -> Partial:
    """The best levels, at the version that it says it has."""
    truth = world.book(SYMBOL, value["info"]["u"])
    (bid, bids), (ask, asks) = truth["bids"][0], truth["asks"][0]
    row = {"bid": bid, "bidVolume": bids, "ask": ask, "askVolume": asks}
    return Partial({"symbol": NAME} | {name: number(one) for name, one in row.items()})


def candles(world: World, value: Any) -> Any:
    """The newest candle."""
    rows = world.trades(SYMBOL)
    start = market.milliseconds(rows[-1]["venue_time_ns"]) // market.MINUTE_MS * market.MINUTE_MS
    row = market.candle(rows, start, market.MINUTE_MS)
    return [[row[0], *(number(one) for one in row[1:6])]]


def _has_trade(value: Any, goal: Goal) -> bool:
    return any(int(one["id"]) >= goal.trade_id for one in value)


def _has_version(value: Any, goal: Goal) -> bool:
    return bool(value["symbol"] == NAME and value["nonce"] >= goal.version)


def _is_new(value: Any, goal: Goal) -> bool:
    return bool(value["timestamp"] >= goal.since_ms)


def _is_best(value: Any, goal: Goal) -> bool:
    return bool(value["info"]["u"] >= goal.version)


def _is_open(value: Any, goal: Goal) -> bool:
    return True  # there are no candles before the first trade


def _inside(is_done: Callable[[Any, Goal], bool]) -> Callable[[Any, Goal], bool]:
    return lambda value, goal: NAME in value and is_done(value[NAME], goal)


def _each(expected: Callable[[World, Any], Any]) -> Callable[[World, Any], Any]:
    return lambda world, value: {NAME: expected(world, value[NAME])}


def _framed(world: World, value: Any) -> Any:
    return {NAME: {"1m": candles(world, value)}}


PAIRS = ([NAME, OTHER],)
FRAMES = ([[NAME, "1m"], [OTHER, "1m"]],)
WATCHES = (
    Watch("watch_order_book", "order_book", (NAME,), _has_version, book),
    Watch("watch_order_book_for_symbols", "order_book", PAIRS, _has_version, book),
    Watch("watch_trades", "trades", (NAME,), _has_trade, trades),
    Watch("watch_trades_for_symbols", "trades", PAIRS, _has_trade, trades),
    Watch("watch_ticker", "ticker", (NAME,), _is_new, ticker),
    Watch("watch_tickers", "ticker", PAIRS, _inside(_is_new), _each(ticker)),
    Watch("watch_bids_asks", "top_of_book", PAIRS, _inside(_is_best), _each(best)),
    Watch("watch_ohlcv", "candles", (NAME, "1m"), _is_open, candles),
    Watch("watch_ohlcv_for_symbols", "candles", FRAMES, _inside(_is_open), _framed),
)


def check(control: ControlPlane, report: Report) -> None:
    """Everything ccxt.pro has for the must tier."""
    report.has(calls(Must.of(control.documented)))
    loop = asyncio.new_event_loop()
    for scenarios in ((unified.requests, unified_orders.requests), (unified_socket.requests,)):
        with control.world(seed=1) as world:
            client = exchange(ccxt.pro.binance, world)
            loop.run_until_complete(client.load_markets())
            for scenario in scenarios:
                drive(scenario(world), partial(made, client, loop, report), report, "")
            loop.run_until_complete(client.close())
    for one in WATCHES:
        with control.world(seed=2) as world:
            loop.run_until_complete(watched(world, one, report))
    with control.world(seed=3) as world:
        loop.run_until_complete(account(world, report))
    loop.close()


def made(client: Any, loop: asyncio.AbstractEventLoop, report: Report, step: Step) -> Any:
    """Make one step's call and compare what it says."""
    name = step.params["name"]
    work = said(client, name, step.params["args"])
    return compared(step, name, lambda: loop.run_until_complete(work), report)


async def said(client: Any, call: str, args: Iterable[Any]) -> Any:
    """What a unified call says, a refusal included."""
    try:
        return await getattr(client, call)(*args)
    except ccxt.ExchangeError as error:
        return refusal(error)


async def watched(world: World, watch: Watch, report: Report) -> None:
    """Watch until a move of the world has arrived, then stop watching."""
    client = exchange(ccxt.pro.binance, world)
    await client.load_markets()

    def again() -> asyncio.Future[Any]:
        return asyncio.ensure_future(getattr(client, watch.name)(*watch.args))

    try:
        async with asyncio.timeout(DEADLINE_S):
            waiting = again()
            match = {"channel": watch.channel, "symbol": "BTC-USDT"}
            await asyncio.to_thread(lambda: world.wait("subscribed", **match))
            goal = await asyncio.to_thread(events.move, world)
            value = await waiting
            while not watch.is_done(value, goal):
                waiting = again()  # what comes while nobody waits is kept, and not told again
                await asyncio.to_thread(events.move, world)
                value = await waiting
            report.check(watch.name, "stream", watch.expected(world, value), value)
            stop = f"un_{watch.name}"
            await getattr(client, stop)(*watch.args)
            # The path of the connection, a number, counts as a subscription that never hears anything.
            names = [n for one in world.connections() for n in one["subscriptions"] if "@" in n]
            report.check(stop, "stream", [], names)
    except (TimeoutError, ccxt.BaseError) as error:
        report.failed(watch.name, "stream", error)
    await client.close()


async def account(world: World, report: Report) -> None:
    """Orders, trades and funds as they change, while orders are made over REST."""
    client = exchange(ccxt.pro.binance, world)
    await client.load_markets()
    story = Story(world)
    own, orders, fills = story.trader.own, {}, {}

    async def follow(call: str, keep: Callable[[Any], None], is_over: Callable[[], bool]) -> None:
        while not is_over():
            keep(await getattr(client, call)())

    def is_told() -> bool:
        return len(orders) == 3 and orders[max(orders)]["status"] == "expired"

    tasks = [
        asyncio.ensure_future(task)
        for task in (
            follow(
                "watch_orders",
                lambda rows: orders.update({int(row["id"]): row for row in rows}),
                is_told,
            ),
            follow(
                "watch_my_trades",
                lambda rows: fills.update({row["id"]: row for row in rows}),
                lambda: len(fills) == 2,
            ),
        )
    ]
    await asyncio.to_thread(lambda: world.wait("subscribed", channel="private"))
    await asyncio.to_thread(_make_orders, world, story, report)
    try:
        async with asyncio.timeout(DEADLINE_S):
            await asyncio.gather(*tasks)
    except TimeoutError:
        pass  # what is missing is a difference
    stream = "userDataStream.subscribe.signature"
    wanted = {i: Partial(_order_event(own, i)) for i in own.ids()}
    report.check("watch_orders", stream, wanted, orders)
    told = {fill["trade_id"]: Partial(_trade_event(own, fill)) for fill in own.fills()}
    report.check("watch_my_trades", stream, told, fills)
    waiting = asyncio.ensure_future(_locked(client))
    await asyncio.to_thread(_make_one_order, world)
    balances = await asyncio.wait_for(waiting, DEADLINE_S)
    held = unified.balance(world).entries
    report.check("watch_balance", stream, Partial({n: held[n] for n in ("BTC", "USDT")}), balances)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await client.close()


async def _locked(client: Any) -> Any:
    """Funds once they tell of an open order: what came before it may be told first."""
    while not (balances := await client.watch_balance())["USDT"]["used"]:
        pass
    return balances


def _order_event(own: Any, order_id: int) -> dict[str, Any]:
    row = dict(unified.order(own, order_id).entries)
    row["clientOrderId"] = own.truth(order_id)["client_order_id"]  # it keeps the first
    if own.sent[order_id]["type"] == "MARKET":
        row.pop("price")
        row.pop("average")
    return row


def _trade_event(own: Any, fill: Mapping[str, Any]) -> dict[str, Any]:
    row = dict(unified.trade(own, fill).entries)
    row["cost"] = Close(float(Decimal(fill["price"]) * Decimal(fill["quantity"])))
    return row


def _make_one_order(world: World) -> None:
    client = exchange(ccxt.binance, world)
    client.create_limit_buy_order(NAME, 0.01, 59000.0)
    client.session.close()


def _make_orders(world: World, story: Story, report: Report) -> None:
    client = exchange(ccxt.binance, world)
    story.tell(Derived(client), report, "", has_list=False)  # it has no word for order lists
    client.session.close()


if __name__ == "__main__":
    main("ccxt.pro", ccxt.__version__, check)
