"""python-binance: Client, AsyncClient, both with the WebSocket API, sockets, user socket, depth cache.

The last three also by its threaded managers.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from typing import Any

from binance import AsyncClient, BinanceSocketManager, Client, DepthCacheManager
from binance.exceptions import BinanceAPIException

from . import account, events, extras, lists, market, threaded_python_binance
from .calls_python_binance import BY_NAME, BY_REST, BY_SOCKET
from .checks import Report, Text, Within
from .introspection import Must, reaching, streams
from .main import main
from .private import Story
from .steering import DEADLINE_S, ControlPlane, World
from .steps import Refusal, run

SYMBOL = "BTCUSDT"
OTHER_MARKETS = ("futures_", "margin_", "options_", "papi_")


def endpoints(source: str) -> Iterable[str]:
    """What a method's source reaches."""
    for verb, path in re.findall(r'self\._(get|post|put|delete)\(\s*"([^"]+)"', source):
        yield f"{verb.upper()} /api/v3/{path}"
    for verb, path in re.findall(r'self\._request_api\(\s*"(\w+)",\s*"([^"]+)"', source):
        yield f"{verb.upper()} /api/v3/{path}"
    for verb, path in re.findall(r'_request_margin_api\(\s*"(\w+)",\s*"([^"]+)"', source):
        yield f"{verb.upper()} /sapi/v1/{path}"
    yield from re.findall(r'self\._ws_api_request(?:_sync)?\(\s*"([^"]+)"', source)


def known(must: Must) -> dict[str, set[str]]:
    """Every public call that reaches the must tier."""
    found: dict[str, set[str]] = {}
    through = ("_historical_klines", "_historical_klines_generator", "_klines")
    for owner in (Client, AsyncClient):
        calls = reaching(owner, endpoints, must.requests | must.methods, through=through)
        found |= {
            f"{owner.__name__}.{name}": ends
            for name, ends in calls.items()
            if not name.startswith(OTHER_MARKETS)
        }
    sockets = reaching(BinanceSocketManager, _spot_streams, must.streams)
    sockets |= {
        "user_socket": {"userDataStream.subscribe.signature"},
        "multiplex_socket": {"trade"},
    }
    threaded = threaded_python_binance.known(sockets)
    return found | sockets | threaded | {"DepthCacheManager": {"depth", "GET /api/v3/depth"}}


def _spot_streams(source: str) -> Iterable[str]:
    is_spot = "._get_socket(" in source
    return streams(source) if is_spot else ()


def local(owner: type, world: World) -> Any:
    """The client's class with other URLs."""
    urls = {
        "API_URL": world.rest + "/api",
        "MARGIN_API_URL": world.rest + "/sapi",
        "WS_API_URL": world.websocket_api,
    }
    return type(owner.__name__, (owner,), urls)


class Adapter:
    """Either client; coroutines are run to their end."""

    def __init__(self, client: Any, loop: asyncio.AbstractEventLoop, calls: Any) -> None:
        self.client = client
        self.calls = calls
        self._loop = loop

    def call(self, name: str, endpoint: str, params: Mapping[str, Any]) -> Any:
        """Make a call; see ``steps.Adapter``."""
        given = dict(params)
        if name.startswith("ws_"):  # arrays are arrays there
            given |= {k: json.loads(v) for k, v in params.items() if str(v)[:1] == "["}
        try:
            result = getattr(self.client, name)(**given)
            return self._loop.run_until_complete(result) if inspect.isawaitable(result) else result
        except BinanceAPIException as error:
            body = error.response
            told = body["error"] if isinstance(body, dict) else self._body(body)
            return Refusal(error.code, error.message, error.status_code, told.get("data"))

    def _body(self, response: Any) -> Any:
        text = response.text
        if callable(text):
            text = self._loop.run_until_complete(text())
        return json.loads(text)


def requests(control: ControlPlane, report: Report, loop: asyncio.AbstractEventLoop) -> None:
    """Both clients, over REST and over the WebSocket API."""
    tables = [(Client, BY_REST), (AsyncClient, BY_REST), (AsyncClient, BY_NAME)]
    tables += [(Client, BY_SOCKET), (AsyncClient, BY_SOCKET)]
    for seed, (owner, calls) in enumerate(tables):
        for scenario in (extras.everything, lists.requests):
            with control.world(seed=seed) as world:
                client = _open(owner, world, loop)
                run(scenario(world), Adapter(client, loop, calls), report, f"{owner.__name__}.")
                _close(client, loop)

    with control.world(protocol=extras.LISTEN_KEYS) as world:
        client = _open(AsyncClient, world, loop)
        adapter = Adapter(client, loop, BY_NAME)
        run(extras.listen_keys(world), adapter, report, "AsyncClient.")
        _close(client, loop)


def _open(owner: type, world: World, loop: asyncio.AbstractEventLoop, **keys: Any) -> Any:
    keys = keys or {"api_key": world.key, "api_secret": world.secret}
    if owner is Client:
        return local(owner, world)(**keys)
    return loop.run_until_complete(local(owner, world).create(**keys))


def _close(client: Any, loop: asyncio.AbstractEventLoop) -> None:
    if client.ws_api.ws is not None:
        loop.run_until_complete(_end(client.ws_api))
    closing = client.close_connection()
    if inspect.isawaitable(closing):
        loop.run_until_complete(closing)


async def _end(*sockets: Any) -> None:
    """Close sockets. Left alone, each would read on for ten seconds first."""
    reading = asyncio.all_tasks() - {asyncio.current_task()}
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    for socket in sockets:
        await socket.close()


def helpers(control: ControlPlane, report: Report, loop: asyncio.AbstractEventLoop) -> None:
    """Calls that put several requests together, or cut one down; and the older listen keys."""
    for owner in (Client, AsyncClient):
        for spec, calls in (
            ({"seed": 9}, composed),
            ({"protocol": extras.LISTEN_KEYS}, listen_keys),
        ):
            with control.world(**spec) as world:
                client = _open(owner, world, loop)
                for name, endpoint, expected, make in calls(client, world):
                    called = partial(lambda make: loop.run_until_complete(_collected(make())), make)
                    extras.check(report, f"{owner.__name__}.{name}", endpoint, expected, called)
                _close(client, loop)


def composed(client: Any, world: World) -> Iterator[extras.Row]:
    """Name, endpoint, what is expected, the call."""
    if isinstance(client, AsyncClient):
        offset = Within(-1000, 1000)
        yield "create", "GET /api/v3/time", offset, lambda: client.timestamp_offset
    info = market.instrument(SYMBOL, world.instruments()[0])
    yield (
        "get_symbol_info",
        "GET /api/v3/exchangeInfo",
        info,
        lambda: client.get_symbol_info(SYMBOL),
    )
    held = account.balance(world.balances()["BTC"])
    yield "get_asset_balance", "GET /api/v3/account", held, lambda: client.get_asset_balance("BTC")
    since = market.milliseconds(world.trades(SYMBOL)[-1200]["venue_time_ns"])
    every = [row for row in market.aggregates(world, SYMBOL) if row["T"] >= since]
    last = {} if isinstance(client, Client) else {"last_id": None}
    yield (
        "aggregate_trade_iter",
        "GET /api/v3/aggTrades",
        every,
        lambda: client.aggregate_trade_iter(SYMBOL, start_str=since, **last),
    )
    starts = market.candle_starts("1h", 30, since)
    candles = market.candles(world, SYMBOL, "1h", starts)
    for name in ("get_historical_klines", "get_historical_klines_generator"):
        made = partial(getattr(client, name), SYMBOL, "1h", starts[0], starts[-1])
        yield name, "GET /api/v3/klines", candles, made


def listen_keys(client: Any, world: World) -> Iterator[extras.Row]:
    """Name, endpoint, what is expected, the call."""
    endpoint = "/api/v3/userDataStream"
    kept: list[Any] = []

    async def get() -> Any:
        kept.append(await _collected(client.stream_get_listen_key()))
        return kept[-1]

    yield "stream_get_listen_key", f"POST {endpoint}", Text(extras.KEY), get
    yield "stream_keepalive", f"PUT {endpoint}", {}, lambda: client.stream_keepalive(kept[0])
    yield "stream_close", f"DELETE {endpoint}", {}, lambda: client.stream_close(kept[0])


async def _collected(call: Any) -> Any:
    if inspect.isawaitable(call):
        return await _collected(await call)
    if hasattr(call, "__aiter__"):
        return [row async for row in call]
    return list(call) if inspect.isgenerator(call) else call


def check(control: ControlPlane, report: Report) -> None:
    """Everything python-binance has for the must tier."""
    report.has(known(Must.of(control.documented)))
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    requests(control, report, loop)
    helpers(control, report, loop)
    for part in (sockets, user_socket, depth_cache):
        with control.world(seed=5) as world:
            loop.run_until_complete(part(world, report))
    with control.world(seed=5, protocol=extras.LISTEN_KEYS) as world:
        loop.run_until_complete(retired_socket(world, report))
    loop.close()
    threads(control, report)


def threads(control: ControlPlane, report: Report) -> None:
    """The threaded managers."""
    threaded = threaded_python_binance

    def make_orders(story: Story) -> None:
        _make_orders(story.world, story, report)

    for spec, part in (
        ({}, partial(threaded.sockets, calls=threaded.STREAM_CALLS)),
        ({"protocol": extras.LISTEN_KEYS}, partial(threaded.sockets, calls=threaded.RETIRED)),
        ({}, partial(threaded.user_socket, make_orders=make_orders)),
        ({}, threaded.depth_cache),
    ):
        asyncio.set_event_loop(asyncio.new_event_loop())  # a manager's thread takes it over
        with (
            control.world(seed=6, **spec) as world,
            threaded.using(local(AsyncClient, world), _local_sockets(world)),
        ):
            part(world, report)


def _local_sockets(world: World) -> type:
    return type("Manager", (BinanceSocketManager,), {"STREAM_URL": world.stream + "/"})


async def _manager(world: World) -> tuple[Any, Any]:
    client = await local(AsyncClient, world).create(world.key, world.secret)
    return client, _local_sockets(world)(client)


async def sockets(world: World, report: Report) -> None:
    """Every market stream that has a method, and several over one connection."""
    client, manager = await _manager(world)
    combined = ["btcusdt@avgPrice", "btcusdt@kline_1h", "btcusdt@ticker_1h"]
    made = [
        ("trade_socket", "btcusdt@trade", manager.trade_socket(SYMBOL)),
        ("aggtrade_socket", "btcusdt@aggTrade", manager.aggtrade_socket(SYMBOL)),
        ("kline_socket", "btcusdt@kline_1m", manager.kline_socket(SYMBOL)),
        (
            "symbol_miniticker_socket",
            "btcusdt@miniTicker",
            manager.symbol_miniticker_socket(SYMBOL),
        ),
        ("miniticker_socket", "!miniTicker@arr", manager.miniticker_socket()),
        ("symbol_ticker_socket", "btcusdt@ticker", manager.symbol_ticker_socket(SYMBOL)),
        (
            "symbol_book_ticker_socket",
            "btcusdt@bookTicker",
            manager.symbol_book_ticker_socket(SYMBOL),
        ),
        ("depth_socket", "btcusdt@depth", manager.depth_socket(SYMBOL)),
        ("depth_socket", "btcusdt@depth@100ms", manager.depth_socket(SYMBOL, interval=100)),
        ("depth_socket", "btcusdt@depth5", manager.depth_socket(SYMBOL, depth="5")),
        (
            "depth_socket",
            "btcusdt@depth20@100ms",
            manager.depth_socket(SYMBOL, depth="20", interval=100),
        ),
        ("multiplex_socket", "/".join(combined), manager.multiplex_socket(combined)),
    ]
    await _heard(world, report, client, made)


async def retired_socket(world: World, report: Report) -> None:
    """The stream of all full tickers, on a world of the time when it was served."""
    client, manager = await _manager(world)
    made = [("ticker_socket", "!ticker@arr", manager.ticker_socket())]
    await _heard(world, report, client, made)


async def _heard(
    world: World, report: Report, client: Any, made: Sequence[tuple[str, str, Any]]
) -> None:
    for _, _, socket in made:
        await socket.__aenter__()
    world.wait("connections", len(made))
    for side in ("SELL", "BUY"):
        goal = events.move(world, side)
        told = await asyncio.gather(
            *(_until_final(stream, socket, goal) for _, stream, socket in made)
        )
        for (name, stream, _), rows in zip(made, told, strict=True):
            for one in stream.split("/"):
                mine = [r["data"] for r in rows if r["stream"] == one] if "/" in stream else rows
                events.check(report, world, name, one, mine, goal)
    await _end(*(socket for _, _, socket in made))
    await client.close_connection()


async def _until_final(stream: str, socket: Any, goal: events.Goal) -> list[Any]:
    """Everything up to what the goal asks for, or until the deadline."""
    told: list[Any] = []
    open_streams = set(stream.split("/"))
    try:
        async with asyncio.timeout(DEADLINE_S):
            while open_streams:
                event = await socket.recv()
                told.append(event)
                name, data = (event["stream"], event["data"]) if "/" in stream else (stream, event)
                if events.is_final(name, data, goal):
                    open_streams.discard(name)
    except TimeoutError:
        pass  # what is missing is a difference
    return told


async def user_socket(world: World, report: Report) -> None:
    """The account's own stream, while orders are made over REST."""
    client, manager = await _manager(world)
    story = Story(world)
    told: list[Any] = []
    async with manager.user_socket() as socket:
        world.wait("subscribed", channel="private")
        await asyncio.to_thread(_make_orders, world, story, report)
        async with asyncio.timeout(DEADLINE_S):
            while not (told and story.is_over(told)):
                told.append(await socket.recv())
    story.check(report, "user_socket", "userDataStream.subscribe.signature", told)
    await _end(client.ws_api)
    await client.close_connection()


def _make_orders(world: World, story: Story, report: Report) -> None:
    loop = asyncio.new_event_loop()
    client = _open(Client, world, loop)
    story.tell(Adapter(client, loop, BY_REST), report, "Client.")
    client.close_connection()
    loop.close()


async def depth_cache(world: World, report: Report) -> None:
    """The local book at convergence, after many changes and a few trades."""
    client, manager = await _manager(world)
    for limit in (500, 5000):
        async with DepthCacheManager(
            client, SYMBOL, bm=manager, limit=limit, conv_type=str
        ) as cache:
            world.wait("subscribed", channel="order_book")
            world.market({"kind": "walk", "steps": 60})
            goal = events.move(world)
            async with asyncio.timeout(DEADLINE_S):
                while (cache._last_update_id or 0) < goal.version:
                    book = await cache.recv()
            truth = world.book(SYMBOL)
            expected = [market.levels(truth[side]) for side in ("bids", "asks")]
            held = threaded_python_binance.in_order(book)
            report.check("DepthCacheManager", "depth", expected, held)
            await _end(cache._socket)
    await client.close_connection()


if __name__ == "__main__":
    main("python-binance", version("python-binance"), check)
