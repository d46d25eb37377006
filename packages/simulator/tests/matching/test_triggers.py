"""STOP, STOP_LIMIT, TAKE_PROFIT and TAKE_PROFIT_LIMIT: triggered by the price of the last trade."""

import pytest

from venueproof_core.models import OrderStatus, OrderType, Side, TimeInForce
from venueproof_simulator.venue_core import (
    SCALE,
    ExpiryReason,
    OrderEvent,
    Refusal,
    Refused,
    Traded,
)

STOP, STOP_LIMIT = OrderType.STOP, OrderType.STOP_LIMIT
TAKE_PROFIT, TAKE_PROFIT_LIMIT = OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT


def test_pending_order_is_not_on_the_book(market):
    order = market.buy(1, 106, order_type=STOP_LIMIT, stop_price=105)

    assert order.is_working is False
    assert order.working_time_ns is None
    assert market.bids == []


def test_pending_buy_locks_its_limit_price(market):
    market.buy(1, 106, order_type=STOP_LIMIT, stop_price=105)

    assert market.funds("main", "USDT") == (100_000 - 106, 106)


def test_pending_buy_without_a_limit_locks_its_stop_price(market):
    market.buy(1, order_type=STOP, stop_price=105)

    assert market.funds("main", "USDT") == (100_000 - 105, 105)


@pytest.mark.parametrize(
    ("side", "order_type", "stop_price", "short_of_it"),
    [
        (Side.BUY, STOP_LIMIT, 105, 104.99),
        (Side.SELL, STOP_LIMIT, 95, 95.01),
        (Side.BUY, TAKE_PROFIT_LIMIT, 95, 95.01),
        (Side.SELL, TAKE_PROFIT_LIMIT, 105, 104.99),
    ],
)
def test_pending_order_triggers_when_a_trade_reaches_its_stop_price(
    market, side, order_type, stop_price, short_of_it
):
    far = 50 if side is Side.BUY else 150
    order = market.submit(side, 1, price=far, order_type=order_type, stop_price=stop_price)
    market.trade_at(short_of_it)
    assert order.is_working is False

    market.trade_at(stop_price)

    assert order.is_working is True
    assert market.story(order) == [OrderEvent.ACCEPTED, OrderEvent.TRIGGERED]
    assert (market.bids or market.asks) == [(far, 1)]


def test_triggered_stop_takes_like_a_market_order(market):
    order = market.sell(1, order_type=STOP, stop_price=95)
    market.buy(2, 94, account="maker")
    market.trade_at(95)

    assert order.status is OrderStatus.FILLED
    assert order.filled_notional == 94 * SCALE
    assert market.story(order) == [OrderEvent.ACCEPTED, OrderEvent.TRIGGERED, Traded]


def test_triggered_stop_without_liquidity_expires(market):
    order = market.sell(1, order_type=STOP, stop_price=95)

    market.trade_at(95)

    assert order.status is OrderStatus.EXPIRED
    assert market.reason(order) is ExpiryReason.NO_LIQUIDITY
    assert market.funds("main", "BTC") == (100, 0)


@pytest.mark.parametrize(
    ("side", "order_type", "stop_price"),
    [
        (Side.BUY, STOP, 100),
        (Side.SELL, STOP, 100),
        (Side.BUY, TAKE_PROFIT, 100),
        (Side.SELL, TAKE_PROFIT, 99),
    ],
)
def test_order_that_would_trigger_at_once_is_refused(market, side, order_type, stop_price):
    with pytest.raises(Refused) as refusal:
        market.submit(side, 1, order_type=order_type, stop_price=stop_price)

    assert refusal.value.reason is Refusal.WOULD_TRIGGER


def test_stop_before_the_first_trade_waits(desk):
    order = desk.buy(1, order_type=STOP, stop_price=1)

    assert order.status is OrderStatus.NEW


def test_nearest_stop_price_triggers_first_then_the_oldest(market):
    far = market.sell(1, order_type=STOP, stop_price=90)
    near = market.sell(1, order_type=STOP, stop_price=95)
    late = market.sell(1, order_type=STOP, stop_price=95)
    market.buy(10, 80, account="maker")
    market.buy(1, 85, account="maker")

    market.sell(1, 85, account="taker")

    takers = [trade.taker for trade in market.core.trades("BTC-USDT")[-3:]]
    assert takers == [near, late, far]


def test_triggered_order_can_trigger_the_next(market):
    first = market.sell(1, order_type=STOP, stop_price=95)
    second = market.sell(1, order_type=STOP, stop_price=90)
    market.buy(1, 89, account="maker")
    market.buy(1, 88, account="maker")

    market.trade_at(95)

    assert first.filled_notional == 89 * SCALE
    assert second.filled_notional == 88 * SCALE


def test_buyer_that_cannot_pay_at_the_trigger_is_rejected(market):
    market.open("poor", btc=0, usdt=110)
    order = market.buy(1, order_type=STOP, stop_price=105, account="poor")
    market.sell(1, 120, account="maker")

    market.trade_at(105)

    assert order.status is OrderStatus.EXPIRED
    assert market.reason(order) is ExpiryReason.REJECTED_AT_TRIGGER
    assert market.funds("poor", "USDT") == (110, 0)
    assert market.core.open_orders("poor") == []


def test_buyer_that_can_pay_at_the_trigger_spends_what_it_did_not_lock(market):
    order = market.buy(1, order_type=STOP, stop_price=105)
    market.sell(1, 120, account="maker")

    market.trade_at(105)

    assert order.filled_notional == 120 * SCALE
    assert market.funds("main", "USDT") == (100_000 - 120, 0)


def test_post_only_that_would_take_at_the_trigger_is_rejected(market):
    order = market.sell(1, 94, order_type=STOP_LIMIT, stop_price=95, post_only=True)
    market.buy(1, 94, account="maker")

    market.trade_at(95)

    assert market.reason(order) is ExpiryReason.REJECTED_AT_TRIGGER


def test_triggered_ioc_remainder_expires(market):
    order = market.sell(2, 94, order_type=STOP_LIMIT, stop_price=95, time_in_force=TimeInForce.IOC)
    market.buy(1, 94, account="maker")

    market.trade_at(95)

    assert market.reason(order) is ExpiryReason.IOC_REMAINDER
    assert order.filled_quantity == SCALE


def test_cancelled_pending_order_never_triggers(market):
    order = market.sell(1, order_type=STOP, stop_price=95)
    market.cancel(order)
    before = market.core.version("BTC-USDT")

    market.trade_at(95)

    assert order.status is OrderStatus.CANCELED
    assert market.story(order) == [OrderEvent.ACCEPTED, OrderEvent.CANCELED]
    assert market.core.version("BTC-USDT") == before + 2


def test_pending_order_shrinks_by_amend(market):
    order = market.sell(3, order_type=STOP, stop_price=95)

    market.amend(order, 1)

    assert market.funds("main", "BTC") == (99, 1)


@pytest.mark.parametrize(
    ("order_type", "price", "stop_price"),
    [(STOP, 94, 95), (STOP_LIMIT, None, 95), (STOP, None, None), (TAKE_PROFIT_LIMIT, 94, None)],
)
def test_pending_order_without_its_prices_is_an_error_of_the_caller(
    market, order_type, price, stop_price
):
    with pytest.raises(ValueError, match="stop price"):
        market.sell(1, price, order_type=order_type, stop_price=stop_price)
