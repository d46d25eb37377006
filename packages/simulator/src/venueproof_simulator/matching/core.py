"""The order-matching venue core: price-time priority over an exact ledger."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from venueproof_core.models import InstrumentStatus, OrderStatus, OrderType, Side, TimeInForce
from venueproof_simulator.ledger import Ledger
from venueproof_simulator.matching.audit import audit
from venueproof_simulator.matching.book import Book
from venueproof_simulator.matching.contingencies import Contingencies
from venueproof_simulator.matching.lists import check_shape
from venueproof_simulator.matching.matcher import Matcher
from venueproof_simulator.matching.records import Records
from venueproof_simulator.matching.resting import shrink
from venueproof_simulator.matching.sizing import reaches, size
from venueproof_simulator.matching.traders import Seat, Trader
from venueproof_simulator.matching.triggers import would_trigger
from venueproof_simulator.order_lists import Contingency, OrderList, SubmitList
from venueproof_simulator.venue_core import (
    SCALE,
    ExpiryReason,
    FeeSchedule,
    InstrumentRules,
    OrderChanged,
    OrderEvent,
    OrderState,
    Refusal,
    Refused,
    SubmitOrder,
    assets_of,
)

_BUY = Side.BUY
_LIMIT = OrderType.LIMIT
_MARKET = OrderType.MARKET
_GTC = TimeInForce.GTC
_NEW = OrderStatus.NEW
_CANCELED = OrderStatus.CANCELED
_EXPIRED = OrderStatus.EXPIRED
_CANCELED_EVENT = OrderEvent.CANCELED
_EXPIRED_EVENT = OrderEvent.EXPIRED
_TRADING = InstrumentStatus.TRADING
_HALTED = InstrumentStatus.HALTED
_ACCEPTED = OrderEvent.ACCEPTED


class MatchingCore(Records):
    """A ``ListCore`` whose participants trade with each other.

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
        books = [Book(msgspec.structs.replace(rules)) for rules in instruments]
        super().__init__(books)
        self.instruments: Mapping[str, InstrumentRules] = {
            book.symbol: book.rules for book in books
        }
        self.ledger = Ledger(self.log)
        self._settle = self.ledger.settle
        self._assets = assets_of(instruments)
        self._matcher = Matcher(self.log)
        self._withdraw = self._matcher.withdraw
        self._contingencies = Contingencies(self._matcher, self._lists)
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

    def fees(self, account: str) -> FeeSchedule:
        """What an account pays."""
        return self._traders[account].fees

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
        if order_type is _LIMIT and force is _GTC and request.display_quantity is None:
            # What most orders are: checked here, without a call.
            quantity = request.quantity
            if (
                price is None
                or quantity is None
                or price <= 0
                or quantity <= 0
                or price % rules.tick_size
                or quantity % rules.lot_size
            ):
                raise ValueError(f"price or quantity missing or off the steps: {request}")
            if side is _BUY:
                need = price * quantity // SCALE
                limit_key = -price
            else:
                need = quantity
                limit_key = price
            is_pending = False
        else:
            quantity, need, limit_key = size(book, request)
            is_pending = order_type is not _LIMIT and order_type is not _MARKET
            if is_pending and would_trigger(request, book.last_price):
                raise Refused(Refusal.WOULD_TRIGGER)
        keys = book.ask_keys if side is _BUY else book.bid_keys
        takes = not is_pending and keys and keys[-1] >= limit_key
        if takes and request.post_only and not request.expires_when_taking:
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
            request.display_quantity,
            not is_pending,
            time_ns,
            time_ns,
            None if is_pending else time_ns,
            request.attributes,
            quantity,
            0,
            0,
            None,
            False,
            request.trailing_delta,
        )
        orders.append(order)
        log = self.log
        log.append(
            OrderChanged(
                len(log) + 1, time_ns, _ACCEPTED, order, _NEW, quantity, 0, 0, client_order_id
            )
        )
        if is_pending:
            self._contingencies.wait(book, order, seat)
        elif takes and request.post_only and request.expires_when_taking:
            self._matcher.end(order, ExpiryReason.WOULD_TAKE, time_ns)
        elif takes or force is not _GTC or order_type is _MARKET:
            count = len(book.trades)
            self._matcher.execute(book, order, seat, limit_key, time_ns)
            if book.is_watched:
                self._contingencies.follow(book, count, time_ns)
        else:
            self._matcher.rest(book, order, seat, time_ns)
        self._settle(book, time_ns)
        if order_id >= self._next_audit:
            self._next_audit = order_id + self._audit_every
            self.check()
        return order

    def submit_list(self, request: SubmitList, *, time_ns: int) -> OrderList:
        """Take a list: all of its legs, or none."""
        check_shape(request)
        book = self._books[request.symbol]
        seat = book.seats.get(request.account) or self._take_seat(book, request.account)
        if book.rules.status is not _TRADING:
            raise Refused(Refusal.MARKET_CLOSED)
        names = {leg.client_order_id for leg in request.legs}
        if request.client_list_id in seat.lists or len(names) < len(request.legs):
            raise Refused(Refusal.DUPLICATE_CLIENT_ORDER_ID)
        if not names.isdisjoint(seat.open):
            raise Refused(Refusal.DUPLICATE_CLIENT_ORDER_ID)
        sizes = [size(book, leg) for leg in request.legs]
        count = 2 if request.contingency is Contingency.OCO else 1
        for leg, (_, need, limit_key) in zip(request.legs[:count], sizes, strict=False):
            if would_trigger(leg, book.last_price):
                raise Refused(Refusal.WOULD_TRIGGER)
            is_maker = leg.post_only and leg.order_type is _LIMIT
            if is_maker and reaches(book, leg.side, limit_key):
                raise Refused(Refusal.WOULD_TAKE)
            if need > (seat.quote if leg.side is _BUY else seat.base).available:
                raise Refused(Refusal.INSUFFICIENT_BALANCE)
        quantities = [quantity for quantity, _, _ in sizes]
        order_list = self._contingencies.accept(
            request, quantities, first_order_id=len(self._orders) + 1, time_ns=time_ns
        )
        self._orders.extend(order_list.legs)
        self._contingencies.start(book, order_list, seat, time_ns)
        self._settle(book, time_ns)
        return order_list

    def cancel(
        self, order_id: int, *, time_ns: int, request_id: str | None = None, by_venue: bool = False
    ) -> OrderState:
        """End an open order; ``request_id`` becomes its client order id. ``by_venue`` expires it
        (reason VENUE) instead of cancelling it. A leg takes its order list with it."""
        orders = self._orders
        order = orders[order_id - 1] if 0 < order_id <= len(orders) else None
        if order is None or not order.remaining_quantity:
            raise Refused(Refusal.UNKNOWN_ORDER)
        book = self._books[order.symbol]
        if by_venue:
            self._expire(book, order, request_id, time_ns)
        elif book.rules.status is _HALTED:
            raise Refused(Refusal.MARKET_CLOSED)
        elif order.list_id is None:
            self._withdraw(book, order, _CANCELED, _CANCELED_EVENT, None, request_id, time_ns)
        else:
            order_list = self._contingencies.list_of(order)
            self._contingencies.cancel(book, order_list, request_id, time_ns)
        self._settle(book, time_ns)
        return order

    def cancel_list(
        self, list_id: int, *, time_ns: int, request_id: str | None = None
    ) -> OrderList:
        """Cancel every open leg; ``request_id`` becomes their client order id."""
        order_list = self.order_list(list_id)
        if order_list is None or not order_list.is_open:
            raise Refused(Refusal.UNKNOWN_ORDER)
        leg = next(leg for leg in order_list.legs if leg.remaining_quantity)
        self.cancel(leg.order_id, time_ns=time_ns, request_id=request_id)
        return order_list

    def amend(
        self, order_id: int, *, quantity: int, time_ns: int, request_id: str | None = None
    ) -> OrderState:
        """Reduce an open order's total quantity, keeping id and queue place; ``request_id`` becomes its
        client order id. A quantity not above what is filled and prevented expires it (reason VENUE).
        Where it is one of a pair, the other is amended as well."""
        order = self.order(order_id)
        if order is None or not order.remaining_quantity:
            raise Refused(Refusal.UNKNOWN_ORDER)
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
            self._expire(book, order, request_id, time_ns)
            self._settle(book, time_ns)
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
        if order.list_id is not None:
            is_renamed = before != order.client_order_id
            self._contingencies.amended(book, order, seat, time_ns, is_renamed=is_renamed)
        self._settle(book, time_ns)
        return order

    def modify(
        self, order_id: int, *, quantity: int | None, price: int | None, time_ns: int
    ) -> OrderState:
        """Give an open limit order another total quantity, price or both, under its id; ``None`` stays. It goes to
        the end of its queue, and takes if its price now reaches the other side.

        Raises:
            ValueError: It is no plain limit order on the book.
        """
        order = self.order(order_id)
        if order is None or not order.remaining_quantity:
            raise Refused(Refusal.UNKNOWN_ORDER)
        if order.order_type is not _LIMIT or order.list_id is not None or order.price is None:
            raise ValueError(f"only plain limit orders can be modified: {order}")
        book = self._books[order.symbol]
        seat = book.seats[order.account]
        new_quantity = order.quantity if quantity is None else quantity
        new_price = order.price if price is None else price
        if book.rules.status is not _TRADING:
            raise Refused(Refusal.MARKET_CLOSED)
        if (new_quantity, new_price) == (order.quantity, order.price):
            raise Refused(Refusal.NO_CHANGE)
        if new_price % book.rules.tick_size or new_quantity % book.rules.lot_size:
            raise ValueError(f"{new_price} x {new_quantity} is off the steps")
        remaining = new_quantity - order.filled_quantity - order.prevented_quantity
        if remaining <= 0:
            raise Refused(Refusal.NO_CHANGE)
        is_buy = order.side is _BUY
        needed = new_price * remaining // SCALE if is_buy else remaining
        if needed > (seat.quote if is_buy else seat.base).available + order.locked:
            raise Refused(Refusal.INSUFFICIENT_BALANCE)
        level = shrink(book, order, seat, 0)
        order.quantity, order.price, order.remaining_quantity = new_quantity, new_price, remaining
        order.updated_time_ns = time_ns
        self._matcher.tell(OrderEvent.AMENDED, order, time_ns)
        if level is not None:
            book.tell(book.bids if is_buy else book.asks, level, self.log, time_ns)
        limit_key = -new_price if is_buy else new_price
        if not reaches(book, order.side, limit_key):
            self._matcher.rest(book, order, seat, time_ns)
        elif order.post_only:
            self._matcher.end(order, ExpiryReason.WOULD_TAKE, time_ns)
        else:
            count = len(book.trades)
            self._matcher.execute(book, order, seat, limit_key, time_ns)
            if book.is_watched:
                self._contingencies.follow(book, count, time_ns)
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

    def before_first_use(self, fill: Callable[[str], None]) -> None:
        """Have ``fill`` called with an instrument's symbol before anything is asked of its book or done on it."""
        self._books.on_first_use = fill

    def set_last_price(self, symbol: str, price: int) -> None:
        """Say at what price was traded before this core's first trade: triggers compare with it."""
        self._books.at_rest(symbol).last_price = price

    def set_status(self, symbol: str, status: InstrumentStatus) -> None:
        """Halt or resume an instrument. CANCEL_ONLY takes cancels alone, HALTED nothing from clients."""
        self._books[symbol].rules.status = status

    def advance(self, time_ns: int) -> None:
        """Nothing here depends on time: no order of this core waits for it."""

    def check(self) -> None:
        """Full audit of every invariant."""
        audit(self._books.values(), self._traders.values(), self.ledger, self._lists)

    def _take_seat(self, book: Book, account: str) -> Seat:
        """Made when an account first comes to a book."""
        seat = book.seats[account] = Seat(self._traders[account], book.base, book.quote)
        return seat

    def _expire(self, book: Book, order: OrderState, request_id: str | None, time_ns: int) -> None:
        """By the venue; what that means for the other legs of its list follows."""
        order.is_held = False
        reason = ExpiryReason.VENUE
        self._withdraw(book, order, _EXPIRED, _EXPIRED_EVENT, reason, request_id, time_ns)
        if order.list_id is not None:
            book.stirred.append(order)
            self._contingencies.follow(book, len(book.trades), time_ns)
