"""What the venue's labels mean: class, whether a write may have happened, and what to do.

Source: https://www.gate.com/docs/developers/apiv4/en/#error-handling
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import msgspec

import venueproof_net
from venueproof_core import Outcome, Retry
from venueproof_core.errors import (
    AuthenticationError,
    ClockSkewError,
    DuplicateClientOrderIdError,
    InsufficientBalanceError,
    InvalidOrderError,
    MarketClosedError,
    RateLimitedError,
    RefusedError,
    UnknownOrderError,
    VenueError,
)
from venueproof_net import RawReply, failure_outcome

VENUE = "gateio"


class Meaning(NamedTuple):
    """What one label says.

    Attributes:
        may_have_happened: A write that got this answer has an unknown outcome.
        retry: Where it is not what the class says.
    """

    kind: type[VenueError]
    advice: str
    may_have_happened: bool = False
    retry: Retry | None = None


_INTERNAL = Meaning(VenueError, "ask the venue what happened before anything else", True)
_KEY = Meaning(AuthenticationError, "check key, secret, permissions and the key's IP list")
_SLOWER = Meaning(RateLimitedError, "be silent until retry_after_s has passed")
_ORDER = Meaning(InvalidOrderError, "correct the order")
_QUERY = Meaning(RefusedError, "correct the request")
_GONE = Meaning(UnknownOrderError, "it may have filled or been cancelled: query it")
_FUNDS = Meaning(InsufficientBalanceError, "reduce the order or fund the account")
_DUPLICATE = Meaning(DuplicateClientOrderIdError, "an order has this client order id")
_THIN = Meaning(InvalidOrderError, "the book is too thin; send a limit order", retry=Retry.LATER)

MEANINGS: Mapping[str, Meaning] = {
    **dict.fromkeys(("INTERNAL", "SERVER_ERROR"), _INTERNAL),
    "TOO_BUSY": Meaning(VenueError, "the venue is overloaded; wait, then ask what happened", True),
    **dict.fromkeys(
        ("INVALID_CREDENTIALS", "INVALID_KEY", "IP_FORBIDDEN", "READ_ONLY", "INVALID_SIGNATURE"),
        _KEY,
    ),
    **dict.fromkeys(("MISSING_REQUIRED_HEADER", "ACCOUNT_LOCKED", "AUTHENTICATION_FAILED"), _KEY),
    "REQUEST_EXPIRED": Meaning(ClockSkewError, "measure the venue's clock again"),
    # The venue uses it of keys without a permission and of pairs that do not trade.
    "FORBIDDEN": Meaning(MarketClosedError, "check that the pair trades and what the key may do"),
    "TRADE_RESTRICTED": Meaning(MarketClosedError, "the account may not trade now"),
    **dict.fromkeys(("TOO_MANY_REQUESTS", "TOO_FAST"), _SLOWER),
    **dict.fromkeys(
        (
            "BAD_REQUEST",
            "INVALID_CONTENT_TYPE",
            "NOT_ACCEPTABLE",
            "METHOD_NOT_ALLOWED",
            "NOT_FOUND",
        ),
        _QUERY,
    ),
    **dict.fromkeys(("INVALID_PROTOCOL", "INVALID_REQUEST_BODY", "INVALID_ARGUMENT"), _QUERY),
    **dict.fromkeys(("INVALID_PARAM_VALUE", "MISSING_REQUIRED_PARAM", "INVALID_PRECISION"), _ORDER),
    **dict.fromkeys(
        ("INVALID_CURRENCY", "INVALID_CURRENCY_PAIR"),
        Meaning(InvalidOrderError, "check the symbol against instruments()"),
    ),
    "POC_FILL_IMMEDIATELY": Meaning(InvalidOrderError, "correct the price of the post-only order"),
    "FOK_NOT_FILL": Meaning(InvalidOrderError, "the book cannot fill it whole", retry=Retry.LATER),
    "ORDER_BOOK_NOT_FOUND": _THIN,
    **dict.fromkeys(("ORDER_NOT_FOUND", "CLIENT_ID_NOT_FOUND", "CANCEL_FAIL"), _GONE),
    **dict.fromkeys(("ORDER_CLOSED", "ORDER_CANCELLED"), _GONE),
    **dict.fromkeys(("BALANCE_NOT_ENOUGH", "MARGIN_BALANCE_NOT_ENOUGH"), _FUNDS),
    **dict.fromkeys(
        ("QUANTITY_NOT_ENOUGH", "AMOUNT_TOO_LITTLE", "AMOUNT_TOO_MUCH", "PRICE_THRESHOLD_EXCEEDED"),
        _ORDER,
    ),
    **dict.fromkeys(
        ("MARGIN_NOT_SUPPORTED", "AUTO_BORROW_TOO_MUCH", "INITIAL_MARGIN_TOO_LOW"), _ORDER
    ),
    **dict.fromkeys(("TOO_MANY_ORDERS", "TOO_MANY_CURRENCY_PAIRS", "MIXED_ACCOUNT_TYPE"), _ORDER),
    "NO_CHANGE": Meaning(InvalidOrderError, "the order is so already"),
    **dict.fromkeys(("REPEATED_CREATION", "DUPLICATE_REQUEST", "ORDER_EXISTS"), _DUPLICATE),
}
"""Every label that a caller of the spot market is likely to meet."""

BY_STATUS: Mapping[int, Meaning] = {401: _KEY, 429: _SLOWER}
_REFUSED = Meaning(RefusedError, "see the venue's labels")

unreadable = partial(venueproof_net.unreadable, venue=VENUE)
"""The error for an answer that cannot be read."""


class _Body(msgspec.Struct):
    label: str
    message: str = ""
    detail: str = ""


_decode = msgspec.json.Decoder(_Body).decode


def refusal(
    label: str,
    text: str,
    operation: str,
    *,
    status: int | None = None,
    retry_after_s: float | None = None,
) -> VenueError:
    """The error for a label and text of the venue."""
    is_failure = status is not None and status >= 500
    meaning = MEANINGS.get(label)
    if meaning is None:
        # A client error is a definite no, whatever its label; a server error is not.
        meaning = _INTERNAL if is_failure else BY_STATUS.get(status or 0, _REFUSED)
    may_have_happened = meaning.may_have_happened or is_failure or meaning.kind is UnknownOrderError
    return meaning.kind(
        f"{text}; {meaning.advice}",
        venue=VENUE,
        operation=operation,
        outcome=failure_outcome(operation) if may_have_happened else Outcome.NOT_APPLIED,
        code=label,
        status=status,
        retry=meaning.retry,
        retry_after_s=retry_after_s,
    )


def read_reply(reply: RawReply, operation: str, *, retry_after_s: float | None = None) -> Any:
    """The decoded body of a success.

    Raises:
        VenueError: The venue refused, failed, or answered something that cannot be read.
    """
    text = reply.body[:200].decode(errors="replace")
    if 200 <= reply.status < 300:
        try:
            value = msgspec.json.decode(reply.body)
        except msgspec.DecodeError as error:
            message = f"the reply is no JSON: {error}"
            raise unreadable(message, text, operation, status=reply.status) from error
        if not isinstance(value, (dict, list)):
            message = "the reply is neither object nor list"
            raise unreadable(message, text, operation, status=reply.status)
        return value
    try:
        body = _decode(reply.body)
    except msgspec.DecodeError as error:
        meaning = BY_STATUS.get(reply.status)
        if meaning is None:
            message = f"status {reply.status} without a readable error"
            raise unreadable(message, text, operation, status=reply.status) from error
        raise meaning.kind(
            f"status {reply.status}; {meaning.advice}",
            venue=VENUE,
            operation=operation,
            outcome=Outcome.NOT_APPLIED,
            code=str(reply.status),
            status=reply.status,
            retry_after_s=retry_after_s,
        ) from error
    raise refusal(
        body.label,
        body.message or body.detail,
        operation,
        status=reply.status,
        retry_after_s=retry_after_s,
    )
