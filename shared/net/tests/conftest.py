"""Runs coroutine tests, each in a loop of its own, and offers a WebSocket venue on loopback."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import WSMsgType, web


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@dataclass
class Peer:
    """The venue's end of one connection."""

    socket: web.WebSocketResponse
    received: list[str] = field(default_factory=list)
    pings: int = 0
    pongs: list[bytes] = field(default_factory=list)


Behaviour = Callable[[Peer, str], Awaitable[None]]


@dataclass
class LoopbackVenue:
    """Accepts connections; ``on_text`` decides what to answer."""

    on_text: Behaviour
    url: str = ""
    peers: list[Peer] = field(default_factory=list)
    refusals: int = 0
    attempts: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.attempts += 1
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        peer = Peer(socket)
        self.peers.append(peer)
        self.changed.set()
        while True:
            message = await socket.receive()
            if message.type is WSMsgType.TEXT:
                peer.received.append(message.data)
                await self.on_text(peer, message.data)
            elif message.type is WSMsgType.PONG:
                peer.pongs.append(message.data)
            elif message.type is WSMsgType.PING:
                peer.pings += 1
                await socket.pong(message.data)
            else:
                return socket
            self.changed.set()

    async def until(self, is_true: Callable[[], bool], deadline_s: float = 5.0) -> None:
        """Return when something the venue saw makes ``is_true`` true."""
        async with asyncio.timeout(deadline_s):
            while not is_true():
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def loopback_venue(on_text: Behaviour) -> AsyncIterator[LoopbackVenue]:
    """A venue on a free port of this machine."""
    venue = LoopbackVenue(on_text)
    app = web.Application()
    app.router.add_get("/stream", venue.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    venue.url = f"ws://127.0.0.1:{port}/stream"
    try:
        yield venue
    finally:
        await runner.cleanup()


@pytest.fixture(name="loopback_venue")
def loopback_venue_fixture() -> object:
    return loopback_venue
