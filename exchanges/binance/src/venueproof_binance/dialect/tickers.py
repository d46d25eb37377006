"""Prices and statistics. Source: REST page, "24hr ticker price change statistics" and what follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect.listings import venue_symbol
from venueproof_binance.dialect.parameters import DAY_NS, canonical, each_symbol
from venueproof_binance.dialect.wire import number
from venueproof_core.models import Side
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.toolkit import Call, Refuse

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect


def average_price(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    trade = dialect.world.history.trades(symbol)[-1]
    price = dialect.average(symbol)
    return {"mins": 5, "price": number(price), "closeTime": dialect.stamp(trade.time_ns, call)}


def ticker_24h(dialect: BinanceDialect, call: Call) -> Any:
    kind = call.parameters.get("type", "FULL")
    if kind not in ("FULL", "MINI"):
        raise Refuse(-1139, "Invalid ticker type.")
    row = mini_row if kind == "MINI" else full_row
    return each_symbol(dialect, call, lambda symbol: row(dialect, symbol, call))


def ticker_price(dialect: BinanceDialect, call: Call) -> Any:
    def row(symbol: str) -> dict[str, str]:
        price = dialect.world.history.trades(symbol)[-1].price
        return {"symbol": venue_symbol(symbol), "price": number(price)}

    return each_symbol(dialect, call, row)


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


def mini_row(dialect: BinanceDialect, symbol: str, call: Call | None) -> dict[str, Any]:
    """Statistics of the last 24 hours, in the short form."""
    now = dialect.world.stamps.time_ns()
    rows = dialect.world.history.between(symbol, now - DAY_NS, now + SECOND_NS)
    last = rows[-1].price if rows else dialect.world.history.trades(symbol)[-1].price
    prices = [trade.price for trade in rows] or [last]
    return {
        "symbol": venue_symbol(symbol),
        "openPrice": number(prices[0]),
        "highPrice": number(max(prices)),
        "lowPrice": number(min(prices)),
        "lastPrice": number(last),
        "volume": number(sum(trade.quantity for trade in rows)),
        "quoteVolume": number(sum(trade.notional for trade in rows)),
        "openTime": dialect.stamp(now - DAY_NS, call),
        "closeTime": dialect.stamp(now, call),
        "firstId": rows[0].trade_id if rows else -1,
        "lastId": rows[-1].trade_id if rows else -1,
        "count": len(rows),
    }


def full_row(dialect: BinanceDialect, symbol: str, call: Call | None) -> dict[str, Any]:
    """Statistics of the last 24 hours, in the long form."""
    now = dialect.world.stamps.time_ns()
    rows = dialect.world.history.between(symbol, now - DAY_NS, now + SECOND_NS)
    every = dialect.world.history.trades(symbol)
    last = rows[-1] if rows else every[-1]
    opened = rows[0].price if rows else last.price
    before = every[rows[0].trade_id - 2].price if rows and rows[0].trade_id > 1 else opened
    volume = sum(trade.quantity for trade in rows)
    notional = sum(trade.notional for trade in rows)
    change = last.price - opened
    best = best_row(dialect, symbol)
    return {
        "symbol": venue_symbol(symbol),
        "priceChange": number(change),
        "priceChangePercent": f"{change * 100 / opened:.3f}",
        "weightedAvgPrice": number(notional * 10**8 // volume if volume else 0),
        "prevClosePrice": number(before),
        "lastPrice": number(last.price),
        "lastQty": number(last.quantity),
        **{name: best[name] for name in ("bidPrice", "bidQty", "askPrice", "askQty")},
        **{
            k: v
            for k, v in mini_row(dialect, symbol, call).items()
            if k not in ("symbol", "lastPrice")
        },
    }
