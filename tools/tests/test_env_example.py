"""``.env.example`` is complete, and can be used."""

import re
from pathlib import Path

import pytest

from tools.workspace import ROOT
from venueproof_core.plugins import load_plugins
from venueproof_suite.settings import RunSettings, read_settings

TEXT = (ROOT / ".env.example").read_text(encoding="utf-8")
VARIABLES = set(re.findall(r"^#([A-Z_]+)=", TEXT, flags=re.MULTILINE))


def test_every_setting_is_there() -> None:
    missing = {name.upper() for name in RunSettings.model_fields} - VARIABLES

    assert missing == set()


def test_every_credential_of_an_installed_venue_is_there() -> None:
    wanted = {
        variable
        for venue in load_plugins().venues.values()
        for environment in venue.environments
        for variable in environment.credentials.values()
    }

    assert wanted - VARIABLES == set()


@pytest.mark.parametrize("is_filled_in", [False, True])
def test_copy_of_it_is_a_valid_file(tmp_path: Path, is_filled_in: bool) -> None:
    text = re.sub(r"^#(?=[A-Z_]+=)", "", TEXT, flags=re.MULTILINE) if is_filled_in else TEXT
    (tmp_path / ".env").write_text(text)

    given = read_settings(tmp_path, environment={})

    assert given.settings.test_timeout == 30.0
    assert ("BINANCE_TESTNET_API_KEY" in given.environment) is is_filled_in
