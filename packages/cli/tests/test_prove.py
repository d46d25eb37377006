"""``venueproof prove``, with a proof that proves nothing."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from venueproof import matrix
from venueproof import prove as command
from venueproof.parser import build_parser
from venueproof_core import BugClass, Defect, Seam
from venueproof_core.errors import ConfigurationError
from venueproof_defects.prove import DefectProof, VenueProof

Install = Callable[[str, str], None]
VenueCode = Callable[[str], str]
DEFECT = Defect(
    name="gap-ignored",
    seam=Seam.COMPONENT,
    bug_class=BugClass.book_gap,
    breaks="It applies an update after a gap.",
    caught_by=("book/gap",),
    apply=lambda connector: connector,
)


def proof(**changes: Any) -> VenueProof:
    proved = DefectProof(DEFECT, caught={"book/gap": True}, others_run=8)
    return VenueProof(**{"venue": "alpha", "seed": 1, "cases": 9, "proofs": [proved], **changes})


@pytest.fixture(autouse=True)
def alpha(install: Install, venue_code: VenueCode) -> None:
    install("alpha", venue_code("alpha"))


def run(result: VenueProof, *arguments: str) -> tuple[int, dict[str, Any]]:
    given: dict[str, Any] = {}

    def prove(_plugins: object, venue: str, suite: object, **options: Any) -> VenueProof:
        options["progress"]("on its way")
        given.update(options, venue=venue, suite=suite)
        return result

    code = command.run(build_parser().parse_args(["prove", *arguments]), prove=prove)
    return code, given


def test_green_proof_is_a_line_for_each_defect_and_one_to_sum_up(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, given = run(proof(), "alpha_spot", "--seed", "5", "--full", "-n", "1")

    printed = capsys.readouterr()
    assert code == 0
    assert (given["venue"], given["seed"], given["sample"], given["is_part"]) == (
        "alpha",
        5,
        None,
        False,
    )
    assert printed.err == "on its way\n"
    assert printed.out == (
        "proved   gap-ignored  others 8/8 passed  caught by book/gap\n"
        "prove alpha: 1 defects, 9 cases, seed 1: green in 0 s\n"
    )


def test_what_is_not_proved_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    missed = DefectProof(DEFECT, caught={"book/gap": False}, problems=["book/gap: PASSED"])

    code, _ = run(
        proof(proofs=[missed], uncaught=["book/snapshot"], broken_cases=["book/x: ERROR"]), "alpha"
    )

    assert code == 1
    assert capsys.readouterr().out.splitlines() == [
        "PROBLEM  gap-ignored  others 0/0 passed  caught by nothing",
        "         book/gap: PASSED",
        "cases that the correct connector does not pass:",
        "  book/x: ERROR",
        "cases that no defect fails:",
        "  book/snapshot",
        "prove alpha: 1 defects, 9 cases, seed 1: NOT GREEN in 0 s",
    ]


def test_line_of_a_defect_stays_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    caught = {f"book/{number}": True for number in range(9)}

    run(proof(proofs=[DefectProof(DEFECT, caught=caught)]), "alpha")

    assert "caught by book/0, book/1, +7 more\n" in capsys.readouterr().out


@pytest.mark.parametrize("changes", [{"cases": 0}, {"proofs": []}])
def test_nothing_proved_is_not_green(
    changes: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = run(proof(**changes), "alpha")

    assert code == 3
    assert "NOT GREEN" in capsys.readouterr().out


def test_proof_as_json_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    run(proof(uncaught=["book/snapshot"]), "alpha", "--json")

    content = json.loads(capsys.readouterr().out)
    assert content["is_green"] is False
    assert content["uncaught"] == ["book/snapshot"]
    assert content["defects"] == [
        {
            "name": "gap-ignored",
            "seam": "component",
            "class": "book_gap",
            "is_proved": True,
            "caught": {"book/gap": True},
            "problems": [],
            "others_passed": 8,
            "others_run": 8,
        }
    ]


def test_unknown_venue_is_refused_before_anything_runs() -> None:
    with pytest.raises(ConfigurationError, match="unknown venue: 'gamma'"):
        run(proof(), "alpha", "gamma")


def test_table_has_a_line_for_each_defect(tmp_path: Path) -> None:
    path = tmp_path / "table.md"
    others = [f"book/{number}" for number in range(5)]
    one = DefectProof(DEFECT, caught={"book/gap": True}, others_run=40, others_failed=others)

    run(proof(proofs=[one]), "alpha", "--full", "--table", str(path))

    assert matrix.read(path.read_text()) == {}, "alpha has no such defect"
    text = matrix.page(proof(proofs=[one]), ["gap-ignored"])
    assert "1 defects, 41 pairs of defect and case" in text
    assert text.splitlines()[-1] == (
        "| `gap-ignored` | component | book_gap | `book/gap` | 40 "
        "| 5: `book/0`, `book/1`, `book/2`, +2 more |"
    )


def test_table_keeps_lines_of_other_defects_that_there_still_are() -> None:
    def of(name: str) -> VenueProof:
        renamed = dataclasses.replace(DEFECT, name=name)
        return proof(proofs=[DefectProof(renamed, caught={"book/gap": True}, others_run=1)])

    names = ["a", "b", "c"]
    before = matrix.page(of("c"), names, matrix.page(of("a"), names))

    text = matrix.page(of("b"), ["b", "c"], before)

    assert list(matrix.read(before)) == ["a", "c"]
    assert list(matrix.read(text)) == ["b", "c"]
    assert "2 defects" in text


def test_table_of_some_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="leave out --case"):
        run(proof(), "alpha", "--case", "book/", "--table", str(tmp_path / "table.md"))

    assert not list(tmp_path.glob("*.md"))
