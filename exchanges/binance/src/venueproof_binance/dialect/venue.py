"""The dialect itself: how a request, a frame and an event find their way through the tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from venueproof_binance.dialect import (
    account,
    errors,
    orders,
    rest_public,
    security,
    wire,
)
from venueproof_binance.dialect.control_messages import ControlMessages
from venueproof_binance.dialect.limits import Limits
from venueproof_binance.dialect.listen_keys import ListenKeys
from venueproof_binance.dialect.listings import BALANCES, BY_VENUE_SYMBOL, LISTINGS
from venueproof_binance.dialect.sessions import Sessions
from venueproof_binance.dialect.streams import MarketStreams
from venueproof_binance.dialect.user_data import UserData
from venueproof_binance.dialect.websocket_api import WebSocketApi
from venueproof_core.control import Credentials
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.connections import Connection
from venueproof_simulator.dialect import Dialect
from venueproof_simulator.toolkit import Call, Refuse, Reply, RouteTable
from venueproof_simulator.venue_core import SCALE, Event, OrderState, Traded
from venueproof_simulator.world import Account, World

JSON = "application/json;charset=UTF-8"
FREE = orders.FREE_ON_SUCCESS


class BinanceDialect(Dialect):
    """Binance Spot: REST v3, market streams, WebSocket API, user data."""

    name = "binance"
    listings = LISTINGS
    balances = BALANCES
    profiles = (account.LISTEN_KEYS_UNTIL,)
    routes: ClassVar = RouteTable([*rest_public.ROUTES, *orders.ROUTES, *account.ROUTES])

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.limits_of_world = Limits(world.timers)
        self.keys = security.KeyRing(world)
        self.user_data = UserData(self)
        self.listen_keys = ListenKeys(world, self.user_data.listen_key_expired)
        self.market_streams = MarketStreams(self)
        self.control_messages = ControlMessages(self)
        self.websocket_api = WebSocketApi(self)
        self.sessions = Sessions(self)
        self._made_ids = 0

    def endpoints(self, host: str) -> dict[str, str]:
        return {
            "rest": f"http://{host}",
            "stream": f"ws://{host}",
            "websocket_api": f"ws://{host}/ws-api/v3",
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
            call.pairs = parse_qsl(call.query, keep_blank_values=True)
            query = dict(call.pairs)
            if call.body:
                in_body = parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
                call.pairs = call.pairs + [pair for pair in in_body if pair[0] not in query]
            call.parameters = dict(call.pairs)
            call.route = self.routes.find(f"{call.method} {call.path}", self.world.protocol)
        if call.route is not None:
            call.operation = call.route.operation
        listing = BY_VENUE_SYMBOL.get(call.parameters.get("symbol", ""))
        call.symbol = listing.rules.symbol if listing else None
        named = call.parameters.get("newClientOrderId") or call.parameters.get("origClientOrderId")
        if call.method == "DELETE" or call.path == "order.cancel":
            named = call.parameters.get("origClientOrderId")
        call.client_order_id = named

    def answer(self, call: Call) -> Reply:
        if call.method == "STREAM":
            return self.control_messages.answer(call)
        route = call.route
        if route is None:
            return self.no_route()
        unit = call.headers.get("X-MBX-TIME-UNIT", "MILLISECOND").upper()
        if unit not in ("MICROSECOND", "MILLISECOND"):
            raise Refuse(
                -1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND."
            )
        is_free = route.operation in FREE
        weight = route.weight_of(call.parameters)
        self.limits_of_world.charge(0 if is_free else weight)
        try:
            value = self._validated(call)
        except Refuse:
            if is_free:
                self.limits_of_world.charge(weight)
            raise
        places = call.account.name if call.account and route.name.startswith("POST") else None
        headers = self.limits_of_world.headers(places)
        headers["Content-Type"] = JSON
        return Reply(body=wire.encode(value), headers=headers, book_version=call.book_version)

    def _validated(self, call: Call) -> Any:
        route = call.route
        assert route is not None
        if route.security != "NONE":
            key = call.headers.get("X-MBX-APIKEY") or call.parameters.get("apiKey")
            algorithm = self.keys.identify(call, key)
            if route.security in security.SIGNED:
                payload = (
                    security.socket_payload(call.parameters)
                    if call.method == "WS"
                    else security.rest_payload(call)
                )
                self.keys.verify(call, algorithm, payload)
        if len({name for name, _ in call.pairs}) != len(call.pairs):
            raise errors.duplicate_parameter()
        for name in route.mandatory:
            if not call.parameters.get(name):
                raise errors.missing(name)
        known = route.allowed | COMMON if route.security != "NONE" else route.allowed
        if call.method == "WS":
            known |= {"apiKey", "returnRateLimits"}
        read = sum(name in known for name in call.parameters)
        if read != len(call.parameters):
            raise errors.unread(read, len(call.parameters))
        return route.handler(self, call)

    def no_route(self) -> Reply:
        """Nothing is served at this path."""
        return Reply(status=404, body=b"", headers={"Content-Type": "text/html"})

    def refuse(self, call: Call, refusal: Refuse) -> Reply:
        body: dict[str, Any] = {"code": refusal.code, "msg": refusal.message}
        if refusal.data is not None:
            body["data"] = refusal.data
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

    # ------------------------------------------------------------ streams

    def accepts_stream(self, path: str) -> str | None:
        if path == "/ws-api/v3":
            return "websocket_api"
        return "stream" if path == "/stream" or path == "/ws" or path.startswith("/ws/") else None

    def stream_symbol(self, name: str) -> str | None:
        listing = BY_VENUE_SYMBOL.get(name.partition("@")[0].upper())
        return listing.rules.symbol if listing else None

    def opened(self, connection: Connection, target: str) -> None:
        self.sessions.opened(connection, target)

    async def received(self, connection: Connection, text: str) -> None:
        self.sessions.received(connection, text)

    def closed(self, connection: Connection) -> None:
        self.sessions.closed(connection)

    def publish(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Traded):
                self.world.history.add(event)
                self._give_back(event)
        self.market_streams.publish(events)
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

    def stamp(self, time_ns: int, call: Call | None) -> int:
        """A time as the request wants it: milliseconds, or microseconds."""
        if call is not None and call.headers.get("X-MBX-TIME-UNIT", "").upper() == "MICROSECOND":
            return time_ns // 1000
        return time_ns // 1_000_000

    def new_id(self) -> str:
        """A client order id made by the venue: 22 alphanumerics."""
        self._made_ids += 1
        return f"venue{self.world.seed % 10**6:06d}{self._made_ids:011d}"

    def average(self, symbol: str) -> int:
        """Volume-weighted price of the last five minutes, else the last price, in units."""
        now = self.world.stamps.time_ns()
        rows = self.world.history.between(symbol, now - 300 * SECOND_NS, now + SECOND_NS)
        volume = sum(trade.quantity for trade in rows)
        if not volume:
            return self.world.history.trades(symbol)[-1].price
        return sum(trade.notional for trade in rows) * SCALE // volume

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

    def commission_rates(self) -> dict[str, str]:
        """Standard rates of the world's accounts."""
        rates = {"maker": self.fees.maker_ppm, "taker": self.fees.taker_ppm}
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

    def rate_limit_rows(self) -> list[dict[str, Any]]:
        """As exchangeInfo lists them."""
        limits = self.limits_of_world
        rows = [
            ("REQUEST_WEIGHT", "MINUTE", 1, limits.weight.limit),
            ("ORDERS", "SECOND", 10, limits.orders("")[0].limit),
            ("ORDERS", "DAY", 1, limits.orders("")[1].limit),
            ("RAW_REQUESTS", "MINUTE", 5, limits.raw.limit),
        ]
        names = ("rateLimitType", "interval", "intervalNum", "limit")
        return [dict(zip(names, row, strict=True)) for row in rows]


COMMON = frozenset({"signature", "timestamp", "recvWindow"})
