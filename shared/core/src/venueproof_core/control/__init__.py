"""The control plane: how a test steers a world, and asks it for the truth. JSON over HTTP.

Every request carries ``Authorization: Bearer TOKEN``. Every path but ``/worlds`` and ``/documented`` acts on one
world: ``?world=ID``, not needed where there is only one. Numbers of money are decimal text; times are integer
nanoseconds. Errors are ``{"error": "..."}`` with status 400, 401, 404 or 408 (a wait ran out).
"""

from venueproof_core.control.disturbing import (
    FaultInfo,
    FaultSpec,
    GateInfo,
    GatePoint,
    GateSpec,
    Predicate,
    WaitRequest,
)
from venueproof_core.control.documented import DocumentedError
from venueproof_core.control.steering import (
    MAXIMUM_EVENTS_PER_S,
    ClockRequest,
    CounterpartyRequest,
    Halt,
    MarketAction,
    MarketRequest,
    Move,
    PastOrders,
    Print,
    SetFlow,
    SetLevel,
    StampChange,
    TimerAdvance,
    TransferRequest,
    Walk,
)
from venueproof_core.control.targets import RunningTarget, Target
from venueproof_core.control.truths import (
    Documented,
    JournalEntry,
    TruthBalance,
    TruthBook,
    TruthConnection,
    TruthFill,
    TruthInstrument,
    TruthLimit,
    TruthOrder,
    TruthTrade,
)
from venueproof_core.control.words import Channel, ControlModel, Match, Operation, Tier
from venueproof_core.control.worlds import (
    AccountSpec,
    ControlAddress,
    Credentials,
    WorldInfo,
    WorldSpec,
)

__all__ = [
    "MAXIMUM_EVENTS_PER_S",
    "AccountSpec",
    "Channel",
    "ClockRequest",
    "ControlAddress",
    "ControlModel",
    "CounterpartyRequest",
    "Credentials",
    "Documented",
    "DocumentedError",
    "FaultInfo",
    "FaultSpec",
    "GateInfo",
    "GatePoint",
    "GateSpec",
    "Halt",
    "JournalEntry",
    "MarketAction",
    "MarketRequest",
    "Match",
    "Move",
    "Operation",
    "PastOrders",
    "Predicate",
    "Print",
    "RunningTarget",
    "SetFlow",
    "SetLevel",
    "StampChange",
    "Target",
    "Tier",
    "TimerAdvance",
    "TransferRequest",
    "TruthBalance",
    "TruthBook",
    "TruthConnection",
    "TruthFill",
    "TruthInstrument",
    "TruthLimit",
    "TruthOrder",
    "TruthTrade",
    "WaitRequest",
    "Walk",
    "WorldInfo",
    "WorldSpec",
]
