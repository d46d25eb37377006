"""Any sequence of calls keeps the invariants of a quote-driven core."""

from collections import Counter

import pytest

from packages.simulator.tests.quoting.machine import Dealing
from packages.simulator.tests.steps import STEPS, run
from venueproof_simulator.quoting.events import OrderFilled
from venueproof_simulator.venue_core import ExpiryReason, OrderEvent, Refusal

STEPS_OF_A_PART = 2_500
# No exchange uses this core yet, so it gets a twentieth.
PARTS = -(-STEPS // 20 // STEPS_OF_A_PART)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_step_keeps_the_invariants(part: int) -> None:
    machine = type("Dealing", (Dealing,), {"steps": 0, "met": Counter()})

    run(machine, STEPS_OF_A_PART, part=part, length=30)

    expected = {
        ExpiryReason.INSUFFICIENT_MARGIN,
        OrderEvent.TRIGGERED,
        OrderEvent.CANCELED,
        OrderEvent.AMENDED,
        Refusal.INSUFFICIENT_BALANCE,
    }
    assert expected - machine.met.keys() == set(), "never met"
    assert machine.met[OrderFilled] > STEPS_OF_A_PART / 50
