"""The event log: sequence, order, versions, and that everything can be rebuilt from it."""

from venueproof_core.models import OrderStatus, Side
from venueproof_simulator.venue_core import SCALE, LevelChanged, Traded

SYMBOL = "BTC-USDT"


def test_sequences_count_from_one(desk):
    desk.sell(1, 101, account="other")
    desk.buy(2, 101)

    assert [event.sequence for event in desk.core.log] == list(range(1, len(desk.core.log) + 1))


def test_events_are_in_the_order_things_happened(desk):
    desk.sell(1, 101, account="other")
    desk.sell(1, 102, account="other")
    before = len(desk.core.log)

    desk.buy(3, 102)

    assert desk.kinds(before) == [
        "ACCEPTED",
        "Traded",
        "LevelChanged",
        "Traded",
        "LevelChanged",
        "LevelChanged",
        "BalanceChanged",
        "BalanceChanged",
        "BalanceChanged",
        "BalanceChanged",
    ]


def test_one_call_tells_a_balance_once(desk):
    for price in (101, 102, 103):
        desk.sell(1, price, account="other")
    before = len(desk.core.log)

    desk.buy(3, 103)

    told = [(event.account, event.asset) for event in desk.balance_changes(before)]
    assert len(told) == len(set(told)) == 4


def test_unchanged_balance_is_not_told(desk):
    desk.sell(1, 101)
    before = len(desk.core.log)

    desk.cancel(desk.core.open_orders("main")[0])

    assert [event.asset for event in desk.balance_changes(before)] == ["BTC"]


def test_event_keeps_what_was_true_when_it_happened(desk):
    order = desk.sell(2, 101)
    desk.buy(1, 101, account="other")
    desk.buy(1, 101, account="other")

    first, second = [event for event in desk.core.log if isinstance(event, Traded)]
    assert (first.maker_status, first.maker_filled_quantity) == (
        OrderStatus.PARTIALLY_FILLED,
        SCALE,
    )
    assert (second.maker_status, second.maker_filled_quantity) == (OrderStatus.FILLED, 2 * SCALE)
    assert order.status is OrderStatus.FILLED


def test_taker_status_is_as_of_each_fill(desk):
    desk.sell(1, 101, account="other")
    desk.sell(1, 101, account="other")

    desk.buy(2, 101)

    told = [(trade.taker_status, trade.taker_filled_quantity) for trade in desk.core.trades(SYMBOL)]
    assert told == [(OrderStatus.PARTIALLY_FILLED, SCALE), (OrderStatus.FILLED, 2 * SCALE)]


def test_trade_ids_count_from_one_within_the_symbol(desk):
    desk.sell(2, 101, account="other")
    desk.buy(1, 101)
    desk.buy(1, 101)

    assert [trade.trade_id for trade in desk.core.trades(SYMBOL)] == [1, 2]


def test_every_level_change_is_one_version(desk):
    desk.sell(1, 101, account="other")
    desk.buy(2, 101)

    assert [(event.version, event.quantity) for event in desk.changes()] == [
        (2, SCALE),
        (3, 0),
        (4, SCALE),
    ]
    assert desk.core.version(SYMBOL) == 4


def test_empty_book_has_version_one(desk):
    assert desk.core.version(SYMBOL) == 1
    assert desk.core.levels_at(SYMBOL, 1) == ([], [])


def test_levels_at_knows_every_past_version(desk):
    images = {1: ([], [])}
    for step in range(1300):
        desk.buy(0.001, 50 + step % 37 / 100)
        if step % 3 == 0:
            live = desk.core.open_orders("main")
            desk.cancel(live[step % len(live)])
        images[desk.core.version(SYMBOL)] = (
            desk.core.levels(SYMBOL, Side.BUY),
            desk.core.levels(SYMBOL, Side.SELL),
        )

    wrong = [
        version
        for version, image in reversed(images.items())
        if desk.core.levels_at(SYMBOL, version) != image
    ]
    assert wrong == []


def test_levels_at_of_a_version_that_never_was_is_none(desk):
    desk.buy(1, 99)

    assert desk.core.levels_at(SYMBOL, 0) is None
    assert desk.core.levels_at(SYMBOL, 3) is None


def test_levels_can_be_limited_to_a_depth(desk):
    for price in (97, 98, 99):
        desk.buy(1, price)

    top = desk.core.levels(SYMBOL, Side.BUY, 2)

    assert [price // SCALE for price, _ in top] == [99, 98]
    assert desk.core.levels(SYMBOL, Side.BUY, 0) == []


def test_level_change_carries_the_absolute_quantity(desk):
    desk.buy(1, 99)
    desk.buy(2, 99)

    change = desk.core.log[-2]
    assert isinstance(change, LevelChanged)
    assert change.quantity == 3 * SCALE
