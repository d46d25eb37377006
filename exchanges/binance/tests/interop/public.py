"""The public requests of the must tier, each in every form it has."""

from __future__ import annotations

import json
from typing import Any

from . import market
from .market import DAY_MS, INTERVALS_MS, MINUTE_MS, Span
from .steering import World, now_ms
from .steps import Scenario, Step

SYMBOL = "BTCUSDT"
PAIR = ("BTCUSDT", "ETHBTC")


def array(symbols: tuple[str, ...]) -> str:
    """An array parameter."""
    return json.dumps(symbols, separators=(",", ":"))


def requests(world: World) -> Scenario:
    """Every public request."""
    yield Step("GET /api/v3/ping", {}, lambda reply, span: {})
    yield Step("GET /api/v3/time", {}, lambda reply, span: market.clock(world, span))
    yield from instruments(world)
    yield from books(world)
    yield from prints(world)
    yield from candles(world)
    yield from tickers(world)


def instruments(world: World) -> Scenario:
    endpoint = "GET /api/v3/exchangeInfo"

    def rows(*symbols: str) -> Any:
        return lambda reply, span: market.exchange_info(world, symbols, span)

    yield Step(endpoint, {}, rows(*world.symbols))
    yield Step(endpoint, {"symbol": SYMBOL}, rows(SYMBOL))
    yield Step(endpoint, {"symbols": array(PAIR)}, rows(*PAIR))
    yield Step(endpoint, {"permissions": "SPOT"}, rows(*world.symbols))


def books(world: World) -> Scenario:
    for limit in (None, 5, 500, 5000):
        params = {"symbol": SYMBOL} | ({} if limit is None else {"limit": limit})
        yield Step(
            "GET /api/v3/depth",
            params,
            lambda reply, span, limit=limit: market.depth(world, SYMBOL, limit or 100),
        )


def prints(world: World) -> Scenario:
    yield Step("GET /api/v3/trades", {"symbol": SYMBOL}, lambda *_: market.trades(world, SYMBOL))
    yield Step(
        "GET /api/v3/trades",
        {"symbol": "PEPEUSDT", "limit": 3},
        lambda *_: market.trades(world, "PEPEUSDT", 3),
    )
    yield Step(
        "GET /api/v3/historicalTrades",
        {"symbol": SYMBOL, "fromId": 7, "limit": 5},
        lambda *_: market.trades(world, SYMBOL, 5, 7),
    )
    aggregates = market.aggregates(world, SYMBOL)
    yield Step("GET /api/v3/aggTrades", {"symbol": SYMBOL}, lambda *_: aggregates[-500:])
    yield Step(
        "GET /api/v3/aggTrades",
        {"symbol": SYMBOL, "fromId": 10, "limit": 4},
        lambda *_: aggregates[9:13],
    )
    start, end = aggregates[-30]["T"], aggregates[-10]["T"]
    yield Step(
        "GET /api/v3/aggTrades",
        {"symbol": SYMBOL, "startTime": start, "endTime": end},
        lambda *_: [row for row in aggregates if start <= row["T"] <= end],
    )


def candles(world: World) -> Scenario:
    for name in ("klines", "uiKlines"):
        for interval in ("1m", "1h", "1d"):
            yield _newest_candles(world, f"GET /api/v3/{name}", interval)
        length = INTERVALS_MS["1h"]
        start = (now_ms() - DAY_MS) // length * length
        starts = [start + place * length for place in range(6)]
        yield Step(
            f"GET /api/v3/{name}",
            {"symbol": SYMBOL, "interval": "1h", "startTime": start, "endTime": starts[-1]},
            lambda *_, starts=starts: market.candles(world, SYMBOL, "1h", starts),
        )


def _newest_candles(world: World, endpoint: str, interval: str) -> Step:
    def expect(reply: Any, span: Span) -> Any:
        starts = market.candle_starts(interval, 20, span.start_ms)
        if reply and reply[-1][0] != starts[-1]:  # the minute ended while the call was under way
            starts = market.candle_starts(interval, 20, span.end_ms)
        return market.candles(world, SYMBOL, interval, starts)

    return Step(endpoint, {"symbol": SYMBOL, "interval": interval, "limit": 20}, expect)


def tickers(world: World) -> Scenario:
    yield Step(
        "GET /api/v3/avgPrice",
        {"symbol": SYMBOL},
        lambda reply, span: market.average(world, SYMBOL, span),
    )
    for params, symbols in _selections(world, has_all=True):
        yield _each(
            "GET /api/v3/ticker/price", params, symbols, lambda s, r, t: market.price(world, s)
        )
        yield _each(
            "GET /api/v3/ticker/bookTicker", params, symbols, lambda s, r, t: market.best(world, s)
        )
    for form in (None, "MINI"):
        extra = {} if form is None else {"type": form}
        is_full = form is None
        for params, symbols in _selections(world, has_all=True):
            yield _each(
                "GET /api/v3/ticker/24hr",
                params | extra,
                symbols,
                lambda s, r, t, f=is_full: market.ticker_24h(world, s, r, t, is_full=f),
            )
        for params, symbols in _selections(world, has_all=False):
            yield _each(
                "GET /api/v3/ticker/tradingDay",
                params | extra,
                symbols,
                lambda s, r, t, f=is_full: market.ticker_day(world, s, r, t, is_full=f),
            )
            yield _each(
                "GET /api/v3/ticker",
                params | extra | {"windowSize": "4h"},
                symbols,
                lambda s, r, t, f=is_full: market.ticker_window(
                    world, s, 240 * MINUTE_MS, r, t, is_full=f
                ),
            )


def _selections(world: World, *, has_all: bool) -> list[tuple[dict[str, str], Any]]:
    found: list[tuple[dict[str, str], Any]] = [
        ({"symbol": SYMBOL}, SYMBOL),
        ({"symbols": array(PAIR)}, PAIR),
    ]
    return [*found, ({}, tuple(world.symbols))] if has_all else found


def _each(endpoint: str, params: dict[str, str], symbols: Any, row: Any) -> Step:
    """One row for one symbol, a list for several. Of their order documents say nothing: it is ours."""

    def expect(reply: Any, span: Span) -> Any:
        if isinstance(symbols, str):
            return row(symbols, reply, span)
        found = reply if isinstance(reply, list) else []
        by_symbol = {one.get("symbol"): one for one in found if isinstance(one, dict)}
        ordered = [name for name in by_symbol if name in symbols]
        ordered += [name for name in symbols if name not in ordered]
        return [row(name, by_symbol.get(name, {}), span) for name in ordered]

    return Step(endpoint, params, expect)
