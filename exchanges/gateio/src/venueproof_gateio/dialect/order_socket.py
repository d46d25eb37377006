"""Orders over the WebSocket. Source: "Spot WebSocket v4", "API"; errors as seen on the wire."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from venueproof_core.control import Operation
from venueproof_gateio.dialect import errors
from venueproof_gateio.dialect.order_rows import PREFIX
from venueproof_gateio.dialect.parameters import as_texts
from venueproof_gateio.dialect.wire import MS, decoded, encode
from venueproof_simulator.toolkit import Call, Refuse, Reply

if TYPE_CHECKING:
    from venueproof_gateio.dialect.venue import GateioDialect

LOGIN = "spot.login"
REQUESTS = {
    "spot.order_place": "POST /api/v4/spot/orders",
    "spot.order_cancel": "DELETE /api/v4/spot/orders/{order_id}",
    "spot.order_cancel_ids": "POST /api/v4/spot/cancel_batch_orders",
    "spot.order_cancel_cp": "DELETE /api/v4/spot/orders",
    "spot.order_amend": "PATCH /api/v4/spot/orders/{order_id}",
    "spot.order_status": "GET /api/v4/spot/orders/{order_id}",
    "spot.order_list": "GET /api/v4/spot/orders",
    "spot.order_place (batch)": "POST /api/v4/spot/batch_orders",
}
BATCH = "spot.order_place (batch)"


class _Payload(msgspec.Struct):
    req_id: str = ""
    api_key: str = ""
    signature: str = ""
    timestamp: str = ""
    req_header: dict[str, Any] | None = None
    req_param: msgspec.Raw = msgspec.Raw()


class _Frame(msgspec.Struct):
    channel: str = ""
    payload: _Payload = msgspec.field(default_factory=_Payload)


_decode = msgspec.json.Decoder(_Frame, strict=False).decode


class OrderSocket:
    """Requests that come on a socket instead of over REST."""

    def __init__(self, dialect: GateioDialect) -> None:
        self._dialect = dialect
        self._world = dialect.world
        self._routes = {
            channel: replace(route, name=channel.partition(" ")[0])
            for channel, name in REQUESTS.items()
            if (route := dialect.routes.find(name, None)) is not None
        }

    def read(self, call: Call) -> None:
        """Route and parameters, as far as they can be told."""
        frame = _frame(call)
        call.target = call.documented = frame.channel
        if frame.channel == LOGIN:
            call.operation = Operation.LOGIN
            return
        parameters = decoded(bytes(frame.payload.req_param))
        name = frame.channel
        if isinstance(parameters, list):
            name = BATCH if name == "spot.order_place" else name
            call.parameters = {"list": encode(parameters).decode()}
        else:
            call.parameters = as_texts(parameters)
        call.route = self._routes.get(name)

    def answer(self, call: Call) -> Reply:
        """Do it and answer.

        Raises:
            Refuse: The venue says no.
        """
        frame, connection = _frame(call), self._world.connections[call.connection or 0]
        if frame.channel == LOGIN:
            account = self._log_in(call, frame)
            connection.state.account = account.name
            uid = str(self._dialect.user_id(account))
            return self._reply(call, {"result": {"api_key": frame.payload.api_key, "uid": uid}})
        if call.route is None:
            raise errors.value("channel", frame.channel)
        if connection.state.account is None:
            raise errors.of(errors.NOT_LOGGED_IN)
        call.account = self._world.accounts[connection.state.account]
        if frame.channel == "spot.order_place":
            self._acknowledge(call, frame)
        headers = self._dialect.charge(call)
        result = call.route.handler(self._dialect, call)
        return self._reply(call, {"result": result}, headers=headers)

    def refuse(self, call: Call, refusal: Refuse) -> Reply:
        """The venue's error reply; the text repeats the label."""
        message = refusal.message
        if refusal.status == 400:
            message = f"label: {refusal.code}, message: {message}"
        said = {"errs": {"label": refusal.code, "message": message}}
        reply = self._reply(call, said, status=refusal.status, headers=refusal.headers)
        reply.status, reply.code = refusal.status, str(refusal.code)
        return reply

    def _log_in(self, call: Call, frame: _Frame) -> Any:
        payload, keys = frame.payload, self._dialect.keys
        keys.check_time(payload.timestamp)
        call.account = keys.owner(call, payload.api_key)
        # The documents sign nothing in place of the parameters; the venue's own client signs them as sent.
        texts = {"", bytes(payload.req_param).decode("utf-8", "replace")}
        for text in sorted(texts):
            signed = f"api\n{frame.channel}\n{text}\n{payload.timestamp}"
            try:
                keys.check_signature(call, call.account, signed, payload.signature)
            except Refuse as refusal:
                refused = refusal
            else:
                return call.account
        raise refused

    def _acknowledge(self, call: Call, frame: _Frame) -> None:
        """Placing is answered twice: first that the request has come."""
        payload = frame.payload
        echo = {
            "req_id": payload.req_id,
            "req_header": payload.req_header,
            "req_param": decoded(bytes(payload.req_param)),
        }
        reply = self._reply(call, {"result": echo}, is_ack=True)
        self._world.connections[call.connection or 0].send_text(reply.body.decode())

    def _reply(
        self,
        call: Call,
        data: dict[str, Any],
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        is_ack: bool = False,
    ) -> Reply:
        frame, connection = _frame(call), self._world.connections[call.connection or 0]
        now = self._world.stamps.time_ns()
        header = {
            "response_time": str(now // MS),
            "status": str(status),
            "channel": frame.channel,
            "event": "api",
            "client_id": f"127.0.0.1-{connection.state.conn_id}",
            "conn_id": connection.state.conn_id,
            "trace_id": f"{self._world.seed:08x}{now:024x}",
            **_limits(headers or {}),
        }
        body = {"request_id": frame.payload.req_id, "header": header, "data": data}
        return Reply(body=encode({**body, "ack": True} if is_ack else body))


def _limits(headers: dict[str, str]) -> dict[str, int]:
    """What a reply's header tells of the limits; zeros are left out."""
    named = {
        name.lower().replace("-", "_"): int(value)
        for name, value in headers.items()
        if re.match("X-Gate-RateLimit", name)
    }
    reset = "x_gate_ratelimit_reset_timestamp"
    if reset in named:
        named[reset] *= 1000
    return {name: value for name, value in named.items() if value}


def _frame(call: Call) -> _Frame:
    try:
        return _decode(call.body)
    except msgspec.DecodeError:
        return _Frame()


def name_of(parameters: dict[str, str]) -> str | None:
    """The client's name of the order that a request is about."""
    text = parameters.get("text") or parameters.get("order_id") or ""
    return text.removeprefix(PREFIX) if text.startswith(PREFIX) else None
