"""OANDA v20: the venue, and this repository's connector to it.

A dealer, not an exchange: orders are dealt with at its ladders, on margin accounts. Symbols read ``EUR-USD`` here
and ``EUR_USD`` on the wire; only ``mapping`` (our side) and ``dialect`` (the venue's side) know both.
"""

from venueproof_core import Connector, Environment, Omission, Venue, hookimpl
from venueproof_oanda.capabilities import OandaCapabilities
from venueproof_oanda.connector import connect
from venueproof_oanda.settings import OandaSettings
from venueproof_oanda.tables import TABLES

__all__ = ["CONNECTOR", "VENUE"]

_DOCS = "https://developer.oanda.com/rest-live-v20"
_PRACTICE = Environment(
    name="practice",
    endpoints={
        "rest": "https://api-fxpractice.oanda.com",
        "stream": "https://stream-fxpractice.oanda.com",
    },
    credentials={
        "token": "OANDA_PRACTICE_API_KEY",
        "account_id": "OANDA_PRACTICE_ACCOUNT_ID",
    },
)
_LIVE = Environment(
    name="live",
    endpoints={
        "rest": "https://api-fxtrade.oanda.com",
        "stream": "https://stream-fxtrade.oanda.com",
    },
    credentials={"token": "OANDA_API_KEY", "account_id": "OANDA_ACCOUNT_ID"},
)

VENUE = Venue(
    name="oanda",
    title="OANDA v20",
    capabilities=OandaCapabilities(),
    environments=(_PRACTICE, _LIVE),
)
CONNECTOR = Connector(
    venue="oanda",
    settings=OandaSettings,
    connect=connect,
    takes_clock=True,
    takes_parts=True,
    dead_stream_s=20.0,
    leaves_out={
        "stream_candles": Omission(
            reason="the venue streams prices and transactions, not candles",
            source=f"{_DOCS}/instrument-ep/",
        ),
        "fee_rates": Omission(
            reason="commission is told by instrument, not as rates of maker and taker",
            source=f"{_DOCS}/primitives-df/#InstrumentCommission",
        ),
    },
    tables=TABLES,
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
