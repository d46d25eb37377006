"""How values are written: numbers and times as text, almost everywhere."""

from typing import Any

import msgspec

from venueproof_simulator.venue_core import SCALE, to_decimal

encode = msgspec.json.Encoder().encode
MS = 1_000_000


def number(units: int | None) -> str:
    """Units as the shortest text; nothing is zero."""
    return format(to_decimal(units), "f") if units else "0"


def milliseconds(time_ns: int) -> str:
    """A time inside of a result: text."""
    return str(time_ns // MS)


def ratio(units: int, of: int) -> str:
    """A fraction with four decimals: 0.0068 is 0.68 %."""
    scaled = (units * 10_000 + of // 2) // of if of else 0
    return number(scaled * (SCALE // 10_000))


def envelope(code: int, message: str, result: Any, time_ns: int, extra: Any = None) -> bytes:
    """Every reply over REST."""
    return encode(
        {
            "retCode": code,
            "retMsg": message,
            "result": result,
            "retExtInfo": {} if extra is None else extra,
            "time": time_ns // MS,
        }
    )
