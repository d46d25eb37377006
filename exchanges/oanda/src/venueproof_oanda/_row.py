"""Reads one JSON object of the venue by our names of its fields."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from venueproof_core import WireTables
from venueproof_core.errors import VenueError
from venueproof_oanda.errors import unreadable

_MISSING: Final = object()


class Row:
    """One JSON object, read field by field by our names; what cannot be read is named by its path.

    Args:
        kind: Our name of the type: ``order``, ``fill``.
        operation: What the object came from; a write's unreadable reply has an unknown outcome.
    """

    def __init__(self, data: Any, tables: WireTables, kind: str, operation: str) -> None:
        self._data = data
        self._tables = tables
        self._kind = kind
        self._operation = operation
        if not isinstance(data, Mapping):
            raise self._error("$", "an object", data)

    def _error(self, path: str, expected: str, received: Any) -> VenueError:
        what = "nothing" if received is _MISSING else repr(received)
        return unreadable(
            f"{path}: expected {expected} for {self._kind}, received {what}",
            repr(self._data),
            self._operation,
            path=path,
        )

    def _find(self, name: str) -> tuple[str, Any]:
        key = self._tables.fields[f"{self._kind}.{name}"]
        return f"$.{key}", self._data.get(key, _MISSING)

    def has(self, name: str) -> bool:
        """Whether it is there."""
        return self._find(name)[1] not in (_MISSING, None)

    def text(self, name: str) -> str:
        """A string."""
        path, value = self._find(name)
        if not isinstance(value, str):
            raise self._error(path, "text", value)
        return value

    def whole(self, name: str) -> int:
        """An integer."""
        path, value = self._find(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._error(path, "an integer", value)
        return value

    def flag(self, name: str) -> bool:
        """True or false."""
        path, value = self._find(name)
        if not isinstance(value, bool):
            raise self._error(path, "true or false", value)
        return value

    def objects(self, name: str) -> list[Any]:
        """A list."""
        path, value = self._find(name)
        if not isinstance(value, list):
            raise self._error(path, "a list", value)
        return value

    def decimal(self, name: str) -> Decimal:
        """A number, written as text or as an integer."""
        path, value = self._find(name)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if isinstance(value, str) or is_whole:
            try:
                number = self._tables.read_decimal(str(value))
            except (InvalidOperation, ValueError):
                number = None
            if number is not None and number.is_finite():
                return number
        raise self._error(path, "a decimal string", value)

    def decimal_or_none(self, name: str) -> Decimal | None:
        """A number; ``None`` if it is absent."""
        return self.decimal(name) if self.has(name) else None

    def time_ns(self, name: str) -> int:
        """A time with up to nine decimals."""
        path, value = self._find(name)
        found = read_time_ns(value) if isinstance(value, str) else None
        if found is None:
            raise self._error(path, "a time", value)
        return found * self._tables.time_unit_ns

    def word(self, name: str, words: Mapping[Any, Any]) -> Any:
        """A word of a closed list. In the state of an order or fill, a new word is an error."""
        path, value = self._find(name)
        try:
            return words[value]
        except (KeyError, TypeError):
            raise self._error(path, f"one of {', '.join(map(str, words))}", value) from None


def read_time_ns(text: str) -> int | None:
    """``2016-10-27T08:38:43.094548890Z`` in nanoseconds UTC; ``None`` where it is no such time."""
    whole, _, rest = text.removesuffix("Z").partition(".")
    try:
        seconds = datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp()
        return int(seconds) * 1_000_000_000 + int(rest.ljust(9, "0")[:9] or 0)
    except ValueError:
        return None


def time_text(time_ns: int) -> str:
    """A time as the venue wants it."""
    seconds, rest = divmod(time_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
