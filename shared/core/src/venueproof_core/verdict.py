"""From what was observed and declared to a verdict. Pure."""

from collections.abc import Iterable
from enum import Enum


class Verdict(Enum):
    """Mildest first; a group takes its worst."""

    PASSED = "PASSED"
    UNSUPPORTED = "UNSUPPORTED"
    NOT_IMPLEMENTED = "NOT_IMPLEMENTED"
    KNOWN_FAILURE = "KNOWN_FAILURE"
    NOT_RUN = "NOT_RUN"
    FAILED = "FAILED"
    ERROR = "ERROR"

    @property
    def severity(self) -> int:
        """0 is the mildest."""
        return list(Verdict).index(self)


def worst(verdicts: Iterable[Verdict]) -> Verdict | None:
    """The worst of a group; ``None`` for an empty one: nothing ran is not passed."""
    return max(verdicts, key=lambda verdict: verdict.severity, default=None)


class Blame(Enum):
    """Who an exception in a case speaks against."""

    CONNECTOR = "connector"
    HARNESS = "harness"
    INCONCLUSIVE = "inconclusive"


def judge(*, blame: Blame | None, is_known_failure: bool) -> Verdict:
    """Verdict of a case that ran.

    Args:
        blame: ``None`` when the case ended without an exception.
        is_known_failure: The connector's list of known failures has this case.
    """
    if blame is None:
        return Verdict.PASSED
    if blame is Blame.HARNESS:
        return Verdict.ERROR
    if blame is Blame.INCONCLUSIVE:
        return Verdict.NOT_RUN
    return Verdict.KNOWN_FAILURE if is_known_failure else Verdict.FAILED


class ExitCode(int, Enum):
    """What ``venueproof`` says to its caller."""

    COMPLIANT = 0
    FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
