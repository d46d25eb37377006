"""python-binance's threaded managers: the same sockets, run in a thread that calls back."""

from __future__ import annotations

import inspect
import queue
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from binance import ThreadedDepthCacheManager, ThreadedWebsocketManager
from binance.ws import depthcache, streams, threaded_stream

from . import events, market
from .checks import Report
from .introspection import source
from .private import Story
from .steering import DEADLINE_S, World

SYMBOL = "BTCUSDT"
CACHE = "ThreadedDepthCacheManager.start_depth_cache"
STARTED = re.compile(r'socket_name="(\w+)"')
OTHERS = re.compile("futures|margin|options|coin")
# Method to the stream it opens with these arguments.
STREAM_CALLS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "start_depth_socket": ("btcusdt@depth", {"symbol": SYMBOL}),
    "start_kline_socket": ("btcusdt@kline_1m", {"symbol": SYMBOL}),
    "start_miniticker_socket": ("!miniTicker@arr", {}),
    "start_trade_socket": ("btcusdt@trade", {"symbol": SYMBOL}),
    "start_aggtrade_socket": ("btcusdt@aggTrade", {"symbol": SYMBOL}),
    "start_symbol_miniticker_socket": ("btcusdt@miniTicker", {"symbol": SYMBOL}),
    "start_symbol_ticker_socket": ("btcusdt@ticker", {"symbol": SYMBOL}),
    "start_symbol_book_ticker_socket": ("btcusdt@bookTicker", {"symbol": SYMBOL}),
    "start_multiplex_socket": ("btcusdt@avgPrice", {"streams": ["btcusdt@avgPrice"]}),
}
RETIRED = {"start_ticker_socket": ("!ticker@arr", {})}


def known(sockets: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Public calls that start one of these sockets, or a depth cache."""
    found = {CACHE: {"depth", "GET /api/v3/depth"}}
    for name, method in inspect.getmembers(ThreadedWebsocketManager, callable):
        started = STARTED.search(source(method))
        if name.startswith("start_") and started and not OTHERS.search(name):
            reached = sockets.get(started[1])
            if reached:
                found[f"ThreadedWebsocketManager.{name}"] = reached
    return found


@contextmanager
def _running(manager: Any) -> Iterator[Any]:
    manager.daemon = (
        True  # one whose socket was cut may wait for a minute before it looks whether to stop
    )
    manager.start()
    try:
        yield manager
    finally:
        manager.stop()
        manager.join(DEADLINE_S)


@contextmanager
def using(client: type, sockets: type) -> Iterator[None]:
    """Let the managers, which take no URL, make clients and sockets of these classes."""
    places = [(threaded_stream, "AsyncClient", client)]
    places += [(module, "BinanceSocketManager", sockets) for module in (streams, depthcache)]
    before = [getattr(module, name) for module, name, _ in places]
    for module, name, kind in places:
        setattr(module, name, kind)
    try:
        yield
    finally:
        for (module, name, _), kind in zip(places, before, strict=True):
            setattr(module, name, kind)


def sockets(
    world: World, report: Report, calls: Mapping[str, tuple[str, Mapping[str, Any]]]
) -> None:
    """Market streams, each by its own call."""
    inbox: queue.Queue[tuple[str, Any]] = queue.Queue()
    told: dict[str, list[Any]] = {name: [] for name in calls}
    with _running(ThreadedWebsocketManager(world.key, world.secret)) as manager:
        for name, (_, given) in calls.items():
            getattr(manager, name)(lambda one, name=name: inbox.put((name, one)), **given)
        world.wait("connections", len(calls))
        goal = events.move(world)
        missing, deadline = set(calls), time.monotonic() + DEADLINE_S
        try:
            while missing:
                name, event = inbox.get(timeout=_left(deadline))
                data = event["data"] if name == "start_multiplex_socket" else event
                told[name].append(data)
                if events.is_final(calls[name][0], data, goal):
                    missing.discard(name)
        except queue.Empty:
            pass  # what is missing is a difference
    for name, (stream, _) in calls.items():
        events.check(report, world, f"ThreadedWebsocketManager.{name}", stream, told[name], goal)


def user_socket(world: World, report: Report, make_orders: Callable[[Story], None]) -> None:
    """The account's own stream, while orders are made over REST."""
    inbox: queue.Queue[Any] = queue.Queue()
    story, told = Story(world), list[Any]()
    with _running(ThreadedWebsocketManager(world.key, world.secret)) as manager:
        manager.start_user_socket(inbox.put)
        world.wait("subscribed", channel="private")
        make_orders(story)
        deadline = time.monotonic() + DEADLINE_S
        try:
            while not (told and story.is_over(told)):
                told.append(inbox.get(timeout=_left(deadline)))
        except queue.Empty:
            pass  # what is missing is a difference
    call = "ThreadedWebsocketManager.start_user_socket"
    story.check(report, call, "userDataStream.subscribe.signature", told)


def depth_cache(world: World, report: Report) -> None:
    """The local book at convergence."""
    inbox: queue.Queue[Any] = queue.Queue()
    with _running(ThreadedDepthCacheManager(world.key, world.secret)) as manager:
        manager.start_depth_cache(inbox.put, SYMBOL, limit=500, conv_type=str)
        world.wait("subscribed", channel="order_book")
        world.market({"kind": "walk", "steps": 60})
        goal = events.move(world)
        deadline = time.monotonic() + DEADLINE_S
        try:
            while (book := inbox.get(timeout=_left(deadline))).update_time < goal.trade_ms:
                pass
        except queue.Empty:
            report.failed(CACHE, "depth", TimeoutError("the newest change did not come"))
            return
    truth = world.book(SYMBOL)
    expected = [market.levels(truth[side]) for side in ("bids", "asks")]
    report.check(CACHE, "depth", expected, in_order(book))


def in_order(book: Any) -> list[Any]:
    """Both sides of a cache, best price first: kept as text, the client sorts them by letters."""
    sides = [book.get_bids(), book.get_asks()]
    bids, asks = (sorted(side, key=lambda level: float(level[0])) for side in sides)
    return [bids[::-1], asks]


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())
