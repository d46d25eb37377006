"""How long a simulator takes to be ready, and a further world to open."""

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from typing import Any

from tools.workspace import Workspace

_SPAWNS = 9
_WORLDS = 50
_SPAWN_GOAL_S = 0.7
_WORLD_GOAL_MS = 10.0


def measure(rounds: int = 3) -> list[dict[str, object]]:
    """Median of nine spawns, and of fifty worlds in each round, for every exchange."""
    rows: list[dict[str, object]] = []
    bare = statistics.median(_bare_python() for _ in range(_SPAWNS))
    for venue in Workspace().exchanges:
        spawned = statistics.median(_spawn(venue, worlds=0)[0] for _ in range(_SPAWNS))
        opened = [seconds for _ in range(rounds) for seconds in _spawn(venue, worlds=_WORLDS)[1]]
        rows += [
            {
                "figure": f"{venue}: simulator, spawn to its JSON line",
                "value": spawned,
                "unit": "s",
                "goal": _SPAWN_GOAL_S,
                "is_lower_better": True,
                "yardstick": f"python with aiohttp and pydantic alone: {bare:.2f} s",
            },
            {
                "figure": f"{venue}: a further world",
                "value": statistics.median(opened) * 1000,
                "unit": "ms",
                "goal": _WORLD_GOAL_MS,
                "is_lower_better": True,
                "yardstick": f"slowest of {len(opened)}: {max(opened) * 1000:.1f} ms",
            },
        ]
    return rows


def _bare_python() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import aiohttp, pydantic"], check=True)
    return time.perf_counter() - started


def _spawn(venue: str, *, worlds: int) -> tuple[float, list[float]]:
    command = [sys.executable, "-m", "venueproof_simulator", venue, "--still"]
    command += ["--parent-pid", str(os.getpid())]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            ready = time.perf_counter() - started
            control = json.loads(line)["control"]
            return ready, [_open_world(control) for _ in range(worlds)]
        finally:
            process.terminate()


def _open_world(control: dict[str, str]) -> float:
    started = time.perf_counter()
    world = _ask(control, "POST", "/worlds", {})
    seconds = time.perf_counter() - started
    _ask(control, "DELETE", f"/worlds/{world['world']}")
    return seconds


def _ask(control: dict[str, str], method: str, path: str, body: object = None) -> Any:
    request = urllib.request.Request(
        control["url"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {control['token']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.loads(reply.read() or b"null")
