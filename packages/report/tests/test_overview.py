"""Several reports side by side."""

import json
from pathlib import Path

import pytest

from venueproof_core.errors import ConfigurationError
from venueproof_core.results import CapabilityRow, Coverage
from venueproof_core.verdict import Verdict
from venueproof_report import facts
from venueproof_report.overview import overview_tables, read_report, write_overview
from venueproof_report.sample import sample_report


def report(exchange: str, count: int = 60, *, seed: int = 1, **changes: object):
    made = sample_report(count, seed=seed)
    return made.model_copy(update={"exchange": exchange, "connector": "reference", **changes})


def test_areas_count_passed_of_executed_for_each_venue():
    first, second = report("kraken"), report("okx", 30, seed=2)
    area = overview_tables([first, second])[1]
    assert area.columns == ["area", "kraken", "okx"]
    for name, *cells in area.rows:
        for each, cell in zip((first, second), cells, strict=True):
            tally = facts.areas(each).get(name)
            executed = sum(
                tally[verdict]
                for verdict in (
                    Verdict.PASSED,
                    Verdict.FAILED,
                    Verdict.ERROR,
                    Verdict.KNOWN_FAILURE,
                )
            )
            assert cell == f"{tally[Verdict.PASSED]} of {executed}"


def test_a_capability_that_one_venue_does_not_know_is_left_open_there():
    first = report("kraken", capabilities=[CapabilityRow(name="a", declared="supported", passed=2)])
    second = report(
        "okx",
        capabilities=[
            CapabilityRow(name="a", declared="supported", failed=1),
            CapabilityRow(name="b", declared="unsupported"),
        ],
    )
    assert overview_tables([first, second])[2].rows == [
        ["a", "proved", "contradicted"],
        ["b", ".", "unsupported"],
    ]


def test_coverage_stands_side_by_side():
    first = report("kraken", coverage=[Coverage(name="calls", covered=["a"], missing=["b"])])
    second = report("okx", coverage=[Coverage(name="calls", covered=["a"], missing=[])])
    assert overview_tables([first, second])[3].rows == [["calls", "50.0 %", "100 %"]]


def test_what_was_measured_earlier_is_not_shown_as_of_now():
    first, second = report("kraken"), report("okx", seed=2)
    verdicts, *_, latency = overview_tables([first, second], cached=["okx"])
    assert [row[-1] for row in verdicts.rows] == [facts.duration(first.duration_ms), "cached"]
    measured = {summary.operation for _, summary in facts.latency(first)}
    earlier = {summary.operation for _, summary in facts.latency(second)}
    assert measured
    assert earlier
    for operation, now, then in latency.rows:
        assert (" / " in now) == (operation in measured)
        assert (then == "cached") == (operation in earlier)


def test_the_files_hold_the_same_tables_and_no_markup_of_others(tmp_path: Path):
    hostile = report("kraken", connector="<script>alert(1)</script>|x")
    paths = write_overview([hostile], tmp_path)
    assert [path.name for path in paths] == ["overview.html", "overview.md", "overview.json"]
    page, text, data = (path.read_text(encoding="utf-8") for path in paths)
    assert "<script" not in page
    assert "kraken/&lt;script&gt;" in page
    assert r"kraken/\<script\>alert(1)\</script\>\|x" in text
    assert [table["title"] for table in json.loads(data)][:2] == [
        "Verdicts",
        "Passed of executed cases, by area",
    ]


def test_a_report_is_read_as_it_was_written(tmp_path: Path):
    path = tmp_path / "report.json"
    path.write_text(report("kraken").model_dump_json())
    assert read_report(path) == report("kraken")


@pytest.mark.parametrize(
    ("text", "said"), [(None, "cannot read the report"), ("{", "is no report"), ("{}", "exchange")]
)
def test_what_is_no_report_is_refused_with_the_reason(tmp_path: Path, text: str | None, said: str):
    path = tmp_path / "report.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        read_report(path)
