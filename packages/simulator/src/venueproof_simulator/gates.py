"""Gates hold what matches until released: they make races deterministic."""

import asyncio
from typing import Any

from venueproof_core.control import GatePoint, GateSpec
from venueproof_simulator.journal import Journal, matches


class Gate:
    """One gate. ``reached`` counts the occasions it holds or has held."""

    def __init__(self, gate_id: str, spec: GateSpec) -> None:
        self.id = gate_id
        self.spec = spec
        self.reached = 0
        self._released = asyncio.Event()

    def wants(self, occasion: Any) -> bool:
        """Whether it holds this occasion."""
        if self._released.is_set() or self.reached >= self.spec.count:
            return False
        return matches(self.spec.match, occasion)

    def release(self) -> None:
        """Let go of everything, for good."""
        self._released.set()

    async def hold(self) -> None:
        """Return when released."""
        await self._released.wait()


class Gates:
    """The gates of one world."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._gates: dict[str, Gate] = {}

    def add(self, spec: GateSpec) -> Gate:
        """Put up a gate."""
        gate = Gate(f"gate-{len(self._gates) + 1}", spec)
        self._gates[gate.id] = gate
        return gate

    def get(self, gate_id: str) -> Gate | None:
        """A gate by its id."""
        return self._gates.get(gate_id)

    def release_all(self) -> None:
        """The world ends."""
        for gate in self._gates.values():
            gate.release()

    async def pass_through(self, point: GatePoint, occasion: Any) -> None:
        """Wait wherever a gate at this point wants the occasion."""
        if not self._gates:
            return
        for gate in list(self._gates.values()):  # others may be added while this one holds
            if gate.spec.at is point and gate.wants(occasion):
                gate.reached += 1
                self._journal.notify()
                await gate.hold()

    def holds_events(self) -> bool:
        """Whether any gate may want stream events: without one, sending takes the short way."""
        return any(gate.spec.at is GatePoint.BEFORE_EVENT for gate in self._gates.values())
