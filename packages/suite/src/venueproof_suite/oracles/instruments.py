"""Instruments whose steps show what a connector does to numbers."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import pytest

from venueproof_core.control import TruthInstrument
from venueproof_suite.world import World


def is_power_of_ten(step: Decimal) -> bool:
    """Whether rounding to so many decimals is the same as rounding to the step."""
    return step.normalize().as_tuple().digits == (1,)


def _odd(step: Decimal) -> Decimal:
    return Decimal(0) if is_power_of_ten(step) else 1 / step


_LARGEST: Mapping[str, Callable[[TruthInstrument], Decimal]] = {
    "smallest-tick": lambda item: 1 / item.tick_size,
    "largest-tick": lambda item: item.tick_size,
    "odd-tick": lambda item: _odd(item.tick_size),
    "smallest-lot": lambda item: 1 / item.lot_size,
    "odd-lot": lambda item: _odd(item.lot_size),
}

STEPS: Mapping[str, str] = {kind: kind for kind in _LARGEST}
"""Variants of a case over instruments: ``odd`` steps are no powers of ten."""


async def instrument_with(world: World, kind: str) -> TruthInstrument:
    """The venue's instrument that has the most of a kind of step; the case is left out where it has none."""
    found = max(await world.truth.instruments(), key=_LARGEST[kind])
    if not _LARGEST[kind](found):
        pytest.skip(f"no instrument of this venue has an {kind}")
    return found
