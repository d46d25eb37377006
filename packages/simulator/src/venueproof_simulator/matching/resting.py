"""Orders that stay: what they lock, where they stand in the book, and how they shrink."""

from venueproof_core.models import Side
from venueproof_simulator.ledger import Holding
from venueproof_simulator.matching.book import MAXIMUM_ENDED, Book, Level
from venueproof_simulator.matching.traders import Seat
from venueproof_simulator.venue_core import SCALE, OrderState

_BUY = Side.BUY


def need(order: OrderState) -> int:
    """What an open order by itself must have locked: quote units for a BUY, base units for a SELL.

    A buyer that trails without any price has nothing to reckon with: what it spends is seen to when it
    triggers.
    """
    if order.is_held:
        return 0
    if order.side is not _BUY:
        return order.remaining_quantity
    price = order.stop_price if order.price is None else order.price
    return 0 if price is None else price * order.remaining_quantity // SCALE


def lock(book: Book, order: OrderState, seat: Seat, amount: int) -> None:
    """Have an open order lock so much, whatever it has locked until now."""
    holding = _touch(book, order, seat)
    more = amount - order.locked
    order.locked = amount
    holding.available -= more
    holding.locked += more


def unlock(book: Book, order: OrderState, seat: Seat) -> None:
    """Set an order free that has waited and is about to take: it locks nothing and is not among the open ones."""
    lock(book, order, seat, 0)
    del seat.open[order.client_order_id]


def shrink(book: Book, order: OrderState, seat: Seat, remaining: int) -> Level | None:
    """Reduce what a resting or pending order can still fill, in place, and unlock what that frees.

    At zero the order is no longer open.

    Returns:
        The order's level, for the caller to tell; ``None`` if it waits for its trigger.
    """
    freed = order.remaining_quantity - remaining
    order.remaining_quantity = remaining
    level: Level | None = None
    if order.side is _BUY:
        holding = seat.quote
        book.touched.append(holding)
        if order.is_working:
            level = book.bids.levels[order.price]  # type: ignore[index]  # it rests: it has a price
    else:
        holding = seat.base
        book.touched.append(holding)
        if order.is_working:
            level = book.asks.levels[-order.price]  # type: ignore[operator]
    if remaining:
        kept = need(order)
    else:
        kept = 0
        del seat.open[order.client_order_id]
    unlocked = order.locked - kept
    order.locked = kept
    holding.locked -= unlocked
    holding.available += unlocked
    if level is not None:
        if order.display_quantity is None:
            level.quantity -= freed
        else:
            # The hidden part goes first: what is shown changes only where less than that remains.
            visible = max(order.shown_quantity - remaining, 0)
            order.shown_quantity -= visible
            level.quantity -= visible
            level.hidden -= freed - visible
        if not remaining:
            level.ended += 1
            if level.ended > MAXIMUM_ENDED:
                level.compact()
    return level


def refresh(level: Level, order: OrderState, taken: int) -> None:
    """An iceberg's visible part was hit: once it is gone, the next part queues behind the others."""
    order.shown_quantity -= taken
    remaining = order.remaining_quantity
    if order.shown_quantity or not remaining:
        return
    assert order.display_quantity is not None
    order.shown_quantity = shown = min(order.display_quantity, remaining)
    level.quantity += shown
    level.hidden -= shown
    level.queue.rotate(-1)


def _touch(book: Book, order: OrderState, seat: Seat) -> Holding:
    """The holding an order draws on, marked to be told at the end of the call."""
    if order.side is _BUY:
        book.touched.append(seat.quote)
        return seat.quote
    book.touched.append(seat.base)
    return seat.base
