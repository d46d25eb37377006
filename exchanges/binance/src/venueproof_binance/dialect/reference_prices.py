"""Reference prices and execution rules. Source: REST page, "Query execution rules", "Query reference price".

A symbol with a reference price has the mean of what was last traded at the ends of ten buckets of time.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import errors
from venueproof_binance.dialect.listings import TERMS, venue_symbol
from venueproof_binance.dialect.parameters import (
    canonical,
    check_status,
    symbol_list,
    with_status,
)
from venueproof_binance.dialect.routing import row
from venueproof_binance.dialect.wire import number
from venueproof_core.control import Operation
from venueproof_simulator.toolkit import Call, Refuse

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect
    from venueproof_simulator.world import World

BUCKETS = 10


class ReferencePrices:
    """The reference prices of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        # Nothing more is traded in complete buckets: their price stays until the next one is complete.
        self._known: dict[str, tuple[int, int]] = {}

    def price(self, symbol: str) -> int | None:
        """The price now, in units; ``None`` where there is none."""
        width_ms = TERMS[symbol].reference_bucket_ms
        if width_ms is None:
            return None
        width_ns = width_ms * 1_000_000
        end = self.time_ns(symbol)
        known_end, price = self._known.get(symbol, (None, 0))
        if known_end != end:
            last = [self._last(symbol, end - width_ns * age) for age in range(BUCKETS)]
            price = sum(last) // BUCKETS
            self._known[symbol] = end, price
        return price

    def time_ns(self, symbol: str) -> int:
        """Where the newest complete bucket ends."""
        width_ns = (TERMS[symbol].reference_bucket_ms or 1) * 1_000_000
        return self._world.stamps.time_ns() // width_ns * width_ns

    def _last(self, symbol: str, time_ns: int) -> int:
        trades = self._world.history.trades(symbol)
        place = bisect.bisect_right(trades, time_ns, key=lambda trade: trade.time_ns)
        return trades[max(0, place - 1)].price


def reference_price(dialect: BinanceDialect, call: Call) -> Any:
    symbol = _with_reference(dialect, call)
    return {
        "symbol": venue_symbol(symbol),
        "referencePrice": number(dialect.reference_prices.price(symbol)),
        "timestamp": dialect.stamp(dialect.reference_prices.time_ns(symbol), call),
    }


def calculation(dialect: BinanceDialect, call: Call) -> Any:
    symbol = _with_reference(dialect, call)
    return {
        "symbol": venue_symbol(symbol),
        "calculationType": "ARITHMETIC_MEAN",
        "bucketCount": BUCKETS,
        "bucketWidthMs": TERMS[symbol].reference_bucket_ms,
    }


def _with_reference(dialect: BinanceDialect, call: Call) -> str:
    symbol = canonical(call.parameters["symbol"])
    check_status(dialect, call, symbol)
    if TERMS[symbol].reference_bucket_ms is None:
        raise Refuse(-2043, "This symbol doesn't have a reference price.")
    return symbol


def execution_rules(dialect: BinanceDialect, call: Call) -> Any:
    given = call.parameters
    if len({"symbol", "symbols", "symbolStatus"} & set(given)) > 1:
        raise errors.of(errors.COMBINATION)
    if "symbol" in given:
        names = [canonical(given["symbol"])]
    elif "symbols" in given:
        names = symbol_list(given["symbols"])
    else:
        names = with_status(dialect, call, list(dialect.world.core.instruments))
    return {"symbolRules": [_rules_row(name) for name in names]}


def _rules_row(symbol: str) -> dict[str, Any]:
    rules = []
    if (multipliers := TERMS[symbol].price_range) is not None:
        down, up = multipliers
        rules.append(
            {
                "ruleType": "PRICE_RANGE",
                "bidLimitMultUp": up,
                "bidLimitMultDown": down,
                "askLimitMultUp": up,
                "askLimitMultDown": down,
            }
        )
    return {"symbol": venue_symbol(symbol), "rules": rules}


def _rules_weight(parameters: dict[str, str]) -> int:
    if "symbol" in parameters:
        return 2
    return min(40, 2 * (1 + parameters["symbols"].count(","))) if "symbols" in parameters else 40


ROUTES = (
    row(
        "GET executionRules",
        Operation.OTHER,
        execution_rules,
        _rules_weight,
        "symbol symbols symbolStatus",
    ),
    row("GET referencePrice", Operation.OTHER, reference_price, 2, "symbol*"),
    row("GET referencePrice/calculation", Operation.OTHER, calculation, 2, "symbol* symbolStatus"),
)
