"""The account: balances, orders past, fills, fees, and the older listen keys.

Source: REST page, "Account endpoints"; for listen keys the changelog (removed 2026-02-20).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import errors
from venueproof_binance.dialect.listings import venue_symbol
from venueproof_binance.dialect.order_rows import fill_row, order_row
from venueproof_binance.dialect.parameters import (
    canonical,
    day_bounds,
    is_true,
    limit_of,
    whole,
)
from venueproof_binance.dialect.routing import row
from venueproof_binance.dialect.wire import number
from venueproof_core.control import Operation
from venueproof_simulator.toolkit import Call

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

LISTEN_KEYS_UNTIL = "2026-02-20"
FOREVER_NS = 2**63


def account(dialect: BinanceDialect, call: Call) -> Any:
    owner = dialect.account_of(call)
    fees = dialect.world.core.fees(owner.name)
    omits_zeros = is_true(call, "omitZeroBalances")
    held = dialect.world.core.balances(owner.name)
    balances = [
        {"asset": asset, "free": number(available), "locked": number(locked)}
        for asset, (available, locked) in sorted(held.items())
        if available or locked or not omits_zeros
    ]
    return {
        "makerCommission": fees.maker_ppm // 100,
        "takerCommission": fees.taker_ppm // 100,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": dialect.commission_rates(owner.name),
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
    limit, (start, end) = limit_of(call), day_bounds(call)
    orders = list(dialect.world.core.orders(dialect.account_of(call).name, symbol))
    if "orderId" in call.parameters:
        first = whole(call, "orderId", default=0)
        orders = [order for order in orders if order.order_id >= first][:limit]
    else:
        last = FOREVER_NS if end is None else end
        orders = [order for order in orders if (start or 0) <= order.created_time_ns <= last]
        orders = orders[:limit] if start is not None else orders[-limit:]
    return [order_row(dialect, order, call) for order in orders]


def my_trades(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    given = {"orderId", "fromId", "startTime", "endTime"} & set(call.parameters)
    if given not in ALLOWED_TRADE_QUERIES:
        raise errors.of(errors.COMBINATION)
    limit, (start, end) = limit_of(call), day_bounds(call)
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
    last = FOREVER_NS if end is None else end
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


def commission(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    none = dict.fromkeys(("maker", "taker", "buyer", "seller"), "0.00000000")
    return {
        "symbol": venue_symbol(symbol),
        "standardCommission": dialect.commission_rates(dialect.account_of(call).name),
        "specialCommission": none,
        "taxCommission": none,
        "discount": dialect.discount(),
    }


def order_counts(dialect: BinanceDialect, call: Call) -> Any:
    return dialect.limits_of_world.order_rows(dialect.account_of(call).name)


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


_OLDER = {"security": "USER_STREAM", "until": LISTEN_KEYS_UNTIL}
ROUTES = (
    row(
        "GET account",
        Operation.BALANCES,
        account,
        20,
        "omitZeroBalances",
        security="USER_DATA",
    ),
    row(
        "GET allOrders",
        Operation.ORDER_HISTORY,
        all_orders,
        20,
        "symbol* orderId startTime endTime limit",
        security="USER_DATA",
    ),
    row(
        "GET myTrades",
        Operation.FILLS,
        my_trades,
        lambda parameters: 5 if "orderId" in parameters else 20,
        "symbol* orderId fromId startTime endTime limit",
        security="USER_DATA",
    ),
    row(
        "GET account/commission",
        Operation.FEE_RATES,
        commission,
        20,
        "symbol*",
        security="USER_DATA",
    ),
    row("GET rateLimit/order", Operation.OTHER, order_counts, 40, security="USER_DATA"),
    row("POST userDataStream", Operation.OPEN_PRIVATE_STREAM, create_listen_key, 2, **_OLDER),
    row(
        "PUT userDataStream",
        Operation.RENEW_PRIVATE_STREAM,
        renew_listen_key,
        2,
        "listenKey*",
        **_OLDER,
    ),
    row(
        "DELETE userDataStream",
        Operation.CLOSE_PRIVATE_STREAM,
        delete_listen_key,
        2,
        "listenKey*",
        **_OLDER,
    ),
)
