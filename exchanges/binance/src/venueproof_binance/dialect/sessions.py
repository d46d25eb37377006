"""What a stream connection is at Binance: its kind, its options, its heartbeat, its limits, its end.

Source: WebSocket streams page, "General information"; WebSocket API page, "General API information".
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from venueproof_binance.dialect import wire
from venueproof_simulator.clocks import SECOND_NS, Timer
from venueproof_simulator.connections import Connection
from venueproof_simulator.toolkit import Call

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

PING_EVERY_S = 20
PONG_WITHIN_S = 60
LIFETIME_S = 86_400
# How long before the end of a connection's life the venue tells of it is not documented.
NOTICE_S = 600
MESSAGES_PER_SECOND = 5
CONNECTING_WEIGHT = 2
COMBINED, RAW, API = "/stream", "/ws", "/ws-api/v3"
UNITS = {"MICROSECOND": 1000, "MILLISECOND": 1_000_000}


@dataclass
class Session:
    """The dialect's state of one connection.

    Attributes:
        connected_ns: When it was opened, by the venue's clock.
        is_combined: Events are wrapped with their stream's name.
        time_unit: As the URL gives it.
        unit_ns: Times are in units of so many nanoseconds.
        subscriptions: WebSocket API: subscription id to account.
        by_logon: WebSocket API: ids of the subscriptions that stand on the logon.
        account: WebSocket API: who has logged on.
    """

    is_api: bool
    connected_ns: int
    is_combined: bool = False
    time_unit: str = "MILLISECOND"
    unit_ns: int = 1_000_000
    returns_rate_limits: bool = True
    subscriptions: dict[int, str] = field(default_factory=dict)
    by_logon: set[int] = field(default_factory=set)
    next_subscription: int = 0
    account: str | None = None
    api_key: str | None = None
    authorized_ns: int | None = None
    unanswered_since_ns: int | None = None
    pongs_seen: int = 0
    times: deque[int] = field(default_factory=deque)
    timers: list[Timer] = field(default_factory=list)


def unit_of(call: Call) -> int:
    """The unit of time that a request wants, in nanoseconds."""
    return UNITS[call.headers.get("X-MBX-TIME-UNIT", "MILLISECOND").upper()]


def endpoint_of(path: str) -> str | None:
    """Endpoint name if a WebSocket can be opened at this path."""
    if path == API:
        return "websocket_api"
    return "stream" if path in (COMBINED, RAW) or path.startswith(f"{RAW}/") else None


class Sessions:
    """Opens, watches and ends the connections of one world."""

    def __init__(self, dialect: BinanceDialect) -> None:
        self._dialect = dialect
        self._world = dialect.world

    def opened(self, connection: Connection, target: str) -> None:
        """Subscribe what the URL names and start the heartbeat."""
        path, _, query = target.partition("?")
        # A plus sign stands for itself: kline streams carry a time zone.
        options = {
            unquote(name): unquote(value)
            for name, _, value in (part.partition("=") for part in query.split("&"))
        }
        session = Session(
            is_api=path == API,
            connected_ns=self._world.stamps.time_ns(),
            is_combined=path == COMBINED,
        )
        connection.state = session
        unit = options.get("timeUnit", "MILLISECOND").upper()
        session.time_unit, session.unit_ns = unit, UNITS.get(unit, session.unit_ns)
        session.returns_rate_limits = options.get("returnRateLimits") != "false"
        listed = options.get("streams", "") if path == COMBINED else unquote(path[len(RAW) :])
        if session.is_api:
            now = self._world.timers.now_ns()
            self._dialect.limits_of_world.weight.take(CONNECTING_WEIGHT, now)
        elif names := [name for name in listed.split("/") if name]:
            self._dialect.market_streams.subscribe(connection, names)
        timers = self._world.timers
        session.timers = [
            timers.call_later(PING_EVERY_S, lambda: self._beat(connection)),
            timers.call_later(LIFETIME_S - NOTICE_S, lambda: self._give_notice(connection)),
            timers.call_later(LIFETIME_S, lambda: connection.close(1000, "24 hours")),
        ]

    def received(self, connection: Connection, text: str) -> None:
        """A client message: a request of the WebSocket API, or a control message of a stream."""
        session: Session = connection.state
        if not self.count_message(connection):
            return
        call = Call(
            self._world,
            method="WS" if session.is_api else "STREAM",
            target="",
            headers={},
            body=text.encode(),
            received_ns=self._world.stamps.time_ns(),
            connection=connection.id,
        )
        connection.do(self._serve(connection, call))

    async def _serve(self, connection: Connection, call: Call) -> None:
        reply = await self._world.serve(call)
        if reply.delivery == "cut":
            connection.abort()
        elif reply.delivery == "whole":
            if call.method == "WS":
                connection.send_text(self._dialect.websocket_api.frame(call, reply))
            else:
                connection.send_text(reply.body.decode())

    def closed(self, connection: Connection) -> None:
        """Stop its timers."""
        for timer in connection.state.timers:
            timer.cancel()

    def count_message(self, connection: Connection) -> bool:
        """Count a frame from the client, PING and PONG included; too many in a second end a stream connection.

        The documents of the WebSocket API name no such limit.
        """
        session: Session = connection.state
        if session.is_api:
            return True
        now = self._world.timers.now_ns()
        session.times.append(now)
        while session.times[0] <= now - SECOND_NS:
            session.times.popleft()
        if len(session.times) <= MESSAGES_PER_SECOND:
            return True
        connection.close(1008, "Too many requests")
        return False

    def shutdown_notice(self, connection: Connection) -> str:
        """That the connection will end, in the form that the connection has."""
        session: Session = connection.state
        row: Any = {"e": "serverShutdown", "E": self._world.stamps.time_ns() // session.unit_ns}
        if session.is_api:
            row = {"event": row}
        elif session.is_combined:
            row = {"stream": "!serverShutdown", "data": row}
        return wire.encode(row).decode()

    def _give_notice(self, connection: Connection) -> None:
        connection.send_text(self.shutdown_notice(connection))

    def _beat(self, connection: Connection) -> None:
        session: Session = connection.state
        now = self._world.timers.now_ns()
        if connection.pongs > session.pongs_seen:
            session.pongs_seen = connection.pongs
            session.unanswered_since_ns = None
        waited = now - session.unanswered_since_ns if session.unanswered_since_ns else 0
        if waited >= PONG_WITHIN_S * SECOND_NS:
            connection.close(1008, "Pong timeout")
            return
        if not self._world.faults.silences_ping(connection):
            connection.ping(str(now // 1_000_000).encode())
            session.unanswered_since_ns = session.unanswered_since_ns or now
        session.timers[0] = self._world.timers.call_later(
            PING_EVERY_S, lambda: self._beat(connection)
        )
