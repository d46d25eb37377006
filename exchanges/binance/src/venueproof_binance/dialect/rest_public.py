"""Book, prints and candles. Source: REST page, "General endpoints" and "Market data endpoints"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from venueproof_binance.dialect import errors, exchange_info, reference_prices, tickers, wire
from venueproof_binance.dialect.aggregates import Aggregate
from venueproof_binance.dialect.candles import INTERVALS, interval_starts
from venueproof_binance.dialect.parameters import (
    bounds,
    canonical,
    check_status,
    limit_of,
    time_zone,
    whole,
)
from venueproof_binance.dialect.routing import row
from venueproof_binance.dialect.sessions import unit_of
from venueproof_binance.dialect.wire import number
from venueproof_core.control import Operation
from venueproof_core.models import Side
from venueproof_simulator.history import PublicTrade
from venueproof_simulator.toolkit import Call, Refuse

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect


def ping(dialect: BinanceDialect, call: Call) -> Any:
    return {}


def time(dialect: BinanceDialect, call: Call) -> Any:
    return {"serverTime": dialect.stamp(dialect.world.stamps.time_ns(), call)}


def depth(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    check_status(dialect, call, symbol)
    limit = limit_of(call, default=100, maximum=5000)
    call.book_version = version = dialect.world.core.version(symbol)
    known, text = dialect.depth_texts.get((symbol, limit), (None, msgspec.Raw()))
    if known != version:
        text = msgspec.Raw(wire.encode(depth_row(dialect, symbol, limit)))
        dialect.depth_texts[symbol, limit] = version, text
    return text


def depth_row(dialect: BinanceDialect, symbol: str, limit: int) -> dict[str, Any]:
    """The best levels of both sides, with the book's version."""
    core = dialect.world.core
    sides = (core.levels(symbol, side, limit) for side in (Side.BUY, Side.SELL))
    bids, asks = ([[number(p), number(q)] for p, q in side] for side in sides)
    return {"lastUpdateId": core.version(symbol), "bids": bids, "asks": asks}


def depth_weight(parameters: dict[str, str]) -> int:
    """5, 25, 50 or 250, by the number of levels."""
    text = parameters.get("limit", "100")
    # What is no number, or too long a one, is refused later.
    limit = int(text) if re.fullmatch(r"[0-9]{1,20}", text) else 100
    return 5 if limit <= 100 else 25 if limit <= 500 else 50 if limit <= 1000 else 250


def trades(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    limit = limit_of(call)
    rows = dialect.world.history.trades(symbol)
    if "fromId" in call.parameters:
        first = max(0, whole(call, "fromId", default=0) - 1)
        rows = rows[first : first + limit]
    else:
        rows = rows[-limit:]
    return [trade_row(dialect, trade, call) for trade in rows]


def trade_row(dialect: BinanceDialect, trade: PublicTrade, call: Call) -> dict[str, Any]:
    return {
        "id": trade.trade_id,
        "price": number(trade.price),
        "qty": number(trade.quantity),
        "quoteQty": number(trade.notional),
        "time": dialect.stamp(trade.time_ns, call),
        "isBuyerMaker": trade.taker_side is Side.SELL,
        "isBestMatch": True,
    }


def aggregate_trades(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    limit, (start, end) = limit_of(call), bounds(call)
    found = dialect.aggregates
    first, last = 1, found.count(symbol) + 1
    if "fromId" in call.parameters:
        if start is not None or end is not None:
            raise errors.of(errors.COMBINATION)
        first = max(1, whole(call, "fromId", default=0))
        last = min(last, first + limit)
    else:
        if end is not None:
            last = found.first_from(symbol, end + 1)
        if start is not None:
            first = found.first_from(symbol, start)
            last = min(last, first + limit)
        first = max(first, last - limit)
    unit_ns = unit_of(call)
    return [aggregate_row(one, unit_ns) for one in found.get(symbol, first, last)]


def aggregate_row(one: Aggregate, unit_ns: int) -> dict[str, Any]:
    """An aggregate, here and in its stream, with its time in units of so many nanoseconds."""
    first, last = one.trades[0], one.trades[-1]
    return {
        "a": one.aggregate_id,
        "p": number(first.price),
        "q": number(one.quantity),
        "f": first.trade_id,
        "l": last.trade_id,
        "T": first.time_ns // unit_ns,
        "m": first.taker_side is Side.SELL,
        "M": True,
    }


def klines(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    interval = call.parameters["interval"]
    if interval not in INTERVALS:
        raise Refuse(-1120, "Invalid interval.")
    limit, (start, end), east = limit_of(call), bounds(call), time_zone(call)
    now = dialect.world.stamps.time_ns() + dialect.world.lead_ns()
    starts, end_of_last = interval_starts(interval, start, end, limit, now, east)
    closes = [*starts[1:], end_of_last] if starts else []
    candles = dialect.world.history.candles(symbol, starts, end_of_last)
    return [
        [
            dialect.stamp(candle.open_time_ns, call),
            number(candle.open),
            number(candle.high),
            number(candle.low),
            number(candle.close),
            number(candle.volume),
            dialect.stamp(close, call) - 1,
            number(candle.quote_volume),
            candle.count,
            number(candle.taker_buy_volume),
            number(candle.taker_buy_quote_volume),
            "0",
        ]
        for candle, close in zip(candles, closes, strict=True)
    ]


_KLINES = "symbol* interval* startTime endTime timeZone limit"
ROUTES = (
    row("GET ping", Operation.PING, ping, 1),
    row("GET time", Operation.TIME, time, 1),
    *exchange_info.ROUTES,
    row("GET depth", Operation.ORDER_BOOK, depth, depth_weight, "symbol* limit symbolStatus"),
    row("GET trades", Operation.TRADES, trades, 25, "symbol* limit"),
    row("GET historicalTrades", Operation.TRADES, trades, 25, "symbol* limit fromId"),
    row(
        "GET aggTrades",
        Operation.TRADES,
        aggregate_trades,
        4,
        "symbol* fromId startTime endTime limit",
    ),
    row("GET klines", Operation.CANDLES, klines, 2, _KLINES),
    row("GET uiKlines", Operation.CANDLES, klines, 2, _KLINES),
    *tickers.ROUTES,
    *reference_prices.ROUTES,
)
