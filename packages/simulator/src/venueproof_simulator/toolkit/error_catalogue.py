"""What the errors that venues document mean: words for a dialect's catalogue, and its rows written out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from venueproof_core.errors import Outcome, Retry

_NO, _MAYBE = Outcome.NOT_APPLIED, Outcome.UNKNOWN
_NEVER, _LATER, _RESYNC = Retry.NEVER, Retry.LATER, Retry.AFTER_RESYNC
FILLED_WITH = "7"
"""What stands where a venue fills its texts."""


class Meaning(NamedTuple):
    """What an error says: classes that fit, what became of a write, and advice for writes and reads."""

    classes: tuple[str, ...]
    outcome: Outcome
    write: Retry
    read: Retry


MEANINGS: Mapping[str, Meaning] = {
    # Venues say of it that it must not be treated as a failed operation: it may have succeeded.
    "failed": Meaning(
        ("VenueError", "TransportError", "TimedOutError", "DisconnectedError"),
        _MAYBE,
        _RESYNC,
        _LATER,
    ),
    "limited": Meaning(("RateLimitedError",), _NO, _LATER, _LATER),
    "key": Meaning(("AuthenticationError",), _NO, _NEVER, _NEVER),
    "permission": Meaning(("AuthenticationError", "RefusedError"), _NO, _NEVER, _NEVER),
    "clock": Meaning(("ClockSkewError",), _NO, _RESYNC, _RESYNC),
    "request": Meaning(("RefusedError", "InvalidOrderError"), _NO, _NEVER, _NEVER),
    "order": Meaning(("InvalidOrderError",), _NO, _NEVER, _NEVER),
    "funds": Meaning(("InsufficientBalanceError",), _NO, _NEVER, _NEVER),
    "duplicate": Meaning(("DuplicateClientOrderIdError",), _NO, _NEVER, _NEVER),
    # Where a write finds no open order, the order may have been filled, or cancelled by an earlier attempt.
    "unknown order": Meaning(("UnknownOrderError",), _MAYBE, _RESYNC, _NEVER),
    "closed": Meaning(("MarketClosedError",), _NO, _LATER, _LATER),
}


def written_out(
    row: Mapping[str, Any],
    texts: Sequence[str],
    *,
    meanings: Mapping[str, Meaning],
    endpoints: Sequence[str],
) -> Iterator[dict[str, Any]]:
    """A row of a catalogue as ``DocumentedError``s, one for each text and status.

    Args:
        endpoints: Who answers with it, where the row does not say.
    """
    meaning = meanings[row["means"]]
    for text in texts:
        message = text.replace("%s", FILLED_WITH).replace("%d", FILLED_WITH)
        for status in row["status"]:
            yield {
                "id": f"{row['code']} {status} {message}",
                "code": str(row["code"]),
                "name": row.get("name", ""),
                "message": message,
                "status": status,
                "data": row.get("data"),
                "operations": row.get("operations", []),
                "endpoints": row.get("endpoints", list(endpoints)),
                "classes": list(meaning.classes),
                "outcome": meaning.outcome,
                "retry_of_write": meaning.write,
                "retry_of_read": meaning.read,
                "is_documented": row.get("is_documented", True),
                "is_status_observed": row.get("observed", False),
            }
