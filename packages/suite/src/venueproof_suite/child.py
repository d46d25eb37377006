"""The pytest child of a run: its command line, its process group, and its end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from venueproof_suite.options import RunOptions

# What these do, the envelope does, or nobody reads; each costs time in every case.
UNUSED_PLUGINS = (
    "cacheprovider",
    "logging",
    "warnings",
    "doctest",
    "junitxml",
    "pastebin",
    "stepwise",
    "threadexception",
    "unraisableexception",
)
_MOST_RESTARTS = 50
_LOOK_FOR_PARENT_EVERY_S = 0.5
_INI = "[pytest]\npython_files = test_*.py\n"


class Child:
    """One pytest process with its workers and their simulators, in a process group of its own.

    Args:
        folder: Where its ini file and its own log go.
        packages: Packages of cases.
        workers: xdist workers.
        arguments: Further arguments for pytest, such as ``-k``.
    """

    def __init__(
        self,
        options: RunOptions,
        *,
        folder: Path,
        packages: Sequence[str],
        workers: int,
        arguments: Sequence[str] = (),
    ) -> None:
        ini = folder / "pytest.ini"
        ini.write_text(_INI)
        self.log = folder / "child.log"
        command = [sys.executable, "-m", "pytest", "-c", str(ini), "--rootdir", str(folder)]
        command += ["-p", "xdist.plugin", "-p", "venueproof_suite.plugin"]
        for name in UNUSED_PLUGINS:
            command += ["-p", f"no:{name}"]
        command += ["-q", "--capture=no", "--tb=short", "--noconftest", "--import-mode=importlib"]
        command += ["--continue-on-collection-errors", "-n", str(workers), "--dist", "worksteal"]
        command += ["--max-worker-restart", str(_MOST_RESTARTS)]
        command += [*options.arguments(), *arguments, "--pyargs", *packages]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=_environment(),
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def wait(self, timeout_s: float) -> int | None:
        """The exit code, once there is one."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def interrupt(self) -> None:
        """Ask everybody in the group to stop, as Ctrl-C does."""
        self._signal(signal.SIGINT)

    def end(self) -> None:
        """End whatever is left of the group."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: int) -> None:
        # The group outlives its leader for as long as a member lives, so its id cannot have been reused.
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return


def end_with_parent() -> None:
    """Inside of the child: end the whole group once the runner has died without ending it."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_FOR_PARENT_EVERY_S)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="venueproof-parent", daemon=True).start()


def _environment() -> dict[str, str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "COV_CORE_")) or name == "PYTEST_DEBUG_TEMPROOT"
    }
    # Other people's pytest plugins have no part in a verdict, and take time to load.
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    environment["PYTHONUNBUFFERED"] = "1"
    return environment
