"""The two streams: prices and transactions, one line each, and heartbeats that go on in silence.

Source: https://developer.oanda.com/rest-live-v20/pricing-ep/ and transaction-ep/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from venueproof_core.control import Channel, Operation
from venueproof_oanda.dialect import pricing
from venueproof_oanda.dialect.wire import as_unix, encode, rfc3339
from venueproof_simulator.clocks import Timer
from venueproof_simulator.connections import Connection
from venueproof_simulator.quoting import LadderChanged
from venueproof_simulator.toolkit import Call, Route, StreamEvent
from venueproof_simulator.venue_core import Event

if TYPE_CHECKING:
    from venueproof_oanda.dialect.venue import OandaDialect

Row = dict[str, Any]
HEARTBEAT_S = 5.0
WINDOW_S = 0.25
PATHS = {
    re.compile(r"/v3/accounts/[^/]+/pricing/stream"): "pricing_stream",
    re.compile(r"/v3/accounts/[^/]+/transactions/stream"): "transaction_stream",
}


class Session(msgspec.Struct):
    """What one connection carries."""

    account: str
    symbols: list[str]
    is_unix: bool = False
    wants_snapshot: bool = True
    heart: Timer | None = None
    window: Timer | None = None
    waiting: dict[str, None] = {}


class Streams:
    """Opens streams, and sends what they carry."""

    def __init__(self, dialect: OandaDialect) -> None:
        self._dialect = dialect
        self._world = dialect.world
        self.asked: dict[str, list[Session]] = {}
        """By target: what was asked for and granted, until its connection is there."""

    def endpoint(self, path: str) -> str | None:
        """Name of the stream that is opened at a path."""
        return next((name for pattern, name in PATHS.items() if pattern.fullmatch(path)), None)

    def grant(self, call: Call, symbols: list[str]) -> Row:
        """A request for a stream was found right."""
        session = Session(
            account=self._dialect.account_of(call).name,
            symbols=symbols,
            is_unix=self._dialect.is_unix(call),
            wants_snapshot=call.parameters.get("snapshot", "true").lower() == "true",
        )
        self.asked.setdefault(call.target, []).append(session)
        return {}

    def opened(self, connection: Connection, target: str) -> None:
        """Subscribe it to what was granted, and start its heartbeat."""
        session: Session = self.asked[target].pop(0)
        connection.state = session
        hub = self._world.hub
        if session.symbols:
            names = [f"pricing/{symbol}" for symbol in session.symbols]
            connection.channels.update(dict.fromkeys(names, Channel.TOP_OF_BOOK))
            for symbol in session.symbols if session.wants_snapshot else ():
                self._send_price(connection, symbol)
        else:
            names = [f"transactions/{session.account}"]
            connection.channels.update(dict.fromkeys(names, Channel.PRIVATE))
        hub.subscribe(connection, names)
        self._world.journal.notify()
        self._arm(connection)

    def closed(self, connection: Connection) -> None:
        """Stop its timers."""
        session: Session | None = connection.state
        for timer in (session.heart, session.window) if session else ():
            if timer is not None:
                timer.cancel()

    def _arm(self, connection: Connection) -> None:
        session: Session = connection.state
        session.heart = self._world.timers.call_later(HEARTBEAT_S, lambda: self._beat(connection))

    def _beat(self, connection: Connection) -> None:
        session: Session = connection.state
        row: Row = {"type": "HEARTBEAT", "time": rfc3339(self._world.stamps.time_ns())}
        if not session.symbols:
            ledger = self._dialect.transactions.accounts[session.account]
            row["lastTransactionID"] = ledger.last_id
        if not self._world.faults.silences_ping(connection):
            connection.ping(encode(as_unix(row) if session.is_unix else row))
        self._arm(connection)

    # ------------------------------------------------------------ sending

    def publish(self, events: Sequence[Event]) -> None:
        """Send the newest ladder of each instrument that moved, and every new transaction."""
        moved = dict.fromkeys(event.symbol for event in events if isinstance(event, LadderChanged))
        for symbol in moved:
            if self._world.hub.has_listeners(f"pricing/{symbol}"):
                self._send_prices(symbol)
        for name, ledger in self._dialect.transactions.accounts.items():
            rows = ledger.rows[ledger.sent :]
            ledger.sent = len(ledger.rows)
            for row in rows if self._world.hub.has_listeners(f"transactions/{name}") else ():
                self._world.hub.publish(self._transaction(name, row), self._form)

    def _send_prices(self, symbol: str) -> None:
        if self._world.spec.cadence == "immediate":
            self._world.hub.publish(pricing.price_event(self._dialect.core, symbol), self._form)
            return
        for connection in self._world.connections.values():
            session: Session | None = connection.state
            if connection.is_open and session is not None and symbol in session.symbols:
                session.waiting = {**session.waiting, symbol: None}
                if session.window is None:
                    self._open_window(connection, session)

    def _open_window(self, connection: Connection, session: Session) -> None:
        """At most four prices a second of each instrument: the last of a window is told."""

        def over() -> None:
            session.window = None
            waiting, session.waiting = session.waiting, {}
            for symbol in waiting:
                self._send_price(connection, symbol)

        session.window = self._world.timers.call_later(WINDOW_S, over)

    def _send_price(self, connection: Connection, symbol: str) -> None:
        event = pricing.price_event(self._dialect.core, symbol)
        connection.send_event(event, self._form(connection, event))

    def _form(self, connection: Connection, event: StreamEvent) -> str:
        session: Session = connection.state
        if not session.is_unix:
            return event.form("RFC3339", lambda one: one.payload.decode())
        return event.form(
            "UNIX", lambda one: encode(as_unix(msgspec.json.decode(one.payload))).decode()
        )

    def _transaction(self, name: str, row: Row) -> StreamEvent:
        kind = row["type"]
        is_order = "ORDER" in kind
        symbol = row.get("instrument")
        number = str(row.get("orderID", row["id"]))
        order_id = self._dialect.transactions.accounts[name].orders.get(number)
        order = None if order_id is None else self._dialect.core.order(order_id)
        event = "fill" if kind == "ORDER_FILL" else "order" if is_order else "balance"
        return StreamEvent(
            name=f"transactions/{name}",
            payload=encode(row),
            documented=kind,
            channel=Channel.PRIVATE,
            symbol=symbol.replace("_", "-") if symbol else order.symbol if order else None,
            client_order_id=order.client_order_id if order else None,
            event=event,
        )


def prices(dialect: OandaDialect, call: Call) -> Row:
    """``GET pricing/stream``."""
    return dialect.streams.grant(call, pricing.symbols_of(call.parameters.get("instruments")))


def transactions(dialect: OandaDialect, call: Call) -> Row:
    """``GET transactions/stream``."""
    return dialect.streams.grant(call, [])


ROUTES = (
    Route(
        name="GET /v3/accounts/{accountID}/pricing/stream",
        operation=Operation.SUBSCRIBE,
        handler=prices,
        parameters=("instruments*", "snapshot", "includeHomeConversions"),
    ),
    Route(
        name="GET /v3/accounts/{accountID}/transactions/stream",
        operation=Operation.OPEN_PRIVATE_STREAM,
        handler=transactions,
    ),
)
