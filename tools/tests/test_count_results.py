"""The closing line of continuous integration."""

import os
from pathlib import Path

import pytest

from tools.count_results import main

JUNIT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"><properties/></testcase><testcase name="c"><skipped/></testcase>
<testcase name="d"><failure/></testcase><testcase name="e"><error/></testcase>
</testsuite></testsuites>"""


def test_every_file_counts_and_skipped_cases_do_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("tests", "alpha/reference"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "junit.xml").write_text(JUNIT)

    main([str(tmp_path)])

    assert capsys.readouterr().out == "4 passed, 4 failed\n"


def test_files_of_an_earlier_run_do_not_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "junit.xml").write_text(JUNIT)
    os.utime(tmp_path / "junit.xml", (1, 1))
    started = tmp_path / "started"
    started.touch()

    main([str(tmp_path), "--since", str(started)])

    assert capsys.readouterr().out == "0 passed, 0 failed\n"


def test_no_reports_at_all_is_nothing_passed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(tmp_path / "reports")])

    assert capsys.readouterr().out == "0 passed, 0 failed\n"
