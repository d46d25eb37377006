"""The sentences that all sinks share."""

import pytest

from venueproof_core.results import CapabilityRow, ComplianceStatus, Coverage, TestResult
from venueproof_core.verdict import Verdict
from venueproof_report import facts
from venueproof_report.sample import sample_report


def result(**fields: object) -> TestResult:
    base: dict[str, object] = {
        "id": "book/gap",
        "title": "t",
        "area": "book",
        "level": "MUST",
        "verdict": Verdict.FAILED,
        "duration_ms": 1.0,
    }
    return TestResult.model_validate(base | fields)


def test_headline_counts_broken_rules_by_level() -> None:
    report = sample_report(0)
    report.status, report.total_tests, report.passed = "failed", 3, 1
    report.results = [result(), result(level="SHOULD"), result(verdict=Verdict.PASSED)]

    assert facts.headline(report) == (
        "FAILED: 1 of 3 executed cases passed, 1 MUST rule broken, 1 SHOULD rule broken"
    )


def test_headline_of_a_good_run_says_no_more_than_it_knows() -> None:
    report = sample_report(0)
    report.status, report.total_tests, report.passed = "passed", 1, 1

    assert facts.headline(report) == "PASSED: 1 of 1 executed case passed"


def test_headline_of_an_incomplete_run_says_why() -> None:
    report = sample_report(0)
    report.status, report.incomplete_because = "incomplete", ["worker gw1 was killed", "b"]

    assert facts.headline(report).startswith(
        "INCOMPLETE: worker gw1 was killed, 1 more reason, 0 of"
    )


@pytest.mark.parametrize("state", ["compliant", "not compliant", "not measured"])
def test_compliance_names_the_profile_beside_the_state(state: str) -> None:
    report = sample_report(0)
    report.compliance_status = ComplianceStatus(
        overall_compliant=False,
        performance_compliant=False,
        error_rate_compliant=False,
        profile="strict-one",
        state=state,
    )

    text = facts.compliance(report)

    assert state in text
    assert "profile strict-one" in text


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"reason": "book drifted"}, "book drifted"),
        ({"error_class": "TimedOutError", "error_code": "-1021"}, "TimedOutError [-1021]"),
        ({"expected": "1", "observed": "2"}, "expected 1, observed 2"),
        ({}, "no reason was recorded"),
    ],
)
def test_every_failure_has_a_reason(fields: dict[str, object], expected: str) -> None:
    assert facts.reason(result(**fields)) == expected


def test_advice_names_what_the_connector_must_ensure() -> None:
    assert "exactly one order" in facts.look_at(result(hunts=["unknown_outcome"]))
    assert "harness" in facts.look_at(result(verdict=Verdict.ERROR))
    assert "code for book" in facts.look_at(result())


@pytest.mark.parametrize(
    ("declared", "passed", "failed", "state"),
    [
        ("supported", 3, 1, "contradicted"),
        ("supported", 3, 0, "proved"),
        ("supported", 0, 0, "not tested"),
        ("unsupported", 0, 0, "unsupported"),
    ],
)
def test_capability_state(declared: str, passed: int, failed: int, state: str) -> None:
    row = CapabilityRow(name="candles", declared=declared, passed=passed, failed=failed)

    assert facts.capability_state(row) == state


def test_rerun_repeats_the_options_that_matter() -> None:
    report = sample_report(0, seed=7)
    report.connector, report.target, report.test_suite = "cmd:./my client", "testnet", "basic"
    report.is_strict = True

    assert facts.rerun(report) == (
        "venueproof run example --connector 'cmd:./my client' --target testnet --suite basic "
        "--profile baseline --seed 7 --strict"
    )


@pytest.mark.parametrize(
    ("fraction", "text"), [(1.0, "100 %"), (0.9999, "99.9 %"), (0.5, "50.0 %")]
)
def test_percent_never_rounds_up_to_all(fraction: float, text: str) -> None:
    assert facts.percent(fraction) == text


def test_coverage_is_every_share_with_its_count() -> None:
    report = sample_report(0)
    report.coverage = [
        Coverage(name="must tier", covered=["a", "b", "c"], missing=["d"]),
        Coverage(name="connector methods", covered=["place"], missing=[]),
    ]

    assert facts.coverage(report) == (
        "coverage by passed cases: 75.0 % of must tier (3 of 4), 100 % of connector methods (1 of 1)"
    )
    report.coverage = []
    assert facts.coverage(report) == "coverage: not measured, this target keeps no journal"
