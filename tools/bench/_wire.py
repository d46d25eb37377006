"""Bytes on the wire: recorded from a connector, sent again many times, and what that costs a server.

A server's cost is the processor time of its process: what the load takes, and what else runs on the
machine, is no part of it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_TEXT, _PING, _PONG = 1, 9, 10
_MASK = bytes(4)  # clients must mask; so does this


def processor_ns(pid: int) -> int:
    """Processor time of a process, all threads, in nanoseconds."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


class Relay:
    """Passes bytes on between clients and a server, and keeps those of each connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.talks: list[tuple[bytearray, bytearray]] = []

    async def start(self) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def forget(self) -> None:
        """Keep only what comes from now on."""
        for sent, answered in self.talks:
            sent.clear()
            answered.clear()

    def last(self) -> tuple[bytes, bytes]:
        """Request and reply of the one connection that has talked since."""
        (talk,) = [talk for talk in self.talks if talk[0]]
        return bytes(talk[0]), bytes(talk[1])

    def handshake(self) -> bytes:
        """What the WebSocket client has sent: its handshake, and its first messages."""
        (sent,) = [bytes(sent) for sent, _ in self.talks if b"websocket" in sent[:500]]
        return sent

    async def stop(self) -> None:
        """End every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: Any, writer: Any) -> None:
        above_reader, above_writer = await asyncio.open_connection("127.0.0.1", self._port)
        talk = (bytearray(), bytearray())
        self.talks.append(talk)
        for source, target, kept in (
            (reader, above_writer, talk[0]),
            (above_reader, writer, talk[1]),
        ):
            task = asyncio.create_task(_pass_on(source, target, kept))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def _pass_on(source: Any, target: Any, kept: bytearray) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(1 << 16):
            kept += data
            target.write(data)
    target.close()


class _Caller(asyncio.Protocol):
    """Sends one request again and again, the next one when the reply is whole."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._left = 0
        self._due = 0
        self._buffer = b""
        self._transport: Any = None
        self._done: asyncio.Future[None] | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(ConnectionError(f"the server hung up: {error}"))

    def close(self) -> None:
        self._done = None
        self._transport.close()

    async def run(self, request: bytes, count: int) -> None:
        self._request, self._left = request, count
        self._done = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        await self._done

    def data_received(self, data: bytes) -> None:
        self._buffer = data = self._buffer + data if self._buffer else data
        head = data.find(_HEAD_END)
        if head < 0:
            return
        lower = data[:head].lower()
        at = lower.find(_LENGTH) + len(_LENGTH)
        end = lower.find(b"\r\n", at)
        length = int(lower[at : end if end > 0 else None])
        if len(data) < head + 4 + length:
            return
        self._buffer = b""
        assert self._done is not None
        if not data.startswith(b"HTTP/1.1 200"):
            self._done.set_exception(ValueError(data[:400].decode()))
            return
        self._left -= 1
        if self._left:
            self._transport.write(self._request)
        else:
            self._done.set_result(None)


class Load:
    """Callers of one server, each on a kept connection."""

    def __init__(self, port: int, pid: int) -> None:
        self._port = port
        self._pid = pid
        self._callers: list[_Caller] = []

    async def open(self, connections: int) -> None:
        """Connect."""
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, caller = await loop.create_connection(lambda: _Caller(b""), "127.0.0.1", self._port)
            self._callers.append(caller)

    async def cost_ns(
        self,
        request: bytes,
        count: int,
        *,
        connections: int,
        until: Callable[[], Awaitable[None]] | None = None,
    ) -> float:
        """Send a request ``count`` times in all, over so many connections.

        Args:
            until: What has to happen before the server has done all its work.

        Returns:
            Processor time of the server for each, in nanoseconds.

        Raises:
            ValueError: It was answered with another status than 200.
        """
        each = count // connections
        callers = self._callers[:connections]
        before = processor_ns(self._pid)
        await asyncio.gather(*(caller.run(request, each) for caller in callers))
        if until is not None:
            await until()
        return (processor_ns(self._pid) - before) / (each * connections)

    def close(self) -> None:
        """Hang up."""
        for caller in self._callers:
            caller.close()


class _Listener(asyncio.Protocol):
    """A WebSocket that counts the messages it gets, and keeps the last one."""

    def __init__(self, handshake: bytes) -> None:
        head, end, rest = handshake.partition(_HEAD_END)
        self._head, self._rest = head + end, rest
        self._is_open = False
        self._buffer = b""
        self._transport: Any = None
        self.count = 0
        self.message = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(self._head)

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data
        if not self._is_open:
            _, end, data = data.partition(_HEAD_END)
            self._is_open = bool(end)
            if self._rest:
                self._transport.write(self._rest)
        at = 0
        while len(data) - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                if len(data) < at + 4:
                    break
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            if len(data) < start + size:
                break
            payload, opcode = data[start : start + size], data[at] & 15
            if opcode == _TEXT:
                self.count += 1
                self.message = payload
            elif opcode == _PING:
                self._transport.write(bytes((0x80 | _PONG, 0x80 | size)) + _MASK + payload)
            else:
                raise ValueError(f"the server has sent a frame of kind {opcode}: {payload!r}")
            at = start + size
        self._buffer = data[at:]


class Audience:
    """Many WebSockets that send the same first bytes and count what they get."""

    def __init__(self, port: int, handshake: bytes) -> None:
        self._port = port
        self._handshake = handshake
        self._listeners: list[_Listener] = []

    async def open(self, connections: int) -> None:
        """Connect, and wait until the answers to the first bytes are in."""
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, listener = await loop.create_connection(
                lambda: _Listener(self._handshake), "127.0.0.1", self._port
            )
            self._listeners.append(listener)
        await asyncio.sleep(0.5)

    @property
    def count(self) -> int:
        """Messages that all of them have got."""
        return sum(listener.count for listener in self._listeners)

    @property
    def message(self) -> str:
        """The newest one."""
        return self._listeners[0].message.decode()

    def close(self) -> None:
        """Hang up."""
        for listener in self._listeners:
            listener.close()

    async def hear(self, count: int) -> None:
        """Return when so many messages have come in all."""
        async with asyncio.timeout(30):
            while self.count < count:  # noqa: ASYNC110 - the load must not be told of each one
                await asyncio.sleep(0.002)
