"""What a request asks for, and how much a book can give, before anything is taken. Pure."""

from collections.abc import Iterator

from venueproof_core.models import OrderType, SelfTradePrevention, Side, TimeInForce
from venueproof_simulator.matching.book import Book, BookSide
from venueproof_simulator.venue_core import (
    SCALE,
    OrderState,
    Refusal,
    Refused,
    SubmitOrder,
)

NO_LIMIT = -(10**30)
"""A key below any level's: the limit of orders without a price."""

_BUY = Side.BUY
_LIMIT = OrderType.LIMIT
_MARKET = OrderType.MARKET
_LIMITED = frozenset({_LIMIT, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT})
_FORCES = frozenset({TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK})


def size(book: Book, request: SubmitOrder) -> tuple[int, int, int]:
    """What a request of any kind comes to in its book's terms.

    Returns:
        Its quantity in base; what its account must have available, quote units for a BUY, base units for a
        SELL; and the worst key of the opposite side that it takes.

    Raises:
        Refused: NO_LIQUIDITY: a MARKET order by quote cannot get one lot.
        ValueError: The request is not one that a dialect's parameter checks and filters let through.
    """
    rules = book.rules
    buys = request.side is _BUY
    if request.order_type is _MARKET:
        quantity, need = _size_market(book, request)
    else:
        reference = _reference_price(request)
        quantity = request.quantity or 0
        if reference < 0 or reference % rules.tick_size:
            raise ValueError(f"price off the tick size: {request}")
        need = reference * quantity // SCALE if buys else quantity
    if quantity <= 0 or quantity % rules.lot_size:
        raise ValueError(f"no quantity, or off the lot size: {request}")
    display = request.display_quantity
    if display is not None and (display <= 0 or display % rules.lot_size):
        raise ValueError(f"display quantity off the lot size: {request}")
    if request.time_in_force not in _FORCES:
        raise ValueError(f"no such time in force here: {request}")
    return quantity, need, limit_key_of(request.side, request.price)


def is_pending(order_type: OrderType) -> bool:
    """Whether orders of this type wait for trades before they work."""
    return order_type is not _LIMIT and order_type is not _MARKET


def _reference_price(request: SubmitOrder) -> int:
    """What an order's funds are locked at: its limit price if it has one, else its stop price, else nothing."""
    delta = request.trailing_delta
    if (request.price is not None) is not (request.order_type in _LIMITED):
        raise ValueError(f"price missing, or not for this type beside its stop price: {request}")
    if is_pending(request.order_type) and request.stop_price is None and delta is None:
        raise ValueError(f"no stop price and no trailing delta: {request}")
    if delta is not None and not 0 < delta < 10_000:
        raise ValueError(f"trailing delta off its range: {request}")
    if request.price is not None:
        return request.price
    return request.stop_price or 0


def limit_key_of(side: Side, price: int | None) -> int:
    """The worst key of the opposite side that an order of ``side`` takes at this limit price, if any."""
    if price is None:
        return NO_LIMIT
    return -price if side is _BUY else price


def reaches(book: Book, side: Side, limit_key: int) -> bool:
    """Whether an order of ``side`` would take at once."""
    keys = (book.asks if side is _BUY else book.bids).keys
    return bool(keys) and keys[-1] >= limit_key


def _size_market(book: Book, request: SubmitOrder) -> tuple[int, int]:
    buys = request.side is _BUY
    opposite = book.asks if buys else book.bids
    expires_maker = request.self_trade_prevention is SelfTradePrevention.EXPIRE_MAKER
    without = request.account if expires_maker else None
    quantity = request.quantity
    if quantity is not None:
        return quantity, cost(opposite, quantity, without) if buys else quantity
    amount = request.quote_quantity
    if amount is None:
        raise ValueError(f"MARKET order without quantity: {request}")
    quantity = quantity_for(opposite, amount, book.rules.lot_size, without)
    if not quantity:
        raise Refused(Refusal.NO_LIQUIDITY)
    return quantity, amount if buys else quantity


def can_fill(side: BookSide, order: OrderState, limit_key: int) -> bool:
    """Whether an order could fill in whole without its self-trade prevention taking any of it."""
    mode = order.self_trade_prevention
    if mode is SelfTradePrevention.NONE or mode is SelfTradePrevention.EXPIRE_MAKER:
        without = order.account if mode is SelfTradePrevention.EXPIRE_MAKER else None
        levels = _reachable(side, limit_key, without)
        return sum(quantity for _, quantity in levels) >= order.remaining_quantity
    return _before_own(side, order, limit_key) >= order.remaining_quantity


def cost(side: BookSide, quantity: int, without: str | None) -> int:
    """Quote units that taking ``quantity`` moves, as far as the book goes."""
    total = 0
    for price, available in _reachable(side, NO_LIMIT, without):
        taken = min(available, quantity)
        total += price * taken // SCALE
        quantity -= taken
        if not quantity:
            break
    return total


def quantity_for(side: BookSide, amount: int, lot_size: int, without: str | None) -> int:
    """The largest quantity in whole lots whose notional does not exceed ``amount``; 0 if not one lot."""
    total = 0
    for price, available in _reachable(side, NO_LIMIT, without):
        affordable = amount * SCALE // price // lot_size * lot_size
        taken = min(available, affordable)
        total += taken
        amount -= price * taken // SCALE
        if taken < available:
            break
    return total


def _reachable(side: BookSide, limit_key: int, without: str | None) -> Iterator[tuple[int, int]]:
    for key in reversed(side.keys):
        if key < limit_key:
            return
        level = side.levels[key]
        quantity = level.quantity + level.hidden
        if without is not None:
            quantity -= sum(
                order.remaining_quantity for order in level.queue if order.account == without
            )
        if quantity:
            yield side.sign * key, quantity


def _before_own(side: BookSide, taker: OrderState, limit_key: int) -> int:
    """What a taker would fill before it meets an order of its own account."""
    total = 0
    for key in reversed(side.keys):
        if key < limit_key:
            break
        level = side.levels[key]
        ahead = 0
        for order in level.queue:
            if order.account == taker.account and order.remaining_quantity:
                # What icebergs ahead hold back queues behind this order.
                return total + ahead
            is_iceberg = order.display_quantity is not None
            ahead += order.shown_quantity if is_iceberg else order.remaining_quantity
        total += level.quantity + level.hidden
    return total
