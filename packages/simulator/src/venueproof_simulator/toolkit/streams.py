"""Streams: who listens to what, and the events they get."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from venueproof_core.control import Channel, Operation

if TYPE_CHECKING:
    from venueproof_simulator.connections import Connection


class StreamEvent(msgspec.Struct, kw_only=True):
    """One event of a stream, encoded once for everybody who gets it in the same form.

    Attributes:
        name: The venue's name of the stream.
        documented: That of its ``Documented``, or of the private event's.
        event: For private events: ``order``, ``fill`` or ``balance``.
        book_version: Version of the book it brings its reader to.
    """

    name: str
    payload: bytes
    documented: str | None = None
    channel: Channel | None = None
    symbol: str | None = None
    client_order_id: str | None = None
    event: str | None = None
    book_version: int | None = None
    operation: Operation | None = None
    connection: int | None = None
    forms: dict[object, str] = {}

    def form(self, key: object, wrap: Callable[[StreamEvent], str]) -> str:
        """The text in one form (bare, combined, ...), made at first use."""
        text = self.forms.get(key)
        if text is None:
            text = self.forms[key] = wrap(self)
        return text


class StreamHub:
    """Stream names to the connections that listen, in order of subscription."""

    def __init__(self) -> None:
        self._listeners: dict[str, dict[Connection, None]] = {}

    def subscribe(self, connection: Connection, names: Iterable[str]) -> None:
        """Deliver these streams to the connection from now on."""
        for name in names:
            self._listeners.setdefault(name, {})[connection] = None
            connection.subscriptions[name] = None

    def unsubscribe(self, connection: Connection, names: Iterable[str]) -> None:
        """Deliver them no more; names it does not listen to are ignored."""
        for name in names:
            listeners = self._listeners.get(name)
            if listeners is not None:
                listeners.pop(connection, None)
                if not listeners:
                    del self._listeners[name]
            connection.subscriptions.pop(name, None)

    def drop(self, connection: Connection) -> None:
        """The connection is gone."""
        self.unsubscribe(connection, list(connection.subscriptions))

    @property
    def is_heard(self) -> bool:
        """Whether anybody listens to anything."""
        return bool(self._listeners)

    def has_listeners(self, name: str) -> bool:
        """Whether anybody listens: an event for nobody need not be encoded."""
        return name in self._listeners

    def names(self) -> Iterable[str]:
        """Streams somebody listens to."""
        return self._listeners.keys()

    def publish(self, event: StreamEvent, wrap: Callable[[Connection, StreamEvent], str]) -> None:
        """Send to everybody who listens; ``wrap`` gives the text a connection gets."""
        for connection in list(self._listeners.get(event.name, ())):
            connection.send_event(event, wrap(connection, event))
