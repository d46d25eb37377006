"""The proxy changes nothing by itself, and a rewriter changes exactly what it says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientSession, WSMsgType, WSServerHandshakeError, web
from yarl import URL

from venueproof_defects import Rewriter
from venueproof_defects.proxy import Forward, ProxiedReply, ProxiedRequest, Proxy


class Upstream:
    """A venue that says what it received."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, bytes]] = []
        self.pongs: list[bytes] = []
        self.pinged = asyncio.Event()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self.stream(request)
        self.seen.append((request.method, request.raw_path, await request.read()))
        if request.path == "/cut":
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=418, body=b"tea", headers={"X-Seen": request.raw_path})

    async def stream(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/closed":
            return web.Response(status=503)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        await socket.ping(b"are you there")
        async for message in socket:
            if message.type is WSMsgType.PONG:
                self.pongs.append(message.data)
                self.pinged.set()
            elif message.data == "leave":
                await socket.close(code=1001)
            else:
                await socket.send_str(f"echo {message.data}")
        return socket


@asynccontextmanager
async def between(
    rewriter: Rewriter,
) -> AsyncIterator[tuple[Upstream, dict[str, str], ClientSession]]:
    """An upstream, the proxied endpoints, and a client session."""
    upstream = Upstream()
    server = web.Server(upstream.handle)
    listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    host = f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    proxy = Proxy(rewriter)
    endpoints = await proxy.start({"rest": f"http://{host}", "stream": f"ws://{host}/s"})
    async with ClientSession() as session:
        yield upstream, endpoints, session
    await proxy.stop()
    listener.close()
    await server.shutdown(timeout=0.01)


def run(rewriter: Rewriter, body: Callable[..., Awaitable[None]]) -> None:
    """Run an async test body between a client and the upstream."""

    async def whole() -> None:
        async with between(rewriter) as (upstream, endpoints, session):
            await asyncio.wait_for(body(upstream, endpoints, session), 10)

    asyncio.run(whole())


def test_request_passes_byte_for_byte() -> None:
    async def body(upstream: Upstream, endpoints: dict[str, str], session: Any) -> None:
        target = "/order?a=%E4%BD%A0&b=x%2Fy+z&signature=AB%3D"
        url = URL(endpoints["rest"] + target, encoded=True)
        async with session.post(url, data=b"price=1&x=%2B") as reply:
            assert (reply.status, await reply.read()) == (418, b"tea")
            assert reply.headers["X-Seen"] == target
        assert upstream.seen == [("POST", target, b"price=1&x=%2B")]

    run(Rewriter(), body)


def test_cut_by_the_venue_is_a_cut_for_the_client() -> None:
    async def body(_upstream: Upstream, endpoints: dict[str, str], session: Any) -> None:
        with pytest.raises(ClientConnectionError):
            await session.get(endpoints["rest"] + "/cut")

    run(Rewriter(), body)


def test_refused_handshake_keeps_its_status() -> None:
    async def body(_upstream: Upstream, endpoints: dict[str, str], session: Any) -> None:
        url = endpoints["rest"].replace("http", "ws") + "/closed"
        with pytest.raises(WSServerHandshakeError) as refused:
            await session.ws_connect(url)
        assert refused.value.status == 503

    run(Rewriter(), body)


def test_frames_pings_and_close_codes_pass() -> None:
    async def body(upstream: Upstream, endpoints: dict[str, str], session: Any) -> None:
        async with session.ws_connect(endpoints["stream"]) as socket:
            await socket.send_str("hello")
            assert (await socket.receive()).data == "echo hello"
            await upstream.pinged.wait()
            assert upstream.pongs == [b"are you there"]
            await socket.send_str("leave")
            await socket.receive()
            assert socket.close_code == 1001

    run(Rewriter(), body)


class Deaf(Rewriter):
    passes_pongs = False

    def client_frame(self, text: str) -> str | None:
        return None if text == "secret" else text.upper()

    def venue_frame(self, text: str) -> list[str]:
        return [text, text]


def test_rewriter_changes_frames_and_swallows_pongs() -> None:
    async def body(upstream: Upstream, endpoints: dict[str, str], session: Any) -> None:
        async with session.ws_connect(endpoints["stream"]) as socket:
            await socket.send_str("secret")
            await socket.send_str("hello")
            assert [(await socket.receive()).data for _ in range(2)] == ["echo HELLO"] * 2
            assert upstream.pongs == []

    run(Deaf(), body)


class Twice(Rewriter):
    async def request(self, request: ProxiedRequest, forward: Forward) -> ProxiedReply:
        await forward(request)
        return await forward(request)


def test_rewriter_can_repeat_a_request() -> None:
    async def body(upstream: Upstream, endpoints: dict[str, str], session: Any) -> None:
        async with session.get(endpoints["rest"] + "/x") as reply:
            assert reply.status == 418
        assert len(upstream.seen) == 2

    run(Twice(), body)
