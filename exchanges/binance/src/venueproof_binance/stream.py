"""The venue's stream protocols: market streams, user data over the WebSocket API, user data by listen key.

Sources: https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams,
.../websocket-api/user-data-stream-requests; listen keys as documented before 2026-02-20.
"""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from venueproof_binance.errors import VENUE, refusal, unreadable
from venueproof_binance.rest import OPEN_LISTEN_KEY, RENEW_LISTEN_KEY, BinanceRest
from venueproof_binance.settings import BinanceSettings
from venueproof_binance.signing import signed_params
from venueproof_core import Clock, Outcome
from venueproof_core.errors import (
    ClockSkewError,
    MalformedMessageError,
    RateLimitedError,
    RefusedError,
    VenueError,
)
from venueproof_net import BookChange, StreamEnding, StreamEvent, StreamProtocol, StreamReply

log = logging.getLogger(__name__)

USER_DATA = "user data"
"""The one topic of a private connection."""

STREAMS_PER_CONNECTION = 1024
# The venue closes a connection that sends more than five messages a second, and pongs count.
MESSAGES_PER_SECOND = 4
CONNECTS = (300, 300.0)
"""Connections in so many seconds, from one address."""

RENEWAL_S = 30 * 60.0
RENEWAL_RETRY_S = 60.0
_SUBSCRIBE_WEIGHT = {"weight": 2}

_ENDING_EVENTS = frozenset({"serverShutdown", "eventStreamTerminated", "listenKeyExpired"})


class _MarketFrame(msgspec.Struct, gc=False):
    stream: str | None = None
    data: msgspec.Raw = msgspec.Raw()
    id: int | str | None = None
    error: dict[str, Any] | None = None
    code: int | None = None
    msg: str | None = None


class _DepthEvent(msgspec.Struct, gc=False):
    E: int
    U: int
    u: int
    b: list[tuple[str, str]]
    a: list[tuple[str, str]]


class _ApiFrame(msgspec.Struct, gc=False):
    id: int | str | None = None
    status: int | None = None
    error: dict[str, Any] | None = None
    event: dict[str, Any] | None = None


_decode_market = msgspec.json.Decoder(_MarketFrame).decode
_decode_depth = msgspec.json.Decoder(_DepthEvent).decode
_decode_api = msgspec.json.Decoder(_ApiFrame).decode


def _unreadable_frame(error: Exception, frame: Any) -> MalformedMessageError:
    text = bytes(frame).decode(errors="replace") if not isinstance(frame, str) else frame
    return MalformedMessageError(
        f"a frame cannot be read: {error}",
        text=text[:200],
        venue=VENUE,
        operation="stream",
        outcome=Outcome.NOT_APPLIED,
    )


def read_depth(payload: msgspec.Raw, received_time_ns: int, unit_ns: int = 1_000_000) -> BookChange:
    """A ``depthUpdate``; typed, since no other message comes as often.

    Raises:
        MalformedMessageError: With the JSON path of what is wrong.
    """
    try:
        event = _decode_depth(payload)
    except msgspec.DecodeError as error:
        raise _unreadable_frame(error, payload) from error
    return BookChange(event.U, event.u, event.b, event.a, event.E * unit_ns, received_time_ns)


def read_json(payload: msgspec.Raw) -> Any:
    """Any other event.

    Raises:
        MalformedMessageError: It is no JSON.
    """
    try:
        return msgspec.json.decode(payload)
    except msgspec.DecodeError as error:
        raise _unreadable_frame(error, payload) from error


class MarketProtocol(StreamProtocol):
    """Market streams, combined on one connection; topics are the venue's stream names."""

    def __init__(self, stream_url: str) -> None:
        self._url = stream_url.rstrip("/") + "/stream"

    async def url(self) -> str:
        """The endpoint for combined streams, without any stream in it."""
        return self._url

    def subscribe(self, request_id: int, topics: Sequence[str]) -> str:
        """Any number of topics in one message."""
        return _message(request_id, "SUBSCRIBE", list(topics))

    def unsubscribe(self, request_id: int, topics: Sequence[str]) -> str:
        """Any number of topics in one message."""
        return _message(request_id, "UNSUBSCRIBE", list(topics))

    def read(self, frame: str | bytes) -> StreamEvent | StreamReply | StreamEnding | None:
        """Tell events from replies; the event itself stays undecoded."""
        try:
            message = _decode_market(frame)
        except msgspec.DecodeError as error:
            raise _unreadable_frame(error, frame) from error
        topic = message.stream
        if topic is not None:
            if topic == "!serverShutdown":
                return StreamEnding("the venue announced its shutdown")
            return StreamEvent(topic, message.data)
        refused = message.error
        if refused is None and message.code is not None:
            refused = {"code": message.code, "msg": message.msg}
        if isinstance(message.id, int):
            return StreamReply(message.id, None if refused is None else _stream_refusal(refused))
        if refused is not None:
            log.warning("binance: the venue refused a message: %s", refused)
        return None


def _message(request_id: int, method: str, params: Any) -> str:
    return msgspec.json.encode({"method": method, "params": params, "id": request_id}).decode()


def _stream_refusal(error: dict[str, Any]) -> VenueError:
    # Codes of the market streams are a numbering of their own.
    return RefusedError(
        f"{error.get('msg')}; check the name of the stream",
        venue=VENUE,
        operation="subscribe",
        outcome=Outcome.NOT_APPLIED,
        code=str(error.get("code")),
    )


def _user_event(event: dict[str, Any]) -> StreamEvent | StreamEnding:
    kind = event.get("e")
    if kind in _ENDING_EVENTS:
        return StreamEnding(f"the venue sent {kind}")
    return StreamEvent(USER_DATA, event)


class SignedUserProtocol(StreamProtocol):
    """User data over the WebSocket API, by a signed subscription."""

    def __init__(
        self, api_url: str, rest: BinanceRest, settings: BinanceSettings, clock: Clock
    ) -> None:
        base = api_url.rstrip("/")
        self._url = base if base.endswith("/ws-api/v3") else f"{base}/ws-api/v3"
        self._rest = rest
        self._settings = settings
        self._clock = clock

    async def url(self) -> str:
        """The endpoint; by now the clock has been measured and the limits leave room."""
        await self._rest.stamp_ms()
        await self._rest.budget.admit(_SUBSCRIBE_WEIGHT)
        return self._url

    def subscribe(self, request_id: int, topics: Sequence[str]) -> str:  # noqa: ARG002 - there is only one
        """Signed with a fresh stamp, whenever it is sent."""
        stamp_ns = self._rest.clock_sync.stamp_ns(self._clock.time_ns())
        params = {
            "recvWindow": self._settings.recv_window_ms,
            "timestamp": stamp_ns // 1_000_000,
        }
        signed = signed_params(self._rest.signer, params)
        return _message(request_id, "userDataStream.subscribe.signature", signed)

    def unsubscribe(self, request_id: int, topics: Sequence[str]) -> None:  # noqa: ARG002 - see below
        """Closing the connection ends its one subscription."""
        return

    def read(self, frame: str | bytes) -> StreamEvent | StreamReply | StreamEnding | None:
        """Tell events from replies."""
        try:
            message = _decode_api(frame)
        except msgspec.DecodeError as error:
            raise _unreadable_frame(error, frame) from error
        if message.event is not None:
            return _user_event(message.event)
        if not isinstance(message.id, int):
            return None
        if message.error is None and message.status == 200:
            return StreamReply(message.id, None)
        refused = self._refusal(message.status or 0, message.error or {})
        if isinstance(refused, ClockSkewError):
            self._rest.clock_sync.refused()
            return StreamEnding("the venue refused our time stamp")
        return StreamReply(message.id, refused)

    def _refusal(self, status: int, error: dict[str, Any]) -> VenueError:
        code, text = error.get("code"), error.get("msg")
        if not isinstance(code, int) or not isinstance(text, str):
            return unreadable("a refusal without code and text", repr(error), "subscribe")
        data = error.get("data")
        retry_ms = data.get("retryAfter") if isinstance(data, dict) else None
        retry_after_s = None
        if isinstance(retry_ms, int):
            now_ms = self._rest.clock_sync.stamp_ns(self._clock.time_ns()) // 1_000_000
            retry_after_s = max(0, retry_ms - now_ms) / 1000
        refused = refusal(status, code, text, "subscribe", retry_after_s=retry_after_s)
        if isinstance(refused, RateLimitedError) and retry_after_s is not None:
            self._rest.budget.on_retry_after(retry_after_s)
        return refused


class ListenKeyProtocol(StreamProtocol):
    """User data by a listen key, which is renewed as long as the connection lives."""

    def __init__(self, stream_url: str, rest: BinanceRest, clock: Clock) -> None:
        self._stream_url = stream_url.rstrip("/")
        self._rest = rest
        self._clock = clock
        self._key = ""

    async def url(self) -> str:
        """A connection of its own; asking again for a key that lives gives the same one, extended."""
        reply = await self._rest.call(OPEN_LISTEN_KEY)
        key = reply.get("listenKey") if isinstance(reply, dict) else None
        if not isinstance(key, str) or not key:
            # The reply is not quoted: with another spelling it may hold the key all the same.
            raise unreadable("expected listenKey as text", "", OPEN_LISTEN_KEY.operation)
        self._key = key
        return f"{self._stream_url}/ws/{key}"

    def subscribe(self, request_id: int, topics: Sequence[str]) -> None:  # noqa: ARG002 - nothing to say
        """Connecting is enough."""
        return

    def unsubscribe(self, request_id: int, topics: Sequence[str]) -> None:  # noqa: ARG002 - see below
        """The key is not deleted: other clients of the account share it."""
        return

    def read(self, frame: str | bytes) -> StreamEvent | StreamReply | StreamEnding | None:
        """Every frame is an event."""
        try:
            event = msgspec.json.decode(frame)
        except msgspec.DecodeError as error:
            raise _unreadable_frame(error, frame) from error
        return _user_event(event) if isinstance(event, dict) else None

    async def while_open(self) -> None:
        """Renew the key twice in its life; a key that the venue does not know ends the connection."""
        pause_s = RENEWAL_S
        while True:
            await self._clock.sleep(pause_s)
            try:
                await self._rest.call(RENEW_LISTEN_KEY, {"listenKey": self._key})
                pause_s = RENEWAL_S
            except RateLimitedError as error:
                pause_s = error.retry_after_s or RENEWAL_RETRY_S
            except RefusedError as error:
                log.warning("%s", error)
                return
            except VenueError as error:
                log.warning("%s; renewing again in %g s", error, RENEWAL_RETRY_S)
                pause_s = RENEWAL_RETRY_S
