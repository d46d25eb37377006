"""A core that is broken on purpose does not get through the state machine."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import HypothesisException
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from packages.simulator.tests.broken.engine import MISTAKES
from packages.simulator.tests.broken.guide import GUIDE, rows
from packages.simulator.tests.broken.mistakes import Mistake, made
from packages.simulator.tests.matching.machine import Trading
from venueproof_simulator.matching.book import BookSide

# Of a hundred rules each; most mistakes are caught within two.
EXAMPLES = 500


def play(machine: type[RuleBasedStateMachine]) -> None:
    """Look for a first failure, and do not shrink it."""
    run_state_machine_as_test(
        seed(1)(machine),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=100,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.says)
def test_state_machine_catches(mistake: Mistake) -> None:
    # Without a mistake it makes 100,000 steps and nothing stops it, so whatever does is a catch.
    with made(mistake), pytest.raises(Exception) as caught:  # noqa: PT011
        play(Trading)

    assert not isinstance(caught.value, HypothesisException), "the machine itself is broken"


def test_function_is_correct_again_afterwards() -> None:
    before = BookSide.best.__code__
    lost = next(mistake for mistake in MISTAKES if mistake.where.endswith("BookSide.best"))

    with made(lost):
        assert BookSide.best.__code__ is not before

    assert BookSide.best.__code__ is before


def test_mistake_that_fits_no_more_says_so() -> None:
    gone = replace(MISTAKES[0], right="what nobody ever wrote")

    with pytest.raises(AssertionError, match="0 times 'what nobody ever wrote'"), made(gone):
        pass


def test_guide_lists_every_mistake() -> None:
    assert rows(MISTAKES) in GUIDE.read_text(), f"in {GUIDE} there must be:\n{rows(MISTAKES)}"
