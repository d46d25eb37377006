"""The full audit: what the core keeps is recomputed from its open orders and its log, and compared."""

from collections import defaultdict
from collections.abc import Iterable

from venueproof_core.models import TERMINAL_STATUSES
from venueproof_simulator.ledger import Ledger
from venueproof_simulator.matching.book import Book, BookSide
from venueproof_simulator.matching.resting import need
from venueproof_simulator.matching.traders import Trader
from venueproof_simulator.venue_core import InvariantBroken, OrderState


def audit(books: Iterable[Book], traders: Iterable[Trader], ledger: Ledger) -> None:
    """Check every invariant over the whole state.

    Raises:
        InvariantBroken: With what is wrong, in numbers.
    """
    ledger.check()
    by_symbol = {book.symbol: book for book in books}
    resting: dict[tuple[str, int], list[OrderState]] = defaultdict(list)
    for trader in traders:
        needs: dict[str, int] = defaultdict(int)
        for client_order_id, order in trader.open.items():
            _check_open(order, client_order_id)
            book = by_symbol[order.symbol]
            is_buy = order.side is book.bids.side
            needs[book.quote if is_buy else book.base] += order.locked
            if order.is_working:
                assert order.price is not None
                key = order.price if is_buy else -order.price
                resting[f"{order.symbol} {order.side.value}", key].append(order)
        for asset, holding in trader.holdings.items():
            if holding.locked != needs[asset]:
                raise InvariantBroken(
                    f"{trader.name} has {holding.locked} of {asset} locked,"
                    f" its open orders need {needs[asset]}"
                )
    for book in by_symbol.values():
        check_not_crossed(book)
        for side in (book.bids, book.asks):
            prefix = f"{book.symbol} {side.side.value}"
            _check_side(
                prefix, side, {key: orders for (at, key), orders in resting.items() if at == prefix}
            )


def check_not_crossed(book: Book) -> None:
    """Check that the best bid is below the best ask.

    Raises:
        InvariantBroken: It is not.
    """
    bids = book.bids.keys
    asks = book.asks.keys
    if bids and asks and bids[-1] >= -asks[-1]:
        raise InvariantBroken(f"{book.symbol} is crossed: bid {bids[-1]}, ask {-asks[-1]}")


def _check_open(order: OrderState, client_order_id: str) -> None:
    accounted = order.filled_quantity + order.remaining_quantity + order.prevented_quantity
    if (
        order.status in TERMINAL_STATUSES
        or order.remaining_quantity <= 0
        or accounted != order.quantity
        or order.locked != need(order)
        or order.client_order_id != client_order_id
    ):
        raise InvariantBroken(f"open order {client_order_id} is inconsistent: {order}")


def _check_side(name: str, side: BookSide, resting: dict[int, list[OrderState]]) -> None:
    if side.keys != sorted(resting):
        raise InvariantBroken(f"{name} has levels {side.keys}, orders rest at {sorted(resting)}")
    for key, level in side.levels.items():
        queue = [order for order in level.queue if order.remaining_quantity]
        ended = len(level.queue) - len(queue)
        shown = sum(_shown(order) for order in queue)
        hidden = sum(order.remaining_quantity for order in queue) - shown
        if (level.quantity, level.hidden, level.told, level.ended) != (
            shown,
            hidden,
            shown,
            ended,
        ):
            raise InvariantBroken(
                f"{name} at {level.price} shows {level.quantity}, told {level.told} and hides"
                f" {level.hidden}; its orders show {shown} and hide {hidden}"
            )
        expected = sorted(order.order_id for order in resting.get(key, ()))
        if sorted(order.order_id for order in queue) != expected:
            raise InvariantBroken(f"{name} at {level.price}: queue and open orders differ")


def _shown(order: OrderState) -> int:
    return order.remaining_quantity if order.display_quantity is None else order.shown_quantity
