"""Decimal text to exact integers, fast."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation


def units_reader(digits: int) -> Callable[[str], int]:
    """Return a function from decimal text to integer units of ``10**-digits``.

    The function raises ``ValueError`` for text that is no decimal or has non-zero digits beyond the unit.
    """
    point_at, tail_at = -digits - 1, -digits

    def read(text: str) -> int:
        # Venues pad to a fixed number of decimals: then cutting out the point is all it takes.
        if text[point_at:tail_at] == ".":
            try:
                return int(text.replace(".", "", 1))
            except ValueError:
                pass
        return _read_any(text, digits)

    return read


def _read_any(text: str, digits: int) -> int:
    try:
        scaled = Decimal(text).scaleb(digits)
        units = int(scaled)
    except (InvalidOperation, OverflowError, TypeError) as error:
        raise ValueError(f"expected a decimal number, received {text!r}") from error
    if units != scaled:
        raise ValueError(f"{text!r} has more than {digits} decimals")
    return units
