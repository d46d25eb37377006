"""``venueproof doctor``."""

from collections.abc import Callable
from pathlib import Path

import pytest

from venueproof.doctor import extras, plugin_lines, venue_lines
from venueproof.main import main
from venueproof_core import Capabilities, Connector, Venue
from venueproof_core.plugins import Plugins, load_plugins

Install = Callable[[str, str], None]
VenueCode = Callable[[str], str]


def test_doctor_says_what_is_there_and_what_to_do(
    install: Install, venue_code: VenueCode, capsys: pytest.CaptureFixture[str]
) -> None:
    install("alpha", venue_code("alpha"))

    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert "alpha: A venue; connectors: reference" in text
    assert "live: cannot be used: closed for the season" in text
    assert "loopback: ports are free" in text
    assert "pip install 'venueproof-alpha[simulator]'" in text.partition("what to do")[2]


def test_broken_plugin_is_named_with_a_remedy(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    install("bad", "1 / 0")

    assert main(["doctor"]) == 2
    text = capsys.readouterr().out
    assert "bad: BROKEN: ZeroDivisionError: division by zero" in text
    assert "pip uninstall plugin_of_" in text.partition("what to do")[2]


def test_duplicate_is_a_broken_plugin(install: Install, venue_code: VenueCode) -> None:
    install("first", venue_code("alpha"))
    install("second", venue_code("alpha"))

    fatal = [line.text for line in plugin_lines(load_plugins()) if line.is_fatal]

    assert len(fatal) == 1
    assert "'first' and 'second' both register the venue 'alpha'" in fatal[0]


def test_credentials_are_counted_and_never_shown(install: Install, venue_code: VenueCode) -> None:
    install("alpha", venue_code("alpha"))
    variables = {"ALPHA_KEY": "abcdefgh", "ALPHA_SECRET": "hidden-hidden"}

    ready = [line.text for line in venue_lines(load_plugins(), variables)]
    missing = [line.text for line in venue_lines(load_plugins(), {"ALPHA_KEY": "abcdefgh"})]

    assert (
        "  testnet: ready: venueproof run alpha --target testnet"
        " (ALPHA_KEY set, 8 characters, ALPHA_SECRET set, 13 characters)" in ready
    )
    assert (
        "  testnet: no credentials (ALPHA_KEY set, 8 characters, ALPHA_SECRET not set); see .env.example"
        in missing
    )
    assert not any("abcdefgh" in line or "hidden" in line for line in ready + missing)


def test_malformed_settings_are_named_and_the_rest_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("TEST_TIMEOUT=soon\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TEST_TIMEOUT", raising=False)

    assert main(["doctor"]) == 2
    text = capsys.readouterr().out
    assert "unusable: .env:1: TEST_TIMEOUT = 'soon'" in text
    assert "loopback:" in text


def test_client_that_is_not_there_is_named_with_its_reason() -> None:
    async def connect() -> None: ...

    absent = Connector(venue="alpha", connect=connect, name="client", refusal="pip install it")
    venue = Venue(name="alpha", title="A venue", capabilities=Capabilities())
    plugins = Plugins(venues={"alpha": venue}, connectors={("alpha", "client"): absent})

    texts = [line.text for line in venue_lines(plugins, {})]

    assert texts[:2] == ["alpha: A venue; connectors: none", "  client: pip install it"]


def test_no_venue_at_all_says_how_to_install_one(install: Install) -> None:
    (line,) = venue_lines(load_plugins(), {})

    assert line.text == "none"
    assert "pip install" in (line.remedy or "")


def test_extras_are_told_with_their_version_or_as_missing() -> None:
    texts = [line.text for line in extras()]

    assert any(text.startswith("venueproof-bridges[ccxt]: ccxt ") for text in texts), texts
