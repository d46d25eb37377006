"""The connector object, and how it is made."""

from collections.abc import Mapping

from venueproof_bridges.ccxt.acknowledgement import Acknowledgements
from venueproof_bridges.ccxt.client import CcxtClient, make_exchange
from venueproof_bridges.ccxt.market_data import MarketData
from venueproof_bridges.ccxt.settings import CcxtSettings
from venueproof_bridges.ccxt.streams import Streams, Watching
from venueproof_bridges.ccxt.trading import Trading
from venueproof_core.venue import ClientData


class CcxtConnector(MarketData, Trading, Streams):
    """ccxt, called by our names."""

    def __init__(self, client: CcxtClient) -> None:
        self._client = client
        self._acknowledgements = Acknowledgements(client.exchange)
        self._running: set[Watching] = set()

    async def aclose(self) -> None:
        """End every stream and close every session of ccxt's. Safe to call twice."""
        for stream in list(self._running):
            await stream.end()
        await self._client.aclose()


async def connect(
    venue: str, data: ClientData, settings: CcxtSettings, endpoints: Mapping[str, str]
) -> CcxtConnector:
    """Make a connector. Nothing is sent yet: ccxt loads its markets with the first call that needs them.

    Raises:
        ConfigurationError: ccxt does not know the venue, or an endpoint or key is missing.
    """
    return CcxtConnector(CcxtClient(make_exchange(data, settings, endpoints), venue))
