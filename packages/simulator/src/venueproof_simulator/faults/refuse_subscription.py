"""The venue refuses a subscription."""

from typing import Any

from venueproof_simulator.connections import Connection
from venueproof_simulator.faults.base import Fault


class RefuseSubscription(Fault):
    """Refuse subscriptions that match, in the venue's own words; others in the same message are made."""

    def on_subscription(self, connection: Connection, name: str, occasion: Any) -> bool:
        if not self.wants(occasion):
            return False
        self.fire(name)
        return True


FAULT = RefuseSubscription
