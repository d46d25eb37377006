"""The unified account. Source: "Account", the pages of each endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_bybit.dialect import errors
from venueproof_bybit.dialect.listings import LISTINGS, venue_symbol
from venueproof_bybit.dialect.parameters import category, order_symbol, required
from venueproof_bybit.dialect.wire import milliseconds, number
from venueproof_core.control import Operation
from venueproof_simulator.toolkit import Call, Route
from venueproof_simulator.venue_core import SCALE

if TYPE_CHECKING:
    from venueproof_bybit.dialect.venue import BybitDialect

_ACCOUNT_FIGURES = (
    "accountIMRate", "accountMMRate", "totalEquity", "totalWalletBalance", "totalMarginBalance",
    "totalAvailableBalance", "totalPerpUPL", "totalInitialMargin", "totalMaintenanceMargin",
    "accountIMRateByMp", "accountMMRateByMp", "totalInitialMarginByMp", "totalMaintenanceMarginByMp",
    "accountLTV",
)  # fmt: skip
_COIN_FIGURES = (
    "spotHedgingQty", "borrowAmount", "accruedInterest", "totalOrderIM", "totalPositionIM",
    "totalPositionMM", "unrealisedPnl", "cumRealisedPnl", "bonus", "spotBorrow",
)  # fmt: skip


def wallet_balance(dialect: BybitDialect, call: Call) -> Any:
    if required(call, "accountType") != "UNIFIED":
        raise errors.parameter("accountType only support UNIFIED.")
    named = call.parameters.get("coin")
    held = dialect.world.core.balances(dialect.account_of(call).name)
    coins = named.split(",") if named else sorted(coin for coin, both in held.items() if any(both))
    return {"list": [wallet_row({coin: held.get(coin, (0, 0)) for coin in coins})]}


def wallet_row(held: dict[str, tuple[int, int]]) -> dict[str, Any]:
    """An account with these coins: available and locked, in units."""
    return {
        "accountType": "UNIFIED",
        **dict.fromkeys(_ACCOUNT_FIGURES, "0"),
        "coin": [_coin(coin, available, locked) for coin, (available, locked) in held.items()],
    }


def _coin(coin: str, available: int, locked: int) -> dict[str, Any]:
    whole = number(available + locked)
    return {
        "coin": coin,
        "equity": whole,
        "usdValue": "0",
        "walletBalance": whole,
        "locked": number(locked),
        **dict.fromkeys(_COIN_FIGURES, "0"),
        "marginCollateral": True,
        "collateralSwitch": True,
        "colRes": "0",
        "availableToWithdraw": "",
        "availableToBorrow": "",
    }


def fee_rate(dialect: BybitDialect, call: Call) -> Any:
    category(call)
    symbol = order_symbol(call, is_optional=True)
    fees = dialect.world.core.fees(dialect.account_of(call).name)
    maker, taker = (number(ppm * SCALE // 1_000_000) for ppm in (fees.maker_ppm, fees.taker_ppm))
    symbols = [symbol] if symbol else [listing.rules.symbol for listing in LISTINGS]
    rows = [
        {"symbol": venue_symbol(name), "takerFeeRate": taker, "makerFeeRate": maker}
        for name in symbols
    ]
    return {"category": "spot", "list": rows}


def info(dialect: BybitDialect, call: Call) -> Any:
    return {
        "unifiedMarginStatus": 5,
        "marginMode": "REGULAR_MARGIN",
        "isMasterTrader": False,
        "spotHedgingStatus": "OFF",
        "updatedTime": milliseconds(dialect.world.stamps.time_ns()),
        "dcpStatus": "OFF",
        "timeWindow": 0,
        "smpGroup": 0,
    }


def query_api(dialect: BybitDialect, call: Call) -> Any:
    account = dialect.account_of(call)
    return {
        "id": "1",
        "note": account.name,
        "apiKey": account.credentials.api_key,
        "readOnly": 0,
        "secret": "",
        "permissions": {"Spot": ["SpotTrade"], "Wallet": [], "Exchange": []},
        "ips": ["*"],
        "type": 1,
        "deadlineDay": 90,
        "expiredAt": "2030-01-01T00:00:00Z",
        "createdAt": "2026-01-01T00:00:00Z",
        "unified": 0,
        "uta": 1,
        "userID": 100_000 + list(dialect.world.accounts).index(account.name),
        "isMaster": True,
    }


def coins(dialect: BybitDialect, call: Call) -> Any:
    return {"rows": []}


def smp_group(dialect: BybitDialect, call: Call) -> Any:
    return {"smpGroup": 0}


def _get(path: str, operation: Operation, handler: Any, limit: int = 50) -> Route:
    return Route(
        name=f"GET /v5/{path}",
        operation=operation,
        handler=handler,
        security="SIGNED",
        weight=limit,
    )


ROUTES = (
    _get("account/wallet-balance", Operation.BALANCES, wallet_balance),
    _get("account/fee-rate", Operation.FEE_RATES, fee_rate, 5),
    _get("account/info", Operation.OTHER, info),
    _get("account/smp-group", Operation.OTHER, smp_group),
    _get("user/query-api", Operation.OTHER, query_api, 10),
    _get("asset/coin/query-info", Operation.OTHER, coins, 5),
)
