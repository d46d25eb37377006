"""The guide's connector is real: it is taken from the page, counted and run."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from venueproof_suite.runner import IntegrationTestRunner

GUIDE = Path(__file__).parents[3] / "docs/guides/your-connector.md"
Run = Callable[[Any], Any]


@pytest.fixture
def my_connector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The guide's first block, as a module beside the user."""
    block = re.search(r"```python my_connector\.py\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert block is not None, "the guide has lost its connector"
    (tmp_path / "my_connector.py").write_text(block[1])
    monkeypatch.chdir(tmp_path)
    paths = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    return block[1]


def test_connector_of_the_guide_has_under_30_lines(my_connector: str) -> None:
    assert len([line for line in my_connector.splitlines() if line.strip()]) < 30


def test_connector_of_the_guide_passes_the_cases_of_the_book(
    my_connector: str, tmp_path: Path
) -> None:
    report = IntegrationTestRunner(
        "binance",
        connector="my_connector:connect",
        cases=["books/snapshot", "books/stream/follows"],
        report_dir=tmp_path / "reports",
        workers=1,
    ).run()
    verdicts = {result.id: (result.verdict.value, result.reason) for result in report.results}
    assert verdicts == {
        "books/snapshot/equals-the-venue": ("PASSED", None),
        "books/stream/follows-every-change": (
            "NOT_IMPLEMENTED",
            "the connector has no method stream_order_book()",
        ),
    }
