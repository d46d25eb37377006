"""Market data over REST. Source: "Spot", the sections of each request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_core.control import Operation
from venueproof_core.models import InstrumentStatus, Side
from venueproof_gateio.dialect import errors
from venueproof_gateio.dialect.listings import CURRENCIES, LISTINGS, decimals, venue_symbol
from venueproof_gateio.dialect.parameters import flag, page, span, symbol, symbol_or_none, whole
from venueproof_gateio.dialect.wire import MS, fine_milliseconds, number, percent, seconds
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.history import CandleUnits, PublicTrade
from venueproof_simulator.toolkit import Call, Route
from venueproof_simulator.toolkit.intervals import MONTH_S, interval_start, interval_starts
from venueproof_simulator.venue_core import SCALE

if TYPE_CHECKING:
    from venueproof_gateio.dialect.venue import GateioDialect

DAY_NS = 86_400 * SECOND_NS
INTERVALS = {
    "1s": 1,
    "10s": 10,
    "1m": 60,
    "5m": 300,
    "15m": 900,
    "30m": 1800,
    "1h": 3600,
    "4h": 14_400,
    "8h": 28_800,
    "1d": 86_400,
    "7d": 604_800,
    "30d": MONTH_S,
}
SIDES = {Side.BUY: "buy", Side.SELL: "sell"}
OLDEST_CANDLE = 10_000
LONGEST_TRADES_NS = 30 * DAY_NS


def server_time(dialect: GateioDialect, call: Call) -> Any:
    return {"server_time": dialect.world.stamps.time_ns() // MS}


def currencies(dialect: GateioDialect, call: Call) -> Any:
    return [_currency(name) for name in CURRENCIES]


def currency(dialect: GateioDialect, call: Call) -> Any:
    name = call.parameters["currency"]
    if name not in CURRENCIES:
        raise errors.of(errors.Row("INVALID_CURRENCY", f"Invalid currency {name}"))
    return _currency(name)


def _currency(name: str) -> dict[str, Any]:
    off = dict.fromkeys(("withdraw_disabled", "withdraw_delayed", "deposit_disabled"), False)
    return {
        "currency": name,
        "name": name,
        "delisted": False,
        **off,
        "trade_disabled": False,
        "fixed_rate": "",
        "chain": name,
        "chains": [{"name": name, "addr": "", **off}],
    }


def currency_pairs(dialect: GateioDialect, call: Call) -> Any:
    return [_pair(dialect, listing.rules.symbol) for listing in LISTINGS]


def currency_pair(dialect: GateioDialect, call: Call) -> Any:
    return _pair(dialect, symbol(call))


def _pair(dialect: GateioDialect, name: str) -> dict[str, Any]:
    rules = dialect.world.core.instruments[name]
    is_traded = rules.status is InstrumentStatus.TRADING
    return {
        "id": venue_symbol(name),
        "base": rules.base,
        "base_name": rules.base,
        "quote": rules.quote,
        "quote_name": rules.quote,
        # In percent.
        "fee": number(dialect.fees.taker_ppm * SCALE // 10_000),
        "min_base_amount": number(rules.minimum_quantity),
        "min_quote_amount": number(rules.minimum_notional),
        "max_base_amount": number(rules.maximum_quantity),
        "max_quote_amount": "5000000",
        "amount_precision": decimals(rules.lot_size),
        "precision": decimals(rules.tick_size),
        "trade_status": "tradable" if is_traded else "untradable",
        "sell_start": 1_516_378_650,
        "buy_start": 1_516_378_650,
        "delisting_time": 0,
        "type": "normal",
        "trade_url": f"https://www.gate.com/trade/{venue_symbol(name)}",
        "st_tag": False,
        "up_rate": "0.05",
        "down_rate": "0.02",
        "slippage": "0.05",
        "market_order_max_stock": number((rules.maximum_quantity or 0) // 2),
        "market_order_max_money": "1000000",
        "trade_quotes": None,
    }


def tickers(dialect: GateioDialect, call: Call) -> Any:
    wanted = symbol_or_none(call)
    zone = call.parameters.get("timezone")
    if zone not in (None, "", "utc0", "utc8", "all"):
        raise errors.request_value("timezone", zone)
    rows = []
    for listing in LISTINGS:
        if wanted in (None, listing.rules.symbol):
            row = ticker_row(dialect, listing.rules.symbol, has_sizes=wanted is not None)
            changes = {"utc0": ("change_utc0",), "utc8": ("change_utc8",)}.get(
                str(zone), ("change_utc0", "change_utc8") if zone == "all" else ()
            )
            rows.append(row | dict.fromkeys(changes, row["change_percentage"]))
    return rows


def ticker_row(dialect: GateioDialect, name: str, *, has_sizes: bool = False) -> dict[str, Any]:
    """Statistics of the last 24 hours."""
    core, now = dialect.world.core, dialect.world.stamps.time_ns()
    history = dialect.world.history
    last = history.trades(name)[-1].price
    day = history.summary(name, now - DAY_NS, now + SECOND_NS)
    first = day.open if day else last
    bid = (core.levels(name, Side.BUY, 1) or [(0, 0)])[0]
    ask = (core.levels(name, Side.SELL, 1) or [(0, 0)])[0]
    sizes = {"lowest_size": number(ask[1]), "highest_size": number(bid[1])} if has_sizes else {}
    return {
        "currency_pair": venue_symbol(name),
        "last": number(last),
        "lowest_ask": number(ask[0]),
        "highest_bid": number(bid[0]),
        **sizes,
        "change_percentage": percent(last - first, first),
        "base_volume": number(day.volume if day else 0),
        "quote_volume": number(day.quote_volume if day else 0),
        "high_24h": number(day.high if day else last),
        "low_24h": number(day.low if day else last),
    }


def order_book(dialect: GateioDialect, call: Call) -> Any:
    name, limit = symbol(call), whole(call, "limit", 10, 1, 1000)
    if call.parameters.get("interval", "0") not in ("", "0"):
        raise errors.request_value("interval", call.parameters["interval"])
    core = dialect.world.core
    call.book_version = core.version(name)
    now = dialect.world.stamps.time_ns() // MS
    head = {"id": core.version(name)} if flag(call, "with_id") else {}
    bids, asks = levels(dialect, name, limit)
    return {**head, "current": now, "update": now, "asks": asks, "bids": bids}


def levels(dialect: GateioDialect, name: str, depth: int) -> tuple[list[Any], list[Any]]:
    """Best bids and asks, as the wire has them."""
    bids, asks = (
        [
            [number(price), number(quantity)]
            for price, quantity in dialect.world.core.levels(name, side, depth)
        ]
        for side in (Side.BUY, Side.SELL)
    )
    return bids, asks


def trades(dialect: GateioDialect, call: Call) -> Any:
    name, last_id = symbol(call), call.parameters.get("last_id")
    now = dialect.world.stamps.time_ns()
    found = dialect.world.history.trades(name)
    if last_id:
        after, limit = whole(call, "last_id", 0), whole(call, "limit", 100, 1, 1000)
        if flag(call, "reverse"):
            rows = [trade for trade in found if trade.trade_id < after][::-1][:limit]
        else:
            # The oldest that follow, the newest of them first.
            rows = found[after : after + limit][::-1]
    else:
        start, end = span(call)
        end = now + SECOND_NS if end is None else end
        start = end - LONGEST_TRADES_NS if start is None else start
        rows = page(call, [t for t in reversed(found) if start <= t.time_ns <= end])
    return [trade_row(name, trade) for trade in rows]


def trade_row(name: str, trade: PublicTrade) -> dict[str, Any]:
    """A public trade."""
    return {
        "id": str(trade.trade_id),
        "create_time": seconds(trade.time_ns),
        "create_time_ms": fine_milliseconds(trade.time_ns),
        "currency_pair": venue_symbol(name),
        "side": SIDES[trade.taker_side],
        "amount": number(trade.quantity),
        "price": number(trade.price),
        "sequence_id": str(trade.trade_id),
    }


def candlesticks(dialect: GateioDialect, call: Call) -> Any:
    name = symbol(call)
    word = call.parameters.get("interval") or "30m"
    length_s = INTERVALS.get(word)
    if length_s is None:
        raise errors.request_value("interval", word)
    limit, (start, end) = whole(call, "limit", 100, 1, 1000), span(call)
    if call.parameters.get("limit") and (start is not None or end is not None):
        raise errors.request_value("limit", limit)
    now = dialect.world.stamps.time_ns() + dialect.world.lead_ns()
    if start is not None:
        last = now if end is None else min(end, now)
        length_ns = length_s * SECOND_NS
        if start < now - OLDEST_CANDLE * length_ns:
            raise errors.of(
                errors.Row(
                    "INVALID_PARAM_VALUE",
                    "Candlestick too long ago. Maximum 10000 points ago are allowed",
                )
            )
        start = interval_start(length_s, start)
        limit = max(0, (last - start) // length_ns + 1)
        if limit > 1000:
            raise errors.request_value("to", call.parameters.get("to", ""))
    starts, after = interval_starts(length_s, start, end, limit, now)
    rows = dialect.world.history.candles(name, starts, after)
    return [
        candle_row(row, is_closed=place + 1 < len(rows) or after <= now)
        for place, row in enumerate(rows)
    ]


def candle_row(row: CandleUnits, *, is_closed: bool) -> list[str]:
    """Start, quote volume, close, high, low, open, base volume, and whether it has closed."""
    prices = (row.close, row.high, row.low, row.open)
    return [
        seconds(row.open_time_ns),
        number(row.quote_volume),
        *map(number, prices),
        number(row.volume),
        "true" if is_closed else "false",
    ]


def empty(dialect: GateioDialect, call: Call) -> Any:
    return []


def _get(path: str, operation: Operation, handler: Any) -> Route:
    return Route(name=f"GET /api/v4/{path}", operation=operation, handler=handler)


ROUTES = (
    _get("spot/time", Operation.TIME, server_time),
    _get("spot/currencies", Operation.OTHER, currencies),
    _get("spot/currencies/{currency}", Operation.OTHER, currency),
    _get("spot/currency_pairs", Operation.INSTRUMENTS, currency_pairs),
    _get("spot/currency_pairs/{currency_pair}", Operation.OTHER, currency_pair),
    _get("spot/tickers", Operation.TICKER, tickers),
    _get("spot/order_book", Operation.ORDER_BOOK, order_book),
    _get("spot/trades", Operation.TRADES, trades),
    _get("spot/candlesticks", Operation.CANDLES, candlesticks),
    # Other products, which clients ask for at their start.
    _get("margin/currency_pairs", Operation.OTHER, empty),
)
PATHS_WITH_NAMES = {
    "/api/v4/spot/currencies/": "currency",
    "/api/v4/spot/currency_pairs/": "currency_pair",
    "/api/v4/spot/orders/": "order_id",
    "/api/v4/spot/price_orders/": "order_id",
}
"""Beginnings of paths that end with a name, to what the documents call that name."""
