"""What the account has done and what it has: all orders, all trades, funds, rates, counts."""

from __future__ import annotations

from typing import Any

from .account import NOTHING, Own, account, rates
from .checks import Like, OneOf
from .market import Filters, milliseconds
from .steering import World
from .steps import Scenario, Step

SYMBOL = "BTCUSDT"
DISCOUNT = {
    "enabledForAccount": Like(bool),
    "enabledForSymbol": Like(bool),
    "discountAsset": "BNB",
    "discount": Like(str),
}


def past(own: Own) -> Scenario:
    """All orders and all trades, whole and in parts."""
    symbol = {"symbol": own.symbol}
    ids, fills = own.ids(), own.fills()
    times = [milliseconds(own.truth(order_id)["created_time_ns"]) for order_id in ids]
    endpoint = "GET /api/v3/allOrders"
    yield Step(endpoint, symbol, lambda *_: own.listed(ids))
    yield Step(endpoint, {**symbol, "limit": 3}, lambda *_: own.listed(ids[-3:]))
    yield Step(endpoint, {**symbol, "orderId": ids[2], "limit": 4}, lambda *_: own.listed(ids[2:6]))
    since, until = times[3], times[8]
    inside = [one for one, time in zip(ids, times, strict=True) if since <= time <= until]
    window = {"startTime": since, "endTime": until}
    yield Step(endpoint, {**symbol, **window}, lambda *_: own.listed(inside))
    endpoint = "GET /api/v3/myTrades"
    yield Step(endpoint, symbol, lambda *_: own.trades(fills))
    by_id = int(fills[1]["trade_id"])
    yield Step(endpoint, {**symbol, "fromId": by_id, "limit": 2}, lambda *_: own.trades(fills[1:3]))
    order_id = int(fills[-1]["venue_order_id"])
    yield Step(
        endpoint,
        {**symbol, "orderId": order_id},
        lambda *_: own.trades(own.fills(order_id)),
    )
    since, until = (milliseconds(fills[place]["venue_time_ns"]) for place in (1, -2))
    part = [f for f in fills if since <= milliseconds(f["venue_time_ns"]) <= until]
    yield Step(
        endpoint,
        {**symbol, "startTime": since, "endTime": until},
        lambda *_: own.trades(part),
    )


def accounts(world: World) -> Scenario:
    """Funds, rates, counts."""
    endpoint = "GET /api/v3/account"
    yield Step(endpoint, {}, lambda reply, span: account(world, reply, span))
    yield Step(
        endpoint,
        {"omitZeroBalances": "true"},
        lambda reply, span: account(world, reply, span, omits_zero=True),
    )
    none = dict.fromkeys(("maker", "taker", "buyer", "seller"), NOTHING)
    yield Step(
        "GET /api/v3/account/commission",
        {"symbol": SYMBOL},
        lambda *_: {
            "symbol": SYMBOL,
            "standardCommission": rates(world),
            "specialCommission": none,
            "taxCommission": none,
            "discount": DISCOUNT,
        },
    )
    rules = {row["symbol"]: row for row in world.instruments()}[world.symbols[SYMBOL]]
    yield Step(
        "GET /api/v3/myFilters",
        {"symbol": SYMBOL},
        lambda *_: {
            "exchangeFilters": Like(list),
            "symbolFilters": Filters(rules),
            "assetFilters": Like(list),
        },
    )
    before = world.limits()
    yield Step("GET /api/v3/rateLimit/order", {}, lambda *_: order_counts(before, world.limits()))


def order_counts(before: list[Any], after: list[Any]) -> list[Any]:
    """Windows of new orders, and how many each has seen; one may have ended meanwhile."""
    units = {"SECOND": 10, "DAY": 1}
    return [
        {
            "rateLimitType": "ORDERS",
            "interval": OneOf(tuple(units)),
            "intervalNum": OneOf(tuple(units.values())),
            "limit": row["limit"],
            "count": OneOf((first["used"], row["used"])),
        }
        for first, row in zip(before, after, strict=True)
        if "order" in row["name"].lower()
    ]
