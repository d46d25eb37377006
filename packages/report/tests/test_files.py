"""A report is the old one or the new one, and nothing is left beside it."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from venueproof_core.errors import ConfigurationError
from venueproof_core.results import IntegrationTestReport
from venueproof_report import write_report
from venueproof_report.sample import sample_report


@contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """No file can grow over ``limit`` bytes: the operating system refuses the write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# report.html is the first file over 100,000 bytes only in part of these; 1 byte stops at the first.
@pytest.mark.parametrize("limit", [1, 20_000, 60_000])
def test_a_failing_write_leaves_the_old_report_whole(
    tmp_path: Path, report: IntegrationTestReport, limit: int
) -> None:
    write_report(sample_report(3), tmp_path)
    before = contents(tmp_path)

    with full_disk(limit), pytest.raises(ConfigurationError, match="cannot write the report"):
        write_report(report, tmp_path)

    assert contents(tmp_path) == before


def test_a_failing_second_page_leaves_the_old_report_whole(
    tmp_path: Path, report: IntegrationTestReport
) -> None:
    folder = tmp_path / "reports"
    write_report(sample_report(3), folder)
    before = contents(folder)
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(ConfigurationError, match="--html"):
        write_report(report, folder, html=tmp_path / "file" / "page.html")

    assert contents(folder) == before


def test_a_report_that_cannot_be_rendered_leaves_the_old_one_whole(tmp_path: Path) -> None:
    write_report(sample_report(3), tmp_path)
    before = contents(tmp_path)
    broken = sample_report(3)
    broken.metrics = {"unwritable": object()}

    with pytest.raises(ValueError, match="serialize"):
        write_report(broken, tmp_path)

    assert contents(tmp_path) == before


def test_a_folder_that_cannot_be_made_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(ConfigurationError, match=r"taken.*--report-dir"):
        write_report(sample_report(3), tmp_path / "taken")


def test_what_is_not_a_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "summary.md").mkdir()

    with pytest.raises(ConfigurationError, match="not a file"):
        write_report(sample_report(3), tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["summary.md"]


def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not a file"):
        write_report(sample_report(3), tmp_path, html=Path("/dev/null"))

    assert Path("/dev/null").is_char_device()
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_followed(tmp_path: Path) -> None:
    real = tmp_path / "real.html"
    real.write_text("old")
    (tmp_path / "link.html").symlink_to(real)

    write_report(sample_report(3), tmp_path / "reports", html=tmp_path / "link.html")

    assert (tmp_path / "link.html").is_symlink()
    assert real.read_text().startswith("<!doctype html>")


def test_writing_twice_leaves_only_the_report(tmp_path: Path) -> None:
    first = write_report(sample_report(30), tmp_path)
    second = write_report(sample_report(3), tmp_path)

    assert first == second
    assert sorted(tmp_path.iterdir()) == sorted(second)
