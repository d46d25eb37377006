"""Orders that stay: what they lock, where they stand in the book, and how they shrink."""

from venueproof_core.models import Side
from venueproof_simulator.ledger import Holding
from venueproof_simulator.matching.book import Book, BookSide, Level
from venueproof_simulator.matching.traders import Seat
from venueproof_simulator.venue_core import SCALE, OrderState

_BUY = Side.BUY


def need(order: OrderState) -> int:
    """What an open order must have locked: quote units for a BUY, base units for a SELL."""
    if order.side is not _BUY:
        return order.remaining_quantity
    price = order.stop_price if order.price is None else order.price
    assert price is not None, f"order {order.order_id} cannot be open without a price"
    return price * order.remaining_quantity // SCALE


def side_of(book: Book, order: OrderState) -> BookSide:
    """The side an order rests on."""
    return book.bids if order.side is _BUY else book.asks


def key_of(order: OrderState) -> int:
    """The key of its level; its negative is the same price's key on the opposite side."""
    assert order.price is not None, f"order {order.order_id} cannot rest without a price"
    return order.price if order.side is _BUY else -order.price


def lock(book: Book, order: OrderState, seat: Seat) -> None:
    """Reserve what an order needs while it is open, and list it among the open ones."""
    holding = _touch(book, order, seat)
    order.locked = locked = need(order)
    holding.available -= locked
    holding.locked += locked
    seat.open[order.client_order_id] = order


def unlock(book: Book, order: OrderState, seat: Seat) -> None:
    """Undo ``lock``: a pending order is about to take."""
    holding = _touch(book, order, seat)
    holding.available += order.locked
    holding.locked -= order.locked
    order.locked = 0
    del seat.open[order.client_order_id]


def shrink(book: Book, order: OrderState, seat: Seat, remaining: int) -> None:
    """Reduce what a resting or pending order can still fill, in place, and unlock what that frees.

    Its level is left for the caller to tell. At zero the order is no longer open.
    """
    freed = order.remaining_quantity - remaining
    order.remaining_quantity = remaining
    if order.is_working:
        level = side_of(book, order).levels[key_of(order)]
        if order.display_quantity is None:
            level.quantity -= freed
        else:
            # The hidden part goes first: what is shown changes only where less than that remains.
            visible = max(order.shown_quantity - remaining, 0)
            order.shown_quantity -= visible
            level.quantity -= visible
            level.hidden -= freed - visible
        if not remaining:
            level.note_ended()
    holding = _touch(book, order, seat)
    if remaining:
        kept = need(order)
    else:
        kept = 0
        del seat.open[order.client_order_id]
    unlocked = order.locked - kept
    order.locked = kept
    holding.locked -= unlocked
    holding.available += unlocked


def refresh(level: Level, order: OrderState, taken: int) -> None:
    """An iceberg's visible part was hit: once it is gone, the next part queues behind the others."""
    order.shown_quantity -= taken
    if order.shown_quantity:
        return
    assert order.display_quantity is not None
    shown = min(order.display_quantity, order.remaining_quantity)
    order.shown_quantity = shown
    level.quantity += shown
    level.hidden -= shown
    level.queue.rotate(-1)


def _touch(book: Book, order: OrderState, seat: Seat) -> Holding:
    """The holding an order draws on, marked to be told at the end of the call."""
    if order.side is _BUY:
        book.touched_quote.append(seat.quote)
        return seat.quote
    book.touched_base.append(seat.base)
    return seat.base
