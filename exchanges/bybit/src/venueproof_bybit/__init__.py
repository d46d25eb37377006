"""Bybit Spot: the venue, and this repository's connector to it.

Covers API v5 with ``category=spot``: REST, public and private streams; derivatives are separate venues. Symbols
read ``BTC-USDT`` here and ``BTCUSDT`` on the wire; only ``mapping`` (our side) and ``dialect`` (the venue's side)
know both.
"""

from venueproof_bybit.capabilities import BybitCapabilities
from venueproof_bybit.connector import connect
from venueproof_bybit.settings import BybitSettings
from venueproof_bybit.tables import TABLES
from venueproof_core import Connector, Environment, Omission, Projection, Venue, hookimpl

__all__ = ["CONNECTOR", "VENUE"]

_TESTNET = Environment(
    name="testnet",
    endpoints={
        "rest": "https://api-testnet.bybit.com",
        "stream": "wss://stream-testnet.bybit.com/v5/public/spot",
        "private_stream": "wss://stream-testnet.bybit.com/v5/private",
    },
    credentials={"api_key": "BYBIT_TESTNET_API_KEY", "api_secret": "BYBIT_TESTNET_API_SECRET"},
)
_LIVE = Environment(
    name="live",
    endpoints={
        "rest": "https://api.bybit.com",
        "stream": "wss://stream.bybit.com/v5/public/spot",
        "private_stream": "wss://stream.bybit.com/v5/private",
    },
    credentials={"api_key": "BYBIT_API_KEY", "api_secret": "BYBIT_API_SECRET"},
)
_DOCS = "https://bybit-exchange.github.io/docs/v5"

VENUE = Venue(
    name="bybit",
    title="Bybit Spot",
    capabilities=BybitCapabilities(),
    environments=(_TESTNET, _LIVE),
)
CONNECTOR = Connector(
    venue="bybit",
    settings=BybitSettings,
    connect=connect,
    takes_clock=True,
    takes_parts=True,
    dead_stream_s=90.0,
    leaves_out={
        "positions": Omission(
            reason="a spot account holds balances, not positions", source=f"{_DOCS}/position"
        )
    },
    projection=Projection(
        absent_fields={"Candle": {"trade_count": "the venue does not count a candle's trades"}}
    ),
    tables=TABLES,
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
