"""The closing table: short, narrow, and readable without colour."""

import io
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from venueproof_core.results import IntegrationTestReport
from venueproof_report import closing_table, facts
from venueproof_report.sample import sample_report

PATHS = [Path("reports/example/reference") / name for name in ("report.json", "report.html")]


def worst_case() -> IntegrationTestReport:
    """Everything there can be too much of."""
    report = sample_report(3000)
    for number, result in enumerate(report.results):
        result.area = f"area-{number % 40}-of-a-very-long-name-with-比特币"
    report.incomplete_because = [f"reason {number} {'x' * 200}" for number in range(20)]
    report.warnings = ["比特币" * 60] * 20
    return report


@pytest.mark.parametrize(
    "report", [sample_report(0), sample_report(40), sample_report(1000), worst_case()]
)
def test_at_most_thirty_lines_of_a_hundred_columns(report: IntegrationTestReport) -> None:
    paths = [*PATHS, Path("/very" * 60) / "page.html", Path("/long" * 60) / "other.html"]

    lines = str(closing_table(report, paths)).splitlines()

    assert len(lines) <= 30
    assert all(cell_len(line) <= 100 for line in lines), max(lines, key=cell_len)


def test_says_verdict_profile_failures_and_paths(report: IntegrationTestReport) -> None:
    text = str(closing_table(report, PATHS))

    worst = facts.failing(report)[0]
    assert text.startswith(f"{report.status.upper()}: ")
    assert f"profile {report.compliance_status.profile}" in text
    assert f"{worst.verdict.value} {worst.id}: {facts.reason(worst)}" in text
    assert "reports/example/reference/: report.json, report.html" in text
    for area in facts.areas(report):
        assert area in text or "more areas" in text


def test_sums_up_what_it_leaves_out() -> None:
    report = sample_report(1000)
    for number, result in enumerate(report.results):
        result.area = f"area-{number % 14}"

    text = str(closing_table(report, PATHS))

    assert f"+{len(facts.failing(report)) - 2} more failures" in text
    assert "+2 more areas" in text


def test_is_the_same_on_a_console_without_colour(report: IntegrationTestReport) -> None:
    console = Console(file=io.StringIO(), width=100, no_color=True, force_terminal=False)
    table = closing_table(report, PATHS)

    console.print(table)

    assert isinstance(console.file, io.StringIO)
    assert [line.rstrip() for line in console.file.getvalue().splitlines()] == [
        line.rstrip() for line in str(table).splitlines()
    ]


def test_hostile_text_cannot_move_the_cursor_or_add_lines(
    hostile_report: IntegrationTestReport,
) -> None:
    text = str(closing_table(hostile_report, PATHS))

    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(text.split("\n")) == len(text.splitlines()) <= 30
