"""Load, validate, sort and list what is installed."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from venueproof_core import hookspecs
from venueproof_core.control import Target
from venueproof_core.defects import Defect
from venueproof_core.errors import ConfigurationError, PluginError, unknown_name
from venueproof_core.venue import Bridge, Connector, Venue

EXACT_SET_VARIABLE = "VENUEPROOF_PLUGINS"


@dataclass
class Plugins:
    """Everything that is registered, sorted by name.

    Attributes:
        broken: Entry point to why it could not be loaded or was refused.
        owners: Kind and name of each registered object to the entry point that registered it.
    """

    venues: dict[str, Venue] = field(default_factory=dict)
    connectors: dict[tuple[str, str], Connector] = field(default_factory=dict)
    bridges: dict[str, Bridge] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    case_packages: list[str] = field(default_factory=list)
    defects: dict[str, Defect] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    owners: dict[tuple[str, Any], str] = field(default_factory=dict)

    def venue(self, name: str) -> Venue:
        """The venue of that name; ``binance_spot`` is accepted for ``binance``.

        Raises:
            ConfigurationError: There is none.
        """
        short = name.removesuffix("_spot")
        if short in self.venues:
            return self.venues[short]
        raise ConfigurationError(self._unknown("venue", name, self.venues))

    def connector(self, venue: str, name: str) -> Connector:
        """The venue's connector of that name; ``name:argument`` asks the bridge of that name.

        Raises:
            ConfigurationError: There is none, or it cannot be used here.
        """
        found = self.connectors.get((venue, name))
        if self.is_bridged(name):
            bridge, _, argument = name.partition(":")
            found = self.bridges[bridge].connector_for(self.venue(venue), argument)
        if found is not None and found.refusal is not None:
            raise ConfigurationError(f"connector {name!r} for {venue}: {found.refusal}")
        if found is not None:
            return found
        names = [other for where, other in self.connectors if where == venue]
        raise ConfigurationError(self._unknown(f"connector for {venue}", name, names))

    def is_bridged(self, name: str) -> bool:
        """Whether ``name`` is a bridge's with an argument: ``cmd:PROGRAM``."""
        bridge, colon, _ = name.partition(":")
        return bool(colon) and bridge in self.bridges

    def _unknown(self, what: str, name: str, known: Iterable[str]) -> str:
        text = unknown_name(what, name, known)
        if self.broken:
            broken = ", ".join(sorted(self.broken))
            text += f" (could not be loaded: {broken}; see `venueproof doctor`)"
        return text


def load_plugins(extra: Iterable[tuple[str, Any]] = ()) -> Plugins:
    """Find every installed plugin by its entry point.

    A broken plugin is recorded in ``broken`` and never stops the others. The environment variable
    ``VENUEPROOF_PLUGINS`` (entry point names, comma separated) loads exactly that set.

    Args:
        extra: Further plugins, name and module, as if they were installed.
    """
    exact = os.environ.get(EXACT_SET_VARIABLE)
    wanted = None if exact is None else {name.strip() for name in exact.split(",") if name.strip()}
    plugins = Plugins()
    modules: list[tuple[str, Any]] = []
    found: list[EntryPoint] = sorted(
        entry_points(group="venueproof"), key=lambda point: (point.name, point.value)
    )
    for point in found:
        if wanted is not None and point.name not in wanted:
            continue
        try:
            modules.append((point.name, point.load()))
        except (Exception, SystemExit) as error:
            plugins.broken[point.name] = f"{type(error).__name__}: {error}"
    for name, module in [*modules, *extra]:
        _register(plugins, name, module)
    for bridge in plugins.bridges.values():
        _ask_for_connectors(plugins, bridge)
    return _sorted(plugins)


def _ask_for_connectors(plugins: Plugins, bridge: Bridge) -> None:
    owner = plugins.owners["bridge", bridge.name]
    try:
        for venue in plugins.venues.values():
            connector = bridge.connector_for(venue)
            if connector is not None:
                _add(plugins, owner, connector)
    except Exception as error:
        plugins.broken[owner] = f"bridge {bridge.name!r}: {type(error).__name__}: {error}"


def _register(plugins: Plugins, name: str, module: Any) -> None:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(module, name=name)
        manager.check_pending()
        if not manager.get_hookcallers(module):
            raise PluginError(f"plugin {name!r} registers nothing: does it lack @hookimpl?")
        collected = _collect(manager)
        for add in collected:
            _add(plugins, name, add)
    except PluginError as error:
        plugins.broken[name] = str(error)
    except Exception as error:
        plugins.broken[name] = f"{type(error).__name__}: {error}"


def _collect(manager: pluggy.PluginManager) -> list[Any]:
    hooks = manager.hook
    values: list[Any] = [*hooks.venueproof_register_venue(), *hooks.venueproof_register_cases()]
    for several in (
        *hooks.venueproof_register_target(),
        *hooks.venueproof_register_connector(),
        *hooks.venueproof_register_bridge(),
        *hooks.venueproof_register_defects(),
    ):
        values += list(several) if isinstance(several, Sequence) else [several]
    return values


def _add(plugins: Plugins, plugin: str, value: Any) -> None:
    if isinstance(value, Venue):
        _put(plugins, "venue", plugins.venues, value.name, value, plugin)
    elif isinstance(value, Connector):
        _put(plugins, "connector", plugins.connectors, (value.venue, value.name), value, plugin)
    elif isinstance(value, Defect):
        _put(plugins, "defect", plugins.defects, value.name, value, plugin)
    elif isinstance(value, str):
        plugins.case_packages.append(value)
    elif hasattr(value, "connector_for"):
        _put(plugins, "bridge", plugins.bridges, value.name, value, plugin)
    elif hasattr(value, "start") and hasattr(value, "grade"):
        _put(plugins, "target", plugins.targets, value.name, value, plugin)
    else:
        raise PluginError(
            f"plugin {plugin!r} registered {type(value).__name__}, which is none of the known objects"
        )


def _put(
    plugins: Plugins, kind: str, table: dict[Any, Any], key: Any, value: Any, plugin: str
) -> None:
    if key in table:
        first = plugins.owners[kind, key]
        raise PluginError(
            f"plugins {first!r} and {plugin!r} both register the {kind} {key!r}; uninstall one"
        )
    table[key] = value
    plugins.owners[kind, key] = plugin


def _sorted(plugins: Plugins) -> Plugins:
    plugins.venues = dict(sorted(plugins.venues.items()))
    plugins.connectors = dict(sorted(plugins.connectors.items()))
    plugins.bridges = dict(sorted(plugins.bridges.items()))
    plugins.targets = dict(sorted(plugins.targets.items()))
    plugins.defects = dict(sorted(plugins.defects.items()))
    plugins.case_packages.sort()
    return plugins
