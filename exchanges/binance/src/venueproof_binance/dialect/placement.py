"""What an order must say, and the checks before it reaches the core.

Source: REST page, "New order", table of mandatory parameters by order type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from venueproof_binance.dialect import errors, filters
from venueproof_binance.dialect.listings import TERMS
from venueproof_binance.dialect.parameters import canonical, client_id, units, whole, word
from venueproof_core.models import (
    InstrumentStatus,
    OrderType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from venueproof_simulator.toolkit import Call, Refuse
from venueproof_simulator.venue_core import SubmitOrder

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

PARAMETERS = (
    "symbol* side* type* timeInForce quantity quoteOrderQty price newClientOrderId strategyId"
    " strategyType stopPrice trailingDelta icebergQty newOrderRespType selfTradePreventionMode"
    " pegPriceType pegOffsetType pegOffsetValue"
)
DEFAULT_PREVENTION = "EXPIRE_MAKER"
PREVENTION_MODES = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")
KNOWN_MODES = (*PREVENTION_MODES, "TRANSFER")
LEAST_STRATEGY_TYPE = 1_000_000


class _Type(NamedTuple):
    core: OrderType
    required: tuple[str, ...]
    forbidden: tuple[str, ...]


_PEGS = ("pegPriceType", "pegOffsetType", "pegOffsetValue")
_NO_STOP = ("stopPrice", "trailingDelta")
_PLAIN_STOP = ("price", "timeInForce", "icebergQty", "quoteOrderQty", *_PEGS)
TYPES = {
    "LIMIT": _Type(
        OrderType.LIMIT, ("timeInForce", "quantity", "price"), (*_NO_STOP, "quoteOrderQty")
    ),
    "MARKET": _Type(
        OrderType.MARKET, (), ("price", "timeInForce", *_NO_STOP, "icebergQty", *_PEGS)
    ),
    "LIMIT_MAKER": _Type(
        OrderType.LIMIT, ("quantity", "price"), ("timeInForce", *_NO_STOP, "quoteOrderQty")
    ),
    "STOP_LOSS": _Type(OrderType.STOP, ("quantity",), _PLAIN_STOP),
    "TAKE_PROFIT": _Type(OrderType.TAKE_PROFIT, ("quantity",), _PLAIN_STOP),
    "STOP_LOSS_LIMIT": _Type(
        OrderType.STOP_LIMIT, ("timeInForce", "quantity", "price"), ("quoteOrderQty",)
    ),
    "TAKE_PROFIT_LIMIT": _Type(
        OrderType.TAKE_PROFIT_LIMIT, ("timeInForce", "quantity", "price"), ("quoteOrderQty",)
    ),
}


def checked(dialect: BinanceDialect, call: Call) -> SubmitOrder:
    """Parameters, then filters.

    Raises:
        Refuse: Whatever is wrong first.
    """
    request = read(dialect, call)
    check_filters(dialect, request)
    return request


def read(dialect: BinanceDialect, call: Call) -> SubmitOrder:
    """The parameters of one order.

    Raises:
        Refuse: Whatever is wrong first.
    """
    parameters = call.parameters
    symbol = canonical(parameters["symbol"])
    kind = TYPES.get(parameters["type"])
    if kind is None:
        raise Refuse(-1116, "Invalid orderType.")
    if parameters["side"] not in Side.__members__:
        raise Refuse(-1117, "Invalid side.")
    _check_given(parameters, kind)
    force = parameters.get("timeInForce", "GTC")
    if force not in ("GTC", "IOC", "FOK"):
        raise Refuse(-1115, "Invalid timeInForce.")
    response_type(call)
    account = dialect.account_of(call)
    request = SubmitOrder(
        account=account.name,
        symbol=symbol,
        side=Side(parameters["side"]),
        order_type=kind.core,
        client_order_id=client_id(call, "newClientOrderId") or dialect.new_id(),
        quantity=units(call, "quantity"),
        quote_quantity=units(call, "quoteOrderQty"),
        price=units(call, "price"),
        stop_price=units(call, "stopPrice"),
        time_in_force=TimeInForce(force),
        post_only=parameters["type"] == "LIMIT_MAKER",
        display_quantity=units(call, "icebergQty") or None,
        self_trade_prevention=_prevention(call),
        attributes=_attributes(call),
    )
    if "trailingDelta" in parameters:
        request.trailing_delta = whole(call, "trailingDelta", default=0)
    _check_peg(call)
    _check_iceberg(request)
    return request


def check_filters(
    dialect: BinanceDialect, request: SubmitOrder, *, has_quantity: bool = True
) -> None:
    """Hold an order against its symbol's state and every filter; without a quantity, those of prices.

    Raises:
        Refuse: Whatever is wrong first.
    """
    core, symbol = dialect.world.core, request.symbol
    rules = core.instruments[symbol]
    if rules.status is not InstrumentStatus.TRADING:
        raise Refuse(-2010, "Market is closed.")
    checked = filters.Checked(
        order=request,
        rules=rules,
        terms=TERMS[symbol],
        reference=dialect.reference_prices.price(symbol) or dialect.average(symbol),
        position=sum(core.balances(request.account)[rules.base]),
        open_orders=core.open_orders(request.account),
        trailing_delta=request.trailing_delta,
    )
    if has_quantity:
        filters.check(checked)
    else:
        filters.check_prices(checked)


def _check_given(parameters: dict[str, str], kind: _Type) -> None:
    if kind.core is OrderType.MARKET and not {"quantity", "quoteOrderQty"} & set(parameters):
        raise errors.one_of("quantity", "quoteOrderQty")
    for name in kind.required:
        if name not in parameters:
            raise errors.missing(name)
    if kind.core in filters.STOPS and not {"stopPrice", "trailingDelta"} & set(parameters):
        raise errors.one_of("stopPrice", "trailingDelta")
    for name in kind.forbidden:
        if name in parameters:
            raise errors.not_required(name)
    if {"quantity", "quoteOrderQty"} <= set(parameters):
        raise errors.not_required("quoteOrderQty")


def _prevention(call: Call) -> SelfTradePrevention:
    mode = word(call, "selfTradePreventionMode", KNOWN_MODES, DEFAULT_PREVENTION)
    if mode not in PREVENTION_MODES:
        raise Refuse(-1013, "This symbol does not allow the specified self-trade prevention mode.")
    return SelfTradePrevention[mode]


def _check_peg(call: Call) -> None:
    given = {name for name in _PEGS if name in call.parameters}
    if not given:
        return
    if call.parameters.get("pegPriceType") not in ("PRIMARY_PEG", "MARKET_PEG"):
        raise Refuse(-1210, "Invalid pegPriceType.")
    if call.parameters.get("pegOffsetType", "PRICE_LEVEL") != "PRICE_LEVEL":
        raise Refuse(-1211, "Invalid pegOffsetType.")
    raise Refuse(-2010, "Pegged orders are not supported for this symbol.")


def _check_iceberg(request: SubmitOrder) -> None:
    shown = request.display_quantity
    if shown is None:
        return
    if request.time_in_force is not TimeInForce.GTC:
        # The documents say that it is refused, not with which code.
        raise Refuse(-1014, "Unsupported order combination.")
    if shown > (request.quantity or 0):
        raise Refuse(-2010, "IcebergQty exceeds QTY.")


def _attributes(call: Call) -> dict[str, object]:
    kept: dict[str, object] = {}
    if "strategyId" in call.parameters:
        kept["strategyId"] = whole(call, "strategyId", default=0)
    if "strategyType" in call.parameters:
        kept["strategyType"] = strategy_type = whole(call, "strategyType", default=0)
        if strategy_type < LEAST_STRATEGY_TYPE:
            raise Refuse(-1134, "`strategyType` was less than 1000000.")
    return kept


def response_type(call: Call) -> str:
    """ACK, RESULT or FULL; FULL unless said for LIMIT and MARKET, else ACK."""
    default = "FULL" if call.parameters.get("type") in ("LIMIT", "MARKET") else "ACK"
    return word(call, "newOrderRespType", ("ACK", "RESULT", "FULL"), default)
