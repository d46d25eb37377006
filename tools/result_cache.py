"""Sessions that passed, kept by the hash of everything that could have changed their outcome.

Only a success is kept, and only of a session on simulators without arguments: a failure is looked at again, and
what a session measured or a real venue answered is never true a second time.
"""

import datetime
import hashlib
import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.workspace import Workspace

FOLDER = Path(".nox") / "results"
# What settings are read from, beside the command line.
SETTINGS = (".env", "venueproof.toml")
VARIABLES = ("INTEGRATION_TEST_", "PYTEST_ADDOPTS", "RUN_", "TEST_TIMEOUT", "VENUEPROOF_")
# How a session is put together: outside of every package.
ROOT_INPUTS = ("noxfile.py", "pyproject.toml", "tools/workspace.py")


@dataclass(frozen=True)
class Kept:
    """A success of earlier.

    Attributes:
        time: When it was, ISO 8601, UTC.
        summary: What it said, in one line.
    """

    time: str
    summary: str


class ResultCache:
    """Successes of this workspace's sessions.

    Args:
        environ: Environment variables that the sessions would see.
    """

    def __init__(self, workspace: Workspace, environ: Mapping[str, str] = os.environ) -> None:
        self._workspace = workspace
        self._environ = environ
        self._folder = workspace.root / FOLDER

    def find(self, session: str) -> Kept | None:
        """The session's success with exactly these inputs, if its reports still stand as it left them."""
        try:
            content = json.loads(self._path(session).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if content["key"] != self.key(session) or content["reports"] != self._reports(session):
            return None
        return Kept(time=content["time"], summary=content["summary"])

    def keep(self, session: str) -> None:
        """Remember that the session has just passed."""
        key = self.key(session)
        if key is None:
            return
        content = {
            "key": key,
            "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "summary": self._summary(session),
            "reports": self._reports(session),
        }
        path = self._path(session)
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_suffix(".new")
        whole.write_text(json.dumps(content, indent=1), encoding="utf-8")
        whole.replace(path)

    def forget(self, session: str) -> None:
        """Drop what is kept: the session has failed since."""
        self._path(session).unlink(missing_ok=True)

    def key(self, session: str) -> str | None:
        """Hash of the session's inputs; ``None`` while its environment does not exist."""
        installed = self._installed(session)
        if not installed:
            return None
        digest = hashlib.sha256()
        for text in (session, *installed, *self._settings()):
            digest.update(text.encode() + b"\0")
        root = self._workspace.root
        for path in sorted(set(self._inputs(session))):
            if path.is_file():
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                digest.update(f"{path.relative_to(root)}\0{content}\0".encode())
        return digest.hexdigest()

    def _path(self, session: str) -> Path:
        return self._folder / f"{session}.json"

    def _inputs(self, session: str) -> Iterator[Path]:
        root = self._workspace.root
        yield from (root / name for name in SETTINGS)
        if session not in self._workspace.exchanges:
            yield from _tracked(root)
            return
        yield from (root / name for name in ROOT_INPUTS)
        for distribution, _ in self._workspace.run_closure([session]).own:
            yield distribution.folder / "pyproject.toml"
            yield from (
                path for path in distribution.source.rglob("*") if "__pycache__" not in path.parts
            )

    def _installed(self, session: str) -> list[str]:
        environment = self._workspace.root / ".nox" / session
        found = [path.parent.name + "/" + path.name for path in _metadata(environment)]
        configuration = environment / "pyvenv.cfg"
        return sorted([*found, configuration.read_text(encoding="utf-8")]) if found else []

    def _settings(self) -> list[str]:
        return sorted(
            f"{name}={value}" for name, value in self._environ.items() if name.startswith(VARIABLES)
        )

    def _reports(self, session: str) -> dict[str, str]:
        """Reports of the session's connector: they are part of what a success leaves behind."""
        folder = self._workspace.root / "reports" / session / "reference"
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.glob("*"))
            if path.is_file()
        }

    def _summary(self, session: str) -> str:
        report = self._workspace.root / "reports" / session / "reference" / "report.json"
        if not report.exists():
            return "passed"
        content = json.loads(report.read_text(encoding="utf-8"))
        return f"{content['passed']} of {content['total_tests']} cases passed"


def _metadata(environment: Path) -> Iterable[Path]:
    return environment.glob("lib/python*/site-packages/*.dist-info")


def _tracked(root: Path) -> Iterator[Path]:
    """Every file that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    yield from (root / name for name in listed.stdout.split("\0") if name)
