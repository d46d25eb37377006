"""Every case that is installed, without running any."""

import importlib
import pkgutil
from collections.abc import Iterable

from venueproof_core.errors import PluginError
from venueproof_core.plugins import load_plugins
from venueproof_core.rules import Rule
from venueproof_suite.decorator import REGISTRY


def load_cases(packages: Iterable[str] | None = None) -> list[Rule]:
    """Import every case module and list the rules, sorted by id.

    Args:
        packages: Importable names; ``None`` is what is registered.

    Raises:
        PluginError: A package cannot be imported, or one of its cases is malformed.
    """
    for package in load_plugins().case_packages if packages is None else packages:
        for module in sorted(_modules(package)):
            try:
                importlib.import_module(module)
            except PluginError:
                raise
            except Exception as error:
                raise PluginError(f"cases of {module}: {type(error).__name__}: {error}") from error
    rules = [rule for case in REGISTRY.values() for rule in case.rules()]
    return sorted(rules, key=lambda rule: rule.id)


def _modules(package: str) -> list[str]:
    try:
        root = importlib.import_module(package)
    except ImportError as error:
        raise PluginError(f"package of cases {package!r}: {error}") from error
    found = pkgutil.walk_packages(root.__path__, prefix=f"{package}.")
    return [module.name for module in found if module.name.rpartition(".")[2].startswith("test_")]
