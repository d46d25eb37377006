"""The venue refuses, in its own words, with or without having applied the request."""

from typing import ClassVar

from venueproof_simulator.faults.base import Fault
from venueproof_simulator.toolkit.calls import Call, Reply


class RefuseRequest(Fault):
    """Answer with one of the venue's standard refusals."""

    parameters: ClassVar = {
        "reason": ("overloaded", "rate_limited, banned, overloaded, internal or unknown_outcome"),
        "applied": (False, "whether the request is carried out all the same"),
        "retry_after_s": (1, "pause asked for by rate_limited and banned"),
    }

    def before(self, call: Call) -> Reply | None:
        return None if self.values["applied"] or not self.wants(call) else self._refuse(call)

    def after(self, call: Call, reply: Reply) -> Reply:
        return self._refuse(call) if self.values["applied"] and self.wants(call) else reply

    def _refuse(self, call: Call) -> Reply:
        self.fire(self.values["reason"])
        dialect = self.world.dialect
        refusal = dialect.standard_refusal(
            self.values["reason"], retry_after_s=self.values["retry_after_s"]
        )
        return dialect.refuse(call, refusal)


FAULT = RefuseRequest
