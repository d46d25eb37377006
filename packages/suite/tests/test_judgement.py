"""From exceptions to verdicts, and who they speak against."""

import datetime
import types

import pytest

from venueproof_core.errors import ConfigurationError, Outcome, RuleViolation, VenueError
from venueproof_core.venue import Connector, KnownFailure
from venueproof_core.verdict import Blame, Verdict
from venueproof_suite.classify import blame
from venueproof_suite.errors import (
    CaseTimeout,
    ControlError,
    DeadlinePassed,
    LeftOpen,
    MissingMethod,
)
from venueproof_suite.judgement import Comparison, judgement, valid_known_failure, why_void

TODAY = datetime.date(2026, 11, 20)
CASE = "some_cases.test_it"
VIOLATION = RuleViolation("the book differs", rule="books/x", expected=[1], observed=[2])
VENUE_ERROR = VenueError(
    "refused", venue="v", operation="place", outcome=Outcome.UNKNOWN, code="-2010"
)
NOT_RAISED = pytest.fail.Exception("DID NOT RAISE")


def _raised_in(module: str, error: BaseException, *, below: str = CASE) -> BaseException:
    """The error, raised in a function of ``module`` that a function of ``below`` has called."""
    inner = types.ModuleType(module)
    exec("def run(error):\n    raise error", vars(inner))
    outer = types.ModuleType(below)
    exec("def run(inner, error):\n    inner(error)", vars(outer))
    try:
        outer.run(inner.run, error)
    except BaseException as raised:
        return raised.with_traceback(raised.__traceback__.tb_next)
    raise AssertionError("it raises")


@pytest.mark.parametrize(
    ("error", "who"),
    [
        (AssertionError("1 == 2"), Blame.CONNECTOR),
        (VIOLATION, Blame.CONNECTOR),
        (VENUE_ERROR, Blame.CONNECTOR),
        (NOT_RAISED, Blame.CONNECTOR),
        (LeftOpen("socket"), Blame.CONNECTOR),
        (CaseTimeout("late"), Blame.CONNECTOR),
        (DeadlinePassed("x", counted=0, deadline_s=1), Blame.INCONCLUSIVE),
        (ControlError("gone"), Blame.HARNESS),
        (ConfigurationError("no target"), Blame.HARNESS),
        (KeyError("x"), Blame.HARNESS),
    ],
)
def test_blame_by_class(error, who):
    assert blame(error, CASE) is who


@pytest.mark.parametrize(
    ("module", "who"),
    [
        ("somebodys_client.rest", Blame.CONNECTOR),
        ("venueproof_net.http", Blame.CONNECTOR),
        ("venueproof_suite.world", Blame.HARNESS),
        ("aiohttp.client", Blame.HARNESS),
        ("asyncio.tasks", Blame.HARNESS),
        (CASE, Blame.HARNESS),
    ],
)
def test_a_raw_error_speaks_against_whoever_has_a_frame_in_it(module, who):
    assert blame(_raised_in(module, KeyError("x")), CASE) is who


def test_a_chained_error_is_followed_to_its_cause():
    with pytest.raises(KeyError) as raised:
        raise KeyError("in the case") from _raised_in("somebodys_client", ValueError("cause"))
    assert blame(raised.value, __name__) is Blame.CONNECTOR


def test_a_suite_that_hangs_is_not_the_connectors_fault():
    late = _raised_in("venueproof_suite.world", CaseTimeout("late"))
    assert blame(late, CASE) is Blame.HARNESS


def test_no_problem_is_passed():
    assert judgement([], case_module=CASE).verdict is Verdict.PASSED


def test_a_violation_tells_expected_and_observed():
    judged = judgement([VIOLATION], case_module=CASE)
    assert judged.verdict is Verdict.FAILED
    assert (judged.expected, judged.observed) == ("[1]", "[2]")
    assert judged.reason == "the book differs"


def test_a_plain_assert_tells_both_sides_of_its_comparison():
    compared = Comparison("in", "'x'", "['y']")
    judged = judgement([AssertionError("no")], case_module=CASE, comparison=compared)
    assert (judged.expected, judged.observed) == ("in ['y']", "'x'")


def test_the_venues_code_is_kept():
    judged = judgement([VENUE_ERROR], case_module=CASE)
    assert (judged.error_code, judged.error) == ("-2010", VENUE_ERROR)


def test_a_failing_harness_goes_before_what_it_makes_the_connector_do():
    judged = judgement([VENUE_ERROR, ControlError("simulator has ended")], case_module=CASE)
    assert judged.verdict is Verdict.ERROR
    assert judged.reason == "ControlError: simulator has ended"


def test_a_failure_goes_before_doubt():
    late = DeadlinePassed("x", counted=0, deadline_s=1)
    assert judgement([late, VIOLATION], case_module=CASE).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("problems", "verdict"),
    [([], Verdict.NOT_RUN), ([NOT_RAISED], Verdict.NOT_RUN), ([VIOLATION], Verdict.FAILED)],
)
def test_an_unfired_fault_takes_away_what_its_absence_explains(problems, verdict):
    judged = judgement(problems, case_module=CASE, unfired=["gap"])
    assert judged.verdict is verdict
    assert judged.is_inconclusive is (verdict is Verdict.NOT_RUN)


def test_a_missing_method_is_not_implemented():
    judged = judgement([MissingMethod("no method candles()")], case_module=CASE)
    assert judged.verdict is Verdict.NOT_IMPLEMENTED


def test_a_skip_is_not_run_with_its_reason():
    judged = judgement([pytest.skip.Exception("no credentials")], case_module=CASE)
    assert (judged.verdict, judged.reason) == (Verdict.NOT_RUN, "no credentials")
    assert not judged.is_inconclusive


def test_a_known_failure_excuses_a_failure_and_nothing_else():
    known = KnownFailure(explanation="floats", versions=">=1", expires="2027-01-01")
    failed = judgement([VIOLATION], case_module=CASE, known_failure=known)
    assert failed.verdict is Verdict.KNOWN_FAILURE
    assert failed.reason == "floats (the book differs)"
    error = judgement([ControlError("x")], case_module=CASE, known_failure=known)
    assert error.verdict is Verdict.ERROR


def test_a_known_failure_excuses_only_the_failure_that_is_known():
    fields = {"explanation": "floats", "versions": ">=1", "expires": "2027-01-01"}
    for shows, verdict in (("book differs", Verdict.KNOWN_FAILURE), ("status 500", Verdict.FAILED)):
        known = KnownFailure(**fields, shows=shows)
        judged = judgement([VIOLATION], case_module=CASE, known_failure=known)
        assert judged.verdict is verdict, shows


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, None),
        ({"expires": "2026-11-19"}, "expired on 2026-11-19"),
        ({"expires": "2026-11-20"}, None),
        ({"versions": "<4.5"}, "is for versions <4.5, not 4.5.64"),
        ({"versions": "4.5"}, "is malformed"),
        ({"expires": "next year"}, "is malformed"),
    ],
)
def test_a_known_failure_holds_for_its_versions_until_it_expires(changes, text):
    fields = {"explanation": "x", "versions": ">=4.5,<4.6", "expires": "2027-01-01"} | changes
    void = why_void(KnownFailure(**fields), "4.5.64", TODAY)
    assert void is None if text is None else text in void


def test_nothing_of_ours_is_excused():
    known = {"a/b": KnownFailure(explanation="x", versions=">=0", expires="2027-01-01")}
    for is_ours in (True, False):
        connector = Connector(
            venue="v", connect=lambda: None, known_failures=known, is_ours=is_ours
        )
        assert (valid_known_failure(connector, "a/b", TODAY) is None) is is_ours
        assert valid_known_failure(connector, "a/other", TODAY) is None
