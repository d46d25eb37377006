"""Build a wheel of every distribution and install each alone into an empty environment.

Third-party requirements come first, from the index; then the wheel, from ``dist/`` alone, so that a
name of ours is never looked up in an index.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from pathlib import Path

from tools.workspace import Distribution, Workspace

# Everything a package registers must load where it stands alone; a dialect needs its exchange's extra.
LOAD = """
import sys
from importlib import import_module, metadata
import_module(sys.argv[2])
for point in metadata.distribution(sys.argv[1]).entry_points:
    if point.group != "venueproof.dialects":
        point.load()
"""


class Installer:
    """Makes environments and installs into them: by uv where there is one, else by this Python's pip."""

    def __init__(self, uv: str | None) -> None:
        self._uv = uv

    def make(self, folder: Path) -> Path:
        """Make an empty environment and return its Python."""
        if self._uv:
            _run([self._uv, "venv", "--quiet", "--python", sys.executable, str(folder)])
        else:
            venv.create(folder, symlinks=True)
        return _program(folder, "python")

    def install(self, python: Path, arguments: Sequence[str]) -> None:
        """Install into the environment of ``python``."""
        if self._uv:
            _run([self._uv, "pip", "install", "--quiet", "--python", str(python), *arguments])
        else:
            pip = [sys.executable, "-m", "pip", "--python", str(python)]
            _run([*pip, "install", "--quiet", "--no-compile", *arguments])


def main(arguments: Sequence[str] | None = None) -> None:
    """Build, install, import; the first failure ends it."""
    parser = argparse.ArgumentParser(prog="wheels", description=__doc__)
    parser.add_argument("--uv", help="uv's program, where it is to be used")
    options = parser.parse_args(arguments)
    workspace = Workspace()
    dist = workspace.root / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    for distribution in workspace.distributions.values():
        build(distribution, dist)
    installer = Installer(options.uv)
    for distribution in workspace.distributions.values():
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="venueproof-wheel-") as folder:
            check(distribution, workspace, installer, Path(folder) / "environment", dist)
        print(
            f"{distribution.name}: installs and imports alone ({time.monotonic() - started:.1f} s)"
        )
    print(f"{len(workspace.distributions)} wheels in {dist}")


def build(distribution: Distribution, dist: Path) -> None:
    """Build one wheel into ``dist``."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)]
    _run(command, folder=distribution.folder)


def check(
    distribution: Distribution, workspace: Workspace, installer: Installer, folder: Path, dist: Path
) -> None:
    """Install one wheel into an empty environment; load what it registers, run its commands' help."""
    python = installer.make(folder)
    third_party = workspace.closure([distribution.name]).third_party
    if third_party:
        installer.install(python, third_party)
    installer.install(python, ["--no-index", "--find-links", str(dist), distribution.name])
    _run([str(python), "-c", LOAD, distribution.name, distribution.module], folder=folder)
    for command in distribution.commands:
        _run([str(_program(folder, command)), "--help"], folder=folder)


def _program(folder: Path, name: str) -> Path:
    return folder / ("Scripts" if os.name == "nt" else "bin") / name


def _run(command: Sequence[str], *, folder: Path | None = None) -> None:
    # What pip and uv read from the environment of nox would send them elsewhere.
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\nwheels: failed with {done.returncode}: {' '.join(command)}")


if __name__ == "__main__":
    main()
