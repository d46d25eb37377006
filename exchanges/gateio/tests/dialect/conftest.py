"""A Gate.io world in the test's own loop, asked without a socket in between, or over one."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from venueproof_core.control import WorldSpec
from venueproof_gateio.dialect import GateioDialect
from venueproof_simulator.toolkit import Call, Reply
from venueproof_simulator.world import World

MIDNIGHT_NS = 1_780_272_000_000_000_000  # 2026-06-01


def from_midnight() -> Callable[[], int]:
    """A clock that goes on from a midnight: no limit's window ends while a test fills it."""
    began_ns = time.monotonic_ns()
    return lambda: MIDNIGHT_NS + (time.monotonic_ns() - began_ns) // 100


class Asking:
    """Sends requests to a world as a client would, and signs them by the documents, not by our client."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.credentials = world.accounts["main"].credentials

    def sign(self, text: str) -> str:
        """Hexadecimal HMAC-SHA512."""
        secret = (self.credentials.api_secret or "").encode()
        return hmac.new(secret, text.encode(), hashlib.sha512).hexdigest()

    @property
    def now_s(self) -> int:
        """The venue's time."""
        return self.world.stamps.time_ns() // 1_000_000_000

    async def raw(
        self, method: str, path: str, query: str = "", body: str = "", **headers: str
    ) -> tuple[Reply, Any]:
        """One request exactly as given: the reply, and its JSON."""
        call = Call(
            self.world,
            method=method,
            target=f"/api/v4/{path}" + (f"?{query}" if query else ""),
            headers=headers,
            body=body.encode(),
            received_ns=time.time_ns(),
        )
        reply = await self.world.serve(call)
        return reply, json.loads(reply.body)

    async def public(self, path: str, **parameters: Any) -> tuple[int, Any]:
        """Status and JSON of a public request."""
        reply, value = await self.raw("GET", path, urlencode(parameters))
        return reply.status, value

    async def signed(
        self, method: str, path: str, body: Any = None, **parameters: Any
    ) -> tuple[int, Any]:
        """Status and JSON of a signed request."""
        query, text = urlencode(parameters), "" if body is None else json.dumps(body)
        stamp = str(self.now_s)
        digest = hashlib.sha512(text.encode()).hexdigest()
        signed = f"{method}\n/api/v4/{path}\n{unquote(query)}\n{digest}\n{stamp}"
        headers = {
            "KEY": self.credentials.api_key or "",
            "Timestamp": stamp,
            "SIGN": self.sign(signed),
        }
        reply, value = await self.raw(method, path, query, text, **headers)
        return reply.status, value

    async def place(self, **changes: Any) -> tuple[int, Any]:
        """A resting limit order to buy 0.01 BTC at 50000, with changes; None leaves one out."""
        order = {
            "currency_pair": "BTC_USDT",
            "side": "buy",
            "amount": "0.01",
            "price": "50000",
            **changes,
        }
        given = {name: value for name, value in order.items() if value is not None}
        return await self.signed("POST", "spot/orders", given)


class Sockets(Asking):
    """A world that listens, and one socket to it."""

    socket: ClientWebSocketResponse

    async def send(self, channel: str, payload: list[str] | None = None, **more: Any) -> Any:
        """A frame, signed in case it is about a private channel; what is said to it."""
        event, stamp = more.pop("event", "subscribe"), self.now_s
        sign = self.sign(f"channel={channel}&event={event}&time={stamp}")
        auth = {"method": "api_key", "KEY": self.credentials.api_key, "SIGN": sign}
        frame = {"time": stamp, "id": 7, "channel": channel, "event": event}
        await self.socket.send_json({**frame, "payload": payload, "auth": auth, **more})
        return await self.hear()

    async def hear(self) -> Any:
        """The next frame."""
        return json.loads((await self.socket.receive()).data)


Body = Callable[[Any], Awaitable[None]]


@pytest.fixture
def venue() -> Callable[..., None]:
    """Run an async test body against a fresh world."""

    def run(body: Body) -> None:
        async def whole() -> None:
            world = World("w1", GateioDialect, WorldSpec(seed=5), time_ns=from_midnight())
            await asyncio.wait_for(body(Asking(world)), 20)
            world.core.check()
            world.timers.close()

        asyncio.run(whole())

    return run


@pytest.fixture
def sockets() -> Callable[..., None]:
    """Run an async test body against a world that listens."""

    def run(body: Body) -> None:
        async def whole() -> None:
            world = World("w1", GateioDialect, WorldSpec(seed=5))
            info = await world.open("127.0.0.1", 0)
            asking = Sockets(world)
            async with (
                ClientSession() as session,
                session.ws_connect(info.endpoints["stream"]) as socket,
            ):
                asking.socket = socket
                await asyncio.wait_for(body(asking), 20)
            await world.close()
            assert world.errors == []

        asyncio.run(whole())

    return run
