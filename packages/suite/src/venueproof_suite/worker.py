"""What one process of a run keeps: event loop, target, control plane, watchdog, output."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
import pytest

from venueproof_core.control import ControlAddress, RunningTarget, WorldInfo
from venueproof_core.errors import VenueproofError, unknown_name
from venueproof_core.results import EvidenceGrade
from venueproof_core.venue import Connector
from venueproof_suite.checked import methods_of
from venueproof_suite.control_client import ControlClient
from venueproof_suite.decorator import PRIVATE_METHODS, PUBLIC_METHODS
from venueproof_suite.errors import HarnessError
from venueproof_suite.loop import KeptLoop
from venueproof_suite.options import RunOptions
from venueproof_suite.output import LogLines, Memory, Output, level_named
from venueproof_suite.preconditions import Circumstances
from venueproof_suite.run_files import EventLog, RunDirectory
from venueproof_suite.settings import Given, RunSettings, read_settings
from venueproof_suite.subject import find_subject
from venueproof_suite.targets import missing_credentials
from venueproof_suite.watchdog import Watchdog

WORKER = pytest.StashKey["Worker"]()


class Worker:
    """One process that runs cases.

    Args:
        name: ``gw0`` and so on; ``main`` without xdist.
        is_replaceable: Somebody starts a new process if this one ends.
        keeps_output: Nobody else looks at standard output and error.
    """

    def __init__(
        self,
        options: RunOptions,
        *,
        name: str,
        is_replaceable: bool,
        keeps_output: bool,
        runs_slow: bool,
    ) -> None:
        self.options = options
        self.name = name
        self.is_replaceable = is_replaceable
        self.given = _settings(options)
        subject = find_subject(options, self.given.settings)
        self._defects = subject.plugins.defects
        self.venue = subject.venue
        self.connector = subject.connector
        self.target = subject.target
        self.endpoints = subject.endpoints
        self.profile = subject.profile
        self.circumstances = Circumstances(
            venue=self.venue,
            connector=self.connector,
            target=options.target,
            is_steerable=self.target.is_steerable,
            allows_orders=self.target.grade is not EvidenceGrade.LIVE or options.allow_live_orders,
            runs_performance=self.given.settings.run_performance_tests,
            runs_integration=self.given.settings.run_integration_tests,
            runs_slow=runs_slow,
            missing_credentials=missing_credentials(
                subject.venue, subject.target, self.given.environment
            ),
        )
        self.loop = KeptLoop()
        self.memory = Memory()
        self.log_lines = LogLines(level_named(self.given.settings.integration_test_log_level))
        self.events: EventLog | None = None
        self.output: Output | None = None
        self.directory: RunDirectory | None = None
        if options.run_dir is not None:
            self.directory = RunDirectory(options.run_dir)
            self.directory.make()
            self.events = EventLog(self.directory.results(name))
            if keeps_output:
                self.output = Output(self.directory.output(name))
        self.last_words: Callable[[], None] = lambda: None
        self.watchdog = Watchdog(
            is_interruptible=lambda: self.loop.is_running,
            last_words=lambda: self.last_words(),
            tick=self.output.cut_flood if self.output is not None else None,
            may_end_process=is_replaceable,
        )
        # Without a process of its own nobody can tell Ctrl-C from a connector that raises its exception.
        self.is_interrupted = not is_replaceable
        self.main_thread = threading.get_ident()
        # Several workers may share an account, and a real venue remembers ids beyond a run.
        run = "" if self.target.is_steerable else f"{int(time.time()):x}-"
        self.order_prefix = f"vp-{name}-{run}"
        self._running: RunningTarget | None = None
        self._client: ControlClient | None = None
        self._refusal: str | None = None
        self._defective: dict[str, Connector] = {}
        self._has_told_methods = False
        self._has_told_documented = False
        self._first_memory_kib = 0
        self._last_memory_kib = 0
        self._largest_memory_kib = 0

    def begin(self) -> None:
        """The session starts: look at what is logged from now on, and who interrupts."""
        if self.is_replaceable:
            signal.signal(signal.SIGINT, self._interrupt)
        root = logging.getLogger()
        root.addHandler(self.log_lines)
        if root.level == logging.NOTSET or root.level > self.log_lines.level:
            root.setLevel(self.log_lines.level)

    def connector_with(self, defect: str | None) -> Connector:
        """The connector of this run, broken by a defect if one is named.

        Raises:
            HarnessError: There is no such defect.
        """
        if defect is None:
            return self.connector
        if defect not in self._defective:
            known = self._defects.get(defect)
            if known is None:
                raise HarnessError(unknown_name("defect", defect, self._defects))
            self._defective[defect] = known.apply(self.connector)
        return self._defective[defect]

    def place(self) -> WorldInfo:
        """Where cases run; starts the target if need be.

        Raises:
            HarnessError: It cannot be had.
        """
        if self._refusal is not None:
            raise HarnessError(self._refusal)
        if self._running is None:
            try:
                self._running = self._start()
            except (VenueproofError, OSError) as error:
                self._refusal = f"target {self.options.target}: {error}"
                if self.events is not None:
                    self.events.write("no-target", text=self._refusal)
                raise HarnessError(self._refusal) from error
        return self._running.info

    def client(self) -> ControlClient:
        """The target's control plane.

        Raises:
            HarnessError: It has none, or cannot be had.
        """
        if self._client is None:
            address = self.place().control
            if address is None:
                raise HarnessError(f"target {self.options.target} has no control plane")
            self._client = self.loop.run(_client_of(address))
        return self._client

    def control_ports(self) -> frozenset[int]:
        """Ports of the control plane: sockets to them are ours."""
        control = self._running.info.control if self._running is not None else None
        port = urlsplit(control.url).port if control is not None else None
        return frozenset() if port is None else frozenset({port})

    def forget_target(self) -> None:
        """It has failed: end it, and let the next case start a new one."""
        if self._client is not None:
            self.loop.run(self._client.aclose())
            self._client = None
        if self._running is not None:
            self._running.stop()
            self._running = None

    def tell_methods(self, client: object, connector: Connector) -> None:
        """Record once which methods the connector's object has."""
        if client is not None and self.events is not None and not self._has_told_methods:
            self._has_told_methods = True
            methods = methods_of(client, connector.leaves_out, PUBLIC_METHODS | PRIVATE_METHODS)
            self.events.write("connector", methods=methods)

    def tell_documented(self) -> None:
        """Record once what the venue documents, and how well it is served here.

        Raises:
            ControlError: The control plane does not answer.
        """
        if self.events is not None and not self._has_told_documented:
            self._has_told_documented = True
            content = self.loop.run(self.client().request("GET", "/documented"))
            self.events.write("documented", rows=msgspec.json.decode(content))

    def keep_output(self, case_id: str, text: str) -> None:
        """Append what a case printed to the log file, if the settings name one."""
        path = self.given.settings.integration_test_log_file
        if path is not None:
            with path.open("a", encoding="utf-8") as file:
                file.write(f"== {case_id}\n{text.rstrip()}\n")

    def memory_before(self) -> int:
        """Resident KiB before a case: what the one before it left, or now for the first."""
        if not self._last_memory_kib:
            self._first_memory_kib = self.memory_now()
        return self._last_memory_kib

    def memory_now(self) -> int:
        """Resident KiB; the largest is kept for the report."""
        self._last_memory_kib = now = self.memory.resident_kib()
        self._largest_memory_kib = max(self._largest_memory_kib, now)
        return now

    def close(self) -> None:
        """End everything. The session is over."""
        self.watchdog.close()
        self.loop.guard(None)
        logging.getLogger().removeHandler(self.log_lines)
        self.forget_target()
        self.loop.close()
        if self.events is not None:
            growth = self._largest_memory_kib - self._first_memory_kib
            self.events.write("worker", worker=self.name, memory_growth_kib=growth)
            self.events.close()
        self.memory.close()

    def _interrupt(self, _number: int, _frame: object) -> None:
        self.is_interrupted = True
        raise KeyboardInterrupt

    def _start(self) -> RunningTarget:
        settings = self.given.settings
        for attempt in range(settings.integration_test_retry_count + 1):
            try:
                return self.target.start(
                    self.venue.name, seed=self.options.seed, environment=self.given.environment
                )
            except OSError:
                if attempt == settings.integration_test_retry_count:
                    raise
                time.sleep(2.0**attempt)
        raise AssertionError("the loop above returns or raises")


async def _client_of(address: ControlAddress) -> ControlClient:
    # A session belongs to the event loop that runs while it is made.
    return ControlClient(address)


def _settings(options: RunOptions) -> Given:
    given = read_settings()
    if options.run_dir is None:
        return given
    path = RunDirectory(options.run_dir).settings
    if not path.exists():
        return given
    return Given(
        RunSettings.model_validate(msgspec.json.decode(path.read_bytes())), given.environment
    )
