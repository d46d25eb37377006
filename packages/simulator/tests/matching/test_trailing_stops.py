"""Orders that follow the price: in 1/10,000 of the best price since they began to."""

import pytest

from venueproof_core.models import OrderStatus, OrderType, Side
from venueproof_simulator.venue_core import ExpiryReason, OrderEvent, Refusal, Refused, Traded

STOP, STOP_LIMIT = OrderType.STOP, OrderType.STOP_LIMIT
TAKE_PROFIT, TAKE_PROFIT_LIMIT = OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT


def follow(market, prices) -> None:
    for price in prices:
        market.trade_at(price)


# A first trade may begin the trail; each next one is followed; the last one triggers.
WALKS = [
    (Side.SELL, STOP_LIMIT, None, 500, [100, 120, 114.01], 114),
    (Side.SELL, STOP_LIMIT, 95, 1000, [110, 95, 86, 100, 90.01], 90),
    (Side.SELL, TAKE_PROFIT_LIMIT, 105, 500, [104, 80, 105, 110, 104.51], 104.5),
    (Side.BUY, STOP_LIMIT, None, 500, [100, 80, 83.99], 84),
    (Side.BUY, STOP_LIMIT, 105, 500, [90, 104, 105, 102, 107.09], 107.1),
    (Side.BUY, TAKE_PROFIT_LIMIT, 95, 850, [120, 95, 90, 97.64], 97.65),
]


@pytest.mark.parametrize(("side", "order_type", "stop_price", "delta", "short", "last"), WALKS)
def test_order_triggers_when_the_price_has_turned_by_its_delta(
    market, side, order_type, stop_price, delta, short, last
):
    far = 40 if side is Side.BUY else 200
    order = market.submit(
        side, 1, price=far, order_type=order_type, stop_price=stop_price, trailing_delta=delta
    )
    follow(market, short)
    assert order.is_working is False

    market.trade_at(last)

    assert order.is_working is True
    assert market.story(order) == [OrderEvent.ACCEPTED, OrderEvent.TRIGGERED]


def test_trail_without_a_stop_price_begins_at_the_next_trade(market):
    order = market.sell(1, order_type=STOP, trailing_delta=500)
    assert order.trailing_time_ns is None

    market.trade_at(90)

    assert order.trailing_time_ns == market.now
    assert order.status is OrderStatus.NEW


def test_trail_with_a_stop_price_begins_at_the_trade_that_reaches_it(market):
    order = market.sell(1, order_type=STOP, stop_price=95, trailing_delta=500)
    market.trade_at(96)
    assert order.trailing_time_ns is None

    market.trade_at(95)

    assert order.trailing_time_ns == market.now
    assert order.is_working is False


def test_triggered_trailing_stop_takes(market):
    order = market.sell(1, order_type=STOP, trailing_delta=500)
    market.trade_at(100)
    market.buy(2, 94, account="maker")

    market.trade_at(95)

    assert market.story(order) == [OrderEvent.ACCEPTED, OrderEvent.TRIGGERED, Traded]


def test_stop_price_reached_already_is_refused(market):
    with pytest.raises(Refused) as refusal:
        market.sell(1, order_type=STOP, stop_price=100, trailing_delta=500)

    assert refusal.value.reason is Refusal.WOULD_TRIGGER


def test_buyer_that_trails_without_a_price_locks_nothing_and_pays_at_the_trigger(market):
    market.open("poor", btc=0, usdt=90)
    order = market.buy(1, order_type=STOP, trailing_delta=500, account="poor")
    assert market.funds("poor", "USDT") == (90, 0)
    market.sell(1, 120, account="maker")

    follow(market, [100, 105])

    assert market.reason(order) is ExpiryReason.REJECTED_AT_TRIGGER


def test_cancelled_trailing_order_never_triggers(market):
    order = market.sell(1, order_type=STOP, trailing_delta=500)
    market.trade_at(100)
    market.cancel(order)

    market.trade_at(50)

    assert market.story(order) == [OrderEvent.ACCEPTED, OrderEvent.CANCELED]


@pytest.mark.parametrize("delta", [0, 10_000, -5])
def test_delta_out_of_range_is_an_error_of_the_caller(market, delta):
    with pytest.raises(ValueError, match="trailing delta"):
        market.sell(1, order_type=STOP, trailing_delta=delta)
