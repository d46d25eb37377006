"""Clocks, rate windows, bans, the journal and the seeded history."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from venueproof_core.control import Match
from venueproof_core.models import Side
from venueproof_simulator.clocks import SECOND_NS, StampClock, TimerClock
from venueproof_simulator.history import SEEDED_TRADES, History
from venueproof_simulator.journal import Journal
from venueproof_simulator.limits import BanPolicy, Window


def test_stamp_clock_drifts_from_where_it_was_set() -> None:
    clock = StampClock()
    clock.set(offset_ns=-3 * SECOND_NS, drift_ppm=0)
    earlier = clock.time_ns()
    clock.set(offset_ns=0, drift_ppm=0)
    assert 3 * SECOND_NS <= clock.time_ns() - earlier < 4 * SECOND_NS


def test_timers_fire_in_order_of_their_times_when_advanced() -> None:
    async def body() -> None:
        clock, fired = TimerClock(), []
        clock.call_later(20, lambda: fired.append("second"))
        clock.call_later(10, lambda: fired.append("first"))
        clock.call_later(5, lambda: fired.append("cancelled")).cancel()
        clock.call_later(60, lambda: fired.append("not yet"))
        clock.advance(30)
        clock.close()
        assert fired == ["first", "second"]

    asyncio.run(body())


def test_timer_that_rearms_itself_fires_once_per_jump() -> None:
    async def body() -> None:
        clock, count = TimerClock(), []

        def beat() -> None:
            count.append(1)
            clock.call_later(20, beat)

        clock.call_later(20, beat)
        clock.advance(86_400)
        clock.close()
        assert len(count) == 1

    asyncio.run(body())


def test_timer_fires_in_real_time_too() -> None:
    async def body() -> None:
        clock, done = TimerClock(), asyncio.Event()
        clock.call_later(0.001, done.set)
        await asyncio.wait_for(done.wait(), 2)
        clock.close()
        assert done.is_set()

    asyncio.run(body())


def test_window_starts_again_at_the_calendar_boundary() -> None:
    window = Window("weight", 60, 10)
    start = 600 * SECOND_NS
    assert window.take(10, start + 59 * SECOND_NS)
    assert not window.take(1, start + 59 * SECOND_NS)
    assert window.resets_in_s(start + 59 * SECOND_NS) == 1
    assert window.take(1, start + 60 * SECOND_NS)
    assert window.used(start + 60 * SECOND_NS) == 1


def test_window_never_counts_below_zero() -> None:
    window = Window("orders", 10, 5)
    window.take(2, 0)
    window.give_back(5, 0)
    assert window.used(0) == 0


def test_bans_grow_and_end() -> None:
    async def body() -> None:
        timers = TimerClock()
        ban = BanPolicy(timers, tolerated=1, first_s=120, longest_s=200)
        ban.refused()
        assert ban.banned_for_s() == 0
        ban.refused()
        assert ban.banned_for_s() == pytest.approx(120, abs=1)
        timers.advance(121)
        assert ban.banned_for_s() == 0
        ban.refused()
        ban.refused()
        assert ban.banned_for_s() == pytest.approx(200, abs=1)
        timers.close()

    asyncio.run(body())


def test_journal_forgets_the_oldest_half_and_keeps_its_numbers() -> None:
    journal = Journal(capacity=4)
    for number in range(5):
        journal.add("request", text=str(number))
    assert [entry.sequence for entry in journal.since(0)] == [3, 4, 5]
    assert [entry.text for entry in journal.since(4)] == ["4"]
    assert journal.count("request", Match(), 3) == 2


def test_history_is_the_same_for_equal_seeds_and_long_enough(listings: Any) -> None:
    first, second, other = (History(listings, seed, 10**18) for seed in (1, 1, 2))
    trades = first.trades("AAA-BBB")
    assert trades == second.trades("AAA-BBB")
    assert trades != other.trades("AAA-BBB")
    assert len(trades) == SEEDED_TRADES >= 1000
    assert [trade.trade_id for trade in trades] == list(range(1, SEEDED_TRADES + 1))
    assert all(a.time_ns <= b.time_ns for a, b in pairwise(trades))


def test_candles_add_up_to_their_trades(listings: Any) -> None:
    history = History(listings, 1, 10**18)
    hour = 3600 * SECOND_NS
    start = (10**18 - 48 * hour) // hour * hour
    starts = [start + number * hour for number in range(50)]
    candles = history.candles("AAA-BBB", starts, starts[-1] + hour)
    trades = history.trades("AAA-BBB")
    assert sum(candle.count for candle in candles) == len(trades)
    assert sum(candle.volume for candle in candles) == sum(trade.quantity for trade in trades)
    busy = [candle for candle in candles if candle.count]
    assert all(candle.low <= candle.open <= candle.high for candle in busy)
    quiet = [pair for pair in pairwise(candles) if not pair[1].count]
    assert all(after.open == before.close == after.close for before, after in quiet)


def test_summary_over_many_prints_is_that_of_each_of_them(listings: Any) -> None:
    symbol, start_ns = "AAA-BBB", 10**9 * SECOND_NS
    history = History(listings, seed=1, start_ns=start_ns)
    trades = history.trades(symbol)
    for first, last in ((0, 2000), (1, 1999), (255, 257), (256, 512), (300, 301), (7, 1500)):
        inside = trades[first:last]
        end_ns = trades[last].time_ns if last < len(trades) else start_ns
        found = history.summary(symbol, inside[0].time_ns, end_ns)
        assert found is not None
        prices = [trade.price for trade in inside]
        buys = [trade for trade in inside if trade.taker_side is Side.BUY]
        assert (found.open, found.close) == (prices[0], prices[-1])
        assert (found.high, found.low) == (max(prices), min(prices))
        assert found.volume == sum(trade.quantity for trade in inside)
        assert found.quote_volume == sum(trade.notional for trade in inside)
        assert found.taker_buy_volume == sum(trade.quantity for trade in buys)
        assert found.taker_buy_quote_volume == sum(trade.notional for trade in buys)
        assert (found.first_id, found.last_id, found.count) == (first + 1, last, last - first)
    assert history.summary(symbol, start_ns, start_ns + SECOND_NS) is None
