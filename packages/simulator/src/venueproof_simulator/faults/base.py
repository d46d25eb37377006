"""What a fault is, where it can act, and the armed faults of a world."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from venueproof_core.control import FaultInfo, FaultSpec
from venueproof_simulator.journal import matches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venueproof_simulator.connections import Connection, Occasion
    from venueproof_simulator.toolkit.calls import Call, Reply
    from venueproof_simulator.world import World


class Fault:
    """One disturbance. A subclass overrides the points where it acts, and fires only with real effect.

    Attributes:
        parameters: Name to default and meaning, for ``venueproof list faults``.
    """

    parameters: ClassVar[dict[str, tuple[Any, str]]] = {}

    def __init__(self, fault_id: str, spec: FaultSpec, world: World) -> None:
        unknown = sorted(set(spec.parameters) - set(self.parameters))
        if unknown:
            known = ", ".join(sorted(self.parameters)) or "none"
            raise ValueError(f"{spec.kind} has no parameter {unknown[0]!r}; it has: {known}")
        self.id = fault_id
        self.spec = spec
        self.world = world
        self.fired = 0
        self._seen = 0
        defaults = {name: default for name, (default, _) in self.parameters.items()}
        self.values: dict[str, Any] = defaults | spec.parameters

    @property
    def info(self) -> FaultInfo:
        """What the control plane tells of it."""
        return FaultInfo(id=self.id, kind=self.spec.kind, fired=self.fired)

    def wants(self, occasion: Any) -> bool:
        """Whether it should act on this occasion: it matches, enough were let pass, some are left."""
        if self.spec.count is not None and self.fired >= self.spec.count:
            return False
        if not matches(self.spec.match, occasion):
            return False
        self._seen += 1
        return self._seen > self.spec.skip

    def fire(self, note: str = "") -> None:
        """It has had its effect."""
        self.fired += 1
        self.world.journal.add("fault", text=f"{self.spec.kind} {note}".strip(), event=self.id)

    def armed(self) -> None:
        """Called once; faults that act at once do it here."""

    def before(self, call: Call) -> Reply | None:
        """Answer instead of the venue: the request is not applied."""
        return None

    def delay_s(self, call: Call) -> float:
        """Seconds of the timer clock that the reply waits."""
        return 0.0

    def after(self, call: Call, reply: Reply) -> Reply:
        """Change the reply: the request has been applied."""
        return reply

    def on_event(self, occasion: Occasion, text: str) -> Sequence[str | bytes] | None:
        """Messages to send instead of this event; ``None`` leaves it alone."""
        return None

    def on_subscription(self, connection: Connection, name: str, occasion: Any) -> bool:
        """Whether to refuse this subscription."""
        return False

    def on_handshake(self, endpoint: str) -> int | None:
        """HTTP status to refuse a stream connection with."""
        return None

    def silences_ping(self, connection: Connection) -> bool:
        """Whether the venue's heartbeat is left out."""
        return False

    def holds_events(self) -> bool:
        """Whether stream events wait until this fault is removed."""
        return False


@cache
def registry() -> dict[str, type[Fault]]:
    """Every fault by its name, sorted."""
    package = importlib.import_module("venueproof_simulator.faults")
    found: dict[str, type[Fault]] = {}
    for module in pkgutil.iter_modules(package.__path__):
        if module.name != "base":
            found[module.name] = importlib.import_module(
                f"venueproof_simulator.faults.{module.name}"
            ).FAULT
    return dict(sorted(found.items()))


class Faults:
    """The armed faults of one world, asked in the order they were armed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._faults: dict[str, Fault] = {}
        self._made = 0

    def __bool__(self) -> bool:
        return bool(self._faults)

    def add(self, spec: FaultSpec) -> Fault:
        """Arm one.

        Raises:
            ValueError: Unknown kind or parameter; the text says which are known.
        """
        kinds = registry()
        if spec.kind not in kinds:
            raise ValueError(f"unknown fault {spec.kind!r}; known: {', '.join(kinds)}")
        self._made += 1
        fault = kinds[spec.kind](f"fault-{self._made}", spec, self._world)
        self._faults[fault.id] = fault
        fault.armed()
        return fault

    def get(self, fault_id: str) -> Fault | None:
        """An armed fault."""
        return self._faults.get(fault_id)

    def remove(self, fault_id: str) -> Fault | None:
        """Disarm one."""
        return self._faults.pop(fault_id, None)

    def before(self, call: Call) -> Reply | None:
        """The first reply a fault gives instead of the venue."""
        for fault in self._faults.values():
            if (reply := fault.before(call)) is not None:
                return reply
        return None

    def delay_s(self, call: Call) -> float:
        """How long the reply waits for all of them."""
        return sum(fault.delay_s(call) for fault in self._faults.values())

    def after(self, call: Call, reply: Reply) -> Reply:
        """The reply after every fault has had its hands on it."""
        for fault in self._faults.values():
            reply = fault.after(call, reply)
        return reply

    def on_event(self, occasion: Occasion, text: str) -> Sequence[str | bytes]:
        """What is sent for one event."""
        for fault in self._faults.values():
            if (texts := fault.on_event(occasion, text)) is not None:
                return texts
        return [text]

    def refuses_subscription(self, connection: Connection, name: str, occasion: Any) -> bool:
        """Whether any fault refuses it."""
        return any(f.on_subscription(connection, name, occasion) for f in self._faults.values())

    def on_handshake(self, endpoint: str) -> int | None:
        """Status of the first refusal."""
        for fault in self._faults.values():
            if (status := fault.on_handshake(endpoint)) is not None:
                return status
        return None

    def silences_ping(self, connection: Connection) -> bool:
        """Whether any fault leaves this heartbeat out."""
        return any(fault.silences_ping(connection) for fault in self._faults.values())

    def holds_events(self) -> bool:
        """Whether any fault makes stream events wait."""
        holding = [fault.holds_events() for fault in self._faults.values()]  # each one fires
        return any(holding)
