"""The venue's heartbeats stop."""

from venueproof_simulator.connections import Connection
from venueproof_simulator.faults.base import Fault


class SilencePings(Fault):
    """Leave the venue's pings out on every connection."""

    def silences_ping(self, connection: Connection) -> bool:
        if self.spec.count is not None and self.fired >= self.spec.count:
            return False
        self.fire(f"connection {connection.id}")
        return True


FAULT = SilencePings
