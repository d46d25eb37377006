"""From everything collected to the report of a run."""

import datetime
import os
import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from venueproof_core.capabilities import Support
from venueproof_core.compliance import HFTComplianceValidator
from venueproof_core.control import Tier
from venueproof_core.results import (
    CapabilityRow,
    Coverage,
    Environment,
    IntegrationTestReport,
    Measurement,
    TestResult,
)
from venueproof_core.rules import Level
from venueproof_core.venue import Venue
from venueproof_core.verdict import ExitCode, Verdict
from venueproof_suite.collecting import Collected
from venueproof_suite.judgement import why_void
from venueproof_suite.options import RunOptions
from venueproof_suite.subject import Subject

# More inconclusive cases than this share make a run incomplete.
INCONCLUSIVE_SHARE = 0.05
# What the venue documents and its simulator serves in full.
MUST_TIER = "must tier"
_PACKAGES = (
    "venueproof-core",
    "venueproof-net",
    "venueproof-suite",
    "pytest",
    "aiohttp",
    "pydantic",
)
_EXECUTED = (Verdict.PASSED, Verdict.FAILED, Verdict.ERROR, Verdict.KNOWN_FAILURE)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a report is made of besides the results.

    Attributes:
        catalogue: Ids of every case there is.
        incomplete: Why the run is not whole, as far as the runner knows.
    """

    options: RunOptions
    subject: Subject
    started_time: datetime.datetime
    duration_ms: float
    catalogue: Sequence[str] = ()
    incomplete: Sequence[str] = ()


def build_report(run: Run, collected: Collected) -> IntegrationTestReport:
    """Put the report together, exit code included."""
    subject = run.subject
    results = sorted(
        collected.results.values(), key=lambda result: (result.id, result.defect or "")
    )
    counts = Counter(result.verdict for result in results)
    inconclusive = sum(result.is_inconclusive for result in results)
    executed = sum(counts[verdict] for verdict in _EXECUTED)
    success_rate = counts[Verdict.PASSED] / executed if executed else 0.0
    compliance = HFTComplianceValidator(subject.profile).validate(
        _measurements(results, collected), success_rate=success_rate if executed else None
    )
    warnings = _known_failure_warnings(run, results)
    warnings += [f"cases could not be collected: {node}" for node in sorted(collected.broken)]
    incomplete = [*run.incomplete, *_incomplete(counts, executed, inconclusive, collected)]
    report = IntegrationTestReport(
        exchange=subject.venue.name,
        test_suite=run.options.suite,
        status="passed",
        total_tests=executed,
        passed=counts[Verdict.PASSED],
        failed=counts[Verdict.FAILED],
        errors=counts[Verdict.ERROR],
        duration_ms=run.duration_ms,
        success_rate=success_rate,
        hft_compliant=compliance.overall_compliant,
        compliance_status=compliance,
        known_failures=counts[Verdict.KNOWN_FAILURE],
        not_run=counts[Verdict.NOT_RUN],
        not_implemented=counts[Verdict.NOT_IMPLEMENTED],
        unsupported=counts[Verdict.UNSUPPORTED],
        inconclusive=inconclusive,
        venueproof_version=_version("venueproof-suite"),
        connector=subject.connector.name,
        connector_version=subject.connector.version,
        connector_is_ours=subject.connector.is_ours,
        target=run.options.target,
        evidence_grade=subject.target.grade,
        seed=run.options.seed,
        is_strict=run.options.is_strict,
        incomplete_because=incomplete,
        warnings=warnings,
        started_time=run.started_time.isoformat(timespec="seconds"),
        environment=_environment(),
        capabilities=_capabilities(subject.venue, results),
        coverage=list(_coverage(collected, has_journal=subject.target.is_steerable)),
        errors_by_class=dict(
            sorted(Counter(r.error_class for r in results if r.error_class is not None).items())
        ),
        metrics=_totals(results, collected),
        results=results,
    )
    code = exit_code(report)
    words = {ExitCode.COMPLIANT: "passed", ExitCode.INCOMPLETE: "incomplete"}
    return report.model_copy(update={"exit_code": int(code), "status": words.get(code, "failed")})


def write_report_json(report: IntegrationTestReport, folder: Path) -> None:
    """Write ``report.json`` and nothing else; the other forms are the report package's."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(report.model_dump_json(indent=2), encoding="utf-8")


def exit_code(report: IntegrationTestReport) -> ExitCode:
    """What ``venueproof run`` says of it: incomplete goes before failed."""
    if report.incomplete_because:
        return ExitCode.INCOMPLETE
    counting = (Level.MUST.value, Level.SHOULD.value) if report.is_strict else (Level.MUST.value,)
    has_failed = any(
        result.verdict is Verdict.FAILED and result.level in counting for result in report.results
    )
    is_bound = report.connector_is_ours or report.is_strict
    misses = is_bound and report.compliance_status.state == "not compliant"
    if has_failed or misses or (report.is_strict and report.warnings):
        return ExitCode.FAILED
    return ExitCode.COMPLIANT


def _incomplete(
    counts: Counter[Verdict], executed: int, inconclusive: int, collected: Collected
) -> list[str]:
    reasons = []
    if executed == 0:
        reasons.append("nothing ran: no selected case could be executed")
    if counts[Verdict.ERROR]:
        reasons.append(f"{counts[Verdict.ERROR]} ended in an error that is not the connector's")
    if inconclusive > INCONCLUSIVE_SHARE * (executed + inconclusive):
        reasons.append(f"{inconclusive} inconclusive of {executed + inconclusive}: more than 5 %")
    if collected.broken:
        reasons.append(f"{len(collected.broken)} module(s) of cases could not be collected")
    return reasons


def _measurements(results: Iterable[TestResult], collected: Collected) -> list[Measurement]:
    found = [measure for result in results for measure in result.metrics.measurements]
    if found:
        # Memory alone does not make a run one that measures performance.
        growth = collected.memory_growth_kib / 1024
        evidence = "largest growth of a worker's resident memory over the run"
        found.append(Measurement(name="memory_usage_max_mb", value=growth, evidence=evidence))
    return found


def _known_failure_warnings(run: Run, results: Iterable[TestResult]) -> list[str]:
    connector = run.subject.connector
    today = run.started_time.date()
    verdicts = {result.id: result.verdict for result in results if result.defect is None}
    warnings = []
    for case_id, entry in sorted(connector.known_failures.items()):
        name = f"known failure {case_id} of {connector.name}"
        void = why_void(entry, connector.version, today)
        if connector.is_ours:
            warnings.append(f"{name}: a connector of this repository is not excused; take it out")
        elif run.catalogue and case_id not in run.catalogue:
            warnings.append(f"{name}: there is no such case")
        elif void is not None and not void.startswith("is for versions"):
            warnings.append(f"{name}: {void}; look again")
        elif void is None and verdicts.get(case_id) is Verdict.PASSED:
            warnings.append(f"{name}: it passes now; take it out")
    return warnings


def _capabilities(venue: Venue, results: Sequence[TestResult]) -> list[CapabilityRow]:
    rows = []
    for name, declared in venue.capabilities.declarations().items():
        using = [result.verdict for result in results if name in result.needs]
        rows.append(
            CapabilityRow(
                name=name,
                declared=declared.support.value,
                source=declared.source,
                reason=declared.reason,
                passed=using.count(Verdict.PASSED) if declared.support is Support.SUPPORTED else 0,
                failed=using.count(Verdict.FAILED) + using.count(Verdict.KNOWN_FAILURE),
            )
        )
    return rows


def _coverage(collected: Collected, *, has_journal: bool) -> Iterator[Coverage]:
    """What PASSED cases exercised, which only a journal can say."""
    if not has_journal:
        return
    if collected.documented:
        must = {name for name, row in collected.documented.items() if row.tier is Tier.MUST}
        yield _share(MUST_TIER, collected.exercised, must)
    yield _share("connector methods", collected.methods, collected.connector_methods)


def _share(name: str, covered: Set[str], total: Set[str]) -> Coverage:
    return Coverage(name=name, covered=sorted(covered & total), missing=sorted(total - covered))


def _totals(results: Sequence[TestResult], collected: Collected) -> dict[str, object]:
    return {
        "requests": sum(result.metrics.requests for result in results),
        "frames": sum(result.metrics.frames for result in results),
        "bytes_in": sum(result.metrics.bytes_in for result in results),
        "bytes_out": sum(result.metrics.bytes_out for result in results),
        "memory_growth_kib": collected.memory_growth_kib,
        "decided_by_oracle": sum(bool(result.oracle) for result in results),
    }


def _environment() -> Environment:
    versions = {name: version for name in _PACKAGES if (version := _version(name))}
    return Environment(
        python=platform.python_version(),
        platform=platform.platform(),
        cpu_count=os.cpu_count() or 1,
        packages=versions,
    )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
