"""What public requests must answer, worked out from the truth about books and trades.

Written from the venue's documents and sharing nothing with the dialect. ``Span`` is when the call was
under way: what depends on the clock must be right at some moment of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from .checks import Like, Matcher, Maybe, Near, OneOf, Text, Within
from .steering import World

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
INTERVALS_MS = {
    "1s": 1000,
    "1m": MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "1h": 60 * MINUTE_MS,
    "1d": DAY_MS,
}


@dataclass(frozen=True)
class Span:
    """From when to when a call was under way, milliseconds."""

    start_ms: int
    end_ms: int

    @property
    def moment(self) -> Within:
        """Some time of it; the venue's clock may round differently from ours."""
        return Within(self.start_ms - 1, self.end_ms + 1)


def money(value: Any) -> str:
    """As the wire has it: eight decimals."""
    return f"{Decimal(value):.8f}"


def milliseconds(time_ns: int) -> int:
    """A time of the truth, as the wire has it."""
    return time_ns // 1_000_000


def depth(world: World, symbol: str, limit: int = 100) -> Any:
    """The book now."""
    book = world.book(symbol)
    return {
        "lastUpdateId": book["version"],
        "bids": levels(book["bids"][:limit]),
        "asks": levels(book["asks"][:limit]),
    }


def levels(rows: Sequence[Sequence[Any]]) -> list[list[str]]:
    """Levels as the wire has them."""
    return [[money(price), money(quantity)] for price, quantity in rows]


def trades(world: World, symbol: str, limit: int = 500, from_id: int | None = None) -> list[Any]:
    """The newest trades, or those from an id on."""
    rows = world.trades(symbol)
    start = max(0, len(rows) - limit) if from_id is None else from_id - 1
    return [trade_row(row) for row in rows[start : start + limit]]


def trade_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """One public trade."""
    return {
        "id": int(row["trade_id"]),
        "price": money(row["price"]),
        "qty": money(row["quantity"]),
        "quoteQty": money(notional(row)),
        "time": milliseconds(row["venue_time_ns"]),
        "isBuyerMaker": row["taker_side"] == "SELL",
        "isBestMatch": True,
    }


def notional(row: Mapping[str, Any]) -> Decimal:
    """What a trade is worth, to eight decimals."""
    exact = Decimal(row["price"]) * Decimal(row["quantity"])
    return exact.quantize(Decimal("1e-8"), rounding=ROUND_FLOOR)


def aggregates(world: World, symbol: str) -> list[dict[str, Any]]:
    """All trades, those of one taker order at one price taken together."""
    found: list[dict[str, Any]] = []
    previous: tuple[Any, ...] = ()
    for row in world.trades(symbol):
        key = (row["venue_time_ns"], row["price"], row["taker_side"])
        if key == previous:
            found[-1]["q"] = money(Decimal(found[-1]["q"]) + Decimal(row["quantity"]))
            found[-1]["l"] = int(row["trade_id"])
        else:
            found.append(_aggregate(row))
        previous = key
    for number, row in enumerate(found, 1):
        row["a"] = number
    return found


def _aggregate(row: Mapping[str, Any]) -> dict[str, Any]:
    trade_id = int(row["trade_id"])
    return {
        "a": 0,
        "p": money(row["price"]),
        "q": money(row["quantity"]),
        "f": trade_id,
        "l": trade_id,
        "T": milliseconds(row["venue_time_ns"]),
        "m": row["taker_side"] == "SELL",
        "M": True,
    }


def candles(world: World, symbol: str, interval: str, starts: Sequence[int]) -> list[list[Any]]:
    """Candles that open at ``starts``."""
    rows = world.trades(symbol)
    return [candle(rows, start, INTERVALS_MS[interval]) for start in starts]


def candle(rows: Sequence[Mapping[str, Any]], start_ms: int, length_ms: int) -> list[Any]:
    """One candle; where nothing traded it repeats the close before."""
    end_ms = start_ms + length_ms
    within = [r for r in rows if start_ms <= milliseconds(r["venue_time_ns"]) < end_ms]
    before = [r for r in rows if milliseconds(r["venue_time_ns"]) < start_ms]
    still = (before[-1] if before else rows[0])["price"]
    prices = [Decimal(row["price"]) for row in within] or [Decimal(still)]
    bought = [row for row in within if row["taker_side"] == "BUY"]
    return [
        start_ms,
        money(prices[0]),
        money(max(prices)),
        money(min(prices)),
        money(prices[-1]),
        money(sum(Decimal(row["quantity"]) for row in within)),
        end_ms - 1,
        money(sum(map(notional, within))),
        len(within),
        money(sum(Decimal(row["quantity"]) for row in bought)),
        money(sum(map(notional, bought))),
        "0",
    ]


def candle_starts(interval: str, limit: int, now_ms: int, end_ms: int | None = None) -> list[int]:
    """Openings of the newest ``limit`` candles, the one still open included."""
    length = INTERVALS_MS[interval]
    newest = min(now_ms, end_ms if end_ms is not None else now_ms) // length * length
    return [newest - (limit - 1 - place) * length for place in range(limit)]


def average(world: World, symbol: str, span: Span) -> Any:
    """Volume-weighted price of five minutes, else the last price."""
    rows = world.trades(symbol)
    recent = [r for r in rows if milliseconds(r["venue_time_ns"]) >= span.end_ms - 5 * MINUTE_MS]
    price = weighted(recent) if recent else Decimal(rows[-1]["price"])
    closed = milliseconds(rows[-1]["venue_time_ns"])
    return {"mins": 5, "price": Near(price), "closeTime": closed}


def weighted(rows: Sequence[Mapping[str, Any]]) -> Decimal:
    """Volume-weighted price."""
    volume = sum(Decimal(row["quantity"]) for row in rows)
    total = sum(Decimal(row["price"]) * Decimal(row["quantity"]) for row in rows)
    return Decimal(total) / Decimal(volume) if volume else Decimal(0)


def price(world: World, symbol: str) -> Any:
    """The last price."""
    return {"symbol": symbol, "price": money(world.trades(symbol)[-1]["price"])}


def best(world: World, symbol: str) -> dict[str, Any]:
    """The best levels."""
    book = world.book(symbol)
    bid, ask = book["bids"][0], book["asks"][0]
    return {
        "symbol": symbol,
        "bidPrice": money(bid[0]),
        "bidQty": money(bid[1]),
        "askPrice": money(ask[0]),
        "askQty": money(ask[1]),
    }


def statistics(
    world: World, symbol: str, start_ms: int, end_ms: int, *, is_full: bool = True
) -> dict[str, Any]:
    """Statistics of a window, as every form of ticker gives them."""
    rows = world.trades(symbol)
    within = [r for r in rows if start_ms <= milliseconds(r["venue_time_ns"]) <= end_ms]
    prices = [Decimal(row["price"]) for row in within]
    change = prices[-1] - prices[0]
    short = {
        "symbol": symbol,
        "openPrice": money(prices[0]),
        "highPrice": money(max(prices)),
        "lowPrice": money(min(prices)),
        "lastPrice": money(prices[-1]),
        "volume": money(sum(Decimal(row["quantity"]) for row in within)),
        "quoteVolume": money(sum(map(notional, within))),
        "openTime": start_ms,
        "closeTime": end_ms,
        "firstId": int(within[0]["trade_id"]),
        "lastId": int(within[-1]["trade_id"]),
        "count": len(within),
    }
    if not is_full:
        return short
    return short | {
        "priceChange": money(change),
        "priceChangePercent": Near(change * 100 / prices[0], Decimal("0.001")),
        "weightedAvgPrice": Near(weighted(within)),
    }


def ticker_24h(world: World, symbol: str, reply: Any, span: Span, *, is_full: bool = True) -> Any:
    """The rolling 24 hours; which exactly the reply itself says, and must be right about."""
    closed = _closing(reply, span)
    row = statistics(world, symbol, closed - DAY_MS, closed, is_full=is_full)
    if not is_full:
        return row
    rows = world.trades(symbol)
    before = [r for r in rows if int(r["trade_id"]) < row["firstId"]]
    return row | {
        # The close before the window; with nothing before it, its first price.
        "prevClosePrice": money((before or rows)[-1 if before else 0]["price"]),
        "lastQty": money(rows[-1]["quantity"]),
        **best(world, symbol),
    }


def ticker_window(
    world: World, symbol: str, length_ms: int, reply: Any, span: Span, *, is_full: bool = True
) -> Any:
    """A rolling window: it opens on a whole minute, so it may be up to a minute longer."""
    closed = _closing(reply, span)
    opened = (closed - length_ms) // MINUTE_MS * MINUTE_MS
    return statistics(world, symbol, opened, closed, is_full=is_full)


def ticker_day(world: World, symbol: str, reply: Any, span: Span, *, is_full: bool = True) -> Any:
    """The trading day: it opens at midnight UTC."""
    opened = span.end_ms // DAY_MS * DAY_MS
    row = statistics(world, symbol, opened, span.end_ms, is_full=is_full)
    # The documents show the day's last millisecond here; nowhere do they say so.
    return row | {"closeTime": OneOf((_closing(reply, span), opened + DAY_MS - 1))}


def _closing(reply: Any, span: Span) -> int:
    closed = reply.get("closeTime") if isinstance(reply, Mapping) else None
    is_right = isinstance(closed, int) and span.moment.matches(closed)
    return int(closed) if is_right and closed is not None else span.end_ms


def exchange_info(world: World, symbols: Sequence[str], span: Span) -> Any:
    """Rules of these symbols. Of limits and permissions the truth knows nothing."""
    rules = {row["symbol"].replace("-", ""): row for row in world.instruments()}
    return {
        "timezone": "UTC",
        "serverTime": span.moment,
        "rateLimits": Like(list),
        "exchangeFilters": Like(list),
        "symbols": [instrument(symbol, rules[symbol]) for symbol in symbols],
        "sors": Maybe(Like(list)),
    }


def instrument(symbol: str, rules: Mapping[str, Any]) -> dict[str, Any]:
    """A symbol's row."""
    return {
        "symbol": symbol,
        "status": "TRADING",
        "baseAsset": rules["base"],
        "quoteAsset": rules["quote"],
        **dict.fromkeys(
            (
                "baseAssetPrecision",
                "quotePrecision",
                "quoteAssetPrecision",
                "baseCommissionPrecision",
                "quoteCommissionPrecision",
            ),
            8,
        ),
        "orderTypes": Like(list),
        **dict.fromkeys(
            (
                "icebergAllowed",
                "ocoAllowed",
                "otoAllowed",
                "quoteOrderQtyMarketAllowed",
                "allowTrailingStop",
                "cancelReplaceAllowed",
                "amendAllowed",
                "isSpotTradingAllowed",
            ),
            True,
        ),
        "opoAllowed": Like(bool),
        "pegInstructionsAllowed": Like(bool),
        "isMarginTradingAllowed": Like(bool),
        "filters": Filters(rules),
        "permissions": [],
        "permissionSets": Like(list),
        "defaultSelfTradePreventionMode": Text("NONE|EXPIRE_(MAKER|TAKER|BOTH)|DECREMENT"),
        "allowedSelfTradePreventionModes": Like(list),
    }


@dataclass(frozen=True)
class Filters(Matcher):
    """Filters in any order: of their values the truth knows steps and least amounts."""

    rules: Mapping[str, Any]

    def matches(self, actual: Any) -> bool:
        """Whether ticks and lots are the truth's."""
        if not isinstance(actual, list):
            return False
        rows = {row["filterType"]: row for row in actual}
        price, lot = rows.get("PRICE_FILTER", {}), rows.get("LOT_SIZE", {})
        found = (price.get("tickSize"), lot.get("stepSize"), lot.get("minQty"))
        names = ("tick_size", "lot_size", "minimum_quantity")
        return found == tuple(money(self.rules[name]) for name in names)


def clock(_world: World, span: Span) -> Any:
    """The venue's time."""
    return {"serverTime": span.moment}


def utc(time_ms: int) -> str:
    """A time as text, for clients that take dates."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
