"""A stream event that arrives twice."""

from venueproof_simulator.connections import Occasion
from venueproof_simulator.faults.base import Fault


class DuplicateEvent(Fault):
    """Send matching events two times in a row."""

    def on_event(self, occasion: Occasion, text: str) -> list[str] | None:
        if not self.wants(occasion):
            return None
        self.fire()
        return [text, text]


FAULT = DuplicateEvent
