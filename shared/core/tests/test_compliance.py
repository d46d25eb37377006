"""Profiles, and measurements held against them."""

import pytest
from pydantic import ValidationError

from venueproof_core.compliance import (
    BASELINE,
    HFT,
    PROFILES,
    HFTComplianceValidator,
    Profile,
    Threshold,
)
from venueproof_core.results import ComplianceStatus, Measurement


def measured(**values: float) -> list[Measurement]:
    return [
        Measurement(name=name, value=value, evidence="a case") for name, value in values.items()
    ]


def everything(**changed: float) -> list[Measurement]:
    within = {name: threshold.limit for name, threshold in BASELINE.thresholds.items()}
    within.pop("success_rate_min")
    return measured(**{**within, **changed})


def states(status: ComplianceStatus) -> dict[str, str]:
    return {clause.name: clause.state for clause in status.clauses}


def test_baseline_holds_the_published_thresholds() -> None:
    assert {name: threshold.limit for name, threshold in BASELINE.thresholds.items()} == {
        "rest_request_max_ms": 5000,
        "websocket_message_max_ms": 100,
        "json_parsing_max_ms": 50,
        "orderbook_processing_max_ms": 10,
        "connection_setup_max_ms": 10_000,
        "memory_usage_max_mb": 100,
        "success_rate_min": 0.95,
    }
    assert PROFILES == {"baseline": BASELINE, "hft": HFT}


def test_values_on_their_bounds_comply() -> None:
    status = HFTComplianceValidator().validate(everything(), success_rate=0.95)

    assert set(states(status).values()) == {"met"}
    assert (status.state, status.score, status.profile) == ("compliant", 1.0, "baseline")
    assert status.overall_compliant
    assert status.performance_compliant
    assert status.error_rate_compliant


def test_missed_performance_clause_costs_its_weight() -> None:
    status = HFTComplianceValidator().validate(
        everything(rest_request_max_ms=5000.1), success_rate=1.0
    )

    assert states(status)["rest_request_max_ms"] == "missed"
    assert status.score == pytest.approx(6 / 7)
    assert status.overall_compliant, "six of seven is above 80 %"
    assert not status.performance_compliant


def test_low_success_rate_is_an_error_rate_miss() -> None:
    status = HFTComplianceValidator().validate(everything(), success_rate=0.94)

    assert states(status)["success_rate_min"] == "missed"
    assert status.performance_compliant
    assert not status.error_rate_compliant


def test_unmeasured_clause_keeps_its_weight_and_earns_nothing() -> None:
    status = HFTComplianceValidator().validate(
        measured(rest_request_max_ms=1.0, json_parsing_max_ms=1.0), success_rate=1.0
    )

    assert states(status)["memory_usage_max_mb"] == "not measured"
    assert status.score == pytest.approx(3 / 7)
    assert status.state == "not compliant"


def test_run_without_performance_measurements_is_not_measured() -> None:
    status = HFTComplianceValidator().validate([], success_rate=1.0)

    assert status.state == "not measured"
    assert not status.overall_compliant
    assert not status.performance_compliant
    assert status.error_rate_compliant


def test_nothing_executed_leaves_the_success_rate_unmeasured() -> None:
    status = HFTComplianceValidator().validate([], success_rate=None)

    assert states(status)["success_rate_min"] == "not measured"
    assert not status.error_rate_compliant


def test_several_measurements_of_one_name_count_by_their_worst() -> None:
    values = [
        *everything(),
        *measured(rest_request_max_ms=9000.0),
        *measured(rest_request_max_ms=1.0),
    ]

    status = HFTComplianceValidator().validate(values, success_rate=1.0)

    (clause,) = [clause for clause in status.clauses if clause.name == "rest_request_max_ms"]
    assert (clause.state, clause.measured) == ("missed", 9000.0)


def test_score_on_the_minimum_does_not_comply() -> None:
    profile = Profile(
        name="own",
        minimum_score=0.8,
        thresholds={
            "a_ms": Threshold(limit=1, weight=4),
            "b_ms": Threshold(limit=1, weight=1),
        },
    )

    status = HFTComplianceValidator(profile).validate(
        measured(a_ms=1.0, b_ms=2.0), success_rate=None
    )

    assert status.score == pytest.approx(0.8)
    assert not status.overall_compliant, "compliant is above 80 %, not at it"


def test_threshold_can_be_held_against_a_measurement_of_another_name() -> None:
    profile = Profile(
        name="own", thresholds={"fast_ms": Threshold(limit=5, measurement="order_p99_ms")}
    )

    status = HFTComplianceValidator(profile).validate(measured(order_p99_ms=4.0), success_rate=None)

    assert states(status) == {"fast_ms": "met"}


@pytest.mark.parametrize(
    "threshold",
    [{"limit": 1, "weight": 0}, {"limit": "fast"}, {"limit": 1, "area": "speed"}, {"limt": 1}],
)
def test_malformed_threshold_is_refused(threshold: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Profile.model_validate({"name": "own", "thresholds": {"a_ms": threshold}})
