"""How values are written: prices and amounts as text, times in seconds unless a name says otherwise."""

from typing import Any

import msgspec

from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.venue_core import SCALE, to_decimal

encode = msgspec.json.Encoder().encode
MS = 1_000_000


def number(units: int | None) -> str:
    """Units as the shortest text; nothing is zero."""
    return format(to_decimal(units), "f") if units else "0"


def seconds(time_ns: int) -> str:
    """A time in whole seconds, as text."""
    return str(time_ns // SECOND_NS)


def fine_milliseconds(time_ns: int) -> str:
    """A time in milliseconds with its fraction, as text."""
    whole, rest = divmod(time_ns, MS)
    return f"{whole}.{rest:06d}"


def percent(units: int, of: int) -> str:
    """A fraction in percent, with two decimals."""
    scaled = abs(units) * 10_000 // of if of else 0
    return f"{'-' if units < 0 and scaled else ''}{number(scaled * (SCALE // 100))}"


def decoded(body: bytes) -> Any:
    """JSON, or nothing."""
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
