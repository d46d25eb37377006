"""LIMIT orders: priority, times in force, post-only, identity."""

import pytest

from venueproof_core.models import OrderStatus, TimeInForce
from venueproof_simulator.venue_core import (
    SCALE,
    ExpiryReason,
    OrderEvent,
    Refusal,
    Refused,
    Traded,
)


def test_limit_that_reaches_nothing_rests(desk):
    order = desk.buy(2, 99)

    assert order.status is OrderStatus.NEW
    assert desk.bids == [(99, 2)]


def test_limit_takes_the_best_price_first(desk):
    desk.sell(1, 102, account="other")
    desk.sell(1, 101, account="other")

    desk.buy(2, 102)

    assert desk.trades == [(101, 1), (102, 1)]


def test_limit_takes_the_oldest_order_of_a_price_first(desk):
    first = desk.sell(1, 101, account="other")
    second = desk.sell(1, 101, account="other")

    desk.buy(1.5, 101)

    assert desk.makers == [first.order_id, second.order_id]
    assert second.remaining_quantity == SCALE // 2


def test_limit_trades_at_the_makers_price(desk):
    desk.sell(1, 101, account="other")

    order = desk.buy(1, 110)

    assert order.filled_notional == 101 * SCALE


def test_limit_rests_with_what_it_could_not_take(desk):
    desk.sell(1, 101, account="other")

    order = desk.buy(3, 101)

    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert desk.bids == [(101, 2)]
    assert desk.asks == []


def test_limit_does_not_take_beyond_its_price(desk):
    desk.sell(1, 101, account="other")
    desk.sell(1, 102, account="other")

    desk.buy(2, 101)

    assert desk.asks == [(102, 1)]
    assert desk.bids == [(101, 1)]


def test_maker_keeps_its_place_after_a_partial_fill(desk):
    first = desk.sell(2, 101, account="other")
    desk.sell(2, 101, account="other")
    desk.buy(1, 101)

    desk.buy(1, 101)

    assert desk.makers == [first.order_id, first.order_id]


def test_cancelled_order_is_passed_over_in_the_queue(desk):
    first = desk.sell(1, 101, account="other")
    second = desk.sell(1, 101, account="other")
    desk.cancel(first)

    desk.buy(1, 101)

    assert desk.makers == [second.order_id]


def test_queue_forgets_many_cancelled_orders(desk):
    kept = desk.sell(1, 101, account="other")
    for order in [desk.sell(1, 101, account="other") for _ in range(80)]:
        desk.cancel(order)
    desk.core.check()

    desk.buy(1, 101)

    assert desk.makers == [kept.order_id]
    assert desk.asks == []


def test_ioc_remainder_expires(desk):
    desk.sell(1, 101, account="other")

    order = desk.buy(3, 101, time_in_force=TimeInForce.IOC)

    assert order.status is OrderStatus.EXPIRED
    assert order.filled_quantity == SCALE
    assert desk.reason(order) is ExpiryReason.IOC_REMAINDER
    assert desk.bids == []


def test_ioc_that_fills_in_whole_is_filled(desk):
    desk.sell(1, 101, account="other")

    order = desk.buy(1, 101, time_in_force=TimeInForce.IOC)

    assert order.status is OrderStatus.FILLED


def test_fok_that_cannot_fill_in_whole_trades_nothing(desk):
    desk.sell(1, 101, account="other")

    order = desk.buy(2, 101, time_in_force=TimeInForce.FOK)

    assert order.status is OrderStatus.EXPIRED
    assert desk.reason(order) is ExpiryReason.FOK_UNFILLABLE
    assert desk.trades == []


def test_fok_fills_over_several_levels(desk):
    desk.sell(1, 101, account="other")
    desk.sell(1, 102, account="other")

    order = desk.buy(2, 102, time_in_force=TimeInForce.FOK)

    assert order.status is OrderStatus.FILLED
    assert desk.trades == [(101, 1), (102, 1)]


def test_fok_counts_what_icebergs_hide(desk):
    desk.sell(5, 101, account="other", display_quantity=1)

    order = desk.buy(5, 101, time_in_force=TimeInForce.FOK)

    assert order.status is OrderStatus.FILLED


def test_post_only_that_would_take_is_refused(desk):
    desk.sell(1, 101, account="other")
    before = len(desk.core.log)

    with pytest.raises(Refused) as refusal:
        desk.buy(1, 101, post_only=True)

    assert refusal.value.reason is Refusal.WOULD_TAKE
    assert len(desk.core.log) == before


def test_post_only_below_the_asks_rests(desk):
    desk.sell(1, 101, account="other")

    desk.buy(1, 100.99, post_only=True)

    assert desk.bids == [(100.99, 1)]


def test_client_order_id_of_an_open_order_is_refused(desk):
    desk.buy(1, 99, client_order_id="mine")

    with pytest.raises(Refused) as refusal:
        desk.buy(1, 98, client_order_id="mine")

    assert refusal.value.reason is Refusal.DUPLICATE_CLIENT_ORDER_ID


def test_client_order_id_is_free_again_once_the_order_has_filled(desk):
    desk.buy(1, 99, client_order_id="mine")
    desk.sell(1, 99, account="other")

    order = desk.buy(1, 98, client_order_id="mine")

    assert desk.core.find_open("main", "BTC-USDT", "mine") is order


def test_client_order_id_is_each_accounts_own(desk):
    desk.buy(1, 99, client_order_id="mine")

    desk.buy(1, 98, client_order_id="mine", account="other")

    assert desk.bids == [(99, 1), (98, 1)]


def test_order_ids_rise_by_one_per_accepted_order(desk):
    desk.sell(1, 101, account="other")
    with pytest.raises(Refused):
        desk.buy(1, 101, post_only=True)

    order = desk.buy(1, 99)

    assert order.order_id == 2
    assert desk.core.order(2) is order
    assert desk.core.order(3) is None


def test_orders_are_listed_by_rising_id(desk):
    first = desk.buy(1, 99)
    desk.buy(1, 98, account="other")
    second = desk.buy(1, 97)
    desk.cancel(first)

    assert desk.core.orders("main") == [first, second]
    assert desk.core.orders("main", "ETH-USDT") == []
    assert desk.core.open_orders("main") == [second]


def test_fills_are_told_after_the_acceptance(desk):
    desk.sell(1, 101, account="other")

    order = desk.buy(1, 101)

    assert desk.story(order) == [OrderEvent.ACCEPTED, Traded]


@pytest.mark.parametrize(
    ("quantity", "price", "options"),
    [
        (1, 99.005, {}),
        (1.0005, 99, {}),
        (0, 99, {}),
        (1, 99, {"display_quantity": 0.0005}),
        (1, 99, {"time_in_force": TimeInForce.DAY}),
    ],
)
def test_limit_that_no_filter_would_pass_is_an_error_of_the_caller(desk, quantity, price, options):
    before = len(desk.core.log)

    with pytest.raises(ValueError, match="SubmitOrder"):
        desk.buy(quantity, price, **options)

    assert len(desk.core.log) == before
