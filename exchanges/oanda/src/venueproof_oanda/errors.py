"""What the venue's reasons mean: class, whether a write may have happened, and what to do.

Source: https://developer.oanda.com/rest-live-v20/transaction-df/#TransactionRejectReason
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from venueproof_core import Outcome, Retry
from venueproof_core.errors import (
    AuthenticationError,
    DuplicateClientOrderIdError,
    InsufficientBalanceError,
    InvalidOrderError,
    MalformedMessageError,
    MarketClosedError,
    RateLimitedError,
    RefusedError,
    UnknownOrderError,
    VenueError,
)
from venueproof_net import WRITES, RawReply

VENUE = "oanda"


class Meaning(NamedTuple):
    """What one reason says."""

    kind: type[VenueError]
    advice: str
    retry: Retry | None = None


_ORDER = Meaning(InvalidOrderError, "correct the order")
_GONE = Meaning(UnknownOrderError, "it may have filled or been cancelled: query it")
_KEY = Meaning(AuthenticationError, "check the token, and that the account is its owner's")
_CLOSED = Meaning(MarketClosedError, "wait until the instrument is tradeable")
_FUNDS = Meaning(InsufficientBalanceError, "reduce the order or fund the account")
_DUPLICATE = Meaning(DuplicateClientOrderIdError, "a pending order has this client id")
_QUERY = Meaning(RefusedError, "correct the request")
_SLOWER = Meaning(RateLimitedError, "send fewer requests a second")

REASONS: Mapping[str, Meaning] = {
    "ORDER_DOESNT_EXIST": _GONE,
    "NO_SUCH_ORDER": _GONE,
    "NO_SUCH_TRADE": _QUERY,
    "NO_SUCH_POSITION": _QUERY,
    "NO_SUCH_TRANSACTION": _QUERY,
    "TRADE_DOESNT_EXIST": _QUERY,
    "CLIENT_ORDER_ID_ALREADY_EXISTS": _DUPLICATE,
    "INSUFFICIENT_MARGIN": _FUNDS,
    "INSUFFICIENT_FUNDS": _FUNDS,
    "INSTRUMENT_NOT_TRADEABLE": _CLOSED,
    "MARKET_HALTED": _CLOSED,
    "ACCOUNT_LOCKED": _KEY,
    "ACCOUNT_NOT_ACTIVE": _KEY,
    "ACCOUNT_ORDER_CREATION_LOCKED": _KEY,
    "ACCOUNT_ORDER_CANCEL_LOCKED": _KEY,
}
"""Reasons that are more than a wrong order."""

ORDER_OPERATIONS = frozenset({"place", "replace"})
BY_STATUS: Mapping[int, Meaning] = {401: _KEY, 403: _KEY, 429: _SLOWER}
REFUSING = frozenset({"INSUFFICIENT_MARGIN", "MARKET_HALTED", "ACCOUNT_LOCKED"})
"""Reasons for which an order that was created ended at once as if it never had been."""


class _ErrorBody(msgspec.Struct, rename={"message": "errorMessage", "code": "errorCode"}):
    message: str
    code: str | None = None


_decode_error = msgspec.json.Decoder(_ErrorBody).decode


def failure_outcome(operation: str) -> Outcome:
    """The outcome of a request whose answer is no answer: UNKNOWN for a write, nothing for a read."""
    return Outcome.UNKNOWN if operation in WRITES else Outcome.NOT_APPLIED


def refusal(status: int, code: str | None, text: str, operation: str) -> VenueError:
    """The error for a reason and a text of the venue."""
    meaning = REASONS.get(code or "")
    if meaning is None and status < 500:
        is_order = operation in ORDER_OPERATIONS and status in (400, 404)
        meaning = BY_STATUS.get(status, _ORDER if is_order else _QUERY)
    is_failure = status >= 500 or meaning is None
    if meaning is None:
        meaning = Meaning(VenueError, "ask the venue what happened before anything else")
    # A replacement of an order that is gone does nothing, whatever has become of that order.
    is_unknown = is_failure or (meaning.kind is UnknownOrderError and operation != "replace")
    return meaning.kind(
        f"{text}; {meaning.advice}",
        venue=VENUE,
        operation=operation,
        outcome=failure_outcome(operation) if is_unknown else Outcome.NOT_APPLIED,
        code=code,
        status=status,
        retry=meaning.retry,
    )


def unreadable(
    message: str, text: str, operation: str, *, path: str = "$", status: int | None = None
) -> VenueError:
    """The error for an answer that cannot be read."""
    return MalformedMessageError(
        message,
        path=path,
        text=text[:200],
        venue=VENUE,
        operation=operation,
        outcome=failure_outcome(operation),
        status=status,
    )


def read_reply(reply: RawReply, operation: str) -> Any:
    """The decoded body of a success.

    Raises:
        VenueError: The venue refused, failed, or answered something that cannot be read.
    """
    text = reply.body[:200].decode(errors="replace")
    if reply.status in (200, 201):
        try:
            value = msgspec.json.decode(reply.body)
        except msgspec.DecodeError as error:
            message = f"the reply is no JSON: {error}"
            raise unreadable(message, text, operation, status=reply.status) from error
        if not isinstance(value, dict):
            raise unreadable("the reply is no object", text, operation, status=reply.status)
        return value
    try:
        body = _decode_error(reply.body)
    except msgspec.DecodeError as error:
        if reply.status == 429:
            raise refusal(429, None, "too many requests", operation) from error
        message = f"status {reply.status} without a readable error"
        raise unreadable(message, text, operation, status=reply.status) from error
    raise refusal(reply.status, body.code, body.message, operation)
