"""What a change touches: in repositories made for it."""

import io
import json
import subprocess
from pathlib import Path

import pytest

from tools import affected
from tools.affected import affected_by, find_affected
from tools.workspace import Workspace

PYPROJECT = """
[project]
name = "{name}"
dependencies = {dependencies}
[project.optional-dependencies]
simulator = {simulator}
[tool.hatch.build.targets.wheel]
packages = ["src/{module}"]
"""
OWN = {
    "shared/core": ("venueproof-core", [], []),
    "shared/net": ("venueproof-net", ["venueproof-core"], []),
    "packages/simulator": ("venueproof-simulator", ["venueproof-core"], []),
    "packages/cli": ("venueproof", ["venueproof-core"], []),
    "packages/bridges": ("venueproof-bridges", ["venueproof-core"], []),
    "exchanges/kraken": ("venueproof-kraken", ["venueproof-net"], ["venueproof-simulator"]),
    "exchanges/okx": ("venueproof-okx", ["venueproof-net"], ["venueproof-simulator"]),
}
LISTED = [
    {"session": "kraken", "name": "kraken", "tags": ["exchanges"]},
    {"session": "okx", "name": "okx", "tags": ["exchanges"]},
    {"session": "tests", "name": "tests", "tags": ["checks"]},
    {"session": "bench", "name": "bench", "tags": []},
]


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *arguments],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with two exchanges on branch ``main``, and a branch ``change`` checked out."""
    root = tmp_path / "repository"
    for folder, (name, dependencies, simulator) in OWN.items():
        module = name.replace("-", "_")
        (root / folder / "src" / module / "dialect").mkdir(parents=True)
        (root / folder / "src" / module / "models.py").write_text(f"# {folder}\n" * 20)
        (root / folder / "src" / module / "dialect" / "orders.py").write_text("")
        text = PYPROJECT.format(
            name=name,
            module=module,
            dependencies=json.dumps(dependencies),
            simulator=json.dumps(simulator),
        )
        (root / folder / "pyproject.toml").write_text(text)
    (root / "pyproject.toml").write_text("[dependency-groups]\n")
    (root / "docs").mkdir()
    (root / "docs/page.md").write_text("A page.\n")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "start")
    git(root, "checkout", "-q", "-b", "change")
    return root


def edit(root: Path, file: str) -> None:
    (root / file).write_text("changed\n")
    git(root, "commit", "-q", "-a", "-m", "change")


def test_a_changed_core_model_reaches_everybody_through_their_dependencies(root: Path) -> None:
    edit(root, "shared/core/src/venueproof_core/models.py")
    found = find_affected(Workspace(root), "main")
    assert found.reason is None
    assert found.packages == ("venueproof-core",)
    assert found.dependants == (
        "venueproof",
        "venueproof-bridges",
        "venueproof-kraken",
        "venueproof-net",
        "venueproof-okx",
        "venueproof-simulator",
    )
    assert found.sessions(LISTED) == ["kraken", "okx", "tests"]


def test_a_changed_dialect_reaches_its_exchange_alone(root: Path) -> None:
    edit(root, "exchanges/okx/src/venueproof_okx/dialect/orders.py")
    found = find_affected(Workspace(root), "main")
    assert (found.packages, found.dependants) == (("venueproof-okx",), ())
    assert found.sessions(LISTED) == ["okx", "tests"]


def test_what_only_an_extra_needs_counts(root: Path) -> None:
    edit(root, "packages/simulator/src/venueproof_simulator/models.py")
    found = find_affected(Workspace(root), "main")
    assert found.dependants == ("venueproof-kraken", "venueproof-okx")
    assert found.exchanges == ("kraken", "okx")


def test_what_a_run_never_installs_reaches_no_exchange(root: Path) -> None:
    edit(root, "packages/bridges/src/venueproof_bridges/models.py")
    found = find_affected(Workspace(root), "main")
    assert found.exchanges == ()
    assert found.sessions(LISTED) == ["tests"]


@pytest.mark.parametrize("file", ["pyproject.toml", "noxfile.py", "tools/bench.py", ".ci/run"])
def test_a_file_of_the_root_concerns_everybody(root: Path, file: str) -> None:
    found = affected_by([file], Workspace(root))
    assert found.reason == f"{file} concerns every package"
    assert found.sessions(LISTED) == ["kraken", "okx", "tests"]


def test_prose_is_read_by_the_checks_only(root: Path) -> None:
    edit(root, "docs/page.md")
    assert find_affected(Workspace(root), "main").sessions(LISTED) == ["tests"]


def test_a_deleted_package_concerns_everybody(root: Path) -> None:
    git(root, "rm", "-q", "-r", "exchanges/okx")
    git(root, "commit", "-q", "-m", "remove it")
    found = find_affected(Workspace(root), "main")
    assert found.reason == "exchanges/okx is no package (any more)"
    assert found.exchanges == ("kraken",)


def test_a_rename_counts_at_both_ends(root: Path) -> None:
    git(
        root,
        "mv",
        "exchanges/okx/src/venueproof_okx/models.py",
        "exchanges/kraken/src/venueproof_kraken/taken_over.py",
    )
    git(root, "commit", "-q", "-m", "move it")
    assert find_affected(Workspace(root), "main").exchanges == ("kraken", "okx")


def test_what_is_not_committed_counts(root: Path) -> None:
    (root / "exchanges/okx/src/venueproof_okx/new.py").write_text("")
    (root / "exchanges/kraken/src/venueproof_kraken/models.py").write_text("edited\n")
    assert find_affected(Workspace(root), "main").exchanges == ("kraken", "okx")


def test_nothing_changed_is_nothing_to_run(root: Path) -> None:
    found = find_affected(Workspace(root), "main")
    assert found.sessions(LISTED) == []
    assert affected.describe(found) == "nothing changed"


def test_only_what_the_branch_changed_counts_when_main_has_gone_on(root: Path) -> None:
    edit(root, "exchanges/okx/src/venueproof_okx/models.py")
    git(root, "checkout", "-q", "main")
    edit(root, "exchanges/kraken/src/venueproof_kraken/models.py")
    git(root, "checkout", "-q", "change")
    assert find_affected(Workspace(root), "main").exchanges == ("okx",)


def test_a_shallow_clone_runs_everything(root: Path, tmp_path: Path) -> None:
    edit(root, "exchanges/okx/src/venueproof_okx/models.py")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{root}", "shallow")
    found = find_affected(Workspace(tmp_path / "shallow"), "origin/main")
    assert found.reason is not None
    assert found.reason.startswith("no common ancestor with origin/main")
    assert found.sessions(LISTED) == ["kraken", "okx", "tests"]


def test_unrelated_histories_run_everything(root: Path) -> None:
    git(root, "checkout", "-q", "--orphan", "other")
    git(root, "commit", "-q", "-m", "another beginning")
    found = find_affected(Workspace(root), "main")
    assert found.reason == "no common ancestor with main: git found none"


def test_a_new_branch_runs_everything(root: Path) -> None:
    assert find_affected(Workspace(root), affected.NO_COMMIT).reason is not None


def test_the_command_answers_with_a_plan(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(root, "exchanges/okx/src/venueproof_okx/models.py")
    monkeypatch.setattr(affected, "Workspace", lambda: Workspace(root))
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(LISTED)))
    affected.main(["--base", "main", "--plan"])
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"sessions": ["okx", "tests"], "exchanges": ["okx"]}
    assert "exchanges: okx" in printed.err
