"""What ccxt is to a venue, told without importing it."""

from collections.abc import Mapping
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from venueproof_bridges.ccxt.settings import CcxtSettings
from venueproof_bridges.known_failures import known_failures
from venueproof_core.venue import ClientData, Connector, Omission, Projection, Venue

_MANUAL = "https://docs.ccxt.com/#/?id="
_INSTALL = "pip install 'venueproof-bridges[ccxt]'"

_NO_LISTS = Omission(
    reason="ccxt has no unified calls for orders that cancel or trigger each other",
    source=f"{_MANUAL}unified-api",
)
LEAVES_OUT = {
    "ping": Omission(
        reason="ccxt has no unified ping; fetch_time and fetch_status ask for something else",
        source=f"{_MANUAL}unified-api",
    ),
    "amend": Omission(
        reason="ccxt cannot say that an order shall keep its id and place: edit_order replaces it",
        source=f"{_MANUAL}editing-orders",
    ),
    "positions": Omission(
        reason="ccxt's positions are those of derivatives; the venues here are spot",
        source=f"{_MANUAL}positions",
    ),
    **dict.fromkeys(("place_list", "cancel_list", "order_list", "open_order_lists"), _NO_LISTS),
}

_CANDLE = "a candle of ccxt is time, open, high, low, close, volume"
PROJECTION = Projection(
    decimal_digits=15,
    absent_fields={
        "Candle": {"quote_volume": _CANDLE, "trade_count": _CANDLE, "is_closed": _CANDLE},
        "Fill": {"client_order_id": "a trade of ccxt carries its order's id only"},
        "TopOfBook": {"version": "a ticker of ccxt has no version"},
        "VenueError": {
            "code": "an error of ccxt has a class and a text; the code is there only if the text is the reply",
            "status": "an error of ccxt has no HTTP status",
        },
    },
)


class CcxtBridge:
    """ccxt for every venue that says how ccxt reaches it."""

    name = "ccxt"

    def connector_for(self, venue: Venue, argument: str | None = None) -> Connector | None:
        """ccxt's connector to a venue; ``None`` where the venue does not know ccxt, or is given an argument."""
        data = next((data for data in venue.clients if data.client == self.name), None)
        if data is None or argument is not None:
            return None
        installed, refusal = _installed(self.name)
        return Connector(
            venue=venue.name,
            name=self.name,
            version=installed,
            refusal=refusal,
            settings=CcxtSettings,
            connect=partial(_connect, venue.name, data),
            leaves_out=LEAVES_OUT,
            projection=PROJECTION,
            known_failures=known_failures(self.name, venue.name),
        )


async def _connect(
    venue: str,
    data: ClientData,
    settings: CcxtSettings,
    endpoints: Mapping[str, str],
    *,
    clock: Any,  # noqa: ARG001 - ccxt goes by the machine's clock
) -> Any:
    from venueproof_bridges.ccxt.connector import connect

    return await connect(venue, data, settings, endpoints)


def _installed(distribution: str) -> tuple[str, str | None]:
    try:
        return version(distribution), None
    except PackageNotFoundError:
        return f"not installed: {_INSTALL}", f"{distribution} is not installed: {_INSTALL}"
