"""The venue applies the request and its reply never arrives."""

from typing import ClassVar

import msgspec

from venueproof_simulator.faults.base import Fault
from venueproof_simulator.toolkit.calls import Call, Reply


class LoseReply(Fault):
    """Apply, then stay silent (``never``), end the connection (``cut``) or send half (``truncated``)."""

    parameters: ClassVar = {"delivery": ("never", "never, cut or truncated")}

    def after(self, call: Call, reply: Reply) -> Reply:
        if not self.wants(call):
            return reply
        self.fire(self.values["delivery"])
        return msgspec.structs.replace(reply, delivery=self.values["delivery"])


FAULT = LoseReply
