"""Stream connections: WebSocket or chunked lines, with everything that happened on them."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from venueproof_core.control import Channel, GatePoint, Operation

if TYPE_CHECKING:
    from venueproof_simulator.toolkit.streams import StreamEvent
    from venueproof_simulator.world import World


# Characters that may wait for a client that does not read; who lets more pile up is cut off.
MAXIMUM_WAITING = 1 << 24


class Transport(Protocol):
    """How text reaches the client: WebSocket messages, or lines of a chunked reply."""

    async def send(self, text: str | bytes) -> None:
        """Send one message; bytes as a binary one, where there is such a thing."""
        ...

    async def ping(self, payload: bytes) -> None:
        """Send a heartbeat."""
        ...

    async def pong(self, payload: bytes) -> None:
        """Answer the client's heartbeat."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """End it properly."""
        ...

    def abort(self) -> None:
        """End it without a word."""
        ...


class Occasion(msgspec.Struct, gc=False):
    """An event about to be sent on one connection, for gates and faults to look at."""

    operation: Operation | None
    channel: Channel | None
    symbol: str | None
    client_order_id: str | None
    connection: int | None
    event: str | None


class Connection:
    """One client's stream connection.

    Attributes:
        state: The dialect's own.
        pongs: Answers that had the payload of a ping of ours: others are none.
        is_mute: Half-open: nothing is sent or answered any more, and nothing says so.
    """

    def __init__(self, world: World, number: int, endpoint: str, transport: Transport) -> None:
        self.world = world
        self.id = number
        self.endpoint = endpoint
        self.transport = transport
        self.subscriptions: dict[str, None] = {}
        self.channels: dict[str, Channel] = {}
        self.state: Any = None
        self.opened_time_ns = time.time_ns()
        self.closed_time_ns: int | None = None
        self.close_code: int | None = None
        self.pings = 0
        self.pongs = 0
        self.frames_sent = 0
        self.is_mute = False
        self._unanswered: set[bytes] = set()
        self._queue: deque[tuple[StreamEvent | None, str]] = deque()
        self._waiting = 0
        self._wake = asyncio.Event()
        self._sent = asyncio.Event()
        self._sent.set()
        self._writer = asyncio.create_task(self._write())
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing: asyncio.Future[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still lives, as far as the venue knows."""
        return self.closed_time_ns is None

    def send_event(self, event: StreamEvent, text: str) -> None:
        """Queue an event of a stream."""
        self._enqueue(event, text)

    def send_text(self, text: str) -> None:
        """Queue an answer; it keeps its place among the events."""
        self._enqueue(None, text)

    def _enqueue(self, event: StreamEvent | None, text: str) -> None:
        self._queue.append((event, text))
        self._waiting += len(text)
        if self._waiting > MAXIMUM_WAITING:
            self.world.journal.add("too_slow", connection=self.id, size=self._waiting)
            self._queue.clear()
            self._waiting = 0
            self.abort()
        self._sent.clear()
        self._wake.set()

    async def drained(self) -> None:
        """Return when everything that is queued has been handed to the socket."""
        await self._sent.wait()

    def ping(self, payload: bytes) -> None:
        """Send a heartbeat now."""
        if not self.is_mute and self.is_open:
            self.pings += 1
            self._unanswered.add(payload)
            self.world.journal.add("ping_out", connection=self.id, text=payload.decode())
            self.do(self.transport.ping(payload))

    def answered(self, payload: bytes) -> None:
        """A pong came in; one that nobody asked for is allowed, and answers nothing."""
        if payload in self._unanswered:
            self.pongs += 1
            self._unanswered.discard(payload)
        self.world.journal.add(
            "pong_in", connection=self.id, text=payload.decode("utf-8", "replace")
        )

    def close(self, code: int, reason: str = "") -> None:
        """End it with a close code, after what is queued; on a half-open connection nothing goes out."""
        if not self.is_mute:
            # Not one of the tasks that end with the connection: this one ends the connection.
            self._closing = asyncio.ensure_future(self._close(code, reason))

    def abort(self) -> None:
        """End it without a word."""
        self.transport.abort()

    def ended(self, code: int | None) -> None:
        """The socket is gone; called once by the server."""
        if self.closed_time_ns is None:
            self.closed_time_ns = time.time_ns()
            self.close_code = code
            self._writer.cancel()
            for task in self._tasks:
                task.cancel()

    def do(self, work: Any) -> None:
        """Run a coroutine that ends with the connection at the latest."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            error = task.exception()
            if error is not None and not isinstance(error, ConnectionError):
                self.world.broke(error)

    async def _close(self, code: int, reason: str) -> None:
        await self.drained()
        await self.transport.close(code, reason)

    async def _write(self) -> None:
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._queue:
                    event, text = self._queue.popleft()
                    self._waiting -= len(text)
                    await self._send(event, text)
                self._sent.set()
        except ConnectionError:
            return  # the client left while we wrote; the server sees the end of the socket

    async def _send(self, event: StreamEvent | None, text: str) -> None:
        world = self.world
        texts: Sequence[str | bytes] = [text]
        if event is not None and (world.faults or world.gates.holds_events()):
            occasion = Occasion(
                event.operation,
                event.channel,
                event.symbol,
                event.client_order_id,
                self.id,
                event.event,
            )
            await world.gates.pass_through(GatePoint.BEFORE_EVENT, occasion)
            texts = world.faults.on_event(occasion, text)
        if self.is_mute:
            return
        for message in texts:
            self.frames_sent += 1
            self._record(event, message)
            await self.transport.send(message)

    def _record(self, event: StreamEvent | None, message: str | bytes) -> None:
        text = message if isinstance(message, str) else repr(message)
        fields: dict[str, Any] = {"connection": self.id, "size": len(message), "text": text}
        if event is not None:
            fields |= {
                "channel": event.channel,
                "name": event.documented,
                "symbol": event.symbol,
                "client_order_id": event.client_order_id,
                "event": event.event,
                "book_version": event.book_version,
            }
        self.world.journal.add("frame_out" if event is not None else "answer", **fields)
