"""Reads one JSON object of a venue by our names of its fields."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from venueproof_core import Outcome, WireTables
from venueproof_core.errors import MalformedMessageError, VenueError
from venueproof_net.retry import WRITES

_MISSING: Final = object()


def failure_outcome(operation: str) -> Outcome:
    """The outcome of a request whose answer is no answer: UNKNOWN for a write, nothing for a read."""
    return Outcome.UNKNOWN if operation in WRITES else Outcome.NOT_APPLIED


def unreadable(
    message: str,
    text: str,
    operation: str,
    *,
    venue: str,
    path: str = "$",
    status: int | None = None,
) -> VenueError:
    """The error for an answer that cannot be read."""
    return MalformedMessageError(
        message,
        path=path,
        text=text[:200],
        venue=venue,
        operation=operation,
        outcome=failure_outcome(operation),
        status=status,
    )


class Row:
    """One JSON object, read field by field by our names; what cannot be read is named by its path.

    Each venue's package makes its own of it.

    Args:
        kind: Our name of the type: ``order``, ``fill_event``.
        operation: What the object came from; a write's unreadable reply has an unknown outcome.
    """

    venue: ClassVar[str]
    __slots__ = ("_data", "_keys", "_kind", "_operation", "_tables")

    def __init__(self, data: Any, tables: WireTables, kind: str, operation: str) -> None:
        self._data = data
        self._tables = tables
        self._kind = kind
        self._operation = operation
        self._keys = tables.keys[kind]
        if not isinstance(data, (dict, list)):
            raise self._unreadable("$", "an object", data)

    def _find(self, name: str) -> Any:
        key = self._keys[name]
        data = self._data
        if isinstance(data, dict):
            return data.get(key, _MISSING)
        index = int(key)
        return data[index] if index < len(data) else _MISSING

    # Paths and texts are made here only: what can be read needs none of them.
    def _error(self, name: str, expected: str, received: Any) -> VenueError:
        key = self._keys[name]
        path = f"$[{key}]" if isinstance(self._data, list) else f"$.{key}"
        return self._unreadable(path, expected, received)

    def _unreadable(self, path: str, expected: str, received: Any) -> VenueError:
        what = "nothing" if received is _MISSING else repr(received)
        return unreadable(
            f"{path}: expected {expected} for {self._kind}, received {what}",
            repr(self._data),
            self._operation,
            venue=self.venue,
            path=path,
        )

    def text(self, name: str) -> str:
        """A string, or an integer id as text."""
        value = self._find(name)
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise self._error(name, "text", value)

    def text_or_none(self, name: str) -> str | None:
        """A string; ``None`` if it is absent, null or empty."""
        return None if self._find(name) in (_MISSING, None, "") else self.text(name)

    def whole(self, name: str) -> int:
        """An integer."""
        value = self._find(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self._error(name, "an integer", value)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._find(name)
        if isinstance(value, bool):
            return value
        raise self._error(name, "true or false", value)

    def decimal(self, name: str) -> Decimal:
        """A number written as text."""
        value = self._find(name)
        if isinstance(value, str):
            try:
                number = self._tables.read_decimal(value)
            except (InvalidOperation, ValueError):
                number = None
            if number is not None and number.is_finite():
                return number
        raise self._error(name, "a decimal string", value)

    def decimal_or_none(self, name: str) -> Decimal | None:
        """A number; ``None`` if it is absent or null."""
        return None if self._find(name) in (_MISSING, None) else self.decimal(name)

    def positive_or_none(self, name: str) -> Decimal | None:
        """A number; ``None`` where the venue writes zero for "there is none"."""
        return self.decimal_or_none(name) or None

    def time_ns(self, name: str) -> int:
        """A time."""
        return self.whole(name) * self._tables.time_unit_ns

    def time_ns_or_none(self, name: str) -> int | None:
        """A time; ``None`` if it is absent."""
        return None if self._find(name) in (_MISSING, None) else self.time_ns(name)

    def word(self, name: str, words: Mapping[Any, Any]) -> Any:
        """A word of a closed list. In the state of an order or fill, a new word is an error."""
        value = self._find(name)
        try:
            return words[value]
        except (KeyError, TypeError):
            raise self._error(name, f"one of {', '.join(map(str, words))}", value) from None
