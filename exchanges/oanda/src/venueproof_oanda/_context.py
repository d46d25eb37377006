"""What all parts of one connector share."""

from collections.abc import Mapping
from dataclasses import dataclass

from venueproof_core import Clock, WireTables
from venueproof_net import HttpSession, OrderTracker, Parts, StreamProtocol, StreamSession
from venueproof_oanda.rest import OandaRest
from venueproof_oanda.settings import OandaSettings

QUIET_S = 12.0
"""Heartbeats come every five seconds: after two that are missing a stream is dead."""

CONNECTS = (2, 1.0)
"""Connections in so many seconds, from one address."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """One connector's shared state."""

    rest: OandaRest
    http: HttpSession
    tracker: OrderTracker
    settings: OandaSettings
    endpoints: Mapping[str, str]
    clock: Clock
    parts: Parts
    tables: WireTables

    def session(self, protocol: StreamProtocol) -> StreamSession:
        """A new stream session, not yet connected."""
        heartbeat = self.parts.heartbeat()
        heartbeat.quiet_s = QUIET_S
        # There is no way to ask.
        heartbeat.questions = 1
        return self.parts.session(
            protocol,
            self.http,
            venue="oanda",
            clock=self.clock,
            timeout_s=self.settings.request_timeout_s,
            reconnect=self.parts.reconnect(),
            subscriptions=self.parts.subscriptions(),
            heartbeat=heartbeat,
            messages=self.parts.pacer(1, 1.0),
            connects=self.parts.pacer(*CONNECTS),
        )
