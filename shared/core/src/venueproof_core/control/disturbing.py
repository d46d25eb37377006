"""Faults, gates and waits."""

from enum import Enum
from typing import Any, Literal

from pydantic import Field

from venueproof_core.control.words import ControlModel, Match


class FaultSpec(ControlModel):
    """One disturbance.

    Attributes:
        kind: Registered name; ``venueproof list faults`` has them with their parameters.
        count: How often it fires; ``None`` is until it is deleted.
        skip: Matching occasions to let pass first.
    """

    kind: str
    match: Match = Field(default_factory=Match)
    count: int | None = 1
    skip: int = 0
    parameters: dict[str, Any] = Field(default_factory=dict)


class FaultInfo(ControlModel):
    """An armed fault. ``fired`` counts real effects."""

    id: str
    kind: str
    fired: int = 0


class GatePoint(Enum):
    """Where a gate holds.

    ``received``: before anything is checked. ``booked``: the venue has applied it; its events wait with
    the reply. ``before_reply``: applied, events go out, the reply waits. ``before_event``: a stream event
    waits, and everything behind it on that connection.
    """

    RECEIVED = "received"
    BOOKED = "booked"
    BEFORE_REPLY = "before_reply"
    BEFORE_EVENT = "before_event"


class GateSpec(ControlModel):
    """Hold what matches at a point until released. One gate holds one occasion unless ``count`` says more."""

    match: Match
    at: GatePoint
    count: int = 1


class GateInfo(ControlModel):
    """``reached`` counts what it holds or has held."""

    id: str
    reached: int = 0


class Predicate(ControlModel):
    """What to wait for. All are counted since the world began, or since ``since`` (a journal sequence).

    ``request``: received requests and client frames that match. ``reply``: replies sent. ``subscribed``:
    acknowledged subscriptions that match and are live. ``frames``: stream events sent that match.
    ``fault``: firings of fault ``id``. ``gate``: occasions held by gate ``id``. ``connections``: live
    stream connections (``count`` exactly). ``closed``: connections that ended.
    """

    kind: Literal[
        "request", "reply", "subscribed", "frames", "fault", "gate", "connections", "closed"
    ]
    match: Match = Field(default_factory=Match)
    count: int = 1
    since: int = 0
    id: str | None = None


class WaitRequest(ControlModel):
    """Answers when true, with the count; status 408 after ``deadline_s`` with what was counted."""

    predicate: Predicate
    deadline_s: float = 5.0
