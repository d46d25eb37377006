"""What a report says, in words. Every sink takes its sentences from here, so that all say the same."""

import shlex
from collections import Counter
from collections.abc import Iterator

from venueproof_core.results import (
    CapabilityRow,
    Coverage,
    IntegrationTestReport,
    LatencySummary,
    TestResult,
)
from venueproof_core.rules import BugClass, Level
from venueproof_core.verdict import Verdict

_FAILING = frozenset({Verdict.FAILED, Verdict.ERROR})


def headline(report: IntegrationTestReport) -> str:
    """The verdict of the run in one sentence."""
    findings = []
    if report.status == "incomplete":
        findings += report.incomplete_because[:1] or ["nothing ran"]
        if len(report.incomplete_because) > 1:
            findings.append(plural(len(report.incomplete_because) - 1, "more reason"))
    findings.append(f"{report.passed} of {plural(report.total_tests, 'executed case')} passed")
    broken = Counter(result.level for result in report.results if result.verdict is Verdict.FAILED)
    findings += [
        plural(broken[level.value], f"{level.value} rule") + " broken"
        for level in Level
        if broken[level.value]
    ]
    if report.errors:
        findings.append(plural(report.errors, "error"))
    if report.known_failures:
        findings.append(plural(report.known_failures, "known failure"))
    if report.compliance_status.state == "not compliant":
        findings.append(f"not compliant with profile {report.compliance_status.profile}")
    return f"{report.status.upper()}: {', '.join(findings)}"


def subject(report: IntegrationTestReport) -> str:
    """What was tested where, on one line."""
    connector = f"{report.connector} {report.connector_version}".strip()
    owner = "" if report.connector_is_ours else ", not ours"
    defect = sorted({result.defect for result in report.results if result.defect})
    broken = f", broken on purpose: {', '.join(defect)}" if defect else ""
    return (
        f"{report.exchange}, connector {connector}{owner}{broken}, suite {report.test_suite}, "
        f"target {report.target} (evidence: {report.evidence_grade.value}), seed {report.seed}"
    )


def executed(report: IntegrationTestReport) -> str:
    """How the executed cases ended, on one line."""
    tally = [
        f"{report.passed} passed",
        f"{report.failed} failed",
        plural(report.errors, "error"),
        plural(report.known_failures, "known failure"),
    ]
    return f"{report.total_tests} executed in {duration(report.duration_ms)}: {', '.join(tally)}"


def not_executed(report: IntegrationTestReport) -> str:
    """Why other cases were not executed, on one line."""
    return (
        f"not executed: {report.unsupported} unsupported, {report.not_implemented} not implemented, "
        f"{report.not_run} not run ({report.inconclusive} inconclusive)"
    )


def compliance(report: IntegrationTestReport) -> str:
    """Whether the run meets its profile, with the profile's name."""
    status = report.compliance_status
    if status.state == "not measured":
        return f"compliance with profile {status.profile}: not measured, no performance case ran"
    return (
        f"{status.state} with profile {status.profile}: score {percent(status.score)}, "
        f"more than {percent(status.minimum_score)} needed"
    )


def coverage(report: IntegrationTestReport) -> str:
    """How much of each list passed cases exercised, on one line."""
    if not report.coverage:
        return "coverage: not measured, this target keeps no journal"
    shares = [f"{percent(one.fraction)} of {one.name} ({of_all(one)})" for one in report.coverage]
    return f"coverage by passed cases: {', '.join(shares)}"


def of_all(share: Coverage) -> str:
    """``3 of 4``."""
    return f"{len(share.covered)} of {len(share.covered) + len(share.missing)}"


def failing(report: IntegrationTestReport) -> list[TestResult]:
    """FAILED and ERROR, the worst first: errors, then MUST, then SHOULD, by id."""
    return sorted(
        (result for result in report.results if result.verdict in _FAILING),
        key=lambda result: (
            -result.verdict.severity,
            result.level != Level.MUST.value,
            result.id,
        ),
    )


def areas(report: IntegrationTestReport) -> dict[str, Counter[Verdict]]:
    """Area to how often each verdict was given there, by name."""
    table: dict[str, Counter[Verdict]] = {}
    for result in report.results:
        table.setdefault(result.area, Counter())[result.verdict] += 1
    return dict(sorted(table.items()))


def latency(report: IntegrationTestReport) -> Iterator[tuple[str, LatencySummary]]:
    """Case id and figure, in the order of the results."""
    for result in report.results:
        for summary in result.metrics.latency:
            yield result.id, summary


def reason(result: TestResult) -> str:
    """Why the case is not PASSED; every such case has an answer."""
    if result.reason:
        return result.reason
    if result.error_class:
        code = f" [{result.error_code}]" if result.error_code else ""
        return f"{result.error_class}{code}"
    if result.expected is not None or result.observed is not None:
        return f"expected {result.expected}, observed {result.observed}"
    return "no reason was recorded"


def look_at(result: TestResult) -> str:
    """Where to begin, on one line."""
    if result.verdict is Verdict.ERROR:
        return "the harness or this machine, not the connector: begin with the traceback"
    classes = [
        BugClass[name].value if name in BugClass.__members__ else name for name in result.hunts
    ]
    if not classes:
        return f"the connector's code for {result.area}, from the last line of the transcript back"
    return f"the code of the connector that must ensure: {'; '.join(classes)}"


def capability_state(row: CapabilityRow) -> str:
    """What the run says to a venue's declaration."""
    if row.failed:
        return "contradicted"
    if row.passed:
        return "proved"
    return "unsupported" if row.declared == "unsupported" else "not tested"


def rerun(report: IntegrationTestReport) -> str:
    """The command that repeats the whole run."""
    options = [
        ("--connector", report.connector if report.connector != "reference" else None),
        ("--target", report.target if report.target != "simulator" else None),
        ("--suite", report.test_suite if report.test_suite != "full" else None),
        ("--profile", report.compliance_status.profile),
        ("--seed", str(report.seed)),
    ]
    words = ["venueproof", "run", report.exchange]
    words += [word for name, value in options if value for word in (name, value)]
    return shlex.join(words + (["--strict"] if report.is_strict else []))


def percent(fraction: float) -> str:
    """Never rounds up to 100 %."""
    return "100 %" if fraction >= 1 else f"{int(fraction * 1000) / 10:.1f} %"


def plural(count: int, noun: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def duration(duration_ms: float) -> str:
    """Milliseconds below a second, else seconds."""
    return f"{duration_ms:.0f} ms" if duration_ms < 1000 else f"{duration_ms / 1000:.1f} s"
