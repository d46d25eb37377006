"""A made-up report of realistic size and shape, the same for the same seed: for benchmarks, tests and documents."""

import random

from venueproof_core.compliance import BASELINE, HFTComplianceValidator
from venueproof_core.results import (
    CapabilityRow,
    CaseMetrics,
    Coverage,
    Environment,
    IntegrationTestReport,
    LatencySummary,
    Measurement,
    TestResult,
)
from venueproof_core.rules import BugClass
from venueproof_core.verdict import Verdict

_AREAS = ("book", "orders", "fills", "streams", "errors", "limits", "auth", "time", "performance")
_SHARES = {
    Verdict.PASSED: 86,
    Verdict.UNSUPPORTED: 4,
    Verdict.NOT_IMPLEMENTED: 3,
    Verdict.KNOWN_FAILURE: 1,
    Verdict.NOT_RUN: 3,
    Verdict.FAILED: 2,
    Verdict.ERROR: 1,
}
_REASONS = {
    Verdict.UNSUPPORTED: "Example Spot: replace_order is unsupported: no such endpoint https://docs.example.org/spot",
    Verdict.NOT_IMPLEMENTED: "the client has no method replace",
    Verdict.KNOWN_FAILURE: "the client rounds prices to 15 digits (expires 2027-01-31)",
    Verdict.NOT_RUN: "the connector takes no injected clock, so timers cannot be advanced",
    Verdict.FAILED: "two live orders carry one client order id",
    Verdict.ERROR: "the simulator did not answer its control plane",
}


def sample_report(count: int, *, seed: int = 1) -> IntegrationTestReport:
    """A report of ``count`` results: mixed verdicts, transcripts on the 3 % that fail."""
    dice = random.Random(seed)
    verdicts = dice.choices(list(_SHARES), weights=list(_SHARES.values()), k=count)
    results = [_result(number, verdict, dice) for number, verdict in enumerate(verdicts)]
    tally = {verdict: verdicts.count(verdict) for verdict in Verdict}
    executed = sum(
        tally[verdict]
        for verdict in (Verdict.PASSED, Verdict.FAILED, Verdict.ERROR, Verdict.KNOWN_FAILURE)
    )
    success_rate = tally[Verdict.PASSED] / executed if executed else 0.0
    measurements = [
        measurement for result in results for measurement in result.metrics.measurements
    ]
    compliance = HFTComplianceValidator(BASELINE).validate(measurements, success_rate=success_rate)
    broken = tally[Verdict.FAILED] + tally[Verdict.ERROR]
    return IntegrationTestReport(
        exchange="example",
        test_suite="full",
        status="incomplete" if tally[Verdict.ERROR] else "failed" if broken else "passed",
        total_tests=executed,
        passed=tally[Verdict.PASSED],
        failed=tally[Verdict.FAILED],
        errors=tally[Verdict.ERROR],
        duration_ms=12_345.678,
        success_rate=success_rate,
        hft_compliant=compliance.overall_compliant,
        compliance_status=compliance,
        known_failures=tally[Verdict.KNOWN_FAILURE],
        not_run=tally[Verdict.NOT_RUN],
        not_implemented=tally[Verdict.NOT_IMPLEMENTED],
        unsupported=tally[Verdict.UNSUPPORTED],
        venueproof_version="0.1.0",
        connector_version="0.1.0",
        seed=seed,
        exit_code=3 if tally[Verdict.ERROR] else 1 if broken else 0,
        incomplete_because=["1 case or more ended in an error of the harness"]
        if tally[Verdict.ERROR]
        else [],
        warnings=[
            "the loop lagged 3.1 ms at the 99th percentile: latency figures are that uncertain"
        ],
        started_time="2026-11-20T10:55:00Z",
        environment=Environment(
            python="3.11.2",
            platform="Linux-6.1-x86_64",
            cpu_count=2,
            packages={"aiohttp": "3.13.2", "msgspec": "0.20.0", "websockets": "15.0.1"},
        ),
        capabilities=_capabilities(),
        coverage=[
            Coverage(
                name="must tier",
                covered=[f"GET /operation-{number}" for number in range(23)],
                missing=["PUT /amend", "GET /positions", "POST /replace"],
            ),
            Coverage(
                name="connector methods",
                covered=["place", "cancel", "order", "open_orders", "order_book"],
                missing=[],
            ),
        ],
        errors_by_class={"TimedOutError": 3, "RateLimitedError": 12},
        metrics={"requests": 48 * count, "bytes_in": 9000 * count, "peak_memory_mib": 71.5},
        results=results,
    )


def _result(number: int, verdict: Verdict, dice: random.Random) -> TestResult:
    area = _AREAS[number % len(_AREAS)]
    case = f"{area}/client-order-id/duplicate-is-refused-{number}"
    base = TestResult(
        id=case,
        title="The client order id of an open order cannot be used again.",
        area=area,
        level="SHOULD" if number % 5 == 4 else "MUST",
        verdict=verdict,
        duration_ms=round(dice.lognormvariate(2.5, 0.8), 3),
        rule="The client order id of an open order cannot be used for a second order.",
        rule_reason="It catches a double submit while the first order rests. It does not make a blind resend safe: "
        "once the first order has filled, many venues accept the id again, and that is a second position.",
        rule_source="https://docs.example.org/spot/trading#new-order",
        hunts=[list(BugClass)[number % len(BugClass)].name],
        needs=["client_order_id"],
        oracle=["truth", "journal"],
        reason=_REASONS.get(verdict),
        metrics=CaseMetrics(requests=dice.randint(2, 60), frames=dice.randint(0, 90)),
        worker=f"gw{number % 2}",
        started_time_ns=1_795_172_100_000_000_000 + number * 10_000_000,
    )
    if area == "performance" and number < 60:
        base.metrics.latency, base.metrics.measurements = _figures(number, dice)
    if verdict in (Verdict.FAILED, Verdict.ERROR):
        _add_evidence(base, case, dice)
    return base


def _add_evidence(result: TestResult, case: str, dice: random.Random) -> None:
    result.transcript = [
        f'{at:03d} {arrow} {{"symbol":"BTCUSDT","clientOrderId":"vp-{dice.randrange(10**9)}","price":"60123.45"}}'
        for at, arrow in enumerate(["->", "<-"] * 8)
    ]
    result.reproduce = f"venueproof run example --case {case} --seed 1"
    if result.verdict is Verdict.ERROR:
        result.error_class = "ConnectError"
        result.traceback = (
            'Traceback (most recent call last):\n  File "x.py", line 1, in call\nConnectError'
        )
        return
    result.error_class = "RuleViolation"
    result.expected = "one live order:\n  vp-1 BUY 0.5 BTC-USDT @ 60123.45 NEW"
    result.observed = "two live orders:" + 2 * "\n  vp-1 BUY 0.5 BTC-USDT @ 60123.45 NEW"


def _figures(number: int, dice: random.Random) -> tuple[list[LatencySummary], list[Measurement]]:
    names = (
        "rest_request",
        "websocket_message",
        "orderbook_processing",
        "connection_setup",
        "json_parsing",
    )
    at = number // len(_AREAS) % len(names)
    p50 = (1.4, 0.35, 0.02, 6.5, 0.08)[at] * dice.uniform(0.8, 1.3)
    is_split = at in (0, 1)
    summary = LatencySummary(
        operation=names[at],
        count=1000,
        p50_ms=p50,
        p90_ms=p50 * 1.5,
        p99_ms=p50 * 2.8,
        max_ms=p50 * 7,
        venue_p50_ms=p50 * 0.2 if is_split else None,
        wire_p50_ms=p50 * 0.45 if is_split else None,
        client_p50_ms=p50 * 0.35 if is_split else None,
        uncertainty_ms=0.3 if at == 0 else None,
    )
    measurement = Measurement(
        name=f"{names[at]}_max_ms", value=p50 * 7, evidence=f"the longest of 1,000 ({names[at]})"
    )
    return [summary], [measurement]


def _capabilities() -> list[CapabilityRow]:
    source = "https://docs.example.org/spot"
    return [
        CapabilityRow(name="order_book_snapshot", declared="supported", source=source, passed=12),
        CapabilityRow(
            name="client_order_id", declared="supported", source=source, passed=9, failed=2
        ),
        CapabilityRow(
            name="replace_order", declared="unsupported", source=source, reason="no such endpoint"
        ),
        CapabilityRow(name="candles", declared="supported", source=source),
    ]
