"""Which documented requests, methods and streams this dialect serves, and how well.

``must``: as documented, in all that clients can see. ``simple``: the documented shape, with little behind it.
``left out``: not served.

Source: REST page, WebSocket API page, WebSocket streams page, user data stream page of
https://developers.binance.com/docs/binance-spot-api-docs, 2026-07-21; wallet and margin pages.
"""

from collections.abc import Mapping
from types import MappingProxyType

from venueproof_binance.dialect.websocket_api import TWINS

MUST, SIMPLE, LEFT_OUT = "must", "simple", "left out"

# (section, tier, requests below /api/v3)
_REST = (
    (
        "General endpoints",
        MUST,
        "GET ping|GET time|GET exchangeInfo",
    ),
    ("General endpoints", SIMPLE, "GET executionRules"),
    (
        "Market data endpoints",
        MUST,
        "GET depth|GET trades|GET historicalTrades|GET aggTrades|GET klines|GET uiKlines|GET avgPrice"
        "|GET ticker/24hr|GET ticker|GET ticker/price|GET ticker/bookTicker",
    ),
    (
        "Market data endpoints",
        SIMPLE,
        "GET ticker/tradingDay|GET referencePrice|GET referencePrice/calculation",
    ),
    ("Market data endpoints", LEFT_OUT, "GET historicalBlockTrades"),
    (
        "Trading endpoints",
        MUST,
        "POST order|POST order/test|GET order|DELETE order|DELETE openOrders|GET openOrders|GET allOrders"
        "|POST order/cancelReplace|PUT order/amend/keepPriority|POST orderList/oco|POST orderList/oto"
        "|POST orderList/otoco|POST order/oco|DELETE orderList|GET orderList|GET allOrderList"
        "|GET openOrderList",
    ),
    (
        "Trading endpoints",
        LEFT_OUT,
        "POST orderList/opo|POST orderList/opoco|POST sor/order|POST sor/order/test",
    ),
    (
        "Account endpoints",
        MUST,
        "GET account|GET myTrades|GET rateLimit/order|GET myPreventedMatches|GET myAllocations"
        "|GET account/commission|GET order/amendments|GET myFilters",
    ),
    (
        "User data stream endpoints (until 2026-02-20)",
        MUST,
        "POST userDataStream|PUT userDataStream|DELETE userDataStream",
    ),
)
_WALLET = (
    "system/status",
    "asset/tradeFee",
    "capital/config/getall",
    "margin/allPairs",
    "margin/isolated/allPairs",
)
_SESSIONS = (
    "session.logon|session.status|session.logout|session.subscriptions|userDataStream.subscribe"
    "|userDataStream.subscribe.signature|userDataStream.unsubscribe"
)
_LISTS = "orderList.place.opo|orderList.place.opoco|sor.order.place|sor.order.test|blockTrades.historical"
_STREAMS = (
    "<symbol>@trade|<symbol>@aggTrade|<symbol>@kline_<interval>|<symbol>@kline_<interval>@+08:00"
    "|<symbol>@miniTicker|<symbol>@ticker|<symbol>@ticker_<window>|<symbol>@bookTicker|<symbol>@avgPrice"
    "|<symbol>@depth|<symbol>@depth@100ms|<symbol>@depth<levels>|<symbol>@depth<levels>@100ms"
    "|!miniTicker@arr|!ticker_<window>@arr|!ticker@arr"
)
_EVENTS = (
    "outboundAccountPosition|balanceUpdate|executionReport|listStatus|eventStreamTerminated"
    "|listenKeyExpired"
)


def _rows() -> dict[str, tuple[str, str]]:
    rows: dict[str, tuple[str, str]] = {}
    for section, tier, names in _REST:
        for name in names.split("|"):
            rows[name.replace(" ", " /api/v3/")] = (tier, f"REST: {section}")
    rows |= {f"GET /sapi/v1/{path}": (SIMPLE, "Wallet and margin pages") for path in _WALLET}
    for method, twin in TWINS.items():
        rows[method] = (rows[twin.replace(" ", " /api/v3/")][0], f"WebSocket API: as {twin}")
    for names, tier, section in (
        (_SESSIONS, MUST, "WebSocket API: Session and user data stream requests"),
        (_LISTS, LEFT_OUT, "WebSocket API: Trading requests"),
        (_STREAMS, MUST, "WebSocket streams: Detailed stream information"),
        ("<symbol>@referencePrice", SIMPLE, "WebSocket streams: Detailed stream information"),
        ("<symbol>@blockTrade", LEFT_OUT, "WebSocket streams: Detailed stream information"),
        (_EVENTS, MUST, "User data stream: Payloads"),
        ("externalLockUpdate", LEFT_OUT, "User data stream: Payloads"),
    ):
        rows |= dict.fromkeys(names.split("|"), (tier, section))
    return rows


_ROWS = _rows()
TIERS: Mapping[str, str] = MappingProxyType({name: tier for name, (tier, _) in _ROWS.items()})
"""Route (``GET /api/v3/depth``), method of the WebSocket API, stream pattern or event, to its tier."""

SECTIONS: Mapping[str, str] = MappingProxyType({name: part for name, (_, part) in _ROWS.items()})
"""The same names to where the venue documents them."""
