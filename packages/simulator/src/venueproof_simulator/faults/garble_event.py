"""A stream event that cannot be read."""

from typing import ClassVar

from venueproof_simulator.connections import Occasion
from venueproof_simulator.faults.base import Fault


class GarbleEvent(Fault):
    """Send half of a matching event, or none of its text but brackets."""

    parameters: ClassVar = {"how": ("truncate", "truncate or brackets")}

    def on_event(self, occasion: Occasion, text: str) -> list[str] | None:
        if not self.wants(occasion):
            return None
        self.fire(self.values["how"])
        return [text[: len(text) // 2] if self.values["how"] == "truncate" else "{[}"]


FAULT = GarbleEvent
