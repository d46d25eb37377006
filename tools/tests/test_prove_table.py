"""The matrix of defects and cases names what there is. What it says of them only a full proof can tell."""

import re
from pathlib import Path

import pytest

from tools.workspace import ROOT
from venueproof import matrix
from venueproof_core import Defect
from venueproof_core.plugins import load_plugins
from venueproof_suite.catalogue import load_cases

PLUGINS = load_plugins()
OUTDATED = (
    "run `venueproof prove {venue} --full --defect NAME ... --table {path}` for those that changed"
)


def page_of(venue: str) -> Path:
    """A venue's page; it is there from the first complete proof on."""
    return ROOT / "docs" / "reference" / f"prove-{venue}.md"


@pytest.fixture(
    name="rows", params=[venue for venue in sorted(PLUGINS.venues) if page_of(venue).is_file()]
)
def rows_fixture(request: pytest.FixtureRequest) -> tuple[str, dict[str, list[str]]]:
    venue: str = request.param
    return venue, matrix.read(page_of(venue).read_text(encoding="utf-8"))


def defects_of(venue: str) -> list[Defect]:
    return [one for one in PLUGINS.defects.values() if one.venue in (None, venue)]


def test_matrix_has_every_defect_with_its_cases(rows: tuple[str, dict[str, list[str]]]) -> None:
    venue, found = rows

    own = {name: tuple(re.findall("`([^`]+)`", cells[3])) for name, cells in found.items()}

    wanted = {one.name: one.caught_by for one in defects_of(venue)}
    differing = sorted(
        name for name in wanted.keys() | own.keys() if wanted.get(name) != own.get(name)
    )
    path = f"docs/reference/prove-{venue}.md"
    assert differing == [], OUTDATED.format(venue=venue, path=path)


def test_matrix_names_cases_that_there_are(rows: tuple[str, dict[str, list[str]]]) -> None:
    _, found = rows

    named = {case for cells in found.values() for case in re.findall("`([^`]+)`", cells[5])}

    assert named <= {rule.id for rule in load_cases()}


def test_matrix_says_that_every_defect_is_caught(rows: tuple[str, dict[str, list[str]]]) -> None:
    _, found = rows

    assert found
    assert [name for name, cells in found.items() if "not `" in cells[3]] == []
