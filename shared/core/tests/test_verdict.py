"""From observations to verdicts."""

from itertools import pairwise

import pytest

from venueproof_core.verdict import Blame, ExitCode, Verdict, judge, worst


def test_verdicts_stand_mildest_first() -> None:
    assert [verdict.value for verdict in Verdict] == [
        "PASSED",
        "UNSUPPORTED",
        "NOT_IMPLEMENTED",
        "KNOWN_FAILURE",
        "NOT_RUN",
        "FAILED",
        "ERROR",
    ]
    assert all(first.severity < second.severity for first, second in pairwise(Verdict))


def test_group_takes_its_worst_in_any_order() -> None:
    assert worst([Verdict.FAILED, Verdict.PASSED, Verdict.NOT_RUN]) is Verdict.FAILED
    assert worst([Verdict.PASSED, Verdict.PASSED]) is Verdict.PASSED


def test_nothing_ran_is_not_passed() -> None:
    assert worst([]) is None


@pytest.mark.parametrize(
    ("blame", "is_known_failure", "expected"),
    [
        (None, False, Verdict.PASSED),
        (None, True, Verdict.PASSED),
        (Blame.CONNECTOR, False, Verdict.FAILED),
        (Blame.CONNECTOR, True, Verdict.KNOWN_FAILURE),
        (Blame.HARNESS, False, Verdict.ERROR),
        (Blame.HARNESS, True, Verdict.ERROR),
        (Blame.INCONCLUSIVE, False, Verdict.NOT_RUN),
        (Blame.INCONCLUSIVE, True, Verdict.NOT_RUN),
    ],
)
def test_only_the_connectors_own_failures_are_excused(
    blame: Blame | None, is_known_failure: bool, expected: Verdict
) -> None:
    assert judge(blame=blame, is_known_failure=is_known_failure) is expected


def test_exit_codes_are_the_published_ones() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "COMPLIANT": 0,
        "FAILED": 1,
        "USAGE": 2,
        "INCOMPLETE": 3,
    }
