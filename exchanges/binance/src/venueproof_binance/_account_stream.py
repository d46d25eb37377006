"""The private stream: one connection for every reader, its gaps filled over REST."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from venueproof_binance import mapping
from venueproof_binance._context import Context
from venueproof_binance._row import Row
from venueproof_binance.stream import USER_DATA, ListenKeyProtocol, SignedUserProtocol
from venueproof_core.errors import MalformedMessageError, VenueError
from venueproof_core.models import Fill, Order
from venueproof_net import AccountSource, ClosedError, StreamProtocol, StreamSession

log = logging.getLogger(__name__)

LATE_S = 1.0
"""How long events of a list's orders may come after the list's own."""


class AccountStream:
    """A stream session's sink that reads user data events.

    Args:
        source: Where recovery reads the account from.
    """

    def __init__(self, context: Context, source: AccountSource) -> None:
        self._context = context
        self._source = source
        self._dedupe = context.parts.dedupe()
        self._feed = context.parts.account_feed(context.tracker, self._dedupe, venue="binance")
        self._recovery = context.parts.recovery(context.clock)
        self._policy = context.parts.reconnect()
        self._session: StreamSession = context.session(self._protocol())
        self._tasks: set[asyncio.Task[None]] = set()
        self._recovering: asyncio.Task[None] | None = None
        self._newest_at_gap: dict[str, Fill] | None = None
        self._opened_ns = 0
        self._readers = 0
        self._opening = asyncio.Lock()

    def _protocol(self) -> StreamProtocol:
        context = self._context
        if context.settings.uses_listen_keys:
            return ListenKeyProtocol(context.endpoints["stream"], context.rest, context.clock)
        url = context.endpoints["websocket_api"]
        return SignedUserProtocol(url, context.rest, context.settings, context.clock)

    @asynccontextmanager
    async def reader(self, kind: type) -> AsyncIterator[AsyncIterator[Any]]:
        """Values of one kind, from the moment the venue has acknowledged the subscription."""
        reader, inbox = self._feed.open(kind)
        self._readers += 1
        try:
            async with self._opening:
                if self._readers == 1 or not self._opened_ns:
                    await self._context.symbols.ensure_loaded()
                    await self._session.attach(USER_DATA, self)
                    self._opened_ns = self._venue_now_ns()
            yield reader
        finally:
            self._feed.close(kind, inbox)
            self._readers -= 1
            if not self._readers:
                await self.aclose()

    def _venue_now_ns(self) -> int:
        context = self._context
        now_ns = context.rest.clock_sync.stamp_ns(context.clock.time_ns())
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
        await self._session.detach(USER_DATA, self)
        await self._session.aclose()
        self._feed.end(None)

    # ------------------------------------------------------------ sink

    def on_frame(self, payload: Any, received_time_ns: int) -> None:  # noqa: ARG002 - a sink's signature
        """One event."""
        try:
            self._on_event(payload)
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

    def _on_event(self, event: dict[str, Any]) -> None:
        kind = event.get("e")
        if kind == "executionReport":
            self._on_execution(event)
        elif kind == "outboundAccountPosition":
            for row in mapping.rows(event.get("B"), "stream"):
                self._feed.on_balance(
                    mapping.balance(row, self._context.tables, "stream", "balance_event")
                )
        elif kind == "listStatus":
            self._on_list(event)
        elif kind in ("balanceUpdate", "externalLockUpdate"):
            # It tells a difference, not a state; the state is read.
            self._start(self._read_balances())

    def _on_execution(self, event: dict[str, Any]) -> None:
        tables = self._context.tables
        venue_symbol = Row(event, tables, "order_event", "stream").text("symbol")
        symbol = self._context.symbols.ours(venue_symbol)
        if symbol is None:
            # Listed since the instruments were read; the event must not be lost for that.
            self._start(self._read_symbols_for(event))
            return
        report = mapping.order(event, symbol, tables, "stream", "order_event")
        fill = mapping.fill_event(event, report, tables)
        if self._feed.misses_fill(report, fill):
            log.warning(
                "binance: a fill of order %s did not come; reading it over REST",
                report.venue_order_id,
            )
            self._start(self._read_fills(report))
        self._feed.on_order(report)
        if fill is not None:
            self._feed.on_fill(fill)

    def _on_list(self, event: dict[str, Any]) -> None:
        row = Row(event, self._context.tables, "list_event", "stream")
        symbol = self._context.symbols.ours(row.text("symbol"))
        if row.text("status") == "ALL_DONE" and symbol is not None:
            orders = mapping.rows(event.get("O"), "stream")
            self._start(self._see_ended(symbol, [str(order.get("i")) for order in orders]))

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

    async def _read_fills(self, report: Order) -> None:
        with contextlib.suppress(VenueError):
            order_id = report.venue_order_id
            for fill in await self._source.fills(report.symbol, venue_order_id=order_id):
                if fill.venue_time_ns >= self._opened_ns:
                    self._feed.on_fill(fill)
            return
        self.on_gap()

    async def _see_ended(self, symbol: str, order_ids: list[str]) -> None:
        # Each tells of its own end, before or after the list does; what was lost on the way is read.
        await self._context.clock.sleep(LATE_S)
        for order_id in order_ids:
            known = self._context.tracker.find(symbol, venue_order_id=order_id)
            if known is None or not known.is_open:
                continue
            try:
                self._feed.on_order(await self._source.order(symbol, venue_order_id=order_id))
            except VenueError as error:
                log.warning("%s; reading the account over REST", error)
                self.on_gap()

    async def _read_balances(self) -> None:
        with contextlib.suppress(VenueError):
            for balance in await self._source.balances():
                self._feed.on_balance_read(balance)
            return
        self.on_gap()

    async def _read_symbols_for(self, event: dict[str, Any]) -> None:
        with contextlib.suppress(VenueError):
            await self._context.symbols.load()
        venue_symbol = event.get("s")
        if self._context.symbols.ours(str(venue_symbol)) is None:
            log.error("binance: an order event for %s, which the venue does not list", venue_symbol)
            return
        self.on_frame(event, 0)
