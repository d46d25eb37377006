"""Orders, fills and the words they are described with."""

from decimal import Decimal
from enum import Enum

import msgspec


class Side(Enum):
    """Which way an order trades."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def opposite(self) -> "Side":
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(Enum):
    """How an order is priced. Post-only is a flag of a LIMIT order, not a type."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"
    STOP = "STOP"
    STOP_LIMIT = "STOP_LIMIT"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_LIMIT = "TAKE_PROFIT_LIMIT"


class TimeInForce(Enum):
    """How long an order lives."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTD = "GTD"
    DAY = "DAY"


class OrderStatus(Enum):
    """Where an order stands."""

    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


TERMINAL_STATUSES = frozenset(
    {OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.EXPIRED}
)


class SelfTradePrevention(Enum):
    """What becomes of an order that would trade with another of the same account. The taker's mode decides.

    DECREMENT takes the smaller remaining quantity off both. What is taken off never fills.
    """

    NONE = "NONE"
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"
    DECREMENT = "DECREMENT"


class Liquidity(Enum):
    """Whether our order rested (MAKER) or took (TAKER)."""

    MAKER = "MAKER"
    TAKER = "TAKER"


class OrderRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An order to place.

    Attributes:
        quantity: In base. Exactly one of ``quantity`` and ``quote_quantity`` is given.
        quote_quantity: What a MARKET order may spend (BUY) or must raise (SELL), in quote.
        price: Limit price; absent for MARKET, STOP and TAKE_PROFIT.
        stop_price: Trigger price of the STOP and TAKE_PROFIT families.
        time_in_force: Absent where the type has none (MARKET, post-only).
        display_quantity: The visible part of an iceberg order, in base.
        trailing_ratio: STOP and TAKE_PROFIT families: it follows the price, and triggers when the price has turned
            back by this fraction of its best: ``0.01`` is one per cent. With a stop price it begins there.
        self_trade_prevention: Absent leaves it to the venue.
    """

    symbol: str
    side: Side
    order_type: OrderType
    client_order_id: str
    quantity: Decimal | None = None
    quote_quantity: Decimal | None = None
    price: Decimal | None = None
    stop_price: Decimal | None = None
    time_in_force: TimeInForce | None = None
    post_only: bool = False
    display_quantity: Decimal | None = None
    trailing_ratio: Decimal | None = None
    self_trade_prevention: SelfTradePrevention | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as somebody knows it: the venue's truth, or a connector's view.

    Attributes:
        quantity: In base; ``None`` for a MARKET order by quote of which nothing is known yet.
        filled_quantity: Cumulative, in base.
        filled_notional: Cumulative price x quantity of the fills, in quote; ``None`` where not told.
        created_time_ns: Venue time of acceptance.
        updated_time_ns: Venue time of the last change.
    """

    symbol: str
    client_order_id: str
    venue_order_id: str
    side: Side
    order_type: OrderType
    status: OrderStatus
    quantity: Decimal | None
    filled_quantity: Decimal
    filled_notional: Decimal | None = None
    price: Decimal | None = None
    stop_price: Decimal | None = None
    time_in_force: TimeInForce | None = None
    post_only: bool = False
    created_time_ns: int | None = None
    updated_time_ns: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can still fill."""
        return self.status not in TERMINAL_STATUSES

    @property
    def remaining_quantity(self) -> Decimal | None:
        """What is not filled, in base; says nothing about whether it can still fill."""
        return None if self.quantity is None else self.quantity - self.filled_quantity


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """Our part of one match.

    Attributes:
        trade_id: The venue's, unique within the symbol.
        fee: Cost in ``fee_currency``; negative is a rebate.
        client_order_id: ``None`` where the venue's reply does not carry it.
    """

    symbol: str
    trade_id: str
    venue_order_id: str
    side: Side
    price: Decimal
    quantity: Decimal
    fee: Decimal | None
    fee_currency: str | None
    liquidity: Liquidity | None
    venue_time_ns: int
    client_order_id: str | None = None
