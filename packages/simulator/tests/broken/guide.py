"""The lists of mistakes in the guide "Who checks the referee"."""

from collections.abc import Sequence
from pathlib import Path

from packages.simulator.tests.broken.mistakes import Mistake

GUIDE = Path(__file__).parents[4] / "docs/guides/who-checks-the-referee.md"


def rows(mistakes: Sequence[Mistake]) -> str:
    """A table: what is wrong, in which function, and the cases that catch it where there are some."""
    is_by_cases = any(mistake.cases for mistake in mistakes)
    heads = ["the simulator is wrong", "in", *(["caught by"] if is_by_cases else [])]
    lines = [heads, ["---"] * len(heads)]
    for mistake in mistakes:
        place = f"`{mistake.where.split(':')[1]}`"
        cases = ", ".join(f"`{case}`" for case in mistake.cases)
        lines.append([mistake.says, place, *([cases] if is_by_cases else [])])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
