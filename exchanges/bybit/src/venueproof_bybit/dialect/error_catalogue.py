"""Every error that the venue documents for spot, read from ``error_catalogue.toml``, and what each means.

It is made from the documents alone, and shares nothing with the connector's own table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from venueproof_core.control import DocumentedError
from venueproof_core.errors import Outcome, Retry
from venueproof_simulator.toolkit import Refuse
from venueproof_simulator.toolkit.error_catalogue import MEANINGS as COMMON
from venueproof_simulator.toolkit.error_catalogue import Meaning, written_out

MEANINGS: Mapping[str, Meaning] = {
    **COMMON,
    # The first one of the two may have been carried out.
    "repeated": Meaning(("RefusedError",), Outcome.UNKNOWN, Retry.AFTER_RESYNC, Retry.NEVER),
}
_ENDPOINTS = ("rest", "trade_stream")


@cache
def documented_errors() -> Mapping[str, DocumentedError]:
    """Every one by its id, in the order of the documents, the made-up ones last."""
    found = [DocumentedError.model_validate(row) for row in _rows()]
    return {error.id: error for error in found}


def as_refusal(error: DocumentedError, headers: Mapping[str, str]) -> Refuse:
    """The venue's answer.

    Args:
        headers: What an answer about a limit carries.
    """
    is_limit = "RateLimitedError" in error.classes
    return Refuse(
        int(error.code),
        error.message,
        status=error.status,
        headers=dict(headers) if is_limit else {},
    )


def _rows() -> Iterator[dict[str, Any]]:
    text = (files(__package__) / "error_catalogue.toml").read_text(encoding="utf-8")
    catalogue = tomllib.loads(text)
    for row in catalogue["errors"]:
        yield from written_out(row, row["texts"], meanings=MEANINGS, endpoints=_ENDPOINTS)
    for row in catalogue["undocumented"]:
        made_up = {**row, "is_documented": False}
        yield from written_out(made_up, [row["text"]], meanings=MEANINGS, endpoints=_ENDPOINTS)
