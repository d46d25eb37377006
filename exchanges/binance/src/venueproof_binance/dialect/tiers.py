"""Which documented requests, methods, streams and events this dialect serves, and how well.

The one list of them: what a run covers, and what other people's clients must be tried on, comes from here.

Source: REST page, WebSocket API page, WebSocket streams page, user data stream page of
https://developers.binance.com/docs/binance-spot-api-docs, 2026-07-21; wallet and margin pages.
"""

from collections.abc import Iterator

from venueproof_binance.dialect import control_messages
from venueproof_binance.dialect.websocket_api import TWINS, rest_name
from venueproof_core.control import Documented, Tier

MUST, SIMPLE, LEFT_OUT = Tier.MUST, Tier.SIMPLE, Tier.LEFT_OUT

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
    ("Trading endpoints", SIMPLE, "POST orderList/opo|POST orderList/opoco"),
    (
        "Trading endpoints",
        LEFT_OUT,
        "POST sor/order|POST sor/order/test",
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
_LISTS = "sor.order.place|sor.order.test|blockTrades.historical"
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


def _requests() -> Iterator[Documented]:
    for section, tier, names in _REST:
        for name in names.split("|"):
            where = f"REST: {section}"
            yield Documented(name=rest_name(name), kind="request", tier=tier, section=where)
    for path in _WALLET:
        name = f"GET /sapi/v1/{path}"
        yield Documented(name=name, kind="request", tier=MUST, section="Wallet and margin pages")


def _methods() -> Iterator[Documented]:
    tiers = {request.name: request.tier for request in _requests()}
    for method, twin in TWINS.items():
        where = f"WebSocket API: as {twin}"
        yield Documented(name=method, kind="method", tier=tiers[rest_name(twin)], section=where)
    for names, tier, section in (
        (_SESSIONS, MUST, "Session and user data stream requests"),
        (_LISTS, LEFT_OUT, "Trading requests"),
    ):
        for name in names.split("|"):
            where = f"WebSocket API: {section}"
            yield Documented(name=name, kind="method", tier=tier, section=where)


def _streams() -> Iterator[Documented]:
    where = "WebSocket streams: Live subscribing/unsubscribing to streams"
    for name in control_messages.METHODS:
        yield Documented(name=name, kind="control", tier=MUST, section=where)
    where = "WebSocket streams: Detailed stream information"
    for names, tier in (
        (_STREAMS, MUST),
        ("<symbol>@referencePrice", SIMPLE),
        ("<symbol>@blockTrade", LEFT_OUT),
    ):
        for name in names.split("|"):
            yield Documented(name=name, kind="stream", tier=tier, section=where)
    for names, tier in ((_EVENTS, MUST), ("externalLockUpdate", LEFT_OUT)):
        for name in names.split("|"):
            where = "User data stream: Payloads"
            yield Documented(name=name, kind="event", tier=tier, section=where)


DOCUMENTED = (*_requests(), *_methods(), *_streams())
"""Everything the venue documents for Spot. Names are unique."""
