"""What the package offers to a run."""

from venueproof_core.plugins import load_plugins
from venueproof_oanda import CONNECTOR, VENUE


def test_venue_and_connector_are_registered() -> None:
    plugins = load_plugins()
    assert "oanda" not in plugins.broken
    assert plugins.venue("oanda") is VENUE
    assert plugins.connector("oanda", "reference") is CONNECTOR


def test_what_is_declared_has_a_source() -> None:
    declared = {
        name: declaration
        for name, declaration in VENUE.capabilities.declarations().items()
        if declaration.source is not None or declaration.reason is not None
    }
    for name, declaration in declared.items():
        assert (declaration.source or "").startswith("https://"), name
