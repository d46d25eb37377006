"""ccxt's exceptions as ours, and what each says about a write. The table is data: pages are made from it."""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from venueproof_core.errors import (
    AuthenticationError,
    ClockSkewError,
    DisconnectedError,
    DuplicateClientOrderIdError,
    InsufficientBalanceError,
    InvalidOrderError,
    MalformedMessageError,
    MarketClosedError,
    Outcome,
    ProtocolError,
    RateLimitedError,
    RefusedError,
    Retry,
    TimedOutError,
    TransportError,
    UnknownOrderError,
    VenueError,
)

WRITES = frozenset({"place", "cancel", "cancel_all", "amend", "replace"})

_NO = Outcome.NOT_APPLIED
_MAYBE = Outcome.UNKNOWN


class Meaning(NamedTuple):
    """What one of ccxt's exception classes says.

    Attributes:
        kind: Our class; ``NotImplementedError`` where ccxt has no such method.
        write: Outcome of a write that ended in it. A read never changes anything: NOT_APPLIED.
        why: What the outcome rests on.
    """

    kind: type[VenueError] | type[NotImplementedError]
    write: Outcome
    why: str


_REFUSED = "a definite answer of the venue"
_UNSENT = "raised before anything is sent"
_LOST = "the request may have reached the venue"

MEANINGS: Mapping[str, Meaning] = {
    "BaseError": Meaning(VenueError, _MAYBE, "says nothing"),
    # Raised for refusals that ccxt has no class for, and for replies that broke off.
    "ExchangeError": Meaning(VenueError, _MAYBE, "an unlisted refusal, or a reply that broke off"),
    "AuthenticationError": Meaning(AuthenticationError, _NO, _REFUSED),
    "PermissionDenied": Meaning(AuthenticationError, _NO, _REFUSED),
    "AccountNotEnabled": Meaning(AuthenticationError, _NO, _REFUSED),
    "AccountSuspended": Meaning(AuthenticationError, _NO, _REFUSED),
    "ArgumentsRequired": Meaning(RefusedError, _NO, _UNSENT),
    "BadRequest": Meaning(InvalidOrderError, _NO, _REFUSED),
    "BadSymbol": Meaning(InvalidOrderError, _NO, _REFUSED),
    "OperationRejected": Meaning(RefusedError, _NO, _REFUSED),
    "NoChange": Meaning(RefusedError, _NO, _REFUSED),
    "MarginModeAlreadySet": Meaning(RefusedError, _NO, _REFUSED),
    "MarketClosed": Meaning(MarketClosedError, _NO, _REFUSED),
    "ManualInteractionNeeded": Meaning(RefusedError, _NO, _REFUSED),
    "RestrictedLocation": Meaning(RefusedError, _NO, _REFUSED),
    "InsufficientFunds": Meaning(InsufficientBalanceError, _NO, _REFUSED),
    "InvalidAddress": Meaning(RefusedError, _NO, _REFUSED),
    "AddressPending": Meaning(RefusedError, _NO, _REFUSED),
    "InvalidOrder": Meaning(InvalidOrderError, _NO, _REFUSED),
    "OrderNotFound": Meaning(UnknownOrderError, _MAYBE, "it may have filled or been cancelled"),
    "OrderNotCached": Meaning(UnknownOrderError, _MAYBE, "ccxt's memory is not the venue's"),
    "OrderImmediatelyFillable": Meaning(InvalidOrderError, _NO, _REFUSED),
    "OrderNotFillable": Meaning(InvalidOrderError, _NO, _REFUSED),
    "DuplicateOrderId": Meaning(DuplicateClientOrderIdError, _NO, _REFUSED),
    "ContractUnavailable": Meaning(MarketClosedError, _NO, _REFUSED),
    "NotSupported": Meaning(NotImplementedError, _NO, _UNSENT),
    "InvalidProxySettings": Meaning(VenueError, _NO, _UNSENT),
    "ExchangeClosedByUser": Meaning(DisconnectedError, _MAYBE, _LOST),
    "OperationFailed": Meaning(VenueError, _MAYBE, "the venue failed on the way"),
    "NetworkError": Meaning(DisconnectedError, _MAYBE, _LOST),
    "DDoSProtection": Meaning(RateLimitedError, _NO, _REFUSED),
    "RateLimitExceeded": Meaning(RateLimitedError, _NO, _REFUSED),
    # A status 5xx and a connection that could not be made are the same to ccxt.
    "ExchangeNotAvailable": Meaning(TransportError, _MAYBE, _LOST),
    "OnMaintenance": Meaning(TransportError, _MAYBE, _LOST),
    "InvalidNonce": Meaning(ClockSkewError, _NO, _REFUSED),
    "ChecksumError": Meaning(ProtocolError, _MAYBE, "a stream's data do not fit together"),
    "RequestTimeout": Meaning(TimedOutError, _MAYBE, _LOST),
    "BadResponse": Meaning(MalformedMessageError, _MAYBE, "the reply cannot be read"),
    "NullResponse": Meaning(MalformedMessageError, _MAYBE, "the reply cannot be read"),
    "CancelPending": Meaning(VenueError, _MAYBE, "the venue has not done it yet"),
    "UnsubscribeError": Meaning(DisconnectedError, _MAYBE, "the stream was ended"),
}
"""Name of ccxt's class to what it says. A class that is missing here counts as its nearest parent."""

_SIGNATURE = re.compile(r"(signature|sign)=[^&\s\"']+")
_CODES = ("code", "retCode", "label")
_LONGEST_TEXT = 300


def errors_table() -> list[dict[str, str]]:
    """The table's rows, for a page."""
    return [
        {
            "ccxt": name,
            "error": meaning.kind.__name__,
            "read": _NO.value,
            "write": meaning.write.value,
            "because": meaning.why,
        }
        for name, meaning in MEANINGS.items()
    ]


def translated(error: Exception, *, venue: str, operation: str) -> Exception:
    """Our error for one of ccxt's; to be raised from it."""
    meaning = next(
        found for kind in type(error).__mro__ if (found := MEANINGS.get(kind.__name__)) is not None
    )
    text = _SIGNATURE.sub(r"\1=***", str(error))
    text = f"{type(error).__name__}: {text[:_LONGEST_TEXT]}"
    if issubclass(meaning.kind, NotImplementedError):
        return meaning.kind(f"ccxt: {text}")
    return meaning.kind(
        text,
        venue=venue,
        operation=operation,
        outcome=meaning.write if operation in WRITES else _NO,
        code=code_in(str(error)),
        # ccxt's manual: what is no OperationFailed does not pass by itself.
        retry=Retry.NEVER if meaning.kind is VenueError and not _passes(type(error)) else None,
    )


def is_passing(error: Exception) -> bool:
    """Whether ccxt counts what is behind one of our errors as passing: then calling again may help."""
    return _passes(type(error.__cause__))


def _passes(kind: type) -> bool:
    return any(parent.__name__ == "OperationFailed" for parent in kind.__mro__)


def code_in(text: str) -> str | None:
    """The venue's own code, from the reply that ccxt puts behind its own words: ``binance {"code":-2010}``."""
    start = text.find("{")
    if start < 0:
        return None
    try:
        body: Any = json.JSONDecoder().raw_decode(text[start:])[0]
    except ValueError:
        return None
    return next((str(body[key]) for key in _CODES if body.get(key) is not None), None)
