"""The account as its transactions tell it: over REST, and as they happen.

Ids of transactions have no holes. Whoever has seen number ``n`` asks for what came after it, and misses nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from venueproof_core.errors import MalformedMessageError, VenueError
from venueproof_core.models import Balance, Fill, Order
from venueproof_net import ClosedError, StreamSession
from venueproof_oanda import mapping
from venueproof_oanda._context import Context
from venueproof_oanda._row import Row
from venueproof_oanda.errors import unreadable
from venueproof_oanda.stream import TRANSACTIONS, transactions

log = logging.getLogger(__name__)

PAGE = 1000


class Ledger:
    """Reads transactions, and keeps what is known of orders by them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._currency: str | None = None
        # Dependent orders name a trade, not an instrument.
        self._trades: dict[str, tuple[str, str]] = {}
        # Ids of the fills that are counted in what the tracker knows of an order.
        self._counted: dict[str, set[str]] = {}

    def counts(self, fill: Fill) -> bool:
        """Whether a fill is news to what is known of its order; it is counted from now on."""
        counted = self._counted.setdefault(fill.venue_order_id, set())
        is_new = fill.trade_id not in counted
        counted.add(fill.trade_id)
        return is_new

    async def currency(self) -> str:
        """The account's."""
        if self._currency is None:
            self._currency = (await self.summary())[0].currency
        return self._currency

    async def summary(self) -> tuple[Balance, int]:
        """Balance and the newest transaction's id."""
        rest = self._context.rest
        reply = await rest.call("GET", f"{rest.account}/summary", "balances")
        balance = mapping.balance(reply.get("account"), self._context.tables, "balances")
        self._currency = balance.currency
        return balance, last_id(reply, "balances")

    async def since(self, number: int, operation: str = "fills") -> list[Any]:
        """Transactions after one, in order, all of them."""
        rest, found = self._context.rest, list[Any]()
        while True:
            params = {"id": str(number)}
            path = f"{rest.account}/transactions/sinceid"
            reply = await rest.call("GET", path, operation, params=params)
            page = mapping.rows(reply, "transactions", operation)
            found += page
            newest = last_id(reply, operation)
            if not page or id_of(page[-1], operation) >= newest:
                return found
            number = id_of(page[-1], operation)

    async def between(self, first: int, last: int, kinds: str) -> list[Any]:
        """Transactions of some kinds with ids from ``first`` to ``last``."""
        rest, found = self._context.rest, list[Any]()
        for start in range(max(first, 1), last + 1, PAGE):
            end = min(start + PAGE - 1, last)
            params = {"from": str(start), "to": str(end), "type": kinds}
            path = f"{rest.account}/transactions/idrange"
            reply = await rest.call("GET", path, "fills", params=params)
            found += mapping.rows(reply, "transactions", "fills")
        return found

    async def with_instrument(self, data: Any, operation: str) -> Any:
        """An order's data with instrument and units, where only its trade has them."""
        number = data.get("tradeID") if isinstance(data, Mapping) else None
        if number is None or "instrument" in data:
            return data
        known = self._trades.get(number)
        if known is None:
            rest = self._context.rest
            reply = await rest.call("GET", f"{rest.account}/trades/{number}", operation)
            trade = reply.get("trade")
            if not isinstance(trade, Mapping):
                raise unreadable("$.trade: expected an object", repr(reply), operation)
            known = self._trades[number] = trade["instrument"], trade["initialUnits"]
        units = known[1]
        closing = units[1:] if units.startswith("-") else f"-{units}"
        return {**data, "instrument": known[0], "units": closing}

    def told(self, state: Order, rows: list[Any], currency: str, operation: str) -> Order:
        """What transactions make of an order."""
        for data in rows:
            if data.get("orderID") != state.venue_order_id:
                continue
            if data.get("type") == "ORDER_FILL":
                fill = mapping.fill(data, self._context.tables, currency, operation)
                self.counts(fill)
                state = mapping.filled(state, fill)
            elif data.get("type") == "ORDER_CANCEL":
                state = mapping.ended(state, data, self._context.tables, operation)
        return state


def last_id(reply: Any, operation: str) -> int:
    """The newest transaction's id, which every reply about an account has."""
    found = reply.get("lastTransactionID")
    if not isinstance(found, str) or not found.isdigit():
        raise unreadable("$.lastTransactionID: expected an id", repr(reply), operation)
    return int(found)


def id_of(data: Any, operation: str) -> int:
    """A transaction's id."""
    found = data.get("id") if isinstance(data, Mapping) else None
    if not isinstance(found, str) or not found.isdigit():
        raise unreadable("$.id: expected an id", repr(data), operation)
    return int(found)


class AccountStream:
    """A stream session's sink that reads transactions: each once, in order, none left out."""

    def __init__(self, context: Context, ledger: Ledger) -> None:
        self._context = context
        self._ledger = ledger
        self._dedupe = context.parts.dedupe()
        self._feed = context.parts.account_feed(context.tracker, self._dedupe, venue="oanda")
        self._policy = context.parts.reconnect()
        protocol = transactions(context.endpoints["stream"], context.rest)
        self._session: StreamSession = context.session(protocol)
        self._last = 0
        self._waiting: dict[int, Any] = {}
        self._reading: asyncio.Task[None] | None = None
        self._currency = ""
        self._readers = 0
        self._is_open = False
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def reader(self, kind: type) -> AsyncIterator[AsyncIterator[Any]]:
        """Values of one kind, from the moment the stream is open."""
        reader, inbox = self._feed.open(kind)
        self._readers += 1
        try:
            async with self._opening:
                if not self._is_open:
                    balance, self._last = await self._ledger.summary()
                    self._currency = balance.currency
                    await self._session.attach(TRANSACTIONS, self)
                    self._is_open = True
            yield reader
        finally:
            self._feed.close(kind, inbox)
            self._readers -= 1
            if not self._readers:
                await self.aclose()

    async def aclose(self) -> None:
        """Close the connection and stop reading."""
        self._is_open = False
        self._waiting.clear()
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        await self._session.detach(TRANSACTIONS, self)
        await self._session.aclose()
        self._feed.end(None)

    # ------------------------------------------------------------ sink

    def on_frame(self, payload: Any, received_time_ns: int) -> None:  # noqa: ARG002 - a sink's signature
        """One transaction, or a heartbeat that names the newest one."""
        try:
            if payload.get("type") == "HEARTBEAT":
                if last_id(payload, "stream") > self._last:
                    self.on_gap()
                return
            number = id_of(payload, "stream")
            if number <= self._last:
                return
            if number > self._last + 1 or self._reading is not None:
                self._waiting[number] = payload
                self.on_gap()
                return
            self._take(payload)
        except MalformedMessageError as error:
            log.error("%s; reading the transactions over REST", error)
            self.on_gap()

    def on_gap(self) -> None:
        """Transactions may be missing."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_missing(), name="oanda transactions")

    def on_end(self, error: Exception | None) -> None:
        """The session ended for good."""
        self._feed.end(error)

    async def _read_missing(self) -> None:
        while True:
            try:
                for data in await self._ledger.since(self._last):
                    if id_of(data, "fills") == self._last + 1:
                        await self._prepare(data)
                        self._take(data)
                while self._last + 1 in self._waiting:
                    data = self._waiting.pop(self._last + 1)
                    await self._prepare(data)
                    self._take(data)
            except ClosedError:
                return
            except VenueError as error:
                pause_s = self._policy.failed()
                log.warning("%s; reading again in %.1f s", error, pause_s)
                await self._context.clock.sleep(pause_s)
                continue
            self._policy.succeeded()
            self._waiting = {n: data for n, data in self._waiting.items() if n > self._last}
            if not self._waiting:
                self._reading = None
                return

    async def _prepare(self, data: Any) -> None:
        """Make sure that the order which a transaction names is known."""
        number = data.get("orderID")
        if data.get("type") not in ("ORDER_FILL", "ORDER_CANCEL") or self._find(number):
            return
        rest = self._context.rest
        reply = await rest.call("GET", f"{rest.account}/transactions/{number}", "order")
        created = await self._ledger.with_instrument(reply.get("transaction"), "order")
        self._context.tracker.merge(
            mapping.order(created, self._context.tables, "order", "created")
        )

    # ------------------------------------------------------------ transactions

    def _find(self, number: Any) -> Order | None:
        for symbol in self._context.tracker.symbols():
            known = self._context.tracker.find(symbol, venue_order_id=number)
            if known is not None:
                return known
        return None

    def _take(self, data: Any) -> None:
        kind, tables = str(data.get("type")), self._context.tables
        if kind.endswith("_ORDER"):
            if "instrument" not in data:
                # It guards a trade; its instrument is read when it matters.
                self._last = id_of(data, "stream")
                return
            self._feed.on_order(mapping.order(data, tables, "stream", "created"))
        elif kind in ("ORDER_FILL", "ORDER_CANCEL"):
            known = self._find(data.get("orderID"))
            if known is None:
                self._waiting[id_of(data, "stream")] = data
                self.on_gap()
                return
            if kind == "ORDER_FILL":
                fill = mapping.fill(data, tables, self._currency, "stream")
                self._on_fill(known, fill)
            else:
                self._feed.on_order(mapping.ended(known, data, tables, "stream"))
        if isinstance(data.get("accountBalance"), str):
            row = Row(data, tables, "fill", "stream")
            self._feed.on_balance(
                Balance(
                    currency=self._currency,
                    available=row.decimal("balance"),
                    locked=row.decimal("balance") * 0,
                )
            )
        self._last = id_of(data, "stream")

    def _on_fill(self, known: Order, fill: Fill) -> None:
        # The reply to a request may have told of the fill already.
        state = mapping.filled(known, fill) if self._ledger.counts(fill) else known
        self._feed.on_order(state)
        self._feed.on_fill(fill)
