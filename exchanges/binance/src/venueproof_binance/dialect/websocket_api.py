"""The WebSocket API: requests as frames. Source: WebSocket API page, "Request format", "Response format"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from venueproof_binance.dialect import account, errors, orders, rest_public, wire
from venueproof_binance.dialect.user_data import stream_of
from venueproof_core.control import Channel, Operation
from venueproof_simulator.connections import Connection
from venueproof_simulator.toolkit import Call, Refuse, Reply, Route, StreamEvent

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

# Method to its REST twin: same parameters, same result, same weight.
TWINS = {
    "ping": "GET /api/v3/ping",
    "time": "GET /api/v3/time",
    "exchangeInfo": "GET /api/v3/exchangeInfo",
    "depth": "GET /api/v3/depth",
    "trades.recent": "GET /api/v3/trades",
    "trades.historical": "GET /api/v3/historicalTrades",
    "trades.aggregate": "GET /api/v3/aggTrades",
    "klines": "GET /api/v3/klines",
    "uiKlines": "GET /api/v3/uiKlines",
    "avgPrice": "GET /api/v3/avgPrice",
    "ticker.24hr": "GET /api/v3/ticker/24hr",
    "ticker.price": "GET /api/v3/ticker/price",
    "ticker.book": "GET /api/v3/ticker/bookTicker",
    "order.place": "POST /api/v3/order",
    "order.test": "POST /api/v3/order/test",
    "order.cancel": "DELETE /api/v3/order",
    "order.cancelReplace": "POST /api/v3/order/cancelReplace",
    "order.amend.keepPriority": "PUT /api/v3/order/amend/keepPriority",
    "order.status": "GET /api/v3/order",
    "openOrders.status": "GET /api/v3/openOrders",
    "openOrders.cancelAll": "DELETE /api/v3/openOrders",
    "allOrders": "GET /api/v3/allOrders",
    "myTrades": "GET /api/v3/myTrades",
    "account.status": "GET /api/v3/account",
    "account.commission": "GET /api/v3/account/commission",
    "account.rateLimits.orders": "GET /api/v3/rateLimit/order",
}


def subscribe(dialect: BinanceDialect, call: Call) -> Any:
    """Start the private stream on this connection."""
    connection = dialect.websocket_api.connection(call)
    session = connection.state
    owner = dialect.account_of(call).name
    if owner in session.subscriptions.values():
        raise Refuse(-2035, "User Data Stream subscription already active.")
    occasion = StreamEvent(
        name=stream_of(owner), payload=b"", channel=Channel.PRIVATE, connection=connection.id
    )
    if dialect.world.faults.refuses_subscription(connection, occasion.name, occasion):
        raise errors.of(errors.KEY_REJECTED)
    number_of = session.next_subscription
    session.next_subscription += 1
    session.subscriptions[number_of] = owner
    connection.channels[stream_of(owner)] = Channel.PRIVATE
    dialect.world.hub.subscribe(connection, [stream_of(owner)])
    return {"subscriptionId": number_of}


def unsubscribe(dialect: BinanceDialect, call: Call) -> Any:
    """Stop one private stream of this connection, or all."""
    connection = dialect.websocket_api.connection(call)
    session = connection.state
    wanted = call.parameters.get("subscriptionId")
    numbers = list(session.subscriptions) if wanted is None else [int(wanted)]
    if not numbers or any(number_of not in session.subscriptions for number_of in numbers):
        raise Refuse(-2036, "User Data Stream subscription not active.")
    for number_of in numbers:
        name = stream_of(session.subscriptions.pop(number_of))
        connection.channels.pop(name, None)
        dialect.world.hub.unsubscribe(connection, [name])
    return {}


def subscriptions(dialect: BinanceDialect, call: Call) -> Any:
    """The private streams of this connection."""
    session = dialect.websocket_api.connection(call).state
    return [{"subscriptionId": number_of} for number_of in session.subscriptions]


def logon(dialect: BinanceDialect, call: Call) -> Any:
    """Authenticate the connection; Ed25519 only."""
    session = dialect.websocket_api.connection(call).state
    session.api_key = call.parameters["apiKey"]
    session.account = dialect.account_of(call).name
    return status(dialect, call)


def status(dialect: BinanceDialect, call: Call) -> Any:
    """Who the connection is."""
    connection = dialect.websocket_api.connection(call)
    session = connection.state
    now = dialect.stamp(dialect.world.stamps.time_ns(), call)
    return {
        "apiKey": session.api_key,
        "authorizedSince": now if session.api_key else None,
        "connectedSince": dialect.stamp(connection.opened_time_ns, call),
        "returnRateLimits": True,
        "serverTime": now,
        "userDataStream": bool(session.subscriptions),
    }


def logout(dialect: BinanceDialect, call: Call) -> Any:
    """Forget who the connection is."""
    session = dialect.websocket_api.connection(call).state
    session.api_key = session.account = None
    return status(dialect, call)


def _own(name: str, operation: Operation, handler: Any, security: str, *names: str) -> Route:
    return Route(
        name=name,
        operation=operation,
        handler=handler,
        weight=2,
        security=security,
        parameters=names,
    )


OWN = (
    _own(
        "userDataStream.subscribe.signature",
        Operation.OPEN_PRIVATE_STREAM,
        subscribe,
        "USER_DATA",
    ),
    _own("userDataStream.subscribe", Operation.OPEN_PRIVATE_STREAM, subscribe, "SESSION"),
    _own(
        "userDataStream.unsubscribe",
        Operation.CLOSE_PRIVATE_STREAM,
        unsubscribe,
        "NONE",
        "subscriptionId",
    ),
    _own("session.subscriptions", Operation.OTHER, subscriptions, "NONE"),
    _own("session.logon", Operation.LOGIN, logon, "USER_DATA"),
    _own("session.status", Operation.OTHER, status, "NONE"),
    _own("session.logout", Operation.OTHER, logout, "NONE"),
)


class WebSocketApi:
    """Reads request frames, and frames replies."""

    def __init__(self, dialect: BinanceDialect) -> None:
        self._dialect = dialect
        by_name = {
            route.name: route for route in (*rest_public.ROUTES, *orders.ROUTES, *account.ROUTES)
        }
        self._routes = {method: by_name[twin] for method, twin in TWINS.items()}
        self._routes |= {route.name: route for route in OWN}

    def connection(self, call: Call) -> Connection:
        """Where the request came in."""
        return self._dialect.world.connections[call.connection or 0]

    def read(self, call: Call) -> None:
        """Take method and parameters from the frame; numbers keep their text."""
        call.headers = {}
        try:
            message = msgspec.json.decode(call.body, type=dict[str, msgspec.Raw])
            method = msgspec.json.decode(message["method"], type=str).removeprefix("v3/")
            raw = msgspec.json.decode(message.get("params", b"{}"), type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, msgspec.ValidationError, KeyError):
            call.target = call.path = ""
            return
        call.target = call.path = method
        call.parameters = {name: _text(bytes(value)) for name, value in raw.items()}
        call.pairs = list(call.parameters.items())
        call.route = self._routes.get(method)
        session = self.connection(call).state
        if call.route is not None and session.api_key and "apiKey" not in call.parameters:
            self._from_session(call, session.account)

    def _from_session(self, call: Call, name: str) -> None:
        """After a logon, requests need neither key nor signature."""
        route = call.route
        assert route is not None
        if "signature" not in call.parameters:
            call.account = self._dialect.world.accounts[name]
            call.route = proved_by_session(route)

    def frame(self, call: Call, reply: Reply) -> str:
        """The reply as a frame."""
        identifier = "null"
        try:
            message = msgspec.json.decode(call.body, type=dict[str, msgspec.Raw])
            identifier = bytes(message.get("id", b"null")).decode()
        except msgspec.DecodeError:
            pass  # a frame that is no JSON object is answered with a null id
        body = reply.body.decode() or '{"code":-1020,"msg":"This operation is not supported."}'
        kind = "result" if reply.status == 200 else "error"
        if kind == "error" and "Retry-After" in reply.headers:
            body = self._with_retry(body, int(reply.headers["Retry-After"]))
        limits = ""
        if call.parameters.get("returnRateLimits") != "false":
            limits = f',"rateLimits":{self._limits()}'
        return f'{{"id":{identifier},"status":{reply.status},"{kind}":{body}{limits}}}'

    def _with_retry(self, body: str, retry_after_s: int) -> str:
        now_ms = self._dialect.world.stamps.time_ns() // 1_000_000
        error = msgspec.json.decode(body)
        error["data"] = {"serverTime": now_ms, "retryAfter": now_ms + retry_after_s * 1000}
        return wire.encode(error).decode()

    def _limits(self) -> str:
        rows = [
            row
            for row in self._dialect.rate_limit_rows()
            if row["rateLimitType"] == "REQUEST_WEIGHT"
        ]
        used = self._dialect.limits_of_world.weight.used(self._dialect.world.timers.now_ns())
        return wire.encode([{**rows[0], "count": used}]).decode()


def proved_by_session(route: Route) -> Route:
    """The same request without its own proof: the session has given it."""
    return replace(
        route, security="NONE", parameters=(*route.parameters, "timestamp", "recvWindow")
    )


def _text(raw: bytes) -> str:
    """A JSON token as signatures see it: strings without quotes, all else as written."""
    if raw[:1] == b'"':
        return msgspec.json.decode(raw, type=str)
    return raw.decode()
