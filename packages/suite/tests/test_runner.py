"""Whole runs: selection, defects, interruption, and nothing left behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from venueproof_core.errors import ConfigurationError
from venueproof_core.results import EvidenceGrade
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


@pytest.fixture
def deaf():
    """Children that begin now never hear an interrupt, as Python now and then while it starts."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_run_that_is_out_of_time_before_it_has_collected_says_so(run_alone, deaf, monkeypatch):
    monkeypatch.setenv("FAKE_VENUE_COLLECTS_FOR_S", "4")
    with ThreadPoolExecutor(1) as pool:  # only a main thread would set a handler of its own
        report = pool.submit(run_alone, workers=1, run_timeout_s=0.05).result().report
    assert report.results == []
    assert report.incomplete_because == [
        "stopped after 0.05 s, the time of the whole run",
        "nothing ran: no selected case could be executed",
    ]
    assert report.exit_code == ExitCode.INCOMPLETE


def test_a_target_that_does_not_start_ends_the_run_with_its_reason(run_alone, monkeypatch):
    monkeypatch.setenv("FAKE_VENUE_REFUSES", "the port is taken")
    report = run_alone(cases=["small"], workers=1).report
    assert report.incomplete_because[0] == "target simulator: the port is taken"
    assert report.exit_code == ExitCode.INCOMPLETE
    found = {result.id: result for result in report.results}
    assert found["small/passes"].verdict in (Verdict.ERROR, Verdict.NOT_RUN)
    assert "the port is taken" in (found["small/passes"].reason or "")
    assert len(found) == 23


def test_a_real_target_runs_what_needs_no_steering(run, control_address):
    opened = urllib.request.Request(
        f"{control_address.url}/worlds",
        data=b'{"seed": 1}',
        headers={"Authorization": f"Bearer {control_address.token}"},
    )
    with urllib.request.urlopen(opened) as reply:
        endpoints = json.load(reply)["endpoints"]
    cases = ["small/passes", "small/time/once", "small/private"]
    report = run(target="testnet", endpoints=endpoints, cases=cases, workers=1).report
    found = {result.id: (result.verdict, result.reason) for result in report.results}
    assert found == {
        "small/passes": (Verdict.PASSED, None),
        "small/private": (Verdict.NOT_RUN, "private case; set FAKE_TESTNET_API_KEY"),
        "small/time/once": (
            Verdict.NOT_RUN,
            "needs control of the venue, which the target testnet does not give",
        ),
    }
    assert report.evidence_grade is EvidenceGrade.TESTNET
    assert report.exit_code == ExitCode.COMPLIANT


def test_interrupted_run_reports_what_ran(fake_installed):
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


def test_a_runner_that_is_killed_takes_its_workers_along(fake_installed, tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", _SCRIPT],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.communicate()
    _wait_until_gone(str(tmp_path))


def test_runs_leave_no_process_no_listening_socket_and_no_file(small, clumsy):
    # A socket lives in a process: those of the runs are gone, and ours listens nowhere.
    _wait_until_gone(tempfile.gettempdir())
    assert _listening() == set()
    assert list(Path(tempfile.gettempdir()).glob("venueproof-*")) == []


def _listening() -> set[str]:
    """Listening TCP sockets of this process, by inode."""
    lines = Path("/proc/self/net/tcp").read_text().splitlines()[1:]
    inodes = {line.split()[9] for line in lines if line.split()[3] == "0A"}
    own = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            own.add(os.readlink(descriptor).removeprefix("socket:[").removesuffix("]"))
    return inodes & own


def _started_with(temporary: str) -> set[str]:
    """Processes whose temporary directory this is."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"TMPDIR={temporary}\0".encode() in (folder / "environ").read_bytes():
                found.add(f"{folder.name}: {(folder / 'cmdline').read_bytes()!r}")
    return found


def _wait_until_gone(temporary: str) -> None:
    # The fake's server ends by itself, a moment after its worker; so do workers after their runner.
    deadline = time.monotonic() + 5
    while (left := _started_with(temporary)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left
