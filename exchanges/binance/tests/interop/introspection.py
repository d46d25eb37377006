"""Which public calls a client has, and what on the wire each of them reaches: read from its own source."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# What comes after the symbol in a stream's name, or the whole name of a stream of all symbols.
STREAM = r"@(\w+?)(?=[_\W]|$)|(!(?:miniTicker|ticker_|ticker(?=@)))"


@dataclass(frozen=True)
class Must:
    """What the simulator serves in full, by the names on the wire: what clients must be tried on.

    Attributes:
        controls: Messages about the streams of a connection.
        streams: Kinds, as ``streams`` finds them in sources.
    """

    requests: frozenset[str]
    methods: frozenset[str]
    controls: frozenset[str]
    streams: frozenset[str]

    @classmethod
    def of(cls, documented: Iterable[Mapping[str, Any]]) -> Must:
        """Out of the rows that the control plane tells."""
        must = [row for row in documented if row["tier"] == "must"]

        def names(kind: str) -> frozenset[str]:
            return frozenset(row["name"] for row in must if row["kind"] == kind)

        kinds = frozenset(next(iter(streams(name))) for name in names("stream"))
        return cls(names("request"), names("method"), names("control"), kinds)


Reached = Callable[[str], Iterable[str]]


def source(function: Any) -> str:
    """A function's code without its docstring: examples in prose are no calls."""
    try:
        text = inspect.getsource(function)
    except (OSError, TypeError):
        return ""
    return re.sub(r'r?"""(?:.|\n)*?"""', "", text)


def streams(source: str) -> Iterable[str]:
    """Kinds of market streams that are named in a method's source."""
    return (kind or whole for kind, whole in re.findall(STREAM, source))


def reaching(
    owner: type,
    reached: Reached,
    must: Iterable[str],
    *,
    through: Iterable[str] = (),
    past: Iterable[str] = (),
) -> dict[str, set[str]]:
    """Public methods of a class that reach the must tier, with what they reach.

    Args:
        owner: The class.
        reached: Finds endpoints in a method's source.
        must: The tier.
        through: Private helpers to look through; public methods are, when others call them.
        past: Public methods that are not: what every call does first.
    """
    texts = {
        name: source(method)
        for name, method in inspect.getmembers(owner, callable)
        if not name.startswith("__")
    }
    tier, helpers, left_out = frozenset(must), frozenset(through), frozenset(past)
    direct = {name: set(reached(text)) & tier for name, text in texts.items()}
    calls = {
        name: {
            other
            for other in re.findall(r"self\.(\w+)\(", text)
            if other in texts.keys() - left_out and (not other.startswith("_") or other in helpers)
        }
        for name, text in texts.items()
    }
    total = {name: _closure(name, direct, calls) for name in texts}
    return {name: ends for name, ends in total.items() if ends and not name.startswith("_")}


def _closure(name: str, direct: Mapping[str, set[str]], calls: Mapping[str, set[str]]) -> set[str]:
    seen, waiting, found = {name}, [name], set()
    while waiting:
        one = waiting.pop()
        found |= direct[one]
        waiting += calls[one] - seen
        seen |= calls[one]
    return found
