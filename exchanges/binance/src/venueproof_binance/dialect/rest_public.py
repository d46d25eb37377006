"""Public requests. Source: REST page, "General endpoints" and "Market data endpoints"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from venueproof_binance.dialect import errors, filters
from venueproof_binance.dialect.candles import INTERVALS, interval_starts
from venueproof_binance.dialect.listings import BY_VENUE_SYMBOL, venue_symbol
from venueproof_binance.dialect.wire import number
from venueproof_core.control import Operation
from venueproof_core.models import InstrumentStatus, Side
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.history import PublicTrade
from venueproof_simulator.toolkit import Call, Refuse, Route

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

DAY_NS = 86_400 * SECOND_NS
STATUSES = {
    InstrumentStatus.TRADING: "TRADING",
    InstrumentStatus.CANCEL_ONLY: "CANCEL_ONLY",
    InstrumentStatus.HALTED: "HALT",
}
ORDER_TYPES = [
    "LIMIT",
    "LIMIT_MAKER",
    "MARKET",
    "STOP_LOSS",
    "STOP_LOSS_LIMIT",
    "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
]
PREVENTION_MODES = ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"]


def ping(_dialect: BinanceDialect, _call: Call) -> Any:
    return {}


def time(dialect: BinanceDialect, call: Call) -> Any:
    return {"serverTime": dialect.stamp(dialect.world.stamps.time_ns(), call)}


def exchange_info(dialect: BinanceDialect, call: Call) -> Any:
    single, several = call.parameters.get("symbol"), call.parameters.get("symbols")
    if (single or several) and "permissions" in call.parameters:
        raise Refuse(-1128, "Combination of optional parameters invalid.")
    if single is not None:
        names = [canonical(single)]
    elif several is not None:
        names = symbol_list(several)
    else:
        names = list(dialect.world.core.instruments)
    return {
        "timezone": "UTC",
        "serverTime": dialect.stamp(dialect.world.stamps.time_ns(), call),
        "rateLimits": dialect.rate_limit_rows(),
        "exchangeFilters": [],
        "symbols": [_symbol_row(dialect, name) for name in names],
    }


def _symbol_row(dialect: BinanceDialect, symbol: str) -> dict[str, Any]:
    rules = dialect.world.core.instruments[symbol]
    return {
        "symbol": venue_symbol(symbol),
        "status": STATUSES[rules.status],
        "baseAsset": rules.base,
        "baseAssetPrecision": 8,
        "quoteAsset": rules.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ORDER_TYPES,
        "icebergAllowed": True,
        "ocoAllowed": False,
        "otoAllowed": False,
        "opoAllowed": False,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": False,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "pegInstructionsAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": filters.described(rules),
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": PREVENTION_MODES,
    }


def depth(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    limit = whole(call, "limit", default=100, maximum=5000, is_clamped=True)
    core = dialect.world.core
    call.book_version = core.version(symbol)
    sides = (core.levels(symbol, side, limit) for side in (Side.BUY, Side.SELL))
    bids, asks = ([[number(p), number(q)] for p, q in side] for side in sides)
    return {"lastUpdateId": call.book_version, "bids": bids, "asks": asks}


def depth_weight(parameters: dict[str, str]) -> int:
    """5, 25, 50 or 250, by the number of levels."""
    text = parameters.get("limit", "100")
    limit = int(text) if text.isdigit() else 100
    return 5 if limit <= 100 else 25 if limit <= 500 else 50 if limit <= 1000 else 250


def trades(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    limit = whole(call, "limit", default=500, maximum=1000, is_clamped=True)
    rows = dialect.world.history.trades(symbol)
    from_id = call.parameters.get("fromId")
    if from_id is not None:
        first = max(0, whole(call, "fromId", default=0) - 1)
        rows = rows[first : first + limit]
    else:
        rows = rows[-limit:]
    return [trade_row(dialect, trade, call) for trade in rows]


def trade_row(dialect: BinanceDialect, trade: PublicTrade, call: Call | None) -> dict[str, Any]:
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
    limit = whole(call, "limit", default=500, maximum=1000, is_clamped=True)
    rows = dialect.world.history.trades(symbol)
    if "fromId" in call.parameters:
        first = max(0, whole(call, "fromId", default=0) - 1)
        rows = rows[first : first + limit]
    else:
        start, end = bounds(call)
        if start is not None or end is not None:
            rows = dialect.world.history.between(symbol, start or 0, (end or 2**63) + 1)
        rows = rows[:limit] if start is not None else rows[-limit:]
    return [
        {
            "a": trade.trade_id,
            "p": number(trade.price),
            "q": number(trade.quantity),
            "f": trade.trade_id,
            "l": trade.trade_id,
            "T": dialect.stamp(trade.time_ns, call),
            "m": trade.taker_side is Side.SELL,
            "M": True,
        }
        for trade in rows
    ]


def klines(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    interval = call.parameters["interval"]
    if interval not in INTERVALS:
        raise Refuse(-1120, "Invalid interval.")
    limit = whole(call, "limit", default=500, maximum=1000, is_clamped=True)
    start, end = bounds(call)
    now = dialect.world.stamps.time_ns()
    starts, end_of_last = interval_starts(interval, start, end, limit, now)
    rows = []
    closes = [*starts[1:], end_of_last]
    for candle, close in zip(
        dialect.world.history.candles(symbol, starts, end_of_last), closes, strict=True
    ):
        rows.append(
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
        )
    return rows


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


# ---------------------------------------------------------------- parameters


def canonical(text: str) -> str:
    """The canonical symbol.

    Raises:
        Refuse: -1121, or -1100 for characters no symbol has.
    """
    listing = BY_VENUE_SYMBOL.get(text)
    if listing is None:
        if not re.fullmatch(r"[\w-]{1,20}", text):
            raise errors.illegal("symbol", "^[\\w\\-._&&[^a-z]]{1,50}$")
        raise errors.invalid_symbol()
    return listing.rules.symbol


def symbol_list(text: str) -> list[str]:
    """Canonical symbols of a JSON array.

    Raises:
        Refuse: -1135 for no array, -1151 for a symbol named twice, -1121.
    """
    try:
        names = msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError:
        raise Refuse(-1135, "JSON sent for parameter 'symbols' is not valid") from None
    if len(set(names)) != len(names):
        raise Refuse(-1151, "Symbol is present multiple times in the list.")
    return [canonical(name) for name in names]


def each_symbol(dialect: BinanceDialect, call: Call, row: Callable[[str], Any]) -> Any:
    """An object for ``symbol``, a list for ``symbols`` or nothing."""
    if "symbol" in call.parameters and "symbols" in call.parameters:
        raise Refuse(-1128, "Combination of optional parameters invalid.")
    if "symbol" in call.parameters:
        return row(canonical(call.parameters["symbol"]))
    names: Sequence[str] = list(dialect.world.core.instruments)
    if "symbols" in call.parameters:
        names = symbol_list(call.parameters["symbols"])
    return [row(name) for name in names]


def whole(
    call: Call,
    name: str,
    *,
    default: int,
    maximum: int | None = None,
    is_clamped: bool = False,
) -> int:
    """A parameter that is a whole number.

    Raises:
        Refuse: -1100 for other characters, -1130 for a number out of range.
    """
    text = call.parameters.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,19}", text):
        raise errors.illegal(name, "^[0-9]{1,20}$")
    value = int(text)
    if maximum is not None and value > maximum:
        if not is_clamped:
            raise Refuse(-1130, f"Data sent for parameter '{name}' is not valid.")
        value = maximum
    if name == "limit" and value == 0:
        raise Refuse(-1130, f"Data sent for parameter '{name}' is not valid.")
    return value


def bounds(call: Call) -> tuple[int | None, int | None]:
    """``startTime`` and ``endTime`` in nanoseconds; both units are accepted."""

    def read(name: str) -> int | None:
        if name not in call.parameters:
            return None
        value = whole(call, name, default=0)
        return value * 1000 if value > 10**14 else value * 1_000_000

    start, end = read("startTime"), read("endTime")
    if start is not None and end is not None and start > end:
        raise Refuse(-1128, "Combination of optional parameters invalid.")
    return start, end


def _get(name: str, operation: Operation, handler: Any, weight: Any, *parameters: str) -> Route:
    return Route(
        name=f"GET /api/v3/{name}",
        operation=operation,
        handler=handler,
        weight=weight,
        parameters=parameters,
    )


def _ticker_weight(one: int, many: int) -> Callable[[dict[str, str]], int]:
    return lambda parameters: one if "symbol" in parameters else many


ROUTES = (
    _get("ping", Operation.PING, ping, 1),
    _get("time", Operation.TIME, time, 1),
    _get(
        "exchangeInfo",
        Operation.INSTRUMENTS,
        exchange_info,
        20,
        "symbol",
        "symbols",
        "permissions",
        "showPermissionSets",
        "symbolStatus",
    ),
    _get("depth", Operation.ORDER_BOOK, depth, depth_weight, "symbol*", "limit", "symbolStatus"),
    _get("trades", Operation.TRADES, trades, 25, "symbol*", "limit"),
    _get("historicalTrades", Operation.TRADES, trades, 25, "symbol*", "limit", "fromId"),
    _get(
        "aggTrades",
        Operation.TRADES,
        aggregate_trades,
        4,
        "symbol*",
        "fromId",
        "startTime",
        "endTime",
        "limit",
    ),
    *(
        _get(
            name,
            Operation.CANDLES,
            klines,
            2,
            "symbol*",
            "interval*",
            "startTime",
            "endTime",
            "timeZone",
            "limit",
        )
        for name in ("klines", "uiKlines")
    ),
    _get("avgPrice", Operation.TICKER, average_price, 2, "symbol*"),
    _get(
        "ticker/24hr",
        Operation.TICKER,
        ticker_24h,
        _ticker_weight(2, 80),
        "symbol",
        "symbols",
        "type",
        "symbolStatus",
    ),
    _get(
        "ticker/price",
        Operation.TICKER,
        ticker_price,
        _ticker_weight(2, 4),
        "symbol",
        "symbols",
        "symbolStatus",
    ),
    _get(
        "ticker/bookTicker",
        Operation.TOP_OF_BOOK,
        ticker_book,
        _ticker_weight(2, 4),
        "symbol",
        "symbols",
        "symbolStatus",
    ),
)
