"""Walk through docs/guides/a-new-exchange.md as its reader would, in a copy of this workspace."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.workspace import ROOT

GUIDE = Path("docs/guides/a-new-exchange.md")
NAME = "kraken"
CASES = "market/time"
INCOMPLETE = 3
# What the guide promises between the scaffold and the first PASSED and FAILED.
MOST_LINES = 15


@dataclass(frozen=True)
class Step:
    """One marked block of the guide: an edit of a file, or the verdicts to expect."""

    action: str
    argument: str
    block: str


class WalkError(Exception):
    """The guide's reader would be lost here; the text says where."""


def main() -> None:
    """Walk; exit 1 where the guide is wrong."""
    with tempfile.TemporaryDirectory(prefix="venueproof-") as folder:
        copy = Path(folder) / "copy"
        copy_workspace(ROOT, copy)
        try:
            walk(copy, list(read_steps((copy / GUIDE).read_text(encoding="utf-8"))))
        except WalkError as error:
            sys.exit(f"scaffold: {error}")
    print("scaffold: every step of the guide gives what it says")


def walk(root: Path, steps: list[Step]) -> None:
    """Scaffold, look at the empty package, then follow the steps.

    Raises:
        WalkError: Something is not as the guide says.
    """
    run(root, sys.executable, "tools/new_exchange.py", NAME)
    nox(root, NAME, code=1)
    report = read_report(root)
    if report["exit_code"] != INCOMPLETE or report["total_tests"]:
        raise WalkError(f"the empty package ends with {report['exit_code']}, not {INCOMPLETE}")
    silent = [result["id"] for result in report["results"] if not result.get("reason")]
    if silent or not report["results"]:
        raise WalkError(f"verdicts that do not say what to write: {silent[:3]}")
    nox(root, "lint")
    nox(root, "types")
    nox(root, "tests", f"exchanges/{NAME}")
    added = 0
    expected_before = False
    for step in steps:
        if step.action != "expect":
            added += edit(root, step)
            continue
        if not expected_before and added > MOST_LINES:
            raise WalkError(f"{added} lines until the first verdicts, {MOST_LINES} are promised")
        expected_before = True
        expected = Counter(
            {verdict: int(count) for count, verdict in re.findall(r"(\d+) (\w+)", step.argument)}
        )
        nox(root, NAME, "--case", CASES, code=1 if expected["FAILED"] else 0)
        found = Counter(result["verdict"] for result in read_report(root)["results"])
        if found != expected:
            raise WalkError(f"expected {dict(expected)}, found {dict(found)}")
        print(f"scaffold: {step.argument} after {added} lines", flush=True)


def read_steps(text: str) -> Iterator[Step]:
    """The marked blocks of the guide, in their order."""
    pattern = r"^<!-- ([a-z-]+) (.+?) -->\n```\w*\n(.*?)^```$"
    for match in re.finditer(pattern, text, re.MULTILINE | re.DOTALL):
        yield Step(match[1], match[2], match[3])


def edit(root: Path, step: Step) -> int:
    """Change a file as the step says, and return how many lines that added."""
    path = root / step.argument
    before = path.read_text(encoding="utf-8")
    if step.action == "replace":
        after = step.block
    elif step.action == "append":
        after = before + step.block
    elif step.action == "replace-last-line":
        after = "".join(before.splitlines(keepends=True)[:-1]) + step.block
    else:
        raise WalkError(f"no such action: {step.action}")
    path.write_text(after, encoding="utf-8")
    new = Counter(after.splitlines()) - Counter(before.splitlines())
    return sum(count for line, count in new.items() if line.strip())


def nox(root: Path, session: str, *arguments: str, code: int = 0) -> None:
    """Run a session that must end with ``code``.

    Raises:
        WalkError: It ends with another.
    """
    rest = ["--", *arguments] if arguments else []
    run(root, sys.executable, "-m", "nox", "-s", session, *rest, code=code)


def run(root: Path, *command: str, code: int = 0) -> None:
    """Run a command, showing its output only when it does not end as it must.

    Raises:
        WalkError: It does not end with ``code``.
    """
    done = subprocess.run(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != code:
        print(done.stdout, flush=True)
        raise WalkError(f"{' '.join(command[1:])} ended with {done.returncode}, not {code}")


def read_report(root: Path) -> dict[str, Any]:
    """The last report of the new exchange."""
    path = root / "reports" / NAME / "reference" / "report.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def copy_workspace(root: Path, target: Path) -> None:
    """Copy what git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source = root / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)


if __name__ == "__main__":
    main()
