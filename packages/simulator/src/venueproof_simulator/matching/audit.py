"""The full audit: what the core keeps is recomputed from its open orders and its log, and compared."""

from collections import defaultdict
from collections.abc import Iterable

from venueproof_core.models import TERMINAL_STATUSES
from venueproof_simulator.ledger import Ledger
from venueproof_simulator.matching.book import Book, BookSide
from venueproof_simulator.matching.lists import is_touched, locks
from venueproof_simulator.matching.resting import need
from venueproof_simulator.matching.traders import Trader
from venueproof_simulator.order_lists import OrderList
from venueproof_simulator.venue_core import InvariantBroken, OrderState


def audit(
    books: Iterable[Book], traders: Iterable[Trader], ledger: Ledger, lists: Iterable[OrderList]
) -> None:
    """Check every invariant over the whole state.

    Raises:
        InvariantBroken: With what is wrong, in numbers.
    """
    ledger.check()
    by_symbol = {book.symbol: book for book in books}
    resting: dict[tuple[str, int], list[OrderState]] = defaultdict(list)
    shared: dict[int, int] = {}
    open_lists: list[OrderList] = []
    for order_list in lists:
        _check_list(order_list)
        if order_list.is_open:
            open_lists.append(order_list)
            shared |= {leg.order_id: amount for leg, amount in locks(order_list)}
    for trader in traders:
        _check_open_lists(trader, open_lists)
        needs: dict[str, int] = defaultdict(int)
        for client_order_id, order in trader.open.items():
            _check_open(order, client_order_id, shared.get(order.order_id, need(order)))
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


def _check_open(order: OrderState, client_order_id: str, locked: int) -> None:
    accounted = order.filled_quantity + order.remaining_quantity + order.prevented_quantity
    if (
        order.status in TERMINAL_STATUSES
        or order.remaining_quantity <= 0
        or accounted != order.quantity
        or order.locked != locked
        or order.client_order_id != client_order_id
    ):
        raise InvariantBroken(f"open order {client_order_id} is inconsistent: {order}")


def _check_list(order_list: OrderList) -> None:
    alive = [leg for leg in order_list.legs if leg.remaining_quantity]
    working = order_list.working
    pair = [leg for leg in order_list.pair if leg.remaining_quantity]
    if (
        order_list.is_open is not bool(alive)
        or any(leg.is_held is not (working in alive) for leg in alive if leg is not working)
        or (len(pair) == 2 and any(is_touched(leg) for leg in pair))
    ):
        raise InvariantBroken(f"list {order_list.list_id} is inconsistent: {order_list}")


def _check_open_lists(trader: Trader, open_lists: list[OrderList]) -> None:
    expected = {one.client_list_id: one for one in open_lists if one.account == trader.name}
    if trader.lists != expected:
        raise InvariantBroken(
            f"{trader.name} has lists {list(trader.lists)}, open are {list(expected)}"
        )


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
