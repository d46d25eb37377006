"""Plugins are found by entry point; a broken one is named and stops nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from venueproof_core.errors import ConfigurationError
from venueproof_core.plugins import EXACT_SET_VARIABLE, Plugins, load_plugins

VENUE = """
from venueproof_core import Capabilities, Connector, Venue, hookimpl

async def connect(settings, endpoints, *, clock): ...

@hookimpl
def venueproof_register_venue():
    return Venue(name={venue!r}, title={venue!r}, capabilities=Capabilities())

@hookimpl
def venueproof_register_connector():
    return Connector(venue={venue!r}, connect=connect)
"""
Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a one-module plugin, found through real metadata; only such plugins are loaded."""
    monkeypatch.syspath_prepend(tmp_path)
    names: list[str] = []

    def add(name: str, code: str) -> None:
        module = f"plugin_of_{tmp_path.name}_{name}".replace("-", "_")
        (tmp_path / f"{module}.py").write_text(code)
        metadata = tmp_path / f"{module}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[venueproof]\n{name} = {module}\n")
        names.append(name)
        monkeypatch.setenv(EXACT_SET_VARIABLE, ", ".join(names))

    return add


def test_installed_venues_and_connectors_are_found_and_sorted(install: Install) -> None:
    install("b-plugin", VENUE.format(venue="zeta"))
    install("a-plugin", VENUE.format(venue="alpha"))

    plugins = load_plugins()

    assert list(plugins.venues) == ["alpha", "zeta"]
    assert list(plugins.connectors) == [("alpha", "reference"), ("zeta", "reference")]
    assert plugins.owners["venue", "zeta"] == "b-plugin"
    assert plugins.broken == {}


def test_only_the_named_set_is_loaded(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("wanted", VENUE.format(venue="alpha"))
    install("unwanted", VENUE.format(venue="zeta"))
    monkeypatch.setenv(EXACT_SET_VARIABLE, "wanted")

    assert list(load_plugins().venues) == ["alpha"]


def test_empty_set_loads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EXACT_SET_VARIABLE, "")

    assert load_plugins() == Plugins()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import no_such_module_anywhere", "ModuleNotFoundError: No module named"),
        ("raise SystemExit('no')", "SystemExit: no"),
        ("def venueproof_register_venue(): ...", "registers nothing: does it lack @hookimpl"),
        (
            "from venueproof_core import hookimpl\n@hookimpl\ndef venueproof_register_venu(): ...",
            "PluginValidationError: unknown hook 'venueproof_register_venu'",
        ),
        (
            "from venueproof_core import hookimpl\n@hookimpl\ndef venueproof_register_venue(config): ...",
            "PluginValidationError",
        ),
        (
            "from venueproof_core import hookimpl\n@hookimpl\ndef venueproof_register_venue(): return 7",
            "registered int, which is none of the known objects",
        ),
        (
            "from venueproof_core import hookimpl\n@hookimpl\ndef venueproof_register_venue(): 1 / 0",
            "ZeroDivisionError",
        ),
    ],
)
def test_broken_plugin_is_named_and_the_others_are_loaded(
    install: Install, code: str, expected: str
) -> None:
    install("bad", code)
    install("good", VENUE.format(venue="alpha"))

    plugins = load_plugins()

    assert list(plugins.venues) == ["alpha"]
    assert list(plugins.broken) == ["bad"]
    with pytest.raises(AssertionError, match=expected):
        raise AssertionError(plugins.broken["bad"])


def test_second_plugin_of_a_name_is_refused_and_both_are_named(install: Install) -> None:
    install("first", VENUE.format(venue="alpha"))
    install("second", VENUE.format(venue="alpha"))

    plugins = load_plugins()

    assert plugins.owners["venue", "alpha"] == "first"
    assert "'first' and 'second' both register the venue 'alpha'" in plugins.broken["second"]


def test_extra_plugins_need_no_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    class Plugin:
        from venueproof_core import hookimpl

        @hookimpl
        def venueproof_register_cases(self) -> str:
            return "some.cases"

    monkeypatch.setenv(EXACT_SET_VARIABLE, "")

    assert load_plugins([("mine", Plugin())]).case_packages == ["some.cases"]


def test_spot_suffix_is_accepted_for_a_venue(install: Install) -> None:
    install("one", VENUE.format(venue="alpha"))

    assert load_plugins().venue("alpha_spot").name == "alpha"


def test_unknown_venue_suggests_the_nearest_and_names_what_is_broken(install: Install) -> None:
    install("one", VENUE.format(venue="alpha"))
    install("bad", "1 / 0")

    with pytest.raises(ConfigurationError) as refusal:
        load_plugins().venue("alfa")

    assert str(refusal.value) == (
        "unknown venue: 'alfa'; did you mean 'alpha'? known: alpha"
        " (could not be loaded: bad; see `venueproof doctor`)"
    )


def test_unknown_connector_names_those_of_the_venue(install: Install) -> None:
    install("one", VENUE.format(venue="alpha"))
    plugins = load_plugins()

    with pytest.raises(ConfigurationError, match="connector for alpha: 'ccxt'; known: reference"):
        plugins.connector("alpha", "ccxt")
    assert plugins.connector("alpha", "reference").venue == "alpha"


BRIDGE = """
from venueproof_core import Connector, hookimpl

class Bridge:
    name = "client"

    def connector_for(self, venue, argument=None):
        if venue.name == "zeta":
            return None
        return Connector(venue=venue.name, name=argument or "client", connect=print, {more})

@hookimpl
def venueproof_register_bridge():
    return Bridge()
"""


def test_bridge_is_asked_for_every_venue_whatever_the_order_of_loading(install: Install) -> None:
    install("a-bridge", BRIDGE.format(more=""))
    install("b-plugin", VENUE.format(venue="alpha"))
    install("c-plugin", VENUE.format(venue="zeta"))

    plugins = load_plugins()

    assert list(plugins.connectors) == [
        ("alpha", "client"),
        ("alpha", "reference"),
        ("zeta", "reference"),
    ]
    assert plugins.owners["connector", ("alpha", "client")] == "a-bridge"
    assert plugins.connector("alpha", "client:an argument").name == "an argument"


def test_connector_that_cannot_be_used_is_listed_and_says_why_when_named(install: Install) -> None:
    install("a-bridge", BRIDGE.format(more="refusal='it is not installed: pip install it'"))
    install("b-plugin", VENUE.format(venue="alpha"))
    plugins = load_plugins()

    assert ("alpha", "client") in plugins.connectors
    with pytest.raises(ConfigurationError, match=r"'client' for alpha: it is not installed: pip"):
        plugins.connector("alpha", "client")


def test_bridge_that_fails_is_named_and_the_others_are_loaded(install: Install) -> None:
    install("bad", BRIDGE.format(more="color=1 / 0"))
    install("good", VENUE.format(venue="alpha"))

    plugins = load_plugins()

    assert list(plugins.connectors) == [("alpha", "reference")]
    assert plugins.broken["bad"].startswith("bridge 'client': ZeroDivisionError")


def test_one_plugin_may_offer_several_targets(install: Install) -> None:
    install(
        "places",
        """
from venueproof_core import hookimpl
from venueproof_core.results import EvidenceGrade

class Place:
    grade = EvidenceGrade.TESTNET
    is_steerable = False

    def __init__(self, name):
        self.name = name

    def start(self, venue, *, seed, environment): ...

@hookimpl
def venueproof_register_target():
    return [Place("practice"), Place("demo")]
""",
    )
    assert list(load_plugins().targets) == ["demo", "practice"]
