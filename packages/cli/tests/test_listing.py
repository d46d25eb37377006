"""``venueproof list``."""

import json
from collections.abc import Callable

import pytest

from venueproof.listing import LISTS, table
from venueproof.main import main
from venueproof.parser import KINDS

Install = Callable[[str, str], None]
VenueCode = Callable[[str], str]


def test_every_kind_that_can_be_asked_for_can_be_listed() -> None:
    assert tuple(LISTS) == KINDS


def test_venues_are_listed_as_json(
    install: Install, venue_code: VenueCode, capsys: pytest.CaptureFixture[str]
) -> None:
    install("alpha", venue_code("alpha"))

    assert main(["list", "venues", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "name": "alpha",
            "title": "A venue",
            "connectors": ["reference"],
            "environments": ["testnet", "live"],
        }
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_list_is_the_same_rows_as_text_and_as_json(
    kind: str, install: Install, venue_code: VenueCode, capsys: pytest.CaptureFixture[str]
) -> None:
    install("alpha", venue_code("alpha"))

    main(["list", kind])
    text = capsys.readouterr().out
    main(["list", kind, "--json"])
    rows = json.loads(capsys.readouterr().out)

    assert len(text.splitlines()) == (len(rows) + 1 if rows else 1)


def test_broken_plugin_is_named_and_stops_nothing(
    install: Install, venue_code: VenueCode, capsys: pytest.CaptureFixture[str]
) -> None:
    install("alpha", venue_code("alpha"))
    install("bad", "import no_such_module")

    assert main(["list", "venues"]) == 0
    printed = capsys.readouterr()
    assert "alpha" in printed.out
    assert "plugin bad could not be loaded: ModuleNotFoundError" in printed.err


def test_columns_are_aligned() -> None:
    rows = [
        {"name": "a", "ours": True, "cases": ["x", "y"]},
        {"name": "long", "ours": False, "cases": []},
    ]

    assert table(rows).splitlines() == ["name  ours  cases", "a     yes   x, y", "long  no    -"]


def test_a_long_list_in_a_cell_is_counted_and_left_to_json() -> None:
    rows = [{"name": "a", "few": ["b", "c"], "many": [str(number) for number in range(30)]}]
    (_, row) = table(rows).splitlines()
    assert "b, c" in row
    assert row.endswith("0, ... (30; all by --json)")
