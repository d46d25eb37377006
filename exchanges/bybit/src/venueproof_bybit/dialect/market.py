"""Market data over REST. Source: "Market", the pages of each endpoint. Lists are newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_bybit.dialect import errors
from venueproof_bybit.dialect.listings import LISTINGS, TERMS, venue_symbol
from venueproof_bybit.dialect.parameters import category, market_symbol, required, time_ns, whole
from venueproof_bybit.dialect.wire import milliseconds, number, ratio
from venueproof_core.control import Operation
from venueproof_core.models import InstrumentStatus, Side
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.history import CandleUnits
from venueproof_simulator.toolkit import Call, Route
from venueproof_simulator.toolkit.intervals import MONTH_S, WEEK_S, interval_starts

if TYPE_CHECKING:
    from venueproof_bybit.dialect.venue import BybitDialect

DAY_NS = 86_400 * SECOND_NS
INTERVALS = {
    **{str(minutes): minutes * 60 for minutes in (1, 3, 5, 15, 30, 60, 120, 240, 360, 720)},
    "D": 86_400,
    "W": WEEK_S,
    "M": MONTH_S,
}
SIDES = {Side.BUY: "Buy", Side.SELL: "Sell"}


def server_time(dialect: BybitDialect, call: Call) -> Any:
    now = dialect.world.stamps.time_ns()
    return {"timeSecond": str(now // SECOND_NS), "timeNano": str(now)}


def instruments_info(dialect: BybitDialect, call: Call) -> Any:
    category(call)
    wanted = market_symbol(call) if call.parameters.get("symbol") else None
    rows = []
    for number_of, listing in enumerate(LISTINGS, 1):
        rules = dialect.world.core.instruments[listing.rules.symbol]
        # Only what is traded is listed.
        if wanted in (None, rules.symbol) and rules.status is InstrumentStatus.TRADING:
            rows.append(_instrument(number_of, rules))
    return {"category": "spot", "list": rows}


def _instrument(symbol_id: int, rules: Any) -> dict[str, Any]:
    terms = TERMS[rules.symbol]
    return {
        "symbolId": symbol_id,
        "symbol": venue_symbol(rules.symbol),
        "baseCoin": rules.base,
        "quoteCoin": rules.quote,
        "innovation": "0",
        "symbolType": "",
        "status": "Trading",
        "marginTrading": "utaOnly",
        "stTag": "0",
        "lotSizeFilter": {
            "basePrecision": number(rules.lot_size),
            "quotePrecision": number(terms.quote_precision),
            "minOrderQty": number(rules.minimum_quantity),
            "maxOrderQty": number(rules.maximum_quantity),
            "minOrderAmt": number(rules.minimum_notional),
            "maxOrderAmt": "8000000",
            "maxLimitOrderQty": number(rules.maximum_quantity),
            "maxMarketOrderQty": number(terms.maximum_market),
            "postOnlyMaxLimitOrderSize": number((rules.maximum_quantity or 0) * 5),
        },
        "priceFilter": {"tickSize": number(rules.tick_size)},
        "riskParameters": {"priceLimitRatioX": "0.5", "priceLimitRatioY": "0.5"},
    }


def order_book(dialect: BybitDialect, call: Call) -> Any:
    category(call)
    symbol, limit = market_symbol(call), whole(call, "limit", 1, 1, 1000)
    call.book_version = dialect.world.core.version(symbol)
    now = dialect.world.stamps.time_ns() // 1_000_000
    return {**book_row(dialect, symbol, limit), "ts": now, "cts": now}


def book_row(
    dialect: BybitDialect, symbol: str, depth: int, topic_depth: int = 1000
) -> dict[str, Any]:
    """The book's best levels. ``u`` counts the messages of the topic of this depth, ``seq`` is the book's version."""
    core = dialect.world.core
    bids, asks = (
        [[number(price), number(quantity)] for price, quantity in core.levels(symbol, side, depth)]
        for side in (Side.BUY, Side.SELL)
    )
    update = dialect.topics.update_id(symbol, topic_depth)
    return {
        "s": venue_symbol(symbol),
        "b": bids,
        "a": asks,
        "u": update,
        "seq": core.version(symbol),
    }


def tickers(dialect: BybitDialect, call: Call) -> Any:
    category(call)
    wanted = market_symbol(call) if call.parameters.get("symbol") else None
    symbols = [wanted] if wanted else [listing.rules.symbol for listing in LISTINGS]
    return {"category": "spot", "list": [_ticker(dialect, symbol) for symbol in symbols]}


def day_row(dialect: BybitDialect, symbol: str) -> dict[str, str]:
    """Statistics of the last 24 hours."""
    now = dialect.world.stamps.time_ns()
    history = dialect.world.history
    rows = history.between(symbol, now - DAY_NS, now + SECOND_NS)
    last = history.trades(symbol)[-1].price
    prices = [trade.price for trade in rows] or [last]
    return {
        "symbol": venue_symbol(symbol),
        "lastPrice": number(last),
        "prevPrice24h": number(prices[0]),
        "price24hPcnt": _change(last, prices[0]),
        "highPrice24h": number(max(prices)),
        "lowPrice24h": number(min(prices)),
        "turnover24h": number(sum(trade.notional for trade in rows)),
        "volume24h": number(sum(trade.quantity for trade in rows)),
        "usdIndexPrice": number(last),
    }


def _change(last: int, first: int) -> str:
    return ratio(last - first, first) if last >= first else f"-{ratio(first - last, first)}"


def _ticker(dialect: BybitDialect, symbol: str) -> dict[str, str]:
    core = dialect.world.core
    bid = (core.levels(symbol, Side.BUY, 1) or [(0, 0)])[0]
    ask = (core.levels(symbol, Side.SELL, 1) or [(0, 0)])[0]
    best = zip(
        ("bid1Price", "bid1Size", "ask1Price", "ask1Size"), map(number, (*bid, *ask)), strict=True
    )
    return day_row(dialect, symbol) | dict(best)


def kline(dialect: BybitDialect, call: Call) -> Any:
    category(call, default="linear")
    symbol, limit = market_symbol(call), whole(call, "limit", 200, 1, 1000)
    interval = INTERVALS.get(required(call, "interval"))
    if interval is None:
        raise errors.parameter("Invalid period!")
    now = dialect.world.stamps.time_ns()
    start, end = time_ns(call, "start"), time_ns(call, "end")
    starts, after = interval_starts(interval, start, end, limit, now)
    rows = dialect.world.history.candles(symbol, starts, after)
    return {
        "category": "spot",
        "symbol": venue_symbol(symbol),
        "list": [candle_row(row) for row in reversed(rows)],
    }


def candle_row(row: CandleUnits) -> list[str]:
    """Start, open, high, low, close, volume, turnover."""
    prices = (row.open, row.high, row.low, row.close)
    return [
        milliseconds(row.open_time_ns),
        *map(number, prices),
        number(row.volume),
        number(row.quote_volume),
    ]


def recent_trades(dialect: BybitDialect, call: Call) -> Any:
    category(call)
    symbol, limit = market_symbol(call), whole(call, "limit", 60, 1, 60)
    newest = dialect.world.history.trades(symbol)[-limit:]
    return {
        "category": "spot",
        "list": [
            {
                "execId": dialect.trade_id_text(trade.trade_id),
                "symbol": venue_symbol(symbol),
                "price": number(trade.price),
                "size": number(trade.quantity),
                "side": SIDES[trade.taker_side],
                "time": milliseconds(trade.time_ns),
                "isBlockTrade": False,
                "isRPITrade": False,
                "seq": str(trade.trade_id),
            }
            for trade in reversed(newest)
        ],
    }


def system_status(dialect: BybitDialect, call: Call) -> Any:
    return {"list": []}


def price_limit(dialect: BybitDialect, call: Call) -> Any:
    category(call, default="linear")
    return price_limit_row(dialect, market_symbol(call))


def price_limit_row(dialect: BybitDialect, symbol: str) -> dict[str, str]:
    """The band that limit prices must be in."""
    low, high = dialect.price_band(symbol)
    now = dialect.world.stamps.time_ns()
    return {
        "symbol": venue_symbol(symbol),
        "buyLmt": number(high),
        "sellLmt": number(low),
        "ts": milliseconds(now),
    }


def _get(path: str, operation: Operation, handler: Any) -> Route:
    return Route(name=f"GET /v5/{path}", operation=operation, handler=handler)


ROUTES = (
    _get("market/time", Operation.TIME, server_time),
    _get("market/instruments-info", Operation.INSTRUMENTS, instruments_info),
    _get("market/orderbook", Operation.ORDER_BOOK, order_book),
    _get("market/tickers", Operation.TICKER, tickers),
    _get("market/kline", Operation.CANDLES, kline),
    _get("market/recent-trade", Operation.TRADES, recent_trades),
    _get("market/price-limit", Operation.OTHER, price_limit),
    _get("system/status", Operation.OTHER, system_status),
)
