"""Comparing structs field by field, but only fields for which the client has a word."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from venueproof_core.venue import Projection
from venueproof_suite.deadlines import violated
from venueproof_suite.oracles.comparison import EXACT, same_number, same_time


def must_equal(
    observed: Any, expected: Mapping[str, Any], what: str, projection: Projection = EXACT
) -> None:
    """Hold fields of a value against what they must be.

    Times (``..._ns``) are compared at the wire's resolution, numbers in the digits that the client keeps.

    Args:
        observed: A struct of ``venueproof_core.models``.
        expected: Field name to value; fields left out are not looked at.

    Raises:
        RuleViolation: With every field that differs.
    """
    absent = projection.absent_fields.get(type(observed).__name__, {})
    wrong = [
        name
        for name, value in expected.items()
        if name not in absent and not _is_same(name, value, getattr(observed, name), projection)
    ]
    if wrong:
        violated(
            f"{what}: {', '.join(wrong)} not as at the venue",
            expected={name: _shown(expected[name]) for name in wrong},
            observed={name: _shown(getattr(observed, name)) for name in wrong},
        )


def _is_same(name: str, expected: Any, observed: Any, projection: Projection) -> bool:
    if isinstance(expected, tuple):
        is_as_long = isinstance(observed, tuple) and len(observed) == len(expected)
        return is_as_long and all(
            _is_same(name, *pair, projection) for pair in zip(expected, observed, strict=True)
        )
    if isinstance(expected, Decimal):
        return isinstance(observed, Decimal) and same_number(expected, observed, projection)
    if name.endswith("_time_ns") and isinstance(expected, int):
        return isinstance(observed, int) and same_time(expected, observed)
    return bool(expected == observed)


def _shown(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
