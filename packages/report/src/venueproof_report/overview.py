"""Several runs side by side: one page of venue by area, venue by capability, coverage and latency."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from venueproof_core.errors import ConfigurationError
from venueproof_core.results import IntegrationTestReport
from venueproof_core.verdict import Verdict
from venueproof_report import facts
from venueproof_report.files import write_together
from venueproof_report.text import markdown, xml

# What did not run leaves no mark beside what did.
_UNEXECUTED = (Verdict.UNSUPPORTED, Verdict.NOT_IMPLEMENTED, Verdict.NOT_RUN)
_NOTHING = "."


@dataclass(frozen=True)
class Table:
    """A title, the names of the columns, and one row of cells per name."""

    title: str
    columns: list[str]
    rows: list[list[str]]


def read_report(path: Path) -> IntegrationTestReport:
    """A ``report.json`` of an earlier run.

    Raises:
        ConfigurationError: There is none, or it is none.
    """
    try:
        return IntegrationTestReport.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"cannot read the report {path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the document"
        raise ConfigurationError(
            f"{path} is no report of this version: {place}: {first['msg']}; run the venue again"
        ) from error


def overview_tables(
    reports: Sequence[IntegrationTestReport], *, cached: Collection[str] = ()
) -> list[Table]:
    """Verdicts, venue by area, venue by capability, coverage, and latency, in this order.

    Args:
        cached: Venues whose report is of an earlier run with the same inputs. Their timings are left out: what
            was measured then says nothing of now.
    """
    names = [_name(report) for report in reports]
    return [
        _verdicts(reports, names, cached),
        _by_area(reports, names),
        _by_capability(reports, names),
        _coverage(reports, names),
        _latency(reports, names, cached),
    ]


def write_overview(
    reports: Sequence[IntegrationTestReport], folder: Path, *, cached: Collection[str] = ()
) -> list[Path]:
    """Write overview.html, overview.md and overview.json, all of them or none.

    Raises:
        ConfigurationError: A file cannot be written.
    """
    tables = overview_tables(reports, cached=cached)
    document = json.dumps([asdict(table) for table in tables], indent=1, ensure_ascii=False)
    return write_together(
        {
            folder / "overview.html": _page(tables),
            folder / "overview.md": _markdown(tables).encode(),
            folder / "overview.json": f"{document}\n".encode(),
        }
    )


def _name(report: IntegrationTestReport) -> str:
    return (
        report.exchange
        if report.connector == "reference"
        else f"{report.exchange}/{report.connector}"
    )


def _verdicts(
    reports: Sequence[IntegrationTestReport], names: Sequence[str], cached: Collection[str]
) -> Table:
    rows = []
    for name, report in zip(names, reports, strict=True):
        unexecuted = report.unsupported + report.not_implemented + report.not_run
        rows.append(
            [
                name,
                report.status.upper(),
                f"{report.passed} of {report.total_tests}",
                str(report.failed + report.errors or _NOTHING),
                str(report.known_failures or _NOTHING),
                str(unexecuted or _NOTHING),
                report.compliance_status.state,
                "cached" if report.exchange in cached else facts.duration(report.duration_ms),
            ]
        )
    columns = ["venue", "verdict", "passed", "failed", "known", "not executed", "compliance", "run"]
    return Table("Verdicts", columns, rows)


def _by_area(reports: Sequence[IntegrationTestReport], names: Sequence[str]) -> Table:
    tallies = [facts.areas(report) for report in reports]
    rows = []
    for area in sorted({area for tally in tallies for area in tally}):
        cells = []
        for tally in tallies:
            counted = tally.get(area, Counter())
            executed = sum(
                count for verdict, count in counted.items() if verdict not in _UNEXECUTED
            )
            cells.append(f"{counted[Verdict.PASSED]} of {executed}" if executed else _NOTHING)
        rows.append([area, *cells])
    return Table("Passed of executed cases, by area", ["area", *names], rows)


def _by_capability(reports: Sequence[IntegrationTestReport], names: Sequence[str]) -> Table:
    states = [
        {row.name: facts.capability_state(row) for row in report.capabilities} for report in reports
    ]
    known = dict.fromkeys(name for state in states for name in state)
    rows = [[name, *(state.get(name, _NOTHING) for state in states)] for name in known]
    return Table("Capabilities", ["capability", *names], rows)


def _coverage(reports: Sequence[IntegrationTestReport], names: Sequence[str]) -> Table:
    found = [{row.name: row for row in report.coverage} for report in reports]
    lists = dict.fromkeys(name for rows in found for name in rows)
    return Table(
        "Coverage",
        ["list", *names],
        [
            [
                name,
                *(
                    facts.percent(rows[name].fraction) if name in rows else _NOTHING
                    for rows in found
                ),
            ]
            for name in lists
        ],
    )


def _latency(
    reports: Sequence[IntegrationTestReport], names: Sequence[str], cached: Collection[str]
) -> Table:
    found: list[dict[str, str]] = []
    for report in reports:
        figures = {
            summary.operation: f"{summary.p50_ms:.3f} / {summary.p99_ms:.3f}"
            for _, summary in facts.latency(report)
        }
        is_cached = report.exchange in cached
        found.append(dict.fromkeys(figures, "cached") if is_cached else figures)
    operations = sorted({operation for figures in found for operation in figures})
    rows = [
        [operation, *(figures.get(operation, _NOTHING) for figures in found)]
        for operation in operations
    ]
    return Table("Latency, p50 / p99, milliseconds", ["operation", *names], rows)


def _markdown(tables: Sequence[Table]) -> str:
    parts = ["# Overview"]
    for table in tables:
        if not table.rows:
            continue
        head = [table.columns, ["---"] * len(table.columns)]
        lines = [
            f"| {' | '.join(markdown(cell) if row is not head[1] else cell for cell in row)} |"
            for row in [*head, *table.rows]
        ]
        parts.append(f"## {markdown(table.title)}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _page(tables: Sequence[Table]) -> bytes:
    sections = []
    for table in tables:
        if not table.rows:
            continue
        head = _cells(table.columns, lambda text: f'<th scope="col">{text}</th>')
        body = "\n".join(
            f'<tr><th scope="row">{xml(row[0])}</th>'
            f"{_cells(row[1:], lambda text: f'<td>{text}</td>')}</tr>"
            for row in table.rows
        )
        sections.append(
            f'<h2>{xml(table.title)}</h2>\n<div class="scroll"><table>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
        )
    return _shell().replace("/*sections*/", "\n".join(sections)).encode()


def _cells(texts: Sequence[str], wrap: Callable[[str], str]) -> str:
    return "".join(wrap(xml(text)) for text in texts)


@cache
def _shell() -> str:
    folder = files("venueproof_report") / "page"
    page = (folder / "overview.html").read_text(encoding="utf-8")
    return page.replace("/*page.css*/", (folder / "page.css").read_text(encoding="utf-8"))
