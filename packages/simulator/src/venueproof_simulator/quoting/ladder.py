"""A dealer's ladder: what the dealer offers any one order, at which prices."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from venueproof_core.models import Side

Bucket = tuple[int, int]


class Ladder(msgspec.Struct, frozen=True):
    """The offer of one moment, in units.

    Attributes:
        version: The time it came into force, in nanoseconds; 1 for the empty ladder at the start.
        bids: (price, liquidity), highest price first.
        asks: (price, liquidity), lowest price first.

    Raises:
        ValueError: Prices out of order or crossed, or a bucket that holds nothing.
    """

    version: int
    bids: tuple[Bucket, ...]
    asks: tuple[Bucket, ...]

    def __post_init__(self) -> None:
        bids, asks = [price for price, _ in self.bids], [price for price, _ in self.asks]
        if bids != sorted(set(bids), reverse=True) or asks != sorted(set(asks)):
            raise ValueError(f"ladder {self.version}: each side must go from best to worst price")
        if bids and asks and bids[0] >= asks[0]:
            raise ValueError(f"ladder {self.version}: bid {bids[0]} crosses ask {asks[0]}")
        if any(price <= 0 or liquidity <= 0 for price, liquidity in self.bids + self.asks):
            raise ValueError(f"ladder {self.version}: prices and liquidity must be positive")

    @property
    def bid(self) -> int | None:
        """The best bid; ``None`` where nothing is bid."""
        return self.bids[0][0] if self.bids else None

    @property
    def ask(self) -> int | None:
        """The best ask; ``None`` where nothing is offered."""
        return self.asks[0][0] if self.asks else None

    def levels(self, side: Side) -> tuple[Bucket, ...]:
        """Bids for BUY, asks for SELL: the side on which an order of that side would rest."""
        return self.bids if side is Side.BUY else self.asks


class Found(NamedTuple):
    """What a ladder gives an order: a quantity at a volume-weighted price (0: nothing)."""

    quantity: int
    price: int


def walk(levels: Sequence[Bucket], quantity: int, bound: int | None, side: Side) -> Found:
    """Take up to ``quantity`` from the buckets that are no worse than ``bound``.

    The price is rounded to 1e-8 against the taker, which cannot pass the bound. Nothing is used up: a
    ladder is the dealer's offer to each order anew.
    """
    left, raw = quantity, 0
    for price, liquidity in levels:
        if left == 0 or (bound is not None and is_worse(price, bound, side)):
            break
        taken = min(left, liquidity)
        raw += price * taken
        left -= taken
    found = quantity - left
    if found == 0:
        return Found(0, 0)
    return Found(found, -(-raw // found) if side is Side.BUY else raw // found)


def is_worse(price: int, bound: int, side: Side) -> bool:
    """Whether a taker of this side would rather have ``bound`` than ``price``."""
    return price > bound if side is Side.BUY else price < bound
