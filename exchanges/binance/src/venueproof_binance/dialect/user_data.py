"""User data events. Source: user data stream page, "Payload: account update", "order update".

The order of executionReport and outboundAccountPosition is not documented: no case may depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import wire
from venueproof_binance.dialect.listings import venue_symbol
from venueproof_binance.dialect.order_list_rows import STATUS_TYPES
from venueproof_binance.dialect.records import NO_TRADE_GROUP
from venueproof_binance.dialect.wire import number
from venueproof_core.control import Channel
from venueproof_core.models import OrderType
from venueproof_simulator.connections import Connection
from venueproof_simulator.matching import as_matching
from venueproof_simulator.order_lists import ListChanged
from venueproof_simulator.toolkit import StreamEvent
from venueproof_simulator.venue_core import (
    BalanceChanged,
    Event,
    OrderChanged,
    OrderEvent,
    OrderState,
    Traded,
)

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

EXECUTION = {
    OrderEvent.ACCEPTED: "NEW",
    OrderEvent.RELEASED: "NEW",
    OrderEvent.AMENDED: "REPLACED",
    OrderEvent.CANCELED: "CANCELED",
    OrderEvent.EXPIRED: "EXPIRED",
    OrderEvent.PREVENTED: "TRADE_PREVENTION",
}
# Times of an event: nanoseconds until it is known in which unit its reader wants them.
TIMES = ("E", "T", "O", "W", "D", "u")


def stream_of(account: str) -> str:
    """Name of an account's private stream inside the simulator; no client sees it."""
    return f"user:{account}"


class UserData:
    """Sends an account's events to whoever has subscribed to it."""

    def __init__(self, dialect: BinanceDialect) -> None:
        self._dialect = dialect
        self._world = dialect.world

    def publish(self, events: Sequence[Event]) -> None:
        """Send what these events mean to their accounts."""
        if not self._world.hub.is_heard:
            return
        positions: dict[str, dict[str, BalanceChanged]] = {}
        for event in events:
            if isinstance(event, OrderChanged):
                self._changed(event)
            elif isinstance(event, Traded):
                self._traded(event)
            elif isinstance(event, ListChanged):
                self._list_changed(event)
            elif isinstance(event, BalanceChanged):
                positions.setdefault(event.account, {})[event.asset] = event
                if event.delta:
                    self._transferred(event)
        for account, changes in positions.items():
            self._position(account, changes)

    def listen_key_expired(self, key: str) -> None:
        """Tell the connections of an expired listen key, and send them nothing any more."""
        self._publish(key, {"e": "listenKeyExpired", "E": self._now(), "listenKey": key}, None)
        for connection in self._world.connections.values():
            if connection.is_open and key in connection.subscriptions:
                self._dialect.market_streams.unsubscribe(connection, [key])

    def terminated(self, connection: Connection, account: str) -> None:
        """Tell one connection that its subscription to an account has ended; call it before it has."""
        text = _texts({"e": "eventStreamTerminated", "E": self._now()})
        event = StreamEvent(
            name=stream_of(account),
            payload=b"",
            documented="eventStreamTerminated",
            channel=Channel.PRIVATE,
        )
        connection.send_event(event, frame(connection, event, text))

    # ------------------------------------------------------------ orders

    def _changed(self, event: OrderChanged) -> None:
        execution = EXECUTION.get(event.kind)
        if execution is None or not self._is_heard(event.order.account):
            return
        order = event.order
        is_cancel = event.kind is OrderEvent.CANCELED
        row = self._report(order, event.time_ns, event.sequence)
        by_prevention = event.kind is OrderEvent.PREVENTED and event.status.value == "EXPIRED"
        row |= {
            "c": wire.client_order_id(order) if is_cancel else order.client_order_id,
            "C": event.client_order_id if is_cancel or event.kind is OrderEvent.AMENDED else "",
            "x": execution,
            "X": wire.status(event.status, by_prevention=by_prevention),
            "q": number(event.quantity),
            "z": number(event.filled_quantity),
            "Z": number(event.filled_notional),
            "w": event.status.value in ("NEW", "PARTIALLY_FILLED") and order.is_working,
        }
        if event.kind is OrderEvent.ACCEPTED:
            row["c"] = event.client_order_id
            if self._was_held(order):
                row |= {"X": "PENDING_NEW", "w": False}
                row.pop("W", None)
        elif event.kind is OrderEvent.PREVENTED:
            row |= self._prevented(event)
        elif event.kind is OrderEvent.EXPIRED and event.reason is not None:
            row["eR"] = wire.EXPIRY[event.reason]
        self._send(order.account, "order", row, order)

    def _was_held(self, order: OrderState) -> bool:
        order_list = as_matching(self._world.core).order_list(order.list_id or 0)
        return order_list is not None and any(leg is order for leg in order_list.triggered)

    def _list_changed(self, event: ListChanged) -> None:
        order_list = event.order_list
        if not self._is_heard(order_list.account):
            return
        status_type, order_status = STATUS_TYPES[event.kind]
        row = {
            "e": "listStatus",
            "E": self._now(),
            "s": venue_symbol(order_list.symbol),
            "g": order_list.list_id,
            "c": order_list.contingency.value,
            "l": status_type,
            "L": order_status,
            "r": "NONE",
            "C": order_list.client_list_id,
            "T": event.time_ns,
            "O": [
                {"s": venue_symbol(leg.symbol), "i": leg.order_id, "c": leg.client_order_id}
                for leg in order_list.legs
            ],
        }
        self._send(order_list.account, "list", row, order_list.legs[0])

    def _prevented(self, event: OrderChanged) -> dict[str, Any]:
        match, taken = self._dialect.order_log.match_of(event)
        counter = match.counter_of(event.order)
        return {
            "v": match.match_id,
            "A": number(event.prevented_quantity),
            "B": number(taken),
            "u": NO_TRADE_GROUP,
            "U": counter.order_id,
            "Cs": venue_symbol(counter.symbol),
            "pl": number(match.quantity),
            "pL": number(match.price),
            "pY": number(match.notional),
        }

    def _traded(self, event: Traded) -> None:
        for is_maker in (False, True):
            order = event.maker if is_maker else event.taker
            if not self._is_heard(order.account):
                continue
            status = event.maker_status if is_maker else event.taker_status
            filled = event.maker_filled_quantity if is_maker else event.taker_filled_quantity
            notional = event.maker_filled_notional if is_maker else event.taker_filled_notional
            row = self._report(order, event.time_ns, event.sequence)
            row |= {
                "x": "TRADE",
                "X": wire.status(status),
                "l": number(event.quantity),
                "L": number(event.price),
                "Y": number(event.notional),
                "z": number(filled),
                "Z": number(notional),
                "n": number(event.maker_fee if is_maker else event.taker_fee),
                "N": event.maker_fee_asset if is_maker else event.taker_fee_asset,
                "t": self._dialect.public_trade_id(event),
                "m": is_maker,
                "w": status.value in ("NEW", "PARTIALLY_FILLED"),
            }
            self._send(order.account, "fill", row, order)

    def _report(self, order: OrderState, time_ns: int, execution_id: int) -> dict[str, Any]:
        is_market = order.order_type is OrderType.MARKET
        row: dict[str, Any] = {
            "e": "executionReport",
            "E": self._now(),
            "s": venue_symbol(order.symbol),
            "c": order.client_order_id,
            "S": order.side.value,
            "o": wire.order_type(order),
            "f": wire.time_in_force(order),
            "q": number(order.quantity),
            "p": number(0 if is_market else order.price),
            "P": number(order.stop_price),
            "F": number(order.display_quantity),
            "g": wire.order_list_id(order),
            "C": "",
            "x": "",
            "X": "",
            "r": "NONE",
            "i": order.order_id,
            "l": number(0),
            "z": number(0),
            "L": number(0),
            "n": "0",
            "N": None,
            "T": time_ns,
            "t": -1,
            "I": execution_id,
            "w": False,
            "m": False,
            "M": False,
            "O": order.created_time_ns,
            "Z": number(0),
            "Y": number(0),
            "Q": number(order.quote_quantity),
            "V": order.self_trade_prevention.value,
        }
        if order.working_time_ns is not None:
            row["W"] = order.working_time_ns
        if order.trailing_delta is not None:
            row["d"] = order.trailing_delta
            row["D"] = -1 if order.trailing_time_ns is None else order.trailing_time_ns
        for name, key in (("strategyId", "j"), ("strategyType", "J")):
            if order.attributes and name in order.attributes:
                row[key] = order.attributes[name]
        return row

    # ------------------------------------------------------------ money

    def _position(self, account: str, changes: dict[str, BalanceChanged]) -> None:
        if not self._is_heard(account):
            return
        rows = [
            {"a": asset, "f": number(change.available), "l": number(change.locked)}
            for asset, change in changes.items()
        ]
        last = max(change.time_ns for change in changes.values())
        row = {"e": "outboundAccountPosition", "E": self._now(), "u": last, "B": rows}
        self._send(account, "balance", row, None)

    def _transferred(self, event: BalanceChanged) -> None:
        if self._is_heard(event.account):
            row = {
                "e": "balanceUpdate",
                "E": self._now(),
                "a": event.asset,
                "d": number(event.delta),
                "T": event.time_ns,
            }
            self._send(event.account, "balance", row, None)

    # ------------------------------------------------------------ sending

    def _names(self, account: str) -> tuple[str, ...]:
        return (stream_of(account), *self._dialect.listen_keys.of_account(account))

    def _is_heard(self, account: str) -> bool:
        return any(self._world.hub.has_listeners(name) for name in self._names(account))

    def _send(self, account: str, kind: str, row: dict[str, Any], order: OrderState | None) -> None:
        for name in self._names(account):
            if self._world.hub.has_listeners(name):
                self._publish(name, row, order, kind)

    def _publish(
        self, name: str, row: dict[str, Any], order: OrderState | None, kind: str | None = None
    ) -> None:
        text = _texts(row)
        event = StreamEvent(
            name=name,
            payload=b"",
            documented=row["e"],
            channel=Channel.PRIVATE,
            symbol=order.symbol if order else None,
            client_order_id=order.client_order_id if order else None,
            event=kind,
        )
        self._world.hub.publish(event, lambda connection, event: frame(connection, event, text))

    def _now(self) -> int:
        return self._world.stamps.time_ns()


def _texts(row: dict[str, Any]) -> wire.Texts:
    # In an event of an order list, O is not a time.
    given = {name: row[name] for name in TIMES if isinstance(row.get(name), int)}
    times = {name: time_ns for name, time_ns in given.items() if time_ns > 0}

    def make(unit_ns: int) -> dict[str, Any]:
        return row | {name: time_ns // unit_ns for name, time_ns in times.items()}

    return wire.Texts(make)


def frame(connection: Connection, event: StreamEvent, text: wire.Texts) -> str:
    """Wrapped with the subscription's number on the WebSocket API, else bare or combined."""
    session = connection.state
    if not session.is_api:
        return text.frame(connection, event)
    account = event.name.partition(":")[2]
    number_of = next(key for key, owner in session.subscriptions.items() if owner == account)
    return f'{{"subscriptionId":{number_of},"event":{text.of(session.unit_ns)}}}'
