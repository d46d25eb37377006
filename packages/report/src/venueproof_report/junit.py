"""``junit.xml``, as Jenkins, GitLab and GitHub actions read it."""

from collections import Counter

from venueproof_core.results import IntegrationTestReport, TestResult
from venueproof_core.verdict import Verdict
from venueproof_report.facts import reason
from venueproof_report.text import TRANSCRIPT_LINES, xml, xml_attribute

_CHILD = {Verdict.FAILED: "failure", Verdict.ERROR: "error"}


def render_junit(report: IntegrationTestReport) -> bytes:
    """One suite for the run, one test case for each result.

    FAILED is a failure, ERROR an error; what did not run to a verdict, and known failures, are skipped with
    their reason. The class name holds venue, connector and area, which is what CI systems group by.
    """
    tally = Counter(_CHILD.get(result.verdict, "skipped") for result in report.results)
    tally["skipped"] -= sum(result.verdict is Verdict.PASSED for result in report.results)
    totals = (
        f'tests="{len(report.results)}" failures="{tally["failure"]}" errors="{tally["error"]}" '
        f'skipped="{tally["skipped"]}" time="{report.duration_ms / 1000:.3f}"'
    )
    name = xml_attribute(f"{report.exchange}/{report.connector}")
    group = xml_attribute(f"{report.exchange}.{report.connector}")
    started = f' timestamp="{xml_attribute(report.started_time)}"' if report.started_time else ""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<testsuites name="venueproof" {totals}>\n<testsuite name="{name}" {totals}{started}>\n',
        _properties(report),
        *(_testcase(result, group) for result in report.results),
        "</testsuite>\n</testsuites>\n",
    ]
    return "".join(parts).encode()


def _properties(report: IntegrationTestReport) -> str:
    values = {
        "venue": report.exchange,
        "connector": f"{report.connector} {report.connector_version}".strip(),
        "target": report.target,
        "evidence_grade": report.evidence_grade.value,
        "seed": str(report.seed),
        "suite": report.test_suite,
        "status": report.status,
        "profile": report.compliance_status.profile,
        "compliance": report.compliance_status.state,
        "venueproof_version": report.venueproof_version,
    }
    rows = (
        f'<property name="{name}" value="{xml_attribute(value)}"/>\n'
        for name, value in values.items()
    )
    return f"<properties>\n{''.join(rows)}</properties>\n"


def _testcase(result: TestResult, group: str) -> str:
    start = (
        f'<testcase classname="{group}.{xml_attribute(result.area)}" name="{xml_attribute(result.id)}" '
        f'time="{result.duration_ms / 1000:.3f}"'
    )
    if result.verdict is Verdict.PASSED:
        return f"{start}/>\n"
    child = _CHILD.get(result.verdict, "skipped")
    why = xml_attribute(f"{result.verdict.value} ({result.level}): {reason(result)}")
    if child == "skipped":
        return f'{start}><skipped message="{why}"/></testcase>\n'
    kind = xml_attribute(result.error_class or result.verdict.value)
    return f'{start}><{child} message="{why}" type="{kind}">{xml(_details(result))}</{child}></testcase>\n'


def _details(result: TestResult) -> str:
    facts = {
        "rule": result.rule,
        "expected": result.expected,
        "observed": result.observed,
        "source": result.rule_source,
        "reproduce": result.reproduce,
    }
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    if result.transcript:
        lines += ["transcript:", *(f"  {line}" for line in result.transcript[-TRANSCRIPT_LINES:])]
    if result.traceback:
        lines += ["traceback:", result.traceback]
    return "\n".join(lines)
