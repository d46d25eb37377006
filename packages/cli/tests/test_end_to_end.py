"""The real command, on the real suite and a real simulator: a few cases of the first venue that is installed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from venueproof_core.plugins import load_plugins

VENUE = next(iter(load_plugins().venues))
RUN = [sys.executable, "-m", "venueproof", "run", VENUE]


def test_run_of_a_case_passes_and_reports(tmp_path: Path) -> None:
    done = subprocess.run(
        [*RUN, "--case", "books/snapshot", "-n", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "PASSED" in done.stderr
    assert "PASSED" in done.stdout
    report = json.loads((tmp_path / f"reports/{VENUE}/reference/report.json").read_text())
    assert report["status"] == "passed"
    assert report["compliance_status"]["state"] == "not measured"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--suite", "ful"], "unknown suite: 'ful'; did you mean 'full'?"),
        (["--connector", "refrence"], "unknown connector"),
        (["--case", "bookz/"], "unknown case: 'bookz/'"),
        (["--profile", "hfft"], "hfft"),
        (["--target", "moon"], "moon"),
    ],
)
def test_mistake_is_one_line_and_2(arguments: list[str], expected: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [*RUN, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("venueproof: error: ")
    assert expected in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "reports").exists()


def test_interrupted_run_reports_what_ran_and_ends_with_3(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*RUN, "-n", "1"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        os.killpg(process.pid, signal.SIGINT)
        out, errors = process.communicate(timeout=30)

    assert process.returncode == 3, errors
    assert "[  1/" in first
    assert "interrupted" in out
    report = json.loads((tmp_path / f"reports/{VENUE}/reference/report.json").read_text())
    assert report["status"] == "incomplete"
    assert report["incomplete_because"] == ["interrupted"]
    verdict, case = first.partition("] ")[2].split()[:2]
    assert {result["id"]: result["verdict"] for result in report["results"]}[case] == verdict
