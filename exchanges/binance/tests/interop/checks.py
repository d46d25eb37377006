"""Comparing what a client says with what is so, and keeping count.

An expected value is plain data with, here and there, a matcher where the truth is not one value. What a
matcher lets pass unseen is not counted as compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any


class Matcher:
    """Stands for a value in expected data."""

    def matches(self, actual: Any) -> bool:
        """Whether this is such a value."""
        raise NotImplementedError


@dataclass(frozen=True)
class Within(Matcher):
    """An integer in a closed range: a time between two that are known."""

    low: int
    high: int

    def matches(self, actual: Any) -> bool:
        return type(actual) is int and self.low <= actual <= self.high


@dataclass(frozen=True)
class Near(Matcher):
    """A decimal text whose last digit may be rounded either way: documents do not say which."""

    value: Decimal
    step: Decimal = Decimal("1e-8")

    def matches(self, actual: Any) -> bool:
        try:
            places = Decimal(actual).as_tuple().exponent
            is_text = isinstance(actual, str) and places == self.step.as_tuple().exponent
            return is_text and abs(Decimal(actual) - self.value) < self.step
        except (InvalidOperation, TypeError):
            return False


@dataclass(frozen=True)
class Close(Matcher):
    """A number of a client that computes with floats."""

    value: float
    tolerance: float = 1e-9

    def matches(self, actual: Any) -> bool:
        is_number = isinstance(actual, int | float) and not isinstance(actual, bool)
        return is_number and abs(actual - self.value) <= self.tolerance * max(1, abs(self.value))


@dataclass(frozen=True)
class Text(Matcher):
    """A text that matches a pattern as a whole."""

    pattern: str

    def matches(self, actual: Any) -> bool:
        return isinstance(actual, str) and re.fullmatch(self.pattern, actual) is not None


@dataclass(frozen=True)
class OneOf(Matcher):
    """One of several values: documents leave open which."""

    values: tuple[Any, ...]

    def matches(self, actual: Any) -> bool:
        return any(type(actual) is type(value) and actual == value for value in self.values)


@dataclass(frozen=True)
class Like(Matcher):
    """A value of this type. What it should be the truth does not say; it is not counted."""

    kind: type | tuple[type, ...]

    def matches(self, actual: Any) -> bool:
        kinds = self.kind if isinstance(self.kind, tuple) else (self.kind,)
        return type(actual) in kinds


@dataclass(frozen=True)
class Partial:
    """An object that has at least these entries: for rows of which the truth knows a part."""

    entries: Mapping[str, Any]


@dataclass(frozen=True)
class Maybe:
    """A value of a key that may be absent: documents leave open whether it is there."""

    value: Any


@dataclass(frozen=True)
class Kept:
    """A value that some clients pass on and others drop."""

    value: Any


class Shown(dict[str, Any]):
    """An object as a client's typed model holds it.

    Attributes:
        fields: All that the model has room for: what it has no room for cannot be compared.
    """

    def __init__(self, entries: Mapping[str, Any], fields: Iterable[str]) -> None:
        super().__init__(entries)
        self.fields = frozenset(fields)

    def __or__(self, more: Any) -> Shown:
        return Shown({**self, **more}, self.fields)


def compare(expected: Any, actual: Any, path: str = "$") -> tuple[int, list[str]]:
    """How many fields were compared, and every difference, by path."""
    if isinstance(expected, Kept):
        if actual is None:
            return 0, []
        expected = expected.value
    if isinstance(expected, Maybe):
        expected = expected.value
    if isinstance(expected, Matcher):
        counted = 0 if isinstance(expected, Like) else 1
        is_right = expected.matches(actual)
        return counted, [] if is_right else [f"{path}: expected {expected}, received {actual!r}"]
    if isinstance(expected, Partial | Mapping):
        return _compare_objects(expected, actual, path)
    if isinstance(expected, list | tuple):
        return _compare_lists(expected, actual, path)
    is_right = type(expected) is type(actual) and expected == actual
    return 1, [] if is_right else [f"{path}: expected {expected!r}, received {actual!r}"]


def _compare_objects(
    expected: Partial | Mapping[str, Any], actual: Any, path: str
) -> tuple[int, list[str]]:
    if not isinstance(actual, Mapping):
        return 1, [f"{path}: expected an object, received {actual!r}"]
    entries = expected.entries if isinstance(expected, Partial) else expected
    counted, differences = 0, []
    for name, value in entries.items():
        if name in actual:
            found, wrong = compare(value, actual[name], f"{path}.{name}")
            counted += found
            differences += wrong
        elif not _may_lack(actual, name, value):
            counted += 1
            differences.append(f"{path}.{name}: missing, expected {value!r}")
    if not isinstance(expected, Partial):
        for name in actual:
            if name not in entries:
                counted += 1
                differences.append(f"{path}.{name}: not expected, received {actual[name]!r}")
    return counted, differences


def _may_lack(actual: Mapping[str, Any], name: str, value: Any) -> bool:
    if isinstance(actual, Shown) and (value is None or name not in actual.fields):
        return True  # such models leave out what is null
    return isinstance(value, Maybe)


def _compare_lists(expected: Any, actual: Any, path: str) -> tuple[int, list[str]]:
    if not isinstance(actual, list | tuple):
        return 1, [f"{path}: expected a list, received {actual!r}"]
    counted, differences = 1, []
    if len(expected) != len(actual):
        differences.append(f"{path}: expected {len(expected)} items, received {len(actual)}")
    for place, (wanted, received) in enumerate(zip(expected, actual, strict=False)):
        found, wrong = compare(wanted, received, f"{path}[{place}]")
        counted += found
        differences += wrong
    return counted, differences


@dataclass
class Line:
    """One call of a client, or one of its streams."""

    call: str
    endpoint: str
    fields: int
    differences: list[str]


@dataclass
class Report:
    """What one client did: every call, and which of those that it has were never made.

    Attributes:
        known: Public calls of the client that reach the must tier, with what they reach.
    """

    client: str
    version: str
    lines: list[Line] = field(default_factory=list)
    known: dict[str, list[str]] = field(default_factory=dict)

    def check(self, call: str, endpoint: str, expected: Any, actual: Any) -> None:
        """Compare one result and keep it."""
        counted, differences = compare(expected, actual)
        self.lines.append(Line(call, endpoint, counted, differences))

    def failed(self, call: str, endpoint: str, error: BaseException) -> None:
        """Keep a call that raised what it should not."""
        text = f"{type(error).__name__}: {error}"
        self.lines.append(Line(call, endpoint, 0, [f"$: raised {text}"[:2000]]))

    def has(self, calls: Mapping[str, Iterable[str]]) -> None:
        """Say which public calls the client has for the must tier."""
        self.known |= {call: sorted(endpoints) for call, endpoints in calls.items()}

    def as_json(self) -> dict[str, Any]:
        """What ``reports/interop/CLIENT.json`` holds."""
        made = {line.call.partition(" (")[0] for line in self.lines}
        return {
            "client": self.client,
            "version": self.version,
            "calls": [vars(line) for line in self.lines],
            "fields": sum(line.fields for line in self.lines),
            "differences": sum(bool(line.differences) for line in self.lines),
            "covered": sorted(self.known.keys() & made),
            "uncovered": {call: self.known[call] for call in sorted(self.known.keys() - made)},
        }
