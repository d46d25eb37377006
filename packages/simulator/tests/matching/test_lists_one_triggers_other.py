"""Order lists whose first order triggers another one, or two that cancel each other."""

import pytest

from venueproof_core.models import OrderStatus, OrderType, Side, TimeInForce
from venueproof_simulator.order_lists import Contingency, ListEvent
from venueproof_simulator.venue_core import (
    SCALE,
    ExpiryReason,
    OrderEvent,
    Traded,
)

OTO = Contingency.OTO
STOP = OrderType.STOP
NEW, FILLED = OrderStatus.NEW, OrderStatus.FILLED
CANCELED, EXPIRED = OrderStatus.CANCELED, OrderStatus.EXPIRED


def entry(desk, **options):
    return desk.request(Side.BUY, 2, price=99, **options)


def exit_of(desk, **options):
    return desk.request(Side.SELL, 2, price=120, **options)


def test_held_leg_neither_works_nor_locks(market):
    pair = market.submit_list(OTO, entry(market), exit_of(market))

    working, held = pair.legs
    assert (held.status, held.is_held, held.is_working) == (NEW, True, False)
    assert held.working_time_ns is None
    assert market.funds("main", "BTC") == (100, 0)
    assert market.funds("main", "USDT") == (100_000 - 198, 198)
    assert market.core.open_orders("main") == [working, held]
    assert market.asks == []


def test_held_leg_starts_when_the_working_one_has_filled_completely(market):
    pair = market.submit_list(OTO, entry(market), exit_of(market))
    held = pair.legs[1]

    market.sell(1, 99, account="taker")
    assert held.is_held
    market.sell(1, 99, account="taker")

    assert (held.is_held, held.is_working, held.working_time_ns) == (False, True, market.now)
    assert market.story(held) == [OrderEvent.ACCEPTED, OrderEvent.RELEASED]
    assert market.asks == [(120, 2)]
    market.buy(2, 120, account="taker")
    assert market.list_events(pair) == [ListEvent.STARTED, ListEvent.DONE]


def test_working_leg_that_fills_at_once_starts_the_held_one(market):
    market.sell(2, 99, account="maker")

    pair = market.submit_list(OTO, entry(market), exit_of(market))

    assert market.statuses(pair) == [FILLED, NEW]
    assert market.asks == [(120, 2)]


def test_held_market_order_takes_when_its_turn_comes(market):
    pair = market.submit_list(OTO, entry(market), market.request(Side.SELL, 2))
    market.buy(5, 98, account="maker")

    market.sell(2, 99, account="taker")

    assert market.statuses(pair) == [FILLED, FILLED]
    assert market.story(pair.legs[1]) == [OrderEvent.ACCEPTED, OrderEvent.RELEASED, Traded]
    assert market.core.order_list(1).is_open is False


def test_held_leg_can_set_off_what_waits_for_its_trades(market):
    market.buy(5, 90, account="maker")
    stop = market.sell(1, order_type=STOP, stop_price=92, account="other")
    market.submit_list(OTO, entry(market), market.request(Side.SELL, 2))

    market.sell(2, 99, account="taker")

    assert stop.status is FILLED
    assert market.trades[-2:] == [(90, 2), (90, 1)]


@pytest.mark.parametrize(
    ("pending", "prepare"),
    [
        ({"price": 120, "quantity": 500}, lambda desk: None),
        ({"price": 97, "post_only": True}, lambda desk: desk.buy(5, 98, account="maker")),
        ({"order_type": STOP, "stop_price": 99}, lambda desk: None),
    ],
)
def test_held_leg_that_would_not_be_accepted_when_its_turn_comes_expires(market, pending, prepare):
    prepare(market)
    quantity = pending.pop("quantity", 2)
    pair = market.submit_list(OTO, entry(market), market.request(Side.SELL, quantity, **pending))

    market.sell(2, 99, account="taker")

    assert market.statuses(pair) == [FILLED, EXPIRED]
    assert market.reason(pair.legs[1]) is ExpiryReason.REJECTED_AT_TRIGGER
    assert market.core.order_list(1).is_open is False


def test_working_leg_that_expires_takes_the_held_one_with_it(market):
    market.sell(1, 99, account="maker")

    pair = market.submit_list(OTO, entry(market, time_in_force=TimeInForce.IOC), exit_of(market))

    assert market.statuses(pair) == [EXPIRED, EXPIRED]
    assert market.reason(pair.legs[0]) is ExpiryReason.IOC_REMAINDER
    assert market.reason(pair.legs[1]) is ExpiryReason.WORKING_LEG_EXPIRED
    assert market.list_events(pair) == [ListEvent.STARTED, ListEvent.DONE]


@pytest.mark.parametrize("place", [0, 1])
def test_cancel_of_either_leg_cancels_both(market, place):
    pair = market.submit_list(OTO, entry(market), exit_of(market))

    market.cancel(pair.legs[place])

    assert market.statuses(pair) == [CANCELED, CANCELED]
    assert market.funds("main", "USDT") == (100_000, 0)


def test_held_leg_that_the_venue_ends_takes_the_working_one_with_it(market):
    pair = market.submit_list(OTO, entry(market), exit_of(market))

    market.cancel(pair.legs[1], by_venue=True)

    reasons = [market.reason(leg) for leg in pair.legs]
    assert reasons == [ExpiryReason.OTHER_LEG, ExpiryReason.VENUE]
    assert market.core.order_list(1).is_open is False


def test_legs_one_of_which_triggers_the_other_are_amended_separately(market):
    pair = market.submit_list(OTO, entry(market), exit_of(market))

    market.amend(pair.legs[1], 1)

    assert [leg.quantity / SCALE for leg in pair.legs] == [2, 1]
    assert market.funds("main", "BTC") == (100, 0)


def test_amend_to_what_has_filled_expires_the_working_leg_and_the_rest(market):
    pair = market.submit_list(OTO, entry(market), exit_of(market))
    market.sell(1, 99, account="taker")

    market.amend(pair.legs[0], 1)

    assert market.statuses(pair) == [EXPIRED, EXPIRED]
    assert market.reason(pair.legs[1]) is ExpiryReason.WORKING_LEG_EXPIRED
    assert market.core.order_list(1).is_open is False


# ---------------------------------------------------------------- one triggers a pair


def test_pair_starts_when_the_working_leg_has_filled(market):
    three = market.submit_list(OTO, entry(market), *market.sell_pair(quantity=2))
    assert [leg.is_held for leg in three.legs] == [False, True, True]

    market.sell(2, 99, account="taker")

    assert [leg.is_held for leg in three.legs] == [False, False, False]
    assert market.funds("main", "BTC") == (100, 2)
    assert market.asks == [(110, 2)]
    market.buy(2, 110, account="taker")
    assert market.statuses(three) == [FILLED, EXPIRED, FILLED]
    assert market.list_events(three) == [ListEvent.STARTED, ListEvent.DONE]


def test_pair_of_which_one_leg_is_rejected_ends(market):
    stop = market.request(Side.SELL, 2, order_type=STOP, stop_price=99.5)
    limit = market.request(Side.SELL, 2, price=110, post_only=True)
    three = market.submit_list(OTO, entry(market), stop, limit)

    market.sell(2, 99, account="taker")

    assert market.statuses(three) == [FILLED, EXPIRED, EXPIRED]
    reasons = [market.reason(leg) for leg in three.legs[1:]]
    assert reasons == [ExpiryReason.REJECTED_AT_TRIGGER, ExpiryReason.OTHER_LEG]
    assert market.funds("main", "BTC") == (102, 0)


def test_working_leg_that_expires_ends_all_three(market):
    three = market.submit_list(OTO, entry(market), *market.sell_pair())

    market.cancel(three.legs[0], by_venue=True)

    assert market.statuses(three) == [EXPIRED, EXPIRED, EXPIRED]
    reasons = {market.reason(leg) for leg in three.legs[1:]}
    assert reasons == {ExpiryReason.WORKING_LEG_EXPIRED}


def test_amend_of_a_held_leg_of_a_pair_amends_both(market):
    three = market.submit_list(OTO, entry(market), *market.sell_pair(quantity=2))

    market.amend(three.legs[2], 1)

    assert [leg.quantity / SCALE for leg in three.legs] == [2, 1, 1]
    assert market.funds("main", "BTC") == (100, 0)
