"""What bridges must know to use somebody else's client for Gate.io Spot: data only.

Source: each client's own documentation, and what it sends when these values are set.
"""

from venueproof_core import ClientData

CCXT = ClientData(
    client="ccxt",
    venue_id="gate",
    options={
        "defaultType": "spot",
        # Anything else asks for other products, which are none of this venue.
        "fetchMarkets": {"types": ["spot"]},
    },
    urls={
        **{f"api.public.{section}": "{rest}" for section in ("wallet", "spot", "margin")},
        **{
            f"api.private.{section}": "{rest}"
            for section in ("wallet", "spot", "margin", "account", "unified")
        },
        "api.spot": "{stream}",
    },
)

CLIENTS = (CCXT,)
