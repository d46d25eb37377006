"""Whole runs: selection, defects, interruption, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from venueproof_core.errors import ConfigurationError
from venueproof_core.verdict import ExitCode, Verdict
from venueproof_suite.runner import IntegrationTestRunner

_SCRIPT = """
import sys
from venueproof_suite import IntegrationTestRunner

def tell(progress):
    print(progress.result.id, flush=True)

runner = IntegrationTestRunner(
    "fake", connector="clumsy", cases=["clumsy/way/hang", "small/passes"], on_progress=tell, workers=2
)
print(runner.run().model_dump_json(), flush=True)
"""


def test_defects_are_run_on_their_cases_alone(run, tmp_path):
    variants = tmp_path / "variants.json"
    variants.write_text(
        json.dumps(
            [
                {"defect": None, "cases": ["small/time/once", "small/passes"]},
                {"defect": "no-time", "cases": ["small/time/once"]},
                {"defect": "no-such", "cases": ["small/passes"]},
            ]
        )
    )
    report = run(variants=variants, workers=1, report_dir=tmp_path / "reports").report
    found = {(result.id, result.defect): result.verdict for result in report.results}
    assert found == {
        ("small/passes", None): Verdict.PASSED,
        ("small/passes", "no-such"): Verdict.ERROR,
        ("small/time/once", None): Verdict.PASSED,
        ("small/time/once", "no-time"): Verdict.NOT_IMPLEMENTED,
    }
    written = json.loads((tmp_path / "reports" / "report.json").read_text())
    assert written["exit_code"] == report.exit_code == ExitCode.INCOMPLETE


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"connector": "nobody"}, "unknown connector for fake: 'nobody'"),
        ({"target": "mars"}, "unknown target: 'mars'"),
        ({"suite": "ful"}, "did you mean 'full'"),
        ({"profile": "hftt"}, "did you mean 'hft'"),
        ({"workers": 0}, "0 workers cannot run anything"),
        ({"timeout_s": -1}, "argument test_timeout = '-1'"),
        ({"endpoints": {"rest": "http://localhost"}}, "opens its own endpoints"),
        ({"connector": "no_such_module:make"}, "cannot be imported"),
    ],
)
def test_what_does_not_exist_is_refused_before_anything_starts(fake_installed, options, text):
    with pytest.raises(ConfigurationError) as refusal:
        IntegrationTestRunner("fake", **options)
    assert text in str(refusal.value)


def test_an_unknown_case_is_refused_with_near_ids(run):
    with pytest.raises(ConfigurationError) as refusal:
        run(cases=["small/pases"], workers=1)
    assert "did you mean 'small/passes'" in str(refusal.value)


def test_an_empty_selection_is_incomplete(run):
    report = run(keyword="no_such_name", workers=1).report
    assert report.exit_code == ExitCode.INCOMPLETE
    assert report.incomplete_because == ["nothing ran: no selected case could be executed"]


def test_interrupted_run_reports_what_ran_and_leaves_nothing(fake_installed):
    before = _leftovers()
    with subprocess.Popen(
        [sys.executable, "-c", _SCRIPT], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline().strip()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
    report = json.loads(rest.splitlines()[-1])
    verdicts = {result["id"]: (result["verdict"], result["reason"]) for result in report["results"]}
    assert first == "small/passes"
    assert verdicts["small/passes"] == ("PASSED", None)
    assert verdicts["clumsy/way/hang"] == ("NOT_RUN", "interrupted while it ran")
    assert report["incomplete_because"][0] == "interrupted"
    assert report["exit_code"] == ExitCode.INCOMPLETE
    _wait_until_gone(before)


def test_run_leaves_no_process_and_no_file(small, clumsy):
    _wait_until_gone({name for name in _leftovers() if name.startswith("other")})


def _leftovers() -> set[str]:
    """Processes with the fake in their command line, and run directories."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        is_ours = "fake_venue" in command or "--venue fake" in command
        if is_ours and int(folder.name) != os.getpid():
            found.add(f"process {folder.name}: {command}")
    return found | {str(path) for path in Path(tempfile.gettempdir()).glob("venueproof-*/")}


def _wait_until_gone(before: set[str]) -> None:
    # The fake's server ends by itself, a moment after its worker.
    deadline = time.monotonic() + 5
    while (left := _leftovers() - before) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left
