"""MARKET orders: by base quantity and by an amount of quote."""

import pytest

from venueproof_core.models import OrderStatus
from venueproof_simulator.venue_core import SCALE, ExpiryReason, Refusal, Refused


def test_market_takes_whatever_the_price(desk):
    desk.sell(1, 101, account="other")
    desk.sell(1, 250, account="other")

    order = desk.buy(2)

    assert order.status is OrderStatus.FILLED
    assert desk.trades == [(101, 1), (250, 1)]


def test_market_that_runs_out_of_book_expires_its_remainder(desk):
    desk.sell(1, 101, account="other")

    order = desk.buy(2)

    assert order.status is OrderStatus.EXPIRED
    assert order.filled_quantity == SCALE
    assert desk.reason(order) is ExpiryReason.NO_LIQUIDITY
    assert desk.funds("main", "USDT") == (100_000 - 101, 0)


def test_market_on_an_empty_book_expires_unfilled(desk):
    order = desk.sell(1)

    assert order.status is OrderStatus.EXPIRED
    assert order.filled_quantity == 0


def test_market_buy_needs_no_more_than_the_book_asks(desk):
    desk.sell(1, 101, account="other")
    desk.open("poor", btc=0, usdt=101)

    order = desk.buy(1, account="poor")

    assert order.status is OrderStatus.FILLED
    assert desk.funds("poor", "USDT") == (0, 0)


def test_market_buy_beyond_the_funds_is_refused(desk):
    desk.sell(1, 101, account="other")
    desk.open("poor", btc=0, usdt=100)

    with pytest.raises(Refused) as refusal:
        desk.buy(1, account="poor")

    assert refusal.value.reason is Refusal.INSUFFICIENT_BALANCE


def test_market_buy_by_quote_spends_no_more_than_the_amount(desk):
    desk.sell(1, 101, account="other")
    desk.sell(1, 103, account="other")

    order = desk.buy(None, quote_quantity=150)

    # 101 for the first, and 49 / 103 = 0.4757.. of the second, in lots of 0.001.
    assert order.quantity == order.filled_quantity == 1475 * SCALE // 1000
    assert order.filled_notional == 101 * SCALE + 103 * 475 * SCALE // 1000
    assert order.status is OrderStatus.FILLED


def test_market_sell_by_quote_raises_no_more_than_the_amount(desk):
    desk.buy(5, 99, account="other")
    # What is left of the amount would pay for a lot here, but better bids stand in front.
    desk.buy(5, 10, account="other")

    order = desk.sell(None, quote_quantity=100)

    assert order.filled_quantity == 1010 * SCALE // 1000
    assert order.filled_notional == 9999 * SCALE // 100


def test_market_by_quote_takes_the_whole_book_at_most(desk):
    desk.sell(1, 101, account="other")

    order = desk.buy(None, quote_quantity=500)

    assert order.status is OrderStatus.FILLED
    assert order.quantity == SCALE


@pytest.mark.parametrize("is_book_empty", [True, False])
def test_market_by_quote_without_one_lot_is_refused(desk, is_book_empty):
    if not is_book_empty:
        desk.sell(1, 101, account="other")

    with pytest.raises(Refused) as refusal:
        desk.buy(None, quote_quantity=0.1)

    assert refusal.value.reason is Refusal.NO_LIQUIDITY


def test_market_by_quote_beyond_the_funds_is_refused(desk):
    desk.sell(1, 101, account="other")

    with pytest.raises(Refused) as refusal:
        desk.buy(None, quote_quantity=100_001)

    assert refusal.value.reason is Refusal.INSUFFICIENT_BALANCE


def test_market_without_any_quantity_is_an_error_of_the_caller(desk):
    with pytest.raises(ValueError, match="without quantity"):
        desk.buy(None)
