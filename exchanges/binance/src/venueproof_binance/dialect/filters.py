"""Filters of symbols and of the whole account. Source: filters page.

Every refusal is -1013 with the filter's name. What is listed is enforced, from the same tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from venueproof_binance.dialect.errors import filter_failure
from venueproof_binance.dialect.listings import Terms
from venueproof_binance.dialect.wire import number
from venueproof_core.models import OrderType, Side
from venueproof_simulator.venue_core import SCALE, InstrumentRules, OrderState, SubmitOrder

STOPS = frozenset(
    {OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT}
)
UP, DOWN = Decimal("5"), Decimal("0.2")
MAXIMUM_NOTIONAL = 9_000_000 * SCALE
ICEBERG_PARTS = 100
MAXIMUM_AMENDS = 10
MAXIMUM_LISTS = 20
TRAILING_DELTA = (10, 2000)
AVERAGE_MINUTES = 5

_Counted = OrderState | SubmitOrder


def _is_any(order: _Counted) -> bool:
    return True


def _is_algo(order: _Counted) -> bool:
    is_triggered = isinstance(order, OrderState) and order.is_working
    return order.order_type in STOPS and not is_triggered


def _is_iceberg(order: _Counted) -> bool:
    return order.display_quantity is not None


# Filter, its field, how many on a symbol, how many of the account, what is counted.
COUNTS: tuple[tuple[str, str, int, int, Callable[[_Counted], bool]], ...] = (
    ("MAX_NUM_ORDERS", "maxNumOrders", 200, 500, _is_any),
    ("MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders", 5, 12, _is_algo),
    ("MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders", 10, 25, _is_iceberg),
)


def exchange_filters() -> list[dict[str, Any]]:
    """Those of the whole account, as exchangeInfo lists them."""
    rows: list[dict[str, Any]] = [
        {"filterType": f"EXCHANGE_{name}", field: of_account}
        for name, field, _, of_account, _ in COUNTS
    ]
    return [
        *rows,
        {"filterType": "EXCHANGE_MAX_NUM_ORDER_LISTS", "maxNumOrderLists": MAXIMUM_LISTS},
    ]


def described(rules: InstrumentRules, terms: Terms) -> list[dict[str, Any]]:
    """A symbol's filters as exchangeInfo lists them."""
    least, most, step = terms.market_lot or (0, rules.maximum_quantity, 0)
    low, high = TRAILING_DELTA
    rows: list[dict[str, Any]] = [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": number(rules.tick_size),
            "maxPrice": number(rules.tick_size * 10**9),
            "tickSize": number(rules.tick_size),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": number(rules.minimum_quantity),
            "maxQty": number(rules.maximum_quantity),
            "stepSize": number(rules.lot_size),
        },
        {"filterType": "ICEBERG_PARTS", "limit": ICEBERG_PARTS},
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": number(least),
            "maxQty": number(most),
            "stepSize": number(step),
        },
        {
            "filterType": "TRAILING_DELTA",
            "minTrailingAboveDelta": low,
            "maxTrailingAboveDelta": high,
            "minTrailingBelowDelta": low,
            "maxTrailingBelowDelta": high,
        },
        _percent_described(terms),
        _notional_described(rules, terms),
        {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": MAXIMUM_LISTS},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": MAXIMUM_AMENDS},
    ]
    rows += [{"filterType": name, field: of_symbol} for name, field, of_symbol, _, _ in COUNTS]
    if terms.maximum_position is not None:
        rows.append({"filterType": "MAX_POSITION", "maxPosition": number(terms.maximum_position)})
    return rows


def _percent_described(terms: Terms) -> dict[str, Any]:
    if not terms.is_by_side:
        return {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": str(UP),
            "multiplierDown": str(DOWN),
            "avgPriceMins": AVERAGE_MINUTES,
        }
    return {
        "filterType": "PERCENT_PRICE_BY_SIDE",
        "bidMultiplierUp": str(UP),
        "bidMultiplierDown": str(DOWN),
        "askMultiplierUp": str(UP),
        "askMultiplierDown": str(DOWN),
        "avgPriceMins": AVERAGE_MINUTES,
    }


def _notional_described(rules: InstrumentRules, terms: Terms) -> dict[str, Any]:
    least = number(rules.minimum_notional)
    if not terms.is_notional_range:
        return {
            "filterType": "MIN_NOTIONAL",
            "minNotional": least,
            "applyToMarket": True,
            "avgPriceMins": AVERAGE_MINUTES,
        }
    return {
        "filterType": "NOTIONAL",
        "minNotional": least,
        "applyMinToMarket": True,
        "maxNotional": number(MAXIMUM_NOTIONAL),
        "applyMaxToMarket": False,
        "avgPriceMins": AVERAGE_MINUTES,
    }


@dataclass(frozen=True)
class Checked:
    """An order, and what it is held against.

    Attributes:
        reference: Reference price, volume-weighted price of the last minutes, or last price, in units.
        position: What the account holds of the base asset, locked included, in units.
        open_orders: The account's, of every symbol.
    """

    order: SubmitOrder
    rules: InstrumentRules
    terms: Terms
    reference: int
    position: int
    open_orders: Sequence[OrderState]
    trailing_delta: int | None = None


def check(checked: Checked) -> None:
    """Hold an order against every filter.

    Raises:
        Refuse: The first filter that fails.
    """
    order, rules = checked.order, checked.rules
    check_prices(checked)
    for quantity in (order.quantity, order.display_quantity):
        if quantity is not None:
            lot(quantity, rules)
    _market_lot(order, checked.terms)
    _notional(checked)
    parts = -(-(order.quantity or 0) // order.display_quantity) if order.display_quantity else 1
    if parts > ICEBERG_PARTS:
        raise filter_failure("ICEBERG_PARTS")
    _position(checked)
    check_counts(checked.open_orders, [order])


def check_prices(checked: Checked) -> None:
    """Hold the prices of an order against the filters that are about them alone.

    Raises:
        Refuse: The first filter that fails.
    """
    order = checked.order
    for price in (order.price, order.stop_price):
        if price is not None:
            _price(price, checked.rules)
    if order.price is not None:
        _percent_price(order.price, checked)
    _trailing(checked.trailing_delta)


def check_counts(open_orders: Sequence[OrderState], new: Sequence[SubmitOrder]) -> None:
    """Hold the number of open orders against every count filter; what comes in one request counts together.

    Raises:
        Refuse: The first filter that fails.
    """
    symbol = new[0].symbol
    of_symbol = [order for order in open_orders if order.symbol == symbol]
    for name, _, most_of_symbol, most_of_account, is_counted in COUNTS:
        added = sum(is_counted(order) for order in new)
        if not added:
            continue
        if added + sum(is_counted(order) for order in of_symbol) > most_of_symbol:
            raise filter_failure(name)
        if added + sum(is_counted(order) for order in open_orders) > most_of_account:
            raise filter_failure(f"EXCHANGE_{name}")


def lot(quantity: int, rules: InstrumentRules) -> None:
    """LOT_SIZE.

    Raises:
        Refuse: It fails.
    """
    maximum = rules.maximum_quantity or quantity
    if not rules.minimum_quantity <= quantity <= maximum or quantity % rules.lot_size:
        raise filter_failure("LOT_SIZE")


def _price(price: int, rules: InstrumentRules) -> None:
    is_in_range = rules.tick_size <= price <= rules.tick_size * 10**9
    if not is_in_range or price % rules.tick_size:
        raise filter_failure("PRICE_FILTER")


def _percent_price(price: int, checked: Checked) -> None:
    if not checked.reference * DOWN <= price <= checked.reference * UP:
        name = "PERCENT_PRICE_BY_SIDE" if checked.terms.is_by_side else "PERCENT_PRICE"
        raise filter_failure(name)


def _market_lot(order: SubmitOrder, terms: Terms) -> None:
    if order.order_type is not OrderType.MARKET or order.quantity is None or not terms.market_lot:
        return
    least, most, step = terms.market_lot
    if not least <= order.quantity <= most or order.quantity % step:
        raise filter_failure("MARKET_LOT_SIZE")


def _trailing(delta: int | None) -> None:
    # The bounds above and below the price are the same here, so the direction does not matter.
    low, high = TRAILING_DELTA
    if delta is not None and not low <= delta <= high:
        raise filter_failure("TRAILING_DELTA")


def _notional(checked: Checked) -> None:
    order, is_range = checked.order, checked.terms.is_notional_range
    if order.quote_quantity is not None:
        notional = order.quote_quantity
    else:
        notional = (order.price or checked.reference) * (order.quantity or 0) // SCALE
    if notional < (checked.rules.minimum_notional or 0):
        raise filter_failure("NOTIONAL" if is_range else "MIN_NOTIONAL")
    is_bounded = is_range and order.order_type is not OrderType.MARKET
    if is_bounded and notional > MAXIMUM_NOTIONAL:
        raise filter_failure("NOTIONAL")


def _position(checked: Checked) -> None:
    order, most = checked.order, checked.terms.maximum_position
    if most is None or order.side is not Side.BUY:
        return
    waiting = sum(
        other.remaining_quantity
        for other in checked.open_orders
        if other.symbol == order.symbol and other.side is Side.BUY
    )
    quantity = order.quantity
    if quantity is None:
        quantity = (order.quote_quantity or 0) * SCALE // checked.reference
    if checked.position + waiting + quantity > most:
        raise filter_failure("MAX_POSITION")
