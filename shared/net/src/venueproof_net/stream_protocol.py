"""What a stream session must be told by a venue's package, and where it sends frames."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from venueproof_core.errors import VenueError
from venueproof_net.wires import WebSocketWire, Wire


class StreamEvent(NamedTuple):
    """A frame for whoever wants ``topic``."""

    topic: str
    payload: Any


class StreamReply(NamedTuple):
    """The venue's answer to a request of ours; ``error`` if it refused."""

    request_id: int
    error: VenueError | None


class StreamEnding(NamedTuple):
    """The venue says that this connection, or what it carries, is about to end."""

    reason: str


class StreamProtocol:
    """What a session must know of a venue. Sans I/O, except that making the URL may need a request.

    Attributes:
        wire: What its frames come on.
        topics_per_message: How many topics one message may name.
        ping_every_s: How often the venue wants to hear ``ping()``; ``None`` where it does not.
    """

    wire: Wire = WebSocketWire()
    topics_per_message = 100
    ping_every_s: float | None = None

    async def url(self) -> str:
        """Where to connect; called before every attempt, so that keys and stamps are fresh."""
        raise NotImplementedError

    def headers(self) -> Mapping[str, str]:
        """What the opening request must carry; called before every attempt."""
        return {}

    def log_in(self, request_id: int) -> str | None:  # noqa: ARG002 - for overriding
        """The message that must be acknowledged before any topic is asked for; ``None`` where there is none."""
        return None

    def ping(self) -> str:
        """A message that shows the venue that this side lives."""
        raise NotImplementedError

    def subscribe(self, request_id: int, topics: Sequence[str]) -> str | None:
        """The message that asks for topics; ``None`` where connecting is enough."""
        raise NotImplementedError

    def unsubscribe(self, request_id: int, topics: Sequence[str]) -> str | None:
        """The message that gives topics back; ``None`` where there is none."""
        raise NotImplementedError

    def read(self, frame: str | bytes) -> StreamEvent | StreamReply | StreamEnding | None:
        """Say what a frame is; ``None`` for what nobody needs.

        Raises:
            MalformedMessageError: It cannot be read.
        """
        raise NotImplementedError

    async def while_open(self) -> None:
        """Whatever must be done while a connection lives; returning ends the connection."""
        await asyncio.get_running_loop().create_future()


class Sink(Protocol):
    """Where the frames of a topic go. Calls must not block."""

    def on_frame(self, payload: Any, received_time_ns: int) -> None:
        """One frame, in the order of the wire."""
        ...

    def on_gap(self) -> None:
        """Frames may be missing before the next one: the state must be fetched again."""
        ...

    def on_end(self, error: Exception | None) -> None:
        """No more frames will come."""
        ...
