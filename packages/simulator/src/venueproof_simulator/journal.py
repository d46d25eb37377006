"""What crossed the wire, in order, and waiting for it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import msgspec

from venueproof_core.control import Channel, Match, Operation

MAXIMUM_TEXT = 2000


class Entry(msgspec.Struct, gc=False, kw_only=True):
    """One line of the journal; ``control.JournalEntry`` documents the fields."""

    sequence: int
    kind: str
    time_ns: int
    connection: int | None = None
    of: int | None = None
    operation: Operation | None = None
    channel: Channel | None = None
    name: str | None = None
    symbol: str | None = None
    client_order_id: str | None = None
    event: str | None = None
    text: str = ""
    status: int | None = None
    code: str | None = None
    signature: str | None = None
    account: str | None = None
    book_version: int | None = None
    size: int = 0
    span_ns: int | None = None
    parameters: dict[str, str] = {}


def matches(match: Match, entry: Any) -> bool:
    """Whether an entry, call or stream event is meant: a field left out matches anything."""
    return (
        (match.operation is None or match.operation is entry.operation)
        and (match.channel is None or match.channel is entry.channel)
        and (match.symbol is None or match.symbol == entry.symbol)
        and (match.client_order_id is None or match.client_order_id == entry.client_order_id)
        and (match.connection is None or match.connection == entry.connection)
        and (match.event is None or match.event == entry.event)
    )


class Journal:
    """Append-only; beyond ``capacity`` the oldest half is forgotten. Waiters are asked after each entry."""

    def __init__(self, capacity: int = 200_000) -> None:
        self._entries: list[Entry] = []
        self._forgotten = 0
        self._capacity = capacity
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    def add(self, kind: str, **fields: Any) -> Entry:
        """Record something now."""
        text = fields.get("text")
        if text is not None and len(text) > MAXIMUM_TEXT:
            fields["text"] = text[:MAXIMUM_TEXT] + "..."
        sequence = self._forgotten + len(self._entries) + 1
        entry = Entry(sequence=sequence, kind=kind, time_ns=time.time_ns(), **fields)
        self._entries.append(entry)
        if len(self._entries) > self._capacity:
            half = self._capacity // 2
            del self._entries[:half]
            self._forgotten += half
        self.notify()
        return entry

    def since(self, sequence: int) -> list[Entry]:
        """Entries after ``sequence``."""
        return self._entries[max(0, sequence - self._forgotten) :]

    def count(self, kind: str, match: Match, since: int) -> int:
        """How many entries of a kind match."""
        return sum(entry.kind == kind and matches(match, entry) for entry in self.since(since))

    def notify(self) -> None:
        """Something that waiters may wait for has changed."""
        if not self._waiters:
            return
        for condition, future in self._waiters:
            if not future.done() and condition():
                future.set_result(None)
        self._waiters = [waiter for waiter in self._waiters if not waiter[1].done()]

    async def wait(self, condition: Callable[[], bool], deadline_s: float) -> bool:
        """Return True once ``condition`` holds, False when the deadline has passed."""
        if condition():
            return True
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((condition, future))
        try:
            await asyncio.wait_for(future, deadline_s)
        except TimeoutError:
            return condition()
        return True
