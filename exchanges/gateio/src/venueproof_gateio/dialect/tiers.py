"""Which documented requests and channels this dialect serves, and how well. The one list of them.

Source: "Spot" of the REST API v4 and "Spot WebSocket v4" of https://www.gate.com/docs/developers/apiv4, 2026.
"""

from collections.abc import Iterator
from typing import Any

from venueproof_core.control import Documented, Tier

MUST, SIMPLE, LEFT_OUT = Tier.MUST, Tier.SIMPLE, Tier.LEFT_OUT

# (section, tier, requests below /api/v4)
_REST = (
    (
        "Spot",
        MUST,
        "GET spot/time|GET spot/currency_pairs|GET spot/currency_pairs/{currency_pair}|GET spot/tickers"
        "|GET spot/order_book|GET spot/trades|GET spot/candlesticks|POST spot/orders|GET spot/orders"
        "|DELETE spot/orders|GET spot/orders/{order_id}|DELETE spot/orders/{order_id}"
        "|PATCH spot/orders/{order_id}|GET spot/open_orders|POST spot/batch_orders"
        "|POST spot/cancel_batch_orders|POST spot/amend_batch_orders|POST spot/countdown_cancel_all"
        "|GET spot/my_trades|GET spot/accounts|GET spot/fee|GET spot/batch_fee",
    ),
    ("Spot", SIMPLE, "GET spot/currencies|GET spot/currencies/{currency}"),
    (
        "Spot",
        LEFT_OUT,
        "GET spot/account_book|POST spot/price_orders|GET spot/price_orders|DELETE spot/price_orders"
        "|GET spot/price_orders/{order_id}|DELETE spot/price_orders/{order_id}|GET spot/insurance_history"
        "|POST spot/cross_liquidate_orders",
    ),
    ("Wallet", MUST, "GET wallet/fee"),
    ("Account", SIMPLE, "GET account/detail"),
    ("Margin", SIMPLE, "GET margin/currency_pairs"),
)
_CHANNELS = (
    (
        "Public channels",
        MUST,
        "spot.tickers|spot.trades|spot.candlesticks|spot.book_ticker|spot.order_book"
        "|spot.order_book_update|spot.obu",
    ),
    ("Public channels", LEFT_OUT, "spot.trades_v2"),
    ("Private channels", MUST, "spot.orders|spot.usertrades|spot.balances"),
    ("Private channels", SIMPLE, "spot.orders_v2|spot.usertrades_v2"),
    (
        "Private channels",
        LEFT_OUT,
        "spot.priceorders|spot.margin_balances|spot.funding_balances|spot.cross_balances|spot.cross_loan",
    ),
)
_API = (
    "spot.login|spot.order_place|spot.order_cancel|spot.order_cancel_ids|spot.order_cancel_cp"
    "|spot.order_amend|spot.order_status|spot.order_list"
)


def _rows() -> Iterator[Documented]:
    for section, tier, names in _REST:
        for name in names.split("|"):
            method, path = name.split()
            yield _row(f"{method} /api/v4/{path}", "request", tier, section)
    for section, tier, names in _CHANNELS:
        for name in names.split("|"):
            yield _row(name, "stream", tier, section)
    yield _row("spot.ping", "control", MUST, "Application protocol ping/pong")
    for name in _API.split("|"):
        yield _row(name, "method", MUST, "API")


def _row(name: str, kind: Any, tier: Tier, section: str) -> Documented:
    return Documented(name=name, kind=kind, tier=tier, section=section)


DOCUMENTED = tuple(_rows())
