"""Orders that wait for the last trade price to reach their stop price."""

from heapq import heappop, heappush

from venueproof_core.models import OrderType, Side
from venueproof_simulator.venue_core import OrderState, SubmitOrder

_STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})


def waits_for_rise(order_type: OrderType, side: Side) -> bool:
    """Whether the price must rise to the stop price: stops of buyers, take-profits of sellers."""
    return (order_type in _STOPS) == (side is Side.BUY)


def would_trigger(request: SubmitOrder, last_price: int | None) -> bool:
    """Whether the last trade has reached the stop price already; before the first trade, no."""
    stop_price = request.stop_price
    if last_price is None or stop_price is None:
        return False
    if waits_for_rise(request.order_type, request.side):
        return last_price >= stop_price
    return last_price <= stop_price


class Triggers:
    """Pending orders of one instrument, nearest stop price first, then oldest first.

    Orders that ended while waiting are skipped when they come up.
    """

    __slots__ = ("_fall", "_rise")

    def __init__(self) -> None:
        self._rise: list[tuple[int, int, OrderState]] = []
        self._fall: list[tuple[int, int, OrderState]] = []

    def __bool__(self) -> bool:
        return bool(self._rise or self._fall)

    def add(self, order: OrderState) -> None:
        """Watch for an order's stop price."""
        assert order.stop_price is not None
        if waits_for_rise(order.order_type, order.side):
            heappush(self._rise, (order.stop_price, order.order_id, order))
        else:
            heappush(self._fall, (-order.stop_price, order.order_id, order))

    def pop_reached(self, price: int) -> list[OrderState]:
        """Take out what a trade at ``price`` triggers, in the order it triggers."""
        reached = []
        for heap, bound in ((self._rise, price), (self._fall, -price)):
            while heap and heap[0][0] <= bound:
                order = heappop(heap)[2]
                if order.remaining_quantity:
                    reached.append(order)
        return reached
