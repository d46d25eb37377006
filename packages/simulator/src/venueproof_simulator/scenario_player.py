"""Plays a scenario on a world: each step when it is due, on the timer clock."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from venueproof_core.control import FaultSpec
from venueproof_simulator.market import CannotSteer

if TYPE_CHECKING:
    from venueproof_simulator.scenario import Scenario, Step
    from venueproof_simulator.world import World


class Player:
    """The journal gets an entry ``scenario`` for each step that happens."""

    def __init__(self, scenario: Scenario, world: World, tell: Callable[[str], None]) -> None:
        """Prepare.

        Args:
            tell: Gets a line about each step that could not be done; the others go on.
        """
        self._scenario = scenario
        self._world = world
        self._tell = tell
        self._armed: dict[int, str] = {}

    def start(self) -> None:
        """Begin now."""
        for number, step in enumerate(self._scenario.step, 1):
            self._world.timers.call_later(step.at_s, partial(self._happen, number, step))

    def _happen(self, number: int, step: Step) -> None:
        if step.every_s is not None:
            self._world.timers.call_later(step.every_s, partial(self._happen, number, step))
        try:
            done = self._do(number, step)
        except (CannotSteer, ValueError) as error:
            done = f"could not be done: {error}"
            self._tell(f"scenario: step {number} {done}")
        self._world.journal.add("scenario", text=f"step {number}: {done}")

    def _do(self, number: int, step: Step) -> str:
        if step.market is not None:
            self._world.market.act_on(step.market, is_one_event=False)
            return " ".join(action.kind for action in step.market)
        if step.fault is not None:
            return self._disturb(number, step.fault, step.for_s)
        assert step.clock is not None
        self._world.move_clock(step.clock)
        return "clock"

    def _disturb(self, number: int, spec: FaultSpec, for_s: float | None) -> str:
        self._remove(
            self._armed.pop(number, "")
        )  # what it armed the last time has fired, or is late
        fault = self._world.faults.add(spec)
        self._armed[number] = fault.id
        if for_s is not None:
            self._world.timers.call_later(for_s, partial(self._remove, fault.id))
        return f"{spec.kind} {fault.id}"

    def _remove(self, fault_id: str) -> None:
        if self._world.faults.remove(fault_id) is not None:
            self._world.settle()
