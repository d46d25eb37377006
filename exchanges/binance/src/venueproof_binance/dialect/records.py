"""What the account can look up of its past and its rules: prevented matches, allocations, amendments, filters.

Source: REST page, "Account endpoints".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import errors, filters
from venueproof_binance.dialect.listings import BY_VENUE_SYMBOL, TERMS, venue_symbol
from venueproof_binance.dialect.order_log import PreventedMatch
from venueproof_binance.dialect.order_rows import prevented_quantities
from venueproof_binance.dialect.orders import find
from venueproof_binance.dialect.parameters import canonical, day_bounds, limit_of, whole
from venueproof_binance.dialect.replacing import amendments_of
from venueproof_binance.dialect.routing import row
from venueproof_binance.dialect.wire import number
from venueproof_core.control import Operation
from venueproof_simulator.toolkit import Call

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

NO_TRADE_GROUP = -1


def prevented_matches(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    given = {"preventedMatchId", "orderId", "fromPreventedMatchId", "limit"} & set(call.parameters)
    if not {"preventedMatchId", "orderId"} & given:
        raise errors.one_of("preventedMatchId", "orderId")
    if "preventedMatchId" in given and len(given) > 1:
        raise errors.of(errors.COMBINATION)
    limit = limit_of(call)
    found = dialect.order_log.matches(dialect.account_of(call).name, symbol)
    if "preventedMatchId" in given:
        wanted = whole(call, "preventedMatchId", default=0)
        found = [match for match in found if match.match_id == wanted]
    else:
        order_id = whole(call, "orderId", default=0)
        first = whole(call, "fromPreventedMatchId", default=0)
        found = [
            match
            for match in found
            if order_id in (match.taker.order_id, match.maker.order_id) and match.match_id >= first
        ]
    return [_match_row(dialect, match, call) for match in found[:limit]]


def _matches_weight(parameters: dict[str, str]) -> int:
    is_cheap = "preventedMatchId" in parameters or parameters.get("symbol") not in BY_VENUE_SYMBOL
    return 2 if is_cheap else 20


def _match_row(dialect: BinanceDialect, match: PreventedMatch, call: Call) -> dict[str, Any]:
    return {
        "symbol": venue_symbol(match.taker.symbol),
        "preventedMatchId": match.match_id,
        "takerOrderId": match.taker.order_id,
        "makerSymbol": venue_symbol(match.maker.symbol),
        "makerOrderId": match.maker.order_id,
        "tradeGroupId": NO_TRADE_GROUP,
        "selfTradePreventionMode": match.taker.self_trade_prevention.value,
        "price": number(match.price),
        **prevented_quantities(match.taker_quantity, match.maker_quantity),
        "transactTime": dialect.stamp(match.time_ns, call),
    }


def allocations(dialect: BinanceDialect, call: Call) -> Any:
    """None: they come of smart order routing, which no symbol here has."""
    canonical(call.parameters["symbol"])
    day_bounds(call)
    limit_of(call)
    for name in ("fromAllocationId", "orderId"):
        whole(call, name, default=0)
    return []


def amendments(dialect: BinanceDialect, call: Call) -> Any:
    order = find(dialect, call, "orderId", "origClientOrderId", is_open=False)
    if order is None:
        raise errors.of(errors.NO_SUCH_ORDER)
    first, limit = whole(call, "fromExecutionId", default=0), limit_of(call)
    made = [one for one in amendments_of(order) if one["executionId"] >= first]
    return [
        {
            "symbol": venue_symbol(order.symbol),
            "orderId": order.order_id,
            **one,
            "origQty": number(one["origQty"]),
            "newQty": number(one["newQty"]),
            "time": dialect.stamp(one["time"], call),
        }
        for one in made[:limit]
    ]


def my_filters(dialect: BinanceDialect, call: Call) -> Any:
    symbol = canonical(call.parameters["symbol"])
    rules = dialect.world.core.instruments[symbol]
    return {
        "exchangeFilters": filters.exchange_filters(),
        "symbolFilters": filters.described(rules, TERMS[symbol]),
        "assetFilters": [],
    }


ROUTES = (
    row(
        "GET myPreventedMatches",
        Operation.OTHER,
        prevented_matches,
        _matches_weight,
        "symbol* preventedMatchId orderId fromPreventedMatchId limit",
        security="USER_DATA",
    ),
    row(
        "GET myAllocations",
        Operation.OTHER,
        allocations,
        20,
        "symbol* startTime endTime fromAllocationId limit orderId",
        security="USER_DATA",
    ),
    row(
        "GET order/amendments",
        Operation.OTHER,
        amendments,
        4,
        "symbol* orderId* fromExecutionId limit",
        security="USER_DATA",
    ),
    row("GET myFilters", Operation.OTHER, my_filters, 40, "symbol*", security="USER_DATA"),
)
