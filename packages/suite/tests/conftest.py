"""A fake venue, installed for the suite's own tests, and runs of it that several tests look at."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from venueproof_core.control import ControlAddress
from venueproof_core.results import IntegrationTestReport, TestResult
from venueproof_suite.collecting import Progress
from venueproof_suite.runner import IntegrationTestRunner

FAKES = Path(__file__).parent / "fakes"
collect_ignore = ["fakes"]


@dataclass
class FinishedRun:
    """A report, and what its runner said while it ran."""

    report: IntegrationTestReport
    progress: list[Progress] = field(default_factory=list)

    def __getitem__(self, case_id: str) -> TestResult:
        return next(result for result in self.report.results if result.id == case_id)


def run_now(**options: Any) -> FinishedRun:
    """Run the fake venue's cases."""
    progress: list[Progress] = []
    report = IntegrationTestRunner("fake", on_progress=progress.append, **options).run()
    return FinishedRun(report, progress)


@pytest.fixture(scope="package")
def fake_installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The fake venue's package, importable here and in child processes, and no other plugin beside it."""
    with pytest.MonkeyPatch.context() as patch:
        # Of our own, so that what a run leaves behind can be told from other people's.
        temporary = str(tmp_path_factory.mktemp("temporary"))
        patch.setenv("TMPDIR", temporary)
        patch.setattr(tempfile, "tempdir", temporary)
        patch.syspath_prepend(str(FAKES))
        patch.setenv("PYTHONPATH", str(FAKES), prepend=os.pathsep)
        patch.setenv("VENUEPROOF_PLUGINS", "fake")
        yield FAKES
        for name in [name for name in sys.modules if name.startswith("fake_venue")]:
            del sys.modules[name]


@pytest.fixture(scope="package")
def runs(fake_installed: Path) -> Iterator[Mapping[str, "Future[FinishedRun]"]]:
    """Runs that several tests look at, side by side: most of their time is waiting."""
    wanted: dict[str, dict[str, Any]] = {
        "small": {"cases": ["small"], "connector": "clumsy", "workers": 1},
        # Short, so that what hangs is ended soon; long enough for what does not, on a busy machine.
        "clumsy": {"cases": ["clumsy"], "connector": "clumsy", "workers": 3, "timeout_s": 2.5},
    }
    with ThreadPoolExecutor(len(wanted)) as pool:
        yield {name: pool.submit(run_now, **options) for name, options in wanted.items()}


@pytest.fixture
def small(runs: Mapping[str, "Future[FinishedRun]"]) -> FinishedRun:
    """Every verdict there is."""
    return runs["small"].result()


@pytest.fixture
def clumsy(runs: Mapping[str, "Future[FinishedRun]"]) -> FinishedRun:
    """Every way to misbehave."""
    return runs["clumsy"].result()


@pytest.fixture
def run(runs: Mapping[str, "Future[FinishedRun]"]) -> Callable[..., FinishedRun]:
    """Run the fake venue's cases, while the long runs go on beside."""
    return run_now


@pytest.fixture
def run_alone(runs: Mapping[str, "Future[FinishedRun]"]) -> Callable[..., FinishedRun]:
    """Run them once the long runs have ended: what the test sets in the environment is not for those."""
    for long_run in runs.values():
        long_run.result()
    return run_now


@pytest.fixture
def control_address(fake_installed: Path) -> Iterator[ControlAddress]:
    """A control plane that runs."""
    from fake_venue.target import FakeTarget

    running = FakeTarget().start("fake", seed=1, environment={})
    assert running.info.control is not None
    yield running.info.control
    running.stop()
