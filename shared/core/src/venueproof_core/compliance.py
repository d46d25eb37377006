"""Pure: a profile and measurements give a score."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from venueproof_core.results import Clause, ComplianceStatus, Measurement


class Threshold(BaseModel):
    """One bound of a profile.

    Attributes:
        limit: The bound itself; names ending in ``_min`` are lower bounds, all others upper bounds.
        measurement: Name of the measurement it is held against; ``None`` is the threshold's own name.
        area: Which flag of the report it decides.
    """

    model_config = ConfigDict(extra="forbid")

    limit: float
    unit: str = "ms"
    weight: float = Field(default=1.0, gt=0)
    area: Literal["performance", "error rate"] = "performance"
    measurement: str | None = None


class Profile(BaseModel):
    """Thresholds by name, and the share of weight that must be earned."""

    model_config = ConfigDict(extra="forbid")

    name: str
    minimum_score: float = Field(default=0.8, ge=0, le=1)
    thresholds: dict[str, Threshold]


def _performance(
    limit: float, unit: str = "ms", weight: float = 1.0, measurement: str | None = None
) -> Threshold:
    return Threshold(limit=limit, unit=unit, weight=weight, measurement=measurement)


BASELINE = Profile(
    name="baseline",
    thresholds={
        "rest_request_max_ms": _performance(5000),
        "websocket_message_max_ms": _performance(100),
        "json_parsing_max_ms": _performance(50),
        "orderbook_processing_max_ms": _performance(10),
        "connection_setup_max_ms": _performance(10_000),
        "memory_usage_max_mb": _performance(100, "MiB"),
        "success_rate_min": Threshold(limit=0.95, unit="fraction", area="error rate"),
    },
)
HFT = Profile(
    name="hft",
    thresholds={
        "rest_request_p99_ms": _performance(50),
        "websocket_message_p99_ms": _performance(1),
        "orderbook_processing_p99_ms": _performance(0.1),
        "connection_setup_max_ms": _performance(10_000),
        "memory_usage_max_mb": _performance(100, "MiB"),
        "success_rate_min": Threshold(limit=0.999, unit="fraction", area="error rate"),
    },
)
PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in (BASELINE, HFT)}


class HFTComplianceValidator:
    """Holds measurements against a profile. A clause without a measurement keeps its weight and earns nothing."""

    def __init__(self, profile: Profile = BASELINE) -> None:
        self.profile = profile

    def validate(
        self, measurements: Sequence[Measurement], *, success_rate: float | None
    ) -> ComplianceStatus:
        """Score a run.

        Args:
            measurements: Several of one name count by their worst.
            success_rate: Passed / executed, 0..1; ``None`` when nothing was executed.
        """
        values = list(measurements)
        if success_rate is not None:
            values.append(
                Measurement(
                    name="success_rate_min", value=success_rate, evidence="passed / executed"
                )
            )
        clauses = [
            self._clause(name, threshold, values)
            for name, threshold in self.profile.thresholds.items()
        ]
        weight = sum(clause.weight for clause in clauses)
        earned = sum(clause.weight for clause in clauses if clause.state == "met")
        score = earned / weight if weight else 0.0
        measured = any(
            clause.state != "not measured" for clause in clauses if clause.area == "performance"
        )
        compliant = measured and score > self.profile.minimum_score
        state = ("compliant" if compliant else "not compliant") if measured else "not measured"
        return ComplianceStatus(
            overall_compliant=compliant,
            performance_compliant=measured and _all_met(clauses, "performance"),
            error_rate_compliant=_all_met(clauses, "error rate"),
            profile=self.profile.name,
            state=state,
            score=score,
            minimum_score=self.profile.minimum_score,
            clauses=clauses,
        )

    def _clause(
        self, name: str, threshold: Threshold, measurements: Sequence[Measurement]
    ) -> Clause:
        wanted = threshold.measurement or name
        found = [measurement for measurement in measurements if measurement.name == wanted]
        is_lower_bound = name.endswith("_min")
        worst = None
        if found:
            worst = (min if is_lower_bound else max)(
                found, key=lambda measurement: measurement.value
            )
        if worst is None:
            state = "not measured"
        else:
            is_met = (
                worst.value >= threshold.limit if is_lower_bound else worst.value <= threshold.limit
            )
            state = "met" if is_met else "missed"
        return Clause(
            name=name,
            area=threshold.area,
            threshold=threshold.limit,
            unit=threshold.unit,
            measured=worst.value if worst else None,
            weight=threshold.weight,
            state=state,
            evidence=worst.evidence if worst else "no case of this run measured it",
        )


def _all_met(clauses: Sequence[Clause], area: str) -> bool:
    states = [
        clause.state for clause in clauses if clause.area == area and clause.state != "not measured"
    ]
    return bool(states) and all(state == "met" for state in states)
