"""Where cases run."""

from collections.abc import Mapping
from typing import Protocol

from venueproof_core.control.worlds import WorldInfo
from venueproof_core.results import EvidenceGrade


class RunningTarget(Protocol):
    """A target that was started: one simulator process, or one real environment."""

    info: WorldInfo

    def stop(self) -> None:
        """End it, and everything it started."""
        ...


class Target(Protocol):
    """Where cases run. Registered by a hook; the suite knows targets only through this."""

    name: str
    grade: EvidenceGrade
    is_steerable: bool

    def start(self, venue: str, *, seed: int, environment: Mapping[str, str]) -> RunningTarget:
        """Start or reach it.

        Raises:
            ConfigurationError: It cannot be had; the text says what to do.
        """
        ...
