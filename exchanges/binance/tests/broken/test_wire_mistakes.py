"""The correct connector fails on a broken venue: the cases see a referee that is wrong."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from exchanges.binance.tests.broken.table import MISTAKES
from packages.simulator.tests.broken.guide import GUIDE, rows
from packages.simulator.tests.broken.mistakes import Mistake
from venueproof_core.results import IntegrationTestReport
from venueproof_core.verdict import Verdict
from venueproof_suite.runner import IntegrationTestRunner

PLUGIN = Path(__file__).parent / "plugin"
ROOT = Path(__file__).parents[4]
RunCases = Callable[..., IntegrationTestReport]


@pytest.fixture
def run_cases(monkeypatch: pytest.MonkeyPatch) -> RunCases:
    """Runs cases of the reference connector on a venue that makes a mistake, or none."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    monkeypatch.setenv("PYTHONPATH", f"{PLUGIN}{os.pathsep}{ROOT}", prepend=os.pathsep)

    def run(cases: tuple[str, ...], *, mistake: str = "") -> IntegrationTestReport:
        monkeypatch.setenv("SIMULATOR_MISTAKE", mistake)
        target = "broken-simulator"
        return IntegrationTestRunner("binance", target=target, cases=cases, workers=1).run()

    return run


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.says)
def test_case_catches(mistake: Mistake, run_cases: RunCases) -> None:
    report = run_cases(mistake.cases, mistake=mistake.says)

    found = [(result.id, result.verdict, result.reason) for result in report.results]
    assert found
    assert all(verdict is Verdict.FAILED for _, verdict, _ in found), found


def test_same_cases_pass_without_a_mistake(run_cases: RunCases) -> None:
    cases = tuple(sorted({case for mistake in MISTAKES for case in mistake.cases}))

    report = run_cases(cases)

    found = [(result.id, result.verdict, result.reason) for result in report.results]
    assert all(any(case.startswith(wanted) for case, _, _ in found) for wanted in cases), found
    assert all(verdict is Verdict.PASSED for _, verdict, _ in found), found


def test_guide_lists_every_mistake() -> None:
    assert rows(MISTAKES) in GUIDE.read_text(), f"in {GUIDE} there must be:\n{rows(MISTAKES)}"
