"""A venue that is slow today."""

from typing import ClassVar

from venueproof_simulator.faults.base import Fault
from venueproof_simulator.toolkit.calls import Call


class DelayReply(Fault):
    """Apply at once, and reply late; events of streams go out meanwhile."""

    parameters: ClassVar = {
        "delay_s": (0.5, "seconds of the timer clock"),
        "jitter_s": (0.0, "up to so many seconds more, drawn from the seed"),
    }

    def delay_s(self, call: Call) -> float:
        if not self.wants(call):
            return 0.0
        self.fire()
        delay, jitter = float(self.values["delay_s"]), float(self.values["jitter_s"])
        return delay + jitter * self.world.random.random()


FAULT = DelayReply
