"""``report.json``: the published models, as they are."""

from typing import Any

from venueproof_core.results import IntegrationTestReport, TestResult
from venueproof_core.verdict import Verdict

# Ten thousand results with all their prose would be more than anybody wants to load.
_PROSE_UP_TO = 2000
_PROSE: dict[str, Any] = {
    "rule": "",
    "rule_reason": "",
    "rule_source": None,
    "hunts": [],
    "needs": [],
}
_WITH_PROSE = frozenset({Verdict.FAILED, Verdict.ERROR, Verdict.KNOWN_FAILURE})


def render_json(report: IntegrationTestReport) -> bytes:
    """The whole report. Every field of the top level is there; results leave out what is at its default.

    Reading it back with ``IntegrationTestReport.model_validate_json`` gives an equal report, up to 2,000
    results. Of more, those that did not fail leave out what the catalogue of cases says about them anyway.
    """
    if len(report.results) > _PROSE_UP_TO:
        report = report.model_copy(update={"results": [_bare(result) for result in report.results]})
    # The model's own serializer gives bytes; ``model_dump_json`` would decode them, only to encode them again.
    to_json = report.__pydantic_serializer__.to_json
    head = to_json(report, exclude={"results"})
    results = to_json(report, include={"results"}, exclude_defaults=bool(report.results))
    return b"".join((memoryview(head)[:-1], b",", memoryview(results)[1:], b"\n"))


def _bare(result: TestResult) -> TestResult:
    return result if result.verdict in _WITH_PROSE else result.model_copy(update=_PROSE)
