"""The pytest plugin outside of the runner: inert without a venue, useful with one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_INERT = """
import sys

def test_nothing_is_loaded():
    loaded = {name.partition(".")[0] for name in sys.modules}
    assert not loaded & {"aiohttp", "pydantic", "msgspec", "venueproof_core", "venueproof_net"}
    assert "venueproof_suite.plugin" in sys.modules
"""


def _pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, cwd=folder, check=False
    )


def test_without_a_venue_it_imports_nothing_and_changes_nothing(tmp_path):
    (tmp_path / "test_inert.py").write_text(_INERT)
    # Other plugins that are installed here may load what they like.
    done = _pytest(tmp_path, "-q", "-p", "no:hypothesispytest", "-p", "no:anyio", "test_inert.py")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_plain_pytest_runs_cases_and_writes_a_report(fake_installed, tmp_path, workers):
    done = _pytest(
        tmp_path,
        *workers,
        *("--pyargs", "fake_venue.cases.test_small", "--venue", "fake", "-rs", "-q"),
        *("-k", "passes or fails or unsupported or time", "--report-dir", str(tmp_path / "out")),
    )
    assert "1 failed, 3 passed, 1 skipped" in done.stdout, done.stdout
    assert "UNSUPPORTED: Fake Venue: positions is unsupported" in done.stdout
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    verdicts = {result["id"]: result["verdict"] for result in report["results"]}
    assert verdicts == {
        "small/fails": "FAILED",
        "small/passes": "PASSED",
        "small/time/once": "PASSED",
        "small/time/twice": "PASSED",
        "small/unsupported": "UNSUPPORTED",
    }


def test_an_unknown_venue_is_one_line_with_a_remedy(fake_installed, tmp_path):
    done = _pytest(tmp_path, "--pyargs", "fake_venue.cases", "--venue", "fakee")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "unknown venue: 'fakee'; did you mean 'fake'?" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
