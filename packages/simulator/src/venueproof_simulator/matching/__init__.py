"""Order matching by price and time over an exact ledger."""

from venueproof_simulator.matching.core import MatchingCore
from venueproof_simulator.venue_core import VenueCore

__all__ = ["MatchingCore", "as_matching"]


def as_matching(core: VenueCore) -> MatchingCore:
    """A world's core, for dialects whose core matches orders: it can do more than every core can.

    Raises:
        TypeError: It is of another kind.
    """
    if not isinstance(core, MatchingCore):
        raise TypeError(f"{type(core).__name__} matches no orders")
    return core
