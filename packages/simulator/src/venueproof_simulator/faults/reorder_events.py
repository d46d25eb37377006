"""Two stream events that arrive in the wrong order."""

from typing import Any

from venueproof_simulator.connections import Occasion
from venueproof_simulator.faults.base import Fault
from venueproof_simulator.journal import matches


class ReorderEvents(Fault):
    """Keep a matching event back and send it after the next matching one of its connection."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._kept: dict[int | None, str] = {}

    def on_event(self, occasion: Occasion, text: str) -> list[str] | None:
        kept = self._kept.get(occasion.connection)
        if kept is None:
            if not self.wants(occasion):
                return None
            self._kept[occasion.connection] = text
            return []
        if not matches(self.spec.match, occasion):
            return None
        del self._kept[occasion.connection]
        self.fire()
        return [text, kept]


FAULT = ReorderEvents
