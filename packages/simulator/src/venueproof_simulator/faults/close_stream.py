"""The venue ends stream connections."""

from typing import ClassVar

from venueproof_simulator.connections import Connection
from venueproof_simulator.faults.base import Fault
from venueproof_simulator.toolkit.streams import StreamEvent


class CloseStream(Fault):
    """Close every open stream connection that matches, now: with a code, or without a word (0)."""

    parameters: ClassVar = {
        "code": (1001, "close code; 0 cuts the connection"),
        "reason": ("", "text"),
    }

    def armed(self) -> None:
        for connection in list(self.world.connections.values()):
            if connection.is_open and self.wants(as_occasion(connection)):
                self.fire(f"connection {connection.id} code {self.values['code']}")
                if self.values["code"]:
                    connection.close(self.values["code"], self.values["reason"])
                else:
                    connection.abort()

    def wants(self, occasion: StreamEvent) -> bool:
        wanted = self.spec.match.channel
        connection = self.world.connections[occasion.connection or 0]
        if wanted is not None and wanted not in connection.channels.values():
            return False
        if self.spec.match.connection not in (None, connection.id):
            return False
        return self.spec.count is None or self.fired < self.spec.count


def as_occasion(connection: Connection) -> StreamEvent:
    """A connection, to be matched like an event."""
    return StreamEvent(name="", payload=b"", connection=connection.id)


FAULT = CloseStream
