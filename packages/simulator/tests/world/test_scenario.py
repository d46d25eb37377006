"""Scenario files: read strictly, played on the timer clock."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from venueproof_core.errors import ConfigurationError
from venueproof_simulator.scenario import read_scenario, shipped
from venueproof_simulator.scenario_player import Player

SYMBOLS = ["AAA-BBB", "CCC-BBB"]


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenario_can_be_read(name: str) -> None:
    assert read_scenario(name, SYMBOLS).step


def test_three_scenarios_are_shipped() -> None:
    assert shipped() == ["busy", "calm", "rough"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[step]\n", "bad.toml: not TOML: "),
        ("", "bad.toml: step: Field required; a scenario is a list of [[step]]"),
        (
            "title = 'x'\n[[step]]\nat_s = 1\nmarket = []\n",
            "bad.toml: title: Extra inputs are not permitted",
        ),
        (
            "[[step]]\nat_s = 1\nmarket = []\n\n[[step]]\nat_s = 'soon'\nmarket = []\n",
            "bad.toml:6: step 2: at_s: Input should be a valid number, unable to parse string as a"
            " number, got 'soon'",
        ),
        (
            "[[step]]\nat_s = -1\nmarket = []\n",
            "bad.toml:2: step 1: at_s: Input should be greater than or equal to 0, got -1",
        ),
        (
            "[[step]]\nat_s = 1\n",
            "bad.toml:1: step 1: step: a step does one thing: give it one of market, fault, clock",
        ),
        (
            "[[step]]\nat_s = 1\nfor_s = 2\nmarket = []\n",
            "bad.toml:1: step 1: step: for_s belongs to a fault",
        ),
        (
            "[[step]]\nat_s = 1\nafter = 2\nmarket = []\n",
            "bad.toml:3: step 1: after: there is no such key, got 2",
        ),
        (
            "[[step]]\nat_s = 1\nmarket = { kind = 'halt', symbol = 'AAA-BBB', status = 'OFF' }\n",
            "bad.toml:3: step 1: market.status: Input should be 'TRADING', 'CANCEL_ONLY' or 'HALTED',"
            " got 'OFF'",
        ),
        (
            "[[step]]\nat_s = 1\nmarket = { kind = 'flow', symbol = 'AAA-BB' }\n",
            "bad.toml:3: step 1: market.symbol: no instrument 'AAA-BB'; did you mean 'AAA-BBB'?",
        ),
        (
            "[[step]]\nat_s = 1\n[step.fault]\nkind = 'close_steam'\n",
            "bad.toml:4: step 1: fault.kind: no fault 'close_steam'; did you mean 'close_stream'?",
        ),
        (
            "[[step]]\nat_s = 1\nfault = { kind = 'close_stream', parameters = { cod = 1 } }\n",
            "bad.toml:3: step 1: fault.parameters.cod: no parameter of close_stream 'cod';"
            " did you mean 'code'?",
        ),
        (
            "[[step]]\nat_s = 1\nfault = { kind = 'close_stream', parameters = { code = 'x' } }\n",
            "bad.toml:3: step 1: fault.parameters.code: 'x' is not of the kind of its default, 1001",
        ),
    ],
)
def test_bad_file_names_line_key_value_and_remedy(
    text: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.toml").write_text(text)
    with pytest.raises(ConfigurationError) as refusal:
        read_scenario("bad.toml", SYMBOLS)
    assert str(refusal.value).startswith(expected)
    assert "\n" not in str(refusal.value)


def test_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    for name, reason in (("absent.toml", "No such file"), ("binary.toml", "it is not UTF-8 text")):
        with pytest.raises(ConfigurationError, match=reason):
            read_scenario(str(tmp_path / name), SYMBOLS)


STEPS = """
[[step]]
at_s = 10
every_s = 60
market = { kind = "walk", symbol = "AAA-BBB", steps = 5 }

[[step]]
at_s = 20
for_s = 5
fault = { kind = "refuse_request", parameters = { retry_after_s = 1 } }

[[step]]
at_s = 30
market = { kind = "set_level", symbol = "AAA-BBB", side = "BUY", price = 1, quantity = 0.5 }
"""


def test_steps_happen_in_time(steered: Any, tmp_path: Path) -> None:
    (tmp_path / "steps.toml").write_text(STEPS)

    async def body(s: Any) -> None:
        told: list[str] = []
        scenario = read_scenario(str(tmp_path / "steps.toml"), SYMBOLS)
        Player(scenario, s.world, told.append).start()
        version = s.world.core.version("AAA-BBB")

        s.world.timers.advance(11)
        assert s.world.core.version("AAA-BBB") > version
        assert (await s.place("one"))[0] == 200
        s.world.timers.advance(10)
        assert [(await s.place(name))[0] for name in ("two", "three")] == [503, 503]
        s.world.timers.advance(5)
        assert (await s.place("four"))[0] == 200
        s.world.timers.advance(5)
        assert len(told) == 1
        assert told[0].startswith("scenario: step 3 could not be done: ")
        version = s.world.core.version("AAA-BBB")
        s.world.timers.advance(50)
        assert s.world.core.version("AAA-BBB") > version
        entries = [entry.text for entry in s.world.journal.since(0) if entry.kind == "scenario"]
        assert [text.split(":")[0] for text in entries] == ["step 1", "step 2", "step 3", "step 1"]

    steered(body)


def test_repeated_fault_replaces_the_one_before(steered: Any, tmp_path: Path) -> None:
    text = "[[step]]\nat_s = 1\nevery_s = 10\nfault = { kind = 'drop_event' }\n"
    (tmp_path / "again.toml").write_text(text)

    async def body(s: Any) -> None:
        scenario = read_scenario(str(tmp_path / "again.toml"), SYMBOLS)
        Player(scenario, s.world, pytest.fail).start()
        for _ in range(5):
            s.world.timers.advance(10)
            await asyncio.sleep(0)
        armed = [number for number in range(1, 6) if s.world.faults.get(f"fault-{number}")]
        assert armed == [5]

    steered(body)
