"""What a matching core can be asked: orders, lists, balances, books now and then, trades."""

from collections.abc import Callable, Mapping, Sequence

from venueproof_core.models import OrderStatus, OrderType, SelfTradePrevention, Side, TimeInForce
from venueproof_simulator.matching.book import Book
from venueproof_simulator.matching.history import BookHistory
from venueproof_simulator.matching.traders import Trader
from venueproof_simulator.order_lists import OrderList
from venueproof_simulator.venue_core import (
    BalanceChanged,
    CoreEvent,
    Event,
    OrderChanged,
    OrderState,
    Traded,
)

_BUY = Side.BUY
# They stand in the places of what was forgotten, so that ids and sequence numbers still find their own.
_FORGOTTEN_EVENT = CoreEvent(0, 0)
_FORGOTTEN_ORDER = OrderState(
    0,
    "",
    "",
    Side.BUY,
    OrderType.LIMIT,
    "",
    0,
    None,
    None,
    None,
    TimeInForce.GTC,
    False,
    SelfTradePrevention.NONE,
    OrderStatus.CANCELED,
)


class Books(dict[str, Book]):
    """Books by symbol. One that nobody has used is not among them yet: its first use may fill it.

    Attributes:
        on_first_use: Called with a book's symbol before its first use goes on.
    """

    def __init__(self, books: Sequence[Book]) -> None:
        self._unused = {book.symbol: book for book in books}
        self.on_first_use: Callable[[str], None] | None = None

    def __missing__(self, symbol: str) -> Book:
        book = self[symbol] = self._unused.pop(symbol)
        if self.on_first_use is not None:
            self.on_first_use(symbol)
        return book

    def at_rest(self, symbol: str) -> Book:
        """A book, whether it was used or not; this is no use of it."""
        return self._unused.get(symbol) or self[symbol]


class Records:
    """The state that questions are answered from; the core itself changes it."""

    def __init__(self, books: Sequence[Book]) -> None:
        self.log: list[Event] = []
        self._books = Books(books)
        self._histories = {book.symbol: BookHistory(book.symbol, self.log) for book in books}
        self._traders: dict[str, Trader] = {}
        self._orders: list[OrderState] = []
        self._listed = 0
        self._looked_at = 0
        self._still_open: list[OrderState] = []
        self._forgotten = 0
        self._lists: list[OrderList] = []

    def order(self, order_id: int) -> OrderState | None:
        """An order, open or not."""
        order = self._orders[order_id - 1] if 0 < order_id <= len(self._orders) else None
        return None if order is _FORGOTTEN_ORDER else order

    def orders(self, account: str, symbol: str | None = None) -> Sequence[OrderState]:
        """An account's orders, open or not, by rising id."""
        for place in range(self._listed, len(self._orders)):
            order = self._orders[place]
            if order is not _FORGOTTEN_ORDER:
                self._traders[order.account].orders.append(order)
        self._listed = len(self._orders)
        orders = self._traders[account].orders
        return [order for order in orders if symbol is None or order.symbol == symbol]

    def forget(self, account: str, *, keep: int) -> None:
        """Let go of what nobody asks for any more, in a market that runs for days.

        That is this account's orders that have ended, and, but for the newest ``keep`` events, what the log
        tells of this account and of levels. Ids, places in the log and trades all stay.
        """
        orders = self._orders
        new = [orders[place] for place in range(self._looked_at, len(orders))]
        theirs = [order for order in (*self._still_open, *new) if order.account == account]
        for order in theirs:
            if not order.remaining_quantity:
                orders[order.order_id - 1] = _FORGOTTEN_ORDER
        self._still_open = [order for order in theirs if order.remaining_quantity]
        self._looked_at = len(orders)
        self._traders[account].orders.clear()
        for history in self._histories.values():
            history.forget(keep)
        log, end = self.log, len(self.log) - keep
        for place in range(self._forgotten, end):
            if not _is_of_others(log[place], account):
                log[place] = _FORGOTTEN_EVENT
        self._forgotten = max(self._forgotten, end)
        for book in self._books.values():
            book.bids.forget()
            book.asks.forget()

    def open_orders(self, account: str, symbol: str | None = None) -> Sequence[OrderState]:
        """An account's open orders, by rising id."""
        orders = sorted(self._traders[account].open.values(), key=lambda order: order.order_id)
        return [order for order in orders if symbol is None or order.symbol == symbol]

    def find_open(self, account: str, symbol: str, client_order_id: str) -> OrderState | None:
        """The open order with this client order id."""
        order = self._traders[account].open.get(client_order_id)
        return order if order is not None and order.symbol == symbol else None

    def order_list(self, list_id: int) -> OrderList | None:
        """A list, open or not."""
        return self._lists[list_id - 1] if 0 < list_id <= len(self._lists) else None

    def order_lists(self, account: str) -> Sequence[OrderList]:
        """An account's lists, open or not, by rising id."""
        return [order_list for order_list in self._lists if order_list.account == account]

    def balances(self, account: str) -> Mapping[str, tuple[int, int]]:
        """Asset to (available, locked); every asset of the venue is there."""
        holdings = self._traders[account].holdings
        return {asset: (holding.available, holding.locked) for asset, holding in holdings.items()}

    def levels(self, symbol: str, side: Side, depth: int | None = None) -> list[tuple[int, int]]:
        """(price, visible quantity), best first."""
        book = self._books[symbol]
        return (book.bids if side is _BUY else book.asks).best(depth)

    def version(self, symbol: str) -> int:
        """Book version: counts level changes; starts at 1 for the empty book."""
        return self._books[symbol].version

    def levels_at(
        self, symbol: str, version: int
    ) -> tuple[list[tuple[int, int]], list[tuple[int, int]]] | None:
        """Bids and asks, best first, at a past version; ``None`` if there never was one."""
        self._books[symbol]  # what its first use brings is part of its past
        return self._histories[symbol].at(version)

    def trades(self, symbol: str) -> Sequence[Traded]:
        """Every trade of the instrument, oldest first."""
        return self._books[symbol].trades


def _is_of_others(event: Event, account: str) -> bool:
    if isinstance(event, OrderChanged):
        return event.order.account != account
    if isinstance(event, Traded):
        return event.taker.account != account or event.maker.account != account
    return isinstance(event, BalanceChanged) and event.account != account
