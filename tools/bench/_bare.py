"""The yardstick: a bare aiohttp application under uvloop that answers and streams what it is told.

Run as a process of its own: ``python -m tools.bench._bare``. It prints its port, then serves until its
standard input ends. ``PUT /told`` says what every other request is answered with, and what that sends to
every WebSocket.
"""

import asyncio
import base64
import sys
from typing import Any

import uvloop
from aiohttp import web


class Bare:
    """One reply and one message for everybody."""

    def __init__(self) -> None:
        self._body = b""
        self._headers: dict[str, str] = {}
        self._message: str | None = None
        self._sockets: list[web.WebSocketResponse] = []

    async def tell(self, request: web.Request) -> web.Response:
        """What to answer and to send from now on."""
        told: dict[str, Any] = await request.json()
        self._body = base64.b64decode(told["body"])
        self._headers = told["headers"]
        self._message = told["message"]
        return web.Response()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The reply; first the message to everybody who listens."""
        if "Upgrade" in request.headers:
            return await self._listen(request)
        await request.read()
        if self._message is not None:
            for socket in self._sockets:
                await socket.send_str(self._message)
        return web.Response(body=self._body, headers=self._headers)

    async def _listen(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self._sockets.append(socket)
        async for _ in socket:
            pass
        self._sockets.remove(socket)
        return socket


async def _serve() -> None:
    bare = Bare()
    app = web.Application()
    app.router.add_route("PUT", "/told", bare.tell)
    app.router.add_route("*", "/{path:.*}", bare.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(_serve())
