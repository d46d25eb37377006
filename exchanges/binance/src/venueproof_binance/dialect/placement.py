"""What an order must say, and the checks before it reaches the core.

Source: REST page, "New order", table of mandatory parameters by order type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from venueproof_binance.dialect import errors, filters
from venueproof_binance.dialect.parameters import canonical, client_id, units, whole
from venueproof_core.models import InstrumentStatus, OrderType, Side, TimeInForce
from venueproof_simulator.toolkit import Call, Refuse
from venueproof_simulator.venue_core import SelfTradePrevention, SubmitOrder

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

TYPES = {
    "LIMIT": OrderType.LIMIT,
    "MARKET": OrderType.MARKET,
    "LIMIT_MAKER": OrderType.LIMIT,
    "STOP_LOSS": OrderType.STOP,
    "STOP_LOSS_LIMIT": OrderType.STOP_LIMIT,
    "TAKE_PROFIT": OrderType.TAKE_PROFIT,
    "TAKE_PROFIT_LIMIT": OrderType.TAKE_PROFIT_LIMIT,
}
REQUIRED = {
    "LIMIT": ("timeInForce", "quantity", "price"),
    "MARKET": (),
    "LIMIT_MAKER": ("quantity", "price"),
    "STOP_LOSS": ("quantity", "stopPrice"),
    "STOP_LOSS_LIMIT": ("timeInForce", "quantity", "price", "stopPrice"),
    "TAKE_PROFIT": ("quantity", "stopPrice"),
    "TAKE_PROFIT_LIMIT": ("timeInForce", "quantity", "price", "stopPrice"),
}
FORBIDDEN = {
    "LIMIT": ("stopPrice", "quoteOrderQty"),
    "MARKET": ("price", "timeInForce", "stopPrice", "icebergQty"),
    "LIMIT_MAKER": ("timeInForce", "stopPrice", "quoteOrderQty"),
    "STOP_LOSS": ("price", "timeInForce", "icebergQty", "quoteOrderQty"),
    "STOP_LOSS_LIMIT": ("quoteOrderQty",),
    "TAKE_PROFIT": ("price", "timeInForce", "icebergQty", "quoteOrderQty"),
    "TAKE_PROFIT_LIMIT": ("quoteOrderQty",),
}


def checked(dialect: BinanceDialect, call: Call) -> SubmitOrder:
    """Parameters, then filters."""
    parameters = call.parameters
    symbol = canonical(parameters["symbol"])
    side, kind = parameters["side"], parameters["type"]
    if kind not in TYPES:
        raise Refuse(-1116, "Invalid orderType.")
    if side not in ("BUY", "SELL"):
        raise Refuse(-1117, "Invalid side.")
    if kind == "MARKET" and not {"quantity", "quoteOrderQty"} & set(parameters):
        raise errors.one_of("quantity", "quoteOrderQty")
    for name in REQUIRED[kind]:
        if not parameters.get(name):
            raise errors.missing(name)
    for name in FORBIDDEN[kind]:
        if name in parameters:
            raise errors.not_required(name)
    if kind == "MARKET" and {"quantity", "quoteOrderQty"} <= set(parameters):
        raise errors.not_required("quoteOrderQty")
    force = parameters.get("timeInForce", "GTC")
    if force not in ("GTC", "IOC", "FOK"):
        raise Refuse(-1115, "Invalid timeInForce.")
    prevention = parameters.get("selfTradePreventionMode", "EXPIRE_MAKER")
    if prevention not in SelfTradePrevention.__members__:
        raise Refuse(-1013, "This symbol does not allow the specified self-trade prevention mode.")
    response_type(call)
    rules = dialect.world.core.instruments[symbol]
    account = dialect.account_of(call)
    request = SubmitOrder(
        account=account.name,
        symbol=symbol,
        side=Side(side),
        order_type=TYPES[kind],
        client_order_id=client_id(call, "newClientOrderId") or dialect.new_id(),
        quantity=units(call, "quantity"),
        quote_quantity=units(call, "quoteOrderQty"),
        price=units(call, "price"),
        stop_price=units(call, "stopPrice"),
        time_in_force=TimeInForce(force),
        post_only=kind == "LIMIT_MAKER",
        display_quantity=units(call, "icebergQty") or None,
        self_trade_prevention=SelfTradePrevention[prevention],
        attributes=_attributes(call),
    )
    if rules.status is not InstrumentStatus.TRADING:
        raise Refuse(-2010, "Market is closed.")
    existing = list(dialect.world.core.open_orders(account.name, symbol))
    filters.check(request, rules, dialect.average(symbol), existing)
    return request


def _attributes(call: Call) -> dict[str, object]:
    kept: dict[str, object] = {}
    if "strategyId" in call.parameters:
        kept["strategyId"] = whole(call, "strategyId", default=0)
    if "strategyType" in call.parameters:
        kept["strategyType"] = whole(call, "strategyType", default=0)
        if int(str(kept["strategyType"])) < 1_000_000:
            raise Refuse(-1134, "`strategyType` was less than 1000000.")
    return kept


def response_type(call: Call) -> str:
    """ACK, RESULT or FULL; FULL unless said for LIMIT and MARKET, else ACK."""
    default = "FULL" if call.parameters.get("type") in ("LIMIT", "MARKET") else "ACK"
    kind = call.parameters.get("newOrderRespType", default)
    if kind not in ("ACK", "RESULT", "FULL"):
        raise Refuse(-1130, "Data sent for parameter 'newOrderRespType' is not valid.")
    return kind
