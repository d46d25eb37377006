"""The table that ends a run: at most 30 lines of 100 columns, readable without colour."""

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from venueproof_core.results import IntegrationTestReport
from venueproof_core.scrubbing import Scrubber
from venueproof_core.verdict import Verdict
from venueproof_report import facts
from venueproof_report.text import one_line

COLUMNS = 100

# With four lines of head, two notes, compliance, coverage, paths and blank lines these make 30 at most.
_AREAS = 12
_FAILURES = 2
_PATH_LINES = 3
_AREA_WIDTH = 24
_COUNT_WIDTH = 10
_STYLES = {
    r"\b(PASSED|passed)\b|(?<!not )\bcompliant\b": "green",
    r"\b(INCOMPLETE|not measured|warning)\b": "yellow",
    r"\b(FAILED|ERROR|not compliant)\b": "bold red",
}
_HEADINGS = {
    Verdict.PASSED: "passed",
    Verdict.UNSUPPORTED: "unsupp.",
    Verdict.NOT_IMPLEMENTED: "not impl.",
    Verdict.KNOWN_FAILURE: "known",
    Verdict.NOT_RUN: "not run",
    Verdict.FAILED: "FAILED",
    Verdict.ERROR: "ERROR",
}


def closing_table(
    report: IntegrationTestReport, paths: Sequence[Path], *, secrets: Sequence[str] = ()
) -> Text:
    """Verdict, counts, areas, worst failures, compliance, coverage and where the reports are.

    Args:
        paths: Files written for this run, as ``write_report`` returns them.

    Returns:
        Text for a rich console; ``str()`` of it is the same without colour.
    """
    scrub = Scrubber(secrets).text
    lines = [
        _line(scrub, facts.headline(report)),
        _line(scrub, facts.subject(report)),
        _line(scrub, facts.executed(report)),
        _line(scrub, facts.not_executed(report)),
        "",
        *_areas(report, scrub),
        *_failures(report, scrub),
        "",
        *_note("incomplete", report.incomplete_because, scrub),
        *_note("warning", report.warnings, scrub),
        _line(scrub, facts.compliance(report)),
        _line(scrub, facts.coverage(report)),
        *_paths(paths, scrub),
    ]
    table = Text("\n".join(lines), no_wrap=True)
    for pattern, style in _STYLES.items():
        table.highlight_regex(pattern, style)
    return table


def _line(scrub: Callable[[str], str], text: str, width: int = COLUMNS) -> str:
    flat = one_line(scrub(text))
    if cell_len(flat) <= width:
        return flat
    return set_cell_size(flat, width - 1).rstrip() + "…"


def _areas(report: IntegrationTestReport, scrub: Callable[[str], str]) -> list[str]:
    areas = facts.areas(report)
    if not areas:
        return ["no case gave a result"]
    heading = "".join(f"{_HEADINGS[verdict]:>{_COUNT_WIDTH}}" for verdict in Verdict)
    lines = [f"{'area':<{_AREA_WIDTH}}{heading}"]
    for area, tally in list(areas.items())[:_AREAS]:
        name = set_cell_size(_line(scrub, area, _AREA_WIDTH - 1), _AREA_WIDTH)
        cells = (f"{tally[verdict] or '.':>{_COUNT_WIDTH}}" for verdict in Verdict)
        lines.append(name + "".join(cells))
    return lines + _more(len(areas) - _AREAS, "areas")


def _failures(report: IntegrationTestReport, scrub: Callable[[str], str]) -> list[str]:
    failures = facts.failing(report)
    lines = [
        _line(scrub, f"{result.verdict.value} {result.id}: {facts.reason(result)}")
        for result in failures[:_FAILURES]
    ]
    return lines + _more(len(failures) - _FAILURES, "failures")


def _more(count: int, noun: str) -> list[str]:
    return [f"+{count} more {noun}"] if count > 0 else []


def _note(title: str, notes: Sequence[str], scrub: Callable[[str], str]) -> list[str]:
    if not notes:
        return []
    more = f" (+{len(notes) - 1} more)" if len(notes) > 1 else ""
    return [_line(scrub, f"{title}: {notes[0]}", COLUMNS - len(more)) + more]


def _paths(paths: Sequence[Path], scrub: Callable[[str], str]) -> list[str]:
    folders: dict[Path, list[str]] = {}
    for path in paths:
        folders.setdefault(path.parent, []).append(path.name)
    lines = []
    for folder, names in folders.items():
        where = one_line(scrub(os.path.join(folder, "")))
        lines += _wrapped(f"{where}: {', '.join(names)}" if len(names) > 1 else where + names[0])
    return lines[:_PATH_LINES]


def _wrapped(text: str) -> list[str]:
    # A path cut short would be of no use, so it goes on in the next line: after a comma, if it can.
    lines = [""]
    for part in re.split(r"(?<=, )", text):
        if cell_len(lines[-1] + part.rstrip()) > COLUMNS and lines[-1]:
            lines.append("")
        for character in part:
            if cell_len(lines[-1] + character.rstrip()) > COLUMNS:
                lines.append("")
            lines[-1] += character
    return [line.rstrip() for line in lines]
