"""The order-matching venue core: price-time priority over an exact ledger."""

from collections.abc import Mapping, Sequence
from itertools import islice

import msgspec

from venueproof_core.models import InstrumentStatus, OrderStatus, OrderType, Side, TimeInForce
from venueproof_simulator.ledger import Ledger
from venueproof_simulator.matching.audit import audit
from venueproof_simulator.matching.book import Book
from venueproof_simulator.matching.history import BookHistory
from venueproof_simulator.matching.matcher import Matcher
from venueproof_simulator.matching.resting import lock, shrink
from venueproof_simulator.matching.sizing import size
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
_GTC = TimeInForce.GTC
_IOC = TimeInForce.IOC
_FOK = TimeInForce.FOK
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
    negative, locks equal to needs, book not crossed. After every ``audit_every`` orders everything is audited.
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
        self._histories = {symbol: BookHistory(symbol, self.log) for symbol in self._books}
        self.ledger = Ledger(self.log)
        self._settle = self.ledger.settle
        self._assets = assets_of(instruments)
        self._traders: dict[str, Trader] = {}
        self._matcher = Matcher(self.log)
        self._orders: list[OrderState] = []
        self._listed = 0
        self._audit_every = audit_every
        self._next_audit = audit_every

    def open_account(self, name: str, balances: Mapping[str, int], fees: FeeSchedule) -> None:
        """Create an account with these funds, in units by asset; told at the time of the last event.

        Raises:
            ValueError: There is such an account, or a balance is negative.
        """
        if name in self._traders:
            raise ValueError(f"account {name} exists")
        if any(amount < 0 for amount in balances.values()):
            raise ValueError(f"account {name} would open in debt: {balances}")
        trader = self._traders[name] = Trader(name, self._assets, fees)
        time_ns = self.log[-1].time_ns if self.log else 0
        self.ledger.open(trader, balances, time_ns=time_ns)

    def transfer(self, account: str, asset: str, amount: int, *, time_ns: int) -> None:
        """Move money in (positive) or out of an account from outside."""
        self.ledger.transfer(self._traders[account], asset, amount, time_ns=time_ns)

    def submit(self, request: SubmitOrder, *, time_ns: int) -> OrderState:
        """Take an order: it rests, fills, expires or waits for its trigger."""
        book = self._books[request.symbol]
        account = request.account
        try:
            seat = book.seats[account]
        except KeyError:
            seat = self._take_seat(book, account)
        rules = book.rules
        if rules.status is not _TRADING:
            raise Refused(Refusal.MARKET_CLOSED)
        client_order_id = request.client_order_id
        if client_order_id in seat.open:
            raise Refused(Refusal.DUPLICATE_CLIENT_ORDER_ID)
        side = request.side
        order_type = request.order_type
        force = request.time_in_force
        price = request.price
        if order_type is _LIMIT:
            quantity = request.quantity
            if price is None or quantity is None or price <= 0 or price % rules.tick_size:
                raise ValueError(f"no quantity, or price off the tick size: {request}")
            if side is _BUY:
                need = price * quantity // SCALE
                limit_key = -price
            else:
                need = quantity
                limit_key = price
            is_pending = False
        else:
            quantity, need, limit_key = size(book, request)
            is_pending = order_type is not _MARKET
            if is_pending and would_trigger(request, book.last_price):
                raise Refused(Refusal.WOULD_TRIGGER)
        if quantity <= 0 or quantity % rules.lot_size:
            raise ValueError(f"quantity off the lot size: {request}")
        if force is not _GTC and force is not _IOC and force is not _FOK:
            raise ValueError(f"no such time in force here: {request}")
        display = request.display_quantity
        if display is not None and (display <= 0 or display % rules.lot_size):
            raise ValueError(f"display quantity off the lot size: {request}")
        keys = book.ask_keys if side is _BUY else book.bid_keys
        takes = not is_pending and keys and keys[-1] >= limit_key
        if takes and request.post_only:
            raise Refused(Refusal.WOULD_TAKE)
        if need > (seat.quote if side is _BUY else seat.base).available:
            raise Refused(Refusal.INSUFFICIENT_BALANCE)

        orders = self._orders
        order_id = len(orders) + 1
        order = OrderState(
            order_id,
            account,
            request.symbol,
            side,
            order_type,
            client_order_id,
            quantity,
            request.quote_quantity,
            price,
            request.stop_price,
            force,
            request.post_only,
            request.self_trade_prevention,
            _NEW,
            0,
            0,
            0,
            display,
            not is_pending,
            time_ns,
            time_ns,
            None if is_pending else time_ns,
            request.attributes,
            quantity,
        )
        orders.append(order)
        log = self.log
        log.append(
            OrderChanged(
                len(log) + 1, time_ns, _ACCEPTED, order, _NEW, quantity, 0, 0, client_order_id
            )
        )
        if is_pending:
            lock(book, order, seat)
            book.triggers.add(order)
        elif takes or force is not _GTC or order_type is _MARKET:
            count = len(book.trades)
            self._matcher.execute(book, order, seat, limit_key, time_ns)
            if book.triggers:
                self._matcher.run_triggers(book, count, time_ns)
        else:
            self._matcher.rest(book, order, seat, time_ns)
        self._settle(book, time_ns)
        if order_id >= self._next_audit:
            self._next_audit = order_id + self._audit_every
            self.check()
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
        level = shrink(book, order, seat, remaining)
        self._matcher.tell(
            OrderEvent.AMENDED, order, time_ns, client_order_id=before, request_id=request_id
        )
        if level is not None:
            book.tell(book.bids if order.side is _BUY else book.asks, level, self.log, time_ns)
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

    def set_last_price(self, symbol: str, price: int) -> None:
        """Say at what price was traded before this core's first trade: triggers compare with it."""
        self._books[symbol].last_price = price

    def set_status(self, symbol: str, status: InstrumentStatus) -> None:
        """Halt or resume an instrument. CANCEL_ONLY takes cancels alone, HALTED nothing from clients."""
        self._books[symbol].rules.status = status

    def advance(self, time_ns: int) -> None:
        """Nothing here depends on time: no order of this core waits for it."""

    def order(self, order_id: int) -> OrderState | None:
        """An order, open or not."""
        return self._orders[order_id - 1] if 0 < order_id <= len(self._orders) else None

    def orders(self, account: str, symbol: str | None = None) -> Sequence[OrderState]:
        """An account's orders, open or not, by rising id."""
        for order in islice(self._orders, self._listed, None):
            self._traders[order.account].orders.append(order)
        self._listed = len(self._orders)
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
        return self._histories[symbol].at(version)

    def trades(self, symbol: str) -> Sequence[Traded]:
        """Every trade of the instrument, oldest first."""
        return self._books[symbol].trades

    def check(self) -> None:
        """Full audit of every invariant."""
        audit(self._books.values(), self._traders.values(), self.ledger)

    def _take_seat(self, book: Book, account: str) -> Seat:
        """Made when an account first comes to a book."""
        seat = book.seats[account] = Seat(self._traders[account], book.base, book.quote)
        return seat

    def _open_order(self, order_id: int) -> OrderState:
        if 0 < order_id <= len(self._orders):
            order = self._orders[order_id - 1]
            if order.remaining_quantity:
                return order
        raise Refused(Refusal.UNKNOWN_ORDER)

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
        level = shrink(book, order, book.seats[order.account], 0)
        order.status = status
        order.updated_time_ns = time_ns
        if request_id is not None:
            order.client_order_id = request_id
        log = self.log
        log.append(
            OrderChanged(
                len(log) + 1,
                time_ns,
                kind,
                order,
                status,
                order.quantity,
                order.filled_quantity,
                order.filled_notional,
                before,
                request_id,
                reason,
                order.prevented_quantity,
            )
        )
        if level is not None:
            book.tell(book.bids if order.side is _BUY else book.asks, level, self.log, time_ns)
        self._settle(book, time_ns)
