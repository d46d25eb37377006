"""Icebergs: what levels show, and where a refreshed part queues."""

from venueproof_core.models import OrderStatus
from venueproof_simulator.venue_core import SCALE


def test_iceberg_shows_its_display_quantity(desk):
    desk.sell(10, 101, display_quantity=2)

    assert desk.asks == [(101, 2)]


def test_iceberg_shows_the_rest_when_less_than_its_display_quantity_remains(desk):
    desk.sell(3, 101, display_quantity=2)

    desk.buy(2, 101, account="other")

    assert desk.asks == [(101, 1)]


def test_iceberg_locks_what_it_hides(desk):
    desk.sell(10, 101, display_quantity=2)

    assert desk.funds("main", "BTC") == (90, 10)


def test_refreshed_part_queues_behind_the_others(desk):
    iceberg = desk.sell(4, 101, display_quantity=2)
    other = desk.sell(1, 101, account="other")

    desk.buy(4, 101, account="other")

    assert desk.makers == [iceberg.order_id, other.order_id, iceberg.order_id]
    assert desk.asks == [(101, 1)]


def test_partly_hit_part_keeps_its_place(desk):
    iceberg = desk.sell(4, 101, display_quantity=2)
    desk.sell(1, 101, account="other")
    desk.buy(1, 101, account="other")

    desk.buy(1, 101, account="other")

    assert desk.makers == [iceberg.order_id, iceberg.order_id]


def test_taker_goes_on_through_all_hidden_parts(desk):
    iceberg = desk.sell(5, 101, display_quantity=2)

    order = desk.buy(5, 101, account="other")

    assert order.status is iceberg.status is OrderStatus.FILLED
    assert desk.trades == [(101, 2), (101, 2), (101, 1)]
    assert desk.asks == []


def test_refresh_to_the_same_quantity_changes_no_level(desk):
    desk.sell(6, 101, display_quantity=2)
    before = desk.core.version("BTC-USDT")

    desk.buy(2, 101, account="other")

    assert desk.core.version("BTC-USDT") == before


def test_iceberg_takes_with_its_whole_quantity_before_it_rests(desk):
    desk.buy(3, 101, account="other")

    order = desk.sell(6, 101, display_quantity=1)

    assert order.filled_quantity == 3 * SCALE
    assert desk.asks == [(101, 1)]


def test_amend_takes_from_the_hidden_part_first(desk):
    order = desk.sell(10, 101, display_quantity=2)
    before = desk.core.version("BTC-USDT")

    desk.amend(order, 4)

    assert desk.asks == [(101, 2)]
    assert desk.core.version("BTC-USDT") == before
    desk.core.check()


def test_amend_below_the_visible_part_shows_less(desk):
    order = desk.sell(10, 101, display_quantity=2)

    desk.amend(order, 1)

    assert desk.asks == [(101, 1)]
    desk.core.check()


def test_cancel_takes_the_hidden_part_away_too(desk):
    order = desk.sell(10, 101, display_quantity=2)

    desk.cancel(order)

    assert desk.asks == []
    assert desk.funds("main", "BTC") == (100, 0)
