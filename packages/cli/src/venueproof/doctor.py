"""``venueproof doctor``: what is installed, what can run here, and what to do about the rest."""

import os
import platform
import re
import socket
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions, entry_points, version

from packaging.requirements import Requirement

from venueproof_core.errors import ConfigurationError
from venueproof_core.plugins import Plugins, load_plugins
from venueproof_core.venue import Environment, Venue
from venueproof_core.verdict import ExitCode
from venueproof_suite.settings import read_settings

OWN = re.compile(r"venueproof(-[a-z0-9]+)?")


@dataclass(frozen=True)
class Line:
    """One finding.

    Attributes:
        remedy: What to do, if something is in the way.
        is_fatal: Something that is installed does not work.
    """

    text: str
    remedy: str | None = None
    is_fatal: bool = False


def run(_options: Namespace) -> ExitCode:
    """Print every finding, then what to do; usage error if something that is here does not work."""
    plugins = load_plugins()
    settings, variables = read_environment()
    sections = {
        "installed": list(installed()),
        "extras": list(extras()),
        "plugins": list(plugin_lines(plugins)),
        "settings": [settings],
        "venues": list(venue_lines(plugins, variables)),
        "machine": list(machine()),
    }
    found = [line for lines in sections.values() for line in lines]
    out = sys.stdout.write
    for title, lines in sections.items():
        out(f"{title}\n" + "".join(f"  {line.text}\n" for line in lines))
    remedies = list(dict.fromkeys(line.remedy for line in found if line.remedy))
    out(
        "what to do\n" + "".join(f"  {remedy}\n" for remedy in remedies or ["nothing: all is well"])
    )
    return ExitCode.USAGE if any(line.is_fatal for line in found) else ExitCode.COMPLIANT


def read_environment() -> tuple[Line, Mapping[str, str]]:
    """Whether the settings can be read, and the environment with ``.env`` below it."""
    try:
        given = read_settings()
    except ConfigurationError as error:
        return Line(f"unusable: {error}", remedy=str(error), is_fatal=True), os.environ
    changed = given.settings.model_dump(exclude_defaults=True)
    names = ", ".join(sorted(name.upper() for name in changed))
    return Line(f"changed: {names}" if names else "all at their defaults"), given.environment


def installed() -> Iterator[Line]:
    """Python and our own distributions."""
    yield Line(
        f"Python {platform.python_version()} on {platform.platform()}, {os.cpu_count()} CPUs"
    )
    own = sorted(
        {
            f"{name} {distribution.version}"
            for distribution in distributions()
            if OWN.fullmatch(name := distribution.metadata["Name"] or "")
        }
    )
    yield Line(", ".join(own))


def extras() -> Iterator[Line]:
    """Clients that are installed only when asked for."""
    for owner in sorted(
        distributions(), key=lambda distribution: distribution.metadata["Name"] or ""
    ):
        name = owner.metadata["Name"] or ""
        if not OWN.fullmatch(name):
            continue
        for requirement in map(Requirement, owner.requires or ()):
            extra = re.search(r"extra == ['\"]([^'\"]+)['\"]", str(requirement.marker or ""))
            if extra:
                yield _extra(name, extra[1], requirement.name)


def _extra(owner: str, extra: str, needed: str) -> Line:
    label = f"{owner}[{extra}]: {needed}"
    try:
        return Line(f"{label} {version(needed)}")
    except ModuleNotFoundError:
        return Line(f"{label} is not installed (only needed when `{extra}` is named)")


def plugin_lines(plugins: Plugins) -> Iterator[Line]:
    """Entry points that could be loaded, and those that could not, with the reason."""
    points = {point.name: point for point in entry_points(group="venueproof")}
    for name, point in sorted(points.items()):
        if name not in plugins.broken:
            yield Line(f"{name}: loaded from {point.value}")
    for name, reason in sorted(plugins.broken.items()):
        owner = points[name].dist if name in points else None
        package = owner.name if owner else name
        yield Line(
            f"{name}: BROKEN: {' '.join(reason.split())}",
            remedy=f"repair or uninstall the plugin {name}: pip uninstall {package}",
            is_fatal=True,
        )


def venue_lines(plugins: Plugins, variables: Mapping[str, str]) -> Iterator[Line]:
    """For each venue: connectors, its simulator, and each environment with its credentials."""
    if not plugins.venues:
        remedy = "install a venue's package: pip install --editable 'exchanges/binance[simulator]'"
        yield Line("none", remedy=remedy)
    simulated = {point.name for point in entry_points(group="venueproof.dialects")}
    for venue in plugins.venues.values():
        connectors = [each for each in plugins.connectors.values() if each.venue == venue.name]
        names = ", ".join(each.name for each in connectors if each.refusal is None)
        yield Line(f"{venue.name}: {venue.title}; connectors: {names or 'none'}")
        for each in connectors:
            if each.refusal is not None:
                yield Line(f"  {each.name}: {each.refusal}")
        if venue.name in simulated and "simulator" in plugins.targets:
            yield Line(f"  simulator: ready: venueproof run {venue.name}")
        else:
            yield Line(
                "  simulator: not installed",
                remedy=f"install the venue's simulator: pip install 'venueproof-{venue.name}[simulator]'",
            )
        for environment in venue.environments:
            yield _environment(venue, environment, variables)


def _environment(venue: Venue, environment: Environment, variables: Mapping[str, str]) -> Line:
    label = f"  {environment.name}:"
    if environment.refusal:
        return Line(f"{label} cannot be used: {environment.refusal}")
    wanted = sorted(environment.credentials.values())
    states = [f"{name} {_masked(variables.get(name))}" for name in wanted]
    unset = [name for name in wanted if not variables.get(name)]
    if unset:
        return Line(f"{label} no credentials ({', '.join(states)}); see .env.example")
    command = f"venueproof run {venue.name} --target {environment.name}"
    return Line(f"{label} ready: {command} ({', '.join(states)})")


def _masked(value: str | None) -> str:
    # Not even its ends: a few characters of a short secret are most of it.
    return f"set, {len(value)} characters" if value else "not set"


def machine() -> Iterator[Line]:
    """What the simulator needs of the machine: a free loopback port."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield Line(f"loopback: ports are free ({server.getsockname()[1]}, for one)")
    except OSError as error:
        yield Line(
            f"loopback: no port: {error.strerror}",
            remedy="the simulator listens on 127.0.0.1: allow it, or free a port",
            is_fatal=True,
        )
