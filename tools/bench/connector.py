"""What a REST call costs the reference connector, beside aiohttp + msgspec alone and beside ccxt.

All three read the same from one simulator, in blocks that take turns; what counts is the processor
time of this process. The bare client decodes prices and quantities exactly, as the connector does.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, NamedTuple

import aiohttp
import msgspec

from tools.workspace import Workspace
from venueproof_bridges.ccxt.client import make_exchange
from venueproof_bridges.ccxt.settings import CcxtSettings
from venueproof_core.control import WorldInfo
from venueproof_core.plugins import Plugins, load_plugins
from venueproof_net import SystemClock

_DEPTH = 100
_TRADES = 500
_BLOCKS = 9
_BARE_GOAL = 1.15
_CCXT_GOAL = 0.4

Call = Callable[[], Awaitable[object]]


class _Book(msgspec.Struct):
    bids: list[tuple[Decimal, Decimal]]
    asks: list[tuple[Decimal, Decimal]]


class _Print(msgspec.Struct):
    id: int
    price: Decimal
    qty: Decimal
    time: int
    isBuyerMaker: bool  # noqa: N815 - the venue's word


class _Kind(NamedTuple):
    """One call: all of a sample's together stay within a minute's request weight."""

    title: str
    calls: int
    paths: dict[str, str]
    reply: Any
    ours: Callable[[Any, str], Awaitable[object]]
    ccxt: Callable[[Any, str], Awaitable[object]]


# By venue, where a bare client finds what is read.
_KINDS = (
    _Kind(
        "book, 100 levels",
        36,
        {"binance": f"/api/v3/depth?symbol={{symbol}}&limit={_DEPTH}"},
        _Book,
        lambda client, symbol: client.order_book(symbol, depth=_DEPTH),
        lambda exchange, symbol: exchange.fetch_order_book(symbol, _DEPTH),
    ),
    _Kind(
        "500 trades",
        7,
        {"binance": f"/api/v3/trades?symbol={{symbol}}&limit={_TRADES}"},
        list[_Print],
        lambda client, symbol: client.trades(symbol, limit=_TRADES),
        lambda exchange, symbol: exchange.fetch_trades(symbol, limit=_TRADES),
    ),
)


def measure(rounds: int = 3) -> list[dict[str, object]]:
    """Medians over all blocks, for every exchange whose paths are known here."""
    plugins = load_plugins()
    return [
        row
        for venue in Workspace().exchanges
        for kind in _KINDS
        if venue in kind.paths
        for row in _rows(
            venue, kind, [cost for _ in range(rounds) for cost in _fresh(plugins, venue, kind)]
        )
    ]


def _rows(venue: str, kind: _Kind, costs: list[list[float]]) -> list[dict[str, object]]:
    ours, *others = (statistics.median(column) / 1000 for column in zip(*costs, strict=True))
    names = ("aiohttp + msgspec", _BARE_GOAL), ("ccxt", _CCXT_GOAL)
    return [
        {
            "figure": f"{venue}: CPU of {kind.title}, connector / {name}",
            "value": statistics.median(block[0] / block[place] for block in costs),
            "unit": "x",
            "goal": goal,
            "is_lower_better": True,
            "yardstick": f"{name}: {theirs:.0f} us of CPU, ours: {ours:.0f} us",
        }
        for place, ((name, goal), theirs) in enumerate(zip(names, others, strict=True), 1)
    ]


def _fresh(plugins: Plugins, venue: str, kind: _Kind) -> list[list[float]]:
    target = plugins.targets["simulator"].start(venue, seed=1, environment={})
    try:
        return asyncio.run(_sample(plugins, target.info, kind))
    finally:
        target.stop()


async def _sample(plugins: Plugins, info: WorldInfo, kind: _Kind) -> list[list[float]]:
    connector = plugins.connector(info.venue, "reference")
    assert connector.settings is not None
    client = await connector.connect(connector.settings(), info.endpoints, clock=SystemClock())
    data = next(data for data in plugins.venues[info.venue].clients if data.client == "ccxt")
    exchange = make_exchange(data, CcxtSettings(), info.endpoints)
    exchange.enableRateLimit = False
    symbol = info.symbols[0]
    url = info.endpoints["rest"] + kind.paths[info.venue].format(symbol=symbol.replace("-", ""))
    decoder = msgspec.json.Decoder(kind.reply)
    async with aiohttp.ClientSession() as session:

        async def bare() -> object:
            async with session.get(url) as reply:
                return decoder.decode(await reply.read())

        calls: tuple[Call, ...] = (
            lambda: kind.ours(client, symbol),
            bare,
            lambda: kind.ccxt(exchange, symbol.replace("-", "/")),
        )
        try:
            for call in calls:
                await _cost_ns(call, 3)
            return [[await _cost_ns(call, kind.calls) for call in calls] for _ in range(_BLOCKS)]
        finally:
            await exchange.close()
            await client.aclose()


async def _cost_ns(call: Call, count: int) -> float:
    before = time.process_time_ns()
    for _ in range(count):
        await call()
    return (time.process_time_ns() - before) / count
