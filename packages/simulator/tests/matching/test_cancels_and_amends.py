"""Ending and shrinking open orders, and what halted instruments take."""

import pytest

from venueproof_core.models import InstrumentStatus, OrderStatus
from venueproof_simulator.venue_core import (
    SCALE,
    ExpiryReason,
    OrderChanged,
    OrderEvent,
    Refusal,
    Refused,
)

SYMBOL = "BTC-USDT"


def refusal_of(call, *arguments, **options) -> Refusal:
    with pytest.raises(Refused) as refusal:
        call(*arguments, **options)
    return refusal.value.reason


def test_cancel_ends_the_order_and_frees_its_funds(desk):
    order = desk.buy(2, 99)

    desk.cancel(order)

    assert order.status is OrderStatus.CANCELED
    assert desk.bids == []
    assert desk.funds("main", "USDT") == (100_000, 0)


def test_cancelled_order_keeps_what_it_filled(desk):
    order = desk.buy(2, 99)
    desk.sell(0.5, 99, account="other")

    desk.cancel(order)

    assert order.status is OrderStatus.CANCELED
    assert order.filled_quantity == SCALE // 2
    assert order.remaining_quantity == 0


def test_cancel_of_an_unknown_order_is_refused(desk):
    assert refusal_of(desk.core.cancel, 1, time_ns=1) is Refusal.UNKNOWN_ORDER


def test_cancel_of_a_filled_order_is_refused(desk):
    order = desk.buy(1, 99)
    desk.sell(1, 99, account="other")

    assert refusal_of(desk.cancel, order) is Refusal.UNKNOWN_ORDER


def test_second_cancel_is_refused(desk):
    order = desk.buy(1, 99)
    desk.cancel(order)

    assert refusal_of(desk.cancel, order) is Refusal.UNKNOWN_ORDER


def test_cancels_id_becomes_the_orders_client_order_id(desk):
    order = desk.buy(1, 99, client_order_id="mine")

    desk.cancel(order, request_id="cancel-1")

    event = next(e for e in desk.core.log if getattr(e, "kind", None) is OrderEvent.CANCELED)
    assert (event.client_order_id, event.request_id) == ("mine", "cancel-1")
    assert order.client_order_id == "cancel-1"
    assert desk.core.find_open("main", SYMBOL, "mine") is None


def test_cancel_by_the_venue_expires_the_order(desk):
    order = desk.buy(1, 99)

    desk.cancel(order, by_venue=True)

    assert order.status is OrderStatus.EXPIRED
    assert desk.reason(order) is ExpiryReason.VENUE


def test_cancel_inside_a_level_leaves_the_others(desk):
    desk.buy(1, 99)
    middle = desk.buy(2, 99)
    desk.buy(4, 99)
    desk.buy(1, 98)

    desk.cancel(middle)

    assert desk.bids == [(99, 5), (98, 1)]


def test_amend_keeps_the_place_in_the_queue(desk):
    first = desk.sell(2, 101)
    desk.sell(2, 101, account="other")

    desk.amend(first, 1)
    desk.buy(1, 101, account="other")

    assert desk.makers == [first.order_id]


def test_amend_frees_what_is_no_longer_needed(desk):
    order = desk.buy(3, 99)

    desk.amend(order, 1)

    assert desk.bids == [(99, 1)]
    assert desk.funds("main", "USDT") == (100_000 - 99, 99)


def test_amend_counts_what_is_filled(desk):
    order = desk.buy(3, 99)
    desk.sell(1, 99, account="other")

    desk.amend(order, 2)

    assert (order.quantity, order.remaining_quantity) == (2 * SCALE, SCALE)
    assert order.status is OrderStatus.PARTIALLY_FILLED


def test_amend_to_no_more_than_is_filled_expires_the_order(desk):
    order = desk.buy(3, 99)
    desk.sell(1, 99, account="other")

    desk.amend(order, 1, request_id="amend-1")

    assert order.status is OrderStatus.EXPIRED
    assert (order.quantity, order.filled_quantity) == (3 * SCALE, SCALE)
    assert order.client_order_id == "amend-1"


def test_amends_id_becomes_the_orders_client_order_id(desk):
    order = desk.buy(3, 99, client_order_id="mine")

    desk.amend(order, 2, request_id="amend-1")

    event = next(e for e in desk.core.log if getattr(e, "kind", None) is OrderEvent.AMENDED)
    assert isinstance(event, OrderChanged)
    assert (event.client_order_id, event.request_id) == ("mine", "amend-1")
    assert desk.core.find_open("main", SYMBOL, "amend-1") is order
    assert desk.core.find_open("main", SYMBOL, "mine") is None


def test_amend_may_repeat_its_own_client_order_id(desk):
    order = desk.buy(3, 99, client_order_id="mine")

    desk.amend(order, 2, request_id="mine")

    assert desk.core.find_open("main", SYMBOL, "mine") is order


def test_amend_with_the_id_of_another_open_order_is_refused(desk):
    desk.buy(1, 98, client_order_id="taken")
    order = desk.buy(3, 99)

    reason = refusal_of(desk.amend, order, 2, request_id="taken")

    assert reason is Refusal.DUPLICATE_CLIENT_ORDER_ID


def test_amend_to_more_is_refused(desk):
    assert refusal_of(desk.amend, desk.buy(3, 99), 4) is Refusal.QUANTITY_INCREASE


def test_amend_to_the_same_is_refused(desk):
    assert refusal_of(desk.amend, desk.buy(3, 99), 3) is Refusal.NO_CHANGE


def test_amend_of_an_ended_order_is_refused(desk):
    order = desk.cancel(desk.buy(3, 99))

    assert refusal_of(desk.amend, order, 2) is Refusal.UNKNOWN_ORDER


def test_amend_off_the_lot_size_is_an_error_of_the_caller(desk):
    with pytest.raises(ValueError, match="lot size"):
        desk.amend(desk.buy(3, 99), 1.0005)


@pytest.mark.parametrize("status", [InstrumentStatus.HALTED, InstrumentStatus.CANCEL_ONLY])
def test_halted_instrument_takes_no_orders(desk, status):
    desk.core.set_status(SYMBOL, status)

    assert refusal_of(desk.buy, 1, 99) is Refusal.MARKET_CLOSED


@pytest.mark.parametrize("status", [InstrumentStatus.HALTED, InstrumentStatus.CANCEL_ONLY])
def test_halted_instrument_takes_no_amends(desk, status):
    order = desk.buy(2, 99)
    desk.core.set_status(SYMBOL, status)

    assert refusal_of(desk.amend, order, 1) is Refusal.MARKET_CLOSED


def test_cancel_only_instrument_takes_cancels(desk):
    order = desk.buy(2, 99)
    desk.core.set_status(SYMBOL, InstrumentStatus.CANCEL_ONLY)

    desk.cancel(order)

    assert order.status is OrderStatus.CANCELED


def test_halted_instrument_takes_no_cancels_but_the_venues(desk):
    order = desk.buy(2, 99)
    desk.core.set_status(SYMBOL, InstrumentStatus.HALTED)

    assert refusal_of(desk.cancel, order) is Refusal.MARKET_CLOSED
    desk.cancel(order, by_venue=True)
    assert order.status is OrderStatus.EXPIRED


def test_resumed_instrument_takes_orders_again(desk):
    desk.core.set_status(SYMBOL, InstrumentStatus.HALTED)
    desk.core.set_status(SYMBOL, InstrumentStatus.TRADING)

    desk.buy(1, 99)

    assert desk.bids == [(99, 1)]


def test_status_is_told_by_the_instruments(desk):
    desk.core.set_status(SYMBOL, InstrumentStatus.HALTED)

    assert desk.core.instruments[SYMBOL].status is InstrumentStatus.HALTED


def test_there_is_no_position_to_close(desk):
    assert list(desk.core.close("main", SYMBOL, None, time_ns=1)) == []
