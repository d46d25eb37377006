"""Trades and positions: what fills open, reduce and close."""

import pytest

from venueproof_core.models import OrderStatus, OrderType, Side, TimeInForce
from venueproof_simulator.quoting import (
    OrderFilled,
    Position,
    PositionChanged,
    PositionFill,
    TradeChanged,
    TradeEvent,
)
from venueproof_simulator.venue_core import (
    BalanceChanged,
    ExpiryReason,
    FeeSchedule,
    Refusal,
    Refused,
)

LIMIT = OrderType.LIMIT


def open_units(desk):
    return [t.units for t in desk.core.margin_trades("main") if t.is_open]


def test_each_fill_in_one_direction_opens_its_own_trade(desk, units):
    desk.buy("100")
    desk.buy("50")

    assert open_units(desk) == [units("100"), units("50")]


def test_position_is_the_sum_of_the_trades(desk, units):
    desk.buy("100")
    desk.buy("50")

    assert desk.core.position("main", "EUR-USD") == Position(units("150"), 0)


def test_opposite_fill_closes_the_oldest_trade_first(desk, units):
    desk.buy("100")
    desk.buy("50")
    desk.sell("120")

    assert open_units(desk) == [units("30")]


def test_opposite_fill_beyond_the_position_turns_it(desk, units):
    desk.buy("100")
    desk.sell("130")

    assert open_units(desk) == [units("-30")]


def test_turning_fill_logs_the_close_before_the_opening(desk):
    desk.buy("100")
    desk.sell("130")

    kinds = [e.kind for e in desk.core.log if isinstance(e, TradeChanged)]
    assert kinds == [TradeEvent.OPENED, TradeEvent.CLOSED, TradeEvent.OPENED]


def test_closing_realises_the_profit(desk, units):
    desk.buy("100")  # at 1.1002
    desk.quote("1.1102x1000", "1.1104x1000")
    desk.sell("100")

    assert desk.core.balances("main") == {"USD": (units("10001"), 0)}


def test_short_trade_profits_from_a_fall(desk, units):
    desk.sell("100")  # at 1.1000
    desk.quote("1.0898x1000", "1.0900x1000")
    desk.buy("100")

    assert desk.core.balances("main")["USD"][0] == units("10001")


def test_partial_close_realises_its_part(desk, units):
    desk.buy("100")
    desk.quote("1.1102x1000", "1.1104x1000")
    desk.sell("40")

    (trade,) = desk.core.margin_trades("main")
    assert (trade.units, trade.profit) == (units("60"), units("0.4"))


def test_commission_lowers_the_balance(make_desk, units):
    desk = make_desk("EUR-USD")
    desk.core.open_account("main", {"USD": units("1000")}, FeeSchedule(taker_ppm=100))
    desk.quote("1.1x1000", "1.2x1000")
    desk.buy("100")

    assert desk.core.balances("main")["USD"][0] == units("1000") - units("0.012")


# ---------------------------------------------------------------- position rules


def test_reduce_only_closes_what_there_is(desk):
    desk.buy("100")
    order = desk.sell("100", position_fill=PositionFill.REDUCE_ONLY)

    assert (order.status, desk.net()) == (OrderStatus.FILLED, 0)


def test_reduce_only_never_turns_a_position(desk, units):
    desk.buy("100")
    order = desk.sell("130", lives=TimeInForce.IOC, position_fill=PositionFill.REDUCE_ONLY)

    assert (order.filled_quantity, desk.net()) == (units("100"), 0)


def test_reduce_only_fok_larger_than_the_position_does_nothing(desk, units):
    desk.buy("100")
    order = desk.sell("130", position_fill=PositionFill.REDUCE_ONLY)

    assert desk.net() == units("100")
    assert desk.reason(order) is ExpiryReason.POSITION_RULE


def test_reduce_only_without_a_position_expires(desk):
    order = desk.sell("1", LIMIT, price="1", position_fill=PositionFill.REDUCE_ONLY)

    assert desk.reason(order) is ExpiryReason.POSITION_RULE


def test_open_only_against_a_netted_position_expires(desk):
    desk.buy("100")
    order = desk.sell("50", position_fill=PositionFill.OPEN_ONLY)

    assert desk.reason(order) is ExpiryReason.POSITION_RULE


def test_open_only_extends_a_position(desk, units):
    desk.buy("100")
    desk.buy("50", position_fill=PositionFill.OPEN_ONLY)

    assert desk.net() == units("150")


def test_hedging_account_holds_both_sides(hedging_desk, units):
    hedging_desk.buy("100")
    hedging_desk.sell("70")

    position = hedging_desk.core.position("main", "EUR-USD")
    assert position == Position(units("100"), units("-70"))


def test_hedging_account_reduces_when_asked_to(hedging_desk, units):
    hedging_desk.buy("100")
    hedging_desk.sell("70", position_fill=PositionFill.REDUCE_FIRST)

    assert hedging_desk.core.position("main", "EUR-USD") == Position(units("30"), 0)


# ---------------------------------------------------------------- closing


def test_close_ends_the_whole_position(desk):
    desk.buy("100")
    desk.buy("50")
    (order,) = desk.core.close("main", "EUR-USD", None, time_ns=desk.tick())

    assert (order.side, order.status, desk.net()) == (Side.SELL, OrderStatus.FILLED, 0)


def test_close_takes_a_part(desk, units):
    desk.sell("100")
    desk.core.close("main", "EUR-USD", units("40"), time_ns=desk.tick())

    assert desk.net() == units("-60")


def test_close_of_one_side_leaves_the_other(hedging_desk, units):
    hedging_desk.buy("100")
    hedging_desk.sell("70")
    hedging_desk.core.close("main", "EUR-USD", None, time_ns=hedging_desk.tick(), side=Side.SELL)

    assert hedging_desk.core.position("main", "EUR-USD") == Position(units("100"), 0)


def test_close_of_both_sides_is_two_orders(hedging_desk):
    hedging_desk.buy("100")
    hedging_desk.sell("70")
    orders = hedging_desk.core.close("main", "EUR-USD", None, time_ns=hedging_desk.tick())

    assert [order.status for order in orders] == [OrderStatus.FILLED] * 2


@pytest.mark.parametrize(
    ("side", "quantity", "reason"),
    [
        (Side.SELL, None, Refusal.UNKNOWN_POSITION),
        (None, "101", Refusal.EXCEEDS_POSITION),
    ],
    ids=["flat-side", "too-much"],
)
def test_close_of_what_is_not_there_is_refused(desk, units, side, quantity, reason):
    desk.buy("100")

    amount = None if quantity is None else units(quantity)

    with pytest.raises(Refused) as refusal:
        desk.core.close("main", "EUR-USD", amount, time_ns=desk.tick(), side=side)

    assert refusal.value.reason is reason


def test_one_trade_is_closed_out_of_order(desk, units):
    desk.buy("100")
    desk.buy("50")
    desk.core.close_trade(2, None, time_ns=desk.tick())

    assert open_units(desk) == [units("100")]


def test_part_of_one_trade_is_closed(desk, units):
    desk.buy("100")
    desk.core.close_trade(1, units("30"), time_ns=desk.tick())

    assert open_units(desk) == [units("70")]


def test_trade_is_not_closed_beyond_its_units(desk, units):
    desk.buy("100")

    with pytest.raises(Refused) as refusal:
        desk.core.close_trade(1, units("101"), time_ns=desk.tick())

    assert refusal.value.reason is Refusal.EXCEEDS_POSITION


def test_closed_trade_is_not_closed_again(desk):
    desk.buy("100")
    desk.core.close_trade(1, None, time_ns=desk.tick())

    with pytest.raises(Refused) as refusal:
        desk.core.close_trade(1, None, time_ns=desk.tick())

    assert refusal.value.reason is Refusal.UNKNOWN_POSITION


# ---------------------------------------------------------------- orders that follow a trade


def test_stop_loss_closes_its_trade_only(desk, units):
    desk.buy("100")
    desk.buy("50")
    desk.sell(None, OrderType.STOP, stop="1.05", trade_id=2)
    desk.quote("1.0400x1000", "1.0402x1000")

    assert open_units(desk) == [units("100")]


def test_take_profit_and_stop_loss_end_with_their_trade(desk):
    desk.buy("100")
    profit = desk.sell(None, OrderType.TAKE_PROFIT_LIMIT, stop="1.2", price="1.2", trade_id=1)
    loss = desk.sell(None, OrderType.STOP, stop="1.05", trade_id=1)
    desk.quote("1.2x1000", "1.21x1000")

    assert profit.status is OrderStatus.FILLED
    assert desk.reason(loss) is ExpiryReason.TRADE_CLOSED


def test_order_that_ended_with_its_trade_is_not_triggered(desk):
    desk.buy("100")
    desk.sell(None, OrderType.TAKE_PROFIT, stop="1.2", trade_id=1)
    second = desk.sell(None, OrderType.TAKE_PROFIT, stop="1.15", trade_id=1)
    desk.quote("1.2x1000", "1.21x1000")

    assert not second.is_working


def test_following_order_covers_what_is_left_of_its_trade(desk, units):
    desk.buy("100")
    order = desk.sell(None, OrderType.STOP, stop="1.05", trade_id=1)
    desk.sell("30")

    assert order.remaining_quantity == units("70")


def test_following_order_in_the_trades_own_direction_is_refused(desk):
    desk.buy("100")

    with pytest.raises(Refused) as refusal:
        desk.buy(None, OrderType.STOP, stop="1.2", trade_id=1)

    assert refusal.value.reason is Refusal.UNKNOWN_POSITION


# ---------------------------------------------------------------- the log


def test_fill_logs_its_parts_in_order(desk):
    desk.buy("100")
    desk.quote("1.2x1000", "1.3x1000")
    start = len(desk.core.log)
    desk.sell("100")

    assert [type(event).__name__ for event in desk.core.log[start:]] == [
        "OrderChanged",
        "OrderFilled",
        "TradeChanged",
        "PositionChanged",
        "BalanceChanged",
        "AccountChanged",
    ]


def test_fill_tells_the_balance_after_it(desk):
    desk.buy("100")
    desk.quote("1.2x1000", "1.3x1000")
    desk.sell("100")

    fill = [e for e in desk.core.log if isinstance(e, OrderFilled)][-1]
    change = [e for e in desk.core.log if isinstance(e, BalanceChanged)][-1]
    assert fill.balance == change.available


def test_position_event_keeps_what_was_true(desk, units):
    desk.buy("100")
    desk.sell("100")

    positions = [e.position.net for e in desk.core.log if isinstance(e, PositionChanged)]
    assert positions == [units("100"), 0]
