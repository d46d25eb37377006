"""Which documented requests, operations, topics and events of spot this dialect serves, and how well.

The one list of them: what a run covers, and what other people's clients must be tried on, comes from here.

Source: the pages of https://bybit-exchange.github.io/docs/v5, 2026-07-24.
"""

from collections.abc import Iterator

from venueproof_core.control import Documented, Tier

MUST, SIMPLE, LEFT_OUT = Tier.MUST, Tier.SIMPLE, Tier.LEFT_OUT

# (section, tier, requests below /v5)
_REST = (
    (
        "Market",
        MUST,
        "GET market/time|GET market/instruments-info|GET market/orderbook|GET market/tickers"
        "|GET market/kline|GET market/recent-trade",
    ),
    ("Market", SIMPLE, "GET market/price-limit|GET system/status"),
    ("Market", LEFT_OUT, "GET market/full_orderbook"),
    (
        "Trade",
        MUST,
        "POST order/create|POST order/amend|POST order/cancel|POST order/cancel-all|GET order/realtime"
        "|GET order/history|GET execution/list",
    ),
    ("Trade", SIMPLE, "POST order/create-batch|POST order/amend-batch|POST order/cancel-batch"),
    ("Trade", LEFT_OUT, "POST order/disconnected-cancel-all|GET order/spot-borrow-check"),
    ("Account", MUST, "GET account/wallet-balance|GET account/fee-rate"),
    (
        "Account",
        SIMPLE,
        "GET account/info|GET account/smp-group|GET user/query-api|GET asset/coin/query-info",
    ),
    (
        "Account",
        LEFT_OUT,
        "GET account/query-dcp-info|POST account/set-limit-px-action"
        "|GET asset/transfer/query-account-coins-balance",
    ),
)
_OPERATIONS = (
    (SIMPLE, "order.create|order.amend|order.cancel"),
    (SIMPLE, "order.create-batch|order.amend-batch|order.cancel-batch"),
)
_TOPICS = (
    (MUST, "orderbook|publicTrade|kline"),
    (SIMPLE, "tickers"),
    (LEFT_OUT, "priceLimit|orderbook.full|orderbook.rpi"),
)
_EVENTS = ((MUST, "order|execution|wallet"), (LEFT_OUT, "execution.fast|dcp"))


def _entries() -> Iterator[Documented]:
    for section, tier, names in _REST:
        for name in names.split("|"):
            method, path = name.split(" ")
            written = f"{method} /v5/{path}"
            yield Documented(name=written, kind="request", tier=tier, section=f"REST: {section}")
    for kind, table, section in (
        ("method", _OPERATIONS, "Websocket trade"),
        ("stream", _TOPICS, "Websocket public"),
        ("event", _EVENTS, "Websocket private"),
    ):
        for tier, names in table:
            for name in names.split("|"):
                yield Documented.model_validate(
                    {"name": name, "kind": kind, "tier": tier, "section": section}
                )


DOCUMENTED = tuple(_entries())
"""Everything the venue documents for spot that a trader's client may ask for. Names are unique."""
