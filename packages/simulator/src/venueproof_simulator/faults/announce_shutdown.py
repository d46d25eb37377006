"""The venue tells its clients that it is about to go down, and then does."""

from typing import ClassVar

from venueproof_simulator.connections import Connection
from venueproof_simulator.faults.close_stream import CloseStream, as_occasion


class AnnounceShutdown(CloseStream):
    """Send the venue's shutdown notice on every open stream connection that matches, and close it later."""

    parameters: ClassVar = {
        "close_after_s": (600, "seconds of the timer clock until they are closed; 0 is never"),
        "code": (1001, "close code"),
        "reason": ("", "text"),
    }

    def armed(self) -> None:
        for connection in list(self.world.connections.values()):
            if connection.is_open and self.wants(as_occasion(connection)):
                self._announce(connection)

    def _announce(self, connection: Connection) -> None:
        notice = self.world.dialect.shutdown_notice(connection)
        if notice is None:
            return
        self.fire(f"connection {connection.id}")
        connection.send_text(notice)
        if self.values["close_after_s"]:
            self.world.timers.call_later(
                self.values["close_after_s"],
                lambda: connection.close(self.values["code"], self.values["reason"]),
            )


FAULT = AnnounceShutdown
