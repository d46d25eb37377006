"""``venueproof overview``: what it prints, writes and refuses."""

from pathlib import Path

import pytest

from venueproof.main import main
from venueproof_report.sample import sample_report


def test_reports_become_one_overview(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    given = []
    for name in ("kraken", "okx"):
        path = tmp_path / f"{name}.json"
        path.write_text(sample_report(20).model_copy(update={"exchange": name}).model_dump_json())
        given.append(str(path))
    assert main(["overview", *given, "--cached", "okx", "--report-dir", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    (kraken,) = (line for line in lines if "kraken" in line)
    (okx,) = (line for line in lines if "okx" in line)
    assert "cached" in okx
    assert "cached" not in kraken
    assert str(tmp_path / "overview.html") in lines
    assert "kraken" in (tmp_path / "overview.md").read_text()


def test_what_is_no_report_is_one_line_and_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["overview", str(tmp_path / "none.json"), "--report-dir", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("venueproof: error: cannot read the report")
    assert len(error.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
