"""What ends a case besides its asserts, and whom it speaks against.

::

    VenueproofError
    └── HarnessError            the machinery of the suite failed: ERROR
        └── ControlError        the control plane refused or is gone
    Inconclusive                nothing was decided: NOT_RUN
    └── DeadlinePassed          a wait on the venue's side ran out
    MissingMethod               the connector's object lacks a method: NOT_IMPLEMENTED
    ConnectorFault              the connector misbehaved outside of the case's asserts: FAILED
    ├── CaseTimeout             it hangs
    ├── LeftOpen                sockets, tasks or threads after ``aclose``
    └── SecretPrinted           a secret in something it printed
"""

from venueproof_core.errors import VenueproofError


class HarnessError(VenueproofError):
    """The suite, its fixtures or its target failed; says nothing about the connector."""


class ControlError(HarnessError):
    """The control plane refused a request, or cannot be reached.

    Args:
        status: HTTP status, or ``None`` where there was no answer.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def is_unanswered(error: BaseException) -> bool:
    """Whether the control plane gave no answer at all: it has ended, or hangs."""
    return isinstance(error, ControlError) and error.status is None


class Inconclusive(Exception):
    """The case could not be decided: what it needed to happen did not happen."""


class DeadlinePassed(Inconclusive):
    """A wait on the venue's side ran out. The case says by ``expect`` whether that is a verdict.

    Args:
        waited_for: What was waited for, in words.
        counted: How often it had happened by the deadline.
    """

    def __init__(self, waited_for: str, *, counted: int, deadline_s: float) -> None:
        super().__init__(f"waited {deadline_s:g} s for {waited_for}; counted {counted}")
        self.waited_for = waited_for
        self.counted = counted


class MissingMethod(AttributeError):
    """The connector's object has no such method."""


class ConnectorFault(Exception):
    """The connector misbehaved in a way no assert of a case looks for."""


class CaseTimeout(ConnectorFault):
    """The case did not end in time."""


class LeftOpen(ConnectorFault):
    """Something of the connector outlived its ``aclose``."""


class SecretPrinted(ConnectorFault):
    """The connector printed a secret."""
