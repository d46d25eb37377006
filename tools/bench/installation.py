"""How long ``nox -s binance`` takes from a clean clone, and again; by pip and, where there is one, by uv.

Needs the network, or an index on disk. ``nox`` itself is the one of the Python that runs this, or on the path.
"""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tools.workspace import ROOT

_COLD_GOAL_S = {"pip": 60.0, "uv": 40.0}
_WARM_GOAL_S = 15.0


def measure(rounds: int = 1) -> list[dict[str, object]]:
    """Time a cold and a warm session for each installer; one round, since a cold one is a whole installation."""
    del rounds
    nox = shutil.which("nox")
    if nox is None:
        raise RuntimeError("nox is not on the path; run it from the environment that has it")
    backends = {"pip": "virtualenv"} | ({"uv": "uv"} if shutil.which("uv") else {})
    rows: list[dict[str, object]] = []
    for installer, backend in backends.items():
        with tempfile.TemporaryDirectory(prefix="venueproof-bench-") as folder:
            clone = Path(folder) / "clone"
            subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
            command = [nox, "--default-venv-backend", backend, "-s", "binance"]
            cold = _time(command, clone)
            warm = _time(command, clone)
        rows += [
            _row(f"nox -s binance, cold, by {installer}", cold, _COLD_GOAL_S[installer]),
            _row(f"nox -s binance, warm, by {installer}", warm, _WARM_GOAL_S),
        ]
    return rows


def _time(command: list[str], folder: Path) -> float:
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    started = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout.decode(errors='replace')[-2000:]}")
    return time.perf_counter() - started


def _row(figure: str, value: float, goal: float) -> dict[str, object]:
    return {
        "figure": figure,
        "value": value,
        "unit": "s",
        "goal": goal,
        "is_lower_better": True,
        "yardstick": "a clean clone; the download cache is as warm as it is",
    }
