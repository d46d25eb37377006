"""The dialect itself: how a request, a frame and an event find their way through the tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar
from urllib.parse import parse_qsl

from venueproof_core.control import Credentials, DocumentedError
from venueproof_gateio.dialect import (
    channels,
    error_catalogue,
    errors,
    limits,
    market,
    orders,
    records,
    security,
    sockets,
    tiers,
)
from venueproof_gateio.dialect.channels import PublicChannels
from venueproof_gateio.dialect.limits import Limits
from venueproof_gateio.dialect.listings import BALANCES, BY_PAIR, LISTINGS
from venueproof_gateio.dialect.order_socket import OrderSocket, name_of
from venueproof_gateio.dialect.parameters import as_texts
from venueproof_gateio.dialect.private import PrivateChannels
from venueproof_gateio.dialect.sockets import Sockets
from venueproof_gateio.dialect.wire import decoded, encode
from venueproof_simulator.connections import Connection
from venueproof_simulator.dialect import Dialect
from venueproof_simulator.toolkit import Call, Refuse, Reply, RouteTable
from venueproof_simulator.venue_core import Event, FeeSchedule, Traded
from venueproof_simulator.world import Account, World

WINDOWS = {"SIGNED": limits.OTHER, "PLACING": limits.PLACING, "CANCELLING": limits.CANCELLING}
METHODS = ("GET", "POST", "PATCH", "DELETE")


class GateioDialect(Dialect):
    """Gate.io Spot: REST v4 and WebSocket v4."""

    name = "gateio"
    listings = LISTINGS
    balances = BALANCES
    fees = FeeSchedule(maker_ppm=2000, taker_ppm=2000)
    routes: ClassVar = RouteTable([*market.ROUTES, *orders.ROUTES, *records.ROUTES])
    documented = tiers.DOCUMENTED

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.limits_of_world = Limits(world.timers)
        self.keys = security.KeyRing(world)
        self.channels = PublicChannels(self)
        self.private = PrivateChannels(self)
        self.sockets = Sockets(self)
        self.order_socket = OrderSocket(self)
        self.countdowns = orders.Countdowns(self)
        self._nameless = 0
        self._replies = 0

    def endpoints(self, host: str) -> dict[str, str]:
        return {"rest": f"http://{host}/api/v4", "stream": f"ws://{host}/ws/v4/"}

    def credentials(self, seed: bytes) -> Credentials:
        return security.credentials(seed)

    def account_opened(self, account: Account) -> None:
        self.keys.add(account)
        self.private.opened(account.name)

    # ------------------------------------------------------------ requests

    def read(self, call: Call) -> None:
        if call.method == "STREAM":
            self.sockets.read(call)
            return
        if call.method == "API":
            self.order_socket.read(call)
        else:
            self._read_request(call)
        if call.route is not None:
            call.operation = call.route.operation
        listing = BY_PAIR.get(call.parameters.get("currency_pair", ""))
        call.symbol = listing.rules.symbol if listing else None
        call.client_order_id = name_of(call.parameters)

    def _read_request(self, call: Call) -> None:
        call.pairs = parse_qsl(call.query, keep_blank_values=True)
        call.parameters = dict(call.pairs)
        if call.method in ("POST", "PATCH") and call.body:
            document = decoded(call.body)
            if isinstance(document, list):
                call.parameters["list"] = encode(document).decode()
            # What stands in both places, the body decides.
            call.parameters |= as_texts(document)
        path = call.path
        for beginning, name in market.PATHS_WITH_NAMES.items():
            rest = path.removeprefix(beginning)
            if rest != path and rest and "/" not in rest:
                call.parameters[name] = rest
                path = f"{beginning}{{{name}}}"
        call.route = self.routes.find(f"{call.method} {path}", self.world.protocol)

    def answer(self, call: Call) -> Reply:
        if call.method == "STREAM":
            return self.sockets.answer(call)
        if call.method == "API":
            return self.order_socket.answer(call)
        if call.route is None:
            known = any(self.routes.find(f"{m} {call.path}", self.world.protocol) for m in METHODS)
            raise errors.of(errors.METHOD_NOT_ALLOWED if known else errors.NOT_FOUND)
        if call.route.security != "NONE":
            self.keys.authenticate(call)
        headers = self.charge(call)
        if call.method in ("POST", "PATCH") and call.body and decoded(call.body) is None:
            raise errors.of(errors.INVALID_BODY)
        result = call.route.handler(self, call)
        is_made = call.route.name == "POST /api/v4/spot/orders"
        return Reply(
            status=201 if is_made else 200,
            body=encode(result),
            headers=self._headers(call) | headers,
            book_version=call.book_version,
        )

    def charge(self, call: Call) -> dict[str, str]:
        """Count a request against its limit; returns the headers that tell of it.

        Raises:
            Refuse: TOO_MANY_REQUESTS.
        """
        assert call.route is not None
        kind = call.route.security
        if kind == "NONE":
            return self.limits_of_world.charge(limits.PUBLIC, "", call.route.name)
        account = self.account_of(call).name
        if kind == "PLACING":
            # All ways to place and amend share one limit, of each pair.
            return self.limits_of_world.charge(WINDOWS[kind], account, call.symbol or "", kind)
        name = kind if kind == "CANCELLING" else call.route.name
        return self.limits_of_world.charge(WINDOWS[kind], account, name)

    def _headers(self, call: Call) -> dict[str, str]:
        self._replies += 1
        headers = {
            "Content-Type": "application/json",
            "X-In-Time": str(call.received_ns // 1000),
            "X-Out-Time": str(self.world.stamps.time_ns() // 1000),
            "X-Gate-Trace-Id": f"{self.world.seed:08x}{self._replies:024x}",
        }
        if given := call.headers.get("X-Client-Request-Id"):
            headers["X-Client-Request-Id"] = given
        return headers

    def refuse(self, call: Call, refusal: Refuse) -> Reply:
        if call.method == "API":
            return self.order_socket.refuse(call, refusal)
        if call.method == "STREAM":
            return self.sockets.refuse(call, refusal)
        return Reply(
            status=refusal.status,
            body=encode({"label": refusal.code, "message": refusal.message}),
            headers=self._headers(call) | refusal.headers,
            code=str(refusal.code),
        )

    def standard_refusal(self, kind: str, **values: float) -> Refuse:
        if kind in ("rate_limited", "banned"):
            return self.limits_of_world.refusal(values.get("retry_after_s", 1))
        return errors.of(errors.STANDARD[kind])

    @classmethod
    def documented_errors(cls) -> Iterable[DocumentedError]:
        return error_catalogue.documented_errors().values()

    def documented_refusal(self, error: DocumentedError, *, retry_after_s: float) -> Refuse:
        if error.status == 429:
            limited = self.limits_of_world.refusal(retry_after_s)
            return Refuse(error.code, error.message, status=429, headers=limited.headers)
        return Refuse(error.code, error.message, status=error.status)

    # ------------------------------------------------------------ streams

    def accepts_stream(self, path: str) -> str | None:
        return "stream" if path in sockets.PATHS else None

    def stream_symbol(self, name: str) -> str | None:
        return channels.symbol_of(name)

    def opened(self, connection: Connection, target: str) -> None:
        self.sockets.opened(connection)

    async def received(self, connection: Connection, text: str) -> None:
        self.sockets.received(connection, text)

    def control_frame(self, connection: Connection) -> None:
        self.sockets.heard(connection)

    def shutdown_notice(self, connection: Connection) -> str | None:
        message = "The connection will soon be closed for a service upgrade. Please reconnect."
        return encode({"type": "upgrade", "msg": message}).decode()

    def closed(self, connection: Connection) -> None:
        self.sockets.closed(connection)

    def publish(self, events: Sequence[Event]) -> None:
        lead_ns = self.world.lead_ns()
        prints = [
            (event.symbol, self.world.history.add(event, lead_ns))
            for event in events
            if isinstance(event, Traded)
        ]
        self.channels.publish(events, prints)
        self.private.publish(events)

    def limits(self) -> list[tuple[str, int, int, float, float]]:
        return self.limits_of_world.rows()

    # ------------------------------------------------------------ what handlers ask

    def account_of(self, call: Call) -> Account:
        """Who signed the request."""
        assert call.account is not None
        return call.account

    def user_id(self, account: Account) -> int:
        """The venue's number of an account."""
        return 2_300_000 + list(self.world.accounts).index(account.name)

    def new_name(self) -> str:
        """What an order without a name is kept under; no client can choose it, or sees it."""
        self._nameless += 1
        return f"apiv4/{self._nameless}"

    def last_price(self, symbol: str) -> int:
        """Price of the newest trade, in units."""
        return self.world.history.trades(symbol)[-1].price
