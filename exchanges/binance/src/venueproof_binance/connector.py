"""The connector: both halves on one shared state."""

from collections.abc import Mapping

from venueproof_binance._account_stream import AccountStream
from venueproof_binance._context import Context, Symbols
from venueproof_binance._market import MarketData
from venueproof_binance._order_lists import OrderLists
from venueproof_binance._shapes import Shapes
from venueproof_binance.rest import BinanceRest
from venueproof_binance.settings import BinanceSettings
from venueproof_binance.tables import TABLES
from venueproof_core import Clock, WireTables
from venueproof_core.errors import ConfigurationError
from venueproof_net import Parts, StreamSession

_ENDPOINTS = ("rest", "stream", "websocket_api")


class BinanceConnector(MarketData, OrderLists):
    """This repository's own client of Binance Spot. Made by ``connect``; usable from one event loop."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._market_sessions: list[StreamSession] = []
        self._recovery = context.parts.recovery(context.clock)
        self._account = AccountStream(context, self)

    async def aclose(self) -> None:
        """Close every socket and task. Safe to call twice."""
        for session in self._market_sessions:
            await session.aclose()
        await self._account.aclose()
        await self._context.http.aclose()


async def connect(
    settings: BinanceSettings,
    endpoints: Mapping[str, str],
    *,
    clock: Clock,
    parts: Parts | None = None,
    tables: WireTables = TABLES,
) -> BinanceConnector:
    """Make a connector. Nothing is sent yet: connections open with the first call that needs one.

    Args:
        endpoints: URLs named ``rest``, ``stream`` and ``websocket_api``.
        clock: All waiting and stamping goes by it.
        parts: What it is put together from; a defect replaces one.
        tables: How the wire is spelled; a defect changes one entry.

    Raises:
        ConfigurationError: An endpoint is missing, or credentials are unusable.
    """
    missing = [name for name in _ENDPOINTS if name not in endpoints]
    if missing:
        raise ConfigurationError(
            f"binance: no endpoint named {', '.join(missing)}; needed are {', '.join(_ENDPOINTS)}"
        )
    parts = parts if parts is not None else Parts()
    http = parts.http(venue="binance", clock=clock, timeout_s=settings.request_timeout_s)
    rest = BinanceRest(endpoints["rest"], http, settings, clock=clock, parts=parts, tables=tables)
    return BinanceConnector(
        Context(
            rest=rest,
            http=http,
            symbols=Symbols(rest, tables),
            tracker=parts.tracker(),
            settings=settings,
            endpoints=endpoints,
            clock=clock,
            parts=parts,
            tables=tables,
            shapes=Shapes(tables),
        )
    )
