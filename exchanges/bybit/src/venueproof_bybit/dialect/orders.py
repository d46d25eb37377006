"""Placing, amending and cancelling. Source: "Trade", the pages of each endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from venueproof_bybit.dialect import errors
from venueproof_bybit.dialect.listings import TERMS
from venueproof_bybit.dialect.order_rows import core_order_id, venue_order_id
from venueproof_bybit.dialect.parameters import (
    LINK_ID,
    as_texts,
    category,
    order_symbol,
    required,
    units,
)
from venueproof_bybit.dialect.wire import milliseconds
from venueproof_core.control import Operation
from venueproof_core.models import (
    InstrumentStatus,
    OrderStatus,
    OrderType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from venueproof_simulator.toolkit import Call, Refuse, Route
from venueproof_simulator.venue_core import SCALE, InstrumentRules, OrderState, Refused, SubmitOrder

if TYPE_CHECKING:
    from venueproof_bybit.dialect.venue import BybitDialect

SIDES = {"Buy": Side.BUY, "Sell": Side.SELL}
FORCES = {
    "GTC": TimeInForce.GTC,
    "IOC": TimeInForce.IOC,
    "FOK": TimeInForce.FOK,
    "PostOnly": TimeInForce.GTC,
}
FILTERS = ("Order", "tpslOrder", "StopOrder")
PREVENTION = {
    "None": SelfTradePrevention.NONE,
    "CancelMaker": SelfTradePrevention.EXPIRE_MAKER,
    "CancelTaker": SelfTradePrevention.EXPIRE_TAKER,
    "CancelBoth": SelfTradePrevention.EXPIRE_BOTH,
}
OPEN = (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED)
MOST_IN_BATCH = 10


class Batch(NamedTuple):
    """The result of several orders, and what became of each."""

    result: Any
    extra: Any


def create(dialect: BybitDialect, call: Call) -> Any:
    category(call)
    request = read_order(dialect, call)
    try:
        order = dialect.world.core.submit(request, time_ns=dialect.world.stamps.time_ns())
    except Refused as refused:
        raise errors.refused(refused) from refused
    return names(order)


def names(order: OrderState) -> dict[str, str]:
    """What every accepted request is answered with."""
    return {"orderId": venue_order_id(order), "orderLinkId": order.client_order_id}


def read_order(dialect: BybitDialect, call: Call) -> SubmitOrder:
    """The order a request asks for, checked.

    Raises:
        Refuse: Whatever is wrong first.
    """
    symbol = str(order_symbol(call))
    side = SIDES.get(required(call, "side"))
    kind, force = required(call, "orderType"), call.parameters.get("timeInForce") or "GTC"
    given_filter = call.parameters.get("orderFilter") or "Order"
    if side is None:
        raise errors.of(errors.INVALID_SIDE)
    if kind not in ("Limit", "Market"):
        raise errors.of(errors.INVALID_TYPE)
    if force not in FORCES:
        raise errors.of(errors.INVALID_FORCE)
    if given_filter not in FILTERS:
        raise errors.of(errors.INVALID_FILTER)
    is_market, is_stop = kind == "Market", given_filter != "Order"
    smp = call.parameters.get("smpType") or "None"
    if smp not in PREVENTION:
        raise errors.invalid("smpType")
    attributes: dict[str, object] = {"smp_type": smp}
    request = SubmitOrder(
        account=dialect.account_of(call).name,
        symbol=symbol,
        side=side,
        order_type=_core_type(is_market=is_market, is_stop=is_stop),
        client_order_id=_link_id(dialect, call),
        time_in_force=TimeInForce.IOC if is_market else FORCES[force],
        post_only=force == "PostOnly" and not is_market,
        self_trade_prevention=PREVENTION[smp],
        attributes=attributes,
        expires_when_taking=True,
    )
    _read_quantity(call, request, is_market=is_market)
    if not is_market:
        request.price = units(call, "price")
        if not request.price:
            raise errors.empty("price")
    if is_stop:
        request.stop_price = units(call, "triggerPrice")
        attributes["stop_order_type"] = "tpslOrder" if given_filter == "tpslOrder" else "Stop"
        if not request.stop_price:
            raise errors.empty("triggerPrice")
    _check(dialect, request)
    return request


def _core_type(*, is_market: bool, is_stop: bool) -> OrderType:
    if is_stop:
        return OrderType.STOP if is_market else OrderType.STOP_LIMIT
    return OrderType.MARKET if is_market else OrderType.LIMIT


def _link_id(dialect: BybitDialect, call: Call) -> str:
    given = call.parameters.get("orderLinkId")
    if not given:
        return dialect.new_link_id()
    if not LINK_ID.fullmatch(given):
        raise errors.invalid("orderLinkId")
    account = dialect.account_of(call).name
    if any(order.client_order_id == given for order in dialect.world.core.orders(account)):
        raise errors.of(errors.DUPLICATE_ID)
    return given


def _read_quantity(call: Call, request: SubmitOrder, *, is_market: bool) -> None:
    """A market order to buy is by quote unless it says otherwise; everything else is by base."""
    quantity = units(call, "qty")
    if not quantity:
        raise errors.empty("qty")
    default = "quoteCoin" if request.side is Side.BUY else "baseCoin"
    unit = call.parameters.get("marketUnit") or default
    if unit not in ("baseCoin", "quoteCoin"):
        raise errors.invalid("marketUnit")
    is_by_quote = is_market and unit == "quoteCoin"
    if is_by_quote:
        request.quote_quantity = quantity
    else:
        request.quantity = quantity
    if is_market and request.attributes is not None:
        request.attributes["market_unit"] = unit


def _check(dialect: BybitDialect, request: SubmitOrder) -> None:
    rules, terms = dialect.world.core.instruments[request.symbol], TERMS[request.symbol]
    if rules.status is not InstrumentStatus.TRADING:
        raise errors.of(errors.NOT_TRADED)
    for price in (request.price, request.stop_price):
        if price is not None and price % rules.tick_size:
            raise errors.of(errors.PRICE_DECIMALS)
    if request.quote_quantity is not None:
        if request.quote_quantity % terms.quote_precision:
            raise errors.of(errors.AMOUNT_DECIMALS)
        if request.quote_quantity < (rules.minimum_notional or 0):
            raise errors.of(errors.VALUE_LOW)
        return
    check_quantity(rules, request.quantity or 0, is_market=request.price is None)
    reference = request.price or request.stop_price or dialect.last_price(request.symbol)
    check_value(rules, reference, request.quantity or 0)
    if request.price is not None:
        check_band(dialect, request.symbol, request.side, request.price)


def check_quantity(rules: InstrumentRules, quantity: int, *, is_market: bool) -> None:
    """Hold a base quantity against step and bounds.

    Raises:
        Refuse: 170137, 170148 or 170381.
    """
    if quantity % rules.lot_size:
        raise errors.of(errors.AMOUNT_DECIMALS if is_market else errors.QUANTITY_DECIMALS)
    most = TERMS[rules.symbol].maximum_market if is_market else rules.maximum_quantity
    if quantity > (most or 0):
        raise errors.of(errors.QUANTITY_HIGH)


def check_value(rules: InstrumentRules, price: int, quantity: int) -> None:
    """Hold an order's value against the least.

    Raises:
        Refuse: 170140.
    """
    if price * quantity // SCALE < (rules.minimum_notional or 0):
        raise errors.of(errors.VALUE_LOW)


def check_band(dialect: BybitDialect, symbol: str, side: Side, price: int) -> None:
    """Hold a limit price against the band around the index.

    Raises:
        Refuse: 170193 or 170194.
    """
    low, high = dialect.price_band(symbol)
    quote = dialect.world.core.instruments[symbol].quote
    if side is Side.BUY and price > high:
        raise errors.band(170193, "Buy order price cannot be higher than", high, quote)
    if side is Side.SELL and price < low:
        raise errors.band(170194, "Sell order price cannot be lower than", low, quote)


# ---------------------------------------------------------------- open orders


def find(dialect: BybitDialect, call: Call) -> OrderState:
    """The order a request names, of the caller's own.

    Raises:
        Refuse: 10001 if it names none, 170213 if there is none.
    """
    symbol = order_symbol(call)
    order_id, link_id = call.parameters.get("orderId"), call.parameters.get("orderLinkId")
    if not order_id and not link_id:
        raise errors.parameter("params error: OrderId or OrderLinkId is required")
    account, core = dialect.account_of(call).name, dialect.world.core
    if order_id:
        order = core.order(core_order_id(order_id))
    else:
        mine = reversed(core.orders(account, symbol))
        order = next((one for one in mine if one.client_order_id == link_id), None)
    if order is None or order.account != account or order.symbol != symbol:
        raise errors.of(errors.NO_SUCH_ORDER)
    return order


def find_open(dialect: BybitDialect, call: Call) -> OrderState:
    """The open order a request names.

    Raises:
        Refuse: As ``find``; 170139 or 170142 if it has ended.
    """
    order = find(dialect, call)
    if order.status is OrderStatus.FILLED:
        raise errors.of(errors.FILLED_ALREADY)
    if order.status not in OPEN:
        raise errors.of(errors.CANCELLED_ALREADY)
    return order


def cancel(dialect: BybitDialect, call: Call) -> Any:
    category(call)
    order = find_open(dialect, call)
    wanted = call.parameters.get("orderFilter") or "Order"
    if wanted not in FILTERS:
        raise errors.of(errors.INVALID_FILTER)
    if wanted != kind_of(order):
        raise errors.of(errors.NO_SUCH_ORDER)
    return names(_end(dialect, order))


def kind_of(order: OrderState) -> str:
    """The order filter that finds it."""
    kind = (order.attributes or {}).get("stop_order_type")
    return {"tpslOrder": "tpslOrder", "Stop": "StopOrder"}.get(str(kind), "Order")


def cancel_all(dialect: BybitDialect, call: Call) -> Any:
    category(call)
    symbol = order_symbol(call, is_optional=True)
    wanted, base = call.parameters.get("orderFilter") or "Order", call.parameters.get("baseCoin")
    account = dialect.account_of(call).name
    ended = [
        names(_end(dialect, order))
        for order in list(dialect.world.core.open_orders(account, symbol))
        if kind_of(order) == wanted and (symbol or not base or order.symbol.startswith(f"{base}-"))
    ]
    return {"list": ended, "success": "1"}


def _end(dialect: BybitDialect, order: OrderState) -> OrderState:
    try:
        return dialect.world.core.cancel(order.order_id, time_ns=dialect.world.stamps.time_ns())
    except Refused as refused:
        raise errors.refused(refused) from refused


def amend(dialect: BybitDialect, call: Call) -> Any:
    category(call)
    order = find_open(dialect, call)
    rules = dialect.world.core.instruments[order.symbol]
    quantity, price = units(call, "qty"), units(call, "price")
    if quantity is None and price is None:
        raise errors.parameter("params error: nothing to amend")
    if price is not None:
        if price % rules.tick_size:
            raise errors.of(errors.PRICE_DECIMALS)
        check_band(dialect, order.symbol, order.side, price)
    if quantity is not None:
        check_quantity(rules, quantity, is_market=False)
        if quantity <= order.filled_quantity:
            raise errors.of(errors.BELOW_FILLED)
    check_value(rules, price or order.price or 0, quantity or order.quantity)
    try:
        dialect.world.core.modify(
            order.order_id,
            quantity=quantity,
            price=price,
            time_ns=dialect.world.stamps.time_ns(),
        )
    except Refused as refused:
        raise errors.refused(refused) from refused
    return names(order)


# ---------------------------------------------------------------- batches


def _batch(act: Any) -> Any:
    def handler(dialect: BybitDialect, call: Call) -> Batch:
        category(call)
        items = _items(call)
        rows, codes = [], []
        for item in items:
            call.parameters = {"category": "spot", **as_texts(item)}
            row = {
                "category": "spot",
                "symbol": call.parameters.get("symbol", ""),
                "orderId": "",
                "orderLinkId": call.parameters.get("orderLinkId", ""),
            }
            try:
                row |= act(dialect, call)
                codes.append({"code": 0, "msg": "OK"})
                created = milliseconds(dialect.world.stamps.time_ns())
            except Refuse as refusal:
                codes.append({"code": refusal.code, "msg": refusal.message})
                created = ""
            rows.append({**row, "createAt": created} if act is create else row)
        return Batch({"list": rows}, {"list": codes})

    return handler


def _items(call: Call) -> list[Any]:
    try:
        items = msgspec.json.decode(call.parameters.get("request", ""))
    except msgspec.DecodeError:
        raise errors.parameter("params error: request") from None
    if not isinstance(items, list) or not 0 < len(items) <= MOST_IN_BATCH:
        raise errors.parameter("params error: request size")
    return items


def _post(path: str, operation: Operation, handler: Any, limit: int) -> Route:
    return Route(
        name=f"POST /v5/order/{path}",
        operation=operation,
        handler=handler,
        security="SIGNED",
        weight=limit,
    )


ROUTES = (
    _post("create", Operation.PLACE, create, 20),
    _post("cancel", Operation.CANCEL, cancel, 20),
    _post("amend", Operation.AMEND, amend, 10),
    _post("cancel-all", Operation.CANCEL_ALL, cancel_all, 20),
    _post("create-batch", Operation.OTHER, _batch(create), 20),
    _post("cancel-batch", Operation.OTHER, _batch(cancel), 20),
    _post("amend-batch", Operation.OTHER, _batch(amend), 20),
)
