"""The venue answers with one of the errors that it documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from venueproof_simulator.faults.base import Fault
from venueproof_simulator.toolkit.calls import Call, Reply

if TYPE_CHECKING:
    from venueproof_core.control import FaultSpec
    from venueproof_simulator.world import World


class AnswerError(Fault):
    """Answer with one of the errors that the venue documents: its code, text, status and headers."""

    parameters: ClassVar = {
        "error": ("", "id of the error, as `GET /truth/errors` has it"),
        "applied": (False, "whether the request is carried out all the same"),
        "retry_after_s": (1, "pause asked for by those that ask for one"),
    }

    def __init__(self, fault_id: str, spec: FaultSpec, world: World) -> None:
        super().__init__(fault_id, spec, world)
        self._error = next(
            (e for e in world.dialect.documented_errors() if e.id == self.values["error"]), None
        )
        if self._error is None:
            raise ValueError(f"{world.dialect.name} documents no error {self.values['error']!r}")

    def before(self, call: Call) -> Reply | None:
        return None if self.values["applied"] or not self.wants(call) else self._answer(call)

    def after(self, call: Call, reply: Reply) -> Reply:
        return self._answer(call) if self.values["applied"] and self.wants(call) else reply

    def _answer(self, call: Call) -> Reply:
        assert self._error is not None
        self.fire(self._error.id)
        dialect = self.world.dialect
        refusal = dialect.documented_refusal(
            self._error, retry_after_s=self.values["retry_after_s"]
        )
        return dialect.refuse(call, refusal)


FAULT = AnswerError
