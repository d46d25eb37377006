"""The venue's two streams: one line each message, and opening is subscribing.

Source: https://developer.oanda.com/rest-live-v20/pricing-ep/ and .../transaction-ep/
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from venueproof_core import Outcome
from venueproof_core.errors import MalformedMessageError
from venueproof_net import StreamEvent, StreamProtocol
from venueproof_net.wires import ChunkedLinesWire
from venueproof_oanda.errors import VENUE
from venueproof_oanda.rest import OandaRest, quoted

TRANSACTIONS = "transactions"
"""The one topic of a private connection."""


class LinesProtocol(StreamProtocol):
    """One stream of lines.

    Args:
        topic: What all of its lines go to.
        path: Behind the account's.
    """

    wire = ChunkedLinesWire()

    def __init__(self, base_url: str, rest: OandaRest, *, topic: str, path: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._rest = rest
        self._topic = topic
        self._path = path

    async def url(self) -> str:
        """Where the stream is."""
        return f"{self._base_url}{self._rest.account}{self._path}"

    def headers(self) -> Mapping[str, str]:
        """The token."""
        return self._rest.headers()

    def subscribe(self, request_id: int, topics: Sequence[str]) -> str | None:  # noqa: ARG002
        """Opening was enough."""
        return None

    def unsubscribe(self, request_id: int, topics: Sequence[str]) -> str | None:  # noqa: ARG002
        """Closing is enough."""
        return None

    def read(self, frame: str | bytes) -> StreamEvent | None:
        """A line; heartbeats matter only to those who can see from them that they missed something."""
        try:
            message: Any = msgspec.json.decode(frame)
        except msgspec.DecodeError as error:
            raise _unreadable(f"a line cannot be read: {error}", frame) from error
        if not isinstance(message, dict):
            raise _unreadable("a line is no object", frame)
        if message.get("type") == "HEARTBEAT" and self._topic != TRANSACTIONS:
            return None
        return StreamEvent(self._topic, message)


def _unreadable(message: str, frame: str | bytes) -> MalformedMessageError:
    text = frame if isinstance(frame, str) else frame.decode(errors="replace")
    return MalformedMessageError(
        message, text=text[:200], venue=VENUE, operation="stream", outcome=Outcome.NOT_APPLIED
    )


def prices(base_url: str, rest: OandaRest, venue_symbol: str) -> LinesProtocol:
    """The prices of one instrument."""
    path = f"/pricing/stream?instruments={quoted(venue_symbol)}&snapshot=true"
    return LinesProtocol(base_url, rest, topic=venue_symbol, path=path)


def transactions(base_url: str, rest: OandaRest) -> LinesProtocol:
    """Whatever happens to the account."""
    return LinesProtocol(base_url, rest, topic=TRANSACTIONS, path="/transactions/stream")
