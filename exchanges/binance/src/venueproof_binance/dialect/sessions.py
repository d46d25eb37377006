"""What a stream connection is at Binance: its kind, its heartbeat, its limits.

Source: WebSocket streams page, "General information"; WebSocket API page, "General API information".
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

from venueproof_simulator.clocks import SECOND_NS, Timer
from venueproof_simulator.connections import Connection
from venueproof_simulator.toolkit import Call

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

PING_EVERY_S = 20
PONG_WITHIN_S = 60
LIFETIME_S = 86_400
MESSAGES_PER_SECOND = 5


@dataclass
class Session:
    """The dialect's state of one connection.

    Attributes:
        is_combined: Events are wrapped with their stream's name.
        subscriptions: WebSocket API: subscription id to account.
        account: WebSocket API: who has logged on.
    """

    is_api: bool
    is_combined: bool = False
    subscriptions: dict[int, str] = field(default_factory=dict)
    next_subscription: int = 0
    account: str | None = None
    api_key: str | None = None
    unanswered_since_ns: int | None = None
    pongs_seen: int = 0
    times: deque[int] = field(default_factory=deque)
    timers: list[Timer] = field(default_factory=list)


class Sessions:
    """Opens, watches and ends the connections of one world."""

    def __init__(self, dialect: BinanceDialect) -> None:
        self._dialect = dialect
        self._world = dialect.world

    def opened(self, connection: Connection, target: str) -> None:
        """Subscribe what the URL names and start the heartbeat."""
        path, _, query = target.partition("?")
        session = Session(is_api=connection.endpoint == "websocket_api")
        session.is_combined = path == "/stream"
        connection.state = session
        names: list[str] = []
        if path.startswith("/ws/"):
            names = [unquote(name) for name in path.removeprefix("/ws/").split("/") if name]
        elif path == "/stream":
            names = [
                name for text in parse_qs(query).get("streams", []) for name in text.split("/")
            ]
        if session.is_api:
            self._dialect.limits_of_world.weight.take(2, self._world.timers.now_ns())
        if names:
            self._dialect.market_streams.subscribe(connection, names)
        timers = self._world.timers
        session.timers = [
            timers.call_later(PING_EVERY_S, lambda: self._beat(connection)),
            timers.call_later(LIFETIME_S, lambda: connection.close(1000, "24 hours")),
        ]

    def received(self, connection: Connection, text: str) -> None:
        """A client message: a request of the WebSocket API, or a control message of a stream."""
        session: Session = connection.state
        if not session.is_api and self._is_too_fast(session):
            connection.close(1008, "Too many requests")
            return
        method = "WS" if session.is_api else "STREAM"
        call = Call(
            self._world,
            method=method,
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

    def _is_too_fast(self, session: Session) -> bool:
        now = self._world.timers.now_ns()
        session.times.append(now)
        while session.times[0] <= now - SECOND_NS:
            session.times.popleft()
        return len(session.times) > MESSAGES_PER_SECOND

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
