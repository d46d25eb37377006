"""Gate.io Spot: the venue, and this repository's connector to it."""

from venueproof_core import Connector, Venue, hookimpl
from venueproof_gateio.capabilities import GateioCapabilities
from venueproof_gateio.connector import connect
from venueproof_gateio.settings import GateioSettings

__all__ = ["CONNECTOR", "VENUE"]

VENUE = Venue(
    name="gateio",
    title="Gate.io Spot",
    capabilities=GateioCapabilities(),
)
CONNECTOR = Connector(
    venue="gateio",
    settings=GateioSettings,
    connect=connect,
    takes_clock=True,
    is_ours=True,
)


@hookimpl
def venueproof_register_venue() -> Venue:
    """Offer Gate.io Spot to the run."""
    return VENUE


@hookimpl
def venueproof_register_connector() -> Connector:
    """Offer this package's own client."""
    return CONNECTOR
