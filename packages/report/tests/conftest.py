"""Reports to write."""

from collections.abc import Callable
from pathlib import Path

import pytest

from venueproof_core.results import IntegrationTestReport
from venueproof_core.verdict import Verdict
from venueproof_report import write_report
from venueproof_report.sample import sample_report

HOSTILE = (
    "</script><script>alert(1)</script> ]]> --> <!-- \"quoted\" 'single' `tick` ``` | pipe \\ back\r\n"
    "# heading & [link](javascript:alert(1)) \x00\x1b[31m\u2028\u202e\ufffe 比特币 \U0001f680"
)


@pytest.fixture
def report() -> IntegrationTestReport:
    """Two hundred results with every verdict among them."""
    sample = sample_report(200, seed=2)
    assert {result.verdict for result in sample.results} == set(Verdict)
    return sample


@pytest.fixture
def hostile_report() -> IntegrationTestReport:
    """Text that would break each of the formats, in every field that takes text."""
    sample = sample_report(200, seed=2)
    sample.connector = sample.target = HOSTILE
    sample.warnings = sample.incomplete_because = [HOSTILE]
    sample.errors_by_class = {HOSTILE: 1}
    sample.metrics = {HOSTILE: [HOSTILE, {"nested": HOSTILE}]}
    for number, result in enumerate(sample.results):
        result.id = f"{HOSTILE}/{number}"
        result.area = result.title = result.rule = result.rule_reason = result.rule_source = HOSTILE
        result.reason = result.expected = result.observed = result.traceback = HOSTILE
        result.error_class = result.error_code = result.reproduce = HOSTILE
        result.transcript = result.hunts = [HOSTILE]
    return sample


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Writes a report and gives back the text of each file by name."""

    def write(report: IntegrationTestReport, **options: object) -> dict[str, str]:
        paths = write_report(report, tmp_path / "reports", **options)  # type: ignore[arg-type]
        return {path.name: path.read_bytes().decode() for path in paths}

    return write
