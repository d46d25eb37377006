"""The table of figures."""

import json
from pathlib import Path

import pytest

from tools.bench.__main__ import is_met, main, table

ROW = {
    "figure": "a world",
    "value": 8.25,
    "unit": "ms",
    "goal": 10.0,
    "is_lower_better": True,
    "yardstick": "none",
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "met"),
        ({"value": 10.0}, "met"),
        ({"value": 10.1}, "MISSED"),
        ({"is_lower_better": False}, "MISSED"),
        ({"goal": None}, ""),
    ],
)
def test_goal_is_met_on_its_bound_in_the_right_direction(
    changes: dict[str, object], expected: str
) -> None:
    assert is_met(ROW | changes) == expected


def test_table_shows_figure_goal_and_yardstick() -> None:
    rows = [ROW, ROW | {"figure": "orders", "value": 212345.6, "unit": "/s", "goal": None}]

    heading, *lines = [line.split() for line in table(rows).splitlines()]
    assert heading == ["figure", "measured", "goal", "yardstick"]
    assert lines == [
        ["a", "world", "8.25", "ms", "<=", "10", "met", "none"],
        ["orders", "212,346", "/s", "none"],
    ]


def test_module_that_cannot_measure_is_named_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no nox there
    path = tmp_path / "bench.json"

    code = main(["--only", "installation", "--json", str(path)])

    assert code == 1
    assert "installation could not measure: RuntimeError: nox is not" in capsys.readouterr().err
    assert json.loads(path.read_text())["rows"] == []
