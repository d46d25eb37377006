"""The published models: one result, and the report of a run. The JSON schema is made from them."""

from enum import Enum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from venueproof_core.verdict import Verdict

SCHEMA_VERSION = "1.0"


class EvidenceGrade(Enum):
    """How strong a target's word is, weakest first."""

    SIMULATOR = "simulator"
    RECORDING = "recording"
    TESTNET = "testnet"
    LIVE = "live"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LatencySummary(_Model):
    """Milliseconds. ``uncertainty_ms`` is how far the figure can be from the truth (loop lag, p99)."""

    operation: str
    count: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
    venue_p50_ms: float | None = None
    wire_p50_ms: float | None = None
    client_p50_ms: float | None = None
    uncertainty_ms: float | None = None


class Measurement(_Model):
    """One figure a compliance clause can be held against, by the threshold's name."""

    name: str
    value: float
    evidence: str


class CaseMetrics(_Model):
    """What a case cost.

    Attributes:
        requests: Requests the venue received.
        bytes_in: Bytes the venue sent to the connector.
        bytes_out: Bytes the connector sent to the venue.
        memory_growth_kib: Growth of the process's resident memory over the case.
    """

    requests: int = 0
    frames: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    memory_growth_kib: int = 0
    latency: list[LatencySummary] = Field(default_factory=list)
    measurements: list[Measurement] = Field(default_factory=list)


class TestResult(_Model):
    """One case, judged.

    Attributes:
        id: The case's id.
        oracle: What decided: names of the oracles the case touched, empty if none.
        error_class: Class of the exception that ended the case.
        error_code: The venue's code, where there was one.
        reason: One line: why not PASSED.
        transcript: The last exchanges with the venue, oldest first, scrubbed.
        reproduce: One command that runs this case again.
    """

    __test__: ClassVar[bool] = False

    id: str
    title: str
    area: str
    level: str
    verdict: Verdict
    duration_ms: float
    rule: str = ""
    rule_reason: str = ""
    rule_source: str | None = None
    hunts: list[str] = Field(default_factory=list)
    needs: list[str] = Field(default_factory=list)
    oracle: list[str] = Field(default_factory=list)
    reason: str | None = None
    error_class: str | None = None
    error_code: str | None = None
    expected: str | None = None
    observed: str | None = None
    transcript: list[str] = Field(default_factory=list)
    traceback: str | None = None
    reproduce: str | None = None
    metrics: CaseMetrics = Field(default_factory=CaseMetrics)
    defect: str | None = None
    worker: str | None = None
    started_time_ns: int = 0
    is_inconclusive: bool = False


class Clause(_Model):
    """One threshold of a profile, held against its evidence.

    Attributes:
        state: ``met``, ``missed`` or ``not measured``.
    """

    name: str
    area: str
    threshold: float
    unit: str
    measured: float | None
    weight: float
    state: str
    evidence: str


class ComplianceStatus(_Model):
    """Keeps its three flags for existing consumers.

    Attributes:
        state: ``compliant``, ``not compliant`` or ``not measured``.
        score: Earned weight / all weight, 0..1.
    """

    overall_compliant: bool
    performance_compliant: bool
    error_rate_compliant: bool
    profile: str = "baseline"
    state: str = "not measured"
    score: float = 0.0
    minimum_score: float = 0.8
    clauses: list[Clause] = Field(default_factory=list)


class CapabilityRow(_Model):
    """One capability: what the venue declares, what the run proved or contradicted."""

    name: str
    declared: str
    source: str | None = None
    reason: str | None = None
    passed: int = 0
    failed: int = 0


class Coverage(_Model):
    """How much of a list was exercised by PASSED cases, as the journal says.

    Attributes:
        name: ``must tier``: requests, socket methods, streams and private events that the venue documents
            and its simulator serves in full; answered with success, or told. ``connector methods``: those
            the connector has; asked for by the case, and answered or told at the venue.
    """

    name: str
    covered: list[str]
    missing: list[str]

    @property
    def fraction(self) -> float:
        """0..1; an empty list is fully covered."""
        total = len(self.covered) + len(self.missing)
        return len(self.covered) / total if total else 1.0


class Environment(_Model):
    """Where the run took place."""

    python: str
    platform: str
    cpu_count: int
    packages: dict[str, str] = Field(default_factory=dict)


class IntegrationTestReport(_Model):
    """One run of one connector on one venue.

    The first fields keep their names and meaning for existing consumers. ``total_tests`` counts executed
    cases: passed + failed + errors + known failures; other verdicts have fields of their own.

    Attributes:
        status: ``passed``, ``failed`` or ``incomplete``.
        success_rate: passed / total_tests, 0..1; 0 when nothing was executed.
        hft_compliant: Meets the profile of this run, which is named in ``compliance_status.profile``.
        started_time: ISO 8601, UTC.
        incomplete_because: Why the run is not whole, if it is not.
    """

    exchange: str
    test_suite: str
    status: str
    total_tests: int
    passed: int
    failed: int
    errors: int
    duration_ms: float
    success_rate: float
    hft_compliant: bool
    compliance_status: ComplianceStatus
    known_failures: int = 0
    not_run: int = 0
    not_implemented: int = 0
    unsupported: int = 0
    inconclusive: int = 0
    schema_version: str = SCHEMA_VERSION
    venueproof_version: str = ""
    connector: str = "reference"
    connector_version: str = ""
    connector_is_ours: bool = True
    target: str = "simulator"
    evidence_grade: EvidenceGrade = EvidenceGrade.SIMULATOR
    seed: int = 0
    is_strict: bool = False
    exit_code: int = 0
    incomplete_because: list[str] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)
    started_time: str = ""
    environment: Environment | None = None
    capabilities: list[CapabilityRow] = Field(default_factory=list)
    coverage: list[Coverage] = Field(default_factory=list)
    errors_by_class: dict[str, int] = Field(default_factory=dict)
    metrics: dict[str, Any] = Field(default_factory=dict)
    results: list[TestResult] = Field(default_factory=list)
