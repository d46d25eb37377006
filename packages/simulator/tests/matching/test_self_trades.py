"""Self-trade prevention: the taker's mode decides which of an account's two orders gives way."""

import pytest

from venueproof_core.models import OrderStatus, SelfTradePrevention, TimeInForce
from venueproof_simulator.venue_core import (
    SCALE,
    ExpiryReason,
    OrderChanged,
    OrderEvent,
    Traded,
)

NONE = SelfTradePrevention.NONE
EXPIRE_MAKER = SelfTradePrevention.EXPIRE_MAKER
EXPIRE_TAKER = SelfTradePrevention.EXPIRE_TAKER
EXPIRE_BOTH = SelfTradePrevention.EXPIRE_BOTH
DECREMENT = SelfTradePrevention.DECREMENT


def prevented(desk) -> list[OrderChanged]:
    return [
        event
        for event in desk.core.log
        if isinstance(event, OrderChanged) and event.kind is OrderEvent.PREVENTED
    ]


def test_none_lets_an_account_trade_with_itself(desk):
    desk.sell(1, 101)

    order = desk.buy(1, 101, self_trade_prevention=NONE)

    assert order.status is OrderStatus.FILLED
    assert desk.funds("main", "USDT") == (100_000, 0)
    assert desk.funds("main", "BTC") == (100, 0)


@pytest.mark.parametrize("mode", [EXPIRE_MAKER, EXPIRE_TAKER, EXPIRE_BOTH, DECREMENT])
def test_orders_of_different_accounts_trade_in_any_mode(desk, mode):
    desk.sell(1, 101, account="other")

    order = desk.buy(1, 101, self_trade_prevention=mode)

    assert order.status is OrderStatus.FILLED


def test_expire_maker_ends_the_maker_and_lets_the_taker_go_on(desk):
    maker = desk.sell(2, 101)
    desk.sell(1, 102, account="other")

    taker = desk.buy(3, 102, self_trade_prevention=EXPIRE_MAKER)

    assert maker.status is OrderStatus.EXPIRED
    assert maker.prevented_quantity == 2 * SCALE
    assert desk.trades == [(102, 1)]
    assert taker.prevented_quantity == 0
    assert desk.bids == [(102, 2)]


def test_expire_taker_ends_the_taker_after_what_it_traded_before(desk):
    desk.sell(1, 101, account="other")
    maker = desk.sell(2, 102)

    taker = desk.buy(3, 102, self_trade_prevention=EXPIRE_TAKER)

    assert taker.status is OrderStatus.EXPIRED
    assert (taker.filled_quantity, taker.prevented_quantity) == (SCALE, 2 * SCALE)
    assert maker.status is OrderStatus.NEW
    assert desk.asks == [(102, 2)]


def test_expire_both_ends_both(desk):
    maker = desk.sell(2, 101)

    taker = desk.buy(3, 101, self_trade_prevention=EXPIRE_BOTH)

    assert (maker.status, taker.status) == (OrderStatus.EXPIRED, OrderStatus.EXPIRED)
    assert (maker.prevented_quantity, taker.prevented_quantity) == (2 * SCALE, 3 * SCALE)
    assert desk.asks == desk.bids == []


def test_decrement_by_a_larger_maker_ends_the_taker(desk):
    maker = desk.sell(3, 101)

    taker = desk.buy(1, 101, self_trade_prevention=DECREMENT)

    assert taker.status is OrderStatus.EXPIRED
    assert maker.status is OrderStatus.NEW
    assert maker.prevented_quantity == SCALE
    assert desk.asks == [(101, 2)]


def test_decrement_by_a_smaller_maker_lets_the_taker_go_on(desk):
    maker = desk.sell(1, 101)

    taker = desk.buy(3, 101, self_trade_prevention=DECREMENT)

    assert maker.status is OrderStatus.EXPIRED
    assert taker.status is OrderStatus.NEW
    assert (taker.remaining_quantity, taker.prevented_quantity) == (2 * SCALE, SCALE)
    assert desk.bids == [(101, 2)]


def test_decremented_taker_that_fills_the_rest_is_filled(desk):
    desk.sell(1, 101)
    desk.sell(1, 101, account="other")

    taker = desk.buy(2, 101, self_trade_prevention=DECREMENT)

    assert taker.status is OrderStatus.FILLED
    assert (taker.filled_quantity, taker.prevented_quantity) == (SCALE, SCALE)


@pytest.mark.parametrize("mode", [EXPIRE_MAKER, EXPIRE_TAKER, EXPIRE_BOTH, DECREMENT])
def test_prevented_match_frees_the_funds_of_what_ended(desk, mode):
    desk.sell(1, 101)

    desk.buy(1, 101, self_trade_prevention=mode, time_in_force=TimeInForce.IOC)

    open_quantity = sum(order.remaining_quantity for order in desk.core.open_orders("main"))
    assert desk.funds("main", "BTC")[1] == open_quantity / SCALE
    assert desk.funds("main", "USDT") == (100_000, 0)


def test_prevented_event_says_reason_quantity_and_counter_order(desk):
    maker = desk.sell(1, 101)

    taker = desk.buy(3, 101, self_trade_prevention=DECREMENT)

    ended, decremented = prevented(desk)
    assert (ended.order, ended.status) == (maker, OrderStatus.EXPIRED)
    assert (ended.reason, ended.counter_order_id) == (ExpiryReason.SELF_TRADE, taker.order_id)
    assert (decremented.order, decremented.status) == (taker, OrderStatus.NEW)
    assert (decremented.reason, decremented.counter_order_id) == (None, maker.order_id)
    assert decremented.prevented_quantity == SCALE


def test_prevented_event_carries_what_the_taker_had_filled_before(desk):
    desk.sell(1, 101, account="other")
    desk.sell(1, 102)

    desk.buy(2, 102, self_trade_prevention=EXPIRE_TAKER)

    (event,) = prevented(desk)
    assert (event.filled_quantity, event.filled_notional) == (SCALE, 101 * SCALE)


def test_decremented_survivor_that_has_fills_is_told_partially_filled(desk):
    desk.sell(1, 100, account="other")
    desk.sell(1, 101)

    desk.buy(3, 101, self_trade_prevention=DECREMENT)

    assert prevented(desk)[-1].status is OrderStatus.PARTIALLY_FILLED


def test_market_left_without_liquidity_by_expire_maker_expires_for_that(desk):
    desk.sell(1, 101)

    taker = desk.buy(1, self_trade_prevention=EXPIRE_MAKER)

    assert desk.reason(taker) is ExpiryReason.NO_LIQUIDITY


def test_market_by_quote_does_not_count_on_makers_that_it_expires(desk):
    desk.sell(1, 101)
    desk.sell(5, 110, account="other")

    taker = desk.buy(None, quote_quantity=220, self_trade_prevention=EXPIRE_MAKER)

    assert taker.status is OrderStatus.FILLED
    assert desk.trades == [(110, 2)]


def test_fok_with_expire_maker_does_not_count_its_own_orders(desk):
    desk.sell(1, 101)
    desk.sell(1, 101, account="other")

    taker = desk.buy(2, 101, self_trade_prevention=EXPIRE_MAKER, time_in_force=TimeInForce.FOK)

    assert desk.reason(taker) is ExpiryReason.FOK_UNFILLABLE


@pytest.mark.parametrize("mode", [EXPIRE_TAKER, EXPIRE_BOTH, DECREMENT])
def test_fok_never_fills_in_part_by_meeting_its_own_order(desk, mode):
    desk.sell(1, 101, account="other", display_quantity=0.5)
    desk.sell(1, 101)
    desk.sell(5, 101, account="other")

    taker = desk.buy(1, 101, self_trade_prevention=mode, time_in_force=TimeInForce.FOK)

    assert desk.reason(taker) is ExpiryReason.FOK_UNFILLABLE
    assert desk.trades == []


@pytest.mark.parametrize("mode", [EXPIRE_TAKER, EXPIRE_BOTH, DECREMENT])
def test_fok_fills_from_what_stands_before_its_own_order(desk, mode):
    desk.sell(1, 100, account="other")
    desk.sell(1, 101, account="other")
    desk.sell(1, 101)

    taker = desk.buy(2, 101, self_trade_prevention=mode, time_in_force=TimeInForce.FOK)

    assert taker.status is OrderStatus.FILLED


def test_prevented_iceberg_loses_its_hidden_part_too(desk):
    desk.sell(5, 101, display_quantity=1)

    desk.buy(1, 101, self_trade_prevention=EXPIRE_MAKER)

    assert desk.asks == []
    desk.core.check()


def test_prevented_match_is_no_trade(desk):
    desk.sell(1, 101)

    taker = desk.buy(1, 101, self_trade_prevention=EXPIRE_BOTH)

    assert Traded not in desk.story(taker)
    assert desk.core.trades("BTC-USDT") == []
