"""Gate.io Spot: the venue, and this repository's connector to it.

Covers REST v4 and WebSocket v4 of the classic spot account; margin, unified accounts and futures are not covered.
Symbols read ``BTC-USDT`` here and ``BTC_USDT`` on the wire; only ``mapping`` (our side) and ``dialect`` (the venue's
side) know both.
"""

from venueproof_core import Connector, Environment, Omission, Projection, Venue, hookimpl
from venueproof_gateio.capabilities import GateioCapabilities
from venueproof_gateio.clients import CLIENTS
from venueproof_gateio.connector import connect
from venueproof_gateio.settings import GateioSettings
from venueproof_gateio.tables import TABLES

__all__ = ["CONNECTOR", "VENUE"]

_DOCS = "https://www.gate.com/docs/developers/apiv4/en"
_TESTNET = Environment(
    name="testnet",
    endpoints={
        "rest": "https://api-testnet.gateapi.io/api/v4",
        "stream": "wss://ws-testnet.gate.com/v4/ws/spot",
    },
    credentials={"api_key": "GATEIO_TESTNET_API_KEY", "api_secret": "GATEIO_TESTNET_API_SECRET"},
)
_LIVE = Environment(
    name="live",
    endpoints={
        "rest": "https://api.gateio.ws/api/v4",
        "stream": "wss://api.gateio.ws/ws/v4/",
    },
    credentials={"api_key": "GATEIO_API_KEY", "api_secret": "GATEIO_API_SECRET"},
)

VENUE = Venue(
    name="gateio",
    title="Gate.io Spot",
    capabilities=GateioCapabilities(),
    environments=(_TESTNET, _LIVE),
    clients=CLIENTS,
)
CONNECTOR = Connector(
    venue="gateio",
    settings=GateioSettings,
    connect=connect,
    takes_clock=True,
    takes_parts=True,
    dead_stream_s=90.0,
    leaves_out={
        "positions": Omission(reason="a spot account holds balances, not positions", source=_DOCS),
        "replace": Omission(reason="no request cancels one order and places another", source=_DOCS),
    },
    projection=Projection(
        absent_fields={
            "Candle": {"trade_count": "the venue does not count a candle's trades"},
            "Ticker": {"open_price": "the venue tells the change in percent, rounded"},
        }
    ),
    tables=TABLES,
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
