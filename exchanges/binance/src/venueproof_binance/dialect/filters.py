"""Symbol filters. Source: filters page. Every refusal is -1013 with the filter's name."""

from typing import Any

from venueproof_binance.dialect import listings
from venueproof_binance.dialect.errors import filter_failure
from venueproof_binance.dialect.wire import number
from venueproof_core.models import OrderType
from venueproof_simulator.venue_core import SCALE, InstrumentRules, OrderState, SubmitOrder

STOPS = frozenset(
    {OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT}
)


def described(rules: InstrumentRules) -> list[dict[str, Any]]:
    """The filters as exchangeInfo lists them."""
    maximum_price = rules.tick_size * 10**9
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": number(rules.tick_size),
            "maxPrice": number(maximum_price),
            "tickSize": number(rules.tick_size),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": number(rules.minimum_quantity),
            "maxQty": number(rules.maximum_quantity),
            "stepSize": number(rules.lot_size),
        },
        {"filterType": "ICEBERG_PARTS", "limit": listings.ICEBERG_PARTS},
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": number(0),
            "maxQty": number(rules.maximum_quantity),
            "stepSize": number(0),
        },
        {
            "filterType": "TRAILING_DELTA",
            "minTrailingAboveDelta": 10,
            "maxTrailingAboveDelta": 2000,
            "minTrailingBelowDelta": 10,
            "maxTrailingBelowDelta": 2000,
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": str(listings.BID_UP),
            "bidMultiplierDown": str(listings.BID_DOWN),
            "askMultiplierUp": str(listings.BID_UP),
            "askMultiplierDown": str(listings.BID_DOWN),
            "avgPriceMins": 5,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": number(rules.minimum_notional),
            "applyMinToMarket": True,
            "maxNotional": number(9_000_000 * SCALE),
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": listings.MAXIMUM_OPEN_ORDERS},
        {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": 20},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": listings.MAXIMUM_ALGO_ORDERS},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": listings.MAXIMUM_AMENDS},
    ]


def check(
    order: SubmitOrder, rules: InstrumentRules, average: int, open_orders: list[OrderState]
) -> None:
    """Hold an order against every filter of its symbol.

    Args:
        average: Volume-weighted price of the last five minutes, or the last price, in units.
        open_orders: The account's, on this symbol.

    Raises:
        Refuse: The first filter that fails.
    """
    for price in (order.price, order.stop_price):
        if price is not None:
            _price(price, rules)
    if order.price is not None:
        _percent_price(order.price, average)
    for quantity in (order.quantity, order.display_quantity):
        if quantity is not None:
            _lot(quantity, rules)
    _notional(order, rules, average)
    parts = -(-(order.quantity or 0) // order.display_quantity) if order.display_quantity else 1
    if parts > listings.ICEBERG_PARTS:
        raise filter_failure("ICEBERG_PARTS")
    if len(open_orders) >= listings.MAXIMUM_OPEN_ORDERS:
        raise filter_failure("MAX_NUM_ORDERS")
    if order.order_type in STOPS:
        waiting = sum(o.order_type in STOPS and not o.is_working for o in open_orders)
        if waiting >= listings.MAXIMUM_ALGO_ORDERS:
            raise filter_failure("MAX_NUM_ALGO_ORDERS")


def _price(price: int, rules: InstrumentRules) -> None:
    is_in_range = rules.tick_size <= price <= rules.tick_size * 10**9
    if not is_in_range or price % rules.tick_size:
        raise filter_failure("PRICE_FILTER")


def _percent_price(price: int, average: int) -> None:
    if not average * listings.BID_DOWN <= price <= average * listings.BID_UP:
        raise filter_failure("PERCENT_PRICE_BY_SIDE")


def _lot(quantity: int, rules: InstrumentRules) -> None:
    maximum = rules.maximum_quantity or quantity
    is_in_range = rules.minimum_quantity <= quantity <= maximum
    if not is_in_range or quantity % rules.lot_size:
        raise filter_failure("LOT_SIZE")


def _notional(order: SubmitOrder, rules: InstrumentRules, average: int) -> None:
    if order.quote_quantity is not None:
        notional = order.quote_quantity
    else:
        notional = (order.price or average) * (order.quantity or 0) // SCALE
    if notional < (rules.minimum_notional or 0):
        raise filter_failure("NOTIONAL")
    if order.order_type is not OrderType.MARKET and notional > 9_000_000 * SCALE:
        raise filter_failure("NOTIONAL")
