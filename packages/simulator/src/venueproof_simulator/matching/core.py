"""The order-matching venue core: price-time priority over an exact ledger."""

from collections.abc import Mapping, Sequence

import msgspec

from venueproof_core.models import InstrumentStatus, OrderStatus, OrderType, Side
from venueproof_simulator.ledger import Ledger
from venueproof_simulator.matching.audit import audit, check_not_crossed
from venueproof_simulator.matching.book import Book
from venueproof_simulator.matching.matcher import Matcher
from venueproof_simulator.matching.resting import lock, shrink
from venueproof_simulator.matching.sizing import reaches, size
from venueproof_simulator.matching.traders import Seat, Trader
from venueproof_simulator.matching.triggers import would_trigger
from venueproof_simulator.venue_core import (
    SCALE,
    Event,
    ExpiryReason,
    FeeSchedule,
    InstrumentRules,
    OrderChanged,
    OrderEvent,
    OrderState,
    Refusal,
    Refused,
    SubmitOrder,
    Traded,
    assets_of,
)

_BUY = Side.BUY
_LIMIT = OrderType.LIMIT
_MARKET = OrderType.MARKET
_NEW = OrderStatus.NEW
_CANCELED = OrderStatus.CANCELED
_EXPIRED = OrderStatus.EXPIRED
_CANCELED_EVENT = OrderEvent.CANCELED
_EXPIRED_EVENT = OrderEvent.EXPIRED
_TRADING = InstrumentStatus.TRADING
_HALTED = InstrumentStatus.HALTED
_ACCEPTED = OrderEvent.ACCEPTED


class MatchingCore:
    """A ``VenueCore`` whose participants trade with each other.

    Every public call that changes something ends by proving what it touched: money conserved and not
    negative, locks equal to needs, book not crossed. Every ``audit_every`` calls everything is audited.
    """

    def __init__(
        self, instruments: Sequence[InstrumentRules], *, audit_every: int = 10_000
    ) -> None:
        """Make a core with empty books.

        Raises:
            ValueError: One tick times one lot of an instrument is not a whole number of quote units:
                notionals would not be exact.
        """
        for rules in instruments:
            if rules.tick_size * rules.lot_size % SCALE:
                raise ValueError(
                    f"{rules.symbol}: tick {rules.tick_size} x lot {rules.lot_size} is not a whole"
                    " number of 1e-8 quote units"
                )
        self.log: list[Event] = []
        self._books = {rules.symbol: Book(msgspec.structs.replace(rules)) for rules in instruments}
        self.instruments: Mapping[str, InstrumentRules] = {
            symbol: book.rules for symbol, book in self._books.items()
        }
        self.ledger = Ledger(self.log)
        self._assets = assets_of(instruments)
        self._traders: dict[str, Trader] = {}
        self._matcher = Matcher(self.log)
        self._orders: list[OrderState] = []
        self._time_ns = 0
        self._audit_every = audit_every
        self._calls_to_audit = audit_every

    def open_account(self, name: str, balances: Mapping[str, int], fees: FeeSchedule) -> None:
        """Create an account with these funds, in units by asset; told at the time of the latest call.

        Raises:
            ValueError: There is such an account.
        """
        if name in self._traders:
            raise ValueError(f"account {name} exists")
        trader = self._traders[name] = Trader(name, self._assets, fees)
        self.ledger.open(trader, balances, time_ns=self._time_ns)

    def transfer(self, account: str, asset: str, amount: int, *, time_ns: int) -> None:
        """Move money in (positive) or out of an account from outside."""
        self._time_ns = time_ns
        self.ledger.transfer(self._traders[account], asset, amount, time_ns=time_ns)

    def submit(self, request: SubmitOrder, *, time_ns: int) -> OrderState:
        """Take an order: it rests, fills, expires or waits for its trigger."""
        book = self._books[request.symbol]
        seat = book.seats.get(request.account) or self._seat(book, request.account)
        if book.rules.status is not _TRADING:
            raise Refused(Refusal.MARKET_CLOSED)
        client_order_id = request.client_order_id
        if client_order_id in seat.open:
            raise Refused(Refusal.DUPLICATE_CLIENT_ORDER_ID)
        quantity, need, limit_key = size(book, request)
        order_type = request.order_type
        is_pending = order_type is not _LIMIT and order_type is not _MARKET
        if is_pending:
            if would_trigger(request, book.last_price):
                raise Refused(Refusal.WOULD_TRIGGER)
        elif request.post_only and reaches(book, request.side, limit_key):
            raise Refused(Refusal.WOULD_TAKE)
        if need > (seat.quote if request.side is _BUY else seat.base).available:
            raise Refused(Refusal.INSUFFICIENT_BALANCE)

        orders = self._orders
        order = OrderState(
            len(orders) + 1,
            request.account,
            request.symbol,
            request.side,
            order_type,
            client_order_id,
            quantity,
            request.quote_quantity,
            request.price,
            request.stop_price,
            request.time_in_force,
            request.post_only,
            request.self_trade_prevention,
            _NEW,
            0,
            0,
            0,
            request.display_quantity,
            not is_pending,
            time_ns,
            time_ns,
            None if is_pending else time_ns,
            request.attributes,
            quantity,
        )
        orders.append(order)
        seat.trader.orders.append(order)
        log = self.log
        log.append(
            OrderChanged(
                len(log) + 1, time_ns, _ACCEPTED, order, _NEW, quantity, 0, 0, client_order_id
            )
        )
        if is_pending:
            lock(book, order, seat)
            book.triggers.add(order)
        else:
            count = len(book.trades)
            self._matcher.execute(book, order, seat, limit_key, time_ns)
            if book.triggers and len(book.trades) > count:
                self._matcher.run_triggers(book, count, time_ns)
        self._settle(book, time_ns)
        return order

    def cancel(
        self, order_id: int, *, time_ns: int, request_id: str | None = None, by_venue: bool = False
    ) -> OrderState:
        """End an open order; ``request_id`` becomes its client order id. ``by_venue`` expires it
        (reason VENUE) instead of cancelling it."""
        order = self._open_order(order_id)
        book = self._books[order.symbol]
        if by_venue:
            self._end(
                book, order, _EXPIRED, _EXPIRED_EVENT, ExpiryReason.VENUE, request_id, time_ns
            )
        else:
            if book.rules.status is _HALTED:
                raise Refused(Refusal.MARKET_CLOSED)
            self._end(book, order, _CANCELED, _CANCELED_EVENT, None, request_id, time_ns)
        return order

    def amend(
        self, order_id: int, *, quantity: int, time_ns: int, request_id: str | None = None
    ) -> OrderState:
        """Reduce an open order's total quantity, keeping id and queue place; ``request_id`` becomes its
        client order id. A quantity not above what is filled and prevented expires it (reason VENUE)."""
        order = self._open_order(order_id)
        book = self._books[order.symbol]
        seat = book.seats[order.account]
        if book.rules.status is not _TRADING:
            raise Refused(Refusal.MARKET_CLOSED)
        if quantity > order.quantity:
            raise Refused(Refusal.QUANTITY_INCREASE)
        if quantity == order.quantity:
            raise Refused(Refusal.NO_CHANGE)
        if quantity % book.rules.lot_size:
            raise ValueError(f"quantity {quantity} off the lot size {book.rules.lot_size}")
        if request_id is not None and seat.open.get(request_id, order) is not order:
            raise Refused(Refusal.DUPLICATE_CLIENT_ORDER_ID)
        remaining = quantity - order.filled_quantity - order.prevented_quantity
        if remaining <= 0:
            self._end(
                book, order, _EXPIRED, _EXPIRED_EVENT, ExpiryReason.VENUE, request_id, time_ns
            )
            return order
        before = order.client_order_id
        order.quantity = quantity
        order.updated_time_ns = time_ns
        if request_id is not None:
            del seat.open[before]
            seat.open[request_id] = order
            order.client_order_id = request_id
        shrink(book, order, seat, remaining)
        self._matcher.tell(
            OrderEvent.AMENDED, order, time_ns, client_order_id=before, request_id=request_id
        )
        if order.is_working:
            self._matcher.tell_level(book, order, time_ns)
        self._settle(book, time_ns)
        return order

    def close(
        self,
        account: str,  # noqa: ARG002 - the interface of quote-driven cores
        symbol: str,  # noqa: ARG002
        quantity: int | None,  # noqa: ARG002
        *,
        time_ns: int,  # noqa: ARG002
    ) -> Sequence[OrderState]:
        """There are no positions here, so there is nothing to close."""
        return ()

    def set_status(self, symbol: str, status: InstrumentStatus) -> None:
        """Halt or resume an instrument. CANCEL_ONLY takes cancels alone, HALTED nothing from clients."""
        self._books[symbol].rules.status = status

    def advance(self, time_ns: int) -> None:
        """Let time pass; nothing here depends on it."""
        self._time_ns = time_ns

    def order(self, order_id: int) -> OrderState | None:
        """An order, open or not."""
        return self._orders[order_id - 1] if 0 < order_id <= len(self._orders) else None

    def orders(self, account: str, symbol: str | None = None) -> Sequence[OrderState]:
        """An account's orders, open or not, by rising id."""
        orders = self._traders[account].orders
        return [order for order in orders if symbol is None or order.symbol == symbol]

    def open_orders(self, account: str, symbol: str | None = None) -> Sequence[OrderState]:
        """An account's open orders, by rising id."""
        orders = sorted(self._traders[account].open.values(), key=lambda order: order.order_id)
        return [order for order in orders if symbol is None or order.symbol == symbol]

    def find_open(self, account: str, symbol: str, client_order_id: str) -> OrderState | None:
        """The open order with this client order id."""
        order = self._traders[account].open.get(client_order_id)
        return order if order is not None and order.symbol == symbol else None

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
        return self._books[symbol].history.at(version)

    def trades(self, symbol: str) -> Sequence[Traded]:
        """Every trade of the instrument, oldest first."""
        return self._books[symbol].trades

    def check(self) -> None:
        """Full audit of every invariant."""
        audit(self._books.values(), self._traders.values(), self.ledger)

    def _seat(self, book: Book, account: str) -> Seat:
        """Made when an account first comes to a book."""
        seat = book.seats[account] = Seat(self._traders[account], book.base, book.quote)
        return seat

    def _open_order(self, order_id: int) -> OrderState:
        order = self.order(order_id)
        if order is None or not order.remaining_quantity:
            raise Refused(Refusal.UNKNOWN_ORDER)
        return order

    def _end(
        self,
        book: Book,
        order: OrderState,
        status: OrderStatus,
        kind: OrderEvent,
        reason: ExpiryReason | None,
        request_id: str | None,
        time_ns: int,
    ) -> None:
        before = order.client_order_id
        shrink(book, order, book.seats[order.account], 0)
        order.status = status
        order.updated_time_ns = time_ns
        if request_id is not None:
            order.client_order_id = request_id
        self._matcher.tell(
            kind, order, time_ns, client_order_id=before, request_id=request_id, reason=reason
        )
        if order.is_working:
            self._matcher.tell_level(book, order, time_ns)
        self._settle(book, time_ns)

    def _settle(self, book: Book, time_ns: int) -> None:
        """End a call: tell balances, and check what the call touched."""
        self._time_ns = time_ns
        ledger = self.ledger
        if book.touched_base:
            ledger.settle(book.base, book.touched_base, book.base_fees, time_ns)
            book.base_fees = 0
        if book.touched_quote:
            ledger.settle(book.quote, book.touched_quote, book.quote_fees, time_ns)
            book.quote_fees = 0
        check_not_crossed(book)
        self._calls_to_audit -= 1
        if not self._calls_to_audit:
            self._calls_to_audit = self._audit_every
            self.check()
