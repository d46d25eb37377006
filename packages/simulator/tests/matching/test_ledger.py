"""Money: locks, price improvement, fees to the last unit, deposits, and audits that fail."""

import pytest

from venueproof_simulator.matching import MatchingCore
from venueproof_simulator.venue_core import (
    SCALE,
    FeeSchedule,
    InstrumentRules,
    InvariantBroken,
    Refusal,
    Refused,
)


def test_resting_buy_locks_price_times_quantity(desk):
    desk.buy(2, 99.5)

    assert desk.funds("main", "USDT") == (100_000 - 199, 199)


def test_resting_sell_locks_its_quantity(desk):
    desk.sell(2, 101)

    assert desk.funds("main", "BTC") == (98, 2)


def test_order_beyond_the_available_funds_is_refused(desk):
    desk.buy(1000, 99)
    before = len(desk.core.log)

    with pytest.raises(Refused) as refusal:
        desk.buy(11, 99)

    assert refusal.value.reason is Refusal.INSUFFICIENT_BALANCE
    assert len(desk.core.log) == before


def test_price_improvement_stays_available(desk):
    desk.sell(1, 101, account="other")

    desk.buy(2, 110)

    assert desk.funds("main", "USDT") == (100_000 - 101 - 110, 110)


def test_both_sides_of_a_trade_are_paid(desk):
    desk.sell(2, 101, account="other")

    desk.buy(2, 101)

    assert desk.funds("main", "BTC") == (102, 0)
    assert desk.funds("other", "USDT") == (100_202, 0)
    assert desk.funds("other", "BTC") == (98, 0)


def test_fee_is_charged_in_the_asset_received(desk):
    desk.open("maker", fees=2000)
    desk.open("taker", fees=5000)
    desk.sell(1, 100, account="maker")

    desk.buy(1, 100, account="taker")

    (trade,) = desk.core.trades("BTC-USDT")
    assert (trade.taker_fee, trade.taker_fee_asset) == (SCALE * 5 // 1000, "BTC")
    assert (trade.maker_fee, trade.maker_fee_asset) == (SCALE * 200 // 1000, "USDT")
    assert desk.funds("taker", "BTC") == (100.995, 0)
    assert desk.funds("maker", "USDT") == (100_099.8, 0)


def test_fee_is_rounded_down_to_a_unit_and_collected(desk):
    desk.open("taker", fees=333)
    desk.sell(1, 100.01, account="other")

    desk.buy(0.001, 100.01, account="taker")

    assert desk.core.trades("BTC-USDT")[0].taker_fee == 100_000 * 333 // 1_000_000
    assert desk.core.ledger.collected["BTC"] == 33


def test_rebate_is_paid_by_the_venue(desk):
    desk.open("maker", fees=-100)
    desk.sell(1, 100, account="maker")

    desk.buy(1, 100)

    assert desk.funds("maker", "USDT") == (100_100.01, 0)
    assert desk.core.ledger.collected["USDT"] == -SCALE // 100
    desk.core.check()


def test_transfer_is_told_with_its_amount(desk):
    desk.core.transfer("main", "USDT", -50 * SCALE, time_ns=7)

    event = desk.balance_changes()[-1]
    assert (event.delta, event.time_ns) == (-50 * SCALE, 7)
    assert event.available == 99_950 * SCALE
    desk.core.check()


def test_withdrawal_of_locked_funds_is_refused(desk):
    desk.buy(1000, 100)

    with pytest.raises(Refused) as refusal:
        desk.core.transfer("main", "USDT", -1, time_ns=7)

    assert refusal.value.reason is Refusal.INSUFFICIENT_BALANCE


def test_deposit_of_an_asset_that_nothing_trades_is_kept(desk):
    desk.core.transfer("main", "BNB", 5, time_ns=7)

    assert desk.core.balances("main")["BNB"] == (5, 0)
    desk.core.check()


def test_account_opens_once(desk):
    with pytest.raises(ValueError, match="main exists"):
        desk.open("main")


def test_account_cannot_open_in_debt(desk):
    with pytest.raises(ValueError, match="in debt"):
        desk.core.open_account("poor", {"BTC": -1}, FeeSchedule())


def test_instrument_with_inexact_notionals_is_not_registered():
    rules = InstrumentRules(
        symbol="A-B", base="A", quote="B", tick_size=1, lot_size=1, minimum_quantity=1
    )

    with pytest.raises(ValueError, match="quote units"):
        MatchingCore([rules])


def break_money(core: MatchingCore) -> None:
    core.ledger.deposited["BTC"] += 1


def break_lock(core: MatchingCore) -> None:
    holding = next(iter(core._traders["main"].holdings.values()))
    holding.locked += 1
    holding.available -= 1


def break_level(core: MatchingCore) -> None:
    core._books["BTC-USDT"].bids.levels[99 * SCALE].quantity += 1


def break_order(core: MatchingCore) -> None:
    core._orders[0].filled_quantity += 1


def break_queue(core: MatchingCore) -> None:
    core._books["BTC-USDT"].bids.levels[99 * SCALE].queue.clear()


def break_keys(core: MatchingCore) -> None:
    core._books["BTC-USDT"].bids.keys.append(200 * SCALE)


@pytest.mark.parametrize(
    "damage", [break_money, break_lock, break_level, break_order, break_queue, break_keys]
)
def test_audit_finds_damage(desk, damage):
    desk.buy(1, 99)
    desk.core.check()

    damage(desk.core)

    with pytest.raises(InvariantBroken):
        desk.core.check()


def test_call_that_makes_money_breaks_at_once(desk):
    desk.sell(1, 101, account="other")
    desk.core._traders["other"].holdings["BTC"].available += 1

    with pytest.raises(InvariantBroken, match="from nowhere"):
        desk.buy(1, 101)


def test_fill_of_an_order_with_a_wrong_lock_breaks_at_once(desk):
    order = desk.sell(1, 101, account="other")
    order.locked += 1

    with pytest.raises(InvariantBroken, match="must be locked"):
        desk.buy(1, 101)


def test_crossed_book_breaks_at_once(desk):
    desk.buy(1, 99)
    desk.core._books["BTC-USDT"].asks.keys.append(-98 * SCALE)

    with pytest.raises(InvariantBroken, match="crossed"):
        desk.buy(1, 50, post_only=False, account="other")


def test_every_so_many_orders_everything_is_audited(desk):
    core = desk.core
    core.ledger.deposited["BTC"] += 1
    core._next_audit = 3
    desk.buy(1, 99)
    desk.buy(1, 99)

    with pytest.raises(InvariantBroken, match="deposited"):
        desk.buy(1, 99)
