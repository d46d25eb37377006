"""A stream event that never arrives: the gap."""

from venueproof_simulator.connections import Occasion
from venueproof_simulator.faults.base import Fault


class DropEvent(Fault):
    """Leave matching events out."""

    def on_event(self, occasion: Occasion, text: str) -> list[str] | None:
        if not self.wants(occasion):
            return None
        self.fire()
        return []


FAULT = DropEvent
