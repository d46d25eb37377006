"""The venue's stream protocols: public topics, and the account's.

Source: https://bybit-exchange.github.io/docs/v5/ws/connect and the pages of the topics
"""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from venueproof_bybit.errors import VENUE, refusal
from venueproof_bybit.rest import BybitRest
from venueproof_core import Outcome
from venueproof_core.errors import (
    ClockSkewError,
    MalformedMessageError,
    RefusedError,
    VenueError,
)
from venueproof_net import (
    BookChange,
    BookSnapshot,
    StreamEnding,
    StreamEvent,
    StreamProtocol,
    StreamReply,
)

log = logging.getLogger(__name__)

# All topics of a connection together may have 21,000 characters.
TOPICS_PER_CONNECTION = 500
PING = '{"op":"ping"}'
PING_EVERY_S = 20.0
EXPIRES_MS = 10_000


class _Frame(msgspec.Struct, gc=False):
    topic: str | None = None
    op: str | None = None
    req_id: str | None = None
    success: bool | None = None
    ret_msg: str = ""


class _BookData(msgspec.Struct, gc=False):
    b: list[tuple[str, str]]
    a: list[tuple[str, str]]
    u: int
    seq: int


class _BookEvent(msgspec.Struct, gc=False):
    type: str
    ts: int
    data: _BookData


class _DataEvent(msgspec.Struct, gc=False):
    data: Any


_decode_frame = msgspec.json.Decoder(_Frame).decode
_decode_book = msgspec.json.Decoder(_BookEvent).decode
_decode_data = msgspec.json.Decoder(_DataEvent).decode


def unreadable_frame(error: Exception, frame: Any) -> MalformedMessageError:
    """The error for a frame that cannot be read."""
    text = bytes(frame).decode(errors="replace") if not isinstance(frame, str) else frame
    return MalformedMessageError(
        f"a frame cannot be read: {error}",
        text=text[:200],
        venue=VENUE,
        operation="stream",
        outcome=Outcome.NOT_APPLIED,
    )


def read_book(
    payload: str | bytes, received_time_ns: int, unit_ns: int = 1_000_000
) -> BookChange | BookSnapshot:
    """A frame of a book's topic. ``u`` counts the topic's frames; the book itself goes by ``seq``.

    Raises:
        MalformedMessageError: With the JSON path of what is wrong.
    """
    try:
        event = _decode_book(payload)
    except msgspec.DecodeError as error:
        raise unreadable_frame(error, payload) from error
    data = event.data
    if event.type == "snapshot":
        return BookSnapshot(data.u, data.b, data.a, book_version=data.seq)
    return BookChange(
        data.u, data.u, data.b, data.a, event.ts * unit_ns, received_time_ns, data.seq
    )


def read_data(payload: str | bytes) -> Any:
    """What any other frame carries.

    Raises:
        MalformedMessageError: It is no JSON, or carries nothing.
    """
    try:
        return _decode_data(payload).data
    except msgspec.DecodeError as error:
        raise unreadable_frame(error, payload) from error


class PublicProtocol(StreamProtocol):
    """Public topics; an event's payload is its whole frame, still undecoded."""

    topics_per_message = 10
    ping_every_s = PING_EVERY_S

    def __init__(self, url: str) -> None:
        self._url = url

    async def url(self) -> str:
        """The endpoint of the product."""
        return self._url

    def ping(self) -> str:
        """What the venue answers by a pong."""
        return PING

    def subscribe(self, request_id: int, topics: Sequence[str]) -> str:
        """Up to ten topics in one message."""
        return message(request_id, "subscribe", list(topics))

    def unsubscribe(self, request_id: int, topics: Sequence[str]) -> str:
        """Up to ten topics in one message."""
        return message(request_id, "unsubscribe", list(topics))

    def read(self, frame: str | bytes) -> StreamEvent | StreamReply | StreamEnding | None:
        """Tell events from replies."""
        try:
            head = _decode_frame(frame)
        except msgspec.DecodeError as error:
            raise unreadable_frame(error, frame) from error
        if head.topic is not None:
            return StreamEvent(head.topic, frame)
        if head.success is None or head.op == "ping":
            return None
        return self._reply(head)

    def _reply(self, head: _Frame) -> StreamReply | StreamEnding | None:
        if head.req_id is None or not head.req_id.isdigit():
            return None
        return StreamReply(int(head.req_id), None if head.success else _refused(head.ret_msg))


class PrivateProtocol(PublicProtocol):
    """The account's topics, after a login. Replies without our id are taken for the newest request's."""

    def __init__(self, url: str, rest: BybitRest) -> None:
        super().__init__(url)
        self._rest = rest
        self._newest = 0

    async def url(self) -> str:
        """The endpoint; by now the clock has been measured."""
        await self._rest.stamp_ms()
        return self._url

    def log_in(self, request_id: int) -> str:
        """Signed with a fresh stamp, whenever it is sent."""
        self._newest = request_id
        expires_ms = self._rest.now_ns() // 1_000_000 + EXPIRES_MS
        return message(request_id, "auth", self._rest.signer.log_in(expires_ms))

    def subscribe(self, request_id: int, topics: Sequence[str]) -> str:
        """All topics in one message."""
        self._newest = request_id
        return super().subscribe(request_id, topics)

    def _reply(self, head: _Frame) -> StreamReply | StreamEnding | None:
        if head.op not in ("auth", "subscribe"):
            return None
        given = head.req_id or ""
        request_id = int(given) if given.isdigit() else self._newest
        if head.success:
            return StreamReply(request_id, None)
        if head.op == "subscribe":
            return StreamReply(request_id, _refused(head.ret_msg))
        refused = refused_login(head.ret_msg)
        if isinstance(refused, ClockSkewError):
            self._rest.clock_sync.refused()
            return StreamEnding("the venue refused our time stamp")
        return StreamReply(request_id, refused)


def message(request_id: int, operation: str, arguments: Sequence[Any]) -> str:
    """A request on a stream."""
    body = {"req_id": str(request_id), "op": operation, "args": arguments}
    return msgspec.json.encode(body).decode()


def _refused(text: str) -> VenueError:
    return RefusedError(
        f"{text}; check the name of the topic",
        venue=VENUE,
        operation="subscribe",
        outcome=Outcome.NOT_APPLIED,
    )


def refused_login(text: str) -> VenueError:
    """The error for a refused login; streams tell it without a code."""
    code = 10002 if text == "Params Error" else 10003
    return refusal(code, text, "subscribe")
