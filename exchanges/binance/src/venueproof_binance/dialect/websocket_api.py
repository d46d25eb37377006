"""The WebSocket API: requests as frames. Source: WebSocket API page, "Request format", "Response format"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from venueproof_binance.dialect import errors, websocket_sessions, wire
from venueproof_binance.dialect.control_messages import is_identifier
from venueproof_core.control import Operation
from venueproof_simulator.connections import Connection
from venueproof_simulator.toolkit import Call, Refuse, Reply

if TYPE_CHECKING:
    from venueproof_binance.dialect.sessions import Session
    from venueproof_binance.dialect.venue import BinanceDialect

# Method to its REST twin: same parameters, same result, same weight.
TWINS = {
    "ping": "GET ping",
    "time": "GET time",
    "exchangeInfo": "GET exchangeInfo",
    "executionRules": "GET executionRules",
    "depth": "GET depth",
    "trades.recent": "GET trades",
    "trades.historical": "GET historicalTrades",
    "trades.aggregate": "GET aggTrades",
    "klines": "GET klines",
    "uiKlines": "GET uiKlines",
    "avgPrice": "GET avgPrice",
    "ticker.24hr": "GET ticker/24hr",
    "ticker.tradingDay": "GET ticker/tradingDay",
    "ticker": "GET ticker",
    "ticker.price": "GET ticker/price",
    "ticker.book": "GET ticker/bookTicker",
    "referencePrice": "GET referencePrice",
    "referencePrice.calculation": "GET referencePrice/calculation",
    "order.place": "POST order",
    "order.test": "POST order/test",
    "order.cancel": "DELETE order",
    "order.cancelReplace": "POST order/cancelReplace",
    "order.amend.keepPriority": "PUT order/amend/keepPriority",
    "order.status": "GET order",
    "order.amendments": "GET order/amendments",
    "orderList.place": "POST order/oco",
    "orderList.place.oco": "POST orderList/oco",
    "orderList.place.oto": "POST orderList/oto",
    "orderList.place.otoco": "POST orderList/otoco",
    "orderList.place.opo": "POST orderList/opo",
    "orderList.place.opoco": "POST orderList/opoco",
    "orderList.cancel": "DELETE orderList",
    "orderList.status": "GET orderList",
    "openOrderLists.status": "GET openOrderList",
    "allOrderLists": "GET allOrderList",
    "openOrders.status": "GET openOrders",
    "openOrders.cancelAll": "DELETE openOrders",
    "allOrders": "GET allOrders",
    "myTrades": "GET myTrades",
    "myPreventedMatches": "GET myPreventedMatches",
    "myAllocations": "GET myAllocations",
    "myFilters": "GET myFilters",
    "account.status": "GET account",
    "account.commission": "GET account/commission",
    "account.rateLimits.orders": "GET rateLimit/order",
    "userDataStream.start": "POST userDataStream",
    "userDataStream.ping": "PUT userDataStream",
    "userDataStream.stop": "DELETE userDataStream",
}
COUNTED = frozenset({Operation.PLACE, Operation.REPLACE, Operation.PLACE_LIST})
_NULL = b"null"


def rest_name(twin: str) -> str:
    """A twin as its route is named."""
    return twin.replace(" ", " /api/v3/")


class WebSocketApi:
    """Reads request frames, and frames replies."""

    def __init__(self, dialect: BinanceDialect) -> None:
        self._dialect = dialect
        by_name = {route.name: route for route in dialect.routes}
        self._routes = {
            method: replace(by_name[rest_name(twin)], name=method) for method, twin in TWINS.items()
        }
        self._routes |= {route.name: route for route in websocket_sessions.ROUTES}

    def methods(self) -> frozenset[str]:
        """Names of all methods that are served."""
        return frozenset(self._routes)

    def connection(self, call: Call) -> Connection:
        """Where the request came in."""
        return self._dialect.world.connections[call.connection or 0]

    def read(self, call: Call) -> None:
        """Take method and parameters from the frame; numbers keep their text, null is nothing."""
        session: Session = self.connection(call).state
        call.headers = {"X-MBX-TIME-UNIT": session.time_unit}
        call.target = call.path = ""
        try:
            message = msgspec.json.decode(call.body, type=dict[str, msgspec.Raw])
            method = msgspec.json.decode(message["method"], type=str).removeprefix("v3/")
            raw = msgspec.json.decode(message.get("params", b"{}"), type=dict[str, msgspec.Raw])
            values = {name: bytes(value) for name, value in raw.items()}
            call.parameters = {
                name: _text(value) for name, value in values.items() if value != _NULL
            }
        except (msgspec.DecodeError, KeyError):
            return
        call.target = call.path = method
        call.pairs = list(call.parameters.items())
        route = self._routes.get(method)
        if route is not None and route.is_served(self._dialect.world.protocol):
            call.route = route

    def check_frame(self, call: Call) -> None:
        """Hold the frame against the request format.

        Raises:
            Refuse: -1135 for a frame that is no request, -1102 for one without a method.
        """
        try:
            message = msgspec.json.decode(call.body)
        except msgspec.DecodeError:
            message = None
        if not isinstance(message, dict) or not is_identifier(message.get("id")):
            raise Refuse(-1135, "Invalid JSON Request")
        if not isinstance(message.get("method"), str):
            raise errors.missing("method")
        if not isinstance(message.get("params", {}), dict):
            raise Refuse(-1135, "JSON sent for parameter 'params' is not valid")

    def is_proved(self, call: Call) -> bool:
        """Whether the connection's logon stands for a request that brings no key and no signature."""
        session: Session = self.connection(call).state
        if session.account is None or {"apiKey", "signature"} & set(call.parameters):
            return False
        call.account = self._dialect.world.accounts[session.account]
        return True

    # ------------------------------------------------------------ replies

    def frame(self, call: Call, reply: Reply) -> str:
        """The reply as a frame."""
        body = reply.body.decode() or '{"code":-1000,"msg":"An unknown error occurred."}'
        kind = "result" if reply.status == 200 else "error"
        if kind == "error" and "Retry-After" in reply.headers:
            body = self._with_retry(call, body, int(reply.headers["Retry-After"]))
        limits = f',"rateLimits":{self._limits(call)}' if self._returns_limits(call) else ""
        identifier = _identifier(call.body)
        return f'{{"id":{identifier},"status":{reply.status},"{kind}":{body}{limits}}}'

    def _with_retry(self, call: Call, body: str, retry_after_s: int) -> str:
        now = self._dialect.world.stamps.time_ns()
        error = msgspec.json.decode(body)
        error["data"] = (error.get("data") or {}) | {
            "serverTime": self._dialect.stamp(now, call),
            "retryAfter": self._dialect.stamp(now + retry_after_s * 10**9, call),
        }
        return wire.encode(error).decode()

    def _returns_limits(self, call: Call) -> bool:
        session: Session = self.connection(call).state
        wanted = call.parameters.get("returnRateLimits")
        return session.returns_rate_limits if wanted is None else wanted != "false"

    def _limits(self, call: Call) -> str:
        """The limiters that the request touched."""
        limits = self._dialect.limits_of_world
        rows = [limits.weight_row()]
        if call.account is not None and call.operation in COUNTED:
            rows = [*limits.order_rows(call.account.name), *rows]
        return wire.encode(rows).decode()


def _identifier(body: bytes) -> str:
    """The id as the client wrote it; null for a frame that has none."""
    try:
        message = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        text = bytes(message.get("id", _NULL))
        return text.decode() if is_identifier(msgspec.json.decode(text)) else "null"
    except msgspec.DecodeError:
        return "null"


def _text(raw: bytes) -> str:
    """A JSON token as signatures see it: strings without quotes, all else as written."""
    if raw[:1] == b'"':
        return msgspec.json.decode(raw, type=str)
    return raw.decode()
