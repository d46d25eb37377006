"""The scaffold: what it writes, what it refuses, and that it writes all or nothing."""

import ast
import tomllib
from pathlib import Path

import pytest

from tools import new_exchange, scaffold_walk
from tools.workspace import ROOT, Workspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with one exchange."""
    for folder in ("exchanges/binance", "packages/report", "shared/core"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("noxfile.py", "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"))
    return tmp_path


@pytest.mark.parametrize("name", ["ab", "kraken", "binancefuturescoinm1"])
def test_a_package_is_written_and_found(root: Path, name: str) -> None:
    assert new_exchange.main([name], root=root) == 0
    distribution = Workspace(root).exchanges[name]
    assert distribution.module == f"venueproof_{name}"
    project = tomllib.loads((distribution.folder / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["venueproof"] == {name: distribution.module}
    for path in distribution.folder.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        ast.parse(text)
        assert "$" not in text
        own = [line for line in text.splitlines() if line.startswith("from venueproof_")]
        assert own == sorted(own)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Kraken", "cannot be an exchange's name"),
        ("kra-ken", "cannot be an exchange's name"),
        ("../kraken", "cannot be an exchange's name"),
        ("9", "cannot be an exchange's name"),
        ("class", "cannot be an exchange's name"),
        ("binance", "exchanges/binance exists already"),
        ("report", "packages/report exists already"),
        ("core", "shared/core exists already"),
        ("tests", "the name of a nox session"),
        ("all", "the name of a nox session"),
    ],
)
def test_a_name_that_is_invalid_or_taken_writes_nothing(
    root: Path, name: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(root.rglob("*"))
    assert new_exchange.main([name], root=root) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1
    assert sorted(root.rglob("*")) == before


def test_a_title_that_cannot_stand_in_a_docstring_writes_nothing(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new_exchange.main(["kraken", "--title", 'Kraken """'], root=root) == 2
    assert "the title" in capsys.readouterr().err
    assert not (root / "exchanges/kraken").exists()


def test_a_template_that_breaks_off_leaves_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_arguments: object) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr(new_exchange, "_with_sorted_imports", full)
    assert new_exchange.main(["kraken"], root=root) == 2
    assert "No space left on device; nothing was written" in capsys.readouterr().err
    assert [path.name for path in (root / "exchanges").iterdir()] == ["binance"]


def test_the_guide_is_a_walk_with_a_failure_before_the_success() -> None:
    steps = list(scaffold_walk.read_steps((ROOT / scaffold_walk.GUIDE).read_text(encoding="utf-8")))
    assert [step.argument for step in steps if step.action == "expect"] == [
        "1 PASSED, 2 FAILED",
        "3 PASSED",
    ]


def test_an_edit_counts_the_lines_it_adds(tmp_path: Path) -> None:
    (tmp_path / "file.py").write_text("a = 1\nb = 2\n")
    steps = [
        scaffold_walk.Step("append", "file.py", "\nc = 3\n"),
        scaffold_walk.Step("replace-last-line", "file.py", "d = 4\ne = 5\n"),
        scaffold_walk.Step("replace", "file.py", "a = 1\n"),
    ]
    assert [scaffold_walk.edit(tmp_path, step) for step in steps] == [1, 2, 0]
    assert (tmp_path / "file.py").read_text() == "a = 1\n"
    with pytest.raises(scaffold_walk.WalkError, match="no such action"):
        scaffold_walk.edit(tmp_path, scaffold_walk.Step("remove", "file.py", ""))
