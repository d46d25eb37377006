"""Every error that the venue documents, read from ``error_catalogue.toml``, and what each means.

It is made from the documents alone, and shares nothing with the connector's own table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from venueproof_core.control import DocumentedError
from venueproof_core.errors import Outcome, Retry
from venueproof_simulator.toolkit import Refuse

_NO, _MAYBE = Outcome.NOT_APPLIED, Outcome.UNKNOWN
_NEVER, _LATER, _RESYNC = Retry.NEVER, Retry.LATER, Retry.AFTER_RESYNC


class Meaning(NamedTuple):
    """What an error says: classes that fit, what became of a write, and advice for writes and reads."""

    classes: tuple[str, ...]
    outcome: Outcome
    write: Retry
    read: Retry


# "It is important to NOT treat this as a failure operation; the execution status is UNKNOWN" (HTTP return codes).
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
    "ids disagree": Meaning(
        ("InvalidOrderError", "UnknownOrderError", "RefusedError"), _NO, _NEVER, _NEVER
    ),
    "closed": Meaning(("MarketClosedError",), _NO, _LATER, _LATER),
    "half done": Meaning(("PartlyReplacedError",), Outcome.APPLIED, _NEVER, _NEVER),
    # Neither half of a replacement: what became of the old order is another question.
    "nothing done": Meaning(("UnknownOrderError",), _NO, _NEVER, _NEVER),
}
_ENDPOINTS = ["rest", "websocket_api"]
_PLACEMENTS = ["place", "replace"]
_WRITES = ["place", "replace", "cancel", "amend"]
_ENGINE: Mapping[int, tuple[str, list[str]]] = {
    -1010: ("ERROR_MSG_RECEIVED", []),
    -2010: ("NEW_ORDER_REJECTED", _PLACEMENTS),
    -2011: ("CANCEL_REJECTED", ["cancel"]),
    -2038: ("ORDER_AMEND_REJECTED", ["amend"]),
}
_OF_ENGINE: Mapping[str, list[str]] = {
    "duplicate": _PLACEMENTS,
    "funds": _PLACEMENTS,
    "order": _PLACEMENTS,
    "unknown order": ["cancel", "amend"],
}
_FILLED_WITH = "7"


@cache
def documented_errors() -> Mapping[str, DocumentedError]:
    """Every one by its id, in the order of the documents, the made-up ones last."""
    found = [DocumentedError.model_validate(row) for row in _rows()]
    return {error.id: error for error in found}


def as_refusal(error: DocumentedError, *, retry_after_s: float) -> Refuse:
    """The venue's answer."""
    is_limit = error.status in (418, 429)
    return Refuse(
        int(error.code),
        error.message,
        status=error.status,
        headers={"Retry-After": str(int(retry_after_s))} if is_limit else {},
        data=error.data,
    )


def _rows() -> Iterator[dict[str, Any]]:
    text = (files(__package__) / "error_catalogue.toml").read_text(encoding="utf-8")
    catalogue = tomllib.loads(text)
    for row in catalogue["errors"]:
        yield from _written_out(row, row["texts"])
    for row in catalogue["engine"]:
        for code in row["codes"]:
            name, operations = _ENGINE[code]
            operations = operations or _OF_ENGINE.get(row["means"], _WRITES)
            whole = {**row, "code": code, "name": name, "status": [400], "operations": operations}
            yield from _written_out(whole, [row["text"]])
    for name in catalogue["filters"]:
        row = {"code": -1013, "name": "INVALID_MESSAGE", "status": [400], "means": "order"}
        whole = {**row, "operations": _PLACEMENTS}
        yield from _written_out(whole, [f"Filter failure: {name}"])
    for row in catalogue["undocumented"]:
        yield from _written_out({**row, "is_documented": False}, [row["text"]])


def _written_out(row: Mapping[str, Any], texts: list[str]) -> Iterator[dict[str, Any]]:
    """A row for each text and status."""
    meaning = MEANINGS[row["means"]]
    for text in texts:
        message = text.replace("%s", _FILLED_WITH).replace("%d", _FILLED_WITH)
        for status in row["status"]:
            yield {
                "id": f"{row['code']} {status} {message}",
                "code": str(row["code"]),
                "name": row.get("name", ""),
                "message": message,
                "status": status,
                "data": row.get("data"),
                "operations": row.get("operations", []),
                "endpoints": row.get("endpoints", _ENDPOINTS),
                "classes": list(meaning.classes),
                "outcome": meaning.outcome,
                "retry_of_write": meaning.write,
                "retry_of_read": meaning.read,
                "is_documented": row.get("is_documented", True),
                "is_status_observed": row.get("observed", False),
            }
