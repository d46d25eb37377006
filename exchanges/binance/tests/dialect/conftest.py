"""A Binance world in the test's own loop, asked without a socket in between."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from venueproof_binance.dialect import BinanceDialect
from venueproof_core.control import Print, SetLevel, WorldSpec
from venueproof_simulator.toolkit import Call, Reply
from venueproof_simulator.world import World

MIDNIGHT_NS = 1_780_272_000_000_000_000  # 2026-06-01


def from_midnight() -> Callable[[], int]:
    """A clock that goes on from a midnight: no limit's window ends while a test fills it."""
    began_ns = time.monotonic_ns()
    return lambda: MIDNIGHT_NS + time.monotonic_ns() - began_ns


class Asking:
    """Sends requests to a world as a client would, and signs them by the documents, not by our client."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.credentials = world.accounts["main"].credentials

    async def raw(
        self,
        method: str,
        target: str,
        *,
        body: str = "",
        headers: dict[str, str] | None = None,
    ) -> tuple[Reply, Any]:
        """One request exactly as given: the reply, and its JSON."""
        call = Call(
            self.world,
            method=method,
            target=target,
            headers=headers or {},
            body=body.encode(),
            received_ns=time.time_ns(),
        )
        reply = await self.world.serve(call)
        return reply, json.loads(reply.body) if reply.body else None

    async def public(self, path: str, **parameters: Any) -> tuple[int, Any]:
        """Status and JSON of a public request."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        reply, value = await self.raw("GET", f"/api/v3/{path}{query}")
        return reply.status, value

    def stamped(self, parameters: dict[str, Any]) -> str:
        """The text to sign: with a time stamp."""
        return urlencode({"timestamp": self.world.stamps.time_ns() // 1_000_000, **parameters})

    def hmac(self, text: str) -> str:
        """Hexadecimal HMAC-SHA256."""
        secret = (self.credentials.api_secret or "").encode()
        return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()

    def ed25519(self, text: str) -> str:
        """Base64 Ed25519, ready for a URL."""
        pem = self.credentials.keys["ed25519"]["private_key"].encode()
        signature = load_pem_private_key(pem, None).sign(text.encode())  # type: ignore[call-arg,union-attr]
        return urlencode({"signature": base64.b64encode(signature).decode()})[len("signature=") :]

    async def signed(self, method: str, path: str, **parameters: Any) -> tuple[int, Any]:
        """Status and JSON of a signed request, everything in the query."""
        text = self.stamped(parameters)
        target = f"/api/v3/{path}?{text}&signature={self.hmac(text)}"
        key = {"X-MBX-APIKEY": self.credentials.api_key or ""}
        reply, value = await self.raw(method, target, headers=key)
        return reply.status, value

    async def place(self, client_order_id: str, **changes: Any) -> tuple[int, Any]:
        """A resting limit order to buy 0.01 BTC at 50000, with changes; None leaves one out."""
        order = {
            "symbol": "BTCUSDT",
            "side": "BUY",
            "type": "LIMIT",
            "timeInForce": "GTC",
            "quantity": "0.01",
            "price": "50000",
            "newClientOrderId": client_order_id,
            **changes,
        }
        given = {name: value for name, value in order.items() if value is not None}
        return await self.signed("POST", "order", **given)


Body = Callable[[Asking], Awaitable[None]]


@pytest.fixture
def venue() -> Callable[..., None]:
    """Run an async test body against a fresh world."""

    def run(body: Body, **spec: Any) -> None:
        async def whole() -> None:
            world = World("w1", BinanceDialect, WorldSpec(seed=5, **spec), time_ns=from_midnight())
            await asyncio.wait_for(body(Asking(world)), 10)
            world.timers.close()

        asyncio.run(whole())

    return run


LEVEL = {"symbol": "BTC-USDT", "side": "BUY", "price": "59000"}


class Sockets(Asking):
    """A world that listens, and a session to open sockets with."""

    session: ClientSession

    async def open(self, path: str) -> ClientWebSocketResponse:
        """A stream connection."""
        assert self.world.info is not None
        return await self.session.ws_connect(
            self.world.info.endpoints["stream"] + path, autoping=False
        )

    def set_level(self, quantity: str) -> None:
        """One change of the book."""
        self.world.market.act(SetLevel.model_validate({**LEVEL, "quantity": quantity}))
        self.world.settle()

    def trade(self, side: str, quantity: str) -> None:
        """Another participant takes from the book."""
        action = {"symbol": "BTC-USDT", "side": side, "quantity": quantity}
        self.world.market.act(Print.model_validate(action))
        self.world.settle()

    async def api(self, socket: ClientWebSocketResponse, method: str, **parameters: Any) -> Any:
        """One request of the WebSocket API and its reply."""
        await socket.send_json({"id": method, "method": method, "params": parameters})
        return await socket.receive_json(timeout=2)

    def api_signed(self, **parameters: Any) -> dict[str, Any]:
        """Parameters with key, time stamp and signature."""
        stamp = self.world.stamps.time_ns() // 1_000_000
        given = {**parameters, "apiKey": self.credentials.api_key, "timestamp": stamp}
        text = "&".join(f"{name}={given[name]}" for name in sorted(given))
        return {**given, "signature": self.hmac(text)}


@pytest.fixture
def sockets() -> Callable[..., None]:
    """Run an async test body against a world that listens."""

    def run(body: Callable[[Any], Awaitable[None]], **spec: Any) -> None:
        async def whole() -> None:
            world = World("w1", BinanceDialect, WorldSpec(seed=5, **spec), time_ns=from_midnight())
            await world.open("127.0.0.1", 0)
            asking = Sockets(world)
            async with ClientSession() as session:
                asking.session = session
                await asyncio.wait_for(body(asking), 10)
            await world.close(grace_s=0)

        asyncio.run(whole())

    return run
