"""Private topics: order, execution, wallet. Source: "WebSocket Stream", private.

The order of events between topics is not documented: no case may depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from venueproof_bybit.dialect.account import wallet_row
from venueproof_bybit.dialect.order_rows import execution_row, order_row
from venueproof_bybit.dialect.sockets import private_name
from venueproof_bybit.dialect.wire import MS, encode, number
from venueproof_core.control import Channel
from venueproof_core.models import OrderStatus
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
    from venueproof_bybit.dialect.venue import BybitDialect


class PrivateTopics:
    """Tells an account's events to whoever has subscribed, and remembers what orders alone do not say."""

    def __init__(self, dialect: BybitDialect) -> None:
        self._dialect = dialect
        self._world = dialect.world
        self._sent = 0
        self._read = 0
        self._expired: dict[int, ExpiryReason] = {}
        self._fees: dict[int, dict[str, int]] = {}

    def expiry_of(self, order: OrderState) -> ExpiryReason | None:
        """Why the order expired, if it did."""
        self._catch_up()
        return self._expired.get(order.order_id)

    def fees_of(self, order: OrderState) -> dict[str, str]:
        """What the order's fills have cost, by coin."""
        self._catch_up()
        return {coin: number(fee) for coin, fee in self._fees.get(order.order_id, {}).items()}

    def publish(self, events: Sequence[Event]) -> None:
        """Send what these events mean to their accounts."""
        wallets: dict[str, dict[str, tuple[int, int]]] = {}
        for event in events:
            if isinstance(event, OrderChanged) and _is_told(event):
                row = order_row(
                    self._dialect,
                    event.order,
                    status=event.status,
                    filled=event.filled_quantity,
                    notional=event.filled_notional,
                )
                self._tell("order", event.order.account, row, "order", event.order)
            elif isinstance(event, Traded):
                self._traded(event)
            elif isinstance(event, BalanceChanged):
                held = wallets.setdefault(event.account, {})
                held[event.asset] = (event.available, event.locked)
        for account, held in wallets.items():
            self._tell("wallet", account, wallet_row(held), "balance", None)

    def _traded(self, event: Traded) -> None:
        for is_maker in (False, True):
            order = event.maker if is_maker else event.taker
            row = execution_row(self._dialect, event, order)
            row |= {"category": "spot", "isLeverage": "0", "execPnl": "0", "marketUnit": ""}
            self._tell("execution", order.account, row, "fill", order)
            state = order_row(
                self._dialect,
                order,
                status=event.maker_status if is_maker else event.taker_status,
                filled=event.maker_filled_quantity if is_maker else event.taker_filled_quantity,
                notional=event.maker_filled_notional if is_maker else event.taker_filled_notional,
            )
            self._tell("order", order.account, state, "order", order)

    def _tell(
        self, topic: str, account: str, row: dict[str, Any], kind: str, order: OrderState | None
    ) -> None:
        for told in (topic, f"{topic}.spot"):
            name = private_name(told, account)
            if not self._world.hub.has_listeners(name):
                continue
            self._sent += 1
            data = row
            if topic == "order":
                data = {"category": "spot", **row, "feeCurrency": "", "closedPnl": "0"}
                data.pop("basePrice")
            message = {
                "id": f"{self._world.seed}-{self._sent}",
                "topic": told,
                "creationTime": self._world.stamps.time_ns() // MS,
                "data": [data],
            }
            text = encode(message).decode()
            event = StreamEvent(
                name=name,
                payload=b"",
                documented=topic,
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
                for order, coin, fee in (
                    (event.taker, event.taker_fee_asset, event.taker_fee),
                    (event.maker, event.maker_fee_asset, event.maker_fee),
                ):
                    paid = self._fees.setdefault(order.order_id, {})
                    paid[coin] = paid.get(coin, 0) + fee
            elif isinstance(event, OrderChanged) and event.reason is not None:
                self._expired[event.order.order_id] = event.reason
        self._read = len(log)


def _is_told(event: OrderChanged) -> bool:
    """Whether the change shows in the order; what prevention leaves of an order shows in its next one."""
    if event.kind is OrderEvent.PREVENTED:
        return event.status is OrderStatus.EXPIRED
    return event.kind is not OrderEvent.TRIGGERED


def _same(text: str, _connection: Connection, _event: StreamEvent) -> str:
    """Everybody gets an event in the same form."""
    return text
