"""Stream connections: auth, subscribe, unsubscribe, ping. Source: "Connect"; texts seen on the wire.

Acks are held back for a moment, as the venue's network does: a client that registers its handler only after it has
sent the request would lose an immediate answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from venueproof_bybit.dialect import topics
from venueproof_bybit.dialect.wire import MS, encode
from venueproof_core.control import Channel, Operation
from venueproof_simulator.clocks import Timer
from venueproof_simulator.connections import Connection
from venueproof_simulator.toolkit import Call, Refuse, Reply, StreamEvent

if TYPE_CHECKING:
    from venueproof_bybit.dialect.venue import BybitDialect

PUBLIC, PRIVATE, TRADE = "/v5/public/spot", "/v5/private", "/v5/trade"
ENDPOINTS = {PUBLIC: "stream", PRIVATE: "private_stream", TRADE: "trade_stream"}
MOST_ARGUMENTS = 10
LONGEST_ARGUMENTS = 21_000
IDLE_S = 600.0
PRIVATE_TOPICS = ("order", "execution", "wallet")
OPERATIONS = {
    "subscribe": Operation.SUBSCRIBE,
    "unsubscribe": Operation.UNSUBSCRIBE,
    "auth": Operation.LOGIN,
    "ping": Operation.PING,
}


@dataclass
class Session:
    """The dialect's state of one connection.

    Attributes:
        account: Who has authenticated.
        request_ids: Of the trade stream: each may be used once.
        accepted: Topics that are delivered once their ack is on its way.
    """

    path: str
    conn_id: str
    account: str | None = None
    idle: Timer | None = None
    request_ids: set[str] = field(default_factory=set)
    accepted: list[str] = field(default_factory=list)


def private_name(topic: str, account: str) -> str:
    """Name of an account's topic inside the simulator; no client sees it."""
    return f"{account}:{topic}"


class Sockets:
    """Answers what clients send on stream connections."""

    def __init__(self, dialect: BybitDialect) -> None:
        self._dialect = dialect
        self._world = dialect.world

    def opened(self, connection: Connection, target: str) -> None:
        """Begin to watch for silence."""
        number = f"{self._world.seed}-{connection.id:06d}"
        connection.state = Session(path=target.partition("?")[0], conn_id=number)
        self._watch(connection)

    def closed(self, connection: Connection) -> None:
        """Stop watching."""
        if connection.state.idle is not None:
            connection.state.idle.cancel()

    def received(self, connection: Connection, text: str) -> None:
        """A client's message."""
        session: Session = connection.state
        self._watch(connection)
        call = Call(
            self._world,
            method="TRADE" if session.path == TRADE else "STREAM",
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
            return
        if reply.delivery == "whole":
            connection.send_text(reply.body.decode())
        self._begin(connection)

    def _begin(self, connection: Connection) -> None:
        """Deliver what was subscribed to, from its snapshot on: none of it may come before the ack."""
        session: Session = connection.state
        accepted, session.accepted = session.accepted, []
        for name in accepted:
            channel = self.channel(name)
            inside = private_name(name, session.account) if session.account else name
            if channel is not None:
                connection.channels[inside] = channel
            if inside not in connection.subscriptions:
                self._dialect.topics.begin(connection, name)
                self._world.hub.subscribe(connection, [inside])
        self._world.journal.notify()

    # ------------------------------------------------------------ reading

    def read(self, call: Call) -> None:
        """Operation, channel and symbol, as far as they can be told."""
        message = decoded(call.body)
        operation, arguments = message.get("op"), message.get("args")
        call.operation = OPERATIONS.get(str(operation), Operation.OTHER)
        call.target = f"{operation} {'***' if operation == 'auth' else arguments}"
        if operation in ("subscribe", "unsubscribe") and isinstance(arguments, list) and arguments:
            names = [str(name) for name in arguments]
            found = [topics.parse(name) for name in names]
            channels = {self.channel(name) for name in names}
            symbols = {one[2] if one else None for one in found}
            call.channel = channels.pop() if len(channels) == 1 else None
            call.symbol = symbols.pop() if len(symbols) == 1 else None
            call.parameters = {str(place): name for place, name in enumerate(names)}
        elif operation == "auth" and isinstance(arguments, list) and len(arguments) > 1:
            call.parameters = {"expires": str(arguments[1])}

    def channel(self, topic: str) -> Channel | None:
        """What a topic carries, private ones included."""
        return Channel.PRIVATE if _private(topic) else topics.channel_of(topic)

    # ------------------------------------------------------------ answering

    def answer(self, call: Call) -> Reply:
        """Do it and acknowledge."""
        connection = self._world.connections[call.connection or 0]
        message = decoded(call.body)
        operation = message.get("op")
        act: Callable[..., dict[str, Any]] | None = {
            "ping": self._ping,
            "auth": self._auth,
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
        }.get(str(operation))
        if act is None:
            body = self._ack(connection, message, success=False, said="error:invalid op")
            body["request"] = {"op": operation or "", "args": message.get("args")}
        else:
            body = act(connection, message, call)
        code = None if body.get("success", True) else str(body["ret_msg"])
        return Reply(status=200 if code is None else 400, body=encode(body), code=code)

    def _ping(self, connection: Connection, message: dict[str, Any], call: Call) -> dict[str, Any]:
        session: Session = connection.state
        if session.path == PRIVATE:
            now = str(self._world.stamps.time_ns() // MS)
            body = {"op": "pong", "args": [now], "conn_id": session.conn_id}
            return {"req_id": message["req_id"], **body} if "req_id" in message else body
        return self._ack(connection, message, said="pong")

    def _auth(self, connection: Connection, message: dict[str, Any], call: Call) -> dict[str, Any]:
        try:
            self.log_in(connection, message.get("args"), call)
        except Refuse as refusal:
            return self._ack(connection, message, success=False, said=refusal.message)
        return self._ack(connection, message)

    def log_in(self, connection: Connection, arguments: Any, call: Call) -> None:
        """Prove who is at the other end.

        Raises:
            Refuse: 10003, 10004, or 10001 where ``expires`` is not in the future.
        """
        if not isinstance(arguments, list) or len(arguments) != 3:
            raise Refuse(10001, "Params Error", status=200)
        key, expires, sign = (str(argument) for argument in arguments)
        account = self._dialect.keys.owner(call, key)
        self._dialect.keys.check_signature(call, account, f"GET/realtime{expires}".encode(), sign)
        if not expires.isdigit() or int(expires) * MS <= self._world.stamps.time_ns():
            raise Refuse(10001, "Params Error", status=200)
        call.account = account
        connection.state.account = account.name

    def _subscribe(
        self, connection: Connection, message: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        session: Session = connection.state
        names = message.get("args")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            return self._ack(connection, message, success=False, said="error:args is invalid")
        if len(names) > MOST_ARGUMENTS and session.path == PUBLIC:
            return self._ack(connection, message, success=False, said="args size >10")
        total = sum(map(len, [*connection.subscriptions, *names]))
        if total > LONGEST_ARGUMENTS:
            return self._ack(connection, message, success=False, said="args length >21000")
        for name in names:
            is_known = _private(name) if session.path == PRIVATE else topics.parse(name)
            if not is_known:
                said = f"error:handler not found,topic:{name}"
                return self._ack(connection, message, success=False, said=said)
        if session.path == PRIVATE and session.account is None:
            said = "Request not authorized"
            return self._ack(connection, message, success=False, said=said)
        for name in names:
            occasion = StreamEvent(
                name=name,
                payload=b"",
                channel=self.channel(name),
                symbol=self._dialect.stream_symbol(name),
                connection=connection.id,
            )
            if self._world.faults.refuses_subscription(connection, name, occasion):
                said = f"error:handler not found,topic:{name}"
                return self._ack(connection, message, success=False, said=said)
        session.accepted += names
        return self._ack(connection, message, said="" if session.account else "subscribe")

    def _unsubscribe(
        self, connection: Connection, message: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        session: Session = connection.state
        names = [str(name) for name in message.get("args") or []]
        inside = [
            private_name(name, session.account) if session.account else name for name in names
        ]
        for name in inside:
            connection.channels.pop(name, None)
        self._world.hub.unsubscribe(connection, inside)
        return self._ack(connection, message, said="" if session.account else "unsubscribe")

    def _ack(
        self,
        connection: Connection,
        message: dict[str, Any],
        *,
        success: bool = True,
        said: str = "",
    ) -> dict[str, Any]:
        body = {"success": success, "ret_msg": said, "conn_id": connection.state.conn_id}
        if "req_id" in message:
            body["req_id"] = message["req_id"]
        return {**body, "op": message.get("op") or ""}

    def _watch(self, connection: Connection) -> None:
        session: Session = connection.state
        if session.idle is not None:
            session.idle.cancel()
        session.idle = self._world.timers.call_later(IDLE_S, lambda: connection.close(1000, "idle"))


def decoded(body: bytes) -> dict[str, Any]:
    """A message as an object; whatever else it is, it has no operation."""
    try:
        message = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return message if isinstance(message, dict) else {}


def _private(topic: str) -> bool:
    return topic in PRIVATE_TOPICS or topic in ("order.spot", "execution.spot")
