"""One state per order whatever the order of the news; each fill once; private streams fan out."""

from decimal import Decimal
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from venueproof_core.errors import DisconnectedError
from venueproof_core.models import (
    Balance,
    Fill,
    Liquidity,
    Order,
    OrderStatus,
    OrderType,
    Side,
)
from venueproof_net import AccountFeed, FillDedupe, Inbox, OrderTracker

NEW, PARTLY, FILLED, CANCELED = (
    OrderStatus.NEW,
    OrderStatus.PARTIALLY_FILLED,
    OrderStatus.FILLED,
    OrderStatus.CANCELED,
)


def order(status: OrderStatus, filled: int = 0, time: int | None = 1, **more: Any) -> Order:
    values: dict[str, Any] = {
        "symbol": "BTC-USDT",
        "client_order_id": "mine",
        "venue_order_id": "1",
        "side": Side.BUY,
        "order_type": OrderType.LIMIT,
        "status": status,
        "quantity": Decimal(10),
        "filled_quantity": Decimal(filled),
        "updated_time_ns": time,
    }
    return Order(**{**values, **more})


def fill(trade_id: str, quantity: int = 1, symbol: str = "BTC-USDT", time: int = 1) -> Fill:
    return Fill(
        symbol=symbol,
        trade_id=trade_id,
        venue_order_id="1",
        side=Side.BUY,
        price=Decimal(1),
        quantity=Decimal(quantity),
        fee=None,
        fee_currency=None,
        liquidity=Liquidity.MAKER,
        venue_time_ns=time,
    )


@pytest.mark.parametrize(
    "life",
    [
        [order(NEW, 0, 1), order(PARTLY, 4, 2), order(FILLED, 10, 3)],
        [order(NEW, 0, 1), order(PARTLY, 4, 2), order(CANCELED, 4, 3)],
        [order(NEW, 0, 1), order(CANCELED, 0, 2)],
    ],
)
def test_every_order_of_arrival_ends_in_the_same_state(life: list[Order]) -> None:
    for arrival in permutations(life):
        tracker = OrderTracker()
        for report in arrival:
            state = tracker.merge(report)
        assert (state.status, state.filled_quantity) == (life[-1].status, life[-1].filled_quantity)


@given(
    st.lists(
        st.builds(
            order,
            st.sampled_from([NEW, PARTLY, FILLED, CANCELED]),
            st.integers(0, 10),
            st.integers(1, 9),
        ),
        max_size=12,
    )
)
def test_state_never_goes_backwards(reports: list[Order]) -> None:
    tracker, before = OrderTracker(), None
    for report in reports:
        state = tracker.merge(report)
        if before is not None:
            assert state.filled_quantity >= before.filled_quantity
            assert before.is_open or not state.is_open
        before = state


def test_an_overtaken_cancel_keeps_the_fills_that_came_first() -> None:
    tracker = OrderTracker()
    tracker.merge(order(PARTLY, 4, 5))
    state = tracker.merge(order(CANCELED, 0, 4))
    assert (state.status, state.filled_quantity) == (CANCELED, Decimal(4))


def test_a_cancel_that_renames_the_order_does_not_rename_it_here() -> None:
    tracker = OrderTracker()
    tracker.merge(order(NEW))
    state = tracker.merge(order(CANCELED, client_order_id="name of the cancel"))
    assert state.client_order_id == "mine"
    assert tracker.find("BTC-USDT", client_order_id="mine") == state


def test_an_amended_quantity_is_taken_and_an_older_report_does_not_undo_it() -> None:
    tracker = OrderTracker()
    tracker.merge(order(NEW, time=1))
    tracker.merge(order(NEW, time=3, quantity=Decimal(5)))
    assert tracker.merge(order(NEW, time=2)).quantity == 5


def test_a_report_without_details_does_not_erase_them() -> None:
    tracker = OrderTracker()
    tracker.merge(order(NEW, created_time_ns=7, filled_notional=Decimal(0)))
    state = tracker.merge(order(CANCELED, time=9))
    assert (state.created_time_ns, state.filled_notional, state.updated_time_ns) == (7, 0, 9)


def test_a_reused_client_order_id_names_the_newest_order() -> None:
    tracker = OrderTracker()
    tracker.merge(order(FILLED, 10))
    tracker.merge(order(NEW, venue_order_id="2"))
    found = tracker.find("BTC-USDT", client_order_id="mine")
    assert found is not None
    assert found.venue_order_id == "2"


def test_closed_orders_are_forgotten_open_ones_never() -> None:
    tracker = OrderTracker(capacity=3)
    tracker.merge(order(NEW, venue_order_id="open", client_order_id="open"))
    for number in range(10):
        tracker.merge(order(CANCELED, venue_order_id=str(number), client_order_id=f"c{number}"))
    assert tracker.find("BTC-USDT", venue_order_id="open") is not None
    assert tracker.find("BTC-USDT", venue_order_id="0") is None
    assert tracker.find("BTC-USDT", client_order_id="c0") is None
    assert tracker.find("BTC-USDT", client_order_id="c9") is not None


def test_history_is_refined_by_what_is_known_but_not_remembered() -> None:
    tracker = OrderTracker()
    tracker.merge(order(NEW))
    refined = tracker.refine(order(CANCELED, client_order_id="renamed"))
    assert refined.client_order_id == "mine"
    assert tracker.refine(order(NEW, venue_order_id="9")).venue_order_id == "9"
    assert tracker.symbols() == ["BTC-USDT"]
    assert [o.status for o in tracker.open_orders()] == [NEW]


def test_a_fill_is_new_once_and_per_symbol() -> None:
    dedupe = FillDedupe()
    assert dedupe.is_new(fill("7"))
    assert not dedupe.is_new(fill("7"))
    assert dedupe.is_new(fill("7", symbol="ETH-USDT"))
    assert dedupe.is_new(fill("8")), "two fills of one moment are two fills"


def test_a_trade_with_oneself_is_two_fills() -> None:
    dedupe = FillDedupe()
    other = msgspec.structs.replace(fill("7"), venue_order_id="2")
    assert dedupe.is_new(fill("7"))
    assert dedupe.is_new(other)
    assert not dedupe.is_new(fill("7"))


def test_memory_of_fills_is_bounded() -> None:
    dedupe = FillDedupe(capacity=2)
    for number in "123":
        dedupe.is_new(fill(number))
    assert not dedupe.is_new(fill("3"))
    assert dedupe.is_new(fill("1")), "the oldest was forgotten"


def feed() -> tuple[AccountFeed, OrderTracker, dict[type, Inbox]]:
    tracker = OrderTracker()
    account = AccountFeed(tracker, FillDedupe(), venue="test")
    return account, tracker, {kind: account.open(kind)[1] for kind in (Order, Fill, Balance)}


def test_stream_of_orders_never_goes_behind_what_a_reply_said() -> None:
    account, tracker, inboxes = feed()
    tracker.merge(order(FILLED, 10, 3))
    account.on_order(order(NEW, 0, 1))
    account.on_order(order(FILLED, 10, 3))
    assert [told.status for told in inboxes[Order].drain()] == [FILLED]


def test_stream_of_orders_tells_each_state_once() -> None:
    account, _, inboxes = feed()
    for report in (order(NEW), order(NEW), order(PARTLY, 4), order(NEW), order(PARTLY, 4)):
        account.on_order(report)
    assert [told.status for told in inboxes[Order].drain()] == [NEW, PARTLY]


def test_stream_of_fills_tells_each_fill_once() -> None:
    account, _, inboxes = feed()
    for trade_id in "1213":
        account.on_fill(fill(trade_id))
    assert [told.trade_id for told in inboxes[Fill].drain()] == ["1", "2", "3"]


def test_a_jump_of_the_filled_quantity_shows_a_missing_fill() -> None:
    account, _, _ = feed()
    account.on_order(order(NEW))
    assert not account.misses_fill(order(PARTLY, 2), fill("1", 2))
    account.on_order(order(PARTLY, 2))
    assert account.misses_fill(order(PARTLY, 6), fill("3", 1))
    assert not account.misses_fill(order(PARTLY, 5, venue_order_id="2"), fill("9", 1))


def test_a_balance_read_in_recovery_is_told_only_if_it_is_news() -> None:
    account, _, inboxes = feed()
    told = Balance(currency="BTC", available=Decimal(1), locked=Decimal(0))
    account.on_balance(told)
    account.on_balance_read(told)
    account.on_balance_read(Balance(currency="XYZ", available=Decimal(0), locked=Decimal(0)))
    changed = Balance(currency="BTC", available=Decimal(0), locked=Decimal(0))
    account.on_balance_read(changed)
    assert inboxes[Balance].drain() == [told, changed]


async def test_a_reader_that_falls_behind_is_told_so() -> None:
    account, _, _ = feed()
    reader, inbox = account.open(Fill)
    for number in range(10_001):
        account.on_fill(fill(str(number)))
    with pytest.raises(DisconnectedError, match="fell too far behind"):
        await anext(reader)
    account.close(Fill, inbox)
    account.end(None)
    with pytest.raises(StopAsyncIteration):
        await anext(reader)
