"""The entry point: help, bad input, exit codes."""

import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable

import pytest

from venueproof.exits import exit_code_of, gravest
from venueproof.main import main
from venueproof.parser import COMMANDS
from venueproof_core.errors import ConfigurationError, PluginError
from venueproof_core.plugins import EXACT_SET_VARIABLE
from venueproof_core.verdict import ExitCode

Install = Callable[[str, str], None]
VenueCode = Callable[[str], str]


def test_help_names_every_command_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])

    text = capsys.readouterr().out
    assert end.value.code == 0
    assert all(f"    {name}" in text for name in COMMANDS)
    assert all(f"\n  {code}  " in text for code in range(4))


def test_help_imports_nothing_heavy() -> None:
    heavy = "{'pydantic', 'aiohttp', 'rich', 'pytest', 'venueproof_core'}"
    code = (
        "import sys\nfrom venueproof.main import main\n"
        "try:\n    main(['run', '--help'])\nexcept SystemExit:\n"
        f"    sys.exit(repr({heavy} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stderr.strip() == "set()"


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])

    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("venueproof 0.")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "required: COMMAND"),
        (["rnu"], "invalid choice: 'rnu'"),
        (["run"], "required: VENUE"),
        (["run", "alpha", "--seed", "x"], "invalid int value: 'x'"),
        (["run", "alpha", "--endpoint", "rest"], "'rest' is not NAME=URL"),
        (["run", "alpha", "--endpoint", "rest=localhost"], "is not NAME=URL"),
        (["run", "alpha", "-n", "many"], "'many' is neither auto nor a number from 1"),
        (["list", "orders"], "invalid choice: 'orders'"),
    ],
)
def test_unusable_arguments_end_with_2_and_say_why(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)

    assert end.value.code == 2
    assert expected in capsys.readouterr().err


def test_unknown_venue_is_one_line_with_the_nearest_name(
    install: Install, venue_code: VenueCode, capsys: pytest.CaptureFixture[str]
) -> None:
    install("alpha", venue_code("alpha"))

    assert main(["run", "alhpa"]) == 2
    assert capsys.readouterr().err == (
        "venueproof: error: unknown venue: 'alhpa'; did you mean 'alpha'? known: alpha\n"
    )


def test_unknown_venue_of_a_simulator_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "nowhere"]) == 2
    assert capsys.readouterr().err.startswith("venueproof: error: no simulator for 'nowhere'")


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (ConfigurationError("no key;\n  set A_KEY"), ExitCode.USAGE, "no key; set A_KEY"),
        (PluginError("twice"), ExitCode.USAGE, "twice"),
        (KeyboardInterrupt(), ExitCode.INCOMPLETE, "interrupted"),
        (
            ZeroDivisionError("by zero"),
            ExitCode.INCOMPLETE,
            "ZeroDivisionError: by zero; a mistake in venueproof itself: the same command with -v shows where",
        ),
    ],
)
def test_exception_has_an_exit_code_and_one_line(
    error: BaseException, code: ExitCode, text: str
) -> None:
    assert exit_code_of(error) == (code, text)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([0, 0], 0),
        ([0, 1], 1),
        ([3, 1], 3),
        ([1, 3, 0], 3),
        ([3, 2], 2),
        ([], 3),
    ],
)
def test_incomplete_goes_before_failed(codes: list[int], expected: int) -> None:
    assert gravest(codes) == expected


def test_traceback_is_shown_only_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    from venueproof.main import _explain

    try:
        Namespace().missing  # noqa: B018
    except AttributeError as error:
        _explain(error, is_verbose=False)
        assert "Traceback" not in capsys.readouterr().err
        _explain(error, is_verbose=True)
        assert "Traceback" in capsys.readouterr().err


def test_reader_who_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -m venueproof list capabilities | head -n 1"
    only_core = {**os.environ, EXACT_SET_VARIABLE: ""}

    done = subprocess.run(
        command, shell=True, env=only_core, capture_output=True, text=True, check=False
    )

    assert done.stdout.startswith("name")
    assert done.stderr == ""
