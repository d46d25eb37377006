"""The exception tree.

::

    VenueproofError
    ├── ConfigurationError      settings, credentials      } found before anything runs; one line with
    ├── PluginError             duplicate or invalid hook  } the remedy; exit code 2
    └── VenueError              venue, operation, outcome, code, status, message, retry, retry_after_s
        ├── TransportError      ConnectError · DisconnectedError · TimedOutError
        ├── ProtocolError       MalformedMessageError(path, text) · SequenceGapError(expected, received)
        └── RefusedError        AuthenticationError · ClockSkewError · RateLimitedError ·
                                InvalidOrderError · InsufficientBalanceError · DuplicateClientOrderIdError ·
                                UnknownOrderError · MarketClosedError ·
                                PartlyReplacedError(is_canceled, placed)
    RuleViolation(AssertionError)   rule id, expected, received: raised by checks, never by clients
"""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import Enum
from typing import Any, ClassVar


class Outcome(Enum):
    """What a failed request did to the venue's state.

    Only a definite answer from the venue, or proof that nothing was sent, may say NOT_APPLIED.
    """

    NOT_APPLIED = "NOT_APPLIED"
    APPLIED = "APPLIED"
    UNKNOWN = "UNKNOWN"


class Retry(Enum):
    """Whether sending the same request again can be right.

    ``NEVER``: the answer would be the same, or it is done already. ``LATER``: it may succeed as it is, after
    ``retry_after_s`` or a pause. ``AFTER_RESYNC``: first find out from the venue what is so: its time, where
    our stamp was wrong, or what became of the first request.
    """

    NEVER = "NEVER"
    LATER = "LATER"
    AFTER_RESYNC = "AFTER_RESYNC"


class VenueproofError(Exception):
    """Root of everything this project raises on purpose."""


class ConfigurationError(VenueproofError):
    """A setting, argument or credential is unusable. The text says what to do."""


class PluginError(VenueproofError):
    """An installed plugin is broken, or two plugins offer the same name."""


class VenueError(VenueproofError):
    """An operation at a venue failed.

    Args:
        message: What failed, with values, then what to do.
        venue: The venue's name.
        operation: The operation, as in ``Operation``.
        outcome: What it did to the venue's state. There is no default: whoever raises must know.
        code: The venue's own error code, as text, or ``None``.
        status: Status of the HTTP reply, or ``None``.
        retry: Where the class's own ``retry_as`` is not what it is.
        retry_after_s: The venue asked for this pause, in seconds.

    Attributes:
        retry_as: What ``retry`` says of an error of this class that did nothing.
    """

    retry_as: ClassVar[Retry] = Retry.LATER

    def __init__(
        self,
        message: str,
        *,
        venue: str,
        operation: str,
        outcome: Outcome,
        code: str | None = None,
        status: int | None = None,
        retry: Retry | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.venue = venue
        self.operation = operation
        self.outcome = outcome
        self.code = code
        self.status = status
        self.retry_after_s = retry_after_s
        self._retry = retry

    @property
    def retry(self) -> Retry:
        """Whether to send the same request again: as the outcome allows, then as the error says."""
        if self.outcome is Outcome.UNKNOWN:
            return Retry.AFTER_RESYNC
        if self.outcome is Outcome.APPLIED:
            return Retry.NEVER
        return self._retry or self.retry_as

    def __str__(self) -> str:
        code = f" [{self.code}]" if self.code is not None else ""
        return (
            f"{self.venue}: {self.operation}: {self.message}{code} (outcome {self.outcome.value})"
        )

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self.args, vars(self))


class TransportError(VenueError):
    """The request or its reply was lost on the way."""


class ConnectError(TransportError):
    """No connection was made, so nothing was sent: always NOT_APPLIED."""


class DisconnectedError(TransportError):
    """An established connection ended."""


class TimedOutError(TransportError):
    """No answer within the deadline."""


class ProtocolError(VenueError):
    """The venue's answer does not follow its protocol."""


class MalformedMessageError(ProtocolError):
    """A message could not be read.

    Args:
        path: Where, as a JSON path: ``$.bids[0][1]``.
        text: The message, shortened.
    """

    def __init__(self, message: str, *, path: str = "$", text: str = "", **context: Any) -> None:
        super().__init__(message, **context)
        self.path = path
        self.text = text


class SequenceGapError(ProtocolError):
    """An update is missing.

    Args:
        expected: The version that should have come.
        received: The version that came.
    """

    retry_as = Retry.AFTER_RESYNC

    def __init__(self, message: str, *, expected: int, received: int, **context: Any) -> None:
        super().__init__(message, **context)
        self.expected = expected
        self.received = received


class RefusedError(VenueError):
    """The venue answered, and said no."""

    retry_as = Retry.NEVER


class AuthenticationError(RefusedError):
    """Key, signature or permission."""


class ClockSkewError(RefusedError):
    """The request's time stamp is outside the venue's window."""

    retry_as = Retry.AFTER_RESYNC


class RateLimitedError(RefusedError):
    """Too many requests; ``retry_after_s`` says how long to be silent."""

    retry_as = Retry.LATER


class InvalidOrderError(RefusedError):
    """The order breaks a rule of the instrument or of the order type."""


class InsufficientBalanceError(RefusedError):
    """The account cannot pay for it."""


class DuplicateClientOrderIdError(RefusedError):
    """An open order has this client order id. On a resend it is evidence that the first was applied."""


class UnknownOrderError(RefusedError):
    """The venue knows no such open order. On a cancel the outcome is UNKNOWN: it may have filled."""


class MarketClosedError(RefusedError):
    """The instrument takes no orders now."""

    retry_as = Retry.LATER


class PartlyReplacedError(RefusedError):
    """One half of a replacement happened; ``__cause__`` says why the other one did not.

    Args:
        is_canceled: The old order was cancelled.
        placed: The new ``Order``, if it was placed.
    """

    def __init__(
        self, message: str, *, is_canceled: bool = True, placed: Any = None, **context: Any
    ) -> None:
        super().__init__(message, **context)
        self.is_canceled = is_canceled
        self.placed = placed


class RuleViolation(AssertionError):
    """A connector broke a rule: raised by checks, never by clients.

    Args:
        message: One line that names the difference.
        rule: Id of the broken rule, or of the oracle that decided.
        expected: What the truth says.
        observed: What the connector said or did.
    """

    def __init__(self, message: str, *, rule: str, expected: Any, observed: Any) -> None:
        super().__init__(message)
        self.rule = rule
        self.expected = expected
        self.observed = observed

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self.args, vars(self))


def _rebuild(
    kind: type[BaseException], args: tuple[Any, ...], state: dict[str, Any]
) -> BaseException:
    # Exceptions are copied by calling their class with their args, which knows no keyword-only arguments.
    error = kind.__new__(kind, *args)
    vars(error).update(state)
    return error


def unknown_name(what: str, name: str, known: Iterable[str]) -> str:
    """Text for a name that nobody knows: the nearest names, and the known ones unless they are too many."""
    names = sorted(known)
    text = f"unknown {what}: {name!r}"
    nearest = get_close_matches(name, names, n=3, cutoff=0.5)
    if nearest:
        text += f"; did you mean {' or '.join(repr(near) for near in nearest)}?"
    if len(names) <= 12:
        text += f"{'' if nearest else ';'} known: {', '.join(names) or 'none'}"
    return text
