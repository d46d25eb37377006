"""The quote-driven venue core: a dealer's ladder, trades and positions on margin accounts."""

from venueproof_simulator.quoting.core import QuotingCore
from venueproof_simulator.quoting.events import (
    AccountChanged,
    LadderChanged,
    OrderFilled,
    PositionChanged,
    TradeChanged,
    TradeEvent,
)
from venueproof_simulator.quoting.ladder import Ladder
from venueproof_simulator.quoting.terms import TERMS, Origin, PositionFill, Terms, TriggerBy
from venueproof_simulator.quoting.trades import MarginTrade, Position

__all__ = [
    "AccountChanged",
    "Ladder",
    "LadderChanged",
    "MarginTrade",
    "OrderFilled",
    "Origin",
    "Position",
    "PositionChanged",
    "PositionFill",
    "QuotingCore",
    "TERMS",
    "Terms",
    "TradeChanged",
    "TradeEvent",
    "TriggerBy",
]
