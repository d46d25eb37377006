"""The dialect itself: how a request, a frame and an event find their way through the tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, ClassVar

import msgspec

from venueproof_binance.dialect import (
    account,
    error_catalogue,
    errors,
    order_lists,
    orders,
    records,
    replacing,
    rest_public,
    security,
    sessions,
    stream_names,
    wallet,
    wire,
)
from venueproof_binance.dialect.aggregates import Aggregates
from venueproof_binance.dialect.control_messages import ControlMessages
from venueproof_binance.dialect.limits import Limits
from venueproof_binance.dialect.listen_keys import ListenKeys
from venueproof_binance.dialect.listings import BALANCES, BY_VENUE_SYMBOL, FEES, LISTINGS
from venueproof_binance.dialect.order_log import OrderLog
from venueproof_binance.dialect.parameters import is_readable, pairs_of, raw
from venueproof_binance.dialect.reference_prices import ReferencePrices
from venueproof_binance.dialect.sessions import Sessions
from venueproof_binance.dialect.streams import MarketStreams
from venueproof_binance.dialect.tiers import DOCUMENTED
from venueproof_binance.dialect.user_data import UserData
from venueproof_binance.dialect.websocket_api import COUNTED, WebSocketApi
from venueproof_core.control import Credentials, DocumentedError, Operation
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.connections import Connection
from venueproof_simulator.dialect import Dialect
from venueproof_simulator.toolkit import Call, Refuse, Reply, Route, RouteTable
from venueproof_simulator.venue_core import SCALE, Event, OrderState, Traded
from venueproof_simulator.world import Account, World

JSON = "application/json;charset=UTF-8"
# Successful placements and cancels cost no weight. Source: changelog, 2026-04-02.
FREE = frozenset(
    {
        Operation.PLACE,
        Operation.CANCEL,
        Operation.CANCEL_ALL,
        Operation.REPLACE,
        Operation.PLACE_LIST,
        Operation.CANCEL_LIST,
    }
)
OF_SIGNED = frozenset({"signature", "timestamp", "recvWindow"})
OF_SOCKET = frozenset({"apiKey", "returnRateLimits"})


class BinanceDialect(Dialect):
    """Binance Spot: REST v3, market streams, WebSocket API, user data."""

    name = "binance"
    listings = LISTINGS
    balances = BALANCES
    fees = FEES
    profiles = (account.LISTEN_KEYS_UNTIL, stream_names.TICKER_OF_ALL_UNTIL)
    documented = DOCUMENTED
    routes: ClassVar = RouteTable(
        [
            *rest_public.ROUTES,
            *orders.ROUTES,
            *order_lists.ROUTES,
            *replacing.ROUTES,
            *account.ROUTES,
            *records.ROUTES,
            *wallet.ROUTES,
        ]
    )

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.limits_of_world = Limits(world.timers)
        self.keys = security.KeyRing(world)
        self.aggregates = Aggregates(world)
        self.order_log = OrderLog(world)
        self.reference_prices = ReferencePrices(world)
        self.user_data = UserData(self)
        self.listen_keys = ListenKeys(world, self.user_data.listen_key_expired)
        self.market_streams = MarketStreams(self)
        self.control_messages = ControlMessages(self)
        self.websocket_api = WebSocketApi(self)
        self.sessions = Sessions(self)
        self.depth_texts: dict[tuple[str, int], tuple[int, msgspec.Raw]] = {}
        self._made_ids = 0

    def endpoints(self, host: str) -> dict[str, str]:
        return {
            "rest": f"http://{host}",
            "stream": f"ws://{host}",
            "websocket_api": f"ws://{host}{sessions.API}",
        }

    def credentials(self, seed: bytes) -> Credentials:
        return security.credentials(seed)

    def account_opened(self, account: Account) -> None:
        self.keys.add(account)

    # ------------------------------------------------------------ requests

    def read(self, call: Call) -> None:
        if call.method == "STREAM":
            self.control_messages.read(call)
            return
        if call.method == "WS":
            self.websocket_api.read(call)
        else:
            self._read_request(call)
        if call.route is not None:
            call.operation = call.route.operation
        listing = BY_VENUE_SYMBOL.get(call.parameters.get("symbol", ""))
        call.symbol = listing.rules.symbol if listing else None
        named = call.parameters.get("newClientOrderId") or call.parameters.get("origClientOrderId")
        if call.operation is Operation.CANCEL:
            named = call.parameters.get("origClientOrderId")
        call.client_order_id = named

    def _read_request(self, call: Call) -> None:
        query = raw(call.query)
        call.target = raw(call.target).decode("utf-8", "replace")
        call.pairs = pairs_of(query)
        if call.body and call.method != "GET":
            in_query = {name for name, _ in call.pairs}
            call.pairs += [pair for pair in pairs_of(call.body) if pair[0] not in in_query]
        call.parameters = dict(call.pairs)
        call.route = self.routes.find(f"{call.method} {call.path}", self.world.protocol)

    def answer(self, call: Call) -> Reply:
        if call.method == "STREAM":
            return self.control_messages.answer(call)
        if call.method == "WS":
            self.websocket_api.check_frame(call)
        route = call.route
        if route is None:
            return self._no_route(call)
        if call.headers.get("X-MBX-TIME-UNIT", "MILLISECOND").upper() not in sessions.UNITS:
            raise errors.of(errors.BAD_TIME_UNIT)
        is_free = route.operation in FREE
        weight = route.weight_of(call.parameters)
        self.limits_of_world.charge(0 if is_free else weight)
        try:
            self._authenticate(call, route)
            self._check_names(call, route)
            value = route.handler(self, call)
        except Refuse:
            if is_free:
                self.limits_of_world.charge(weight, requests=0)
            raise
        places = call.account.name if call.account and call.operation in COUNTED else None
        headers = self.limits_of_world.headers(places)
        headers["Content-Type"] = JSON
        return Reply(body=wire.encode(value), headers=headers, book_version=call.book_version)

    def _authenticate(self, call: Call, route: Route) -> None:
        is_socket = call.method == "WS"
        if not (is_readable(raw(call.query)) and is_readable(call.body)):
            raise errors.of(errors.UNREADABLE)
        if route.security == "NONE":
            return
        if is_socket and route.security != "LOGON" and self.websocket_api.is_proved(call):
            if route.security != "SESSION":
                self.keys.check_time(call)
            return
        if route.security == "SESSION":
            raise errors.of(errors.KEY_REJECTED)
        key = call.parameters.get("apiKey") if is_socket else call.headers.get("X-MBX-APIKEY")
        algorithm = self.keys.identify(call, key)
        if route.security == "LOGON" and algorithm != "ed25519":
            # The documents say that no other key can log on, not what is answered.
            raise errors.of(errors.KEY_REJECTED)
        if route.security in security.SIGNED:
            payload = (
                security.socket_payload(call.pairs) if is_socket else security.rest_payload(call)
            )
            self.keys.verify(call, algorithm, payload)

    def _check_names(self, call: Call, route: Route) -> None:
        parameters = call.parameters
        if len(parameters) != len(call.pairs):
            raise errors.of(errors.DUPLICATE_PARAMETER)
        mandatory, known = _names_of(route, call.method == "WS")
        for name in mandatory:
            if not parameters.get(name):
                raise errors.missing(name)
        read = sum(name in known for name in parameters)
        if read != len(parameters):
            raise errors.unread(read, len(parameters))
        for name, value in parameters.items():
            if not value:
                raise errors.empty(name)

    def _no_route(self, call: Call) -> Reply:
        """Nothing is served at this path, or a stream connection is refused there."""
        if call.method == "WS":
            raise Refuse(-1020, "This operation is not supported.", status=404)
        status = 404
        if sessions.endpoint_of(call.path) and "Upgrade" in call.headers:
            status = self.limits_of_world.refused_connections()
        return Reply(status=status, body=b"", headers={"Content-Type": "text/html"})

    def refuse(self, call: Call, refusal: Refuse) -> Reply:
        body: dict[str, Any] = {"code": refusal.code, "msg": refusal.message}
        if refusal.data is not None:
            body["data"] = refusal.data
        if call.method == "STREAM":
            body = self.control_messages.wrapped(call, body)
        headers = self.limits_of_world.headers(None) | refusal.headers
        headers["Content-Type"] = JSON
        return Reply(
            status=refusal.status,
            body=wire.encode(body),
            headers=headers,
            code=str(refusal.code),
        )

    def standard_refusal(self, kind: str, **values: float) -> Refuse:
        if kind == "rate_limited":
            return self.limits_of_world.too_much(values["retry_after_s"])
        if kind == "banned":
            return self.limits_of_world.banned(values["retry_after_s"])
        return errors.of(errors.STANDARD[kind])

    @classmethod
    def documented_errors(cls) -> Iterable[DocumentedError]:
        return error_catalogue.documented_errors().values()

    def documented_refusal(self, error: DocumentedError, *, retry_after_s: float) -> Refuse:
        return error_catalogue.as_refusal(error, retry_after_s=retry_after_s)

    # ------------------------------------------------------------ streams

    def accepts_stream(self, path: str) -> str | None:
        endpoint = sessions.endpoint_of(path)
        return endpoint if endpoint and self.limits_of_world.takes_connection() else None

    def stream_symbol(self, name: str) -> str | None:
        symbol = name.partition("@")[0]
        listing = BY_VENUE_SYMBOL.get(symbol.upper()) if symbol == symbol.lower() else None
        return listing.rules.symbol if listing else None

    def opened(self, connection: Connection, target: str) -> None:
        self.sessions.opened(connection, target)

    async def received(self, connection: Connection, text: str) -> None:
        self.sessions.received(connection, text)

    def control_frame(self, connection: Connection) -> None:
        self.sessions.count_message(connection)

    def shutdown_notice(self, connection: Connection) -> str:
        return self.sessions.shutdown_notice(connection)

    def closed(self, connection: Connection) -> None:
        self.sessions.closed(connection)

    def publish(self, events: Sequence[Event]) -> None:
        prints = []
        for event in events:
            if isinstance(event, Traded):
                prints.append((event.symbol, self.world.history.add(event, self.world.lead_ns())))
                self._give_back(event)
        self.market_streams.publish(events, prints)
        self.user_data.publish(events)

    def _give_back(self, event: Traded) -> None:
        first = (
            (event.taker, event.taker_filled_quantity, False),
            (event.maker, event.maker_filled_quantity, True),
        )
        for order, filled, is_maker in first:
            if filled == event.quantity and order.account in self.world.accounts:
                self.limits_of_world.first_fill(order.account, is_maker=is_maker)

    def limits(self) -> list[tuple[str, int, int, float, float]]:
        return self.limits_of_world.rows(list(self.world.accounts))

    # ------------------------------------------------------------ what handlers ask

    def account_of(self, call: Call) -> Account:
        """Who signed the request."""
        assert call.account is not None
        return call.account

    def stamp(self, time_ns: int, call: Call) -> int:
        """A time as the request wants it: milliseconds, or microseconds."""
        unit = call.headers.get("X-MBX-TIME-UNIT", "MILLISECOND")
        return time_ns // sessions.UNITS[unit.upper()]

    def new_id(self) -> str:
        """A client order id made by the venue: 22 alphanumerics."""
        self._made_ids += 1
        return f"venue{self.world.seed % 10**6:06d}{self._made_ids:011d}"

    def average(self, symbol: str) -> int:
        """Volume-weighted price of the last five minutes, else the last price, in units."""
        now = self.world.stamps.time_ns()
        history = self.world.history
        quantity, notional = history.totals(symbol, now - 300 * SECOND_NS, now + SECOND_NS)
        return notional * SCALE // quantity if quantity else history.trades(symbol)[-1].price

    def public_trade_id(self, trade: Traded) -> int:
        """The id the public prints have: seeded ones come first."""
        return self.world.history.seeded_count(trade.symbol) + trade.trade_id

    def trades_of(self, order: OrderState) -> list[Traded]:
        """The order's fills, oldest first."""
        newest_first = reversed(self.world.core.trades(order.symbol))
        found, quantity = [], 0
        for trade in newest_first:
            if quantity >= order.filled_quantity:
                break
            if order in (trade.taker, trade.maker):
                found.append(trade)
                quantity += trade.quantity
        found.reverse()
        return found

    def commission_rates(self, account: str) -> dict[str, str]:
        """Standard rates of an account."""
        fees = self.world.core.fees(account)
        rates = {"maker": fees.maker_ppm, "taker": fees.taker_ppm}
        texts = {side: wire.number(ppm * SCALE // 1_000_000) for side, ppm in rates.items()}
        return {**texts, "buyer": "0.00000000", "seller": "0.00000000"}

    def discount(self) -> dict[str, Any]:
        """The BNB discount, which is off."""
        return {
            "enabledForAccount": False,
            "enabledForSymbol": False,
            "discountAsset": "BNB",
            "discount": "0.75000000",
        }


@cache
def _names_of(route: Route, is_socket: bool) -> tuple[tuple[str, ...], frozenset[str]]:
    """Parameters that must be there, and all that may be."""
    known = route.allowed
    if route.security != "NONE":
        known |= OF_SIGNED
    return route.mandatory, known | OF_SOCKET if is_socket else known
