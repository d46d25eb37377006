"""The simulator as a target: a child process that dies with its parent."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import IO

from venueproof_core.control import WorldInfo
from venueproof_core.errors import ConfigurationError
from venueproof_core.results import EvidenceGrade

READY_DEADLINE_S = 20.0


class RunningSimulator:
    """A simulator process that has said it is ready."""

    def __init__(self, process: subprocess.Popen[str], errors: IO[str], info: WorldInfo) -> None:
        self._process = process
        self._errors = errors
        self.info = info

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()


class SimulatorTarget:
    """Starts a simulator for a venue."""

    name = "simulator"
    grade = EvidenceGrade.SIMULATOR
    is_steerable = True
    module = "venueproof_simulator"  # what ``python -m`` runs

    def start(self, venue: str, *, seed: int, environment: Mapping[str, str]) -> RunningSimulator:
        """Start the process and wait for its one line.

        Raises:
            ConfigurationError: It ended, or said nothing in time; with what it wrote to stderr.
        """
        command = [sys.executable, "-m", self.module, venue, "--still"]
        command += ["--seed", str(seed), "--parent-pid", str(os.getpid())]
        # A file, not a pipe: a pipe that nobody reads fills up and stops whoever writes to it.
        errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **environment},
            start_new_session=True,  # Ctrl-C goes to the run, which then stops its simulators
        )
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], READY_DEADLINE_S)
        line = process.stdout.readline() if ready else ""
        if not line:
            process.kill()
            process.communicate()
            errors.seek(0)
            reason = (errors.read().strip().splitlines() or ["it said nothing"])[-1]
            errors.close()
            raise ConfigurationError(f"the simulator of {venue} did not start: {reason}")
        return RunningSimulator(process, errors, WorldInfo.model_validate_json(line))
