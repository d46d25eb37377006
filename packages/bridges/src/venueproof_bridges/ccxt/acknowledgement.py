"""When the venue has answered ccxt's request for a stream.

ccxt's ``watch_*`` return with the first value, which may be long after the acknowledgement. So its own
calls are looked at as they pass; nothing is sent, kept back or changed.
"""

import asyncio
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

# Names under which requests carry their id, and replies repeat it.
_IDS = ("id", "req_id", "reqId")


class Opening:
    """One stream that is being opened.

    Attributes:
        is_answered: Set once the venue has answered, or nothing had to be asked.
    """

    def __init__(self) -> None:
        self.is_answered = asyncio.Event()
        self._client: Any = None
        self._id: tuple[str, str] | None = None

    def asks(self, client: Any, message: Any) -> None:
        """ccxt sends a request on one of its connections."""
        self._client = client
        self._id = _id_of(message)

    def hears(self, client: Any, message: Any) -> None:
        """A message has come in. The answer repeats the request's id; without one, any message is it."""
        if client is self._client and self._id in (None, _id_of(message)):
            self.is_answered.set()


OPENING: ContextVar[Opening | None] = ContextVar("OPENING", default=None)


class Acknowledgements:
    """Looks at the messages of one ccxt object."""

    def __init__(self, exchange: Any) -> None:
        self._exchange = exchange
        self._openings: list[Opening] = []
        self._watch, exchange.watch = exchange.watch, self._watched
        self._watch_multiple, exchange.watch_multiple = (
            exchange.watch_multiple,
            self._watched_multiple,
        )
        self._handle, exchange.handle_message = exchange.handle_message, self._handled

    def open(self) -> Opening:
        """A stream is going to be opened."""
        opening = Opening()
        self._openings.append(opening)
        return opening

    def opened(self, opening: Opening) -> None:
        """It is open, or could not be."""
        self._openings.remove(opening)

    def _watched(
        self, url: str, hash_: str, message: Any = None, topic: str | None = None, *rest: Any
    ) -> Any:
        self._note(url, message, [topic])
        return self._watch(url, hash_, message, topic, *rest)

    def _watched_multiple(
        self, url: str, hashes: Any, message: Any = None, topics: Any = None, *rest: Any
    ) -> Any:
        self._note(url, message, topics or [])
        return self._watch_multiple(url, hashes, message, topics, *rest)

    def _note(self, url: str, message: Any, topics: Iterable[str | None]) -> None:
        opening = OPENING.get()
        if opening is None:
            return
        client = self._exchange.client(url)
        if message is not None and any(topic not in client.subscriptions for topic in topics):
            opening.asks(client, message)
        else:
            opening.is_answered.set()

    def _handled(self, client: Any, message: Any) -> Any:
        result = self._handle(client, message)
        for opening in self._openings:
            opening.hears(client, message)
        return result


def _id_of(message: Any) -> tuple[str, str] | None:
    if not isinstance(message, dict):
        return None
    return next(
        ((name, str(message[name])) for name in _IDS if message.get(name) is not None), None
    )
