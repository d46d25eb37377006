"""``summary.md``: short tables for the summary page of a CI job."""

from collections.abc import Callable, Iterable, Sequence

from venueproof_core.results import IntegrationTestReport
from venueproof_core.verdict import Verdict
from venueproof_report import facts
from venueproof_report.text import clipped, code, markdown

Scrub = Callable[[str], str]

_MOST_ROWS = 20
_REASON_LENGTH = 160


def render_summary(report: IntegrationTestReport, scrub: Scrub) -> bytes:
    """Verdict, failures, areas, compliance, latency, capabilities and coverage.

    Args:
        scrub: Removes secrets from a value before it is shortened: half a secret could not be found later.
    """
    sections = [
        f"# {markdown(facts.headline(report))}",
        markdown(facts.subject(report)),
        _list(
            [
                facts.compliance(report),
                facts.executed(report),
                facts.not_executed(report),
                facts.coverage(report),
            ],
            scrub,
        ),
        _titled("Incomplete because", _list(report.incomplete_because, scrub)),
        _titled("Warnings", _list(report.warnings, scrub)),
        _titled("Failures", _failures(report, scrub)),
        _titled("Areas", _areas(report)),
        _titled(f"Profile {report.compliance_status.profile}", _clauses(report, scrub)),
        _titled("Latency, milliseconds", _latency(report)),
        _titled("Capabilities", _capabilities(report, scrub)),
        _titled("Coverage", _coverage(report, scrub)),
    ]
    return ("\n\n".join(section for section in sections if section) + "\n").encode()


def _text(scrub: Scrub, text: str) -> str:
    return markdown(clipped(scrub(text), _REASON_LENGTH))


def _titled(title: str, body: str) -> str:
    return f"## {markdown(title)}\n\n{body}" if body else ""


def _list(items: Sequence[str], scrub: Scrub) -> str:
    lines = [f"- {_text(scrub, item)}" for item in items[:_MOST_ROWS] if item]
    return "\n".join(lines + _rest(len(items), "- "))


def _rest(count: int, prefix: str = "\n") -> list[str]:
    return [f"{prefix}+{count - _MOST_ROWS} more"] if count > _MOST_ROWS else []


def _table(columns: Sequence[str], rows: Sequence[Iterable[str]]) -> str:
    if not rows:
        return ""
    lines = [columns, ["---"] * len(columns), *rows[:_MOST_ROWS]]
    return "\n".join([*(f"| {' | '.join(cells)} |" for cells in lines), *_rest(len(rows))])


def _cell_code(text: str) -> str:
    return code(text).replace("|", "\\|")


def _failures(report: IntegrationTestReport, scrub: Scrub) -> str:
    rows = [
        [
            _cell_code(result.id),
            result.verdict.value.replace("_", r"\_"),
            markdown(result.level),
            _text(scrub, facts.reason(result)),
        ]
        for result in facts.failing(report)
    ]
    return _table(["case", "verdict", "level", "reason"], rows)


def _areas(report: IntegrationTestReport) -> str:
    rows = [
        [markdown(area), *(str(tally[verdict] or "") for verdict in Verdict)]
        for area, tally in facts.areas(report).items()
    ]
    return _table(["area", *(verdict.value.replace("_", " ").lower() for verdict in Verdict)], rows)


def _clauses(report: IntegrationTestReport, scrub: Scrub) -> str:
    rows = [
        [
            _cell_code(clause.name),
            f"{clause.threshold:g} {markdown(clause.unit)}",
            "" if clause.measured is None else f"{clause.measured:.4g}",
            markdown(clause.state),
            _text(scrub, clause.evidence),
        ]
        for clause in report.compliance_status.clauses
    ]
    return _table(["clause", "limit", "measured", "state", "evidence"], rows)


def _latency(report: IntegrationTestReport) -> str:
    rows = [
        [
            markdown(summary.operation),
            str(summary.count),
            *(f"{value:.3f}" for value in (summary.p50_ms, summary.p99_ms, summary.max_ms)),
            "" if summary.uncertainty_ms is None else f"{summary.uncertainty_ms:.3f}",
        ]
        for _, summary in facts.latency(report)
    ]
    return _table(["operation", "count", "p50", "p99", "max", "uncertainty"], rows)


def _capabilities(report: IntegrationTestReport, scrub: Scrub) -> str:
    states: dict[str, list[str]] = {}
    for row in report.capabilities:
        states.setdefault(facts.capability_state(row), []).append(row.name)
    return "\n".join(
        f"- {state} ({len(names)}): {', '.join(code(scrub(name)) for name in names)}"
        for state, names in sorted(states.items())
    )


def _coverage(report: IntegrationTestReport, scrub: Scrub) -> str:
    rows = [
        [
            markdown(coverage.name),
            facts.percent(coverage.fraction),
            facts.of_all(coverage),
            _text(scrub, ", ".join(coverage.missing)) or "none",
        ]
        for coverage in report.coverage
    ]
    return _table(["list", "exercised by passed cases", "entries", "missing"], rows)
