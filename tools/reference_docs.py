"""Write ``docs/reference/`` from what is installed.

Cases, capabilities, what simulators serve, faults, errors, the report's schema.

``--check`` writes nothing and fails if a page is not what it would be.
"""

import argparse
import inspect
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from tools.error_pages import errors_of, errors_of_ccxt
from tools.workspace import ROOT
from venueproof_core import errors
from venueproof_core.capabilities import Capabilities, Declaration, Support
from venueproof_core.control import Tier
from venueproof_core.plugins import Plugins, load_plugins
from venueproof_core.rules import Rule
from venueproof_report.schema import report_schema
from venueproof_simulator.faults import registry
from venueproof_simulator.main import load_dialect
from venueproof_suite.catalogue import load_cases

FOLDER = Path("docs/reference")
NOTE = "<!-- Made by `nox -s docs` from the code. Change the docstrings, not this page. -->\n\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check every page; exit 1 if a checked page is not current."""
    parser = argparse.ArgumentParser(prog="reference_docs", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a page is not current"
    )
    options = parser.parse_args(arguments)
    stale = []
    for name, text in pages().items():
        path = ROOT / FOLDER / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(FOLDER / name))
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    print("\n".join(stale) or "every page is current")
    return 1 if options.check and stale else 0


def pages() -> dict[str, str]:
    """File name to text, of every page."""
    plugins = load_plugins()
    if plugins.broken:
        sys.exit(f"reference_docs: broken plugins: {plugins.broken}")
    return {
        "cases.md": _page(_cases(load_cases(), plugins)),
        "capabilities.md": _page(_capabilities(plugins)),
        **{f"served-{venue}.md": _page(_served(venue)) for venue in plugins.venues},
        "faults.md": _page(_faults()),
        "errors.md": _page(_errors()),
        **{f"errors-{venue}.md": _page(errors_of(venue)) for venue in plugins.venues},
        "errors-ccxt.md": _page(errors_of_ccxt()),
        "report-schema.json": json.dumps(report_schema(), indent=2) + "\n",
    }


def _page(lines: Iterable[str]) -> str:
    return NOTE + "\n".join(lines).rstrip() + "\n"


def _cases(rules: Sequence[Rule], plugins: Plugins) -> Iterator[str]:
    yield "# Cases\n"
    yield f"{len(rules)} cases. `venueproof run VENUE --case PREFIX` runs those below a prefix.\n"
    ordered = sorted(rules, key=lambda rule: rule.id)
    for area, group in groupby(ordered, key=lambda rule: rule.id.partition("/")[0]):
        yield f"## {area}\n"
        # Variants of one case stand together: same text, same path but for its last word.
        for _, several in groupby(group, key=lambda rule: (rule.text, rule.id.rpartition("/")[0])):
            variants = list(several)
            rule = variants[0]
            yield f"### {_heading(variants)}\n"
            yield f"**{rule.level.value}**: {_flat(rule.text)}\n"
            if rule.reason:
                yield f"{_flat(rule.reason)}\n"
            yield from _facts(variants, plugins)
            yield ""


def _heading(variants: Sequence[Rule]) -> str:
    if len(variants) == 1:
        return variants[0].id
    parent = variants[0].id.rpartition("/")[0]
    return f"{parent}/ {', '.join(rule.id.rpartition('/')[2] for rule in variants)}"


def _facts(variants: Sequence[Rule], plugins: Plugins) -> Iterator[str]:
    rule = variants[0]
    ids = {variant.id for variant in variants}
    caught = [name for name, defect in plugins.defects.items() if ids & set(defect.caught_by)]
    facts = {
        "hunts": [f"{bug_class.name} ({bug_class.value})" for bug_class in rule.hunts],
        "needs": [f"`{name}`" for name in rule.needs],
        "calls": [f"`{name}`" for name in rule.calls],
        "steering": [rule.steering.value],
        "markers": list(rule.markers),
        "catches": [f"`{name}`" for name in caught],
        "source": [rule.source] if rule.source else [],
    }
    for name, values in facts.items():
        if values:
            yield f"- {name}: {', '.join(values)}"


def _capabilities(plugins: Plugins) -> Iterator[str]:
    yield "# Capabilities\n"
    yield "What a venue declares, and cases need. A venue that declares nothing of one is undeclared.\n"
    venues = list(plugins.venues.values())
    yield f"| capability | a venue that has it | {' | '.join(venue.name for venue in venues)} |"
    yield f"| --- | --- |{' --- |' * len(venues)}"
    for name in Capabilities.names():
        declared = [_declared(getattr(venue.capabilities, name)) for venue in venues]
        yield f"| `{name}` | {getattr(Capabilities, name).requirement} | {' | '.join(declared)} |"


def _declared(declaration: Declaration) -> str:
    if declaration.support is Support.UNDECLARED:
        return "undeclared"
    text = declaration.support.value
    if declaration.reason:
        text += f": {_flat(declaration.reason)}"
    # A source is a URL, or a URL and the section in it.
    url, _, section = (declaration.source or "").partition(" ")
    return f"[{text}]({url}){f' {section}' if section else ''}" if url.startswith("http") else text


SERVED = """\
What the venue documents, and how well its simulator serves it. **must**: as documented, in all that clients can
see. **simple**: the documented shape, with little behind it. **left out**: not served. The control plane tells this
list (`GET /documented`), and its journal names every reply and event by it.

Two shares are made of it and printed:

- **must tier**: the entries of that tier that were answered with success, or whose event was told. A report counts
  those of PASSED cases: one connector need not call everything. `nox -s interop` counts the suite and all clients
  together, and fails below 95 %.
- **connector methods**: the methods that the connector has, which a PASSED case asked for, and whose request the
  venue then answered with success, or whose event it told.
"""


def _served(venue: str) -> Iterator[str]:
    documented = load_dialect(venue).documented
    yield f"# What the simulator of {venue} serves\n"
    yield SERVED
    for kind, group in groupby(documented, key=lambda one: one.kind):
        rows = list(group)
        tiers = Counter(one.tier for one in rows)
        counts = ", ".join(f"{tiers[tier]} {tier.value}" for tier in Tier)
        yield f"## {kind.capitalize()}s: {counts}\n"
        yield f"| {kind} | tier | documented in |"
        yield "| --- | --- | --- |"
        for one in rows:
            yield f"| `{one.name}` | {one.tier.value} | {_flat(one.section)} |"
        yield ""


def _faults() -> Iterator[str]:
    yield "# Faults\n"
    yield "Armed by `POST /faults` of the control plane; each counts how often it really fired.\n"
    for name, fault in registry().items():
        yield f"## {name}\n"
        yield f"{_flat(inspect.getdoc(fault) or '')}\n"
        for parameter, (default, meaning) in fault.parameters.items():
            yield f"- `{parameter}` (default `{default!r}`): {_flat(meaning)}"
        yield ""


def _errors() -> Iterator[str]:
    yield "# Errors\n"
    yield "Everything that is raised on purpose. Every `VenueError` says what it did to the venue's state.\n"
    tree = inspect.getdoc(errors) or ""
    yield "```\n" + inspect.cleandoc(tree.partition("::")[2]) + "\n```\n"
    yield "| error | meaning |"
    yield "| --- | --- |"
    for name, kind in vars(errors).items():
        if inspect.isclass(kind) and issubclass(kind, BaseException):
            summary = (inspect.getdoc(kind) or "").partition("\n\n")[0]
            yield f"| `{name}` | {_flat(summary)} |"
    yield "\n## Outcomes\n"
    yield f"{_flat(inspect.getdoc(errors.Outcome) or '')}\n"
    yield "\n".join(f"- `{outcome.value}`" for outcome in errors.Outcome)
    yield "\n## Retry advice\n"
    yield f"{_flat(inspect.getdoc(errors.Retry) or '')}\n"
    yield "\n".join(f"- `{retry.value}`" for retry in errors.Retry)


def _flat(text: str) -> str:
    # A page's table cell and paragraph are one line; reStructuredText's double ticks are single in Markdown.
    return " ".join(text.split()).replace("``", "`").replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
