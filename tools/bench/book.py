"""What a depth frame costs, decoding included, on ccxt.pro's book and on ours.

Both get the same seeded updates on a book of 1,000 levels a side, each as its own subscription delivers
them: ccxt the bare event, ours the combined one, which is longer. Sockets take no part.
"""

import contextlib
import gc
import importlib
import json
import random
import statistics
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from venueproof_binance.stream import MarketProtocol, read_depth
from venueproof_net import BookSnapshot, LocalBook, StreamEvent

_FRAMES = 3_000
_LEVELS_A_FRAME = 9
_DEPTH = 1_000
_GOAL = 0.4
_MIDDLE = 6_000_000  # cents
_FIRST_VERSION = 1_000
_TOPIC = "btcusdt@depth@100ms"

Wire = list[tuple[str, str]]


def measure(rounds: int = 3) -> list[dict[str, object]]:
    """Time both books in turn; each figure is the median of the rounds."""
    snapshot, events = _make_flow(seed=1)
    bare = [json.dumps(event, separators=(",", ":")) for event in events]
    combined = [f'{{"stream":"{_TOPIC}","data":{text}}}' for text in bare]
    theirs = _their_book(snapshot)
    ours: list[float] = []
    ccxt: list[float] = []
    for _ in range(rounds):
        book = _our_book(snapshot)
        ours.append(_time(lambda book=book: _feed_ours(book, combined)))  # type: ignore[misc]
        if theirs is not None:
            restart, feed, levels = theirs
            restart()
            ccxt.append(_time(lambda feed=feed: [feed(text) for text in bare]))  # type: ignore[misc]
            _assert_equal(book, levels())
    our_us = statistics.median(ours) / _FRAMES * 1e6
    if theirs is None:
        return [_row("book: decode and update", our_us, "us/frame", None, "ccxt is not installed")]
    ccxt_us = statistics.median(ccxt) / _FRAMES * 1e6
    yardstick = f"ccxt {importlib.import_module('ccxt').__version__} handle_message"
    return [
        _row("book: decode and update", our_us, "us/frame", None, yardstick),
        _row("ccxt.pro: decode and update", ccxt_us, "us/frame", None, "itself"),
        _row("book: ours / ccxt.pro", our_us / ccxt_us, "x", _GOAL, yardstick),
    ]


def _row(
    figure: str, value: float, unit: str, goal: float | None, yardstick: str
) -> dict[str, object]:
    return {
        "figure": figure,
        "value": value,
        "unit": unit,
        "goal": goal,
        "is_lower_better": True,
        "yardstick": yardstick,
    }


def _make_flow(seed: int) -> tuple[tuple[Wire, Wire], list[dict[str, Any]]]:
    """A snapshot, and updates near the middle that set, change and take away levels."""
    chance = random.Random(seed)

    def level(cents: int, units: int) -> tuple[str, str]:
        return f"{Decimal(cents) / 100:.8f}", f"{Decimal(units) / 1000:.8f}"

    def quantity() -> int:
        return 0 if chance.random() < 0.3 else chance.randint(1, 9_999)

    bids = [level(_MIDDLE - 1 - i, chance.randint(1, 9_999)) for i in range(_DEPTH)]
    asks = [level(_MIDDLE + 1 + i, chance.randint(1, 9_999)) for i in range(_DEPTH)]
    events = []
    version = _FIRST_VERSION
    for _ in range(_FRAMES):
        first = version + 1
        version += _LEVELS_A_FRAME
        sides: tuple[Wire, Wire] = ([], [])
        for _level in range(_LEVELS_A_FRAME):
            side = chance.randrange(2)
            away = 1 + int(chance.expovariate(1 / 40)) % (_DEPTH // 2)
            cents = _MIDDLE - away if side == 0 else _MIDDLE + away
            sides[side].append(level(cents, quantity()))
        event = {"e": "depthUpdate", "E": 1_700_000_000_000 + version, "s": "BTCUSDT"}
        events.append({**event, "U": first, "u": version, "b": sides[0], "a": sides[1]})
    return (bids, asks), events


def _our_book(snapshot: tuple[Wire, Wire]) -> LocalBook:
    book = LocalBook("BTC-USDT", venue="binance")
    book.load(BookSnapshot(_FIRST_VERSION, *snapshot))
    return book


def _feed_ours(book: LocalBook, frames: list[str]) -> None:
    # What a stream session and a book feed do with a frame, without their queue.
    read, apply = MarketProtocol("ws://none").read, book.apply
    for frame in frames:
        event = read(frame)
        if type(event) is StreamEvent:
            apply(read_depth(event.payload, 0))


def _their_book(
    snapshot: tuple[Wire, Wire],
) -> tuple[Callable[[], None], Callable[[str], None], Callable[[], Any]] | None:
    pro: Any = None
    with contextlib.suppress(ImportError):
        pro = importlib.import_module("ccxt.pro")
    if pro is None:
        return None
    client_type = importlib.import_module("ccxt.async_support.base.ws.client").Client
    exchange = pro.binance({"options": {"defaultType": "spot"}})
    market = {"id": "BTCUSDT", "symbol": "BTC/USDT", "base": "BTC", "quote": "USDT"}
    kind = {"type": "spot", "spot": True, "contract": False}
    exchange.set_markets([{**market, **kind, "precision": {}, "limits": {}}])
    client = client_type(
        "wss://stream.binance.com:9443/ws/0", exchange.handle_message, None, None, None, {}
    )

    def restart() -> None:
        image = {
            side: [[float(price), float(quantity)] for price, quantity in levels]
            for side, levels in zip(("bids", "asks"), snapshot, strict=True)
        }
        book = exchange.order_book({}, _DEPTH)
        book.reset({**image, "symbol": "BTC/USDT", "nonce": _FIRST_VERSION})
        exchange.orderbooks["BTC/USDT"] = book

    def levels() -> Any:
        book = exchange.orderbooks["BTC/USDT"]
        return list(book["bids"]), list(book["asks"])

    return restart, client.handle_text_or_binary_message, levels


def _assert_equal(book: LocalBook, theirs: tuple[list[Any], list[Any]]) -> None:
    seen = book.view()
    for ours, other in zip((seen.bids, seen.asks), theirs, strict=True):
        mine = [(float(price), float(quantity)) for price, quantity in ours]
        assert mine == [(level[0], level[1]) for level in other], "the two books differ"


def _time(work: Callable[[], object]) -> float:
    # Processor time: no input or output takes part, and neighbours on the machine must not count.
    gc.collect()
    started = time.process_time()
    work()
    return time.process_time() - started
