"""``--report-dir`` for plain pytest: the report that the runner writes otherwise."""

import datetime
import shutil
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from venueproof_suite.collecting import Collected
from venueproof_suite.options import RunOptions
from venueproof_suite.reporting import Run, build_report, write_report_json
from venueproof_suite.run_files import EventReader, RunDirectory
from venueproof_suite.settings import read_settings
from venueproof_suite.subject import find_subject

# Key in a worker's input.
RUN_DIR = "venueproof_run_dir"


class PlainReport:
    """Makes a run directory for the workers of this session, and a report of it in the end."""

    def __init__(self, options: RunOptions, report_dir: Path) -> None:
        self._options = options
        self._report_dir = report_dir
        self._started = datetime.datetime.now(datetime.UTC)
        self._start = time.monotonic()
        self.run_dir = Path(tempfile.mkdtemp(prefix="venueproof-"))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of xdist, which sees only the command line, where to write."""
        node.workerinput[RUN_DIR] = str(self.run_dir)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, object, object]:
        """Report, after every worker has ended."""
        value = yield
        directory = RunDirectory(self.run_dir)
        plan = directory.read_plan()
        if plan is not None:
            collected = Collected()
            collected.add(EventReader(directory).new(), lambda _: None)
            collected.complete(plan, None, lambda _: None)
            subject = find_subject(self._options, read_settings().settings)
            run = Run(
                options=self._options,
                subject=subject,
                started_time=self._started,
                duration_ms=(time.monotonic() - self._start) * 1000,
                catalogue=plan.catalogue,
            )
            write_report_json(build_report(run, collected), self._report_dir)
        return value

    def pytest_unconfigure(self) -> None:
        """Take the run directory away."""
        shutil.rmtree(self.run_dir, ignore_errors=True)
