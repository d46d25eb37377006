"""Bybit Spot: the venue, and this repository's connector to it."""

from venueproof_bybit.capabilities import BybitCapabilities
from venueproof_bybit.connector import connect
from venueproof_bybit.settings import BybitSettings
from venueproof_core import Connector, Venue, hookimpl

__all__ = ["CONNECTOR", "VENUE"]

VENUE = Venue(
    name="bybit",
    title="Bybit Spot",
    capabilities=BybitCapabilities(),
)
CONNECTOR = Connector(
    venue="bybit",
    settings=BybitSettings,
    connect=connect,
    takes_clock=True,
    is_ours=True,
)


@hookimpl
def venueproof_register_venue() -> Venue:
    """Offer Bybit Spot to the run."""
    return VENUE


@hookimpl
def venueproof_register_connector() -> Connector:
    """Offer this package's own client."""
    return CONNECTOR
