"""A stream event that cannot be read."""

from collections.abc import Sequence
from typing import ClassVar

from venueproof_simulator.connections import Occasion
from venueproof_simulator.faults.base import Fault

# Begins like a compressed frame, and is none.
NOISE = bytes([0x1F, 0x8B, 0x08, 0x00, 0xFF, 0xFE, 0x80])


class GarbleEvent(Fault):
    """Send, instead of a matching event, something that cannot be read as one."""

    parameters: ClassVar = {
        "how": (
            "truncate",
            "truncate: half of it; brackets: no JSON; list: JSON of another kind; binary: a binary frame",
        )
    }

    def on_event(self, occasion: Occasion, text: str) -> Sequence[str | bytes] | None:
        if not self.wants(occasion):
            return None
        how = self.values["how"]
        self.fire(how)
        if how == "truncate":
            return [text[: len(text) // 2]]
        if how == "binary":
            return [NOISE]
        return ["{[}" if how == "brackets" else "[0, null]"]


FAULT = GarbleEvent
