"""A venue of one instrument, and its control plane driven from the test's own loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import msgspec
import pytest
from aiohttp import ClientSession

from venueproof_core.control import Channel, Credentials, Documented, Operation, Tier, WorldSpec
from venueproof_core.models import OrderType, Side
from venueproof_simulator.connections import Connection
from venueproof_simulator.control_server import ControlServer
from venueproof_simulator.dialect import Dialect, Listing
from venueproof_simulator.toolkit import Call, Refuse, Reply, Route, RouteTable, StreamEvent
from venueproof_simulator.venue_core import (
    SCALE,
    Event,
    InstrumentRules,
    LevelChanged,
    Refused,
    SubmitOrder,
)
from venueproof_simulator.world import World

RULES = InstrumentRules(
    symbol="AAA-BBB",
    base="AAA",
    quote="BBB",
    tick_size=SCALE,
    lot_size=SCALE,
    minimum_quantity=SCALE,
)


def book(dialect: "TinyDialect", call: Call) -> Any:
    core = dialect.world.core
    call.book_version = core.version("AAA-BBB")
    return {"version": call.book_version}


def place(dialect: "TinyDialect", call: Call) -> Any:
    request = SubmitOrder(
        account="main",
        symbol="AAA-BBB",
        side=Side(call.parameters["side"]),
        order_type=OrderType.LIMIT,
        client_order_id=call.parameters["id"],
        quantity=int(call.parameters["quantity"]) * SCALE,
        price=int(call.parameters["price"]) * SCALE,
    )
    try:
        order = dialect.world.core.submit(request, time_ns=dialect.world.stamps.time_ns())
    except Refused as refused:
        raise Refuse(7, refused.reason.value) from refused
    return {"order": order.order_id}


class TinyDialect(Dialect):
    name = "tiny"
    listings = (Listing(rules=RULES, middle=1000 * SCALE, typical_quantity=10 * SCALE),)
    balances: ClassVar = {"AAA": 1000 * SCALE, "BBB": 10_000_000 * SCALE}
    documented = (
        Documented(name="GET /book", kind="request", tier=Tier.MUST, section="Requests"),
        Documented(name="<symbol>", kind="stream", tier=Tier.SIMPLE, section="Streams"),
    )
    routes = RouteTable(
        [
            Route(name="GET /book", operation=Operation.ORDER_BOOK, handler=book),
            Route(name="POST /order", operation=Operation.PLACE, handler=place),
        ]
    )

    def endpoints(self, host: str) -> dict[str, str]:
        return {"rest": f"http://{host}", "stream": f"ws://{host}/stream"}

    def credentials(self, seed: bytes) -> Credentials:
        return Credentials(token=seed.hex())

    def read(self, call: Call) -> None:
        call.parameters = dict(parse_qsl(call.query))
        call.route = self.routes.find(f"{call.method} {call.path}", self.world.protocol)
        call.operation = call.route.operation if call.route else Operation.OTHER
        call.symbol = "AAA-BBB" if call.route else None
        call.client_order_id = call.parameters.get("id")

    def answer(self, call: Call) -> Reply:
        if call.path == "/lines":
            return Reply(status=401 if call.query == "stranger" else 200)
        if call.route is None:
            return Reply(status=404)
        value = call.route.handler(self, call)
        return Reply(body=msgspec.json.encode(value), book_version=call.book_version)

    def refuse(self, call: Call, refusal: Refuse) -> Reply:
        body = msgspec.json.encode({"code": refusal.code, "text": refusal.message})
        return Reply(
            status=refusal.status, body=body, headers=refusal.headers, code=str(refusal.code)
        )

    def standard_refusal(self, kind: str, **values: float) -> Refuse:
        return Refuse(kind, kind, status=503, headers={"Retry-After": str(values["retry_after_s"])})

    def accepts_stream(self, path: str) -> str | None:
        return "stream" if path == "/stream" else None

    def accepts_lines(self, method: str, path: str) -> str | None:
        return "lines" if (method, path) == ("GET", "/lines") else None

    def stream_symbol(self, name: str) -> str | None:
        return name

    def opened(self, connection: Connection, target: str) -> None:
        occasion = StreamEvent(name="AAA-BBB", payload=b"", channel=Channel.ORDER_BOOK)
        if self.world.faults.refuses_subscription(connection, "AAA-BBB", occasion):
            connection.send_text("refused")
            return
        connection.channels["AAA-BBB"] = Channel.ORDER_BOOK
        self.world.hub.subscribe(connection, ["AAA-BBB"])
        connection.send_text("subscribed")

    async def received(self, connection: Connection, text: str) -> None:
        connection.send_text(f"echo {text}")

    def publish(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, LevelChanged) and self.world.hub.has_listeners(event.symbol):
                stream_event = StreamEvent(
                    name=event.symbol,
                    payload=str(event.version).encode(),
                    documented="<symbol>",
                    channel=Channel.ORDER_BOOK,
                    symbol=event.symbol,
                    book_version=event.version,
                )
                self.world.hub.publish(stream_event, lambda _connection, one: one.payload.decode())

    def limits(self) -> list[tuple[str, int, int, float, float]]:
        return [("requests", 1, 10, 60.0, 0.0)]


class Steering:
    """The control plane as a client sees it, and the venue beside it."""

    def __init__(self, server: ControlServer, world: World, session: ClientSession) -> None:
        self.server = server
        self.world = world
        self.session = session
        assert world.info is not None
        self.rest = world.info.endpoints["rest"]
        self.stream = world.info.endpoints["stream"]

    async def ask(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        """Status and JSON of one control request."""
        given = self.server.address.token if token is None else token
        headers = {"Authorization": f"Bearer {given}"}
        url = self.server.address.url + path
        async with self.session.request(method, url, json=body, headers=headers) as reply:
            return reply.status, await reply.json()

    async def venue(self, method: str, target: str) -> tuple[int, str]:
        """Status and text of one request to the venue."""
        async with self.session.request(method, self.rest + target) as reply:
            return reply.status, await reply.text()

    async def place(self, client_order_id: str, price: int = 900) -> tuple[int, str]:
        """Place a resting buy order of 2."""
        return await self.venue(
            "POST", f"/order?side=BUY&id={client_order_id}&quantity=2&price={price}"
        )


@asynccontextmanager
async def _steering() -> AsyncIterator[Steering]:
    server = ControlServer(TinyDialect, "127.0.0.1")
    await server.start()
    world = await server.open_world(WorldSpec(seed=7))
    async with ClientSession() as session:
        yield Steering(server, world, session)
    await server.stop()


@pytest.fixture
def steered() -> Callable[[Callable[[Steering], Awaitable[None]]], None]:
    """Run an async test body against a fresh control plane."""

    def run(body: Callable[[Steering], Awaitable[None]]) -> None:
        async def whole() -> None:
            async with _steering() as steering:
                await asyncio.wait_for(body(steering), 10)

        asyncio.run(whole())

    return run


@pytest.fixture
def listings() -> Sequence[Listing]:
    """What the tiny venue trades."""
    return TinyDialect.listings
