"""Every error that the venue documents for what connectors ask, and what each means.

It is made from the documents alone, and shares nothing with the connector's own table.
Sources: https://developer.oanda.com/rest-live-v20/troubleshooting-errors/ and
https://developer.oanda.com/rest-live-v20/transaction-df/#TransactionRejectReason
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from venueproof_core.control import DocumentedError, Operation
from venueproof_core.errors import Outcome, Retry
from venueproof_oanda.dialect.errors import FORBIDDEN, UNAUTHORIZED, sentence
from venueproof_simulator.toolkit import Refuse

_NO, _MAYBE = Outcome.NOT_APPLIED, Outcome.UNKNOWN
_NEVER, _LATER, _RESYNC = Retry.NEVER, Retry.LATER, Retry.AFTER_RESYNC
_PLACEMENTS = [Operation.PLACE, Operation.REPLACE]
_CANCELS = [Operation.CANCEL]
_READS = [Operation.ORDER]


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
    "request": Meaning(("RefusedError", "InvalidOrderError"), _NO, _NEVER, _NEVER),
    "order": Meaning(("InvalidOrderError",), _NO, _NEVER, _NEVER),
    "locked": Meaning(("AuthenticationError", "RefusedError"), _NO, _NEVER, _NEVER),
    "closed": Meaning(("MarketClosedError",), _NO, _LATER, _LATER),
    "funds": Meaning(("InsufficientBalanceError",), _NO, _NEVER, _NEVER),
    "duplicate": Meaning(("DuplicateClientOrderIdError",), _NO, _NEVER, _NEVER),
    # Where a cancel finds no pending order, it may have been filled, or cancelled by an earlier attempt.
    "unknown order": Meaning(("UnknownOrderError",), _MAYBE, _RESYNC, _NEVER),
}


class _Row(NamedTuple):
    code: str
    status: int
    means: str
    operations: list[Operation]
    message: str = ""
    is_documented: bool = True
    is_observed: bool = False


_ORDER_REASONS = [
    "INSTRUMENT_MISSING",
    "INSTRUMENT_UNKNOWN",
    "UNITS_MISSING",
    "UNITS_INVALID",
    "UNITS_PRECISION_EXCEEDED",
    "UNITS_LIMIT_EXCEEDED",
    "UNITS_MINIMUM_NOT_MET",
    "PRICE_MISSING",
    "PRICE_INVALID",
    "PRICE_PRECISION_EXCEEDED",
    "PRICE_DISTANCE_MISSING",
    "PRICE_DISTANCE_INVALID",
    "PRICE_DISTANCE_PRECISION_EXCEEDED",
    "PRICE_DISTANCE_MAXIMUM_EXCEEDED",
    "PRICE_DISTANCE_MINIMUM_NOT_MET",
    "TIME_IN_FORCE_MISSING",
    "TIME_IN_FORCE_INVALID",
    "TIME_IN_FORCE_GTD_TIMESTAMP_MISSING",
    "TIME_IN_FORCE_GTD_TIMESTAMP_IN_PAST",
    "PRICE_BOUND_INVALID",
    "PRICE_BOUND_PRECISION_EXCEEDED",
    "CLIENT_ORDER_ID_INVALID",
    "CLIENT_ORDER_TAG_INVALID",
    "CLIENT_ORDER_COMMENT_INVALID",
    "CLIENT_TRADE_ID_INVALID",
    "CLIENT_TRADE_ID_ALREADY_EXISTS",
    "CLIENT_TRADE_TAG_INVALID",
    "CLIENT_TRADE_COMMENT_INVALID",
    "ORDER_FILL_POSITION_ACTION_MISSING",
    "ORDER_FILL_POSITION_ACTION_INVALID",
    "TRIGGER_CONDITION_MISSING",
    "TRIGGER_CONDITION_INVALID",
    "ORDERS_ON_FILL_DUPLICATE_CLIENT_ORDER_IDS",
    "TAKE_PROFIT_ON_FILL_PRICE_MISSING",
    "TAKE_PROFIT_ON_FILL_PRICE_INVALID",
    "TAKE_PROFIT_ON_FILL_PRICE_PRECISION_EXCEEDED",
    "STOP_LOSS_ON_FILL_PRICE_MISSING",
    "STOP_LOSS_ON_FILL_PRICE_INVALID",
    "STOP_LOSS_ON_FILL_PRICE_PRECISION_EXCEEDED",
    "STOP_LOSS_ON_FILL_PRICE_AND_DISTANCE_BOTH_SPECIFIED",
    "STOP_LOSS_ON_FILL_PRICE_AND_DISTANCE_BOTH_MISSING",
    "TRAILING_STOP_LOSS_ON_FILL_PRICE_DISTANCE_MISSING",
    "TRAILING_STOP_LOSS_ON_FILL_PRICE_DISTANCE_MINIMUM_NOT_MET",
    "PENDING_ORDERS_ALLOWED_EXCEEDED",
]
_ROWS = (
    *(_Row(reason, 400, "order", _PLACEMENTS) for reason in _ORDER_REASONS),
    _Row("CLIENT_ORDER_ID_ALREADY_EXISTS", 400, "duplicate", _PLACEMENTS),
    _Row("INSUFFICIENT_MARGIN", 400, "funds", _PLACEMENTS),
    _Row("INSTRUMENT_NOT_TRADEABLE", 400, "closed", _PLACEMENTS),
    _Row("ACCOUNT_NOT_ACTIVE", 400, "locked", _PLACEMENTS),
    _Row("ACCOUNT_LOCKED", 400, "locked", _PLACEMENTS),
    _Row("ACCOUNT_ORDER_CREATION_LOCKED", 400, "locked", _PLACEMENTS),
    _Row("ACCOUNT_ORDER_CANCEL_LOCKED", 404, "locked", _CANCELS, is_observed=True),
    _Row("ORDER_DOESNT_EXIST", 404, "unknown order", _CANCELS),
    _Row("NO_SUCH_ORDER", 404, "unknown order", _READS, "The order ID specified does not exist"),
    _Row("", 400, "request", [], "Invalid value specified for 'instrument'", is_observed=True),
    _Row("", 401, "key", [], UNAUTHORIZED),
    _Row("", 403, "key", [], FORBIDDEN),
    _Row("", 405, "request", [], "Method not allowed", is_observed=True),
    _Row("", 429, "limited", [], "Too many requests", is_observed=True),
    _Row("", 500, "failed", [], "Internal server error", is_observed=True),
    _Row("", 503, "failed", [], "Service temporarily unavailable", is_observed=True),
    _Row("INTERNAL_SERVER_ERROR", 500, "failed", []),
    _Row("NO_SUCH_REASON", 400, "request", [], "A reason that nobody knows", is_documented=False),
    _Row("NO_SUCH_FAILURE", 500, "failed", [], "A failure that nobody knows", is_documented=False),
)


@cache
def documented_errors() -> Mapping[str, DocumentedError]:
    """By id."""
    found = {}
    for row in _ROWS:
        meaning = MEANINGS[row.means]
        number = f"{row.code or 'message'}-{row.status}"
        found[number] = DocumentedError(
            id=number,
            code=row.code,
            name=row.code,
            message=row.message or sentence(row.code),
            status=row.status,
            operations=row.operations,
            endpoints=["rest"],
            classes=list(meaning.classes),
            outcome=meaning.outcome,
            retry_of_write=meaning.write,
            retry_of_read=meaning.read,
            is_documented=row.is_documented,
            is_status_observed=row.is_observed,
        )
    return found


def as_refusal(error: DocumentedError) -> Refuse:
    """The venue's answer with it; the venue asks for no pauses."""
    return Refuse(error.code, error.message, status=error.status)
