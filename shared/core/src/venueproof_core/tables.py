"""A connector's wire tables: how domain words are spelled on one venue's wire.

They are data so that a mutation can change one entry (swap the sides, read milliseconds as seconds,
drop a field) and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from venueproof_core.models import Liquidity, OrderStatus, Side, TimeInForce


def plain_text(value: Decimal) -> str:
    """Decimal text without an exponent: ``1E-8`` is written ``0.00000001``."""
    return format(value, "f")


@dataclass(frozen=True, kw_only=True)
class WireTables:
    """One venue's spelling.

    Attributes:
        sides: Ours to theirs.
        statuses: Theirs to ours.
        time_in_force: Ours to theirs.
        time_unit_ns: Nanoseconds of one unit of the venue's times.
        fields: Our ``type.field`` (``fill.fee``, ``order.filled_quantity``) to the wire's key.
        liquidity: Theirs to ours.
        decimal_text: How numbers are written.
        read_decimal: How numbers are read.
        quote_text: How a value is percent-encoded in the text that is signed and sent; ``None`` keeps the
            connector's own way.
    """

    sides: Mapping[Side, str]
    statuses: Mapping[str, OrderStatus]
    time_in_force: Mapping[TimeInForce, str]
    time_unit_ns: int
    fields: Mapping[str, str] = field(default_factory=dict)
    liquidity: Mapping[object, Liquidity] = field(default_factory=dict)
    decimal_text: Callable[[Decimal], str] = plain_text
    read_decimal: Callable[[str], Decimal] = Decimal
    quote_text: Callable[[str], str] | None = None

    @cached_property
    def keys(self) -> Mapping[str, Mapping[str, str]]:
        """``fields`` by type: each type's fields to the wire's keys."""
        by_type: dict[str, dict[str, str]] = {}
        for name, key in self.fields.items():
            kind, _, own = name.partition(".")
            by_type.setdefault(kind, {})[own] = key
        return by_type

    @cached_property
    def sides_read(self) -> Mapping[str, Side]:
        """Theirs to ours."""
        return {theirs: ours for ours, theirs in self.sides.items()}

    @cached_property
    def time_in_force_read(self) -> Mapping[str, TimeInForce]:
        """Theirs to ours."""
        return {theirs: ours for ours, theirs in self.time_in_force.items()}
