"""What is traded, and the steps and bounds its orders must keep."""

from decimal import Decimal
from enum import Enum

import msgspec


class InstrumentStatus(Enum):
    """Whether orders are taken."""

    TRADING = "TRADING"
    CANCEL_ONLY = "CANCEL_ONLY"
    HALTED = "HALTED"


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument of a venue.

    Attributes:
        symbol: Canonical text, base and quote joined by a hyphen: ``BTC-USDT``.
        tick_size: Prices are multiples of it.
        lot_size: Quantities are multiples of it.
        minimum_quantity: Smallest quantity of one order, in base.
        maximum_quantity: Largest quantity of one order, in base; ``None`` where there is none.
        minimum_notional: Smallest price x quantity of one order, in quote; ``None`` where there is none.
    """

    symbol: str
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal
    minimum_quantity: Decimal
    maximum_quantity: Decimal | None = None
    minimum_notional: Decimal | None = None
    status: InstrumentStatus = InstrumentStatus.TRADING
