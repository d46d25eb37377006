"""Order matching by price and time over an exact ledger."""

from venueproof_simulator.matching.core import MatchingCore

__all__ = ["MatchingCore"]
