"""A reply whose body is not what the protocol says."""

from typing import ClassVar

import msgspec

from venueproof_simulator.faults.base import Fault
from venueproof_simulator.toolkit.calls import Call, Reply

HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


class ReplaceBody(Fault):
    """Apply (or not), then send another body and status: a gateway's page, nothing, or garbage."""

    parameters: ClassVar = {
        "status": (502, "HTTP status"),
        "body": ("html", "html, empty, garbage or null"),
        "applied": (True, "whether the request is carried out all the same"),
    }

    def before(self, call: Call) -> Reply | None:
        return None if self.values["applied"] or not self.wants(call) else self._broken(Reply())

    def after(self, call: Call, reply: Reply) -> Reply:
        return self._broken(reply) if self.values["applied"] and self.wants(call) else reply

    def _broken(self, reply: Reply) -> Reply:
        kind = self.values["body"]
        bodies = {"html": HTML, "empty": b"", "garbage": b'{"a":[1,', "null": b"null"}
        self.fire(f"{self.values['status']} {kind}")
        headers = {
            **reply.headers,
            "Content-Type": "text/html" if kind == "html" else "application/json",
        }
        return msgspec.structs.replace(
            reply, status=self.values["status"], body=bodies[kind], headers=headers
        )


FAULT = ReplaceBody
