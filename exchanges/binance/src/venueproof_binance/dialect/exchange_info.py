"""What is traded under which rules. Source: REST page, "Exchange information"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import errors, filters
from venueproof_binance.dialect.listings import TERMS, venue_symbol
from venueproof_binance.dialect.parameters import (
    canonical,
    is_true,
    status_of,
    symbol_list,
    text_list,
    with_status,
)
from venueproof_binance.dialect.placement import (
    DEFAULT_PREVENTION,
    PREVENTION_MODES,
    TYPES,
)
from venueproof_binance.dialect.routing import row
from venueproof_core.control import Operation
from venueproof_simulator.toolkit import Call

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

PERMISSIONS = {"SPOT", "MARGIN", "LEVERAGED", "TRD_GRP_004"}
DEFAULT_PERMISSIONS = {"SPOT", "MARGIN", "LEVERAGED"}


def exchange_info(dialect: BinanceDialect, call: Call) -> Any:
    shows_sets = is_true(call, "showPermissionSets", default=True)
    return {
        "timezone": "UTC",
        "serverTime": dialect.stamp(dialect.world.stamps.time_ns(), call),
        "rateLimits": dialect.limits_of_world.described(),
        "exchangeFilters": filters.exchange_filters(),
        "symbols": [
            _symbol_row(dialect, name, shows_sets=shows_sets) for name in _wanted(dialect, call)
        ],
    }


def _wanted(dialect: BinanceDialect, call: Call) -> list[str]:
    given = call.parameters
    named = {"symbol", "symbols"} & set(given)
    if len(named) > 1 or (named and {"permissions", "symbolStatus"} & set(given)):
        raise errors.of(errors.COMBINATION)
    if "symbol" in given:
        return [canonical(given["symbol"])]
    if "symbols" in given:
        return symbol_list(given["symbols"])
    wanted = _permissions(given["permissions"]) if "permissions" in given else DEFAULT_PERMISSIONS
    names = with_status(dialect, call, list(dialect.world.core.instruments))
    return [name for name in names if wanted & set(TERMS[name].permissions)]


def _permissions(text: str) -> set[str]:
    wanted = set(text_list(text, "permissions")) if text.startswith("[") else {text}
    if not wanted <= PERMISSIONS:
        raise errors.invalid("permissions")
    return wanted


def _symbol_row(dialect: BinanceDialect, symbol: str, *, shows_sets: bool) -> dict[str, Any]:
    rules, terms = dialect.world.core.instruments[symbol], TERMS[symbol]
    return {
        "symbol": venue_symbol(symbol),
        "status": status_of(dialect, symbol),
        "baseAsset": rules.base,
        "baseAssetPrecision": 8,
        "quoteAsset": rules.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": sorted(TYPES),
        "icebergAllowed": True,
        "ocoAllowed": True,
        "otoAllowed": True,
        "opoAllowed": True,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": True,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "pegInstructionsAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": filters.described(rules, terms),
        "permissions": [],
        "permissionSets": [list(terms.permissions)] if shows_sets else [],
        "defaultSelfTradePreventionMode": DEFAULT_PREVENTION,
        "allowedSelfTradePreventionModes": list(PREVENTION_MODES),
    }


ROUTES = (
    row(
        "GET exchangeInfo",
        Operation.INSTRUMENTS,
        exchange_info,
        20,
        "symbol symbols permissions showPermissionSets symbolStatus",
    ),
)
