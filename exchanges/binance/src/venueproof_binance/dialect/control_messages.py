"""SUBSCRIBE and its kin on market streams. Source: WebSocket streams page, "Live subscribing/unsubscribing".

Errors are wrapped as ``{"error": {...}, "id": ...}``: the documents print them bare, live traffic has
them so, and ccxt relies on it.
"""

from __future__ import annotations

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
            try:
                message = msgspec.json.decode(call.body)
            except msgspec.DecodeError:
                raise _Wrong(3, "Invalid JSON: expected value at line 1 column 1") from None
            if not isinstance(message, dict):
                raise _Wrong(2, "Invalid request: missing field `method` at line 1 column 2")
            identifier = message.get("id")
            self._check_id(identifier)
            result = self._do(self._connection(call), message)
            body = {"result": result, "id": identifier}
        except _Wrong as wrong:
            error = {"code": wrong.code, "msg": str(wrong)}
            return Reply(
                status=400,
                body=wire.encode({"error": error, "id": identifier}),
                code=str(wrong.code),
            )
        return Reply(body=wire.encode(body))

    def _connection(self, call: Call) -> Connection:
        return self._dialect.world.connections[call.connection or 0]

    def _check_id(self, identifier: Any) -> None:
        is_integer = isinstance(identifier, int) and not isinstance(identifier, bool)
        is_text = isinstance(identifier, str) and len(identifier) <= 36
        if not (identifier is None or is_integer or is_text):
            raise _Wrong(2, "Invalid request: request ID must be an unsigned integer")

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
        if method == "SUBSCRIBE":
            self._subscribe(connection, parameters)
        elif method == "UNSUBSCRIBE":
            self._dialect.market_streams.unsubscribe(connection, parameters)
        else:
            return self._property(connection, method, parameters)
        return None

    def _subscribe(self, connection: Connection, names: list[Any]) -> None:
        if not all(isinstance(name, str) for name in names):
            raise _Wrong(2, "Invalid request: invalid stream")
        if len(set(connection.subscriptions) | set(names)) > MAXIMUM_STREAMS:
            raise _Wrong(4, "Too many subscriptions")
        refused = self._dialect.market_streams.subscribe(connection, names)
        if refused:
            raise _Wrong(2, "Invalid request: invalid stream")

    def _property(self, connection: Connection, method: str, parameters: list[Any]) -> Any:
        if not parameters or parameters[0] != "combined":
            raise _Wrong(0, "Unknown property")
        if method == "GET_PROPERTY":
            return connection.state.is_combined
        if len(parameters) < 2 or not isinstance(parameters[1], bool):
            raise _Wrong(1, "Invalid value type: expected Boolean")
        connection.state.is_combined = parameters[1]
        return None
