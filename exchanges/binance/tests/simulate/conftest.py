"""`venueproof simulate binance`, started as a user starts it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "venueproof", "simulate", "binance"]


class Simulator:
    """A running one, by the line that it printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.process = process
        line = process.stdout.readline()
        assert line, f"it did not start: {process.communicate()[1]}"
        self.line = line
        self.info: dict[str, Any] = json.loads(line)
        self.rest: str = self.info["endpoints"]["rest"]
        self.stream: str = self.info["endpoints"]["stream"]

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Exit code and what it said."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=20)
        return self.process.returncode, said


@pytest.fixture
def simulate(tmp_path: Path) -> Iterator[Callable[..., Simulator]]:
    """Start one with these options; all of them end with the test."""
    started: list[Simulator] = []

    def start(*options: str) -> Simulator:
        process = subprocess.Popen(
            [*COMMAND, "--parent-pid", str(os.getpid()), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )
        started.append(Simulator(process))
        return started[-1]

    yield start
    for simulator in started:
        if simulator.process.poll() is None:
            simulator.process.terminate()
        simulator.process.communicate(timeout=20)


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., str]:
    """What it says of options that it cannot use: one line, exit code 2."""

    def run(*options: str) -> str:
        done = subprocess.run(
            [*COMMAND, *options], capture_output=True, text=True, cwd=tmp_path, check=False
        )
        assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        return done.stderr.strip().splitlines()[-1]

    return run
