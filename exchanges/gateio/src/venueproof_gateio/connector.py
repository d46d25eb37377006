"""The connector: both halves on one shared state."""

from collections.abc import Mapping

from venueproof_core import Clock, WireTables
from venueproof_core.errors import ConfigurationError
from venueproof_gateio._account_stream import AccountStream
from venueproof_gateio._context import Context, Symbols
from venueproof_gateio._market import MarketData
from venueproof_gateio._trading import Trading
from venueproof_gateio.rest import GateioRest
from venueproof_gateio.settings import GateioSettings
from venueproof_gateio.tables import TABLES
from venueproof_net import Parts, StreamSession

_ENDPOINTS = ("rest", "stream")


class GateioConnector(MarketData, Trading):
    """This repository's own client of Gate.io Spot. Made by ``connect``; usable from one event loop."""

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
    settings: GateioSettings,
    endpoints: Mapping[str, str],
    *,
    clock: Clock,
    parts: Parts | None = None,
    tables: WireTables = TABLES,
) -> GateioConnector:
    """Make a connector. Nothing is sent yet: connections open with the first call that needs one.

    Args:
        endpoints: URLs named ``rest`` and ``stream``.
        clock: All waiting and stamping goes by it.
        parts: What it is put together from; a defect replaces one.
        tables: How the wire is spelled; a defect changes one entry.

    Raises:
        ConfigurationError: An endpoint is missing, or credentials are unusable.
    """
    missing = [name for name in _ENDPOINTS if name not in endpoints]
    if missing:
        raise ConfigurationError(
            f"gateio: no endpoint named {', '.join(missing)}; needed are {', '.join(_ENDPOINTS)}"
        )
    parts = parts if parts is not None else Parts()
    http = parts.http(venue="gateio", clock=clock, timeout_s=settings.request_timeout_s)
    rest = GateioRest(endpoints["rest"], http, settings, clock=clock, parts=parts, tables=tables)
    return GateioConnector(
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
        )
    )
