"""Any sequence of calls agrees with a naive engine, and everything can be rebuilt from the log."""

import random
from collections import Counter

import pytest

from packages.simulator.tests.matching import drawing
from packages.simulator.tests.matching.machine import Trading
from packages.simulator.tests.steps import STEPS, run
from venueproof_simulator.order_lists import ListChanged
from venueproof_simulator.venue_core import (
    BalanceChanged,
    Event,
    ExpiryReason,
    LevelChanged,
    OrderChanged,
    OrderEvent,
    Refusal,
    Traded,
)

STEPS_OF_A_PART = 12_500
# What can happen to orders on a book; the other members belong to quote-driven cores and dialects.
REFUSALS = {
    Refusal.INSUFFICIENT_BALANCE,
    Refusal.DUPLICATE_CLIENT_ORDER_ID,
    Refusal.WOULD_TAKE,
    Refusal.WOULD_TRIGGER,
    Refusal.UNKNOWN_ORDER,
    Refusal.MARKET_CLOSED,
    Refusal.NO_LIQUIDITY,
    Refusal.QUANTITY_INCREASE,
    Refusal.NO_CHANGE,
}
REASONS = {
    ExpiryReason.IOC_REMAINDER,
    ExpiryReason.FOK_UNFILLABLE,
    ExpiryReason.NO_LIQUIDITY,
    ExpiryReason.SELF_TRADE,
    ExpiryReason.VENUE,
    ExpiryReason.REJECTED_AT_TRIGGER,
    ExpiryReason.OTHER_LEG,
    ExpiryReason.WORKING_LEG_EXPIRED,
}
EVENTS = {OrderChanged, Traded, LevelChanged, BalanceChanged, ListChanged}


@pytest.mark.parametrize("part", range(-(-STEPS // STEPS_OF_A_PART)))
def test_every_step_is_as_foretold(part: int) -> None:
    machine = type("Trading", (Trading,), {"steps": 0, "met": Counter()})

    run(machine, STEPS_OF_A_PART, part=part)

    assert {*REFUSALS, *REASONS, *OrderEvent, *EVENTS} - machine.met.keys() == set(), "never met"
    assert machine.met[Traded] > STEPS_OF_A_PART / 10


def test_same_calls_give_equal_logs() -> None:
    first, second = (play(seed=3, steps=1000) for _ in range(2))

    assert len(first) > 3000
    assert first == second


def play(*, seed: int, steps: int) -> list[Event]:
    """The log of a core after seeded random orders, lists and cancels."""
    choose = random.Random(seed)
    trading = Trading()
    for _ in range(steps):
        number = choose.random()
        if number < 0.2 and trading.live():
            trading.cancel(choose.randrange(50))
        elif number < 0.3:
            trading.submit_list(drawing.order_list(choose.randbytes(16)))
        else:
            trading.submit(drawing.order(choose.randbytes(14)))
    return trading.core.log
