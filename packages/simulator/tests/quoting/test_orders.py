"""Orders at the ladder: prices, times in force, triggers."""

import pytest

from venueproof_core.models import InstrumentStatus, OrderStatus, OrderType, Side, TimeInForce
from venueproof_simulator.quoting import TriggerBy
from venueproof_simulator.venue_core import ExpiryReason, Refusal, Refused

IOC, FOK, GTD = TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTD
LIMIT, STOP = OrderType.LIMIT, OrderType.STOP


def average(order):
    return order.filled_notional * 100_000_000 // order.filled_quantity


# ---------------------------------------------------------------- market


def test_market_fills_at_the_volume_weighted_price(desk, units):
    order = desk.buy("2000")

    assert (order.status, average(order)) == (OrderStatus.FILLED, units("1.1003"))


def test_market_is_all_or_nothing(desk):
    order = desk.buy("3001")

    assert order.status is OrderStatus.EXPIRED
    assert order.filled_quantity == 0
    assert desk.reason(order) is ExpiryReason.NO_LIQUIDITY


def test_market_ioc_takes_what_there_is(desk, units):
    order = desk.buy("3001", lives=IOC)

    assert (order.status, order.filled_quantity) == (OrderStatus.EXPIRED, units("3000"))
    assert desk.reason(order) is ExpiryReason.IOC_REMAINDER


def test_market_beyond_its_bound_expires(desk):
    order = desk.buy("2000", price="1.1003")

    assert desk.reason(order) is ExpiryReason.PRICE_BOUND


def test_market_without_a_ladder_expires(make_desk):
    desk = make_desk("EUR-USD")
    desk.account("main", "1000")

    assert desk.reason(desk.buy("1")) is ExpiryReason.NO_LIQUIDITY


def test_market_with_only_its_own_side_quoted_cannot_be_valued(make_desk):
    desk = make_desk("EUR-USD")
    desk.account("main", "1000")
    desk.quote("", "1.1x1000")

    assert desk.reason(desk.buy("1")) is ExpiryReason.NO_LIQUIDITY


# ---------------------------------------------------------------- limit


def test_limit_fills_at_better_than_its_price(desk, units):
    order = desk.buy("500", LIMIT, price="1.2")

    assert (order.status, average(order)) == (OrderStatus.FILLED, units("1.1002"))


def test_limit_is_never_filled_worse_than_its_price(desk, units):
    order = desk.buy("2000", LIMIT, price="1.1003")

    assert (order.status, order.filled_quantity) == (OrderStatus.PARTIALLY_FILLED, units("1000"))
    assert average(order) == units("1.1002")


def test_limit_waits_for_its_price(desk, units):
    order = desk.buy("500", LIMIT, price="1.05")
    desk.quote("1.0490x1000", "1.0495x1000")

    assert (order.status, average(order)) == (OrderStatus.FILLED, units("1.0495"))


def test_limit_remainder_takes_from_the_next_ladder(desk):
    order = desk.buy("1500", LIMIT, price="1.1002")
    desk.quote("1.1000x1000", "1.1001x1000")

    assert order.status is OrderStatus.FILLED


def test_limit_sell_waits_for_the_bid(desk):
    order = desk.sell("500", LIMIT, price="1.1001")

    assert order.status is OrderStatus.NEW


def test_limit_ioc_expires_what_it_cannot_take(desk, units):
    order = desk.buy("2000", LIMIT, price="1.1002", lives=IOC)

    assert (order.status, order.filled_quantity) == (OrderStatus.EXPIRED, units("1000"))


def test_limit_fok_takes_nothing_rather_than_a_part(desk):
    order = desk.buy("2000", LIMIT, price="1.1002", lives=FOK)

    assert (order.status, order.filled_quantity) == (OrderStatus.EXPIRED, 0)
    assert desk.reason(order) is ExpiryReason.PRICE_BOUND


# ---------------------------------------------------------------- expiry


def test_gtd_expires_when_its_time_has_come(desk):
    order = desk.buy("500", LIMIT, price="1", lives=GTD, expires_time_ns=5000)

    desk.core.advance(5000)

    assert order.status is OrderStatus.EXPIRED
    assert desk.reason(order) is ExpiryReason.TIME_IN_FORCE


def test_orders_expire_in_the_order_of_their_times(desk):
    late = desk.buy("500", LIMIT, price="1", lives=GTD, expires_time_ns=5000)
    early = desk.buy("500", LIMIT, price="1", lives=GTD, expires_time_ns=4000)

    desk.core.advance(6000)

    assert [event.order for event in desk.core.log[-2:]] == [early, late]


def test_gtd_lives_until_its_time(desk):
    order = desk.buy("500", LIMIT, price="1", lives=GTD, expires_time_ns=5000)

    desk.core.advance(4999)

    assert order.status is OrderStatus.NEW


def test_gtd_needs_a_time(desk):
    with pytest.raises(ValueError, match="expires_time_ns"):
        desk.buy("500", LIMIT, price="1", lives=GTD)


# ---------------------------------------------------------------- triggers


def test_stop_waits_without_working(desk):
    order = desk.buy("500", STOP, stop="1.2")

    assert (order.status, order.is_working) == (OrderStatus.NEW, False)


def test_stop_fills_at_the_market_when_reached(desk, units):
    order = desk.buy("500", STOP, stop="1.2")
    desk.quote("1.2090x1000", "1.2100x1000")

    assert (order.status, average(order)) == (OrderStatus.FILLED, units("1.21"))


def test_stop_beyond_its_bound_expires(desk):
    order = desk.buy("500", STOP, stop="1.2", price="1.205")
    desk.quote("1.2090x1000", "1.2100x1000")

    assert desk.reason(order) is ExpiryReason.PRICE_BOUND


def test_stop_already_reached_fills_at_once(desk):
    assert desk.buy("500", STOP, stop="1.1").status is OrderStatus.FILLED


def test_stop_limit_waits_at_its_price_once_triggered(desk):
    order = desk.buy("500", OrderType.STOP_LIMIT, stop="1.2", price="1.205")
    desk.quote("1.2090x1000", "1.2100x1000")
    assert order.is_working
    desk.quote("1.2030x1000", "1.2040x1000")

    assert order.status is OrderStatus.FILLED


def test_stop_limit_within_its_price_waits_for_its_trigger(desk):
    order = desk.buy("500", OrderType.STOP_LIMIT, stop="1.2", price="1.3")

    assert (order.status, order.is_working) == (OrderStatus.NEW, False)


def test_thin_ladder_keeps_a_triggered_stop_working(desk, units):
    order = desk.buy("500", STOP, stop="1.2")
    desk.quote("1.2090x1000", "1.2100x200")

    assert (order.status, order.remaining_quantity) == (
        OrderStatus.PARTIALLY_FILLED,
        units("300"),
    )


def test_take_profit_triggers_in_the_favourable_direction(desk):
    order = desk.sell("500", OrderType.TAKE_PROFIT, stop="1.2")
    desk.quote("1.2000x1000", "1.2100x1000")

    assert order.status is OrderStatus.FILLED


@pytest.mark.parametrize(
    ("side", "by", "is_reached"),
    [
        # The market is 1.1000/1.1002; the stops stand at 1.1001, the middle.
        (Side.BUY, TriggerBy.DEFAULT, True),
        (Side.BUY, TriggerBy.INVERSE, False),
        (Side.BUY, TriggerBy.ASK, True),
        (Side.BUY, TriggerBy.BID, False),
        (Side.BUY, TriggerBy.MIDDLE, True),
        (Side.SELL, TriggerBy.DEFAULT, True),
        (Side.SELL, TriggerBy.INVERSE, False),
        (Side.SELL, TriggerBy.ASK, False),
        (Side.SELL, TriggerBy.BID, True),
        (Side.SELL, TriggerBy.MIDDLE, True),
    ],
)
def test_stop_is_triggered_by_the_chosen_price(desk, side, by, is_reached):
    request = desk.request(side, "10", STOP, stop="1.1001", trigger_by=by)

    order = desk.core.submit(request, time_ns=desk.tick())

    assert (order.status is OrderStatus.FILLED) is is_reached


def test_limit_waits_for_the_price_that_triggers_it(desk):
    order = desk.sell("10", LIMIT, price="1.0999", trigger_by=TriggerBy.BID)
    waiting = desk.buy("10", LIMIT, price="1.10005", trigger_by=TriggerBy.BID)

    assert (order.status, waiting.status) == (OrderStatus.FILLED, OrderStatus.NEW)


def test_inverse_limit_still_fills_no_worse_than_its_price(desk):
    order = desk.buy("10", LIMIT, price="1.1001", trigger_by=TriggerBy.INVERSE)

    assert order.status is OrderStatus.NEW


# ---------------------------------------------------------------- status


def test_halted_market_order_is_accepted_and_expires(desk):
    desk.core.set_status("EUR-USD", InstrumentStatus.HALTED)

    assert desk.reason(desk.buy("10")) is ExpiryReason.MARKET_CLOSED


def test_halted_market_keeps_waiting_orders(desk):
    desk.core.set_status("EUR-USD", InstrumentStatus.HALTED)
    order = desk.buy("10", LIMIT, price="1.2")
    desk.quote("1.0x1000", "1.1x1000")

    assert order.status is OrderStatus.NEW


def test_first_ladder_after_a_halt_fills_waiting_orders(desk):
    desk.core.set_status("EUR-USD", InstrumentStatus.HALTED)
    order = desk.buy("10", LIMIT, price="1.2")
    desk.core.set_status("EUR-USD", InstrumentStatus.TRADING)
    desk.quote("1.0x1000", "1.1x1000")

    assert order.status is OrderStatus.FILLED


def test_halt_leaves_an_untriggered_ioc_stop_waiting(desk):
    desk.core.set_status("EUR-USD", InstrumentStatus.HALTED)

    assert desk.buy("10", STOP, stop="1.2", lives=IOC).status is OrderStatus.NEW


def test_cancel_only_market_refuses_orders(desk):
    desk.core.set_status("EUR-USD", InstrumentStatus.CANCEL_ONLY)

    with pytest.raises(Refused) as refusal:
        desk.buy("10", LIMIT, price="1")

    assert refusal.value.reason is Refusal.MARKET_CLOSED


# ---------------------------------------------------------------- cancel, amend, ids


def test_cancel_ends_an_open_order(desk):
    order = desk.buy("10", LIMIT, price="1")

    desk.core.cancel(order.order_id, time_ns=desk.tick())

    assert (order.status, desk.core.open_orders("main")) == (OrderStatus.CANCELED, [])


def test_venue_cancel_expires(desk):
    order = desk.buy("10", LIMIT, price="1")

    desk.core.cancel(order.order_id, time_ns=desk.tick(), by_venue=True)

    assert desk.reason(order) is ExpiryReason.VENUE


def test_cancel_of_a_filled_order_is_refused(desk):
    order = desk.buy("10")

    with pytest.raises(Refused) as refusal:
        desk.core.cancel(order.order_id, time_ns=desk.tick())

    assert refusal.value.reason is Refusal.UNKNOWN_ORDER


def test_amend_reduces_and_renames(desk, units):
    order = desk.buy("10", LIMIT, price="1", client_id="a")

    desk.core.amend(order.order_id, quantity=units("4"), time_ns=desk.tick(), request_id="b")

    assert (order.remaining_quantity, order.client_order_id) == (units("4"), "b")


def test_amend_to_what_is_filled_ends_the_order(desk, units):
    order = desk.buy("2000", LIMIT, price="1.1002")

    desk.core.amend(order.order_id, quantity=units("1000"), time_ns=desk.tick())

    assert order.status is OrderStatus.CANCELED


@pytest.mark.parametrize(
    ("quantity", "reason"), [("11", Refusal.QUANTITY_INCREASE), ("10", Refusal.NO_CHANGE)]
)
def test_amend_only_reduces(desk, units, quantity, reason):
    order = desk.buy("10", LIMIT, price="1")

    with pytest.raises(Refused) as refusal:
        desk.core.amend(order.order_id, quantity=units(quantity), time_ns=desk.tick())

    assert refusal.value.reason is reason


def test_client_order_id_of_an_open_order_is_refused(desk):
    desk.buy("10", LIMIT, price="1", client_id="a")

    with pytest.raises(Refused) as refusal:
        desk.buy("10", LIMIT, price="1", client_id="a")

    assert refusal.value.reason is Refusal.DUPLICATE_CLIENT_ORDER_ID


def test_client_order_id_is_free_again_after_the_fill(desk):
    desk.buy("10", client_id="a")

    assert desk.buy("10", client_id="a").status is OrderStatus.FILLED


def test_open_order_is_found_by_its_client_order_id(desk):
    order = desk.buy("10", LIMIT, price="1", client_id="a")

    assert desk.core.find_open("main", "EUR-USD", "a") is order


@pytest.mark.parametrize("quantity", [None, "0", "-1"])
def test_order_needs_a_quantity(desk, quantity):
    with pytest.raises(ValueError, match="quantity"):
        desk.buy(quantity)
