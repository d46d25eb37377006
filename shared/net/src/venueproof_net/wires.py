"""What a stream runs on: WebSocket messages, or the lines of a chunked HTTP reply."""

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from venueproof_net.http import HttpSession

if TYPE_CHECKING:
    import aiohttp


class Ping(NamedTuple):
    """The venue wants this payload back."""

    payload: bytes


class _Pong:
    """The venue answered a ping of ours."""


PONG: Final = _Pong()

Incoming = str | bytes | Ping | _Pong | None
"""A frame as the venue sent it, a sign of life, or ``None``: the link has ended."""


class Link(Protocol):
    """One open connection. Sending on one that has ended raises ``ConnectionError``."""

    close_code: int | None

    async def receive(self) -> Incoming:
        """What comes next."""
        ...

    async def send(self, text: str) -> None:
        """Send one message."""
        ...

    async def ping(self) -> None:
        """Ask for a sign of life, where there is a way to ask."""
        ...

    async def pong(self, payload: bytes) -> None:
        """Answer a ping."""
        ...

    async def close(self) -> None:
        """End it properly if the venue takes part, and within bounded time if not."""
        ...


class Wire(Protocol):
    """A way to open links."""

    async def open(
        self, http: HttpSession, url: str, *, headers: Mapping[str, str], operation: str
    ) -> Link:
        """Open one.

        Raises:
            ConnectError: It could not be opened; nothing was sent on it.
        """
        ...


class WebSocketWire:
    """Messages both ways, pings both ways."""

    async def open(
        self, http: HttpSession, url: str, *, headers: Mapping[str, str], operation: str
    ) -> Link:
        """Open a WebSocket."""
        return _WebSocketLink(await http.open_socket(url, headers=headers, operation=operation))


class _WebSocketLink:
    def __init__(self, socket: "aiohttp.ClientWebSocketResponse") -> None:
        from aiohttp import WSMsgType

        self.close_code: int | None = None
        self._socket = socket
        self._types = WSMsgType

    async def receive(self) -> Incoming:
        message = await self._socket.receive()
        kind, types = message.type, self._types
        if kind is types.TEXT or kind is types.BINARY:
            data: str | bytes = message.data
            return data
        if kind is types.PING:
            return Ping(message.data)
        if kind is types.PONG:
            return PONG
        self.close_code = self._socket.close_code
        return None

    async def send(self, text: str) -> None:
        await self._socket.send_str(text)

    async def ping(self) -> None:
        await self._socket.ping()

    async def pong(self, payload: bytes) -> None:
        await self._socket.pong(payload)

    async def close(self) -> None:
        await self._socket.close()


class ChunkedLinesWire:
    """One GET whose reply never ends: each line is a frame, heartbeats are lines, opening is subscribing."""

    async def open(
        self, http: HttpSession, url: str, *, headers: Mapping[str, str], operation: str
    ) -> Link:
        """Send the request and read the head of its reply."""
        return _LinesLink(await http.open_lines(url, headers=headers, operation=operation))


class _LinesLink:
    def __init__(self, response: "aiohttp.ClientResponse") -> None:
        self.close_code: int | None = None
        self._response = response
        self._lines: deque[bytes] = deque()
        self._rest = b""

    async def receive(self) -> Incoming:
        import aiohttp

        while not self._lines:
            try:
                chunk = await self._response.content.readany()
            except aiohttp.ClientError:
                return None
            if not chunk:
                # What has no line end was cut off: half a line is no frame.
                return None
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            self._lines.extend(line for line in map(bytes.strip, lines) if line)
        return self._lines.popleft()

    async def send(self, text: str) -> None:  # noqa: ARG002 - there is no way up
        raise ConnectionError("a stream of lines takes no messages")

    async def ping(self) -> None:
        """There is no way to ask; the venue's heartbeats must do."""

    async def pong(self, payload: bytes) -> None:
        """There are no pings."""

    async def close(self) -> None:
        self._response.close()
