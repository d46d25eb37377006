"""What a change touches: files, to packages, to everything that stands on them, to nox sessions.

Whoever cannot know what changed (a shallow clone, no common ancestor, a package that is gone, a file that belongs to
no package) is told to run everything: too much costs time, too little lets a mistake through.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from tools.workspace import Workspace

AREAS = ("shared", "packages", "exchanges")
# The project's own checks read prose: examples are run and claims are compared. No connector's verdict depends on it.
PROSE_FOLDERS = ("docs",)
PROSE_SUFFIXES = (".md",)
PROSE_NAMES = ("LICENSE",)
NO_COMMIT = "0" * 40  # What a forge calls the state before a branch's first push.


@dataclass(frozen=True)
class Affected:
    """What must run again.

    Attributes:
        reason: Why everything must; ``None`` when the rest is exact.
        files: Changed files, relative to the root; empty where they cannot be known.
        packages: Distributions with a changed file, then those that stand on them, each sorted.
        exchanges: Venues whose run the change can reach.
        checks: Whether the project's own checks can see the change.
    """

    reason: str | None
    files: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    dependants: tuple[str, ...] = ()
    exchanges: tuple[str, ...] = ()
    checks: bool = field(default=True)

    def sessions(self, listed: Sequence[Mapping[str, Any]]) -> list[str]:
        """Those of nox's sessions (``nox --json -l``) that must run: exchanges by name, checks by their tag."""
        return [
            str(row["session"])
            for row in listed
            if ("exchanges" in row["tags"] and row["name"] in self.exchanges)
            or ("checks" in row["tags"] and self.checks)
        ]


class UnknownChangeError(Exception):
    """What changed cannot be known; the text says why."""


def changed_files(root: Path, base: str) -> list[str]:
    """Files that differ between the common ancestor with ``base`` and the working tree, new ones included.

    A renamed file counts twice, under both names.

    Raises:
        UnknownChangeError: There is no such commit, no common ancestor, or no repository.
    """
    if base == NO_COMMIT:
        raise UnknownChangeError("the branch is new: there is nothing to compare with")
    ancestor = _git(root, "merge-base", base, "HEAD", why=f"no common ancestor with {base}").strip()
    differing = _git(root, "diff", "--name-only", "--no-renames", "-z", ancestor, why="no diff")
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z", why="no listing")
    return sorted({*differing.split("\0"), *new.split("\0")} - {""})


def affected_by(files: Iterable[str], workspace: Workspace) -> Affected:
    """Follow changed files to what must run again."""
    changed = tuple(sorted(files))
    by_folder = {
        distribution.folder.relative_to(workspace.root).as_posix(): name
        for name, distribution in workspace.distributions.items()
    }
    packages = set()
    for file in changed:
        parts = PurePosixPath(file).parts
        if len(parts) > 2 and parts[0] in AREAS:
            folder = "/".join(parts[:2])
            if folder not in by_folder:
                return everything(workspace, f"{folder} is no package (any more)", changed)
            packages.add(by_folder[folder])
        elif not _is_prose(parts):
            return everything(workspace, f"{file} concerns every package", changed)
    reached = workspace.dependants(packages)
    return Affected(
        reason=None,
        files=changed,
        packages=tuple(sorted(packages)),
        dependants=tuple(sorted(reached - packages)),
        exchanges=tuple(
            venue
            for venue in workspace.exchanges
            if not reached.isdisjoint(own.name for own, _ in workspace.run_closure([venue]).own)
        ),
        checks=bool(changed),
    )


def everything(workspace: Workspace, reason: str, files: Sequence[str] = ()) -> Affected:
    """All of it, because of ``reason``."""
    return Affected(
        reason=reason,
        files=tuple(files),
        packages=tuple(workspace.distributions),
        exchanges=tuple(workspace.exchanges),
    )


def find_affected(workspace: Workspace, base: str) -> Affected:
    """What the working tree changes against ``base``."""
    try:
        files = changed_files(workspace.root, base)
    except UnknownChangeError as error:
        return everything(workspace, str(error))
    return affected_by(files, workspace)


def default_base(root: Path) -> str:
    """``AFFECTED_BASE``, else the remote's main branch, else the local one."""
    named = os.environ.get("AFFECTED_BASE")
    if named:
        return named
    remote = subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", "origin/main"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    return "origin/main" if remote.returncode == 0 else "main"


def describe(affected: Affected) -> str:
    """A few lines for people."""
    if affected.reason is not None:
        return f"everything: {affected.reason}"
    if not affected.files:
        return "nothing changed"
    lines = [f"{len(affected.files)} changed files"]
    for title, names in (
        ("packages", affected.packages),
        ("stand on them", affected.dependants),
        ("exchanges", affected.exchanges),
    ):
        lines.append(f"{title}: {', '.join(names) or 'none'}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what must run, for people or as a plan for a matrix."""
    parser = argparse.ArgumentParser(prog="affected", description=__doc__)
    parser.add_argument("--base", help="commit or branch to compare with (default: main)")
    parser.add_argument(
        "--plan",
        action="store_true",
        help="read `nox --json -l` from standard input; print what to run as JSON: sessions, exchanges",
    )
    options = parser.parse_args(arguments)
    workspace = Workspace()
    found = find_affected(workspace, options.base or default_base(workspace.root))
    if options.plan:
        print(describe(found), file=sys.stderr)
        plan = {"sessions": found.sessions(json.load(sys.stdin)), "exchanges": found.exchanges}
        print(json.dumps(plan))
    else:
        print(describe(found))


def _is_prose(parts: Sequence[str]) -> bool:
    return (
        parts[0] in PROSE_FOLDERS
        or parts[-1] in PROSE_NAMES
        or PurePosixPath(parts[-1]).suffix in PROSE_SUFFIXES
    )


def _git(root: Path, *arguments: str, why: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise UnknownChangeError(f"{why}: {done.stderr.strip() or 'git found none'}")
    return done.stdout


if __name__ == "__main__":
    main()
