"""What ccxt must say in its own words, worked out from the truth: floats, its symbols, its statuses.

Only what ccxt says of the venue's data is compared; what it adds from tables of its own is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from . import market
from .account import Own, Rate
from .checks import Close, Partial, Within
from .market import DAY_MS, Span, milliseconds
from .steering import World, now_ms
from .steps import Scenario, Step

SYMBOL, PAIR = "BTCUSDT", ("BTCUSDT", "ETHBTC")
STATUSES = {
    "NEW": "open",
    "PARTIALLY_FILLED": "open",
    "FILLED": "closed",
    "CANCELED": "canceled",
    "EXPIRED": "expired",
}


def ask(name: str, endpoint: str, expect: Callable[..., Any], *args: Any) -> Step:
    """A call by name."""
    return Step(endpoint, {"name": name, "args": args}, expect)


def name_of(world: World, symbol: str) -> str:
    """``BTC/USDT``."""
    return world.symbols[symbol].replace("-", "/")


def number(value: Any) -> Close:
    """A number."""
    return Close(float(Decimal(value)))


# ------------------------------------------------------------ public


def requests(world: World) -> Scenario:
    """Every public call."""
    yield ask("fetch_time", "GET /api/v3/time", lambda reply, span: span.moment)
    yield ask("load_time_difference", "GET /api/v3/time", lambda *_: Within(-1000, 1000))
    yield ask("fetch_status", "GET /sapi/v1/system/status", lambda *_: Partial({"status": "ok"}))
    every = [instrument(world, row) for row in world.instruments()]
    yield ask("fetch_markets", "GET /api/v3/exchangeInfo", lambda *_: every)
    yield from books(world)
    yield from prints(world)
    yield from tickers(world)


def instrument(world: World, rules: Mapping[str, Any]) -> Partial:
    """A market."""
    return Partial(
        {
            "id": rules["symbol"].replace("-", ""),
            "symbol": rules["symbol"].replace("-", "/"),
            "base": rules["base"],
            "quote": rules["quote"],
            "spot": True,
            "active": True,
            "precision": Partial(
                {"price": number(rules["tick_size"]), "amount": number(rules["lot_size"])}
            ),
            "limits": Partial(
                {
                    "amount": Partial({"min": number(rules["minimum_quantity"])}),
                    "cost": Partial({"min": number(rules["minimum_notional"])}),
                }
            ),
        }
    )


def books(world: World) -> Scenario:
    name = name_of(world, SYMBOL)
    for call in ("fetch_order_book", "fetch_l2_order_book", "fetch_rest_order_book_safe"):
        yield ask(call, "GET /api/v3/depth", lambda *_: book(world, 20), name, 20)


def book(world: World, limit: int, version: int | None = None) -> Partial:
    """An order book, now or at a version."""
    truth = world.book(SYMBOL, version)
    return Partial(
        {
            "symbol": name_of(world, SYMBOL),
            "nonce": truth["version"],
            **{
                side: [[number(p), number(q)] for p, q in truth[side][:limit]]
                for side in ("bids", "asks")
            },
        }
    )


def prints(world: World) -> Scenario:
    name = name_of(world, SYMBOL)
    aggregates = market.aggregates(world, SYMBOL)
    yield ask(
        "fetch_trades",
        "GET /api/v3/aggTrades",
        lambda *_: [aggregate(world, row) for row in aggregates[-50:]],
        name,
        None,
        50,
    )
    since = aggregates[-40]["T"]
    yield ask(
        "fetch_trades",
        "GET /api/v3/aggTrades",
        lambda *_: [aggregate(world, row) for row in aggregates if row["T"] >= since][:20],
        name,
        since,
        20,
    )
    starts = market.candle_starts("1h", 10, now_ms() - DAY_MS)
    rows = market.candles(world, SYMBOL, "1h", starts)
    candles = [[row[0], *(number(value) for value in row[1:6])] for row in rows]
    yield ask("fetch_ohlcv", "GET /api/v3/klines", lambda *_: candles, name, "1h", starts[0], 10)


def aggregate(world: World, row: Mapping[str, Any]) -> Partial:
    """A public trade."""
    return Partial(
        {
            "id": str(row["a"]),
            "timestamp": row["T"],
            "symbol": name_of(world, SYMBOL),
            "side": "sell" if row["m"] else "buy",
            "price": number(row["p"]),
            "amount": number(row["q"]),
            "cost": number(Decimal(row["p"]) * Decimal(row["q"])),
        }
    )


def tickers(world: World) -> Scenario:
    names = [name_of(world, symbol) for symbol in PAIR]

    def several(symbols: Iterable[str], row: Callable[..., Any]) -> Callable[..., Any]:
        def expect(reply: Any, span: Span) -> Any:
            return {
                name_of(world, one): row(world, one, _row(reply, name_of(world, one)), span)
                for one in symbols
            }

        return expect

    day = "GET /api/v3/ticker/24hr"
    yield ask("fetch_ticker", day, lambda r, span: ticker(world, SYMBOL, r, span), names[0])
    yield ask("fetch_tickers", day, several(PAIR, ticker), names)
    yield ask("fetch_tickers", day, several(world.symbols, ticker))
    for args, symbols in (((names,), PAIR), ((), tuple(world.symbols))):
        yield ask("fetch_bids_asks", "GET /api/v3/ticker/bookTicker", several(symbols, top), *args)
        yield ask("fetch_last_prices", "GET /api/v3/ticker/price", several(symbols, last), *args)


def _row(reply: Any, name: str) -> Any:
    return reply.get(name, {}) if isinstance(reply, Mapping) else {}


def ticker(world: World, symbol: str, reply: Any, span: Span) -> Partial:
    """A ticker of 24 hours."""
    stamp = reply.get("timestamp") if isinstance(reply, Mapping) else None
    row = market.ticker_24h(world, symbol, {"closeTime": stamp}, span)
    names = {
        "high": "highPrice",
        "low": "lowPrice",
        "bid": "bidPrice",
        "bidVolume": "bidQty",
        "ask": "askPrice",
        "askVolume": "askQty",
        "open": "openPrice",
        "close": "lastPrice",
        "last": "lastPrice",
        "previousClose": "prevClosePrice",
        "change": "priceChange",
        "baseVolume": "volume",
        "quoteVolume": "quoteVolume",
    }
    return Partial(
        {
            "symbol": name_of(world, symbol),
            "timestamp": row["closeTime"],
            "vwap": Close(float(row["weightedAvgPrice"].value), 1e-6),
            "percentage": Close(float(row["priceChangePercent"].value), 1e-3),
            **{theirs: number(row[ours]) for theirs, ours in names.items()},
        }
    )


def top(world: World, symbol: str, reply: Any, span: Span) -> Partial:
    """The best levels."""
    row = market.best(world, symbol)
    names = {"bid": "bidPrice", "bidVolume": "bidQty", "ask": "askPrice", "askVolume": "askQty"}
    best = {theirs: number(row[ours]) for theirs, ours in names.items()}
    return Partial({"symbol": name_of(world, symbol), **best})


def last(world: World, symbol: str, reply: Any, span: Span) -> Partial:
    """The last price."""
    price = number(market.price(world, symbol)["price"])
    return Partial({"symbol": name_of(world, symbol), "price": price})


# ------------------------------------------------------------ private


def order(own: Own, order_id: int, time_ns: int | None = None) -> Partial:
    """An order. Its time is when it was made, or when what the reply is about happened."""
    truth, sent = own.truth(order_id), own.sent.get(order_id, {})
    filled, notional = Decimal(truth["filled_quantity"]), Decimal(truth["filled_notional"])
    quantity = Decimal(truth["quantity"])
    kind = sent.get("type", "LIMIT")
    price = sent.get("price") or (notional / filled if filled else None)
    stop = sent.get("stopPrice")
    known = {
        "id": str(order_id),
        "clientOrderId": own.names(order_id)["clientOrderId"],
        "symbol": name_of(own.world, own.symbol),
        "type": "market" if kind == "MARKET" else "limit",
        "timeInForce": sent.get("timeInForce", "GTC"),
        "postOnly": kind == "LIMIT_MAKER",
        "side": truth["side"].lower(),
        "price": None if price is None else number(price),
        "triggerPrice": None if stop is None else number(stop),
        "amount": number(quantity),
        "filled": number(filled),
        "remaining": number(quantity - filled),
        "cost": number(notional),
        "average": Close(float(notional / filled), 1e-8) if filled else None,
        "status": STATUSES[truth["status"]],
        "timestamp": milliseconds(time_ns or truth["created_time_ns"]),
    }
    return Partial(known)


def trade(own: Own, fill: Mapping[str, Any]) -> Partial:
    """One of our own trades."""
    return Partial(
        {
            "id": fill["trade_id"],
            "order": fill["venue_order_id"],
            "timestamp": milliseconds(fill["venue_time_ns"]),
            "symbol": name_of(own.world, own.symbol),
            "side": fill["side"].lower(),
            "takerOrMaker": fill["liquidity"].lower(),
            "price": number(fill["price"]),
            "amount": number(fill["quantity"]),
            "cost": number(Decimal(fill["price"]) * Decimal(fill["quantity"])),
            "fee": Partial({"cost": number(fill["fee"]), "currency": fill["fee_currency"]}),
        }
    )


def balance(world: World) -> Partial:
    """Funds by currency."""
    return Partial({name: Partial(funds(row)) for name, row in world.balances().items()})


def funds(row: Mapping[str, Any]) -> dict[str, Close]:
    """Funds in one currency."""
    free, used = Decimal(row["available"]), Decimal(row["locked"])
    return {"free": number(free), "used": number(used), "total": number(free + used)}


def fee(world: World, symbol: str) -> Partial:
    """Rates by which the account's fills can be explained."""
    rates = {"maker": Rate(world, "MAKER"), "taker": Rate(world, "TAKER")}
    return Partial({"symbol": name_of(world, symbol), **rates})
