"""Every request costs the weight that is documented. Source: REST page and WebSocket API page, 2026-07-21."""

from typing import Any

import pytest

from venueproof_binance.dialect import BinanceDialect

BTC = {"symbol": "BTCUSDT"}
FIXED = {
    1: "GET ping|GET time|POST order|DELETE order|DELETE openOrders|POST order/cancelReplace|POST order/oco"
    "|POST orderList/oco|POST orderList/oto|POST orderList/otoco|POST orderList/opo|POST orderList/opoco"
    "|DELETE orderList",
    2: "GET klines|GET uiKlines|GET avgPrice|GET referencePrice|GET referencePrice/calculation"
    "|POST userDataStream|PUT userDataStream|DELETE userDataStream",
    4: "GET aggTrades|PUT order/amend/keepPriority|GET order|GET orderList|GET order/amendments",
    6: "GET openOrderList",
    20: "GET exchangeInfo|GET account|GET allOrders|GET allOrderList|GET myAllocations|GET account/commission",
    25: "GET trades|GET historicalTrades",
    40: "GET rateLimit/order|GET myFilters",
}


def _symbols(count: int) -> dict[str, str]:
    return {"symbols": "[" + ",".join(f'"S{number}"' for number in range(count)) + "]"}


DEPENDING: list[tuple[str, dict[str, str], int]] = [
    *(
        ("GET depth", {"limit": str(limit)}, weight)
        for limit, weight in ((1, 5), (100, 5), (101, 25), (500, 25), (501, 50), (1000, 50))
    ),
    ("GET depth", {}, 5),
    ("GET depth", {"limit": "1001"}, 250),
    ("GET depth", {"limit": "9999"}, 250),
    ("GET ticker/24hr", BTC, 2),
    ("GET ticker/24hr", _symbols(20), 2),
    ("GET ticker/24hr", _symbols(21), 40),
    ("GET ticker/24hr", _symbols(100), 40),
    ("GET ticker/24hr", _symbols(101), 80),
    ("GET ticker/24hr", {}, 80),
    *(
        (f"GET ticker{path}", given, weight)
        for path in ("", "/tradingDay")
        for given, weight in ((BTC, 4), (_symbols(7), 28), (_symbols(50), 200), (_symbols(51), 200))
    ),
    *(
        (f"GET ticker/{path}", given, weight)
        for path in ("price", "bookTicker")
        for given, weight in ((BTC, 2), (_symbols(1), 4), ({}, 4))
    ),
    ("GET executionRules", BTC, 2),
    ("GET executionRules", _symbols(3), 6),
    ("GET executionRules", _symbols(30), 40),
    ("GET executionRules", {"symbolStatus": "TRADING"}, 40),
    ("GET executionRules", {}, 40),
    ("POST order/test", {}, 1),
    ("POST order/test", {"computeCommissionRates": "true"}, 20),
    ("GET openOrders", BTC, 6),
    ("GET openOrders", {}, 80),
    ("GET myTrades", {}, 20),
    ("GET myTrades", {"orderId": "1"}, 5),
    ("GET myPreventedMatches", {**BTC, "preventedMatchId": "1"}, 2),
    ("GET myPreventedMatches", {**BTC, "orderId": "1"}, 20),
    ("GET myPreventedMatches", {"symbol": "NOPE", "orderId": "1"}, 2),
]
TABLE = DEPENDING + [
    (name, {}, weight) for weight, names in FIXED.items() for name in names.split("|")
]
BY_NAME = {route.name: route for route in BinanceDialect.routes}


def _route(name: str) -> Any:
    return BY_NAME[name.replace(" ", " /api/v3/")]


@pytest.mark.parametrize(("name", "parameters", "weight"), TABLE)
def test_request_weighs_what_is_documented(
    name: str, parameters: dict[str, str], weight: int
) -> None:
    assert _route(name).weight_of(parameters) == weight


def test_the_table_has_every_request() -> None:
    spot = {route.name for route in BY_NAME.values() if "/api/v3/" in route.name}
    assert spot == {_route(name).name for name, _, _ in TABLE}
