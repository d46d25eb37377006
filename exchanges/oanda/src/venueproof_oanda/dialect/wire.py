"""How the venue spells numbers and times.

Source: https://developer.oanda.com/rest-live-v20/primitives-df/
"""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

from venueproof_oanda.dialect.listings import TERMS_OF
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.venue_core import SCALE

encode = msgspec.json.encode


def rfc3339(time_ns: int) -> str:
    """``2016-10-27T08:38:43.094548890Z``."""
    seconds, rest = divmod(time_ns, SECOND_NS)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def unix(time_ns: int) -> str:
    """``1477557523.094548890``."""
    seconds, rest = divmod(time_ns, SECOND_NS)
    return f"{seconds}.{rest:09d}"


def read_time(text: str) -> int | None:
    """A time in either form, in nanoseconds; ``None`` where it is none."""
    try:
        if "T" not in text:
            return int(Decimal(text) * SECOND_NS)
        whole, _, rest = text.removesuffix("Z").partition(".")
        if "+" in rest:
            rest = rest.partition("+")[0]
        seconds = datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp()
        return int(seconds) * SECOND_NS + int((rest or "0").ljust(9, "0")[:9])
    except (ValueError, ArithmeticError):
        return None


def as_unix(value: Any) -> Any:
    """The same document with every time in the form of ``UNIX``."""
    if isinstance(value, dict):
        return {
            name: _unix_field(name, inner) if isinstance(inner, str) else as_unix(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [as_unix(inner) for inner in value]
    return value


def _unix_field(name: str, text: str) -> str:
    is_time = name.lower().endswith(("time", "timestamp")) or name in ("from", "to")
    if not is_time or "T" not in text:
        return text
    time_ns = read_time(text)
    return text if time_ns is None else unix(time_ns)


def fixed(units: int, digits: int) -> str:
    """An amount with exactly so many decimals."""
    step = SCALE // 10**digits
    whole, rest = divmod(abs(round(Fraction(units, step))), 10**digits)
    sign = "-" if units < 0 and (whole or rest) else ""
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"


def price(symbol: str, units: int) -> str:
    """A price, padded to the instrument's digits."""
    digits = TERMS_OF[symbol].price_digits
    # A volume-weighted price may have more digits than the ladder's.
    return plain(units) if units % (SCALE // 10**digits) else fixed(units, digits)


def money(units: int) -> str:
    """An amount in the home currency."""
    return fixed(units, 4) if units % (SCALE // 10_000) == 0 else plain(units)


def plain(units: int) -> str:
    """A number without trailing zeros."""
    whole, rest = divmod(abs(units), SCALE)
    sign = "-" if units < 0 else ""
    return f"{sign}{whole}" + (f".{rest:08d}".rstrip("0") if rest else "")


def ratio(value: Fraction) -> str:
    """A fraction, with five decimals."""
    return fixed(round(value * SCALE), 5)
