"""Private channels: orders, own trades, balances. Source: "Spot WebSocket v4", private channels.

The order of events between channels is not documented: no case may depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from venueproof_core.control import Channel
from venueproof_core.models import OrderStatus
from venueproof_gateio.dialect.channels import update
from venueproof_gateio.dialect.listings import venue_symbol
from venueproof_gateio.dialect.order_rows import OPEN, order_row, trade_row
from venueproof_gateio.dialect.sockets import private_name
from venueproof_gateio.dialect.wire import MS, number, seconds
from venueproof_simulator.connections import Connection
from venueproof_simulator.toolkit import StreamEvent
from venueproof_simulator.venue_core import (
    BalanceChanged,
    Event,
    ExpiryReason,
    OrderChanged,
    OrderEvent,
    OrderState,
    Traded,
)

if TYPE_CHECKING:
    from venueproof_gateio.dialect.venue import GateioDialect

SILENT = (OrderEvent.TRIGGERED, OrderEvent.PREVENTED)
FEES = ("fee", "point_fee", "gt_fee", "rebated_fee")
_ONLY_IN_REPLIES = ("status", "iceberg", "fill_price", "gt_maker_fee", "gt_taker_fee")


class PrivateChannels:
    """Tells an account's events to whoever has subscribed, and remembers what orders alone do not say."""

    def __init__(self, dialect: GateioDialect) -> None:
        self._dialect = dialect
        self._world = dialect.world
        self._read = 0
        self._expired: dict[int, ExpiryReason] = {}
        self._fees: dict[int, int] = {}
        self._held: dict[tuple[str, str], tuple[int, int]] = {}
        self._updates: dict[tuple[str, str], int] = {}

    def opened(self, account: str) -> None:
        """A new account: what it has is what its first change is counted from."""
        for currency, held in self._world.core.balances(account).items():
            self._held[account, currency] = held

    def expiry_of(self, order: OrderState) -> ExpiryReason | None:
        """Why the order expired, if it did."""
        self._catch_up()
        return self._expired.get(order.order_id)

    def fee_of(self, order: OrderState) -> int:
        """What the order's fills have cost, in what it receives."""
        self._catch_up()
        return self._fees.get(order.order_id, 0)

    def update_id(self, account: str, currency: str) -> int:
        """How often the account's funds in a currency have changed."""
        self._catch_up()
        return self._updates.get((account, currency), 1)

    def publish(self, events: Sequence[Event]) -> None:
        """Send what these events mean to their accounts."""
        traded = any(isinstance(event, Traded) for event in events)
        for event in events:
            if isinstance(event, OrderChanged) and event.kind not in SILENT:
                word = "put" if event.kind is OrderEvent.ACCEPTED else "update"
                self._order(
                    event.order,
                    word if event.status in OPEN else "finish",
                    event.status,
                    event.filled_quantity,
                    event.filled_notional,
                )
            elif isinstance(event, Traded):
                self._traded(event)
            elif isinstance(event, BalanceChanged):
                self._balance(event, is_match=traded)

    def _traded(self, event: Traded) -> None:
        for is_maker in (False, True):
            order = event.maker if is_maker else event.taker
            if order.account not in self._world.accounts:
                continue
            row = trade_row(self._dialect, event, order)
            number_of = int(row["id"])
            row |= {
                "id": number_of,
                "user_id": self._dialect.user_id(self._world.accounts[order.account]),
                "create_time": int(row["create_time"]),
                "id_market": number_of,
                "biz_info": "-",
            }
            del row["sequence_id"]
            self._tell("spot.usertrades", order.account, row, "fill", order)
            status = event.maker_status if is_maker else event.taker_status
            self._order(
                order,
                "update" if status in OPEN else "finish",
                status,
                event.maker_filled_quantity if is_maker else event.taker_filled_quantity,
                event.maker_filled_notional if is_maker else event.taker_filled_notional,
            )

    def _order(
        self, order: OrderState, event: str, status: OrderStatus, filled: int, notional: int
    ) -> None:
        account = self._world.accounts.get(order.account)
        if account is None:
            return
        row = order_row(self._dialect, order, status=status, filled=filled, notional=notional)
        for name in _ONLY_IN_REPLIES:
            del row[name]
        row |= {
            "create_time_ms": str(row["create_time_ms"]),
            "update_time_ms": str(row["update_time_ms"]),
            "avg_deal_price": row.get("avg_deal_price", "0"),
            "auto_repay": False,
            "auto_borrow": False,
            "user": self._dialect.user_id(account),
            "event": event,
            "biz_info": "-",
        }
        self._tell("spot.orders", order.account, row, "order", order)

    def _balance(self, event: BalanceChanged, *, is_match: bool) -> None:
        account = self._world.accounts.get(event.account)
        if account is None:
            return
        key = (event.account, event.asset)
        before = self._held.get(key)
        self._held[key] = (event.available, event.locked)
        total, freeze = event.available + event.locked, event.locked
        change = 0 if before is None else total - sum(before)
        freeze_change = 0 if before is None else freeze - before[1]
        kind = (
            "order-match" if is_match else "order-create" if freeze_change > 0 else "order-update"
        )
        row = {
            "timestamp": seconds(event.time_ns),
            "timestamp_ms": str(event.time_ns // MS),
            "user": str(self._dialect.user_id(account)),
            "currency": event.asset,
            "change": _signed(change),
            "total": number(total),
            "available": number(event.available),
            "freeze": number(freeze),
            "freeze_change": _signed(freeze_change),
            "change_type": "deposit" if event.delta > 0 else "withdraw" if event.delta else kind,
        }
        self._tell("spot.balances", event.account, row, "balance", None)

    def _tell(
        self, channel: str, account: str, row: dict[str, Any], kind: str, order: OrderState | None
    ) -> None:
        pairs = ["!all"] if order is None else ["!all", venue_symbol(order.symbol)]
        for told in (channel, f"{channel}_v2"):
            for pair in pairs:
                name = private_name(told, account, pair)
                if not self._world.hub.has_listeners(name):
                    continue
                shown = row
                if told.endswith("_v2"):
                    shown = {key: value for key, value in row.items() if key not in FEES}
                text = update(told, [shown], self._world.stamps.time_ns())
                event = StreamEvent(
                    name=name,
                    payload=b"",
                    documented=told,
                    channel=Channel.PRIVATE,
                    symbol=order.symbol if order else None,
                    client_order_id=order.client_order_id if order else None,
                    event=kind,
                )
                self._world.hub.publish(event, partial(_same, text))

    def _catch_up(self) -> None:
        log = self._world.core.log
        for place in range(self._read, len(log)):
            event = log[place]
            if isinstance(event, Traded):
                for order, fee in (
                    (event.taker, event.taker_fee),
                    (event.maker, event.maker_fee),
                ):
                    self._fees[order.order_id] = self._fees.get(order.order_id, 0) + fee
            elif isinstance(event, OrderChanged) and event.reason is not None:
                self._expired[event.order.order_id] = event.reason
            elif isinstance(event, BalanceChanged):
                key = (event.account, event.asset)
                self._updates[key] = self._updates.get(key, 1) + 1
        self._read = len(log)


def _signed(units: int) -> str:
    return number(units) if units >= 0 else f"-{number(-units)}"


def _same(text: str, _connection: Connection, _event: StreamEvent) -> str:
    """Everybody gets an event in the same form."""
    return text
