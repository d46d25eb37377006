"""A proxy between a connector and its venue, and what a wire mutation overrides in it.

Requests and frames pass byte for byte: the signature is over the text that was sent. Pings and pongs of
both sides pass too, so that liveness is the two ends' own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import (
    ClientConnectionError,
    ClientSession,
    TCPConnector,
    WSMsgType,
    WSServerHandshakeError,
    web,
)
from yarl import URL

_HOP = frozenset({"host", "connection", "upgrade", "transfer-encoding", "content-length"})
_HANDSHAKE = "sec-websocket-"

# How long idle connections get to end; aiohttp takes 0 for no bound at all.
SHUTDOWN_S = 0.01


@dataclass(frozen=True)
class ProxiedRequest:
    """A request on its way to the venue; ``target`` is path and query as sent."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class ProxiedReply:
    """A reply on its way back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Forward = Callable[[ProxiedRequest], Awaitable[ProxiedReply]]


class Rewriter:
    """Passes everything. A wire mutation overrides one method."""

    passes_pongs = True

    async def request(self, request: ProxiedRequest, forward: Forward) -> ProxiedReply:
        """Answer a request, as a rule by forwarding it once."""
        return await forward(request)

    def client_frame(self, text: str) -> str | None:
        """A frame to the venue; ``None`` loses it."""
        return text

    def venue_frame(self, text: str) -> list[str]:
        """Frames to the connector instead of this one."""
        return [text]

    def connection_opened(self, number: int) -> None:
        """A stream connection was opened; the first is 1."""


class Proxy:
    """Listens on a loopback port for each origin of the endpoints."""

    def __init__(self, rewriter: Rewriter) -> None:
        self._rewriter = rewriter
        self._session: ClientSession | None = None
        self._servers: list[tuple[web.Server, asyncio.Server]] = []
        self._connections = 0

    async def start(self, endpoints: Mapping[str, str]) -> dict[str, str]:
        """Start; returns the endpoints a connector must use instead."""
        self._session = ClientSession(connector=TCPConnector(limit=0), auto_decompress=False)
        inside: dict[str, str] = {}
        ports: dict[str, int] = {}
        for name, url in endpoints.items():
            origin = urlsplit(url).netloc
            if origin not in ports:
                ports[origin] = await self._listen(origin)
            inside[name] = url.replace(origin, f"127.0.0.1:{ports[origin]}", 1)
        return inside

    async def stop(self) -> None:
        """Close everything."""
        for server, listener in self._servers:
            listener.close()
            await server.shutdown(timeout=SHUTDOWN_S)
        if self._session is not None:
            await self._session.close()

    async def _listen(self, origin: str) -> int:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._stream(origin, request)
            return await self._request(origin, request)

        server = web.Server(handle, access_log=None)
        listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        self._servers.append((server, listener))
        port: int = listener.sockets[0].getsockname()[1]
        return port

    async def _request(self, origin: str, request: web.BaseRequest) -> web.StreamResponse:
        received = ProxiedRequest(
            request.method,
            request.raw_path,
            {name: value for name, value in request.headers.items() if name.lower() not in _HOP},
            await request.read(),
        )

        async def forward(wanted: ProxiedRequest) -> ProxiedReply:
            assert self._session is not None
            url = URL(f"http://{origin}{wanted.target}", encoded=True)
            async with self._session.request(
                wanted.method, url, headers=wanted.headers, data=wanted.body or None
            ) as reply:
                kept = {n: v for n, v in reply.headers.items() if n.lower() not in _HOP}
                return ProxiedReply(reply.status, kept, await reply.read())

        try:
            answer = await self._rewriter.request(received, forward)
        except ClientConnectionError:
            # The venue cut the connection: so does the proxy.
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=502)
        return web.Response(status=answer.status, headers=answer.headers, body=answer.body)

    async def _stream(self, origin: str, request: web.BaseRequest) -> web.StreamResponse:
        assert self._session is not None
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in _HOP and not name.lower().startswith(_HANDSHAKE)
        }
        url = URL(f"ws://{origin}{request.raw_path}", encoded=True)
        try:
            venue = await self._session.ws_connect(url, headers=headers, autoping=False)
        except WSServerHandshakeError as error:
            return web.Response(status=error.status)
        client = web.WebSocketResponse(autoping=False, compress=False)
        await client.prepare(request)
        self._connections += 1
        self._rewriter.connection_opened(self._connections)

        async def upstream() -> None:
            async for message in client:
                if message.type is WSMsgType.TEXT:
                    if (text := self._rewriter.client_frame(message.data)) is not None:
                        await venue.send_str(text)
                elif message.type is WSMsgType.PING:
                    await venue.ping(message.data)
                elif message.type is WSMsgType.PONG and self._rewriter.passes_pongs:
                    await venue.pong(message.data)
            await venue.close(code=client.close_code or 1000)

        async def downstream() -> None:
            async for message in venue:
                if message.type is WSMsgType.TEXT:
                    for text in self._rewriter.venue_frame(message.data):
                        await client.send_str(text)
                elif message.type is WSMsgType.PING:
                    await client.ping(message.data)
                elif message.type is WSMsgType.PONG:
                    await client.pong(message.data)
            if venue.close_code in (None, 1006):
                if request.transport is not None:
                    request.transport.abort()
            else:
                await client.close(code=venue.close_code)

        both = [asyncio.ensure_future(upstream()), asyncio.ensure_future(downstream())]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
                with suppress(asyncio.CancelledError, ConnectionError):
                    await task
            await venue.close()
        return client
