"""Exit codes, and reports of runs that did not go as planned."""

import datetime

import pytest

from venueproof_core import Capabilities, Connector, KnownFailure, Venue
from venueproof_core.compliance import BASELINE
from venueproof_core.control import Target
from venueproof_core.plugins import Plugins
from venueproof_core.results import CaseMetrics, EvidenceGrade, Measurement, TestResult
from venueproof_core.verdict import ExitCode, Verdict
from venueproof_suite.collecting import Collected
from venueproof_suite.options import RunOptions
from venueproof_suite.reporting import Run, build_report
from venueproof_suite.run_files import (
    EventLog,
    EventReader,
    Plan,
    PlannedCase,
    RunDirectory,
)
from venueproof_suite.subject import Subject


class _Target:
    name = "simulator"
    grade = EvidenceGrade.SIMULATOR
    is_steerable = True

    def start(self, venue, *, seed, environment):
        raise AssertionError("no test here starts it")


def _result(name, verdict=Verdict.PASSED, level="MUST", **fields):
    return TestResult(
        id=f"a/{name}", title=name, area="a", level=level, verdict=verdict, duration_ms=1, **fields
    )


FAST = [
    Measurement(name=clause, value=1, evidence="measured")
    for clause in BASELINE.thresholds
    if clause not in ("success_rate_min", "memory_usage_max_mb")
]
SLOW = [measure.model_copy(update={"value": 1e6}) for measure in FAST]


def _report(
    *results, is_ours=True, is_strict=False, known_failures=None, incomplete=(), target=None
):
    target: Target = target or _Target()
    connector = Connector(
        venue="v", connect=lambda: None, is_ours=is_ours, known_failures=known_failures or {}
    )
    subject = Subject(
        plugins=Plugins(),
        venue=Venue(name="v", title="V", capabilities=Capabilities()),
        connector=connector,
        target=target,
        endpoints={},
        profile=BASELINE,
    )
    collected = Collected()
    for result in results:
        collected.put(result, lambda _: None)
    run = Run(
        options=RunOptions(venue="v", is_strict=is_strict),
        subject=subject,
        started_time=datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC),
        duration_ms=5,
        incomplete=incomplete,
    )
    return build_report(run, collected)


PASSED = _result("passed")
FAILED = _result("failed", Verdict.FAILED)
SHOULD = _result("should", Verdict.FAILED, "SHOULD")
ERROR = _result("error", Verdict.ERROR)
DOUBT = _result("doubt", Verdict.NOT_RUN, is_inconclusive=True)
MEASURED = _result("fast", metrics=CaseMetrics(measurements=FAST))
TOO_SLOW = _result("slow", metrics=CaseMetrics(measurements=SLOW))


@pytest.mark.parametrize(
    ("results", "options", "code"),
    [
        ([PASSED], {}, ExitCode.COMPLIANT),
        ([PASSED, MEASURED], {}, ExitCode.COMPLIANT),
        ([PASSED, TOO_SLOW], {}, ExitCode.FAILED),
        ([PASSED, TOO_SLOW], {"is_ours": False}, ExitCode.COMPLIANT),
        ([PASSED, TOO_SLOW], {"is_ours": False, "is_strict": True}, ExitCode.FAILED),
        ([PASSED, FAILED], {}, ExitCode.FAILED),
        ([PASSED, SHOULD], {}, ExitCode.COMPLIANT),
        ([PASSED, SHOULD], {"is_strict": True}, ExitCode.FAILED),
        ([], {}, ExitCode.INCOMPLETE),
        ([_result("u", Verdict.UNSUPPORTED)], {}, ExitCode.INCOMPLETE),
        ([PASSED, FAILED, ERROR], {}, ExitCode.INCOMPLETE),
        ([PASSED, DOUBT], {}, ExitCode.INCOMPLETE),
        ([*(_result(f"p{n}") for n in range(19)), DOUBT], {}, ExitCode.COMPLIANT),
        ([PASSED, _result("n", Verdict.NOT_RUN)], {}, ExitCode.COMPLIANT),
        ([PASSED], {"incomplete": ["interrupted"]}, ExitCode.INCOMPLETE),
    ],
)
def test_exit_code(results, options, code):
    report = _report(*results, **options)
    assert report.exit_code == code, report.incomplete_because
    assert report.status == {0: "passed", 1: "failed", 3: "incomplete"}[code]


def test_without_performance_cases_compliance_is_not_measured():
    report = _report(PASSED)
    assert report.compliance_status.state == "not measured"
    assert not report.hft_compliant
    assert _report(PASSED, MEASURED).hft_compliant


def test_a_known_failure_of_ours_is_warned_of_and_fails_a_strict_run():
    known = {"a/passed": KnownFailure(explanation="x", versions=">=0", expires="2027-01-01")}
    assert _report(PASSED, known_failures=known).warnings == [
        "known failure a/passed of reference: a connector of this repository is not excused;"
        " take it out"
    ]
    assert _report(PASSED, known_failures=known).exit_code == ExitCode.COMPLIANT
    assert _report(PASSED, known_failures=known, is_strict=True).exit_code == ExitCode.FAILED


class _RealTarget(_Target):
    is_steerable = False


def test_without_a_journal_coverage_is_not_measured():
    assert [share.name for share in _report(PASSED).coverage] == ["connector methods"]
    assert _report(PASSED, target=_RealTarget()).coverage == []


def _planned(name):
    return PlannedCase(
        id=f"a/{name}",
        title=name,
        area="a",
        level="MUST",
        rule="It holds.",
        reason="",
        source=None,
        hunts=[],
        needs=[],
    )


def test_whatever_workers_wrote_before_they_died_is_read(tmp_path):
    directory = RunDirectory(tmp_path)
    directory.make()
    reader = EventReader(directory)
    log = EventLog(directory.results("gw0"))
    log.write("started", id="a/one", defect=None, worker="gw0", pid=1, time_ns=2)
    log.write_result(_result("one"), methods=["ping"], documented=["GET /ping"])
    log.write("started", id="a/two", defect=None, worker="gw0", pid=1, time_ns=3)
    log.close()
    with directory.results("gw0").open("ab") as file:
        file.write(b'{"event": "resu')
    collected = Collected()
    told = []
    collected.add(reader.new(), told.append)
    assert [result.id for result in told] == ["a/one"]
    assert list(reader.new()) == []
    plan = Plan(cases=[_planned("one"), _planned("two"), _planned("three")])
    collected.complete(plan, None, told.append)
    found = {result.id: (result.verdict, result.reason) for result in told}
    assert found["a/two"][0] is Verdict.ERROR
    assert found["a/three"] == (Verdict.NOT_RUN, "the run ended before its turn")
    assert (collected.methods, collected.exercised) == ({"ping"}, {"GET /ping"})


def test_the_first_result_of_a_case_counts():
    collected = Collected()
    told = []
    collected.put(_result("one", Verdict.FAILED), told.append)
    collected.put(_result("one"), told.append)
    assert [result.verdict for result in told] == [Verdict.FAILED]


def test_a_plan_is_written_once_and_whole(tmp_path):
    directory = RunDirectory(tmp_path)
    assert directory.read_plan() is None
    directory.write_plan(Plan(cases=[_planned("one")]))
    directory.write_plan(Plan(cases=[]))
    plan = directory.read_plan()
    assert plan is not None
    assert [case.id for case in plan.cases] == ["a/one"]
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
