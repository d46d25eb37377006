"""Data the venue may send although its examples never show it."""

import re
from typing import ClassVar

import msgspec

from venueproof_simulator.connections import Occasion
from venueproof_simulator.faults.base import Fault
from venueproof_simulator.toolkit.calls import Call, Reply


class EditText(Fault):
    """Replace what a regular expression finds in replies or stream events."""

    parameters: ClassVar = {
        "pattern": ("", "regular expression to find"),
        "replacement": ("", "what stands there instead"),
        "where": ("reply", "reply or event"),
    }

    def after(self, call: Call, reply: Reply) -> Reply:
        if self.values["where"] != "reply" or not self.wants(call):
            return reply
        text, count = self._edit(reply.body.decode())
        if not count:
            return reply
        self.fire(f"{count} place(s)")
        return msgspec.structs.replace(reply, body=text.encode())

    def on_event(self, occasion: Occasion, text: str) -> list[str] | None:
        if self.values["where"] != "event" or not self.wants(occasion):
            return None
        edited, count = self._edit(text)
        if not count:
            return None
        self.fire(f"{count} place(s)")
        return [edited]

    def _edit(self, text: str) -> tuple[str, int]:
        return re.subn(self.values["pattern"], self.values["replacement"], text)


FAULT = EditText
