"""What stream events must say. An event names the version, trade or time it is about; the truth at exactly
that point is what it is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import market
from .account import NOTHING, Own
from .checks import Like, Maybe, OneOf, Report, Within
from .market import DAY_MS, INTERVALS_MS, MINUTE_MS, milliseconds, money
from .steering import World, now_ms

SYMBOL = "BTCUSDT"
HOURS = {"1h": 1, "4h": 4, "1d": 24}
SHANGHAI_MS = 8 * 60 * MINUTE_MS


@dataclass(frozen=True)
class Goal:
    """The state that a client has to be told of: the newest trade and the newest version of the book."""

    trade_id: int
    version: int
    since_ms: int
    trade_ms: int


def move(world: World, side: str = "SELL") -> Goal:
    """Levels come and go deep in the book, then somebody trades: the best level is the last to change."""
    started = now_ms()
    book = world.book(SYMBOL)
    deep = book["bids"][7][0]
    world.market(
        {"kind": "set_level", "side": "BUY", "price": deep, "quantity": "0"},
        {"kind": "set_level", "side": "SELL", "price": book["asks"][9][0], "quantity": "1.25"},
        {"kind": "trade", "side": side, "quantity": "0.00700"},
    )
    last = world.trades(SYMBOL)[-1]
    version = world.book(SYMBOL)["version"]
    return Goal(int(last["trade_id"]), version, started, milliseconds(last["venue_time_ns"]))


def is_final(stream: str, event: Any, goal: Goal) -> bool:
    """Whether the event tells of the goal."""
    if isinstance(event, list):
        return any(is_final(stream, row, goal) for row in event)
    if "u" in event or "lastUpdateId" in event:
        return bool(event.get("u", event.get("lastUpdateId")) >= goal.version)
    last = {"trade": "t", "aggTrade": "l"}.get(event.get("e", ""), "L")
    told = event.get("k", event).get(last)
    if told is not None:
        return bool(told >= goal.trade_id)
    return bool(event.get("E", 0) >= goal.trade_ms)


def check(
    report: Report, world: World, call: str, stream: str, told: Sequence[Any], goal: Goal
) -> None:
    """Compare what a stream told; its last event must be about the goal."""
    wanted = [expected(world, stream, event) for event in told]
    report.check(call, stream, wanted or [Like(dict)], list(told))
    if told and not is_final(stream, told[-1], goal):
        report.lines[-1].differences.append(f"$: the last event is not about {goal}")


def expected(world: World, stream: str, event: Any) -> Any:
    """What an event of a stream must be."""
    kind = stream.partition("@")[2]
    if stream.startswith("!"):
        rows = event if isinstance(event, list) else []
        return [_ticker(world, kind_of_all(stream), row) for row in rows] or [Like(dict)]
    if kind == "trade":
        return _trade(world, event)
    if kind == "aggTrade":
        return _aggregate(world, event)
    if kind.startswith("kline"):
        return _candle(world, kind, event)
    if kind == "bookTicker":
        return _best(world, event)
    if kind == "avgPrice":
        return _average(world, event)
    if kind.startswith("depth"):
        levels = kind.removeprefix("depth").partition("@")[0]
        return _partial(world, event, int(levels)) if levels else _update(world, event)
    return _ticker(world, kind, event)


def kind_of_all(stream: str) -> str:
    """``!ticker_1h@arr`` carries what ``<symbol>@ticker_1h`` does."""
    return stream.removeprefix("!").partition("@")[0]


def _stamped(event: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {"e": name, "E": Within(0, now_ms() + 1), "s": event.get("s")}


def _trade(world: World, event: Mapping[str, Any]) -> dict[str, Any]:
    row = market.trade_row(_print(world, event.get("t")))
    return {
        **_stamped(event, "trade"),
        "s": SYMBOL,
        "t": row["id"],
        "p": row["price"],
        "q": row["qty"],
        "T": row["time"],
        "m": row["isBuyerMaker"],
        "M": True,
    }


def _print(world: World, trade_id: Any) -> Any:
    rows = world.trades(SYMBOL)
    return next((row for row in rows if int(row["trade_id"]) == trade_id), rows[-1])


def _aggregate(world: World, event: Mapping[str, Any]) -> dict[str, Any]:
    rows = market.aggregates(world, SYMBOL)
    row = next((row for row in rows if row["l"] == event.get("l")), rows[-1])
    return {**_stamped(event, "aggTrade"), "s": SYMBOL, **row}


def _candle(world: World, kind: str, event: Mapping[str, Any]) -> dict[str, Any]:
    told = event.get("k", {})
    interval = kind.removeprefix("kline_").partition("@")[0]
    length, offset = INTERVALS_MS[interval], SHANGHAI_MS if "+08:00" in kind else 0
    stamp = event.get("E", 0)
    start = (stamp + offset) // length * length - offset
    if told.get("x"):  # the last event of a candle comes when the next one has begun
        start = told.get("t", 0)
    # Of what happened within its millisecond an event knows what it names.
    rows = [
        row
        for row in world.trades(SYMBOL)
        if milliseconds(row["venue_time_ns"]) < stamp or int(row["trade_id"]) <= told.get("L", 0)
    ]
    row = market.candle(rows, start, length)
    end = start + length
    inside = [int(r["trade_id"]) for r in rows if start <= milliseconds(r["venue_time_ns"]) < end]
    return {
        **_stamped(event, "kline"),
        "s": SYMBOL,
        "k": {
            "t": start,
            "T": row[6],
            "s": SYMBOL,
            "i": interval,
            "f": inside[0] if inside else -1,
            "L": inside[-1] if inside else -1,
            "o": row[1],
            "c": row[4],
            "h": row[2],
            "l": row[3],
            "v": row[5],
            "n": row[8],
            "x": stamp >= end,
            "q": row[7],
            "V": row[9],
            "Q": row[10],
            "B": "0",
        },
    }


def _best(world: World, event: Mapping[str, Any]) -> dict[str, Any]:
    book = _version(world, event.get("u"))
    bid, ask = book["bids"][0], book["asks"][0]
    return {
        "u": book["version"],
        "s": SYMBOL,
        "b": money(bid[0]),
        "B": money(bid[1]),
        "a": money(ask[0]),
        "A": money(ask[1]),
    }


def _version(world: World, version: Any) -> Any:
    return world.book(SYMBOL, version if isinstance(version, int) else None)


def _average(world: World, event: Mapping[str, Any]) -> dict[str, Any]:
    stamp = event.get("E", now_ms())
    row = market.average(world, SYMBOL, market.Span(stamp, stamp))
    return {
        **_stamped(event, "avgPrice"),
        "s": SYMBOL,
        "i": "5m",
        "w": row["price"],
        "T": row["closeTime"],
    }


def _partial(world: World, event: Mapping[str, Any], count: int) -> dict[str, Any]:
    book = _version(world, event.get("lastUpdateId"))
    return {
        "lastUpdateId": book["version"],
        "bids": market.levels(book["bids"][:count]),
        "asks": market.levels(book["asks"][:count]),
    }


def _update(world: World, event: Mapping[str, Any]) -> dict[str, Any]:
    before = _version(world, event.get("U", 1) - 1)
    after = _version(world, event.get("u"))
    return {
        **_stamped(event, "depthUpdate"),
        "s": SYMBOL,
        "U": before["version"] + 1,
        "u": after["version"],
        "b": _changed(before["bids"], after["bids"], event.get("b", [])),
        "a": _changed(before["asks"], after["asks"], event.get("a", [])),
    }


def _changed(
    before: Sequence[Any], after: Sequence[Any], told: Sequence[Sequence[str]]
) -> list[list[str]]:
    """Every level that differs, each told once with what it is after; in the order told."""
    old, new = ({money(p): money(q) for p, q in side} for side in (before, after))
    differing = [price for price in {**old, **new} if old.get(price) != new.get(price)]
    shown = list(dict.fromkeys(level[0] for level in told))
    ordered = shown + [price for price in differing if price not in shown]
    return [[price, new.get(price, NOTHING)] for price in ordered]


def _ticker(world: World, kind: str, event: Any) -> dict[str, Any]:
    """Statistics of 24 hours or of another window, short or long."""
    symbol = event.get("s", SYMBOL) if isinstance(event, Mapping) else SYMBOL
    stamp = event.get("C", event.get("E", now_ms()))
    hours = HOURS.get(kind.removeprefix("ticker_"), 24)
    opened = stamp - hours * DAY_MS // 24
    if kind.startswith("ticker_"):
        opened = opened // MINUTE_MS * MINUTE_MS
    row = market.statistics(world, symbol, opened, stamp)
    short = {
        "s": symbol,
        "o": row["openPrice"],
        "h": row["highPrice"],
        "l": row["lowPrice"],
        "c": row["lastPrice"],
        "v": row["volume"],
        "q": row["quoteVolume"],
    }
    if kind == "miniTicker":
        return _stamped(event, "24hrMiniTicker") | short
    window = {
        "p": row["priceChange"],
        "P": row["priceChangePercent"],
        "w": row["weightedAvgPrice"],
        "O": row["openTime"],
        "C": row["closeTime"],
        "F": row["firstId"],
        "L": row["lastId"],
        "n": row["count"],
    }
    if kind != "ticker":
        name = f"{kind.removeprefix('ticker_')}Ticker"
        return _stamped(event, name) | short | window
    full = market.ticker_24h(world, symbol, {"closeTime": stamp}, market.Span(stamp, stamp))
    return (
        _stamped(event, "24hrTicker")
        | short
        | window
        | {
            "x": full["prevClosePrice"],
            "Q": full["lastQty"],
            "b": full["bidPrice"],
            "B": full["bidQty"],
            "a": full["askPrice"],
            "A": full["askQty"],
        }
    )


# ------------------------------------------------------------ the account's own


def execution(own: Own, event: Mapping[str, Any]) -> dict[str, Any]:
    """An executionReport, whichever of the order's changes it is about."""
    order_id, what = event.get("i", 0), event.get("x")
    truth, state, names = own.truth(order_id), own.state(order_id), own.names(order_id)
    fills = own.fills(order_id)
    place = next((n for n, f in enumerate(fills) if int(f["trade_id"]) == event.get("t")), None)
    until = fills[: place + 1] if place is not None else []
    fill = until[-1] if what == "TRADE" and until else None
    if what in ("CANCELED", "EXPIRED", "REPLACED"):
        until = fills
    done = sum(Decimal(one["quantity"]) for one in until)
    worth = sum(Decimal(one["price"]) * Decimal(one["quantity"]) for one in until)
    sent = own.sent.get(order_id, {})
    is_canceled = what == "CANCELED"
    return {
        "e": "executionReport",
        "E": Within(0, now_ms() + 1),
        "s": own.symbol,
        "c": names["clientOrderId"] if is_canceled else truth["client_order_id"],
        "S": state["side"],
        "o": state["type"],
        "f": state["timeInForce"],
        "q": money(truth["quantity"]),
        "p": state["price"],
        "P": money(sent.get("stopPrice", 0)),
        "F": money(sent.get("icebergQty", 0)),
        "g": names["orderListId"],
        "C": truth["client_order_id"] if is_canceled else "",
        "x": what,
        "X": _status(str(what), done, Decimal(truth["quantity"])),
        "r": "NONE",
        "i": order_id,
        "l": money(fill["quantity"] if fill else 0),
        "z": money(done),
        "L": money(fill["price"] if fill else 0),
        "n": money(fill["fee"]) if fill else OneOf(("0", NOTHING)),
        "N": fill["fee_currency"] if fill else None,
        "T": _moment(truth, fill, str(what)),
        "t": int(fill["trade_id"]) if fill else -1,
        "I": Like(int),
        "w": Like(bool) if is_canceled or what == "EXPIRED" or fill else not sent.get("stopPrice"),
        "m": bool(fill and fill["liquidity"] == "MAKER"),
        "M": Like(bool),
        "O": milliseconds(truth["created_time_ns"]),
        "Z": money(worth),
        "Y": money(Decimal(fill["price"]) * Decimal(fill["quantity"]) if fill else 0),
        "Q": money(sent.get("quoteOrderQty", 0)),
        "W": Maybe(own.working_time(order_id)),
        "V": state["selfTradePreventionMode"],
        **({"eR": Like(str)} if what == "EXPIRED" else {}),
    }


def _status(what: str, done: Any, quantity: Decimal) -> str:
    if what in ("CANCELED", "EXPIRED"):
        return what
    if not done:
        return "NEW"
    return "FILLED" if done == quantity else "PARTIALLY_FILLED"


def _moment(truth: Mapping[str, Any], fill: Mapping[str, Any] | None, what: str) -> int:
    if fill:
        return milliseconds(fill["venue_time_ns"])
    return milliseconds(truth["created_time_ns" if what == "NEW" else "updated_time_ns"])
