"""What this package registers: every defect of its mutation modules."""

import importlib
import pkgutil
from collections.abc import Sequence

from venueproof_core import Defect, hookimpl
from venueproof_defects import mutations


@hookimpl
def venueproof_register_defects() -> Sequence[Defect]:
    """Offer the broken connectors that are the same for every venue."""
    found: list[Defect] = []
    for module in sorted(pkgutil.iter_modules(mutations.__path__), key=lambda one: one.name):
        found += importlib.import_module(f"{mutations.__name__}.{module.name}").DEFECTS
    return found
