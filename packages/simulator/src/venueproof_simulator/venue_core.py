"""What a venue core is: the interface behind which order matching and quote-driven dealing live.

All money is in integers of 1e-8 (``SCALE``): prices in quote per base, quantities in base, amounts in
their asset. A core knows no wire, no account names of a venue, no limits and no clock: every call is
given the time. Everything that happens is appended to one event log, from which REST replies, stream
events and truth all derive.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Protocol

import msgspec

from venueproof_core.models import (
    InstrumentStatus,
    OrderStatus,
    OrderType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)

SCALE = 100_000_000


def to_units(value: Decimal) -> int:
    """Decimal to integer units of 1e-8.

    Raises:
        ValueError: It has digits beyond 1e-8.
    """
    scaled = value * SCALE
    units = int(scaled)
    if units != scaled:
        raise ValueError(f"{value} has digits beyond 1e-8")
    return units


def to_decimal(units: int) -> Decimal:
    """Integer units of 1e-8 to Decimal, without trailing zeros and without an exponent."""
    value = Decimal(units).scaleb(-8).normalize()
    return value.quantize(Decimal(1)) if value.as_tuple().exponent > 0 else value  # type: ignore[operator]


class InstrumentRules(msgspec.Struct, kw_only=True):
    """An instrument, in units. ``None`` bounds do not apply. Rules are checked by the dialect's filters."""

    symbol: str
    base: str
    quote: str
    tick_size: int
    lot_size: int
    minimum_quantity: int
    maximum_quantity: int | None = None
    minimum_notional: int | None = None
    status: InstrumentStatus = InstrumentStatus.TRADING


class SubmitOrder(msgspec.Struct, kw_only=True):
    """An order as it reaches the core, in units; already past the dialect's parameter checks and filters.

    Attributes:
        quantity: In base; ``None`` for a MARKET order by quote.
        quote_quantity: MARKET by quote: what may be spent or must be raised.
        trailing_delta: Stop family: triggers when the price has turned by so many 1/10,000 of its best
            since it reached the stop price, or since the next trade where there is no stop price.
        attributes: Whatever the dialect must remember with the order (strategy ids and the like).
        expires_when_taking: A post-only order that would take is accepted and expires at once, instead of being
            refused.
    """

    account: str
    symbol: str
    side: Side
    order_type: OrderType
    client_order_id: str
    quantity: int | None = None
    quote_quantity: int | None = None
    price: int | None = None
    stop_price: int | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    post_only: bool = False
    display_quantity: int | None = None
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.NONE
    attributes: dict[str, object] | None = None
    trailing_delta: int | None = None
    expires_when_taking: bool = False


class OrderState(msgspec.Struct, gc=False):
    """An order inside a core, live: later calls change it. Events carry what was true when they happened.

    Attributes:
        order_id: Rises by one per accepted order of the venue.
        filled_notional: Sum of price x quantity of the fills, in quote units.
        prevented_quantity: Taken away by self-trade prevention.
        is_working: On the book, or was; False for a stop that has not triggered.
        working_time_ns: When it went on the book or took; ``None`` before.
        remaining_quantity: What can still fill, in base; 0 once the order has ended.
        shown_quantity: The part of an iceberg's remaining quantity that levels show now; else 0.
        locked: Funds this order holds now: quote units for a BUY, base units for a SELL.
        list_id: The order list it is a leg of.
        is_held: A leg that waits for the working order of its list to fill; it locks nothing.
        trailing_time_ns: When it began to follow the price; ``None`` before, or without a trailing delta.
    """

    order_id: int
    account: str
    symbol: str
    side: Side
    order_type: OrderType
    client_order_id: str
    quantity: int
    quote_quantity: int | None
    price: int | None
    stop_price: int | None
    time_in_force: TimeInForce
    post_only: bool
    self_trade_prevention: SelfTradePrevention
    status: OrderStatus
    filled_quantity: int = 0
    filled_notional: int = 0
    prevented_quantity: int = 0
    display_quantity: int | None = None
    is_working: bool = True
    created_time_ns: int = 0
    updated_time_ns: int = 0
    working_time_ns: int | None = None
    attributes: dict[str, object] | None = None
    remaining_quantity: int = 0
    shown_quantity: int = 0
    locked: int = 0
    list_id: int | None = None
    is_held: bool = False
    trailing_delta: int | None = None
    trailing_time_ns: int | None = None


class OrderEvent(Enum):
    """What happened to an order, fills apart (those are ``Traded``).

    RELEASED: a held leg of a list is held no more; it rests, takes or waits for its stop price.
    """

    ACCEPTED = "ACCEPTED"
    RELEASED = "RELEASED"
    TRIGGERED = "TRIGGERED"
    AMENDED = "AMENDED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    PREVENTED = "PREVENTED"


class ExpiryReason(Enum):
    """Why an order expired."""

    IOC_REMAINDER = "IOC_REMAINDER"
    FOK_UNFILLABLE = "FOK_UNFILLABLE"
    NO_LIQUIDITY = "NO_LIQUIDITY"
    SELF_TRADE = "SELF_TRADE"
    VENUE = "VENUE"
    REJECTED_AT_TRIGGER = "REJECTED_AT_TRIGGER"
    TIME_IN_FORCE = "TIME_IN_FORCE"
    PRICE_BOUND = "PRICE_BOUND"
    INSUFFICIENT_MARGIN = "INSUFFICIENT_MARGIN"
    MARKET_CLOSED = "MARKET_CLOSED"
    POSITION_RULE = "POSITION_RULE"
    TRADE_CLOSED = "TRADE_CLOSED"
    OTHER_LEG = "OTHER_LEG"
    WORKING_LEG_EXPIRED = "WORKING_LEG_EXPIRED"
    WOULD_TAKE = "WOULD_TAKE"


class OrderChanged(msgspec.Struct, gc=False):
    """An order's state changed without a fill; the fields after ``order`` are as of this event.

    Attributes:
        request_id: Client-made id of the cancel or amend that caused it, if one was given.
        client_order_id: The order's own id before the request changed it.
        prevented_quantity: Taken away by self-trade prevention so far, as of this event.
        counter_order_id: PREVENTED only: the order of the same account that it would have traded with.
    """

    sequence: int
    time_ns: int
    kind: OrderEvent
    order: OrderState
    status: OrderStatus
    quantity: int
    filled_quantity: int
    filled_notional: int
    client_order_id: str
    request_id: str | None = None
    reason: ExpiryReason | None = None
    prevented_quantity: int = 0
    counter_order_id: int | None = None


class Traded(msgspec.Struct, gc=False):
    """Two orders matched. Fees are positive costs in units of their asset."""

    sequence: int
    time_ns: int
    symbol: str
    trade_id: int
    price: int
    quantity: int
    notional: int
    taker: OrderState
    maker: OrderState
    taker_status: OrderStatus
    taker_filled_quantity: int
    taker_filled_notional: int
    maker_status: OrderStatus
    maker_filled_quantity: int
    maker_filled_notional: int
    taker_fee: int
    taker_fee_asset: str
    maker_fee: int
    maker_fee_asset: str


class LevelChanged(msgspec.Struct, gc=False):
    """The total quantity at a price is now ``quantity``; zero: the level is gone. One version each."""

    sequence: int
    time_ns: int
    symbol: str
    version: int
    side: Side
    price: int
    quantity: int


class BalanceChanged(msgspec.Struct, gc=False):
    """Funds of an account in an asset, after the change.

    Attributes:
        delta: Change of the total from outside (deposit, withdrawal); 0 for trading.
    """

    sequence: int
    time_ns: int
    account: str
    asset: str
    available: int
    locked: int
    delta: int = 0


class CoreEvent(msgspec.Struct, gc=False):
    """Base of the events that only one kind of core logs; they are defined beside that core."""

    sequence: int
    time_ns: int


Event = OrderChanged | Traded | LevelChanged | BalanceChanged | CoreEvent


class Refusal(Enum):
    """Why a core refuses a request; dialects map each to a code and text."""

    INSUFFICIENT_BALANCE = "INSUFFICIENT_BALANCE"
    DUPLICATE_CLIENT_ORDER_ID = "DUPLICATE_CLIENT_ORDER_ID"
    WOULD_TAKE = "WOULD_TAKE"
    WOULD_TRIGGER = "WOULD_TRIGGER"
    UNKNOWN_ORDER = "UNKNOWN_ORDER"
    MARKET_CLOSED = "MARKET_CLOSED"
    NO_LIQUIDITY = "NO_LIQUIDITY"
    QUANTITY_INCREASE = "QUANTITY_INCREASE"
    NO_CHANGE = "NO_CHANGE"
    UNKNOWN_POSITION = "UNKNOWN_POSITION"
    EXCEEDS_POSITION = "EXCEEDS_POSITION"


class Refused(Exception):
    """The core did nothing: the state is as before."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class FeeSchedule(msgspec.Struct, frozen=True):
    """Rates in parts per million of what the account receives; negative is a rebate."""

    maker_ppm: int = 1000
    taker_ppm: int = 1000


class VenueCore(Protocol):
    """A core. Methods raise ``Refused`` and then have changed nothing."""

    log: list[Event]
    instruments: Mapping[str, InstrumentRules]

    def open_account(self, name: str, balances: Mapping[str, int], fees: FeeSchedule) -> None:
        """Create an account with these funds, in units by asset. An outside deposit: money is conserved after."""
        ...

    def fees(self, account: str) -> FeeSchedule:
        """What an account pays."""
        ...

    def transfer(self, account: str, asset: str, amount: int, *, time_ns: int) -> None:
        """Move money in (positive) or out of an account from outside."""
        ...

    def submit(self, request: SubmitOrder, *, time_ns: int) -> OrderState:
        """Take an order: it rests, fills, expires or waits for its trigger."""
        ...

    def cancel(
        self, order_id: int, *, time_ns: int, request_id: str | None = None, by_venue: bool = False
    ) -> OrderState:
        """End an open order; ``request_id`` becomes its client order id. ``by_venue`` expires it
        (reason VENUE) instead of cancelling it."""
        ...

    def amend(
        self, order_id: int, *, quantity: int, time_ns: int, request_id: str | None = None
    ) -> OrderState:
        """Reduce an open order's total quantity, keeping id and queue place; ``request_id`` becomes its
        client order id. A quantity not above what is filled ends it."""
        ...

    def modify(
        self, order_id: int, *, quantity: int | None, price: int | None, time_ns: int
    ) -> OrderState:
        """Give an open limit order another total quantity, price or both, under its id; ``None`` stays. It goes to
        the end of its queue, and takes if its price now reaches the other side."""
        ...

    def close(
        self, account: str, symbol: str, quantity: int | None, *, time_ns: int
    ) -> Sequence[OrderState]:
        """Reduce or close a position (quote-driven cores); ``None`` is all of it."""
        ...

    def set_status(self, symbol: str, status: InstrumentStatus) -> None:
        """Halt or resume an instrument."""
        ...

    def advance(self, time_ns: int) -> None:
        """Let time pass: expiries and triggers that depend on it."""
        ...

    def order(self, order_id: int) -> OrderState | None:
        """An order, open or not."""
        ...

    def orders(self, account: str, symbol: str | None = None) -> Sequence[OrderState]:
        """An account's orders, open or not, by rising id."""
        ...

    def open_orders(self, account: str, symbol: str | None = None) -> Sequence[OrderState]:
        """An account's open orders, by rising id."""
        ...

    def find_open(self, account: str, symbol: str, client_order_id: str) -> OrderState | None:
        """The open order with this client order id."""
        ...

    def balances(self, account: str) -> Mapping[str, tuple[int, int]]:
        """Asset to (available, locked)."""
        ...

    def levels(self, symbol: str, side: Side, depth: int | None = None) -> list[tuple[int, int]]:
        """(price, quantity), best first."""
        ...

    def version(self, symbol: str) -> int:
        """Book version: counts level changes, or is a time (quote-driven cores); 1 for the empty book."""
        ...

    def levels_at(
        self, symbol: str, version: int
    ) -> tuple[list[tuple[int, int]], list[tuple[int, int]]] | None:
        """Bids and asks at a past version; ``None`` if there never was one."""
        ...

    def trades(self, symbol: str) -> Sequence[Traded]:
        """Every trade of the instrument, oldest first."""
        ...

    def check(self) -> None:
        """Full audit of every invariant.

        Raises:
            InvariantBroken: With what is wrong, in numbers.
        """
        ...


class InvariantBroken(Exception):
    """The simulator itself is wrong. Never caught by a dialect."""


def assets_of(instruments: Iterable[InstrumentRules]) -> list[str]:
    """Every base and quote asset, sorted."""
    return sorted({asset for rules in instruments for asset in (rules.base, rules.quote)})
