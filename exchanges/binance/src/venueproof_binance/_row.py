"""Reads one JSON object of the venue by our names of its fields."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from venueproof_binance.errors import unreadable
from venueproof_core import WireTables
from venueproof_core.errors import VenueError

_MISSING: Final = object()


class Row:
    """One JSON object, read field by field by our names; what cannot be read is named by its path.

    Args:
        kind: Our name of the type: ``order``, ``fill_event``.
        operation: What the object came from; a write's unreadable reply has an unknown outcome.
    """

    def __init__(self, data: Any, tables: WireTables, kind: str, operation: str) -> None:
        self._data = data
        self._tables = tables
        self._kind = kind
        self._operation = operation
        if not isinstance(data, (Mapping, list)):
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
        if isinstance(self._data, list):
            index = int(key)
            return f"$[{key}]", self._data[index] if index < len(self._data) else _MISSING
        return f"$.{key}", self._data.get(key, _MISSING)

    def text(self, name: str) -> str:
        """A string, or an integer id as text."""
        path, value = self._find(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            raise self._error(path, "text", value)
        return value

    def text_or_none(self, name: str) -> str | None:
        """A string; ``None`` if it is absent, null or empty."""
        value = self._find(name)[1]
        return None if value in (_MISSING, None, "") else self.text(name)

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

    def decimal(self, name: str) -> Decimal:
        """A number written as text."""
        path, value = self._find(name)
        if isinstance(value, str):
            try:
                number = self._tables.read_decimal(value)
            except (InvalidOperation, ValueError):
                number = None
            if number is not None and number.is_finite():
                return number
        raise self._error(path, "a decimal string", value)

    def decimal_or_none(self, name: str) -> Decimal | None:
        """A number; ``None`` if it is absent or null."""
        return None if self._find(name)[1] in (_MISSING, None) else self.decimal(name)

    def positive_or_none(self, name: str) -> Decimal | None:
        """A number; ``None`` where the venue writes zero for "there is none"."""
        value = self.decimal_or_none(name)
        return value if value else None

    def time_ns(self, name: str) -> int:
        """A time."""
        return self.whole(name) * self._tables.time_unit_ns

    def time_ns_or_none(self, name: str) -> int | None:
        """A time; ``None`` if it is absent."""
        return None if self._find(name)[1] in (_MISSING, None) else self.time_ns(name)

    def word(self, name: str, words: Mapping[Any, Any]) -> Any:
        """A word of a closed list. In the state of an order or fill, a new word is an error."""
        path, value = self._find(name)
        try:
            return words[value]
        except (KeyError, TypeError):
            raise self._error(path, f"one of {', '.join(map(str, words))}", value) from None
