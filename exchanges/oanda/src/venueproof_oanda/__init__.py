"""OANDA: the venue, and this repository's connector to it."""

from venueproof_core import Connector, Venue, hookimpl
from venueproof_oanda.capabilities import OandaCapabilities
from venueproof_oanda.connector import connect
from venueproof_oanda.settings import OandaSettings

__all__ = ["CONNECTOR", "VENUE"]

VENUE = Venue(
    name="oanda",
    title="OANDA",
    capabilities=OandaCapabilities(),
)
CONNECTOR = Connector(
    venue="oanda",
    settings=OandaSettings,
    connect=connect,
    takes_clock=True,
    is_ours=True,
)


@hookimpl
def venueproof_register_venue() -> Venue:
    """Offer OANDA to the run."""
    return VENUE


@hookimpl
def venueproof_register_connector() -> Connector:
    """Offer this package's own client."""
    return CONNECTOR
