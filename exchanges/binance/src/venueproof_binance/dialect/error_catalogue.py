"""Every error that the venue documents, read from ``error_catalogue.toml``, and what each means.

It is made from the documents alone, and shares nothing with the connector's own table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any

from venueproof_core.control import DocumentedError
from venueproof_core.errors import Outcome, Retry
from venueproof_simulator.toolkit import Refuse
from venueproof_simulator.toolkit.error_catalogue import MEANINGS as COMMON
from venueproof_simulator.toolkit.error_catalogue import Meaning, written_out

_NO = Outcome.NOT_APPLIED
_NEVER, _LATER = Retry.NEVER, Retry.LATER


MEANINGS: Mapping[str, Meaning] = {
    **COMMON,
    # The book fills again without anybody changing the order.
    "thin": Meaning(("InvalidOrderError", "RefusedError"), _NO, _LATER, _LATER),
    "ids disagree": Meaning(
        ("InvalidOrderError", "UnknownOrderError", "RefusedError"), _NO, _NEVER, _NEVER
    ),
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


_all = partial(written_out, meanings=MEANINGS, endpoints=_ENDPOINTS)
"""A row for each text and status."""


def _rows() -> Iterator[dict[str, Any]]:
    text = (files(__package__) / "error_catalogue.toml").read_text(encoding="utf-8")
    catalogue = tomllib.loads(text)
    for row in catalogue["errors"]:
        yield from _all(row, row["texts"])
    for row in catalogue["engine"]:
        for code in row["codes"]:
            name, operations = _ENGINE[code]
            operations = operations or _OF_ENGINE.get(row["means"], _WRITES)
            whole = {**row, "code": code, "name": name, "status": [400], "operations": operations}
            yield from _all(whole, [row["text"]])
    for name in catalogue["filters"]:
        row = {"code": -1013, "name": "INVALID_MESSAGE", "status": [400], "means": "order"}
        whole = {**row, "operations": _PLACEMENTS}
        yield from _all(whole, [f"Filter failure: {name}"])
    for row in catalogue["undocumented"]:
        yield from _all({**row, "is_documented": False}, [row["text"]])
