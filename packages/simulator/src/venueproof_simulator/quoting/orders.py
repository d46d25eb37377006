"""The quote-driven core's orders: their states, the ways to find them, and the log of their changes."""

from collections.abc import Sequence

from venueproof_core.models import TERMINAL_STATUSES, OrderStatus, OrderType, TimeInForce
from venueproof_simulator.quoting.terms import LIMIT_TYPES, terms_of
from venueproof_simulator.venue_core import (
    Event,
    ExpiryReason,
    InvariantBroken,
    OrderChanged,
    OrderEvent,
    OrderState,
    SubmitOrder,
)


class Orders:
    """Every order of every account, open ones found quickly."""

    def __init__(self, log: list[Event]) -> None:
        self._log = log
        self._all: dict[int, OrderState] = {}
        self._open: dict[int, OrderState] = {}

    def accept(self, request: SubmitOrder, *, quantity: int, time_ns: int) -> OrderState:
        """Give a request an id and a state."""
        time_in_force = request.time_in_force
        if request.order_type is OrderType.MARKET and time_in_force is not TimeInForce.IOC:
            time_in_force = TimeInForce.FOK
        is_working = request.order_type in (OrderType.MARKET, OrderType.LIMIT)
        order = OrderState(
            order_id=len(self._all) + 1,
            account=request.account,
            symbol=request.symbol,
            side=request.side,
            order_type=request.order_type,
            client_order_id=request.client_order_id,
            quantity=quantity,
            quote_quantity=None,
            price=request.price,
            stop_price=request.stop_price,
            time_in_force=time_in_force,
            post_only=False,
            self_trade_prevention=request.self_trade_prevention,
            status=OrderStatus.NEW,
            is_working=is_working,
            created_time_ns=time_ns,
            updated_time_ns=time_ns,
            working_time_ns=time_ns if is_working else None,
            attributes=request.attributes,
            remaining_quantity=quantity,
        )
        self._all[order.order_id] = self._open[order.order_id] = order
        self._record(order, OrderEvent.ACCEPTED, time_ns)
        return order

    def get(self, order_id: int) -> OrderState | None:
        """An order, open or not."""
        return self._all.get(order_id)

    def is_open(self, order: OrderState) -> bool:
        """Whether it can still fill."""
        return order.order_id in self._open

    def all(self) -> Sequence[OrderState]:
        """Every order, by rising id."""
        return list(self._all.values())

    def open(self) -> Sequence[OrderState]:
        """Every open order, by rising id."""
        return list(self._open.values())

    def following(self, trade_id: int) -> Sequence[OrderState]:
        """Open orders that reduce this trade and end with it."""
        return [order for order in self._open.values() if terms_of(order).trade_id == trade_id]

    def trigger(self, order: OrderState, time_ns: int) -> None:
        """Its trigger was reached: from now on it works."""
        order.is_working = True
        order.working_time_ns = time_ns
        self._record(order, OrderEvent.TRIGGERED, time_ns)

    def amend(
        self, order: OrderState, quantity: int, *, time_ns: int, request_id: str | None = None
    ) -> None:
        """Change its total quantity, to more than what is filled."""
        order.quantity = quantity
        order.remaining_quantity = quantity - order.filled_quantity
        self._record(order, OrderEvent.AMENDED, time_ns, request_id=request_id)

    def cancel(self, order: OrderState, *, time_ns: int, request_id: str | None = None) -> None:
        """End it at its owner's request."""
        self._end(order, OrderStatus.CANCELED)
        self._record(order, OrderEvent.CANCELED, time_ns, request_id=request_id)

    def expire(self, order: OrderState, reason: ExpiryReason, time_ns: int) -> None:
        """End it at the venue's will."""
        self._end(order, OrderStatus.EXPIRED)
        self._record(order, OrderEvent.EXPIRED, time_ns, reason=reason)

    def fill(self, order: OrderState, quantity: int, *, notional: int, time_ns: int) -> None:
        """Count a fill. The caller logs it."""
        order.filled_quantity += quantity
        order.filled_notional += notional
        order.remaining_quantity -= quantity
        order.updated_time_ns = time_ns
        if order.remaining_quantity == 0:
            self._end(order, OrderStatus.FILLED)
        else:
            order.status = OrderStatus.PARTIALLY_FILLED

    def settle(self, order: OrderState, failure: ExpiryReason | None, time_ns: int) -> None:
        """After a look at the ladder: expire the order, unless it may wait for the next one."""
        if failure is None or not self.is_open(order):
            return
        is_immediate = order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
        if is_immediate and order.is_working:
            is_partial = order.filled_quantity > 0
            self.expire(order, ExpiryReason.IOC_REMAINDER if is_partial else failure, time_ns)
        elif failure in (ExpiryReason.INSUFFICIENT_MARGIN, ExpiryReason.POSITION_RULE) or (
            failure is ExpiryReason.PRICE_BOUND and order.order_type not in LIMIT_TYPES
        ):
            self.expire(order, failure, time_ns)

    def verify(self) -> None:
        """Quantities and statuses of every order agree.

        Raises:
            InvariantBroken: They do not.
        """
        for order in self._all.values():
            is_open = order.status not in TERMINAL_STATUSES
            remaining = order.quantity - order.filled_quantity if is_open else 0
            is_filled = order.filled_quantity == order.quantity
            if (
                is_open is not self.is_open(order)
                or remaining != order.remaining_quantity
                or is_filled is not (order.status is OrderStatus.FILLED)
                or not 0 <= order.filled_quantity <= order.quantity
            ):
                raise InvariantBroken(f"order {order.order_id} contradicts itself: {order}")

    def _end(self, order: OrderState, status: OrderStatus) -> None:
        order.status = status
        order.remaining_quantity = 0
        del self._open[order.order_id]

    # ``request_id`` becomes the order's own id; the event keeps the one it had.
    def _record(
        self,
        order: OrderState,
        kind: OrderEvent,
        time_ns: int,
        *,
        request_id: str | None = None,
        reason: ExpiryReason | None = None,
    ) -> None:
        order.updated_time_ns = time_ns
        self._log.append(
            OrderChanged(
                sequence=len(self._log) + 1,
                time_ns=time_ns,
                kind=kind,
                order=order,
                status=order.status,
                quantity=order.quantity,
                filled_quantity=order.filled_quantity,
                filled_notional=order.filled_notional,
                client_order_id=order.client_order_id,
                request_id=request_id,
                reason=reason,
            )
        )
        if request_id is not None:
            order.client_order_id = request_id
