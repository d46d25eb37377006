"""What trades set off: orders that waited for them, and the other legs of order lists.

Nothing is set off in the middle of an order's taking: what its trades reach takes its turn afterwards, the
legs of lists before the orders that waited for a price.
"""

from collections import deque

from venueproof_core.models import OrderStatus
from venueproof_simulator.matching.book import Book
from venueproof_simulator.matching.lists import (
    falls_short,
    held_legs,
    is_touched,
    leg_of,
    locks,
    other_of,
)
from venueproof_simulator.matching.matcher import Matcher
from venueproof_simulator.matching.resting import lock, need, shrink, unlock
from venueproof_simulator.matching.sizing import cost, is_pending, limit_key_of, reaches
from venueproof_simulator.matching.traders import Seat
from venueproof_simulator.matching.triggers import would_trigger
from venueproof_simulator.order_lists import (
    Contingency,
    ListChanged,
    ListEvent,
    OrderList,
    SubmitList,
)
from venueproof_simulator.venue_core import ExpiryReason, OrderEvent, OrderState, Traded


class Contingencies:
    """Carries out what waits for trades, on all books.

    Args:
        lists: Every order list there ever was, by rising id; those that are accepted go in here.
    """

    def __init__(self, matcher: Matcher, lists: list[OrderList]) -> None:
        self._matcher = matcher
        self._log = matcher.log
        self._lists = lists

    # ------------------------------------------------------------ from calls

    def wait(self, book: Book, order: OrderState, seat: Seat) -> None:
        """Have an accepted order of the stop family wait for its price."""
        seat.open[order.client_order_id] = order
        lock(book, order, seat, need(order))
        book.triggers.add(order)
        book.is_watched = True

    def accept(
        self, request: SubmitList, quantities: list[int], *, first_order_id: int, time_ns: int
    ) -> OrderList:
        """Make a list and its legs of a request that has been checked."""
        list_id = len(self._lists) + 1
        is_oco = request.contingency is Contingency.OCO
        legs = [
            leg_of(
                leg,
                quantities[place],
                order_id=first_order_id + place,
                list_id=list_id,
                is_held=place > 0 and not is_oco,
                time_ns=time_ns,
            )
            for place, leg in enumerate(request.legs)
        ]
        order_list = OrderList(
            list_id=list_id,
            account=request.account,
            symbol=request.symbol,
            client_list_id=request.client_list_id,
            contingency=request.contingency,
            legs=tuple(legs),
            created_time_ns=time_ns,
            updated_time_ns=time_ns,
            paid_lot=request.paid_lot,
            attributes=request.attributes,
        )
        self._lists.append(order_list)
        return order_list

    def start(self, book: Book, order_list: OrderList, seat: Seat, time_ns: int) -> None:
        """Start an accepted list: its pair, or its working order; the others are held."""
        seat.lists[order_list.client_list_id] = order_list
        book.open_lists += 1
        book.is_watched = True
        self._tell(ListEvent.STARTED, order_list, time_ns)
        for leg in order_list.legs:
            self._matcher.tell(OrderEvent.ACCEPTED, leg, time_ns)
            seat.open[leg.client_order_id] = leg
        count = len(book.trades)
        starting = [leg for leg in order_list.legs if not leg.is_held]
        self._start(book, order_list, starting, seat, time_ns)
        self.follow(book, count, time_ns)

    def cancel(
        self, book: Book, order_list: OrderList, request_id: str | None, time_ns: int
    ) -> None:
        """Cancel every open leg."""
        for leg in order_list.legs:
            if leg.remaining_quantity:
                leg.is_held = False
                status, kind = OrderStatus.CANCELED, OrderEvent.CANCELED
                self._matcher.withdraw(book, leg, status, kind, None, request_id, time_ns)
        self._finish(book, order_list, time_ns)

    def amended(
        self, book: Book, order: OrderState, seat: Seat, time_ns: int, *, is_renamed: bool
    ) -> None:
        """A leg has been amended: so is the other of its pair, and what they lock."""
        order_list = self.list_of(order)
        other = other_of(order_list, order)
        if other is not None:
            other.quantity = order.quantity
            other.updated_time_ns = time_ns
            level = shrink(book, other, seat, order.remaining_quantity)
            self._matcher.tell(OrderEvent.AMENDED, other, time_ns)
            if level is not None:
                side = book.bids if other.side is book.bids.side else book.asks
                book.tell(side, level, self._log, time_ns)
        for leg, amount in locks(order_list):
            lock(book, leg, seat, amount)
        if is_renamed:
            self._tell(ListEvent.UPDATED, order_list, time_ns)

    def list_of(self, leg: OrderState) -> OrderList:
        """The list that an order is a leg of."""
        assert leg.list_id is not None
        return self._lists[leg.list_id - 1]

    # ------------------------------------------------------------ from trades

    def follow(self, book: Book, count: int, time_ns: int) -> None:
        """Carry out what the trades after the first ``count`` set off, then what follows from that."""
        ready: deque[OrderState] = deque()
        while True:
            trades = book.trades[count:]
            count += len(trades)
            met: dict[int, OrderState] = {}
            for trade in trades:
                for order in (trade.maker, trade.taker):
                    if order.list_id is not None:
                        met[order.order_id] = order
            met |= {leg.order_id: leg for leg in book.stirred}
            book.stirred.clear()
            for leg in met.values():
                self._receive(book, leg, trades)
                self._step(book, leg, ready, time_ns)
            for trade in trades:
                ready.extend(book.triggers.pop_reached(trade.price, time_ns))
            if not ready:
                break
            order = ready.popleft()
            if order.is_held:
                self._release(book, order, time_ns)
            elif order.remaining_quantity:
                self._trigger(book, order, time_ns)
        book.is_watched = bool(book.triggers or book.open_lists)

    def _receive(self, book: Book, leg: OrderState, trades: list[Traded]) -> None:
        """Lock what the working order has bought for the others.

        Fees are taken from the funds that are free where these suffice, else from what was received.
        """
        order_list = self.list_of(leg)
        held = held_legs(order_list)
        if order_list.paid_lot is None or leg is not order_list.working or not held:
            return
        fees = [
            (trade.quantity, trade.taker_fee if trade.taker is leg else trade.maker_fee)
            for trade in trades
            if leg in (trade.taker, trade.maker)
        ]
        received = sum(quantity for quantity, _ in fees)
        if not received:
            return
        seat = book.seats[leg.account]
        if seat.base.available < received:
            received -= sum(fee for _, fee in fees)
        order_list.received += received
        lock(book, held[0], seat, order_list.received)

    def _step(self, book: Book, leg: OrderState, ready: deque[OrderState], time_ns: int) -> None:
        """Something has happened to a leg: see what follows for the others."""
        order_list = self.list_of(leg)
        if leg is order_list.working:
            held = held_legs(order_list)
            if held and leg.status is OrderStatus.FILLED:
                # The others of a pair are released with it.
                ready.append(held[0])
            elif not leg.remaining_quantity:
                for other in held:
                    self._expire(book, other, ExpiryReason.WORKING_LEG_EXPIRED, time_ns)
        elif is_touched(leg):
            self._expire_others(book, leg, time_ns)
        self._finish(book, order_list, time_ns)

    def _trigger(self, book: Book, order: OrderState, time_ns: int) -> None:
        if order.list_id is not None:
            self._expire_others(book, order, time_ns)
            book.stirred.append(order)
        seat = book.seats[order.account]
        unlock(book, order, seat)
        if self._is_refused(book, order, seat, waits=False):
            self._matcher.end(order, ExpiryReason.REJECTED_AT_TRIGGER, time_ns)
            return
        order.is_working = True
        order.working_time_ns = order.updated_time_ns = time_ns
        self._matcher.tell(OrderEvent.TRIGGERED, order, time_ns)
        limit_key = limit_key_of(order.side, order.price)
        self._matcher.execute(book, order, seat, limit_key, time_ns)

    def _release(self, book: Book, first: OrderState, time_ns: int) -> None:
        """Start the legs that were held, or end them all if one would not be accepted now."""
        order_list = self.list_of(first)
        seat = book.seats[first.account]
        held = held_legs(order_list)
        for leg in held:
            leg.is_held = False
        is_paid = self._spend(book, order_list, held, seat)
        refused = [
            leg
            for leg in held
            if not is_paid or self._is_refused(book, leg, seat, waits=is_pending(leg.order_type))
        ]
        if refused:
            for leg in refused:
                self._expire(book, leg, ExpiryReason.REJECTED_AT_TRIGGER, time_ns)
            book.stirred.append(refused[0])
            return
        for leg in held:
            leg.updated_time_ns = time_ns
            if not is_pending(leg.order_type):
                leg.is_working = True
                leg.working_time_ns = time_ns
            self._matcher.tell(OrderEvent.RELEASED, leg, time_ns)
        self._start(book, order_list, held, seat, time_ns)

    def _spend(self, book: Book, order_list: OrderList, held: list[OrderState], seat: Seat) -> bool:
        """Give legs that the working order pays for their quantity; False if it is below what can be."""
        lot = order_list.paid_lot
        if lot is None:
            return True
        lock(book, held[0], seat, 0)
        quantity = order_list.received // lot * lot
        if any(falls_short(book.rules, leg, quantity) for leg in held):
            return False
        for leg in held:
            leg.quantity = leg.remaining_quantity = quantity
        return True

    def _start(
        self, book: Book, order_list: OrderList, legs: list[OrderState], seat: Seat, time_ns: int
    ) -> None:
        """Let accepted legs wait, rest or take."""
        amounts = {leg.order_id: amount for leg, amount in locks(order_list)}
        for leg in legs:
            if is_pending(leg.order_type):
                lock(book, leg, seat, amounts[leg.order_id])
                book.triggers.add(leg)
            else:
                unlock(book, leg, seat)
                limit_key = limit_key_of(leg.side, leg.price)
                self._matcher.execute(book, leg, seat, limit_key, time_ns)
                book.stirred.append(leg)

    def _is_refused(self, book: Book, order: OrderState, seat: Seat, *, waits: bool) -> bool:
        """Whether an order that starts would not be accepted now; ``waits``: for its stop price first."""
        if waits:
            if would_trigger(order, book.last_price):
                return True
        elif order.post_only and reaches(book, order.side, limit_key_of(order.side, order.price)):
            return True
        if order.side is not book.bids.side:
            return need(order) > seat.base.available
        if order.price is None and not waits:
            # What it locked, if anything, was at its stop price, which the book may exceed by now.
            return cost(book.asks, order.remaining_quantity, None) > seat.quote.available
        return need(order) > seat.quote.available

    # ------------------------------------------------------------ ends

    def _expire_others(self, book: Book, leg: OrderState, time_ns: int) -> None:
        """Only one leg of a list may be left, and it is this one, or none."""
        for other in self.list_of(leg).legs:
            if other is not leg and other.remaining_quantity:
                self._expire(book, other, ExpiryReason.OTHER_LEG, time_ns)

    def _expire(self, book: Book, leg: OrderState, reason: ExpiryReason, time_ns: int) -> None:
        leg.is_held = False
        status, kind = OrderStatus.EXPIRED, OrderEvent.EXPIRED
        self._matcher.withdraw(book, leg, status, kind, reason, None, time_ns)

    def _finish(self, book: Book, order_list: OrderList, time_ns: int) -> None:
        """Close a list whose last leg has ended."""
        if not order_list.is_open or any(leg.remaining_quantity for leg in order_list.legs):
            return
        order_list.is_open = False
        book.open_lists -= 1
        del book.seats[order_list.account].lists[order_list.client_list_id]
        self._tell(ListEvent.DONE, order_list, time_ns)

    def _tell(self, kind: ListEvent, order_list: OrderList, time_ns: int) -> None:
        order_list.updated_time_ns = time_ns
        self._log.append(ListChanged(len(self._log) + 1, time_ns, kind, order_list))
