"""The dialect itself: how a request, a frame and an event find their way through the tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar
from urllib.parse import parse_qsl

import msgspec

from venueproof_bybit.dialect import (
    account,
    error_catalogue,
    errors,
    market,
    order_rows,
    orders,
    records,
    security,
    sockets,
    topics,
    trade_socket,
    wire,
)
from venueproof_bybit.dialect.limits import Limits
from venueproof_bybit.dialect.listings import BALANCES, BY_VENUE_SYMBOL, LISTINGS, TERMS
from venueproof_bybit.dialect.parameters import as_texts
from venueproof_bybit.dialect.private import PrivateTopics
from venueproof_bybit.dialect.sockets import Sockets
from venueproof_bybit.dialect.tiers import DOCUMENTED
from venueproof_bybit.dialect.topics import PublicTopics
from venueproof_bybit.dialect.trade_socket import TradeSocket
from venueproof_core.control import Credentials, DocumentedError, Operation
from venueproof_simulator.connections import Connection
from venueproof_simulator.dialect import Dialect
from venueproof_simulator.toolkit import Call, Refuse, Reply, RouteTable
from venueproof_simulator.venue_core import Event, Traded
from venueproof_simulator.world import Account, World

LISTS_OF_ORDERS = (Operation.OPEN_ORDERS, Operation.ORDER_HISTORY)
"""Requests for many orders, or for one that they name."""


class BybitDialect(Dialect):
    """Bybit v5, category spot: REST, public, private and trade streams."""

    name = "bybit"
    listings = LISTINGS
    balances = BALANCES
    documented = DOCUMENTED
    routes: ClassVar = RouteTable(
        [*market.ROUTES, *orders.ROUTES, *records.ROUTES, *account.ROUTES]
    )

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.limits_of_world = Limits(world.timers, world.stamps)
        self.keys = security.KeyRing(world)
        self.topics = PublicTopics(self)
        self.private = PrivateTopics(self)
        self.sockets = Sockets(self)
        self.trade_socket = TradeSocket(self)
        self._made_ids = 0

    def endpoints(self, host: str) -> dict[str, str]:
        streams = {name: f"ws://{host}{path}" for path, name in sockets.ENDPOINTS.items()}
        return {"rest": f"http://{host}", **streams}

    def credentials(self, seed: bytes) -> Credentials:
        return security.credentials(seed)

    def account_opened(self, account: Account) -> None:
        self.keys.add(account)

    def order_id_text(self, order_id: int) -> str:
        return order_rows.order_id_text(order_id)

    def trade_id_text(self, trade_id: int) -> str:
        return order_rows.trade_id_text(trade_id)

    # ------------------------------------------------------------ requests

    def read(self, call: Call) -> None:
        if call.method == "STREAM":
            self.sockets.read(call)
            return
        if call.method == "TRADE":
            self.trade_socket.read(call)
        else:
            self._read_request(call)
        if call.route is not None:
            call.operation = call.route.operation
            names_one = call.parameters.get("orderId") or call.parameters.get("orderLinkId")
            if names_one and call.operation in LISTS_OF_ORDERS:
                call.operation = Operation.ORDER
        listing = BY_VENUE_SYMBOL.get(call.parameters.get("symbol", ""))
        call.symbol = listing.rules.symbol if listing else None
        call.client_order_id = call.parameters.get("orderLinkId")

    def _read_request(self, call: Call) -> None:
        if call.method == "GET":
            call.pairs = parse_qsl(call.query, keep_blank_values=True)
            call.parameters = dict(call.pairs)
        else:
            call.parameters = as_texts(sockets.decoded(call.body))
        call.route = self.routes.find(f"{call.method} {call.path}", self.world.protocol)

    def answer(self, call: Call) -> Reply:
        if call.method == "STREAM":
            return self.sockets.answer(call)
        if call.method == "TRADE":
            return self.trade_socket.answer(call)
        self.limits_of_world.charge_address()
        if call.route is None:
            raise errors.of(errors.ROUTE_NOT_FOUND)
        headers: dict[str, str] = {}
        if call.route.security != "NONE":
            is_get = call.method == "GET"
            payload = call.query.encode("utf-8", "surrogateescape") if is_get else call.body
            self.keys.authenticate(call, payload)
            headers = self.charge(call)
        if call.method == "POST":
            self._check_body(call)
        result = call.route.handler(self, call)
        extra = None
        if isinstance(result, orders.Batch):
            result, extra = result.result, result.extra
        body = wire.envelope(0, "OK", result, self.world.stamps.time_ns(), extra)
        headers["Content-Type"] = "application/json; charset=utf-8"
        return Reply(body=body, headers=headers, book_version=call.book_version)

    def charge(self, call: Call) -> dict[str, str]:
        """Count a private request against its endpoint's limit; returns the headers that tell of it.

        Raises:
            Refuse: 10006.
        """
        assert call.route is not None
        weight = call.route.weight_of(call.parameters)
        endpoint = trade_socket.rest_name(call.route.name)
        return self.limits_of_world.charge(self.account_of(call).name, endpoint, weight)

    def _check_body(self, call: Call) -> None:
        try:
            document = msgspec.json.decode(call.body)
        except msgspec.DecodeError:
            raise errors.parameter("Request parameter error.") from None
        if not isinstance(document, dict):
            raise errors.parameter("Request parameter error.")

    def refuse(self, call: Call, refusal: Refuse) -> Reply:
        headers = dict(refusal.headers)
        if call.method == "TRADE":
            return self.trade_socket.refuse(call, refusal)
        if refusal.status == 403:
            body = refusal.message.encode()
        else:
            headers["Content-Type"] = "application/json; charset=utf-8"
            now = self.world.stamps.time_ns()
            body = wire.envelope(int(refusal.code), refusal.message, {}, now)
        return Reply(status=refusal.status, body=body, headers=headers, code=str(refusal.code))

    def standard_refusal(self, kind: str, **values: float) -> Refuse:
        if kind == "rate_limited":
            return self.limits_of_world.refusal(values.get("retry_after_s", 1.0))
        if kind == "banned":
            return errors.of(errors.IP_LIMIT)
        return errors.of(errors.STANDARD[kind])

    @classmethod
    def documented_errors(cls) -> Iterable[DocumentedError]:
        return error_catalogue.documented_errors().values()

    def documented_refusal(self, error: DocumentedError, *, retry_after_s: float) -> Refuse:
        headers = self.limits_of_world.refusal(retry_after_s).headers
        return error_catalogue.as_refusal(error, headers)

    # ------------------------------------------------------------ streams

    def accepts_stream(self, path: str) -> str | None:
        return sockets.ENDPOINTS.get(path)

    def stream_symbol(self, name: str) -> str | None:
        found = topics.parse(name)
        return found[2] if found else None

    def opened(self, connection: Connection, target: str) -> None:
        self.sockets.opened(connection, target)

    async def received(self, connection: Connection, text: str) -> None:
        self.sockets.received(connection, text)

    def closed(self, connection: Connection) -> None:
        self.sockets.closed(connection)

    def publish(self, events: Sequence[Event]) -> None:
        prints = [
            (event.symbol, self.world.history.add(event))
            for event in events
            if isinstance(event, Traded)
        ]
        self.topics.publish(events, prints)
        self.private.publish(events)

    def limits(self) -> list[tuple[str, int, int, float, float]]:
        return self.limits_of_world.rows()

    # ------------------------------------------------------------ what handlers ask

    def account_of(self, call: Call) -> Account:
        """Who signed the request."""
        assert call.account is not None
        return call.account

    def new_link_id(self) -> str:
        """An order link id made by the venue."""
        self._made_ids += 1
        return f"{self.world.seed % 10**6:06d}{self._made_ids:013d}"

    def last_price(self, symbol: str) -> int:
        """Price of the newest trade, in units."""
        return self.world.history.trades(symbol)[-1].price

    def price_band(self, symbol: str) -> tuple[int, int]:
        """Lowest selling and highest buying price, in units, on the instrument's ticks."""
        last = self.last_price(symbol)
        tick = self.world.core.instruments[symbol].tick_size
        width = last * TERMS[symbol].band // 10_000
        return -(-(last - width) // tick) * tick, (last + width) // tick * tick
