"""Orders over the trade stream. Source: "WebSocket Order Entry"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from venueproof_bybit.dialect import errors
from venueproof_bybit.dialect.orders import Batch
from venueproof_bybit.dialect.parameters import as_texts
from venueproof_bybit.dialect.security import DEFAULT_WINDOW_MS, STAMP, WINDOW
from venueproof_bybit.dialect.sockets import decoded
from venueproof_bybit.dialect.wire import encode, milliseconds
from venueproof_core.control import Operation
from venueproof_simulator.toolkit import Call, Refuse, Reply

if TYPE_CHECKING:
    from venueproof_bybit.dialect.venue import BybitDialect

PREFIX = "POST /v5/order/"
LONGEST_REQUEST_ID = 36


def rest_name(name: str) -> str:
    """The route of an operation, however it was asked for: both share one limit."""
    return name.replace("order.", PREFIX) if name.startswith("order.") else name


class TradeSocket:
    """Requests that are placed on a socket instead of over REST."""

    def __init__(self, dialect: BybitDialect) -> None:
        self._dialect = dialect
        self._world = dialect.world

    def read(self, call: Call) -> None:
        """Route and parameters, as far as they can be told."""
        message = decoded(call.body)
        operation = str(message.get("op", ""))
        call.target = operation
        if operation == "auth":
            call.operation = Operation.LOGIN
        elif operation == "ping":
            call.operation = Operation.PING
        elif operation.startswith("order."):
            name = PREFIX + operation.removeprefix("order.")
            route = self._dialect.routes.find(name, self._world.protocol)
            # The same request, under the name that it has on the socket.
            call.route = None if route is None else replace(route, name=operation)
            arguments = message.get("args")
            if isinstance(arguments, list) and arguments:
                call.parameters = as_texts(arguments[0])

    def answer(self, call: Call) -> Reply:
        """Do it and acknowledge.

        Raises:
            Refuse: The venue says no.
        """
        connection = self._world.connections[call.connection or 0]
        message = decoded(call.body)
        if call.operation is Operation.PING:
            now = milliseconds(self._world.stamps.time_ns())
            return self._reply(call, {"retCode": 0, "retMsg": "OK", "op": "pong", "data": [now]})
        if call.operation is Operation.LOGIN:
            if connection.state.account is not None:
                raise Refuse(20001, "Repeat auth", status=200)
            self._dialect.sockets.log_in(connection, message.get("args"), call)
            return self._reply(call, {"retCode": 0, "retMsg": "OK", "op": "auth"})
        if call.route is None:
            raise Refuse(10404, "op type is not found", status=200)
        if connection.state.account is None:
            raise errors.of(errors.INVALID_KEY)
        call.account = self._world.accounts[connection.state.account]
        self._check_request_id(call, message)
        header = message.get("header")
        stamps = as_texts(header if isinstance(header, dict) else {})
        self._dialect.keys.check_time(stamps.get(STAMP, ""), stamps.get(WINDOW, DEFAULT_WINDOW_MS))
        headers = self._dialect.charge(call)
        result = call.route.handler(self._dialect, call)
        extra: Any = {}
        if isinstance(result, Batch):
            result, extra = result.result, result.extra
        body = {
            "retCode": 0,
            "retMsg": "OK",
            "op": message["op"],
            "data": result,
            "retExtInfo": extra,
            "header": self._header(headers),
        }
        return self._reply(call, body)

    def refuse(self, call: Call, refusal: Refuse) -> Reply:
        """The venue's error reply."""
        body = {
            "retCode": refusal.code,
            "retMsg": refusal.message,
            "op": decoded(call.body).get("op", ""),
            "data": {},
            "retExtInfo": {},
            "header": self._header(refusal.headers),
        }
        reply = self._reply(call, body)
        reply.status, reply.code = 400, str(refusal.code)
        return reply

    def _header(self, headers: dict[str, str]) -> dict[str, str]:
        return {**headers, "Timenow": milliseconds(self._world.stamps.time_ns())}

    def _check_request_id(self, call: Call, message: dict[str, Any]) -> None:
        used = self._world.connections[call.connection or 0].state.request_ids
        request_id = message.get("reqId")
        if request_id is None:
            return
        if len(str(request_id)) > LONGEST_REQUEST_ID:
            raise errors.parameter("reqId is too long")
        if request_id in used:
            raise Refuse(20006, "Duplicated reqId", status=200)
        used.add(request_id)

    def _reply(self, call: Call, body: dict[str, Any]) -> Reply:
        message = decoded(call.body)
        named = {"reqId": message["reqId"]} if "reqId" in message else {}
        connection = self._world.connections[call.connection or 0]
        return Reply(body=encode({**named, **body, "connId": connection.state.conn_id}))
