"""``venueproof overview``: several reports side by side."""

from argparse import Namespace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from venueproof_core.verdict import ExitCode


def run(options: Namespace) -> ExitCode:
    """Read the reports named, show their verdicts and write the overview."""
    from venueproof_report.overview import overview_tables, read_report, write_overview

    reports = [read_report(Path(path)) for path in options.report]
    paths = write_overview(reports, Path(options.report_dir), cached=options.cached)
    verdicts = overview_tables(reports, cached=options.cached)[0]
    shown = Table(*verdicts.columns, title=verdicts.title)
    for row in verdicts.rows:
        shown.add_row(*row)
    console = Console()
    console.print(shown)
    console.print(*map(str, paths), sep="\n", soft_wrap=True)
    return ExitCode.COMPLIANT
