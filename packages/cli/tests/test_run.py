"""``venueproof run``, with a runner that runs nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from venueproof import run as command
from venueproof.parser import build_parser
from venueproof_core.errors import ConfigurationError
from venueproof_core.results import ComplianceStatus, IntegrationTestReport, TestResult
from venueproof_core.verdict import Verdict

Install = Callable[[str, str], None]
VenueCode = Callable[[str], str]
SECRET = "k3y-of-the-venue"


class FakeRunner:
    """Reports one failed case, without running any."""

    made: list["FakeRunner"]
    exit_code = 1

    def __init__(self, venue: str, **arguments: Any) -> None:
        self.venue = venue
        self.arguments = arguments
        self.secrets = [SECRET]
        self.made.append(self)

    def run(self) -> IntegrationTestReport:
        result = TestResult(
            id="orders/place",
            title="place",
            area="orders",
            level="MUST",
            verdict=Verdict.FAILED,
            duration_ms=12.4,
            reason=f"sent {SECRET}\nin the clear",
        )
        self.arguments["on_progress"](SimpleNamespace(result=result, total=2))
        return IntegrationTestReport(
            exchange=self.venue,
            test_suite="full",
            status="failed",
            total_tests=1,
            passed=0,
            failed=1,
            errors=0,
            duration_ms=1.0,
            success_rate=0.0,
            hft_compliant=False,
            compliance_status=ComplianceStatus(
                overall_compliant=False, performance_compliant=False, error_rate_compliant=False
            ),
            exit_code=self.exit_code,
            results=[result],
        )


@pytest.fixture
def runner() -> type[FakeRunner]:
    return type("OneFakeRunner", (FakeRunner,), {"made": []})


@pytest.fixture(autouse=True)
def alpha(
    install: Install, venue_code: VenueCode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("alpha", venue_code("alpha"))
    install("beta", venue_code("beta"))
    monkeypatch.chdir(tmp_path)


def run(runner: type[FakeRunner], *arguments: str) -> int:
    return command.run(build_parser().parse_args(["run", *arguments]), make_runner=runner)


def test_what_was_not_asked_for_is_left_to_the_settings(runner: type[FakeRunner]) -> None:
    run(runner, "alpha")

    (made,) = runner.made
    given = {name: value for name, value in made.arguments.items() if name != "on_progress"}
    assert made.venue == "alpha"
    assert given == {
        "cases": [],
        "endpoints": {},
        "is_strict": False,
        "allow_live_orders": False,
    }


def test_every_option_reaches_the_runner(runner: type[FakeRunner]) -> None:
    run(
        runner,
        *(
            "alpha_spot",
            "--connector",
            "my.module:connect",
            "--target",
            "testnet",
            "--suite",
            "basic",
        ),
        *("--endpoint", "rest=http://h:1", "--endpoint", "stream=ws://h:1", "--case", "book/"),
        *("-k", "gap", "-m", "slow", "--profile", "hft", "--seed", "7", "-n", "2", "--strict"),
        *("--allow-live-orders", "--report-dir", "out"),
    )

    (made,) = runner.made
    given = {name: value for name, value in made.arguments.items() if name != "on_progress"}
    assert given == {
        "connector": "my.module:connect",
        "target": "testnet",
        "suite": "basic",
        "endpoints": {"rest": "http://h:1", "stream": "ws://h:1"},
        "cases": ["book/"],
        "keyword": "gap",
        "markers": "slow",
        "profile": "hft",
        "seed": 7,
        "workers": 2,
        "is_strict": True,
        "allow_live_orders": True,
    }
    assert Path("out/alpha/my.module-connect/report.json").is_file()


def test_run_writes_its_reports_and_ends_with_a_table(
    runner: type[FakeRunner], capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(runner, "alpha", "--html", "page.html")

    out = capsys.readouterr().out
    assert code == 1
    assert {path.name for path in Path("reports/alpha/reference").iterdir()} >= {
        "report.json",
        "junit.xml",
        "summary.md",
        "report.html",
    }
    assert Path("page.html").is_file()
    assert "reports/alpha/reference" in out
    assert len(out.splitlines()) <= 30


def test_json_goes_to_stdout_alone(
    runner: type[FakeRunner], capsys: pytest.CaptureFixture[str]
) -> None:
    run(runner, "alpha", "beta", "--json")

    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["exchange"] for line in lines] == ["alpha", "beta"]


def test_progress_is_a_line_for_each_case_where_there_is_no_terminal(
    runner: type[FakeRunner], capsys: pytest.CaptureFixture[str]
) -> None:
    run(runner, "alpha")

    assert capsys.readouterr().err == (
        "alpha/reference [  1/2] FAILED           orders/place  12 ms  sent *** in the clear\n"
    )


def test_secrets_are_in_no_output(
    runner: type[FakeRunner], capsys: pytest.CaptureFixture[str]
) -> None:
    run(runner, "alpha")

    printed = "".join(capsys.readouterr())
    files = list(Path("reports").rglob("*.*"))
    assert SECRET not in printed
    assert [path for path in files if SECRET in path.read_text()] == []


def test_gravest_code_of_several_venues_counts(runner: type[FakeRunner]) -> None:
    class Mixed(runner):  # type: ignore[valid-type, misc]
        def __init__(self, venue: str, **arguments: Any) -> None:
            super().__init__(venue, **arguments)
            self.exit_code = {"alpha": 3, "beta": 1}[venue]

    assert run(Mixed, "alpha", "beta") == 3
    assert [made.venue for made in runner.made] == ["alpha", "beta"]


def test_interrupted_run_reports_and_is_the_last(runner: type[FakeRunner]) -> None:
    class Interrupted(runner):  # type: ignore[valid-type, misc]
        def run(self) -> IntegrationTestReport:
            update = {"incomplete_because": ["interrupted"], "exit_code": 3}
            return super().run().model_copy(update=update)  # type: ignore[no-any-return]

    assert run(Interrupted, "alpha", "beta") == 3
    assert Path("reports/alpha/reference/report.json").is_file()
    assert not Path("reports/beta").exists()


def test_what_a_runner_refuses_is_known_before_the_first_one_runs(runner: type[FakeRunner]) -> None:
    class Picky(runner):  # type: ignore[valid-type, misc]
        def __init__(self, venue: str, **arguments: Any) -> None:
            if venue == "beta":
                raise ConfigurationError("no such connector")
            super().__init__(venue, **arguments)

    with pytest.raises(ConfigurationError, match="no such connector"):
        run(Picky, "alpha", "beta")
    assert not Path("reports").exists()


def test_venue_named_twice_runs_once(runner: type[FakeRunner]) -> None:
    run(runner, "alpha", "alpha_spot")

    assert [made.venue for made in runner.made] == ["alpha"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["alpha", "gamma"], "unknown venue: 'gamma'"),
        (["alpha", "beta", "--html", "page.html"], "--html names one file and 2 venues run"),
    ],
)
def test_mistake_is_found_before_anything_runs(
    runner: type[FakeRunner], arguments: list[str], expected: str
) -> None:
    with pytest.raises(ConfigurationError, match=expected):
        run(runner, *arguments)
    assert runner.made == []
