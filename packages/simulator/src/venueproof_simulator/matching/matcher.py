"""What happens to orders on a book: they take, rest, shrink and end.

The taker's loop is the hot path of the simulator. It works on integers in locals, tells a level once
after all its trades, and leaves balances to be told at the end of the call.
"""

from collections import deque

from venueproof_core.models import OrderStatus, Side, TimeInForce
from venueproof_simulator.ledger import Holding
from venueproof_simulator.matching.book import Book, BookSide
from venueproof_simulator.matching.resting import key_of, lock, refresh, shrink, side_of, unlock
from venueproof_simulator.matching.sizing import cost, fillable, reaches
from venueproof_simulator.matching.traders import Trader
from venueproof_simulator.venue_core import (
    SCALE,
    Event,
    ExpiryReason,
    InvariantBroken,
    OrderChanged,
    OrderEvent,
    OrderState,
    SelfTradePrevention,
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

    def __init__(self, log: list[Event], traders: dict[str, Trader]) -> None:
        self.log = log
        self.traders = traders

    def execute(
        self, book: Book, order: OrderState, trader: Trader, limit_key: int | None, time_ns: int
    ) -> None:
        """Let an accepted order take what it can reach; the rest goes on the book or expires.

        Args:
            limit_key: Worst key of the opposite side that it takes; ``None`` takes any.
        """
        opposite = book.asks if order.side is _BUY else book.bids
        keys = opposite.keys
        force = order.time_in_force
        if force is _FOK and not self._can_fill(opposite, order, limit_key):
            self.end(order, trader, ExpiryReason.FOK_UNFILLABLE, time_ns)
            return
        if keys and (limit_key is None or keys[-1] >= limit_key):
            self._take(book, opposite, order, trader, limit_key, time_ns)
            if not order.remaining_quantity:
                return
        if order.price is None:
            self.end(order, trader, ExpiryReason.NO_LIQUIDITY, time_ns)
        elif force is _GTC:
            self._rest(book, order, trader, time_ns)
        else:
            self.end(order, trader, ExpiryReason.IOC_REMAINDER, time_ns)

    def end(self, order: OrderState, trader: Trader, reason: ExpiryReason, time_ns: int) -> None:
        """Expire what remains of an order that is not on the book."""
        order.remaining_quantity = 0
        order.status = _EXPIRED
        order.updated_time_ns = time_ns
        trader.open.pop(order.client_order_id, None)
        self.tell(OrderEvent.EXPIRED, order, time_ns, reason=reason)

    def run_triggers(self, book: Book, count: int, time_ns: int) -> None:
        """Trigger what the trades after the first ``count`` reached, then what those orders' trades reach."""
        trades = book.trades
        reached: deque[OrderState] = deque()
        while True:
            for trade in trades[count:]:
                reached.extend(book.triggers.pop_reached(trade.price))
            if not reached:
                return
            count = len(trades)
            self._trigger(book, reached.popleft(), time_ns)

    def _trigger(self, book: Book, order: OrderState, time_ns: int) -> None:
        trader = self.traders[order.account]
        # The opposite side's key of a price is the negative of this side's.
        limit_key = None if order.price is None else -key_of(order)
        unlock(book, order, trader)
        if self._is_refused(book, order, trader, limit_key):
            self.end(order, trader, ExpiryReason.REJECTED_AT_TRIGGER, time_ns)
            return
        order.is_working = True
        order.working_time_ns = order.updated_time_ns = time_ns
        self.tell(OrderEvent.TRIGGERED, order, time_ns)
        self.execute(book, order, trader, limit_key, time_ns)
        if not order.remaining_quantity:
            trader.open.pop(order.client_order_id, None)

    def _is_refused(
        self, book: Book, order: OrderState, trader: Trader, limit_key: int | None
    ) -> bool:
        """Whether an order that triggers would not be accepted now."""
        if order.post_only and reaches(book, order.side, limit_key):
            return True
        if order.price is not None or order.side is not _BUY:
            return False
        # A buyer without a limit price locked stop price x quantity, which the book may exceed by now.
        needed = cost(book.asks, order.remaining_quantity, None)
        return needed > trader.holdings[book.quote].available

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

    def tell_level(self, book: Book, order: OrderState, time_ns: int) -> None:
        """Publish the level of an order that rests or rested, if it changed."""
        book.tell(side_of(book, order), key_of(order), self.log, time_ns)

    def _take(
        self,
        book: Book,
        opposite: BookSide,
        taker: OrderState,
        trader: Trader,
        limit_key: int | None,
        time_ns: int,
    ) -> None:
        log = self.log
        traders = self.traders
        trades = book.trades
        count = len(trades)
        symbol = book.symbol
        sign = opposite.sign
        keys = opposite.keys
        levels = opposite.levels
        account = taker.account
        is_guarded = taker.self_trade_prevention is not _NONE
        taker_buys = taker.side is _BUY
        # A buyer gives quote for base, a seller base for quote; the maker the other way round.
        if taker_buys:
            gives, gets = book.quote, book.base
            gives_touched, gets_touched = book.touched_quote, book.touched_base
        else:
            gives, gets = book.base, book.quote
            gives_touched, gets_touched = book.touched_base, book.touched_quote
        taker_gives = trader.holdings[gives]
        taker_gets = trader.holdings[gets]
        gives_touched.append(taker_gives)
        gets_touched.append(taker_gets)
        gives_fees = 0
        gets_fees = 0
        taker_ppm = trader.taker_ppm
        remaining = taker.remaining_quantity
        filled_quantity = taker.filled_quantity
        filled_notional = taker.filled_notional
        while remaining and keys:
            key = keys[-1]
            if limit_key is not None and key < limit_key:
                break
            price = sign * key
            level = levels[key]
            queue = level.queue
            while remaining and level.quantity:
                maker = queue[0]
                open_quantity = maker.remaining_quantity
                if not open_quantity:
                    queue.popleft()
                    level.ended -= 1
                    continue
                if is_guarded and maker.account == account:
                    if filled_quantity:
                        taker.status = _PARTIALLY_FILLED
                    taker.remaining_quantity = remaining
                    taker.filled_quantity = filled_quantity
                    taker.filled_notional = filled_notional
                    self._prevent(book, taker, maker, trader, time_ns)
                    remaining = taker.remaining_quantity
                    queue = level.queue
                    continue
                is_iceberg = maker.display_quantity is not None
                quantity = maker.shown_quantity if is_iceberg else open_quantity
                if quantity > remaining:
                    quantity = remaining
                notional = price * quantity // SCALE
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
                maker_trader = traders[maker.account]
                if taker_buys:
                    paid, received = notional, quantity
                    need = left
                else:
                    paid, received = quantity, notional
                    need = price * left // SCALE
                maker.locked = locked = maker.locked - received
                if locked != need or (
                    maker_filled + left + maker.prevented_quantity != maker.quantity
                ):
                    raise InvariantBroken(
                        f"order {maker.order_id}: locked {locked}, needs {need}; filled {maker_filled}"
                        f" + remaining {left} + prevented {maker.prevented_quantity}"
                        f" of {maker.quantity}"
                    )
                taker_fee = received * taker_ppm // _PPM
                maker_fee = paid * maker_trader.maker_ppm // _PPM
                gets_fees += taker_fee
                gives_fees += maker_fee
                holdings = maker_trader.holdings
                maker_gives: Holding = holdings[gets]
                maker_gets: Holding = holdings[gives]
                taker_gives.available -= paid
                taker_gets.available += received - taker_fee
                maker_gives.locked -= received
                maker_gets.available += paid - maker_fee
                gets_touched.append(maker_gives)
                gives_touched.append(maker_gets)
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
                if not left:
                    maker.shown_quantity = 0
                    queue.popleft()
                    del maker_trader.open[maker.client_order_id]
                elif is_iceberg:
                    refresh(level, maker, quantity)
            book.tell(opposite, key, log, time_ns)
        if len(trades) > count:
            taker.filled_quantity = filled_quantity
            taker.filled_notional = filled_notional
            taker.updated_time_ns = time_ns
            book.last_price = trades[-1].price
            if taker.status is not _EXPIRED:
                taker.status = _PARTIALLY_FILLED if remaining else _FILLED
            if taker_buys:
                book.base_fees += gets_fees
                book.quote_fees += gives_fees
            else:
                book.base_fees += gives_fees
                book.quote_fees += gets_fees
        taker.remaining_quantity = remaining

    def _prevent(
        self, book: Book, taker: OrderState, maker: OrderState, trader: Trader, time_ns: int
    ) -> None:
        """Two orders of one account have met: the taker's mode says which of them gives way."""
        mode = taker.self_trade_prevention
        common = min(taker.remaining_quantity, maker.remaining_quantity)
        if mode is not SelfTradePrevention.EXPIRE_TAKER:
            is_decrement = mode is SelfTradePrevention.DECREMENT
            prevented = common if is_decrement else maker.remaining_quantity
            shrink(book, maker, trader, maker.remaining_quantity - prevented)
            self._tell_prevented(maker, prevented, taker, time_ns)
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

    def _rest(self, book: Book, order: OrderState, trader: Trader, time_ns: int) -> None:
        side = side_of(book, order)
        key = key_of(order)
        lock(book, order, trader)
        trader.open[order.client_order_id] = order
        side.add(order, key)
        book.tell(side, key, self.log, time_ns)

    def _can_fill(self, opposite: BookSide, order: OrderState, limit_key: int | None) -> bool:
        # Any mode but NONE keeps an order from filling against its own account.
        guarded = order.self_trade_prevention is not _NONE
        without = order.account if guarded else None
        return fillable(opposite, limit_key, without) >= order.remaining_quantity
