"""The account: balances, orders past, fills, fees, and the older listen keys.

Source: REST page, "Account endpoints"; for listen keys the changelog (removed 2026-02-20).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import errors
from venueproof_binance.dialect.listings import venue_symbol
from venueproof_binance.dialect.order_rows import fill_row, order_row
from venueproof_binance.dialect.parameters import DAY_NS, bounds, canonical, whole
from venueproof_binance.dialect.wire import number
from venueproof_core.control import Operation
from venueproof_simulator.toolkit import Call, Refuse, Route

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

LISTEN_KEYS_UNTIL = "2026-02-20"
HISTORY = ("startTime", "endTime", "limit")


def account(dialect: BinanceDialect, call: Call) -> Any:
    owner = dialect.account_of(call)
    rates = dialect.commission_rates()
    held = dialect.world.core.balances(owner.name)
    balances = [
        {"asset": asset, "free": number(available), "locked": number(locked)}
        for asset, (available, locked) in sorted(held.items())
        if available or locked or call.parameters.get("omitZeroBalances") != "true"
    ]
    ppm = dialect.fees
    return {
        "makerCommission": ppm.maker_ppm // 100,
        "takerCommission": ppm.taker_ppm // 100,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": rates,
        "canTrade": True,
        "canWithdraw": True,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": dialect.stamp(dialect.world.stamps.time_ns(), call),
        "accountType": "SPOT",
        "balances": balances,
        "permissions": ["SPOT"],
        "uid": 100_000 + list(dialect.world.accounts).index(owner.name),
    }


def all_orders(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    limit = whole(call, "limit", default=500, maximum=1000, is_clamped=True)
    start, end = _day(call)
    orders = list(dialect.world.core.orders(dialect.account_of(call).name, symbol))
    if "orderId" in call.parameters:
        first = whole(call, "orderId", default=0)
        orders = [order for order in orders if order.order_id >= first][:limit]
    else:
        orders = [
            order
            for order in orders
            if (start or 0) <= order.created_time_ns <= (end if end is not None else 2**63)
        ]
        orders = orders[:limit] if start is not None else orders[-limit:]
    return [order_row(dialect, order, call) for order in orders]


def my_trades(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    given = {"orderId", "fromId", "startTime", "endTime"} & set(call.parameters)
    if given not in ALLOWED_TRADE_QUERIES:
        raise Refuse(-1128, "Combination of optional parameters invalid.")
    limit = whole(call, "limit", default=500, maximum=1000, is_clamped=True)
    start, end = _day(call)
    owner = dialect.account_of(call).name
    rows = [
        (trade, order)
        for trade in dialect.world.core.trades(symbol)
        for order in (trade.taker, trade.maker)
        if order.account == owner
    ]
    if "orderId" in given:
        wanted = whole(call, "orderId", default=0)
        rows = [row for row in rows if row[1].order_id == wanted]
    if "fromId" in given:
        first = whole(call, "fromId", default=0)
        rows = [row for row in rows if dialect.public_trade_id(row[0]) >= first]
    last = end if end is not None else 2**63
    rows = [row for row in rows if (start or 0) <= row[0].time_ns <= last]
    is_forward = start is not None or "fromId" in given
    rows = rows[:limit] if is_forward else rows[-limit:]
    return [fill_row(dialect, trade, order, call) for trade, order in rows]


ALLOWED_TRADE_QUERIES: tuple[set[str], ...] = (
    set(),
    {"orderId"},
    {"startTime"},
    {"endTime"},
    {"fromId"},
    {"startTime", "endTime"},
    {"orderId", "fromId"},
)


def _day(call: Call) -> tuple[int | None, int | None]:
    start, end = bounds(call)
    if start is not None and end is not None and end - start > DAY_NS:
        raise Refuse(-1127, "More than 24 hours between startTime and endTime.")
    return start, end


def commission(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    none = dict.fromkeys(("maker", "taker", "buyer", "seller"), "0.00000000")
    return {
        "symbol": venue_symbol(symbol),
        "standardCommission": dialect.commission_rates(),
        "specialCommission": none,
        "taxCommission": none,
        "discount": dialect.discount(),
    }


def order_counts(dialect: BinanceDialect, call: Call) -> Any:
    now = dialect.world.timers.now_ns()
    short, long = dialect.limits_of_world.orders(dialect.account_of(call).name)
    rows = []
    for window, interval, number_of in ((short, "SECOND", 10), (long, "DAY", 1)):
        rows.append(
            {
                "rateLimitType": "ORDERS",
                "interval": interval,
                "intervalNum": number_of,
                "limit": window.limit,
                "count": window.used(now),
            }
        )
    return rows


def create_listen_key(dialect: BinanceDialect, call: Call) -> Any:
    return {"listenKey": dialect.listen_keys.create(dialect.account_of(call).name)}


def renew_listen_key(dialect: BinanceDialect, call: Call) -> Any:
    if not dialect.listen_keys.renew(call.parameters["listenKey"]):
        raise errors.of(errors.NO_SUCH_LISTEN_KEY)
    return {}


def delete_listen_key(dialect: BinanceDialect, call: Call) -> Any:
    if not dialect.listen_keys.delete(call.parameters["listenKey"]):
        raise errors.of(errors.NO_SUCH_LISTEN_KEY)
    return {}


def _user_data(name: str, operation: Operation, handler: Any, weight: Any, *names: str) -> Route:
    return Route(
        name=f"GET /api/v3/{name}",
        operation=operation,
        handler=handler,
        weight=weight,
        parameters=names,
        security="USER_DATA",
    )


def _listen_key(method: str, operation: Operation, handler: Any, *names: str) -> Route:
    return Route(
        name=f"{method} /api/v3/userDataStream",
        operation=operation,
        handler=handler,
        weight=2,
        parameters=names,
        security="USER_STREAM",
        until=LISTEN_KEYS_UNTIL,
    )


ROUTES = (
    _user_data("account", Operation.BALANCES, account, 20, "omitZeroBalances"),
    _user_data(
        "allOrders", Operation.ORDER_HISTORY, all_orders, 20, "symbol*", "orderId", *HISTORY
    ),
    _user_data(
        "myTrades",
        Operation.FILLS,
        my_trades,
        lambda parameters: 5 if "orderId" in parameters else 20,
        "symbol*",
        "orderId",
        "fromId",
        *HISTORY,
    ),
    _user_data("account/commission", Operation.FEE_RATES, commission, 20, "symbol*"),
    _user_data("rateLimit/order", Operation.OTHER, order_counts, 40),
    _listen_key("POST", Operation.OPEN_PRIVATE_STREAM, create_listen_key),
    _listen_key("PUT", Operation.RENEW_PRIVATE_STREAM, renew_listen_key, "listenKey*"),
    _listen_key("DELETE", Operation.CLOSE_PRIVATE_STREAM, delete_listen_key, "listenKey*"),
)
