"""The venue's channels, public and private. A topic is a channel with its payload: ``spot.trades:BTC_USDT``.

Source: https://www.gate.com/docs/developers/apiv4/ws/en/
"""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from venueproof_core import Outcome
from venueproof_core.errors import MalformedMessageError, RefusedError, VenueError
from venueproof_gateio.errors import VENUE, refusal
from venueproof_gateio.rest import GateioRest
from venueproof_net import (
    BookChange,
    BookSnapshot,
    StreamEnding,
    StreamEvent,
    StreamProtocol,
    StreamReply,
)

log = logging.getLogger(__name__)

TOPICS_PER_CONNECTION = 300
PING_EVERY_S = 15.0
"""The venue cuts a connection that was silent on both sides for a minute."""

DIFFERENCES, UPDATE_INTERVAL = "spot.order_book_update", "100ms"
TRADES, BEST, CANDLES = "spot.trades", "spot.book_ticker", "spot.candlesticks"
ORDERS, FILLS, BALANCES = "spot.orders", "spot.usertrades", "spot.balances"
PRIVATE = {ORDERS: ["!all"], FILLS: ["!all"], BALANCES: []}
"""Channels of the account, each with its payload."""

SUBSCRIBED = ("subscribe", "unsubscribe")
AUTHENTICATION_FAILED = 4


class _Error(msgspec.Struct, gc=False):
    code: int | None = None
    message: str = ""


class _Frame(msgspec.Struct, gc=False):
    channel: str = ""
    event: str = ""
    type: str = ""
    id: int | None = None
    error: _Error | None = None
    result: msgspec.Raw = msgspec.Raw()


class _Where(msgspec.Struct, gc=False):
    currency_pair: str | None = None
    s: str | None = None
    n: str | None = None


class _Book(msgspec.Struct, gc=False):
    t: int
    u: int
    b: list[tuple[str, str]]
    a: list[tuple[str, str]]
    U: int | None = None
    l: str = "100"  # noqa: E741 - the wire's name
    full: bool = False


_decode_frame = msgspec.json.Decoder(_Frame).decode
_decode_where = msgspec.json.Decoder(_Where).decode
_decode_book = msgspec.json.Decoder(_Book).decode


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
    payload: msgspec.Raw, received_time_ns: int, unit_ns: int = 1_000_000
) -> BookChange | BookSnapshot:
    """A frame of the book's channel; now and then the venue sends the whole of it.

    Raises:
        MalformedMessageError: With the JSON path of what is wrong.
    """
    try:
        event = _decode_book(payload)
        limit = int(event.l)
    except (msgspec.DecodeError, ValueError) as error:
        raise unreadable_frame(error, payload) from error
    if event.full:
        return BookSnapshot(event.u, event.b, event.a, limit)
    if event.U is None:
        raise unreadable_frame(ValueError("$.U is missing"), payload)
    return BookChange(event.U, event.u, event.b, event.a, event.t * unit_ns, received_time_ns)


def read_result(payload: msgspec.Raw) -> Any:
    """What any other frame carries.

    Raises:
        MalformedMessageError: It is no JSON.
    """
    try:
        return msgspec.json.decode(payload)
    except msgspec.DecodeError as error:
        raise unreadable_frame(error, payload) from error


class PublicProtocol(StreamProtocol):
    """Public channels; an event's payload is its result, still undecoded."""

    topics_per_message = 1
    ping_every_s = PING_EVERY_S

    def __init__(self, url: str, rest: GateioRest) -> None:
        self._url = url
        self._rest = rest

    async def url(self) -> str:
        """The one endpoint; by now the clock has been measured, for frames are stamped."""
        await self._rest.stamp_s()
        return self._url

    def _now_s(self) -> int:
        return self._rest.now_ns() // 1_000_000_000

    def ping(self) -> str:
        """What the venue answers by a pong."""
        return msgspec.json.encode({"time": self._now_s(), "channel": "spot.ping"}).decode()

    def subscribe(self, request_id: int, topics: Sequence[str]) -> str:
        """One topic in a message."""
        return self._message(request_id, "subscribe", topics[0])

    def unsubscribe(self, request_id: int, topics: Sequence[str]) -> str:
        """One topic in a message."""
        return self._message(request_id, "unsubscribe", topics[0])

    def _message(self, request_id: int, event: str, topic: str) -> str:
        channel, *payload = topic.split(":")
        return self._encode(request_id, event, channel, payload, {})

    def _encode(
        self, request_id: int, event: str, channel: str, payload: list[str], more: dict[str, Any]
    ) -> str:
        body = {"time": self._now_s(), "id": request_id, "channel": channel, "event": event}
        return msgspec.json.encode({**body, "payload": payload, **more}).decode()

    def read(self, frame: str | bytes) -> StreamEvent | StreamReply | StreamEnding | None:
        """Tell events from replies."""
        try:
            head = _decode_frame(frame)
            if head.event == "update":
                return StreamEvent(self._topic(head), head.result)
        except msgspec.DecodeError as error:
            raise unreadable_frame(error, frame) from error
        if head.type == "upgrade":
            return StreamEnding("the venue announced that it will close the connection")
        if head.event in SUBSCRIBED and head.id is not None:
            return StreamReply(head.id, None if head.error is None else _refused(head.error))
        return None

    def _topic(self, head: _Frame) -> str:
        where = _decode_where(head.result)
        if where.n is not None:
            return f"{head.channel}:{where.n.replace('_', ':', 1)}"
        if head.channel == DIFFERENCES:
            return f"{head.channel}:{where.s}:{UPDATE_INTERVAL}"
        return f"{head.channel}:{where.currency_pair or where.s}"


class PrivateProtocol(PublicProtocol):
    """The account's channels; each subscription is signed."""

    def _message(self, request_id: int, event: str, topic: str) -> str:
        auth = self._rest.signer.channel(topic, event, self._now_s())
        return self._encode(request_id, event, topic, PRIVATE[topic], {"auth": auth})

    def _topic(self, head: _Frame) -> str:
        return head.channel


def _refused(error: _Error) -> VenueError:
    if error.code == AUTHENTICATION_FAILED:
        try:
            said = msgspec.json.decode(error.message)
        except msgspec.DecodeError:
            said = None
        label, text = "INVALID_KEY", error.message
        if isinstance(said, dict):
            label, text = str(said.get("label", label)), str(said.get("message", text))
        return refusal(label, text, "subscribe")
    return RefusedError(
        f"{error.message}; check the channel and what it is about",
        venue=VENUE,
        operation="subscribe",
        outcome=Outcome.NOT_APPLIED,
        code=None if error.code is None else str(error.code),
    )
