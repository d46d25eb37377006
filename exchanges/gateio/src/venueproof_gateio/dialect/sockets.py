"""WebSocket connections: subscribe, unsubscribe, spot.ping. Source: "Spot WebSocket v4"; texts seen on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venueproof_core.control import Channel, Operation
from venueproof_gateio.dialect import channels, market
from venueproof_gateio.dialect.listings import BY_PAIR
from venueproof_gateio.dialect.wire import MS, decoded, encode
from venueproof_simulator.clocks import SECOND_NS, Timer
from venueproof_simulator.connections import Connection
from venueproof_simulator.toolkit import Call, Refuse, Reply, StreamEvent

if TYPE_CHECKING:
    from venueproof_gateio.dialect.venue import GateioDialect

PATHS = ("/ws/v4/", "/ws/v4", "/v4/ws/spot")
IDLE_S = 30
IDLE_WITH_TOPICS_S = 60
# Not documented: a client that has sent nothing for so long is taken for gone, whatever it was told meanwhile.
GONE_S = 3600
PRIVATE = (
    "spot.orders",
    "spot.orders_v2",
    "spot.usertrades",
    "spot.usertrades_v2",
    "spot.balances",
)
BAD_BODY, BAD_ARGUMENT, SERVER_ERROR, AUTHENTICATION = 1, 2, 3, 4
AUTHENTICATION_LABELS = ("INVALID_KEY", "INVALID_SIGNATURE")


class Denied(Exception):
    """A subscription that is not taken: code and text of the ack."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Session:
    """The dialect's state of one connection.

    Attributes:
        account: Who has logged in for placing orders.
    """

    conn_id: str
    account: str | None = None
    idle: Timer | None = None
    heard: int = 0
    watched_ns: int = 0


def private_name(channel: str, account: str, pair: str) -> str:
    """Name of an account's topic inside of the simulator; no client sees it."""
    return f"{channel}@{account}:{pair}"


class Sockets:
    """Answers what clients send."""

    def __init__(self, dialect: GateioDialect) -> None:
        self._dialect = dialect
        self._world = dialect.world
        self._requests = 0

    def opened(self, connection: Connection) -> None:
        """Begin to watch for silence."""
        connection.state = Session(conn_id=f"{self._world.seed:08x}{connection.id:08x}")
        self._watch(connection)

    def closed(self, connection: Connection) -> None:
        """Stop watching."""
        if connection.state.idle is not None:
            connection.state.idle.cancel()

    def heard(self, connection: Connection) -> None:
        """The client has shown that it lives."""
        self._watch(connection)

    def received(self, connection: Connection, text: str) -> None:
        """A client's message; one that is no JSON object is never answered."""
        self._watch(connection)
        message = decoded(text.encode())
        if not isinstance(message, dict):
            return
        call = Call(
            self._world,
            method="API" if message.get("event") == "api" else "STREAM",
            target="",
            headers={},
            body=text.encode(),
            received_ns=self._world.stamps.time_ns(),
            connection=connection.id,
        )
        connection.do(self._serve(connection, call))

    async def _serve(self, connection: Connection, call: Call) -> None:
        before = dict(connection.subscriptions)
        reply = await self._world.serve(call)
        if reply.delivery == "cut":
            connection.abort()
        elif reply.delivery == "whole":
            connection.send_text(reply.body.decode())
            for name in connection.subscriptions:
                if name not in before:
                    self._dialect.channels.begin(connection, name)

    def _watch(self, connection: Connection) -> None:
        session: Session = connection.state
        if session.idle is not None:
            session.idle.cancel()
        session.heard = connection.frames_sent
        session.watched_ns = self._world.timers.now_ns()
        session.idle = self._world.timers.call_later(IDLE_S, lambda: self._silent(connection))

    def _silent(self, connection: Connection) -> None:
        """Half a minute without a frame from the client: events of ours are a sign of life, too."""
        session: Session = connection.state
        silence_ns = self._world.timers.now_ns() - session.watched_ns
        if not connection.subscriptions or silence_ns >= GONE_S * SECOND_NS:
            connection.abort()
        elif connection.frames_sent != session.heard:
            self._watch(connection)
        else:
            rest_s = IDLE_WITH_TOPICS_S - IDLE_S
            session.idle = self._world.timers.call_later(rest_s, lambda: self._end(connection))

    def _end(self, connection: Connection) -> None:
        if connection.frames_sent == connection.state.heard:
            connection.abort()
        else:
            self._watch(connection)

    # ------------------------------------------------------------ reading

    def read(self, call: Call) -> None:
        """Operation, channel and symbol, as far as they can be told."""
        message = decoded(call.body)
        channel, event = str(message.get("channel", "")), str(message.get("event", ""))
        payload = message.get("payload")
        names = _names(channel, payload if isinstance(payload, list) else [])
        call.target = f"{event} {channel} {payload if isinstance(payload, list) else ''}".strip()
        call.documented = channel
        call.operation = {
            "subscribe": Operation.SUBSCRIBE,
            "unsubscribe": Operation.UNSUBSCRIBE,
        }.get(event, Operation.PING if channel == "spot.ping" else Operation.OTHER)
        call.channel = channel_of(channel)
        symbols = {channels.symbol_of(name) for name in names}
        call.symbol = symbols.pop() if len(symbols) == 1 else None
        call.parameters = {str(place): name for place, name in enumerate(names)}
        if channel in PRIVATE and event == "subscribe":
            # Each of them is a proof of who asks; ids and times tell them apart.
            call.operation = Operation.OPEN_PRIVATE_STREAM
            call.parameters |= {key: str(message.get(key)) for key in ("id", "time")}

    # ------------------------------------------------------------ answering

    def answer(self, call: Call) -> Reply:
        """Do it and acknowledge."""
        connection = self._world.connections[call.connection or 0]
        message = decoded(call.body)
        if call.operation is Operation.PING:
            head = self._head(connection, message)
            return Reply(body=encode({**head, "channel": "spot.pong", "event": "", "result": None}))
        channel, event, payload = (message.get(name) for name in ("channel", "event", "payload"))
        body = self._head(connection, message) | {
            "channel": channel,
            "event": event,
            "payload": payload,
        }
        try:
            self._act(connection, message, call)
        except Denied as denied:
            error = {"code": denied.code, "message": denied.message}
            body |= {"error": error, "result": {"status": "fail"}}
            return Reply(status=400, body=encode(body), code=str(denied.code))
        return Reply(body=encode(body | {"result": {"status": "success"}}))

    def refuse(self, call: Call, refusal: Refuse) -> Reply:
        """The ack of a failure."""
        connection = self._world.connections[call.connection or 0]
        message = decoded(call.body)
        named = {name: message.get(name) for name in ("channel", "event", "payload")}
        error = {"code": SERVER_ERROR, "message": refusal.message}
        if refusal.code in AUTHENTICATION_LABELS:
            error = {"code": AUTHENTICATION, "message": _said(refusal)}
        body = self._head(connection, message) | named
        body |= {"error": error, "result": {"status": "fail"}}
        return Reply(status=400, body=encode(body), code=str(error["code"]))

    def _head(self, connection: Connection, message: dict[str, Any]) -> dict[str, Any]:
        self._requests += 1
        now = self._world.stamps.time_ns()
        trace = f"{self._world.seed:08x}{self._requests:024x}"
        named = {"id": message["id"]} if "id" in message else {}
        return {
            "time": now // SECOND_NS,
            "time_ms": now // MS,
            **named,
            "conn_id": connection.state.conn_id,
            "trace_id": trace,
            "requestId": trace,
        }

    def _act(self, connection: Connection, message: dict[str, Any], call: Call) -> None:
        channel, event = str(message.get("channel", "")), message.get("event")
        payload = message.get("payload") or []
        stamp = message.get("time")
        if not isinstance(stamp, int) or not isinstance(payload, list):
            raise Denied(BAD_BODY, "invalid request body")
        if abs(stamp - self._world.stamps.time_ns() // SECOND_NS) > 60:
            raise Denied(BAD_BODY, "invalid time")
        if channel_of(channel) is None:
            raise Denied(BAD_ARGUMENT, f"Unknown channel {channel}")
        if event not in ("subscribe", "unsubscribe"):
            raise Denied(BAD_ARGUMENT, f"unknown event: {event}")
        payload = [str(part) for part in payload]
        if channel in PRIVATE:
            names = self._private(message, channel, payload, call)
        else:
            _check(channel, payload)
            names = _names(channel, payload)
        if event == "unsubscribe":
            for name in names:
                connection.channels.pop(name, None)
            self._world.hub.unsubscribe(connection, names)
            return
        self._subscribe(connection, channel, names)

    def _subscribe(self, connection: Connection, channel: str, names: list[str]) -> None:
        kind = channel_of(channel)
        for name in names:
            if channel == "spot.obu" and name in connection.subscriptions:
                raise Denied(BAD_ARGUMENT, f"Alert sub {name.partition(':')[2]}")
            occasion = StreamEvent(
                name=name,
                payload=b"",
                channel=kind,
                symbol=channels.symbol_of(name),
                connection=connection.id,
            )
            if self._world.faults.refuses_subscription(connection, name, occasion):
                raise Denied(BAD_ARGUMENT, f"unknown currency pair: {name.partition(':')[2]}")
        for name in names:
            if kind is not None:
                connection.channels[name] = kind
            self._world.hub.subscribe(connection, [name])
        self._world.journal.notify()

    def _private(
        self, message: dict[str, Any], channel: str, payload: list[str], call: Call
    ) -> list[str]:
        auth = message.get("auth")
        auth = auth if isinstance(auth, dict) else {}
        text = f"channel={channel}&event={message['event']}&time={message['time']}"
        try:
            call.account = self._dialect.keys.owner(call, str(auth.get("KEY", "")))
            sign = str(auth.get("SIGN", ""))
            self._dialect.keys.check_signature(call, call.account, text, sign)
        except Refuse as refusal:
            raise Denied(AUTHENTICATION, _said(refusal)) from None
        pairs = payload if channel != "spot.balances" else ["!all"]
        if not pairs:
            raise Denied(BAD_ARGUMENT, "invalid argument: empty payload")
        for pair in pairs:
            if pair != "!all" and pair not in BY_PAIR:
                raise Denied(BAD_ARGUMENT, f"unknown currency pair: {pair}")
        return [private_name(channel, call.account.name, pair) for pair in pairs]


def _said(refusal: Refuse) -> str:
    """A refused key, as the channels tell it: JSON inside of the text."""
    return encode({"label": refusal.code, "message": refusal.message}).decode() + "\n"


def channel_of(channel: str) -> Channel | None:
    """What a channel carries, private ones included."""
    return Channel.PRIVATE if channel in PRIVATE else channels.CHANNELS.get(channel)


def _names(channel: str, payload: list[Any]) -> list[str]:
    """Topics that a frame names."""
    parts = [str(part) for part in payload]
    if channel in channels.ONE_PAIR_EACH or channel in PRIVATE:
        return [channels.name_of(channel, [part]) for part in parts]
    return [channels.name_of(channel, parts)]


def _check(channel: str, payload: list[str]) -> None:
    """Hold a payload against what the channel takes.

    Raises:
        Denied: In the venue's words.
    """
    if channel == "spot.obu":
        pair, depth = (payload[0] if payload else "").removeprefix("ob.").rpartition(".")[::2]
        if depth not in map(str, channels.OBU_DEPTHS):
            raise Denied(BAD_ARGUMENT, f"provided level not supported: {depth}")
        pairs = [pair]
    elif channel == "spot.candlesticks":
        if len(payload) != 2 or payload[0] not in market.INTERVALS:
            raise Denied(BAD_ARGUMENT, "invalid argument: interval")
        pairs = payload[1:]
    elif channel == "spot.order_book":
        if len(payload) != 3 or payload[1] not in map(str, channels.LEVELS):
            given = payload[1] if len(payload) > 1 else ""
            raise Denied(BAD_ARGUMENT, f"provided level not supported: {given}")
        _check_interval(payload[2], ("100ms", "1000ms"))
        pairs = payload[:1]
    elif channel == "spot.order_book_update":
        if len(payload) != 2:
            raise Denied(BAD_ARGUMENT, "invalid argument: interval")
        _check_interval(payload[1], tuple(channels.UPDATE_DEPTHS))
        pairs = payload[:1]
    else:
        pairs = payload
    for pair in pairs or [""]:
        if pair not in BY_PAIR:
            raise Denied(BAD_ARGUMENT, f"unknown currency pair: {pair}")


def _check_interval(given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise Denied(BAD_ARGUMENT, f"incorrect update interval specified: {given}")
