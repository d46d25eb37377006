"""What a request asks for, and how much a book can give, before anything is taken. Pure."""

from collections.abc import Iterator

from venueproof_core.models import OrderType, Side, TimeInForce
from venueproof_simulator.matching.book import Book, BookSide
from venueproof_simulator.venue_core import (
    SCALE,
    Refusal,
    Refused,
    SelfTradePrevention,
    SubmitOrder,
)

_BUY = Side.BUY
_LIMIT = OrderType.LIMIT
_MARKET = OrderType.MARKET
_WITH_PRICE = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT})
_FORCES = frozenset({TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK})


def size(book: Book, request: SubmitOrder) -> tuple[int, int, int | None]:
    """What a request comes to in its book's terms.

    Returns:
        Its quantity in base; what its account must have available, quote units for a BUY, base units for a
        SELL; and the worst key of the opposite side that it takes, ``None`` for any.

    Raises:
        Refused: NO_LIQUIDITY: a MARKET order by quote cannot get one lot.
        ValueError: The request is not one that a dialect's parameter checks and filters let through.
    """
    rules = book.rules
    order_type = request.order_type
    quantity = request.quantity
    price = request.price
    buys = request.side is _BUY
    limit_key: int | None = None
    if order_type is _MARKET:
        quantity, need = _size_market(book, request)
    else:
        if (price is not None) is not (order_type in _WITH_PRICE):
            raise ValueError(f"price missing or not for this type: {request}")
        if (request.stop_price is None) is not (order_type is _LIMIT):
            raise ValueError(f"stop price missing or not for this type: {request}")
        reference = request.stop_price if price is None else price
        if reference is None or quantity is None:
            raise ValueError(f"no price or quantity: {request}")
        if reference <= 0 or reference % rules.tick_size:
            raise ValueError(f"price off the tick size {rules.tick_size}: {request}")
        need = reference * quantity // SCALE if buys else quantity
        if price is not None:
            limit_key = -price if buys else price
    lot_size = rules.lot_size
    display = request.display_quantity
    if (
        quantity <= 0
        or quantity % lot_size
        or (display is not None and (display <= 0 or display % lot_size))
    ):
        raise ValueError(f"quantity off the lot size {lot_size}: {request}")
    if request.time_in_force not in _FORCES:
        raise ValueError(f"no such time in force here: {request}")
    return quantity, need, limit_key


def reaches(book: Book, side: Side, limit_key: int | None) -> bool:
    """Whether an order of ``side`` would take at once."""
    keys = (book.asks if side is _BUY else book.bids).keys
    return bool(keys) and (limit_key is None or keys[-1] >= limit_key)


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


def fillable(side: BookSide, limit_key: int | None, without: str | None) -> int:
    """Base quantity that stands at ``limit_key`` or better; orders of account ``without`` do not count."""
    return sum(quantity for _, quantity in _reachable(side, limit_key, without))


def cost(side: BookSide, quantity: int, without: str | None) -> int:
    """Quote units that taking ``quantity`` moves, as far as the book goes."""
    total = 0
    for price, available in _reachable(side, None, without):
        taken = min(available, quantity)
        total += price * taken // SCALE
        quantity -= taken
        if not quantity:
            break
    return total


def quantity_for(side: BookSide, amount: int, lot_size: int, without: str | None) -> int:
    """The largest quantity in whole lots whose notional does not exceed ``amount``; 0 if not one lot."""
    total = 0
    for price, available in _reachable(side, None, without):
        affordable = amount * SCALE // price // lot_size * lot_size
        taken = min(available, affordable)
        total += taken
        amount -= price * taken // SCALE
        if taken < available:
            break
    return total


def _reachable(
    side: BookSide, limit_key: int | None, without: str | None
) -> Iterator[tuple[int, int]]:
    for key in reversed(side.keys):
        if limit_key is not None and key < limit_key:
            return
        level = side.levels[key]
        quantity = level.quantity + level.hidden
        if without is not None:
            quantity -= sum(
                order.remaining_quantity for order in level.queue if order.account == without
            )
        if quantity:
            yield side.sign * key, quantity
