"""Stream connections cannot be opened."""

from typing import ClassVar

from venueproof_simulator.faults.base import Fault


class RefuseConnection(Fault):
    """Answer handshakes of stream connections with an HTTP error."""

    parameters: ClassVar = {
        "status": (503, "HTTP status"),
        "endpoint": ("", "endpoint name; empty is any"),
    }

    def on_handshake(self, endpoint: str) -> int | None:
        if self.spec.count is not None and self.fired >= self.spec.count:
            return None
        if self.values["endpoint"] not in ("", endpoint):
            return None
        self.fire(endpoint)
        status: int = self.values["status"]
        return status


FAULT = RefuseConnection
