"""A request on its way through the venue, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from venueproof_core.control import Channel, Operation

if TYPE_CHECKING:
    from venueproof_simulator.toolkit.routes import Route
    from venueproof_simulator.world import Account, World


class Reply(msgspec.Struct, kw_only=True):
    """What goes back.

    Attributes:
        book_version: The version of the book in it, if it has one: the journal keeps it.
        code: The venue's error code, for the journal.
        delivery: ``whole``; or what a fault made of it: ``never`` (the connection stays open),
            ``cut`` (the connection ends without it), ``truncated`` (half of it, then the end).
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = {}
    book_version: int | None = None
    code: str | None = None
    delivery: str = "whole"


class Refuse(Exception):
    """The venue says no; the dialect turns it into its own error reply."""

    def __init__(
        self,
        code: int | str,
        message: str,
        *,
        status: int = 400,
        headers: Mapping[str, str] | None = None,
        data: Any = None,
    ) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.status = status
        self.headers = dict(headers or {})
        self.data = data


class Call:
    """One request: as received, and as far as it has been understood.

    Attributes:
        target: Path and query exactly as received.
        query: The query text exactly as received, without the question mark.
        received_ns: Real time when its last byte was there.
        pairs: Decoded names and values, in the order received, duplicates included.
        parameters: Decoded; where a name came twice the venue's rule has decided.
        account: Who signed it, once that is known.
        documented: The venue's name of a request that has no route.
        signature: ``valid``, ``invalid``, ``missing``, or ``None`` while or where none is needed.
    """

    __slots__ = (
        "account", "body", "book_version", "channel", "client_order_id", "connection", "documented",
        "event", "headers", "method", "operation", "pairs", "parameters", "path", "query", "received_ns", "route",
        "signature", "symbol", "target", "world",
    )  # fmt: skip

    def __init__(
        self,
        world: World,
        *,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        received_ns: int,
        connection: int | None = None,
    ) -> None:
        self.world = world
        self.method = method
        self.target = target
        self.path, _, self.query = target.partition("?")
        self.headers = headers
        self.body = body
        self.received_ns = received_ns
        self.connection = connection
        self.route: Route | None = None
        self.documented: str | None = None
        self.pairs: list[tuple[str, str]] = []
        self.parameters: dict[str, str] = {}
        self.operation = Operation.OTHER
        self.channel: Channel | None = None
        self.event: str | None = None
        self.symbol: str | None = None
        self.client_order_id: str | None = None
        self.account: Account | None = None
        self.signature: str | None = None
        self.book_version: int | None = None
