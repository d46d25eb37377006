"""SUBSCRIBE and its kin on market streams. Source: WebSocket streams page, "Live subscribing/unsubscribing".

Errors are wrapped as ``{"error": {...}, "id": ...}``: the documents print them bare, live traffic has
them so, and ccxt relies on it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from venueproof_binance.dialect import wire
from venueproof_core.control import Operation
from venueproof_simulator.connections import Connection
from venueproof_simulator.toolkit import Call, Reply

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

METHODS = (
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "LIST_SUBSCRIPTIONS",
    "SET_PROPERTY",
    "GET_PROPERTY",
)
MAXIMUM_STREAMS = 1024
LONGEST_ID = 36
INTEGERS = range(-(2**63), 2**63)


class _Wrong(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class ControlMessages:
    """Answers control messages of stream connections."""

    def __init__(self, dialect: BinanceDialect) -> None:
        self._dialect = dialect

    def read(self, call: Call) -> None:
        """Operation and channel, as far as they can be told."""
        try:
            message = msgspec.json.decode(call.body)
        except msgspec.DecodeError:
            return
        if not isinstance(message, dict):
            return
        method, names = message.get("method"), message.get("params")
        call.target = f"{method} {names}"
        call.documented = method if method in METHODS else None
        if method in ("SUBSCRIBE", "UNSUBSCRIBE") and isinstance(names, list) and names:
            call.operation = Operation.SUBSCRIBE if method == "SUBSCRIBE" else Operation.UNSUBSCRIBE
            channels = {self._dialect.market_streams.channel(str(name)) for name in names}
            symbols = {self._dialect.stream_symbol(str(name)) for name in names}
            call.channel = channels.pop() if len(channels) == 1 else None
            call.symbol = symbols.pop() if len(symbols) == 1 else None
            call.parameters = {str(place): str(name) for place, name in enumerate(names)}

    def answer(self, call: Call) -> Reply:
        """Do it and acknowledge."""
        identifier: Any = None
        try:
            message = _decoded(call.body)
            if is_identifier(message.get("id")):
                identifier = message.get("id")
            else:
                raise _Wrong(2, "Invalid request: request ID must be an unsigned integer")
            connection = self._dialect.world.connections[call.connection or 0]
            body = {"result": self._do(connection, message), "id": identifier}
        except _Wrong as wrong:
            error = {"code": wrong.code, "msg": str(wrong)}
            return Reply(
                status=400,
                body=wire.encode({"error": error, "id": identifier}),
                code=str(wrong.code),
            )
        return Reply(body=wire.encode(body))

    def wrapped(self, call: Call, error: dict[str, Any]) -> dict[str, Any]:
        """An error as the answer to this message."""
        identifier = _decoded(call.body).get("id")
        return {"error": error, "id": identifier if is_identifier(identifier) else None}

    def _do(self, connection: Connection, message: dict[str, Any]) -> Any:
        method = message.get("method")
        if method is None:
            raise _Wrong(2, "Invalid request: missing field `method` at line 1 column 2")
        if method not in METHODS:
            known = ", ".join(f"`{name}`" for name in METHODS)
            raise _Wrong(
                2,
                f"Invalid request: unknown variant `{method}`, expected one of {known} "
                "at line 1 column 12",
            )
        if method == "LIST_SUBSCRIPTIONS":
            return list(connection.subscriptions)
        parameters = message.get("params")
        if not isinstance(parameters, list):
            raise _Wrong(2, "Invalid request: missing field `params`")
        if method in ("SET_PROPERTY", "GET_PROPERTY"):
            return self._property(connection, method, parameters)
        if not all(isinstance(name, str) for name in parameters):
            raise _Wrong(2, "Invalid request: invalid stream")
        if method == "UNSUBSCRIBE":
            self._dialect.market_streams.unsubscribe(connection, parameters)
            return None
        if len(set(connection.subscriptions) | set(parameters)) > MAXIMUM_STREAMS:
            raise _Wrong(4, "Too many subscriptions")
        if self._dialect.market_streams.subscribe(connection, parameters):
            raise _Wrong(2, "Invalid request: invalid stream")
        return None

    def _property(self, connection: Connection, method: str, parameters: list[Any]) -> Any:
        is_set = method == "SET_PROPERTY"
        if not parameters or not isinstance(parameters[0], str):
            raise _Wrong(2, "Invalid request: property name must be a string")
        if len(parameters) > 1 + is_set:
            raise _Wrong(2, "Invalid request: too many parameters")
        if parameters[0] != "combined":
            raise _Wrong(0, "Unknown property")
        if not is_set:
            return connection.state.is_combined
        if len(parameters) < 2 or not isinstance(parameters[1], bool):
            raise _Wrong(1, "Invalid value type: expected Boolean")
        connection.state.is_combined = parameters[1]
        return None


def is_identifier(value: Any) -> bool:
    """Whether a request may have this id: a signed 64-bit integer, a text of up to 36 characters, null."""
    if isinstance(value, str):
        return len(value) <= LONGEST_ID
    return value is None or (
        isinstance(value, int) and not isinstance(value, bool) and value in INTEGERS
    )


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        message = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        place = re.search(r"byte (\d+)", str(error))
        before = body[: int(place[1])] if place else body
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        raise _Wrong(3, f"Invalid JSON: expected value at line {line} column {column}") from None
    if not isinstance(message, dict):
        raise _Wrong(2, "Invalid request: missing field `method` at line 1 column 2")
    return message
