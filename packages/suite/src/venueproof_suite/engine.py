"""The hooks that run cases. Installed only when a venue is named."""

import gc
import inspect
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from venueproof_core.errors import VenueproofError
from venueproof_suite import fixtures, run_files
from venueproof_suite.deadlines import shown
from venueproof_suite.decorator import REGISTRY, SLOW, Case, case_of
from venueproof_suite.envelope import ENVELOPE, Envelope
from venueproof_suite.errors import ConnectorFault
from venueproof_suite.judgement import Comparison
from venueproof_suite.options import RunOptions
from venueproof_suite.plain import RUN_DIR, PlainReport
from venueproof_suite.run_files import Plan, RunDirectory
from venueproof_suite.selection import Selection
from venueproof_suite.slots import SLOT, Slots, slot_of
from venueproof_suite.worker import WORKER, Worker


def install(config: pytest.Config) -> None:
    """Make this pytest process a worker, unless it only controls others.

    Raises:
        pytest.UsageError: The run cannot be made; the text says what to do.
    """
    is_worker = hasattr(config, "workerinput")
    options: RunOptions | None = None
    try:
        options = RunOptions.from_config(config)
        if not is_worker and options.report_dir is not None:
            report = PlainReport(options, options.report_dir)
            config.pluginmanager.register(report, "venueproof-report")
            options = replace(options, run_dir=report.run_dir)
        if is_worker and RUN_DIR in config.workerinput:  # type: ignore[attr-defined]
            options = replace(options, run_dir=Path(config.workerinput[RUN_DIR]))  # type: ignore[attr-defined]
        if not is_worker and config.getoption("dist", "no") != "no":
            return
        engine = Engine(config, options, is_worker=is_worker)
    except VenueproofError as error:
        refuse(options, error)
    config.pluginmanager.register(engine, "venueproof-engine")
    config.pluginmanager.register(fixtures, "venueproof-fixtures")


def refuse(options: RunOptions | None, error: VenueproofError) -> NoReturn:
    """Stop before anything has run, and leave the reason where the runner finds it.

    Raises:
        pytest.UsageError: Always.
    """
    if options is not None and options.run_dir is not None:
        RunDirectory(options.run_dir).refusal.write_text(f"{type(error).__name__}: {error}")
    raise pytest.UsageError(str(error)) from error


class Engine:
    """One pytest process that runs cases."""

    def __init__(self, config: pytest.Config, options: RunOptions, *, is_worker: bool) -> None:
        self._options = options
        self._selection = Selection(options.suite, options.cases)
        self._slots = Slots(options.variants)
        name = config.workerinput["workerid"] if is_worker else "main"  # type: ignore[attr-defined]
        self.worker = Worker(
            options,
            name=name,
            is_replaceable=is_worker,
            keeps_output=is_worker and config.getoption("capture") == "no",
            runs_slow=SLOW in (config.getoption("markexpr") or ""),
        )
        config.stash[WORKER] = self.worker
        self._current: Envelope | None = None

    # ------------------------------------------------------------ collection

    @pytest.hookimpl
    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One item per id and defect."""
        case = case_of(metafunc.function)
        if case is None:
            return
        slots = self._slots.of(case)
        if slots is not None:
            metafunc.fixturenames.append(SLOT)
            metafunc.parametrize(SLOT, slots, ids=[slot.word for slot in slots])

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Keep what is selected, and write down what that is."""
        try:
            if not session.testsfailed:
                self._selection.check(REGISTRY.values())
        except VenueproofError as error:
            refuse(self._options, error)
        is_measuring = self.worker.given.settings.run_performance_tests
        kept: list[pytest.Item] = []
        alone: list[pytest.Item] = []
        dropped: list[pytest.Item] = []
        for item in items:
            case = _case(item)
            if case is None:
                kept.append(item)
                continue
            slot = slot_of(item, case)
            if not (self._selection.takes(slot.rule) and self._slots.takes(slot)):
                dropped.append(item)
            elif is_measuring and case.takes_times:
                alone.append(item)
            else:
                kept.append(item)
        items[:] = kept + alone
        if dropped:
            config.hook.pytest_deselected(items=dropped)
        if self.worker.directory is not None:
            plan = Plan(
                cases=_planned(items),
                alone=len(alone),
                catalogue=sorted(rule.id for case in REGISTRY.values() for rule in case.rules()),
            )
            self.worker.directory.write_plan(plan)

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be collected is named in the report."""
        if report.failed and self.worker.events is not None:
            self.worker.events.write(
                "broken", node=report.nodeid, text=str(report.longrepr)[-2000:]
            )

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """What is loaded by now stays: the garbage collector need not look at it in every case."""
        gc.collect()
        gc.freeze()

    # ------------------------------------------------------------ running

    @pytest.hookimpl
    def pytest_sessionstart(self) -> None:
        """Look at logs from now on."""
        self.worker.begin()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Begin and finish the envelope around a case's three phases."""
        case = _case(item)
        if case is None:
            return (yield)
        slot = slot_of(item, case)
        envelope = Envelope(
            self.worker,
            case,
            case_id=slot.rule.id,
            module=item.obj.__module__,  # type: ignore[attr-defined]
            defect=slot.defect,
        )
        item.stash[ENVELOPE] = self._current = envelope
        envelope.begin()
        value = yield
        # Reached by every end of a case but an interruption of the whole run, which is no verdict.
        self._current = None
        envelope.finish()
        return value

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A case that cannot run goes no further."""
        envelope = item.stash.get(ENVELOPE, None)
        if envelope is not None and envelope.refused is not None:
            verdict, reason = envelope.refused
            pytest.skip(f"{verdict.value}: {reason}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> object | None:
        """Run an async test function on the kept loop."""
        function = pyfuncitem.obj
        if not inspect.iscoroutinefunction(function):
            return None
        names = pyfuncitem._fixtureinfo.argnames
        arguments = {name: pyfuncitem.funcargs[name] for name in names}
        try:
            self.worker.loop.run(function(**arguments))
        except KeyboardInterrupt as error:
            if self.worker.is_interrupted:
                raise
            raise ConnectorFault("KeyboardInterrupt was raised by the connector") from error
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> object | None:
        """Run async fixtures on the kept loop, too."""
        function = fixturedef.func
        if inspect.isasyncgenfunction(function):
            fixturedef.func = self._generator_fixture(function)  # type: ignore[misc]
        elif inspect.iscoroutinefunction(function):
            fixturedef.func = self._coroutine_fixture(function)  # type: ignore[misc]
        return None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """After the case's own fixtures, close what the case has opened."""
        envelope = item.stash.get(ENVELOPE, None)
        if envelope is None or envelope.refused is not None:
            return (yield)
        envelope.begin_teardown()
        try:
            value = yield
        except BaseException:
            envelope.problems += envelope.close(_captured(item))
            raise
        problems = envelope.close(_captured(item))
        if problems:
            envelope.problems += problems[1:]
            raise problems[0]
        return value

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Note a phase that ended with an exception; pytest makes the report itself."""
        if call.excinfo is None:
            return
        envelope = item.stash.get(ENVELOPE, None)
        if envelope is not None and envelope.refused is None:
            envelope.failed(call.excinfo.value, str(item.repr_failure(call.excinfo)))

    @pytest.hookimpl
    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> None:
        """Remember both sides of a comparison that is not true."""
        if self._current is not None:
            self._current.comparison = Comparison(op, shown(left), shown(right))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """End the target and everything else."""
        self.worker.close()

    # ------------------------------------------------------------ async fixtures

    def _coroutine_fixture(self, function: Any) -> Any:
        def fixture(**arguments: Any) -> Any:
            return self.worker.loop.run(function(**arguments))

        return fixture

    def _generator_fixture(self, function: Any) -> Any:
        def fixture(**arguments: Any) -> Iterator[Any]:
            generator = function(**arguments)
            yield self.worker.loop.run(anext(generator))
            try:
                self.worker.loop.run(anext(generator))
            except StopAsyncIteration:
                return
            raise RuntimeError(f"async fixture {function.__name__!r} yields more than once")

        return fixture


def _case(item: pytest.Item) -> Case | None:
    return case_of(item.function) if isinstance(item, pytest.Function) else None


def _captured(item: pytest.Item) -> str:
    """What pytest itself has captured, where it does."""
    return "\n".join(text for _, _, text in item._report_sections)


def _planned(items: list[pytest.Item]) -> list[run_files.PlannedCase]:
    found = []
    for item in items:
        case = _case(item)
        if case is not None:
            slot = slot_of(item, case)
            found.append(
                run_files.planned(slot.rule, title=case.title, area=case.area, defect=slot.defect)
            )
    return found
