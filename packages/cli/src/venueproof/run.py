"""``venueproof run``: put connectors through the cases and report."""

import re
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from venueproof.exits import gravest
from venueproof.progress import OnProgress, live
from venueproof_core.errors import ConfigurationError
from venueproof_core.plugins import Plugins, load_plugins
from venueproof_core.results import IntegrationTestReport
from venueproof_core.verdict import ExitCode

# Options that go to the runner under their own name; one that was not given is left to the settings.
PASSED_ON = ("connector", "target", "suite", "keyword", "markers", "profile", "seed", "workers")


class Runner(Protocol):
    """What this command needs of ``venueproof_suite.runner.IntegrationTestRunner``."""

    secrets: Any

    def run(self) -> IntegrationTestReport:
        """Run; an interrupted run still reports."""
        ...


MakeRunner = Callable[..., Runner]


def run(options: Namespace, *, make_runner: MakeRunner | None = None) -> ExitCode:
    """Run every venue named, one after the other; the exit code is the gravest of them."""
    venues = _venues(options, load_plugins())
    if make_runner is None:
        from venueproof_suite.runner import IntegrationTestRunner

        make_runner = IntegrationTestRunner
    codes = [_run_one(venue, options, make_runner) for venue in venues]
    return gravest(codes)


def report_folder(options: Namespace, venue: str) -> Path:
    """Where a run's reports go; a connector that is a path or a program is spelled with hyphens."""
    connector = re.sub(r"[^A-Za-z0-9_.-]+", "-", options.connector or "reference").strip(".-")
    return Path(options.report_dir) / venue / connector


def _venues(options: Namespace, plugins: Plugins) -> list[str]:
    # All names are checked before the first run begins: a misspelt third venue costs no time.
    names = list(dict.fromkeys(plugins.venue(name).name for name in options.venue))
    if options.html and len(names) > 1:
        raise ConfigurationError(
            f"--html names one file and {len(names)} venues run; every run has its report.html anyway"
        )
    is_registered = options.connector and not re.search(r"[:.]", options.connector)
    for name in names if is_registered else ():
        plugins.connector(name, options.connector)
    return names


def _run_one(venue: str, options: Namespace, make_runner: MakeRunner) -> ExitCode:
    from venueproof_report import write_report
    from venueproof_report.scrub import Scrubber

    folder = report_folder(options, venue)
    runner: Runner | None = None

    def scrub(text: str) -> str:
        return Scrubber(runner.secrets if runner else ()).text(text)

    title = f"{venue}/{folder.name}"
    with live(title, is_verbose=options.verbose, scrub=scrub) as on_progress:
        runner = make_runner(venue, **_arguments(options, folder, on_progress))
        report = runner.run()
    html = Path(options.html) if options.html else None
    paths = write_report(report, folder, html=html, secrets=runner.secrets)
    _show(report, paths, runner.secrets, as_json=options.json)
    return ExitCode(report.exit_code)


def _arguments(options: Namespace, folder: Path, on_progress: OnProgress) -> dict[str, Any]:
    given = {name: getattr(options, name) for name in PASSED_ON}
    return {
        **{name: value for name, value in given.items() if value is not None},
        "cases": options.case,
        "endpoints": dict(options.endpoint),
        "is_strict": options.strict,
        "allow_live_orders": options.allow_live_orders,
        "report_dir": folder,
        "on_progress": on_progress,
    }


def _show(report: IntegrationTestReport, paths: list[Path], secrets: Any, *, as_json: bool) -> None:
    if as_json:
        (path,) = [path for path in paths if path.name == "report.json"]
        sys.stdout.write(path.read_text(encoding="utf-8").rstrip("\n") + "\n")
        return
    from rich.console import Console

    from venueproof_report.terminal import closing_table

    Console(soft_wrap=True).print(closing_table(report, paths, secrets=secrets))
