"""Both cores are a ``VenueCore``."""

import inspect
from collections.abc import Callable

import pytest

from venueproof_simulator.matching import MatchingCore
from venueproof_simulator.quoting import QuotingCore
from venueproof_simulator.venue_core import InstrumentRules, VenueCore

RULES = InstrumentRules(
    symbol="EUR-USD",
    base="EUR",
    quote="USD",
    tick_size=1_000_000,
    lot_size=1_000_000,
    minimum_quantity=1_000_000,
)
METHODS = [
    name for name, value in vars(VenueCore).items() if name[0] != "_" and inspect.isfunction(value)
]


def matching() -> VenueCore:
    return MatchingCore([RULES])


def quoting() -> VenueCore:
    return QuotingCore([RULES], home_asset="USD")


@pytest.mark.parametrize("make", [matching, quoting])
@pytest.mark.parametrize("method", METHODS)
def test_core_takes_what_the_interface_takes(make: Callable[[], VenueCore], method: str) -> None:
    wanted = inspect.signature(getattr(VenueCore, method)).parameters
    offered = inspect.signature(getattr(type(make()), method)).parameters
    extra = [each for name, each in offered.items() if name not in wanted]

    assert [(p.name, p.kind, p.default) for p in wanted.values()] == [
        (p.name, p.kind, p.default) for name, p in offered.items() if name in wanted
    ]
    assert all(each.default is not inspect.Parameter.empty for each in extra)


@pytest.mark.parametrize("make", [matching, quoting])
def test_core_keeps_rules_of_its_own(make: Callable[[], VenueCore]) -> None:
    kept = make().instruments["EUR-USD"]

    assert kept == RULES
    assert kept is not RULES
