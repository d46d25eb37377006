"""What happens to orders on a book: they take, rest, shrink and end.

The taker's loop is the hot path of the simulator. It works on integers in locals, tells a level once
after all its trades, and leaves balances to be told at the end of the call.
"""

from bisect import insort

from venueproof_core.models import OrderStatus, SelfTradePrevention, Side, TimeInForce
from venueproof_simulator.matching.book import Book, BookSide, Level
from venueproof_simulator.matching.resting import refresh, shrink
from venueproof_simulator.matching.sizing import can_fill
from venueproof_simulator.matching.traders import Seat
from venueproof_simulator.venue_core import (
    SCALE,
    Event,
    ExpiryReason,
    InvariantBroken,
    LevelChanged,
    OrderChanged,
    OrderEvent,
    OrderState,
    Traded,
)

# Members as module constants: reading one off its Enum class costs four times as much.
_BUY = Side.BUY
_NEW = OrderStatus.NEW
_PARTIALLY_FILLED = OrderStatus.PARTIALLY_FILLED
_FILLED = OrderStatus.FILLED
_EXPIRED = OrderStatus.EXPIRED
_FOK = TimeInForce.FOK
_GTC = TimeInForce.GTC
_NONE = SelfTradePrevention.NONE
_PPM = 1_000_000


class Matcher:
    """Moves orders, quantities and money of all books, and logs it."""

    def __init__(self, log: list[Event]) -> None:
        self.log = log

    def execute(
        self, book: Book, order: OrderState, seat: Seat, limit_key: int, time_ns: int
    ) -> None:
        """Let an accepted order take what it can reach; the rest goes on the book or expires.

        Args:
            limit_key: Worst key of the opposite side that it takes.
        """
        opposite = book.asks if order.side is _BUY else book.bids
        keys = opposite.keys
        force = order.time_in_force
        if force is _FOK and not can_fill(opposite, order, limit_key):
            self.end(order, ExpiryReason.FOK_UNFILLABLE, time_ns)
            return
        if keys and keys[-1] >= limit_key:
            remaining = self._take(book, opposite, order, seat, limit_key, time_ns)
            if not remaining:
                return
        if order.price is None:
            self.end(order, ExpiryReason.NO_LIQUIDITY, time_ns)
        elif force is _GTC:
            self.rest(book, order, seat, time_ns)
        else:
            self.end(order, ExpiryReason.IOC_REMAINDER, time_ns)

    def end(self, order: OrderState, reason: ExpiryReason, time_ns: int) -> None:
        """Expire what remains of an order that neither rests nor waits."""
        order.remaining_quantity = 0
        order.status = _EXPIRED
        order.updated_time_ns = time_ns
        self.tell(OrderEvent.EXPIRED, order, time_ns, reason=reason)

    def withdraw(
        self,
        book: Book,
        order: OrderState,
        status: OrderStatus,
        kind: OrderEvent,
        reason: ExpiryReason | None,
        request_id: str | None,
        time_ns: int,
    ) -> None:
        """End an order that rests or waits."""
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
            book.tell(book.bids if order.side is _BUY else book.asks, level, log, time_ns)

    def tell(
        self,
        kind: OrderEvent,
        order: OrderState,
        time_ns: int,
        *,
        client_order_id: str | None = None,
        request_id: str | None = None,
        reason: ExpiryReason | None = None,
        counter_order_id: int | None = None,
    ) -> None:
        """Log an order's state as it is now."""
        log = self.log
        log.append(
            OrderChanged(
                len(log) + 1,
                time_ns,
                kind,
                order,
                order.status,
                order.quantity,
                order.filled_quantity,
                order.filled_notional,
                client_order_id or order.client_order_id,
                request_id,
                reason,
                order.prevented_quantity,
                counter_order_id,
            )
        )

    def _take(
        self,
        book: Book,
        opposite: BookSide,
        taker: OrderState,
        seat: Seat,
        limit_key: int,
        time_ns: int,
    ) -> int:
        """Match until the order is filled, out of reach or ended; tell what remains of it."""
        log = self.log
        seats = book.seats
        trades = book.trades
        touched = book.touched
        symbol = book.symbol
        keys = opposite.keys
        levels = opposite.levels
        taker_buys = taker.side is _BUY
        # A buyer gives quote for base, a seller base for quote; the maker the other way round.
        if taker_buys:
            gives, gets = book.quote, book.base
        else:
            gives, gets = book.base, book.quote
        taker_ppm = seat.taker_ppm
        is_guarded = taker.self_trade_prevention is not _NONE
        remaining = taker.remaining_quantity
        # A modified order may have filled before.
        filled_quantity = quantity_before = taker.filled_quantity
        filled_notional = notional_before = taker.filled_notional
        taker_fees = maker_fees = trade_price = 0
        while remaining and keys and keys[-1] >= limit_key:
            level = levels[keys[-1]]
            price = level.price
            while remaining and level.quantity:
                maker = level.queue[0]
                open_quantity = maker.remaining_quantity
                if not open_quantity:
                    level.queue.popleft()
                    level.ended -= 1
                    continue
                if is_guarded and maker.account == taker.account:
                    if filled_quantity:
                        taker.status = _PARTIALLY_FILLED
                    taker.remaining_quantity = remaining
                    taker.filled_quantity = filled_quantity
                    taker.filled_notional = filled_notional
                    self._prevent(book, taker, maker, seat, time_ns)
                    remaining = taker.remaining_quantity
                    continue
                is_iceberg = maker.display_quantity is not None
                quantity = maker.shown_quantity if is_iceberg else open_quantity
                if quantity > remaining:
                    quantity = remaining
                notional = price * quantity // SCALE
                trade_price = price
                remaining -= quantity
                filled_quantity += quantity
                filled_notional += notional
                left = open_quantity - quantity
                level.quantity -= quantity
                maker.remaining_quantity = left
                maker.filled_quantity = maker_filled = maker.filled_quantity + quantity
                maker.filled_notional = maker_notional = maker.filled_notional + notional
                maker.updated_time_ns = time_ns
                maker.status = maker_status = _PARTIALLY_FILLED if left else _FILLED
                maker_seat = seats[maker.account]
                if taker_buys:
                    taker_fee = quantity * taker_ppm // _PPM
                    maker_fee = notional * maker_seat.maker_ppm // _PPM
                    maker.locked = locked = maker.locked - quantity
                    needed = left
                    maker_gives = maker_seat.base
                    maker_gives.locked -= quantity
                    maker_gets = maker_seat.quote
                    maker_gets.available += notional - maker_fee
                else:
                    taker_fee = notional * taker_ppm // _PPM
                    maker_fee = quantity * maker_seat.maker_ppm // _PPM
                    maker.locked = locked = maker.locked - notional
                    needed = price * left // SCALE if left else 0
                    maker_gives = maker_seat.quote
                    maker_gives.locked -= notional
                    maker_gets = maker_seat.base
                    maker_gets.available += quantity - maker_fee
                if locked != needed or (
                    maker_filled + left + maker.prevented_quantity != maker.quantity
                ):
                    raise InvariantBroken(f"{needed} must be locked, nothing lost: {maker}")
                touched.append(maker_gives)
                touched.append(maker_gets)
                taker_fees += taker_fee
                maker_fees += maker_fee
                trade = Traded(
                    len(log) + 1,
                    time_ns,
                    symbol,
                    len(trades) + 1,
                    price,
                    quantity,
                    notional,
                    taker,
                    maker,
                    _PARTIALLY_FILLED if remaining else _FILLED,
                    filled_quantity,
                    filled_notional,
                    maker_status,
                    maker_filled,
                    maker_notional,
                    taker_fee,
                    gets,
                    maker_fee,
                    gives,
                )
                log.append(trade)
                trades.append(trade)
                if is_iceberg:
                    refresh(level, maker, quantity)
                if not left:
                    level.queue.popleft()
                    del maker_seat.open[maker.client_order_id]
            quantity = level.quantity
            if quantity != level.told:
                level.told = quantity
                book.version = version = book.version + 1
                log.append(
                    LevelChanged(
                        len(log) + 1, time_ns, symbol, version, opposite.side, price, quantity
                    )
                )
            if not quantity:
                # It was the best level: no search is needed.
                keys.pop()
        taker.remaining_quantity = remaining
        if not trade_price:
            return remaining
        book.last_price = trade_price
        if taker.status is not _EXPIRED:
            taker.status = _PARTIALLY_FILLED if remaining else _FILLED
        taker.filled_quantity = filled_quantity
        taker.filled_notional = filled_notional
        quantity = filled_quantity - quantity_before
        notional = filled_notional - notional_before
        if taker_buys:
            seat.quote.available -= notional
            seat.base.available += quantity - taker_fees
            book.base_fees += taker_fees
            book.quote_fees += maker_fees
        else:
            seat.base.available -= quantity
            seat.quote.available += notional - taker_fees
            book.base_fees += maker_fees
            book.quote_fees += taker_fees
        touched.append(seat.base)
        touched.append(seat.quote)
        return remaining

    def _prevent(
        self, book: Book, taker: OrderState, maker: OrderState, seat: Seat, time_ns: int
    ) -> None:
        """Two orders of one account have met: the taker's mode says which of them gives way."""
        mode = taker.self_trade_prevention
        common = min(taker.remaining_quantity, maker.remaining_quantity)
        if mode is not SelfTradePrevention.EXPIRE_TAKER:
            is_decrement = mode is SelfTradePrevention.DECREMENT
            prevented = common if is_decrement else maker.remaining_quantity
            shrink(book, maker, seat, maker.remaining_quantity - prevented)
            self._tell_prevented(maker, prevented, taker, time_ns)
            if maker.list_id is not None:
                book.stirred.append(maker)
        if mode is not SelfTradePrevention.EXPIRE_MAKER:
            is_decrement = mode is SelfTradePrevention.DECREMENT
            prevented = common if is_decrement else taker.remaining_quantity
            taker.remaining_quantity -= prevented
            self._tell_prevented(taker, prevented, maker, time_ns)

    def _tell_prevented(
        self, order: OrderState, quantity: int, counter: OrderState, time_ns: int
    ) -> None:
        order.prevented_quantity += quantity
        order.updated_time_ns = time_ns
        if not order.remaining_quantity:
            order.status = _EXPIRED
        self.tell(
            OrderEvent.PREVENTED,
            order,
            time_ns,
            reason=None if order.remaining_quantity else ExpiryReason.SELF_TRADE,
            counter_order_id=counter.order_id,
        )

    def rest(self, book: Book, order: OrderState, seat: Seat, time_ns: int) -> None:
        """Lock what an order needs and queue it at its price."""
        remaining = order.remaining_quantity
        price = order.price
        assert price is not None, f"order {order.order_id} cannot rest without a price"
        if order.side is _BUY:
            side = book.bids
            key = price
            holding = seat.quote
            locked = price * remaining // SCALE
            book.touched.append(holding)
        else:
            side = book.asks
            key = -price
            holding = seat.base
            locked = remaining
            book.touched.append(holding)
        order.locked = locked
        holding.available -= locked
        holding.locked += locked
        seat.open[order.client_order_id] = order
        level = side.levels.get(key)
        if level is None:
            level = side.levels[key] = Level(price)
        if not level.quantity:
            insort(side.keys, key)
        level.queue.append(order)
        display = order.display_quantity
        if display is None:
            shown = remaining
        else:
            order.shown_quantity = shown = min(display, remaining)
            level.hidden += remaining - shown
        level.told = level.quantity = quantity = level.quantity + shown
        book.version = version = book.version + 1
        log = self.log
        log.append(
            LevelChanged(len(log) + 1, time_ns, book.symbol, version, order.side, price, quantity)
        )
        # Only an order that comes to rest can cross a book.
        bids = book.bid_keys
        asks = book.ask_keys
        if bids and asks and bids[-1] + asks[-1] >= 0:
            raise InvariantBroken(f"{book.symbol} is crossed: bid {bids[-1]}, ask {-asks[-1]}")
