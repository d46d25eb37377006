"""The connector: both halves on one shared state."""

from collections.abc import Mapping

from venueproof_core import Clock, WireTables
from venueproof_core.errors import ConfigurationError
from venueproof_net import Parts, StreamSession
from venueproof_oanda._account import AccountStream, Ledger
from venueproof_oanda._context import Context
from venueproof_oanda._market import MarketData
from venueproof_oanda._trading import Trading
from venueproof_oanda.rest import OandaRest
from venueproof_oanda.settings import OandaSettings
from venueproof_oanda.tables import TABLES

_ENDPOINTS = ("rest", "stream")


class OandaConnector(MarketData, Trading):
    """This repository's own client of OANDA v20. Made by ``connect``; usable from one event loop."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._market_sessions: list[StreamSession] = []
        self._recovery = context.parts.recovery(context.clock)
        self._ledger = Ledger(context)
        self._account = AccountStream(context, self._ledger)

    async def aclose(self) -> None:
        """Close every socket and task. Safe to call twice."""
        for session in list(self._market_sessions):
            await session.aclose()
        await self._account.aclose()
        await self._context.http.aclose()


async def connect(
    settings: OandaSettings,
    endpoints: Mapping[str, str],
    *,
    clock: Clock,
    parts: Parts | None = None,
    tables: WireTables = TABLES,
) -> OandaConnector:
    """Make a connector. Nothing is sent yet: connections open with the first call that needs one.

    Args:
        endpoints: URLs named ``rest`` and ``stream``.
        clock: All waiting and stamping goes by it.
        parts: What it is put together from; a defect replaces one.
        tables: How the wire is spelled; a defect changes one entry.

    Raises:
        ConfigurationError: An endpoint is missing.
    """
    missing = [name for name in _ENDPOINTS if name not in endpoints]
    if missing:
        raise ConfigurationError(
            f"oanda: no endpoint named {', '.join(missing)}; needed are {', '.join(_ENDPOINTS)}"
        )
    parts = parts if parts is not None else Parts()
    http = parts.http(venue="oanda", clock=clock, timeout_s=settings.request_timeout_s)
    rest = OandaRest(endpoints["rest"], http, settings, clock=clock, parts=parts)
    return OandaConnector(
        Context(
            rest=rest,
            http=http,
            tracker=parts.tracker(),
            settings=settings,
            endpoints=endpoints,
            clock=clock,
            parts=parts,
            tables=tables,
        )
    )
