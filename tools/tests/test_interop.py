"""Running other people's clients: which, where, and what is made of their results."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.interop import (
    Client,
    Environments,
    Outcome,
    choose,
    main,
    read_clients,
    run,
    run_script,
    summary,
    table,
    tier,
)
from tools.wheels import Installer

RESULT: dict[str, Any] = {
    "client": "example",
    "version": "1.2.3",
    "calls": [
        {"call": "get_book", "endpoint": "GET /depth", "fields": 40, "differences": []},
        {"call": "get_book", "endpoint": "GET /depth", "fields": 2, "differences": []},
    ],
    "fields": 42,
    "differences": 0,
    "covered": ["get_book"],
    "uncovered": {},
    "must": ["GET /depth", "GET /time", "GET /ping"],
    "exercised": ["GET /depth", "GET /news"],
}


def example(**changes: Any) -> Outcome:
    client = Client("example", "venue", Path("interop"), "run_example", ("example==1.2.3",))
    return Outcome(client, RESULT | changes, "", 1.5)


class Recorder(Installer):
    """Makes folders and notes what would be installed."""

    def __init__(self) -> None:
        super().__init__(None)
        self.installed: list[tuple[str, ...]] = []

    def make(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        return folder / "bin" / "python"

    def install(self, python: Path, arguments: Any) -> None:
        self.installed.append(tuple(arguments))


def test_every_client_is_pinned_and_has_its_script() -> None:
    clients = read_clients()

    assert clients, "no exchange names a client"
    for client in clients.values():
        assert (client.folder / f"{client.script}.py").is_file(), client
        assert all("==" in text for text in client.requirements), client


def test_all_clients_run_where_none_is_named() -> None:
    clients = read_clients()

    assert choose(clients, []) == list(clients.values())
    assert [client.name for client in choose(clients, ["ccxt", "ccxt"])] == ["ccxt"]
    assert choose(clients, ["binance", "ccxt"]) == list(clients.values())


def test_unknown_client_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["python-binace"])

    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "did you mean 'python-binance'" in said
    assert "ccxt.pro" in said


def test_environment_is_made_once_and_shared_by_equal_requirements(tmp_path: Path) -> None:
    recorder = Recorder()
    environments = Environments(tmp_path, recorder)
    one = Client("one", "venue", tmp_path, "run_one", ("x==1",))
    other = Client("other", "venue", tmp_path, "run_other", ("x==1",))
    newer = Client("one", "venue", tmp_path, "run_one", ("x==2",))

    pythons = [environments.python(client) for client in (one, other, one, newer)]

    assert recorder.installed == [("x==1",), ("x==2",)]
    assert pythons[0] == pythons[1] == pythons[2] != pythons[3]


def test_environment_whose_installation_failed_is_made_again(tmp_path: Path) -> None:
    class Failing(Recorder):
        def install(self, python: Path, arguments: Any) -> None:
            raise SystemExit("no such version")

    client = Client("one", "venue", tmp_path, "run_one", ("x==1",))
    with pytest.raises(SystemExit):
        Environments(tmp_path, Failing()).python(client)
    recorder = Recorder()

    Environments(tmp_path, recorder).python(client)

    assert recorder.installed == [("x==1",)]


def test_table_has_one_line_for_a_call_with_all_its_fields() -> None:
    lines = table(example()).splitlines()

    assert [line.split() for line in lines if line.startswith("get_book")] == [
        ["get_book", "GET", "/depth", "42", "ok"]
    ]


def test_differences_and_calls_not_tried_are_shown_and_fail() -> None:
    texts = [f"$.bids[{place}]: wrong" for place in range(5)]
    calls = [{"call": "get_book", "endpoint": "GET /depth", "fields": 9, "differences": texts}]
    outcome = example(calls=calls, differences=1, uncovered={"get_time": ["GET /time"]})

    shown = table(outcome)

    assert "5 DIFFERENT" in shown
    assert "$.bids[0]: wrong" in shown
    assert "and 2 more" in shown
    assert "get_time" in shown
    assert not outcome.is_ok
    assert "1 of 2 must calls" in summary(outcome)
    assert summary(outcome).endswith("NOT OK")


@pytest.mark.parametrize(
    "changes",
    [
        {"differences": 1},
        {"uncovered": {"get_time": ["GET /time"]}},
        {"calls": []},
    ],
    ids=["difference", "not tried", "nothing ran"],
)
def test_result_is_not_ok_with(changes: dict[str, Any]) -> None:
    assert example().is_ok
    assert not example(**changes).is_ok


def test_tier_is_what_clients_and_suite_exercise_together() -> None:
    whole = tier("venue", [example()], (frozenset({"GET /time", "GET /ping"}), ""))
    part = tier("venue", [example()], (frozenset({"GET /time"}), ""))

    assert whole.is_ok
    assert str(whole).splitlines() == [
        "must tier of venue: 3 of 3 exercised (100.0%), 95% needed: ok",
        "  suite 2, example 1",
    ]
    assert not part.is_ok
    assert "2 of 3 exercised (66.7%), 95% needed: NOT OK" in str(part)
    assert str(part).endswith("never: GET /ping")


def test_tier_is_not_ok_without_the_suite_or_without_a_tier() -> None:
    everything = frozenset(RESULT["must"])

    assert not tier("venue", [example()], (everything, "the suite ended with 3")).is_ok
    assert not tier("venue", [example(must=[])], (everything, "")).is_ok


@pytest.fixture(name="client")
def client_fixture(tmp_path: Path) -> Client:
    folder = tmp_path / "interop"
    folder.mkdir()
    (folder / "__init__.py").touch()
    return Client("example", "binance", folder, "run_example", ())


def try_script(client: Client, text: str, report: Path, **limits: float) -> str:
    (client.folder / "run_example.py").write_text(f"import sys\n{text}\n")
    return run_script(client, Path(sys.executable), report, '{"venue": "here"}\n', **limits)


def test_script_gets_the_line_of_the_simulator_and_leaves_its_result(
    client: Client, tmp_path: Path
) -> None:
    report = tmp_path / "example.json"

    complaint = try_script(client, "open(sys.argv[1], 'w').write(sys.stdin.readline())", report)

    assert complaint == ""
    assert json.loads(report.read_text()) == {"venue": "here"}


def test_script_that_breaks_is_quoted(client: Client, tmp_path: Path) -> None:
    complaint = try_script(client, "sys.exit('no such module')", tmp_path / "example.json")

    assert complaint == "ended with 1: no such module"


def test_script_that_hangs_is_told_to_end(client: Client, tmp_path: Path) -> None:
    hang = "import threading; threading.Event().wait()"

    complaint = try_script(client, hang, tmp_path / "example.json", deadline_s=0.3)

    assert complaint == "not finished after 0.3 s"


def test_simulator_that_does_not_start_is_quoted(tmp_path: Path) -> None:
    client = Client("example", "nowhere", tmp_path, "run_example", ())

    outcome = run(client, Path(sys.executable), tmp_path, seed=0)

    assert "the simulator did not start" in outcome.complaint
    assert "nowhere" in outcome.complaint
    assert not outcome.is_ok
