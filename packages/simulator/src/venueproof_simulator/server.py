"""A world's front: HTTP and WebSocket on one loopback port."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from typing import TYPE_CHECKING, Any

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp.http_exceptions import HttpProcessingError

from venueproof_simulator.toolkit.calls import Call, Reply

if TYPE_CHECKING:
    from asyncio import Server
    from collections.abc import Awaitable, Callable

    from venueproof_simulator.world import World

# How long idle connections get to end; aiohttp takes 0 for no bound at all.
SHUTDOWN_S = 0.01


def _is_ours(record: logging.LogRecord) -> bool:
    """A client that sends no HTTP is answered with 400, one may leave at any time: neither is worth a traceback."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | ConnectionError)


_LOG = logging.getLogger(__name__)
_LOG.addFilter(_is_ours)


class _Front(web.Server):
    """aiohttp's low-level server, which also says when its last connection is gone."""

    def __init__(self, handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> None:
        super().__init__(handler, access_log=None, logger=_LOG, keepalive_timeout=3600)
        self.all_gone = asyncio.Event()
        self._watched: dict[Any, asyncio.Event] = {}

    def connection_lost(self, handler: Any, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        watcher = self._watched.pop(handler, None)
        if watcher is not None:
            watcher.set()
        if not self.connections:
            self.all_gone.set()

    async def lost(self, handler: Any) -> None:
        """Return when this connection has ended."""
        if handler in self.connections:
            await self._watched.setdefault(handler, asyncio.Event()).wait()


class _WebSocket:
    """The WebSocket form of a stream connection."""

    def __init__(self, socket: web.WebSocketResponse, request: web.BaseRequest) -> None:
        self._socket = socket
        self._request = request

    async def send(self, text: str | bytes) -> None:
        if isinstance(text, str):
            await self._socket.send_str(text)
        else:
            await self._socket.send_bytes(text)

    async def ping(self, payload: bytes) -> None:
        await self._socket.ping(payload)

    async def pong(self, payload: bytes) -> None:
        await self._socket.pong(payload)

    async def close(self, code: int, reason: str) -> None:
        await self._socket.close(code=code, message=reason.encode())

    def abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()


class _Lines:
    """The chunked form of a stream connection: an endless HTTP reply, one message a line.

    It has no frames of its own for heartbeats: venues of this kind send a message instead, which the
    dialect makes.
    """

    def __init__(self, response: web.StreamResponse, request: web.BaseRequest) -> None:
        self._response = response
        self._request = request
        self.ended = asyncio.Event()
        self.close_code: int | None = None

    async def send(self, text: str | bytes) -> None:
        line = text.encode() if isinstance(text, str) else text
        await self._response.write(line + b"\n")

    async def ping(self, payload: bytes) -> None:
        await self.send(payload.decode())

    async def pong(self, payload: bytes) -> None:
        """Clients of chunked lines send nothing, so there is nothing to answer."""

    async def close(self, code: int, reason: str) -> None:  # noqa: ARG002 - a reply ends wordless
        self.close_code = code
        await self._response.write_eof()
        self.ended.set()

    def abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()
        self.ended.set()


class WorldServer:
    """Serves one world. One port carries every endpoint of the venue."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._front: _Front | None = None
        self._listener: Server | None = None

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Listen; port 0 takes a free one. Returns the port."""
        self._front = _Front(self._handle)
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._front, host, port, ssl=tls)
        bound: int = self._listener.sockets[0].getsockname()[1]
        return bound

    async def stop(self, grace_s: float) -> list[str]:
        """Stop listening, wait until the client has closed its sockets, close the rest."""
        front, listener = self._front, self._listener
        if front is None or listener is None:
            return []
        listener.close()
        left_behind: list[str] = []
        if front.connections:
            front.all_gone.clear()
            try:
                await asyncio.wait_for(front.all_gone.wait(), grace_s)
            except TimeoutError:
                left_behind = self._name_open(len(front.connections))
        for connection in self._world.connections.values():
            if connection.is_open:
                connection.abort()
        await front.shutdown(timeout=SHUTDOWN_S)
        self._front = self._listener = None
        return left_behind

    def _name_open(self, total: int) -> list[str]:
        streams = [
            f"stream connection {connection.id} on {connection.endpoint}: "
            f"{', '.join(connection.subscriptions) or 'no subscription'}"
            for connection in self._world.connections.values()
            if connection.is_open
        ]
        others = total - len(streams)
        return streams + ([f"{others} HTTP connection(s)"] if others > 0 else [])

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        target = request.raw_path
        path = target.partition("?")[0]
        if request.headers.get("Upgrade", "").lower() == "websocket":
            endpoint = self._world.dialect.accepts_stream(path)
            if endpoint is not None:
                return await self._stream(request, endpoint, target)
        lines = self._world.dialect.accepts_lines(request.method, path)
        if lines is not None:
            return await self._lines(request, lines, target)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413, text="")
        call = Call(
            self._world,
            method=request.method,
            target=target,
            headers=request.headers,
            body=body,
            received_ns=time.time_ns(),
        )
        try:
            reply = await self._world.serve(call)
        except Exception as error:
            self._world.broke(error)
            return web.Response(status=500)
        if reply.delivery != "whole":
            return await self._deliver_broken(request, reply)
        return web.Response(status=reply.status, body=reply.body, headers=reply.headers)

    async def _deliver_broken(self, request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
        if reply.delivery == "never":
            assert self._front is not None
            await self._front.lost(request.protocol)
        elif reply.delivery == "truncated":
            response = web.StreamResponse(status=reply.status, headers=reply.headers)
            response.content_length = len(reply.body)
            await response.prepare(request)
            await response.write(reply.body[: len(reply.body) // 2])
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    async def _lines(
        self, request: web.BaseRequest, endpoint: str, target: str
    ) -> web.StreamResponse:
        world = self._world
        refusal = world.faults.on_handshake(endpoint)
        if refusal is not None:
            return web.Response(status=refusal)
        call = Call(
            world,
            method=request.method,
            target=target,
            headers=request.headers,
            body=b"",
            received_ns=time.time_ns(),
        )
        try:
            reply = await world.serve(call)
        except Exception as error:
            world.broke(error)
            return web.Response(status=500)
        if reply.delivery != "whole":
            return await self._deliver_broken(request, reply)
        if reply.status != 200:
            return web.Response(status=reply.status, body=reply.body, headers=reply.headers)
        response = web.StreamResponse(headers=reply.headers)
        response.enable_chunked_encoding()
        await response.prepare(request)
        transport = _Lines(response, request)
        connection = world.connect(endpoint, transport)
        assert self._front is not None
        gone = asyncio.ensure_future(self._front.lost(request.protocol))
        ended = asyncio.ensure_future(transport.ended.wait())
        try:
            world.dialect.opened(connection, target)
            await asyncio.wait((gone, ended), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            ended.cancel()
            world.disconnected(connection, transport.close_code)
        return response

    async def _stream(
        self, request: web.BaseRequest, endpoint: str, target: str
    ) -> web.StreamResponse:
        world = self._world
        refusal = world.faults.on_handshake(endpoint)
        if refusal is not None:
            return web.Response(status=refusal)
        socket = web.WebSocketResponse(autoping=False, compress=False, max_msg_size=1 << 20)
        await socket.prepare(request)
        connection = world.connect(endpoint, _WebSocket(socket, request))
        code: int | None = None
        try:
            world.dialect.opened(connection, target)
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    if not connection.is_mute:
                        await world.dialect.received(connection, message.data)
                elif message.type is WSMsgType.PING:
                    if not connection.is_mute:
                        await connection.transport.pong(message.data)
                    world.journal.add("ping_in", connection=connection.id)
                    world.dialect.control_frame(connection)
                elif message.type is WSMsgType.PONG:
                    connection.answered(bytes(message.data))
                    world.dialect.control_frame(connection)
                elif message.type is WSMsgType.BINARY:
                    await socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
            code = socket.close_code
        except Exception as error:
            world.broke(error)
            connection.abort()
        finally:
            world.disconnected(connection, code)
        return socket
