"""Reading request parameters: the query of a GET or DELETE, the JSON of a body or of a socket's request."""

from __future__ import annotations

import re
from typing import Any

from venueproof_gateio.dialect import errors
from venueproof_gateio.dialect.listings import BY_PAIR
from venueproof_gateio.dialect.wire import encode
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.toolkit import Call
from venueproof_simulator.venue_core import SCALE

NUMBER = re.compile(r"\d{1,20}(\.\d{1,20})?")
TEXT = re.compile(r"t-[0-9A-Za-z_.-]{1,28}")
MOST_ROWS_BEFORE = 100_000


def as_texts(document: Any) -> dict[str, str]:
    """A JSON object as names and texts; what is nested stays JSON, null is left out."""
    if not isinstance(document, dict):
        return {}
    return {
        name: value if isinstance(value, str) else encode(value).decode()
        for name, value in document.items()
        if value is not None
    }


def required(call: Call, name: str) -> str:
    """A parameter that must be there.

    Raises:
        Refuse: MISSING_REQUIRED_PARAM.
    """
    value = call.parameters.get(name)
    if not value:
        raise errors.missing(name)
    return value


def symbol(call: Call, name: str = "currency_pair") -> str:
    """The canonical symbol of the pair a request must name.

    Raises:
        Refuse: MISSING_REQUIRED_PARAM or INVALID_CURRENCY_PAIR.
    """
    given = required(call, name)
    listing = BY_PAIR.get(given)
    if listing is None:
        raise errors.pair(given)
    return listing.rules.symbol


def symbol_or_none(call: Call, name: str = "currency_pair") -> str | None:
    """The canonical symbol of the pair a request may name.

    Raises:
        Refuse: INVALID_CURRENCY_PAIR.
    """
    return symbol(call, name) if call.parameters.get(name) else None


def whole(call: Call, name: str, default: int, least: int = 0, most: int = 2**63) -> int:
    """A whole number within bounds.

    Raises:
        Refuse: INVALID_PARAM_VALUE.
    """
    text = call.parameters.get(name) or str(default)
    if not text.isdigit() or not least <= int(text) <= most:
        raise errors.request_value(name, text)
    return int(text)


def flag(call: Call, name: str) -> bool:
    """True or false, in any spelling of case."""
    return call.parameters.get(name, "").lower() == "true"


def units(call: Call, name: str) -> int | None:
    """A number of an order, in units; ``None`` if it is not given.

    Raises:
        Refuse: INVALID_PARAM_VALUE, or INVALID_PRECISION for more digits than anything has.
    """
    text = call.parameters.get(name)
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        raise errors.value(name, text)
    integer, _, fraction = text.partition(".")
    if fraction[8:].strip("0"):
        raise errors.of(errors.PRECISION)
    return int(integer) * SCALE + int(fraction[:8].ljust(8, "0") or 0)


def span(call: Call) -> tuple[int | None, int | None]:
    """``from`` and ``to`` in nanoseconds; the second that ``to`` names is included.

    Raises:
        Refuse: INVALID_PARAM_VALUE.
    """
    start = whole(call, "from", 0, most=99_999_999_999) if call.parameters.get("from") else None
    end = whole(call, "to", 0, most=99_999_999_999) if call.parameters.get("to") else None
    return (
        None if start is None else start * SECOND_NS,
        None if end is None else (end + 1) * SECOND_NS - 1,
    )


def page(call: Call, rows: list[Any], most: int = 1000) -> list[Any]:
    """The page that a request asks for: ``page`` counts from 1, of ``limit`` rows.

    Raises:
        Refuse: INVALID_PARAM_VALUE.
    """
    limit, number = whole(call, "limit", 100, 1, most), whole(call, "page", 1, 1)
    if limit * (number - 1) > MOST_ROWS_BEFORE:
        raise errors.request_value("page", number)
    return rows[limit * (number - 1) : limit * number]
