"""What the venue documents, and how well it is served.

Source: https://developer.oanda.com/rest-live-v20/
"""

from collections.abc import Iterable, Iterator

from venueproof_core.control import Documented, Tier
from venueproof_simulator.toolkit import Route

_SIMPLE = ("orderBook", "positionBook", "configuration")
_LEFT_OUT = {
    "GET /v3/accounts/{accountID}/candles/latest": "pricing-ep/",
    "GET /v3/users/{userSpecifier}": "user-ep/",
}
_EVENTS = {
    "MARKET_ORDER": Tier.MUST,
    "LIMIT_ORDER": Tier.MUST,
    "STOP_ORDER": Tier.MUST,
    "MARKET_IF_TOUCHED_ORDER": Tier.MUST,
    "TAKE_PROFIT_ORDER": Tier.MUST,
    "STOP_LOSS_ORDER": Tier.MUST,
    "TRAILING_STOP_LOSS_ORDER": Tier.MUST,
    "GUARANTEED_STOP_LOSS_ORDER": Tier.LEFT_OUT,
    "FIXED_PRICE_ORDER": Tier.LEFT_OUT,
    "ORDER_FILL": Tier.MUST,
    "ORDER_CANCEL": Tier.MUST,
    "ORDER_CANCEL_REJECT": Tier.MUST,
    "MARKET_ORDER_REJECT": Tier.MUST,
    "LIMIT_ORDER_REJECT": Tier.MUST,
    "STOP_ORDER_REJECT": Tier.MUST,
    "MARKET_IF_TOUCHED_ORDER_REJECT": Tier.MUST,
    "TAKE_PROFIT_ORDER_REJECT": Tier.MUST,
    "STOP_LOSS_ORDER_REJECT": Tier.MUST,
    "TRAILING_STOP_LOSS_ORDER_REJECT": Tier.MUST,
    "ORDER_CLIENT_EXTENSIONS_MODIFY": Tier.SIMPLE,
    "ORDER_CLIENT_EXTENSIONS_MODIFY_REJECT": Tier.SIMPLE,
    "TRADE_CLIENT_EXTENSIONS_MODIFY": Tier.SIMPLE,
    "TRADE_CLIENT_EXTENSIONS_MODIFY_REJECT": Tier.SIMPLE,
    "CLIENT_CONFIGURE": Tier.SIMPLE,
    "CLIENT_CONFIGURE_REJECT": Tier.SIMPLE,
    "TRANSFER_FUNDS": Tier.MUST,
    "DAILY_FINANCING": Tier.SIMPLE,
    "MARGIN_CALL_ENTER": Tier.LEFT_OUT,
    "MARGIN_CALL_EXTEND": Tier.LEFT_OUT,
    "MARGIN_CALL_EXIT": Tier.LEFT_OUT,
    "DELAYED_TRADE_CLOSURE": Tier.LEFT_OUT,
    "DIVIDEND_ADJUSTMENT": Tier.LEFT_OUT,
    "RESET_RESETTABLE_PL": Tier.LEFT_OUT,
}


def documented(routes: Iterable[Route]) -> Iterator[Documented]:
    """Every request that is served or left out, and all that streams tell."""
    for route in routes:
        is_simple = route.name.endswith(_SIMPLE)
        tier = Tier.SIMPLE if is_simple else Tier.MUST
        yield Documented(name=route.name, kind="request", tier=tier, section=_section(route.name))
    for name, section in _LEFT_OUT.items():
        yield Documented(name=name, kind="request", tier=Tier.LEFT_OUT, section=section)
    yield Documented(name="PRICE", kind="stream", tier=Tier.MUST, section="pricing-ep/")
    for name, tier in _EVENTS.items():
        yield Documented(name=name, kind="event", tier=tier, section="transaction-df/")


def _section(name: str) -> str:
    for word in ("order", "trade", "position", "transaction", "pricing"):
        if f"/{word}" in name and "Book" not in name:
            return f"{word}-ep/"
    return "instrument-ep/" if name.startswith("GET /v3/instruments") else "account-ep/"
