"""What bridges must know to use somebody else's client for Binance Spot: data only.

Source: each client's own documentation, and what it sends when these values are set.
"""

from venueproof_core import ClientData

CCXT = ClientData(
    client="ccxt",
    venue_id="binance",
    options={
        "defaultType": "spot",
        # Anything else asks hosts of other products, which are none of this venue.
        "fetchMarkets": {"types": ["spot"]},
        "fetchMargins": False,
        "fetchCurrencies": False,
        # ccxt refuses to ask for the open orders of all symbols until its user accepts their weight.
        "warnOnFetchOpenOrdersWithoutSymbol": False,
    },
    urls={
        "api.public": "{rest}/api/v3",
        "api.private": "{rest}/api/v3",
        "api.v1": "{rest}/api/v1",
        "api.sapi": "{rest}/sapi/v1",
        "api.sapiV2": "{rest}/sapi/v2",
        "api.sapiV3": "{rest}/sapi/v3",
        "api.sapiV4": "{rest}/sapi/v4",
        "api.ws.spot": "{stream}/ws",
        "api.ws.margin": "{stream}/ws",
        "api.ws.ws-api.spot": "{websocket_api}",
    },
    tables={
        "exceptions.spot.exact": "exceptions.exact",
        "exceptions.spot.broad": "exceptions.broad",
    },
)

CLIENTS = (CCXT,)
