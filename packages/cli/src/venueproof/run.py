"""``venueproof run``: put connectors through the cases and report."""

import re
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from venueproof.exits import gravest
from venueproof.progress import Finished, OnProgress, live
from venueproof_core.errors import ConfigurationError
from venueproof_core.plugins import Plugins, load_plugins
from venueproof_core.results import IntegrationTestReport
from venueproof_core.scrubbing import Scrubber
from venueproof_core.verdict import ExitCode

# Options that go to the runner under their own name; one that was not given is left to the settings.
PASSED_ON = ("connector", "target", "suite", "keyword", "markers", "profile", "seed", "workers")
INTERRUPTED = "interrupted"


class Runner(Protocol):
    """What this command needs of ``venueproof_suite.runner.IntegrationTestRunner``."""

    @property
    def secrets(self) -> Sequence[str]:
        """What no output may show."""
        ...

    def run(self) -> IntegrationTestReport:
        """Run; an interrupted run still reports."""
        ...


MakeRunner = Callable[..., Runner]


class _Relay:
    """Stands where progress goes until a run has somewhere to show it."""

    def __init__(self) -> None:
        self.show: OnProgress | None = None

    def __call__(self, finished: Finished) -> None:
        if self.show is not None:
            self.show(finished)


def run(options: Namespace, *, make_runner: MakeRunner | None = None) -> ExitCode:
    """Run every venue named, one after the other; the exit code is the gravest of them."""
    venues = _venues(options, load_plugins())
    if make_runner is None:
        from venueproof_suite.runner import IntegrationTestRunner

        make_runner = IntegrationTestRunner
    relay = _Relay()
    # All are made before the first begins: what a runner refuses costs no time.
    runners = {
        venue: make_runner(venue, **_arguments(options), on_progress=relay) for venue in venues
    }
    codes = []
    for venue, runner in runners.items():
        report = _run_one(venue, runner, relay, options)
        codes.append(report.exit_code)
        if INTERRUPTED in report.incomplete_because:
            break
    return gravest(codes)


def report_folder(options: Namespace, venue: str) -> Path:
    """Where a run's reports go; a connector that is a path or a program is spelled with hyphens."""
    connector = re.sub(r"[^A-Za-z0-9_.-]+", "-", options.connector or "reference").strip(".-")
    return Path(options.report_dir) / venue / connector


def _venues(options: Namespace, plugins: Plugins) -> list[str]:
    names = list(dict.fromkeys(plugins.venue(name).name for name in options.venue))
    if options.html and len(names) > 1:
        raise ConfigurationError(
            f"--html names one file and {len(names)} venues run; every run has its report.html anyway"
        )
    return names


def _run_one(
    venue: str, runner: Runner, relay: _Relay, options: Namespace
) -> IntegrationTestReport:
    from venueproof_report import write_report

    folder = report_folder(options, venue)
    secrets = runner.secrets
    scrub = Scrubber(secrets).text
    with live(f"{venue}/{folder.name}", is_verbose=options.verbose, scrub=scrub) as relay.show:
        report = runner.run()
    html = Path(options.html) if options.html else None
    paths = write_report(report, folder, html=html, secrets=secrets)
    _show(report, paths, secrets, as_json=options.json)
    return report


def _arguments(options: Namespace) -> dict[str, Any]:
    given = {name: getattr(options, name) for name in PASSED_ON}
    return {
        **{name: value for name, value in given.items() if value is not None},
        "cases": options.case,
        "endpoints": dict(options.endpoint),
        "is_strict": options.strict,
        "allow_live_orders": options.allow_live_orders,
    }


def _show(
    report: IntegrationTestReport, paths: list[Path], secrets: Sequence[str], *, as_json: bool
) -> None:
    if as_json:
        (path,) = [path for path in paths if path.name == "report.json"]
        sys.stdout.write(path.read_text(encoding="utf-8").rstrip("\n") + "\n")
        return
    from rich.console import Console

    from venueproof_report import closing_table

    Console().print(closing_table(report, paths, secrets=secrets), soft_wrap=True)
