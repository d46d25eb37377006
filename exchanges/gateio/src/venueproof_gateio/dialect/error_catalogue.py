"""Every label that the venue documents and spot requests can be answered with, and what each means.

Source: "Error Handling", "Label list"; where no document gives the status or the text, it is what is observed. It is
made from the documents alone, and shares nothing with the connector's own table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from venueproof_core.control import DocumentedError, Operation
from venueproof_core.errors import Outcome, Retry

_NO, _MAYBE = Outcome.NOT_APPLIED, Outcome.UNKNOWN
_NEVER, _LATER, _RESYNC = Retry.NEVER, Retry.LATER, Retry.AFTER_RESYNC


class Meaning(NamedTuple):
    """What an error says: classes that fit, what became of a write, and advice for writes and reads."""

    classes: tuple[str, ...]
    outcome: Outcome
    write: Retry
    read: Retry


_FAILED = ("VenueError", "TransportError", "TimedOutError", "DisconnectedError")
MEANINGS: Mapping[str, Meaning] = {
    "failed": Meaning(_FAILED, _MAYBE, _RESYNC, _LATER),
    "limited": Meaning(("RateLimitedError",), _NO, _LATER, _LATER),
    "key": Meaning(("AuthenticationError",), _NO, _NEVER, _NEVER),
    "permission": Meaning(("AuthenticationError", "RefusedError"), _NO, _NEVER, _NEVER),
    "clock": Meaning(("ClockSkewError",), _NO, _RESYNC, _RESYNC),
    "request": Meaning(("RefusedError", "InvalidOrderError"), _NO, _NEVER, _NEVER),
    "order": Meaning(("InvalidOrderError",), _NO, _NEVER, _NEVER),
    # The book fills again without anybody changing the order.
    "thin": Meaning(("InvalidOrderError", "RefusedError"), _NO, _LATER, _LATER),
    "funds": Meaning(("InsufficientBalanceError",), _NO, _NEVER, _NEVER),
    "duplicate": Meaning(("DuplicateClientOrderIdError",), _NO, _NEVER, _NEVER),
    # Where a write finds no open order, the order may have been filled, or cancelled by an earlier attempt.
    "unknown order": Meaning(("UnknownOrderError",), _MAYBE, _RESYNC, _NEVER),
    "closed": Meaning(("MarketClosedError",), _NO, _LATER, _LATER),
}
_PLACEMENTS = (Operation.PLACE, Operation.AMEND)
_OF_ORDERS = (Operation.CANCEL, Operation.AMEND)
_LOOKED_UP = (Operation.CANCEL, Operation.AMEND, Operation.ORDER)
_SIGNED = (
    Operation.PLACE, Operation.CANCEL, Operation.AMEND, Operation.ORDER, Operation.FILLS, Operation.BALANCES,
)  # fmt: skip

# (labels, status, meaning, operations; none is any request)
_ROWS: tuple[tuple[str, int, str, tuple[Operation, ...]], ...] = (
    ("INVALID_PROTOCOL INVALID_ARGUMENT INVALID_REQUEST_BODY BAD_REQUEST", 400, "request", ()),
    ("INVALID_CONTENT_TYPE", 400, "request", ()),
    ("INVALID_PARAM_VALUE MISSING_REQUIRED_PARAM", 400, "request", ()),
    ("NOT_FOUND", 404, "request", ()),
    ("METHOD_NOT_ALLOWED", 405, "request", ()),
    ("NOT_ACCEPTABLE", 406, "request", ()),
    ("INVALID_CREDENTIALS INVALID_KEY INVALID_SIGNATURE", 401, "key", _SIGNED),
    ("MISSING_REQUIRED_HEADER", 400, "key", _SIGNED),
    ("IP_FORBIDDEN READ_ONLY ACCOUNT_LOCKED", 403, "permission", _SIGNED),
    ("REQUEST_EXPIRED", 403, "clock", _SIGNED),
    ("INVALID_CURRENCY INVALID_CURRENCY_PAIR", 400, "request", ()),
    (
        "INVALID_PRECISION QUANTITY_NOT_ENOUGH AMOUNT_TOO_LITTLE AMOUNT_TOO_MUCH",
        400,
        "order",
        _PLACEMENTS,
    ),
    ("POC_FILL_IMMEDIATELY MARGIN_NOT_SUPPORTED AUTO_BORROW_TOO_MUCH", 400, "order", _PLACEMENTS),
    ("INITIAL_MARGIN_TOO_LOW TOO_MANY_CURRENCY_PAIRS TOO_MANY_ORDERS", 400, "order", _PLACEMENTS),
    ("MIXED_ACCOUNT_TYPE", 400, "order", _PLACEMENTS),
    ("NO_CHANGE", 400, "order", (Operation.AMEND,)),
    ("FOK_NOT_FILL ORDER_BOOK_NOT_FOUND", 400, "thin", (Operation.PLACE,)),
    ("BALANCE_NOT_ENOUGH MARGIN_BALANCE_NOT_ENOUGH", 400, "funds", _PLACEMENTS),
    ("REPEATED_CREATION DUPLICATE_REQUEST ORDER_EXISTS", 400, "duplicate", (Operation.PLACE,)),
    ("ORDER_NOT_FOUND CLIENT_ID_NOT_FOUND", 404, "unknown order", _LOOKED_UP),
    ("ORDER_CLOSED ORDER_CANCELLED CANCEL_FAIL", 400, "unknown order", _OF_ORDERS),
    ("TRADE_RESTRICTED FORBIDDEN", 403, "closed", (Operation.PLACE,)),
    ("TOO_MANY_REQUESTS", 429, "limited", ()),
    ("INTERNAL SERVER_ERROR", 500, "failed", ()),
    ("TOO_BUSY", 503, "failed", ()),
)
_OBSERVED = frozenset({403, 503})
_MADE_UP = (
    ("NEVER_HEARD_OF", 400, "request"),
    ("NEVER_HEARD_OF_EITHER", 500, "failed"),
)


@cache
def documented_errors() -> Mapping[str, DocumentedError]:
    """Every one by its id, in the order of the documents, the made-up ones last."""
    return {error.id: error for error in _all()}


def _all() -> Iterator[DocumentedError]:
    for labels, status, means, operations in _ROWS:
        for label in labels.split():
            yield _error(label, status, means, operations)
    for label, status, means in _MADE_UP:
        yield _error(label, status, means, (), is_documented=False)


def _error(
    label: str,
    status: int,
    means: str,
    operations: tuple[Operation, ...],
    *,
    is_documented: bool = True,
) -> DocumentedError:
    meaning = MEANINGS[means]
    return DocumentedError(
        id=f"{label} {status}",
        code=label,
        message=label.replace("_", " ").capitalize(),
        status=status,
        operations=list(operations),
        endpoints=["rest"],
        classes=list(meaning.classes),
        outcome=meaning.outcome,
        retry_of_write=meaning.write,
        retry_of_read=meaning.read,
        is_documented=is_documented,
        is_status_observed=status in _OBSERVED,
    )
