"""The private stream: one connection for every reader, its gaps filled over REST."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from venueproof_core.errors import MalformedMessageError, VenueError
from venueproof_core.models import Fill, Order
from venueproof_gateio import mapping
from venueproof_gateio._context import Context
from venueproof_gateio.stream import BALANCES, ORDERS, PRIVATE, PrivateProtocol, read_result
from venueproof_net import AccountSource, ClosedError, StreamSession

log = logging.getLogger(__name__)

LATE_S = 1.0
"""How long a fill may come after the order that tells of it."""


class _TopicSink:
    """One topic's frames, with its name."""

    def __init__(self, stream: "AccountStream", topic: str) -> None:
        self._stream = stream
        self._topic = topic

    def on_frame(self, payload: Any, received_time_ns: int) -> None:  # noqa: ARG002 - a sink's signature
        """One event."""
        self._stream.on_frame(self._topic, payload)

    def on_gap(self) -> None:
        """Events may be missing."""
        self._stream.on_gap()

    def on_end(self, error: Exception | None) -> None:
        """The session ended for good."""
        self._stream.on_end(error)


class AccountStream:
    """Reads the account's topics.

    Args:
        source: Where recovery reads the account from.
    """

    def __init__(self, context: Context, source: AccountSource) -> None:
        self._context = context
        self._source = source
        self._dedupe = context.parts.dedupe()
        self._feed = context.parts.account_feed(context.tracker, self._dedupe, venue="gateio")
        self._recovery = context.parts.recovery(context.clock)
        self._policy = context.parts.reconnect()
        protocol = PrivateProtocol(context.endpoints["stream"], context.rest)
        self._session: StreamSession = context.session(protocol)
        self._sinks = {topic: _TopicSink(self, topic) for topic in PRIVATE}
        self._tasks: set[asyncio.Task[None]] = set()
        self._recovering: asyncio.Task[None] | None = None
        self._newest_at_gap: dict[str, Fill] | None = None
        self._opened_ns = 0
        self._readers = 0
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def reader(self, kind: type) -> AsyncIterator[AsyncIterator[Any]]:
        """Values of one kind, from the moment the venue has acknowledged the subscriptions."""
        reader, inbox = self._feed.open(kind)
        self._readers += 1
        try:
            async with self._opening:
                if self._readers == 1 or not self._opened_ns:
                    await self._context.symbols.ensure_loaded()
                    for topic, sink in self._sinks.items():
                        await self._session.attach(topic, sink)
                    self._opened_ns = self._venue_now_ns()
            yield reader
        finally:
            self._feed.close(kind, inbox)
            self._readers -= 1
            if not self._readers:
                await self.aclose()

    def _venue_now_ns(self) -> int:
        now_ns = self._context.rest.now_ns()
        # The venue's stamps are whole milliseconds: one of this moment must not look older than it.
        return now_ns - now_ns % 1_000_000

    async def aclose(self) -> None:
        """Close the connection and stop recovering."""
        self._opened_ns = 0
        self._newest_at_gap = None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for topic, sink in self._sinks.items():
            await self._session.detach(topic, sink)
        await self._session.aclose()
        self._feed.end(None)

    # ------------------------------------------------------------ sinks

    def on_frame(self, topic: str, payload: Any) -> None:
        """One event."""
        try:
            for row in mapping.rows(read_result(payload), "stream"):
                self._on_row(topic, row, payload)
        except MalformedMessageError as error:
            log.error("%s; reading the account over REST", error)
            self.on_gap()

    def on_gap(self) -> None:
        """Events may be missing."""
        if self._newest_at_gap is None:
            # As of now: what comes live from here on must not hide what was missed before it.
            self._newest_at_gap = self._dedupe.newest()
        if self._recovering is not None:
            self._recovering.cancel()
        self._recovering = self._start(self._recover())

    def on_end(self, error: Exception | None) -> None:
        """The session ended for good."""
        self._feed.end(error)

    def _on_row(self, topic: str, row: Any, payload: Any) -> None:
        tables = self._context.tables
        if topic == BALANCES:
            self._feed.on_balance(mapping.balance(row, tables, "stream", "balance_event"))
            return
        kind = "order_event" if topic == ORDERS else "fill_event"
        symbol = self._context.symbols.ours(mapping.Row(row, tables, kind, "stream").text("symbol"))
        if symbol is None:
            # Listed since the instruments were read; the event must not be lost for that.
            self._start(self._read_symbols_for(topic, row, payload))
        elif topic == ORDERS:
            self._on_order(mapping.order(row, symbol, tables, "stream", kind))
        else:
            self._feed.on_fill(mapping.fill(row, symbol, tables, "stream", kind))

    def _on_order(self, report: Order) -> None:
        self._feed.on_order(report)
        if report.filled_quantity > self._feed.streamed_quantity(report):
            self._start(self._see_fills(report))

    # ------------------------------------------------------------ recovery

    def _start(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _recover(self) -> None:
        while True:
            try:
                await self._recovery.after_cut(
                    self._source,
                    self._feed,
                    self._context.tracker,
                    newest=self._newest_at_gap or {},
                    since_ns=self._opened_ns,
                )
            except ClosedError:
                return
            except VenueError as error:
                pause_s = self._policy.failed()
                log.warning("%s; recovering again in %.1f s", error, pause_s)
                await self._context.clock.sleep(pause_s)
            else:
                self._policy.succeeded()
                self._newest_at_gap = None
                return

    async def _see_fills(self, report: Order) -> None:
        # Fills come on a topic of their own, before or after the order; what was lost on the way is read.
        await self._context.clock.sleep(LATE_S)
        if report.filled_quantity <= self._feed.streamed_quantity(report):
            return
        try:
            order_id = report.venue_order_id
            fills = await self._source.fills(report.symbol, venue_order_id=order_id)
        except VenueError as error:
            log.warning("%s; reading the account over REST", error)
            self.on_gap()
            return
        for fill in fills:
            if fill.venue_time_ns >= self._opened_ns:
                self._feed.on_fill(fill)

    async def _read_symbols_for(self, topic: str, row: Any, payload: Any) -> None:
        with contextlib.suppress(VenueError):
            await self._context.symbols.load()
        if self._context.symbols.ours(str(row.get("currency_pair"))) is None:
            log.error(
                "gateio: an event for %s, which the venue does not list", row.get("currency_pair")
            )
            return
        self.on_frame(topic, payload)
