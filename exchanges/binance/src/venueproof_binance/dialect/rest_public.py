"""Public requests. Source: REST page, "General endpoints" and "Market data endpoints"."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import filters
from venueproof_binance.dialect.candles import INTERVALS, interval_starts
from venueproof_binance.dialect.listings import venue_symbol
from venueproof_binance.dialect.parameters import bounds, canonical, symbol_list, whole
from venueproof_binance.dialect.tickers import average_price, ticker_24h, ticker_book, ticker_price
from venueproof_binance.dialect.wire import number
from venueproof_core.control import Operation
from venueproof_core.models import InstrumentStatus, Side
from venueproof_simulator.history import PublicTrade
from venueproof_simulator.toolkit import Call, Refuse, Route

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

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
