"""A half-open connection: no bytes, no end, no sign."""

from venueproof_simulator.faults.close_stream import CloseStream, as_occasion


class StallStream(CloseStream):
    """Make every open stream connection that matches silent for good, without closing it."""

    parameters = {}  # noqa: RUF012 - replaces those of CloseStream

    def armed(self) -> None:
        for connection in list(self.world.connections.values()):
            if connection.is_open and self.wants(as_occasion(connection)):
                connection.is_mute = True
                self.fire(f"connection {connection.id}")


FAULT = StallStream
