"""A control plane with one tiny world, driven from the test's own loop."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

sys.path.insert(0, str(Path(__file__).parent))

from tiny_venue import TinyDialect

from venueproof_core.control import WorldSpec
from venueproof_simulator.control_server import ControlServer
from venueproof_simulator.world import World


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
