"""Every sink of a run, written together."""

from collections.abc import Sequence
from pathlib import Path

from venueproof_core.results import IntegrationTestReport
from venueproof_report.agent import render_agent, render_failures
from venueproof_report.files import write_together
from venueproof_report.html_page import render_html
from venueproof_report.junit import render_junit
from venueproof_report.report_json import render_json
from venueproof_report.scrub import DocumentScrubber
from venueproof_report.summary import render_summary
from venueproof_report.text import without_surrogates


def write_report(
    report: IntegrationTestReport,
    directory: Path,
    *,
    html: Path | None = None,
    secrets: Sequence[str] = (),
) -> list[Path]:
    """Write report.json, junit.xml, summary.md, report.html, agent.md and failures.jsonl.

    Secrets are taken out of each file after it is rendered. A file is either the old one or the whole new one,
    never a half.

    Args:
        directory: Made if it is not there.
        html: Where to write the page too, beside the one in the directory.
        secrets: Raw secrets, in no particular encoding; at least six characters each.

    Returns:
        Paths of the written files, report.json first.

    Raises:
        ConfigurationError: The directory or a file cannot be written; the text says what to do.
    """
    scrubber = DocumentScrubber(secrets)
    try:
        rendered = render_json(report)
    except ValueError:
        # Half a character cannot be written as UTF-8; a run must not lose its report over one.
        clean = without_surrogates(report.model_dump(mode="python"))
        report = IntegrationTestReport.model_validate(clean)
        rendered = render_json(report)
    page = render_html(report, scrubber.json)
    contents = {
        directory / "report.json": scrubber.json(rendered),
        directory / "junit.xml": scrubber.xml(render_junit(report)),
        directory / "summary.md": scrubber.plain(render_summary(report, scrubber.text)),
        directory / "report.html": page,
        directory / "agent.md": scrubber.plain(render_agent(report, scrubber.text)),
        directory / "failures.jsonl": scrubber.json_lines(render_failures(report)),
    }
    if html is not None and html.resolve() != (directory / "report.html").resolve():
        contents[html] = page
    return write_together(contents)
