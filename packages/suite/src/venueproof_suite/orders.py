"""Orders that an instrument takes: on tick and lot, above the minimum, each with its own id."""

import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from venueproof_core.models import (
    Instrument,
    OrderBook,
    OrderRequest,
    OrderType,
    Side,
    TimeInForce,
)

# Far enough to rest whatever a still market does, near enough for every venue's price bands.
FAR = Decimal("0.1")
# Crossing orders are priced this much through the best level, so that a moved book still fills them.
THROUGH = Decimal("0.02")
# Default quantities are this many times the smallest, so that an order can fill in parts.
PARTS = 4


@dataclass(frozen=True)
class MarketView:
    """What orders are derived from: the instruments, and each book as it was looked at."""

    instruments: Mapping[str, Instrument]
    books: Mapping[str, OrderBook]


class OrderFactory:
    """Makes order requests. Nothing is sent.

    Args:
        look: Reads the instruments and books anew.
        prefix: Start of every client order id; differs between workers, so that cases that share an
            account never use the same id.
    """

    def __init__(
        self,
        view: MarketView,
        look: Callable[[], Awaitable[MarketView]],
        *,
        symbols: Sequence[str],
        prefix: str,
    ) -> None:
        self._view = view
        self._look = look
        self._symbol = symbols[0]
        self._prefix = prefix
        self._numbers = itertools.count(1)

    async def refresh(self) -> None:
        """Look at the market again, after a case has moved it."""
        self._view = await self._look()

    def client_order_id(self) -> str:
        """A new client order id."""
        return f"{self._prefix}{next(self._numbers)}"

    def far_from_market(
        self,
        side: Side = Side.BUY,
        *,
        symbol: str | None = None,
        quantity: Decimal | None = None,
        **changes: Any,
    ) -> OrderRequest:
        """A limit order about a tenth away from its side's best price: it rests."""
        best = self._best(symbol, side)
        away = 1 - FAR if side is Side.BUY else 1 + FAR
        price = self._on_tick(best * away, side, symbol)
        return self.limit(side, price, quantity, symbol=symbol, **changes)

    def crossing(
        self,
        quantity: Decimal | None = None,
        side: Side = Side.BUY,
        *,
        symbol: str | None = None,
        **changes: Any,
    ) -> OrderRequest:
        """A limit order through the other side's best price: it fills at once as far as the book goes."""
        best = self._best(symbol, side.opposite)
        through = 1 + THROUGH if side is Side.BUY else 1 - THROUGH
        price = self._on_tick(best * through, side, symbol)
        return self.limit(side, price, quantity, symbol=symbol, **changes)

    def limit(
        self,
        side: Side,
        price: Decimal,
        quantity: Decimal | None = None,
        *,
        symbol: str | None = None,
        time_in_force: TimeInForce | None = TimeInForce.GTC,
        post_only: bool = False,
        **changes: Any,
    ) -> OrderRequest:
        """A limit order at this price; without a quantity it has a few times the smallest."""
        return self._request(
            symbol,
            side=side,
            order_type=OrderType.LIMIT,
            price=price,
            quantity=self._default_quantity(price, symbol) if quantity is None else quantity,
            time_in_force=None if post_only else time_in_force,
            post_only=post_only,
            **changes,
        )

    def market(
        self,
        side: Side = Side.BUY,
        quantity: Decimal | None = None,
        *,
        quote_quantity: Decimal | None = None,
        symbol: str | None = None,
        **changes: Any,
    ) -> OrderRequest:
        """A market order by base quantity, or by an amount of quote currency if that is given."""
        if quantity is None and quote_quantity is None:
            quantity = self._default_quantity(self._best(symbol, side.opposite), symbol)
        return self._request(
            symbol,
            side=side,
            order_type=OrderType.MARKET,
            quantity=quantity,
            quote_quantity=quote_quantity,
            **changes,
        )

    def price_near(self, side: Side, *, ticks_away: int = 0, symbol: str | None = None) -> Decimal:
        """The best price of a side, so many ticks further from the other side."""
        away = self.instrument(symbol).tick_size * ticks_away
        best = self._best(symbol, side)
        return best - away if side is Side.BUY else best + away

    def smallest_quantity(self, price: Decimal, symbol: str | None = None) -> Decimal:
        """The smallest quantity that the instrument's rules allow at a price."""
        instrument = self.instrument(symbol)
        least = instrument.minimum_quantity
        if instrument.minimum_notional is not None:
            least = max(least, instrument.minimum_notional / price)
        lots = (least / instrument.lot_size).to_integral_value(ROUND_CEILING)
        return lots * instrument.lot_size

    def instrument(self, symbol: str | None = None) -> Instrument:
        """The rules of an instrument; of the first symbol unless another is named."""
        return self._view.instruments[symbol or self._symbol]

    def _default_quantity(self, price: Decimal, symbol: str | None) -> Decimal:
        return PARTS * self.smallest_quantity(price, symbol)

    def _request(self, symbol: str | None, **fields: Any) -> OrderRequest:
        fields.setdefault("client_order_id", self.client_order_id())
        return OrderRequest(symbol=symbol or self._symbol, **fields)

    def _best(self, symbol: str | None, side: Side) -> Decimal:
        book = self._view.books[symbol or self._symbol]
        levels = book.bids if side is Side.BUY else book.asks
        if not levels:
            raise LookupError(f"{book.symbol} has no {side.value} level to derive a price from")
        return levels[0].price

    def _on_tick(self, price: Decimal, side: Side, symbol: str | None) -> Decimal:
        tick = self.instrument(symbol).tick_size
        rounding = ROUND_FLOOR if side is Side.BUY else ROUND_CEILING
        return (price / tick).to_integral_value(rounding) * tick
