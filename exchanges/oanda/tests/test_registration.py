"""What the package offers to a run."""

from venueproof_core import Support
from venueproof_core.plugins import load_plugins
from venueproof_oanda import CONNECTOR, VENUE


def test_venue_and_connector_are_registered() -> None:
    plugins = load_plugins()
    assert "oanda" not in plugins.broken
    assert plugins.venue("oanda") is VENUE
    assert plugins.connector("oanda", "reference") is CONNECTOR


def test_every_capability_is_declared_with_a_source() -> None:
    for name, declaration in VENUE.capabilities.declarations().items():
        assert declaration.support is not Support.UNDECLARED, name
        assert (declaration.source or "").startswith("https://"), name
