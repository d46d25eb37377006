"""``venueproof list``: what is installed, as a table or as JSON."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import Any

from venueproof_core.capabilities import Capabilities
from venueproof_core.plugins import Plugins, load_plugins
from venueproof_core.verdict import ExitCode

Row = dict[str, Any]

# More in one cell would push what follows off the screen.
_MOST_ITEMS = 6


def run(options: Namespace) -> ExitCode:
    """Print the list; name broken plugins on stderr."""
    plugins = load_plugins()
    rows = LISTS[options.kind](plugins)
    sys.stdout.write(json.dumps(rows, indent=2) + "\n" if options.json else table(rows))
    for name, reason in plugins.broken.items():
        sys.stderr.write(f"venueproof: plugin {name} could not be loaded: {reason}\n")
    return ExitCode.COMPLIANT


def venues(plugins: Plugins) -> list[Row]:
    """Every venue, and where it can be reached."""
    return [
        {
            "name": venue.name,
            "title": venue.title,
            "connectors": [name for where, name in plugins.connectors if where == venue.name],
            "environments": [environment.name for environment in venue.environments],
        }
        for venue in plugins.venues.values()
    ]


def connectors(plugins: Plugins) -> list[Row]:
    """Every connector, by venue."""
    return [
        {
            "venue": connector.venue,
            "name": connector.name,
            "version": connector.version,
            "ours": connector.is_ours,
            "leaves out": sorted(connector.leaves_out),
            "known failures": sorted(connector.known_failures),
            "cannot be used": connector.refusal or "",
        }
        for connector in plugins.connectors.values()
    ]


def cases(_plugins: Plugins) -> list[Row]:
    """Every case, with its rule."""
    from venueproof_suite.catalogue import load_cases

    return [
        {
            "id": rule.id,
            "level": rule.level.value,
            "steering": rule.steering.value,
            "hunts": [bug_class.name for bug_class in rule.hunts],
            "needs": list(rule.needs),
            "rule": rule.text,
        }
        for rule in sorted(load_cases(), key=lambda rule: rule.id)
    ]


def suites(_plugins: Plugins) -> list[Row]:
    """Every named selection of cases."""
    from venueproof_suite.selection import SUITES

    return [{"name": name, "selects": text} for name, text in SUITES.items()]


def faults(_plugins: Plugins) -> list[Row]:
    """Every fault the simulator can make, with its parameters."""
    from venueproof_simulator.faults import registry

    return [
        {
            "name": name,
            "what": first_sentence(fault.__doc__),
            "parameters": [
                f"{parameter}={default!r}: {meaning}"
                for parameter, (default, meaning) in fault.parameters.items()
            ],
        }
        for name, fault in registry().items()
    ]


def capabilities(plugins: Plugins) -> list[Row]:
    """Every capability, and what each venue declares of it."""
    return [
        {
            "name": name,
            "requires": getattr(Capabilities, name).requirement,
            **{
                venue.name: getattr(venue.capabilities, name).support.value
                for venue in plugins.venues.values()
            },
        }
        for name in Capabilities.names()
    ]


def defects(plugins: Plugins) -> list[Row]:
    """Every defect, and the cases that must catch it."""
    return [
        {
            "name": defect.name,
            "seam": defect.seam.value,
            "class": defect.bug_class.name,
            "venue": defect.venue or "any",
            "caught by": list(defect.caught_by),
            "breaks": defect.breaks,
        }
        for defect in plugins.defects.values()
    ]


LISTS: dict[str, Callable[[Plugins], list[Row]]] = {
    "venues": venues,
    "connectors": connectors,
    "cases": cases,
    "suites": suites,
    "faults": faults,
    "capabilities": capabilities,
    "defects": defects,
}


def first_sentence(text: str | None) -> str:
    """The first line of a docstring."""
    return (text or "").strip().partition("\n")[0]


def table(rows: Sequence[Row]) -> str:
    """Rows as aligned columns under their names, one line each; the last column is as wide as it likes."""
    if not rows:
        return "nothing is installed; `venueproof doctor` says what to do\n"
    lines = [list(rows[0])] + [[_cell(value) for value in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in lines
    )


def _cell(value: Any) -> str:
    if isinstance(value, list) and len(value) > _MOST_ITEMS:
        return f"{value[0]}, ... ({len(value)}; all by --json)"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
