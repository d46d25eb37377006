"""How many steps the state machines make, and that they made them.

100,000 in the project's tests; ``STATE_MACHINE_STEPS=1000000``, which ``nox -s nightly`` sets, for more. They
are made in parts, so that they can be shared out between processes, each part from seeds of its own.
"""

import os
from typing import Protocol

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

STEPS = int(os.environ.get("STATE_MACHINE_STEPS", "100000"))
EXAMPLES = 20


class Counting(Protocol):
    """A state machine class that counts its steps."""

    steps: int


def run(machine: type[RuleBasedStateMachine], steps: int, *, part: int, length: int = 100) -> None:
    """Make at least so many steps, by a batch of examples after the other.

    Args:
        part: Seeds of its own.
        length: Rules of one example; a rule is one step or a few.

    Raises:
        AssertionError: A step was wrong, or batches end without having made their steps.
    """
    counting: Counting = machine  # type: ignore[assignment]
    batch = settings(
        max_examples=EXAMPLES,
        stateful_step_count=length,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    # Some examples end early, but not most of them.
    for number in range(2 + 2 * steps // (EXAMPLES * length)):
        if counting.steps >= steps:
            break
        run_state_machine_as_test(seed(part * 10_000 + number)(machine), settings=batch)
    print(f"{machine.__name__}: {counting.steps} steps in part {part}")
    assert counting.steps >= steps, f"{counting.steps} steps were made, {steps} are wanted"
