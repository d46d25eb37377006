"""What a defect is: a correct connector, broken in exactly one way."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from venueproof_core.rules import BugClass
from venueproof_core.venue import Connector


class Seam(Enum):
    """Where a mutation is applied."""

    COMPONENT = "component"
    MAPPING = "mapping"
    WIRE = "wire"
    VENUE = "venue"


@dataclass(frozen=True, kw_only=True)
class Defect:
    """One broken connector.

    Attributes:
        name: Words joined by hyphens, unique.
        seam: Where it is broken.
        breaks: What it does wrong, as its predicate: ``ignores a gap in depth updates``.
        caught_by: Ids of the cases that must fail because of it, at least one.
        apply: Turns the correct connector into the broken one.
        venue: The only venue it is for; ``None`` is any.
        may_hang: A liveness defect: its cases may fail by a deadline.
    """

    name: str
    seam: Seam
    bug_class: BugClass
    breaks: str
    caught_by: tuple[str, ...]
    apply: Callable[[Connector], Connector]
    venue: str | None = None
    may_hang: bool = False
