"""The few wallet requests that spot clients make while they start.

Source: wallet and margin pages (``/sapi/v1``). Their weights are counted apart from those of ``/api``; here
they are not counted.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect.listings import venue_symbol
from venueproof_binance.dialect.parameters import canonical
from venueproof_binance.dialect.routing import row
from venueproof_binance.dialect.wire import number
from venueproof_core.control import Operation
from venueproof_simulator.toolkit import Call

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect


def system_status(dialect: BinanceDialect, call: Call) -> Any:
    return {"status": 0, "msg": "normal"}


def trade_fee(dialect: BinanceDialect, call: Call) -> Any:
    names = list(dialect.world.core.instruments)
    if "symbol" in call.parameters:
        names = [canonical(call.parameters["symbol"])]
    rates = dialect.commission_rates(dialect.account_of(call).name)
    maker, taker = (f"{Decimal(rates[side]).normalize():f}" for side in ("maker", "taker"))
    return [
        {"symbol": venue_symbol(name), "makerCommission": maker, "takerCommission": taker}
        for name in names
    ]


def coins(dialect: BinanceDialect, call: Call) -> Any:
    """What the account has; there are no networks to withdraw to."""
    held = dialect.world.core.balances(dialect.account_of(call).name)
    none = dict.fromkeys(("freeze", "ipoable", "ipoing", "storage", "withdrawing"), number(0))
    return [
        {
            "coin": asset,
            "name": asset,
            "depositAllEnable": False,
            "withdrawAllEnable": False,
            "isLegalMoney": False,
            "trading": True,
            "free": number(available),
            "locked": number(locked),
            **none,
            "networkList": [],
        }
        for asset, (available, locked) in sorted(held.items())
    ]


def no_pairs(dialect: BinanceDialect, call: Call) -> Any:
    """Nothing is traded on margin here."""
    return []


ROUTES = (
    row("GET /sapi/v1/system/status", Operation.OTHER, system_status, 0),
    row(
        "GET /sapi/v1/asset/tradeFee",
        Operation.FEE_RATES,
        trade_fee,
        0,
        "symbol",
        security="USER_DATA",
    ),
    row("GET /sapi/v1/capital/config/getall", Operation.OTHER, coins, 0, security="USER_DATA"),
    row(
        "GET /sapi/v1/margin/allPairs",
        Operation.OTHER,
        no_pairs,
        0,
        "symbol",
        security="MARKET_DATA",
    ),
    row(
        "GET /sapi/v1/margin/isolated/allPairs",
        Operation.OTHER,
        no_pairs,
        0,
        "symbol",
        security="USER_DATA",
    ),
)
