"""Which items a case becomes: one per variant, and one per defect when connectors are to be broken."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from venueproof_core.rules import Rule
from venueproof_suite.decorator import Case

# The parameter that carries the slot of an item.
SLOT = "venueproof_slot"


@dataclass(frozen=True)
class Slot:
    """One item of a case.

    Attributes:
        rule: With the item's own id.
        variant: What arrives as argument ``variant``.
        defect: Name of the defect the connector has; ``None`` is the connector as it is.
    """

    rule: Rule
    variant: Any = None
    defect: str | None = None

    @property
    def word(self) -> str:
        """What pytest shows in brackets."""
        return self.rule.id if self.defect is None else f"{self.rule.id}!{self.defect}"


class _Pair(msgspec.Struct):
    cases: list[str]
    defect: str | None = None


class Slots:
    """Answers which slots there are.

    Args:
        path: JSON list of ``{"defect": name or null, "cases": [ids]}``; ``None`` runs each case once.
    """

    def __init__(self, path: Path | None) -> None:
        self._defects: dict[str, list[str | None]] | None = None
        if path is not None:
            self._defects = {}
            for pair in msgspec.json.decode(path.read_bytes(), type=list[_Pair]):
                for case_id in pair.cases:
                    self._defects.setdefault(case_id, []).append(pair.defect)

    def of(self, case: Case) -> list[Slot] | None:
        """The slots of a case; ``None`` where it is a single plain item."""
        singles = [
            Slot(rule, variant)
            for rule, variant in zip(case.rules(), case.variants.values() or [None], strict=True)
        ]
        if self._defects is None:
            return singles if case.variants else None
        return [
            Slot(single.rule, single.variant, defect)
            for single in singles
            for defect in self._unique(single.rule.id)
        ] or None

    def takes(self, slot: Slot) -> bool:
        """Whether the item is one of the pairs, if pairs were given."""
        return self._defects is None or slot.defect in self._defects.get(slot.rule.id, ())

    def _unique(self, case_id: str) -> Iterable[str | None]:
        return dict.fromkeys((self._defects or {}).get(case_id, ()))


def slot_of(item: pytest.Item, case: Case) -> Slot:
    """The slot of a collected item."""
    callspec = getattr(item, "callspec", None)
    slot = callspec.params.get(SLOT) if callspec is not None else None
    return slot if isinstance(slot, Slot) else Slot(case.rule)
