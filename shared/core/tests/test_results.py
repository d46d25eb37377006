"""The published models."""

import json

import pytest
from pydantic import ValidationError

from venueproof_core.results import ComplianceStatus, Coverage, IntegrationTestReport, TestResult
from venueproof_core.verdict import Verdict

COMPLIANCE = ComplianceStatus(
    overall_compliant=False, performance_compliant=False, error_rate_compliant=True
)
RESULT = TestResult(
    id="orders/place",
    title="place",
    area="orders",
    level="MUST",
    verdict=Verdict.PASSED,
    duration_ms=1,
)
REPORT = IntegrationTestReport(
    exchange="alpha",
    test_suite="full",
    status="passed",
    total_tests=1,
    passed=1,
    failed=0,
    errors=0,
    duration_ms=1.5,
    success_rate=1.0,
    hft_compliant=False,
    compliance_status=COMPLIANCE,
    results=[RESULT],
)


def test_report_keeps_the_fields_that_existing_consumers_read() -> None:
    content = json.loads(REPORT.model_dump_json())

    assert list(content)[:11] == [
        "exchange",
        "test_suite",
        "status",
        "total_tests",
        "passed",
        "failed",
        "errors",
        "duration_ms",
        "success_rate",
        "hft_compliant",
        "compliance_status",
    ]
    assert list(content["compliance_status"])[:3] == [
        "overall_compliant",
        "performance_compliant",
        "error_rate_compliant",
    ]
    assert content["schema_version"] == "1.0"


def test_report_survives_json() -> None:
    assert IntegrationTestReport.model_validate_json(REPORT.model_dump_json()) == REPORT


def test_report_refuses_fields_that_are_not_its_own() -> None:
    with pytest.raises(ValidationError):
        IntegrationTestReport.model_validate({**REPORT.model_dump(), "grade": "A"})


def test_result_is_no_test_class() -> None:
    assert TestResult.__test__ is False
    assert "__test__" not in TestResult.model_fields


def test_coverage_is_the_covered_share() -> None:
    assert Coverage(name="dialect", covered=["a"], missing=["b", "c", "d"]).fraction == 0.25
    assert Coverage(name="dialect", covered=[], missing=[]).fraction == 1.0
