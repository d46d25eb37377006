"""What is taken from the cache, and what never is."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tools import every
from tools.result_cache import ResultCache
from tools.workspace import Workspace

PYPROJECT = """
[project]
name = "{name}"
dependencies = {dependencies}
[tool.hatch.build.targets.wheel]
packages = ["src/{module}"]
[project.optional-dependencies]
simulator = []
"""
OWN = {
    "shared/core": ("venueproof-core", []),
    "packages/cli": ("venueproof", ["venueproof-core"]),
    "exchanges/kraken": ("venueproof-kraken", ["venueproof-core"]),
    "exchanges/okx": ("venueproof-okx", ["venueproof-core"]),
}

Calls = list[tuple[list[str], list[str]]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace whose sessions ``kraken`` and ``tests`` have environments, and kraken a report."""
    root = tmp_path / "repository"
    for folder, (name, dependencies) in OWN.items():
        module = name.replace("-", "_")
        (root / folder / "src" / module).mkdir(parents=True)
        (root / folder / "src" / module / "code.py").write_text("")
        text = PYPROJECT.format(name=name, module=module, dependencies=json.dumps(dependencies))
        (root / folder / "pyproject.toml").write_text(text)
    (root / "pyproject.toml").write_text("[dependency-groups]\n")
    (root / "noxfile.py").write_text("")
    (root / ".gitignore").write_text(".nox/\nreports/\n")
    for session in ("kraken", "tests"):
        installed = root / ".nox" / session / "lib/python3.11/site-packages"
        (installed / "aiohttp-3.12.dist-info").mkdir(parents=True)
        (root / ".nox" / session / "pyvenv.cfg").write_text("version = 3.11.7\n")
    write_report(root, passed=3)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


def write_report(root: Path, *, passed: int, venue: str = "kraken") -> None:
    folder = root / "reports" / venue / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps({"passed": passed, "total_tests": passed}))


@pytest.fixture
def cache(root: Path) -> ResultCache:
    """A cache that has kept both sessions."""
    cache = ResultCache(Workspace(root), environ={})
    for session in ("kraken", "tests"):
        cache.keep(session)
    return cache


def test_a_success_with_the_same_inputs_is_found_and_says_what_it_was(cache: ResultCache) -> None:
    found = cache.find("kraken")
    assert found is not None
    assert found.summary == "3 of 3 cases passed"
    assert cache.find("tests") is not None


@pytest.mark.parametrize(
    "file",
    [
        "exchanges/kraken/src/venueproof_kraken/code.py",
        "exchanges/kraken/src/venueproof_kraken/new.py",
        "shared/core/src/venueproof_core/code.py",
        "packages/cli/pyproject.toml",
        "noxfile.py",
        ".env",
        ".nox/kraken/pyvenv.cfg",
        "reports/kraken/reference/report.json",
    ],
)
def test_whatever_a_run_depends_on_makes_it_run_again(
    root: Path, cache: ResultCache, file: str
) -> None:
    path = root / file
    if path.suffix == ".toml":
        path.write_text(path.read_text() + "# changed\n")
    else:
        path.write_text("changed = 1\n")
    assert cache.find("kraken") is None


def test_another_version_of_what_is_installed_makes_it_run_again(
    root: Path, cache: ResultCache
) -> None:
    packages = root / ".nox/kraken/lib/python3.11/site-packages"
    (packages / "aiohttp-3.12.dist-info").rename(packages / "aiohttp-3.13.dist-info")
    assert cache.find("kraken") is None


def test_another_setting_makes_it_run_again(root: Path, cache: ResultCache) -> None:
    changed = ResultCache(Workspace(root), environ={"TEST_TIMEOUT": "3"})
    assert changed.find("kraken") is None
    assert ResultCache(Workspace(root), environ={"HOME": "/x"}).find("kraken") is not None


def test_another_exchange_does_not_matter_to_this_one_but_to_the_tests(
    root: Path, cache: ResultCache
) -> None:
    (root / "exchanges/okx/src/venueproof_okx/code.py").write_text("changed = 1\n")
    assert cache.find("kraken") is not None
    assert cache.find("tests") is None


def test_without_its_report_a_success_is_not_found(root: Path, cache: ResultCache) -> None:
    (root / "reports/kraken/reference/report.json").unlink()
    assert cache.find("kraken") is None


def test_a_session_without_an_environment_is_neither_kept_nor_found(cache: ResultCache) -> None:
    cache.keep("okx")
    assert cache.find("okx") is None


def test_a_damaged_entry_is_no_entry(root: Path, cache: ResultCache) -> None:
    (root / ".nox/results/kraken.json").write_text('{"key":')
    assert cache.find("kraken") is None


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What nox was asked to run: kraken passes, tests fail."""
    asked: Calls = []

    def run(sessions: list[str], arguments: list[str], root: Path) -> dict[str, str]:
        asked.append((list(sessions), list(arguments)))
        if "kraken" in sessions:
            write_report(root, passed=3)
        return {name: "failed" if name == "tests" else "success" for name in sessions}

    monkeypatch.setattr(every, "_nox", run)
    monkeypatch.setattr(every, "_overview", lambda *_arguments: None)
    return asked


def test_the_overview_shows_new_and_cached_reports_and_none_of_another_run(
    root: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[list[str], list[str]]] = []
    monkeypatch.setattr(
        every, "_overview", lambda _root, reports, kept: shown.append((list(reports), list(kept)))
    )
    write_report(root, passed=1, venue="okx")
    os.utime(root / "reports/okx/reference/report.json", (1, 1))
    every.run(Workspace(root), ["kraken", "okx", "tests"], [])
    every.run(Workspace(root), ["kraken"], [])
    assert shown == [(["kraken"], []), (["kraken"], ["kraken"])]


def test_what_passed_is_not_run_again_and_what_failed_is(
    root: Path, calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = Workspace(root)
    assert every.run(workspace, ["kraken", "tests"], []) == 1
    assert every.run(workspace, ["kraken", "tests"], []) == 1
    assert calls == [(["kraken", "tests"], []), (["tests"], [])]
    assert "kraken: cached: 3 of 3 cases passed" in capsys.readouterr().out


def test_a_failure_drops_what_was_kept(root: Path, cache: ResultCache, calls: Calls) -> None:
    workspace = Workspace(root)
    assert every.run(workspace, ["tests"], ["--no-cache"]) == 1
    assert every.run(workspace, ["tests"], []) == 1
    assert [sessions for sessions, _ in calls] == [["tests"], ["tests"]]


def test_no_cache_runs_everything_and_keeps_it(
    root: Path, cache: ResultCache, calls: Calls
) -> None:
    assert every.run(Workspace(root), ["kraken"], ["--no-cache"]) == 0
    assert calls == [(["kraken"], [])]
    assert ResultCache(Workspace(root)).find("kraken") is not None


def test_with_arguments_nothing_is_taken_from_the_cache_nor_kept(root: Path, calls: Calls) -> None:
    assert every.run(Workspace(root), ["kraken"], ["--target", "testnet"]) == 0
    assert calls == [(["kraken"], ["--target", "testnet"])]
    assert ResultCache(Workspace(root)).find("kraken") is None
