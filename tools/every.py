"""Run several sessions side by side, skip those that cannot have changed, and end with one overview.

    python -m tools.every SESSION... [-- [--no-cache] ARGUMENTS...]

Arguments go to every session; with arguments nothing is taken from the cache, and nothing goes into it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from tools.result_cache import ResultCache
from tools.workspace import Workspace, connectors_named

NO_CACHE = "--no-cache"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the sessions named; exit 1 if one failed."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    end = given.index("--") if "--" in given else len(given)
    sys.exit(run(Workspace(), given[:end], given[end + 1 :]))


def run(workspace: Workspace, sessions: Sequence[str], arguments: Sequence[str]) -> int:
    """Run, or find in the cache; then show every exchange's verdict in one overview.

    Args:
        arguments: For the sessions; ``--no-cache`` among them is for us.

    Returns:
        0 if everything passed, now or earlier; else 1.
    """
    passed_on = [argument for argument in arguments if argument != NO_CACHE]
    cache = ResultCache(workspace)
    kept = {}
    if not passed_on and NO_CACHE not in arguments:
        found = {name: cache.find(name) for name in sessions}
        kept = {name: earlier for name, earlier in found.items() if earlier is not None}
    for name, earlier in kept.items():
        print(f"{name}: cached: {earlier.summary} on {earlier.time}", flush=True)
    began = time.time()
    results = _nox([name for name in sessions if name not in kept], passed_on, workspace.root)
    for name, result in results.items():
        if passed_on:
            continue
        if result == "success":
            cache.keep(name)
        else:
            cache.forget(name)
    connector = next(iter(connectors_named(passed_on)[::-1]), "reference")
    reports = {
        name: path
        for name in sessions
        if name in workspace.exchanges
        and (path := workspace.root / "reports" / name / connector / "report.json").exists()
        # What a session that broke off has left standing is of another run.
        and (name in kept or path.stat().st_mtime >= began)
    }
    _overview(workspace.root, reports, kept)
    return 0 if all(result == "success" for result in results.values()) else 1


def _nox(sessions: Sequence[str], arguments: Sequence[str], root: Path) -> dict[str, str]:
    """Run sessions by nox, as many at once as there are processors, and say how each ended."""
    if not sessions:
        return {}
    with tempfile.TemporaryDirectory(prefix="venueproof-") as folder:
        outcome = Path(folder) / "nox.json"
        command = [sys.executable, "-m", "nox", "--parallel", "auto", "--report", str(outcome)]
        command += ["--session", *sessions, *(["--", *arguments] if arguments else [])]
        subprocess.run(command, cwd=root, check=False)
        ended = {}
        if outcome.exists():
            content = json.loads(outcome.read_text(encoding="utf-8"))
            ended = {row["name"]: row["result"] for row in content["sessions"]}
    return {name: ended.get(name, "never ended") for name in sessions}


def _overview(root: Path, reports: Mapping[str, Path], kept: Collection[str]) -> None:
    """Let an exchange's environment write the overview: nothing is installed where this runs."""
    if not reports:
        return
    command = root / ".nox" / next(iter(reports)) / "bin" / "venueproof"
    cached = [word for venue in reports if venue in kept for word in ("--cached", venue)]
    paths = [os.fspath(path.relative_to(root)) for path in reports.values()]
    subprocess.run([command, "overview", *paths, *cached], cwd=root, check=True)


if __name__ == "__main__":
    main()
