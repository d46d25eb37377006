"""Binance Spot: the venue, and this repository's connector to it.

Covers REST v3 and the market and user data streams of Spot; margin and futures are separate venues. Symbols
read ``BTC-USDT`` here and ``BTCUSDT`` on the wire; only ``mapping`` (our side) and ``dialect`` (the venue's
side) know both.
"""

from venueproof_binance.capabilities import BinanceCapabilities
from venueproof_binance.clients import CLIENTS
from venueproof_binance.connector import connect
from venueproof_binance.settings import BinanceSettings
from venueproof_binance.tables import TABLES
from venueproof_core import Connector, Environment, Omission, Venue, hookimpl

__all__ = ["CONNECTOR", "VENUE"]

_TESTNET = Environment(
    name="testnet",
    endpoints={
        "rest": "https://testnet.binance.vision",
        "stream": "wss://stream.testnet.binance.vision",
        "websocket_api": "wss://ws-api.testnet.binance.vision/ws-api/v3",
    },
    credentials={
        "api_key": "BINANCE_TESTNET_API_KEY",
        "api_secret": "BINANCE_TESTNET_API_SECRET",
    },
)
_LIVE = Environment(
    name="live",
    endpoints={
        "rest": "https://api.binance.com",
        "stream": "wss://stream.binance.com:9443",
        "websocket_api": "wss://ws-api.binance.com:443/ws-api/v3",
    },
    credentials={"api_key": "BINANCE_API_KEY", "api_secret": "BINANCE_API_SECRET"},
)

VENUE = Venue(
    name="binance",
    title="Binance Spot",
    capabilities=BinanceCapabilities(),
    environments=(_TESTNET, _LIVE),
    clients=CLIENTS,
    # The newest date on which listen keys still worked.
    profiles={"listen_keys": "2026-02-19"},
)
CONNECTOR = Connector(
    venue="binance",
    settings=BinanceSettings,
    connect=connect,
    takes_clock=True,
    takes_parts=True,
    dead_stream_s=90.0,
    leaves_out={
        "positions": Omission(
            reason="a spot account holds balances, not positions",
            source="https://developers.binance.com/docs/binance-spot-api-docs/rest-api",
        )
    },
    tables=TABLES,
    is_ours=True,
)


@hookimpl
def venueproof_register_venue() -> Venue:
    """Offer Binance Spot to the run."""
    return VENUE


@hookimpl
def venueproof_register_connector() -> Connector:
    """Offer this package's own client."""
    return CONNECTOR
