"""Plugins found through real metadata, and only these."""

from collections.abc import Callable
from pathlib import Path

import pytest

from venueproof_core.plugins import EXACT_SET_VARIABLE

Install = Callable[[str, str], None]

VENUE = """
from venueproof_core import Capabilities, Connector, Environment, Venue, hookimpl

async def connect(settings, endpoints, *, clock): ...

@hookimpl
def venueproof_register_venue():
    return Venue(
        name={venue!r},
        title="A venue",
        capabilities=Capabilities(),
        environments=(
            Environment(name="testnet", credentials={{"api_key": "{upper}_KEY", "api_secret": "{upper}_SECRET"}}),
            Environment(name="live", refusal="closed for the season"),
        ),
    )

@hookimpl
def venueproof_register_connector():
    return Connector(venue={venue!r}, connect=connect)
"""


@pytest.fixture
def venue_code() -> Callable[[str], str]:
    """Code of a plugin with one venue and its reference connector."""
    return lambda name: VENUE.format(venue=name, upper=name.upper())


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a one-module plugin."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv(EXACT_SET_VARIABLE, "")
    names: list[str] = []

    def add(name: str, code: str) -> None:
        module = f"plugin_of_{tmp_path.name}_{name}"
        (folder / f"{module}.py").write_text(code)
        metadata = folder / f"{module}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[venueproof]\n{name} = {module}\n")
        names.append(name)
        monkeypatch.setenv(EXACT_SET_VARIABLE, ",".join(names))

    return add
