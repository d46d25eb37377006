"""Starts the fake server."""

import os
import subprocess
import sys
from collections.abc import Mapping

from venueproof_core.control import WorldInfo
from venueproof_core.errors import ConfigurationError
from venueproof_core.results import EvidenceGrade


class Running:
    """The server's process."""

    def __init__(self, process: "subprocess.Popen[str]", info: WorldInfo) -> None:
        self._process = process
        self.info = info

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate()


class FakeTarget:
    """Where the fake's cases run."""

    name = "simulator"
    grade = EvidenceGrade.SIMULATOR
    is_steerable = True

    def start(self, venue: str, *, seed: int, environment: Mapping[str, str]) -> Running:
        """Start the server, which ends when this process does."""
        if "FAKE_VENUE_REFUSES" in environment:
            raise ConfigurationError(environment["FAKE_VENUE_REFUSES"])
        process = subprocess.Popen(
            [sys.executable, "-S", "-m", "fake_venue_server", str(os.getpid())],
            stdout=subprocess.PIPE,
            text=True,
            cwd=os.path.dirname(os.path.dirname(__file__)),
        )
        assert process.stdout is not None
        return Running(process, WorldInfo.model_validate_json(process.stdout.readline()))
