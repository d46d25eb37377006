"""Prices and statistics. Source: REST page, "24hr ticker price change statistics" and what follows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import errors
from venueproof_binance.dialect.candles import interval_start
from venueproof_binance.dialect.listings import venue_symbol
from venueproof_binance.dialect.parameters import (
    DAY_NS,
    canonical,
    each_symbol,
    time_zone,
)
from venueproof_binance.dialect.routing import row
from venueproof_binance.dialect.wire import number
from venueproof_core.control import Operation
from venueproof_core.models import Side
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.history import CandleUnits
from venueproof_simulator.toolkit import Call, Refuse
from venueproof_simulator.venue_core import SCALE

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

MINUTE_NS = 60 * SECOND_NS
WINDOWS = {"m": (MINUTE_NS, 59), "h": (3600 * SECOND_NS, 23), "d": (DAY_NS, 7)}
MOST_SYMBOLS = 100
MINI = (
    "symbol",
    "openPrice",
    "highPrice",
    "lowPrice",
    "lastPrice",
    "volume",
    "quoteVolume",
    "openTime",
    "closeTime",
    "firstId",
    "lastId",
    "count",
)


def average_price(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    trade = dialect.world.history.trades(symbol)[-1]
    price = dialect.average(symbol)
    return {"mins": 5, "price": number(price), "closeTime": dialect.stamp(trade.time_ns, call)}


def ticker_24h(dialect: BinanceDialect, call: Call) -> Any:
    is_mini = _is_mini(call)
    return each_symbol(
        dialect, call, lambda symbol: _told(dialect, call, full_row(dialect, symbol), is_mini)
    )


def ticker_window(dialect: BinanceDialect, call: Call) -> Any:
    length_ns = _window(call.parameters.get("windowSize", "1d"))
    is_mini = _is_mini(call)

    def make(symbol: str) -> dict[str, Any]:
        return _told(dialect, call, window_row(dialect, symbol, length_ns), is_mini)

    return each_symbol(dialect, call, make, is_one_needed=True, most=MOST_SYMBOLS)


def ticker_trading_day(dialect: BinanceDialect, call: Call) -> Any:
    opened = interval_start("1d", dialect.world.stamps.time_ns(), time_zone(call))
    is_mini = _is_mini(call)

    def make(symbol: str) -> dict[str, Any]:
        found = statistics(dialect, symbol, opened, opened + DAY_NS - 1_000_000)
        return _told(dialect, call, found, is_mini)

    return each_symbol(dialect, call, make, is_one_needed=True, most=MOST_SYMBOLS)


def ticker_price(dialect: BinanceDialect, call: Call) -> Any:
    def make(symbol: str) -> dict[str, str]:
        price = dialect.world.history.trades(symbol)[-1].price
        return {"symbol": venue_symbol(symbol), "price": number(price)}

    return each_symbol(dialect, call, make)


def ticker_book(dialect: BinanceDialect, call: Call) -> Any:
    return each_symbol(dialect, call, lambda symbol: best_row(dialect, symbol))


def best_row(dialect: BinanceDialect, symbol: str) -> dict[str, str]:
    """Best levels; zeros where a side is empty."""
    core = dialect.world.core
    bid = (core.levels(symbol, Side.BUY, 1) or [(0, 0)])[0]
    ask = (core.levels(symbol, Side.SELL, 1) or [(0, 0)])[0]
    return {
        "symbol": venue_symbol(symbol),
        "bidPrice": number(bid[0]),
        "bidQty": number(bid[1]),
        "askPrice": number(ask[0]),
        "askQty": number(ask[1]),
    }


# ---------------------------------------------------------------- statistics


def statistics(dialect: BinanceDialect, symbol: str, start_ns: int, end_ns: int) -> dict[str, Any]:
    """What was traded from ``start_ns`` to ``end_ns``, in the long form; times in nanoseconds."""
    history = dialect.world.history
    found = history.summary(symbol, start_ns, end_ns + SECOND_NS)
    if found is None:
        last = history.trades(symbol)[-1].price
        found = CandleUnits(start_ns, last, last, last, last, first_id=-1, last_id=-1)
    change, volume = found.close - found.open, found.volume
    return {
        "symbol": venue_symbol(symbol),
        "priceChange": number(change),
        "priceChangePercent": f"{change * 100 / found.open:.3f}",
        "weightedAvgPrice": number(found.quote_volume * SCALE // volume if volume else 0),
        "openPrice": number(found.open),
        "highPrice": number(found.high),
        "lowPrice": number(found.low),
        "lastPrice": number(found.close),
        "volume": number(volume),
        "quoteVolume": number(found.quote_volume),
        "openTime": start_ns,
        "closeTime": end_ns,
        "firstId": found.first_id,
        "lastId": found.last_id,
        "count": found.count,
    }


def window_row(dialect: BinanceDialect, symbol: str, length_ns: int) -> dict[str, Any]:
    """Statistics of a window that ends now; it opens at a full minute."""
    now = dialect.world.stamps.time_ns()
    return statistics(dialect, symbol, (now - length_ns) // MINUTE_NS * MINUTE_NS, now)


def day_row(dialect: BinanceDialect, symbol: str) -> dict[str, Any]:
    """Statistics of the last 24 hours."""
    now = dialect.world.stamps.time_ns()
    return statistics(dialect, symbol, now - DAY_NS, now)


def full_row(dialect: BinanceDialect, symbol: str) -> dict[str, Any]:
    """Statistics of the last 24 hours, with the best prices, the last trade and the close before."""
    found = day_row(dialect, symbol)
    every = dialect.world.history.trades(symbol)
    first_id = found["firstId"]
    before = number(every[first_id - 2].price) if first_id > 1 else found["openPrice"]
    best = best_row(dialect, symbol)
    return {
        **found,
        "prevClosePrice": before,
        "lastQty": number(every[-1].quantity),
        **{name: best[name] for name in ("bidPrice", "bidQty", "askPrice", "askQty")},
    }


def _told(
    dialect: BinanceDialect, call: Call, found: dict[str, Any], is_mini: bool
) -> dict[str, Any]:
    times = {name: dialect.stamp(found[name], call) for name in ("openTime", "closeTime")}
    told = found | times
    return {name: told[name] for name in MINI} if is_mini else told


def _is_mini(call: Call) -> bool:
    kind = call.parameters.get("type", "FULL")
    if kind not in ("FULL", "MINI"):
        raise Refuse(-1139, "Invalid ticker type.")
    return kind == "MINI"


def _window(text: str) -> int:
    found = re.fullmatch(r"([1-9]\d?)([mhd])", text)
    if found is None or int(found[1]) > WINDOWS[found[2]][1]:
        raise errors.invalid("windowSize")
    return int(found[1]) * WINDOWS[found[2]][0]


# ---------------------------------------------------------------- routes


def _weight(one: int, many: int) -> Callable[[dict[str, str]], int]:
    return lambda parameters: one if "symbol" in parameters else many


def _weight_24h(parameters: dict[str, str]) -> int:
    if "symbols" not in parameters:
        return 2 if "symbol" in parameters else 80
    symbols = 1 + parameters["symbols"].count(",")
    return 2 if symbols <= 20 else 40 if symbols <= 100 else 80


def _weight_each(parameters: dict[str, str]) -> int:
    return min(200, 4 * (1 + parameters.get("symbols", "").count(",")))


_SYMBOLS = "symbol symbols symbolStatus"
ROUTES = (
    row("GET avgPrice", Operation.TICKER, average_price, 2, "symbol*"),
    row("GET ticker/24hr", Operation.TICKER, ticker_24h, _weight_24h, f"{_SYMBOLS} type"),
    row(
        "GET ticker/tradingDay",
        Operation.TICKER,
        ticker_trading_day,
        _weight_each,
        f"{_SYMBOLS} timeZone type",
    ),
    row("GET ticker", Operation.TICKER, ticker_window, _weight_each, f"{_SYMBOLS} windowSize type"),
    row("GET ticker/price", Operation.TICKER, ticker_price, _weight(2, 4), _SYMBOLS),
    row("GET ticker/bookTicker", Operation.TOP_OF_BOOK, ticker_book, _weight(2, 4), _SYMBOLS),
)
