"""User data events. Source: user data stream page, "Payload: account update", "order update".

The order of executionReport and outboundAccountPosition is not documented: no case may depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import wire
from venueproof_binance.dialect.listings import venue_symbol
from venueproof_binance.dialect.wire import number
from venueproof_core.control import Channel
from venueproof_core.models import OrderType
from venueproof_simulator.connections import Connection
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
    OrderEvent.AMENDED: "REPLACED",
    OrderEvent.CANCELED: "CANCELED",
    OrderEvent.EXPIRED: "EXPIRED",
    OrderEvent.PREVENTED: "TRADE_PREVENTION",
}


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
        positions: dict[str, dict[str, BalanceChanged]] = {}
        for event in events:
            if isinstance(event, OrderChanged):
                self._changed(event)
            elif isinstance(event, Traded):
                self._traded(event)
            elif isinstance(event, BalanceChanged):
                positions.setdefault(event.account, {})[event.asset] = event
                if event.delta:
                    self._transferred(event)
        for account, changes in positions.items():
            self._position(account, changes)

    def listen_key_expired(self, key: str) -> None:
        """Tell the connections of an expired listen key, and send them nothing any more."""
        row = {"e": "listenKeyExpired", "E": self._now(), "listenKey": key}
        event = StreamEvent(name=key, payload=wire.encode(row), channel=Channel.PRIVATE)
        self._world.hub.publish(event, frame)
        for connection in self._world.connections.values():
            if connection.is_open and key in connection.subscriptions:
                self._dialect.market_streams.unsubscribe(connection, [key])

    def _changed(self, event: OrderChanged) -> None:
        execution = EXECUTION.get(event.kind)
        if event.order.account not in self._world.accounts or execution is None:
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
        if event.reason is not None and event.kind is OrderEvent.EXPIRED:
            row["eR"] = wire.EXPIRY.get(event.reason, "NONE")
        self._send(order.account, "order", row, order)

    def _traded(self, event: Traded) -> None:
        for is_maker in (False, True):
            order = event.maker if is_maker else event.taker
            if order.account not in self._world.accounts:
                continue
            status = event.maker_status if is_maker else event.taker_status
            row = self._report(order, event.time_ns, event.sequence)
            row |= {
                "x": "TRADE",
                "X": wire.status(status),
                "l": number(event.quantity),
                "L": number(event.price),
                "Y": number(event.notional),
                "z": number(
                    event.maker_filled_quantity if is_maker else event.taker_filled_quantity
                ),
                "Z": number(
                    event.maker_filled_notional if is_maker else event.taker_filled_notional
                ),
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
            "g": -1,
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
            "T": time_ns // 1_000_000,
            "t": -1,
            "I": execution_id,
            "w": False,
            "m": False,
            "M": False,
            "O": order.created_time_ns // 1_000_000,
            "Z": number(0),
            "Y": number(0),
            "Q": number(order.quote_quantity),
            "V": order.self_trade_prevention.value,
        }
        if order.working_time_ns is not None:
            row["W"] = order.working_time_ns // 1_000_000
        for name, key in (("strategyId", "j"), ("strategyType", "J")):
            if order.attributes and name in order.attributes:
                row[key] = order.attributes[name]
        return row

    def _position(self, account: str, changes: dict[str, BalanceChanged]) -> None:
        if account not in self._world.accounts:
            return
        rows = [
            {"a": asset, "f": number(change.available), "l": number(change.locked)}
            for asset, change in changes.items()
        ]
        last = max(change.time_ns for change in changes.values()) // 1_000_000
        row = {"e": "outboundAccountPosition", "E": self._now(), "u": last, "B": rows}
        self._send(account, "balance", row, None)

    def _transferred(self, event: BalanceChanged) -> None:
        if event.account in self._world.accounts:
            row = {
                "e": "balanceUpdate",
                "E": self._now(),
                "a": event.asset,
                "d": number(event.delta),
                "T": event.time_ns // 1_000_000,
            }
            self._send(event.account, "balance", row, None)

    def _send(self, account: str, kind: str, row: dict[str, Any], order: OrderState | None) -> None:
        keys = self._dialect.listen_keys.of_account(account)
        for name in (stream_of(account), *keys):
            if self._world.hub.has_listeners(name):
                event = StreamEvent(
                    name=name,
                    payload=wire.encode(row),
                    channel=Channel.PRIVATE,
                    symbol=order.symbol if order else None,
                    client_order_id=order.client_order_id if order else None,
                    event=kind,
                )
                self._world.hub.publish(event, frame)

    def _now(self) -> int:
        return self._world.stamps.time_ns() // 1_000_000


def frame(connection: Connection, event: StreamEvent) -> str:
    """Wrapped with the subscription's number on the WebSocket API, else bare or combined."""
    session = connection.state
    payload = event.payload.decode()
    if session.is_api:
        account = event.name.partition(":")[2]
        number_of = next(key for key, owner in session.subscriptions.items() if owner == account)
        return f'{{"subscriptionId":{number_of},"event":{payload}}}'
    return f'{{"stream":"{event.name}","data":{payload}}}' if session.is_combined else payload
