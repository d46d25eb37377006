"""Orders that wait for trades to reach their stop price, or to turn back from the best price they follow."""

from heapq import heappop, heappush

from venueproof_core.models import OrderType, Side
from venueproof_simulator.venue_core import OrderState, SubmitOrder

_STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
_WHOLE = 10_000


def waits_for_rise(order_type: OrderType, side: Side) -> bool:
    """Whether the price must rise to the stop price: stops of buyers, take-profits of sellers."""
    return (order_type in _STOPS) == (side is Side.BUY)


def would_trigger(order: SubmitOrder | OrderState, last_price: int | None) -> bool:
    """Whether the last trade has reached the stop price already; before the first trade, no."""
    stop_price = order.stop_price
    if last_price is None or stop_price is None:
        return False
    if waits_for_rise(order.order_type, order.side):
        return last_price >= stop_price
    return last_price <= stop_price


class Trail:
    """An order that follows the price: a seller the highest since it began to, a buyer the lowest."""

    __slots__ = ("best", "order")

    def __init__(self, order: OrderState) -> None:
        self.order = order
        self.best: int | None = None

    def turns(self, price: int, time_ns: int) -> bool:
        """Take a trade in; whether its price has come back from the best one far enough to trigger."""
        order = self.order
        best = self.best
        delta = order.trailing_delta
        assert delta is not None
        if best is None:
            best = price
            order.trailing_time_ns = time_ns
        if order.side is Side.BUY:
            self.best = best = min(best, price)
            return price * _WHOLE >= best * (_WHOLE + delta)
        self.best = best = max(best, price)
        return price * _WHOLE <= best * (_WHOLE - delta)


class Triggers:
    """Pending orders of one instrument: nearest stop price first, then oldest first; then those that trail.

    Orders that ended while waiting are skipped when they come up.
    """

    __slots__ = ("_fall", "_rise", "_trails")

    def __init__(self) -> None:
        self._rise: list[tuple[int, int, OrderState]] = []
        self._fall: list[tuple[int, int, OrderState]] = []
        self._trails: list[Trail] = []

    def __bool__(self) -> bool:
        return bool(self._rise or self._fall or self._trails)

    def add(self, order: OrderState) -> None:
        """Watch for an order's stop price; without one it follows the price from the next trade on."""
        if order.stop_price is None:
            self._trails.append(Trail(order))
        elif waits_for_rise(order.order_type, order.side):
            heappush(self._rise, (order.stop_price, order.order_id, order))
        else:
            heappush(self._fall, (-order.stop_price, order.order_id, order))

    def pop_reached(self, price: int, time_ns: int) -> list[OrderState]:
        """Take out what a trade at ``price`` triggers, in the order it triggers."""
        reached = []
        for heap, bound in ((self._rise, price), (self._fall, -price)):
            while heap and heap[0][0] <= bound:
                order = heappop(heap)[2]
                if not order.remaining_quantity:
                    continue
                if order.trailing_delta is None:
                    reached.append(order)
                else:
                    self._trails.append(Trail(order))
        if self._trails:
            kept = []
            for trail in self._trails:
                if not trail.order.remaining_quantity:
                    continue
                if trail.turns(price, time_ns):
                    reached.append(trail.order)
                else:
                    kept.append(trail)
            self._trails = kept
        return reached
