"""Runs a suite in a pytest child and reports, whatever happens to the child."""

import contextlib
import datetime
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from venueproof_core.errors import ConfigurationError
from venueproof_core.results import IntegrationTestReport, TestResult
from venueproof_core.venue import Connector
from venueproof_suite.child import Child
from venueproof_suite.collecting import Collected, Progress, hung_from_outside
from venueproof_suite.options import DEFAULT_SEED, RunOptions
from venueproof_suite.reporting import Run, build_report, write_report_json
from venueproof_suite.run_files import EventReader, Plan, RunDirectory
from venueproof_suite.settings import read_settings
from venueproof_suite.subject import find_subject

_LOOK_EVERY_S = 0.05
# After Ctrl-C workers may close what they opened; nox allows 15 s in all.
_INTERRUPT_GRACE_S = 6.0
# What a case may take beyond its own time, for teardown and for what its own watchdog does.
_OUTSIDE_GRACE_S = 20.0
_OUTSIDE_GRACE_TIMES = 4
_INTERRUPTED = "interrupted"
_TAIL = 2000


class IntegrationTestRunner:
    """One run of one connector on one venue.

    Args:
        venue: Name of a registered venue.
        connector: Name of a registered connector, or ``pkg.module:factory``.
        endpoints: Replace a real target's endpoints, by name.
        cases: Ids, or starts of ids; empty takes the whole suite.
        keyword: As pytest's ``-k``.
        markers: As pytest's ``-m``.
        profile: Name of a compliance profile, or path of a file with one.
        report_dir: Write ``report.json`` there.
        workers: xdist workers; ``auto`` and ``None`` are one per processor, two at least; twice as many for a
            connector that is not ours.
        timeout_s: Seconds per case; ``None`` takes ``TEST_TIMEOUT``.
        run_timeout_s: Seconds of the whole run; ``None`` takes ``INTEGRATION_TEST_TIMEOUT``.
        variants: File with pairs of defect and cases to run, instead of each case once.
        on_progress: Called in the calling thread after each case.

    Raises:
        ConfigurationError: Something named here does not exist or is malformed.
    """

    __test__ = False

    def __init__(
        self,
        venue: str,
        *,
        connector: str = "reference",
        target: str = "simulator",
        endpoints: Mapping[str, str] | None = None,
        suite: str = "full",
        cases: Sequence[str] = (),
        keyword: str | None = None,
        markers: str | None = None,
        profile: str = "baseline",
        seed: int = DEFAULT_SEED,
        report_dir: Path | None = None,
        workers: int | Literal["auto"] | None = None,
        is_strict: bool = False,
        allow_live_orders: bool = False,
        timeout_s: float | None = None,
        run_timeout_s: float | None = None,
        variants: Path | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._given = read_settings(test_timeout=timeout_s, integration_test_timeout=run_timeout_s)
        self._options = RunOptions(
            venue=venue,
            connector=connector,
            target=target,
            endpoints=dict(endpoints or {}),
            suite=suite,
            cases=tuple(cases),
            profile=profile,
            seed=seed,
            is_strict=is_strict,
            allow_live_orders=allow_live_orders,
            variants=variants.absolute() if variants is not None else None,
        )
        self._subject = find_subject(self._options, self._given.settings)
        self._workers = _worker_count(workers, self._subject.connector)
        self._report_dir = report_dir
        self._on_progress = on_progress
        self._arguments = [*_pair("-k", keyword), *_pair("-m", markers)]
        self._collected = Collected()
        self._plan: Plan | None = None
        self._stopped: str | None = None
        self._interrupts = 0

    @property
    def secrets(self) -> Sequence[str]:
        """Credentials of the environment this run may use: no report may show them."""
        names = {
            variable
            for environment in self._subject.venue.environments
            for variable in environment.credentials.values()
        }
        found = (self._given.environment.get(name) for name in sorted(names))
        return [value for value in found if value]

    def run(self) -> IntegrationTestReport:
        """Run to the end, or to Ctrl-C, and report what ran.

        Raises:
            ConfigurationError: The cases that were asked for do not exist.
        """
        started = datetime.datetime.now(datetime.UTC)
        start = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix="venueproof-"))
        try:
            directory = RunDirectory(folder)
            directory.make()
            directory.settings.write_text(self._given.settings.model_dump_json())
            with self._interruptible():
                incomplete = self._run_child(directory, EventReader(directory))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        report = build_report(
            Run(
                options=self._options,
                subject=self._subject,
                started_time=started,
                duration_ms=(time.monotonic() - start) * 1000,
                catalogue=self._plan.catalogue if self._plan is not None else [],
                incomplete=incomplete,
            ),
            self._collected,
        )
        if self._report_dir is not None:
            write_report_json(report, self._report_dir)
        return report

    def _run_child(self, directory: RunDirectory, reader: EventReader) -> list[str]:
        """Run the child to its end and say what is missing, if anything is."""
        options = replace(self._options, run_dir=directory.path)
        deadline = self._deadline()
        with Child(
            options,
            folder=directory.path,
            packages=self._subject.plugins.case_packages,
            workers=self._workers,
            arguments=self._arguments,
        ) as child:
            kill_at: float | None = None
            while (code := child.wait(_LOOK_EVERY_S)) is None:
                self._look(directory, reader)
                self._end_hung()
                if self._stopped is None:
                    self._stopped = self._reason_to_stop(deadline)
                    if self._stopped is not None:
                        if self._plan is None:
                            # Nothing is open yet that somebody would have to close; and Python that is
                            # still starting may swallow an interrupt, and then run everything.
                            break
                        child.interrupt()
                        kill_at = time.monotonic() + _INTERRUPT_GRACE_S
                elif self._interrupts > 1 or (kill_at is not None and time.monotonic() > kill_at):
                    break
        self._look(directory, reader)
        if directory.refusal.exists():
            _, _, text = directory.refusal.read_text().partition(": ")
            raise ConfigurationError(text)
        if self._plan is not None:
            self._collected.complete(self._plan, self._stopped, self._tell)
        elif self._stopped is None:
            return [f"pytest ended with {code} before it had collected: {_tail(child.log)}"]
        return [] if self._stopped is None else [self._stopped]

    def _look(self, directory: RunDirectory, reader: EventReader) -> None:
        if self._plan is None:
            self._plan = directory.read_plan()
        self._collected.add(reader.new(), self._tell)

    def _tell(self, result: TestResult) -> None:
        if self._on_progress is not None:
            total = len(self._plan.cases) if self._plan is not None else None
            self._on_progress(Progress(result, total))

    def _end_hung(self) -> None:
        """Kill a worker that its own watchdog could not end: native code that holds the interpreter."""
        timeout_s = self._given.settings.test_timeout
        allowed_s = timeout_s + min(_OUTSIDE_GRACE_S, _OUTSIDE_GRACE_TIMES * timeout_s)
        for key, begun in self._collected.overdue(allowed_s):
            cases = self._plan.cases if self._plan is not None else ()
            planned = next((case for case in cases if case.key == key), None)
            if planned is None:
                continue  # collected by a worker whose plan is read in a moment
            with contextlib.suppress(ProcessLookupError):
                os.kill(begun.pid, signal.SIGKILL)
                self._collected.put(hung_from_outside(planned, begun, allowed_s), self._tell)

    def _deadline(self) -> float | None:
        whole = self._given.settings.integration_test_timeout
        return None if whole is None else time.monotonic() + whole

    def _reason_to_stop(self, deadline: float | None) -> str | None:
        if self._interrupts:
            return _INTERRUPTED
        if self._collected.no_target is not None:
            return self._collected.no_target
        if deadline is not None and time.monotonic() > deadline:
            whole = self._given.settings.integration_test_timeout
            return f"stopped after {whole:g} s, the time of the whole run"
        return None

    @contextlib.contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Count Ctrl-C instead of being ended by it: the report must still be written."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def count(_number: int, _frame: object) -> None:
            self._interrupts += 1

        previous = {
            number: signal.signal(number, count) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


def _worker_count(workers: int | Literal["auto"] | None, connector: Connector) -> int:
    if isinstance(workers, int):
        if workers < 1:
            raise ConfigurationError(
                f"{workers} workers cannot run anything; use 1 or more, or auto"
            )
        return workers
    told = os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS", "")
    if told.isdigit() and int(told) > 0:
        return int(told)
    # Clients that are not ours wait more than they compute: pauses of their own, deadlines they miss.
    return max(2, os.cpu_count() or 2) * (1 if connector.is_ours else 2)


def _pair(name: str, value: str | None) -> list[str]:
    return [] if not value else [name, value]


def _tail(log: Path) -> str:
    text = log.read_text(errors="replace")[-_TAIL:]
    return " | ".join(line.strip() for line in text.splitlines() if line.strip())[-600:]
