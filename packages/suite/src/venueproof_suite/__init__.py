"""The catalogue of cases, its fixtures, oracles, runner and pytest plugin.

What case authors import is here; each name is loaded at its first use, since pytest imports this package
in every project that has it installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from venueproof_suite.deadlines import collect_until, expect, require_fired, violated, within
    from venueproof_suite.decorator import case
    from venueproof_suite.errors import DeadlinePassed, HarnessError, Inconclusive
    from venueproof_suite.measure import Measure
    from venueproof_suite.orders import OrderFactory
    from venueproof_suite.runner import IntegrationTestRunner
    from venueproof_suite.world import FaultHandle, GateHandle, World

__all__ = [
    "DeadlinePassed",
    "FaultHandle",
    "GateHandle",
    "HarnessError",
    "Inconclusive",
    "IntegrationTestRunner",
    "Measure",
    "OrderFactory",
    "World",
    "case",
    "collect_until",
    "expect",
    "require_fired",
    "violated",
    "within",
]

_HOMES = {
    "decorator": ("case",),
    "deadlines": ("collect_until", "expect", "require_fired", "violated", "within"),
    "errors": ("DeadlinePassed", "HarnessError", "Inconclusive"),
    "measure": ("Measure",),
    "orders": ("OrderFactory",),
    "runner": ("IntegrationTestRunner",),
    "world": ("FaultHandle", "GateHandle", "World"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
