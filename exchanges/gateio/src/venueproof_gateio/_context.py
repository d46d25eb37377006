"""What all parts of one connector share."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from venueproof_core import Clock, WireTables
from venueproof_core.models import Instrument
from venueproof_gateio import mapping
from venueproof_gateio.errors import VENUE
from venueproof_gateio.rest import INSTRUMENTS, GateioRest
from venueproof_gateio.settings import GateioSettings
from venueproof_net import HttpSession, OrderTracker, Parts, StreamProtocol, StreamSession

# The venue names no limit; one topic a message makes many of them.
MESSAGES_PER_SECOND = 50
CONNECTS = (300, 300.0)
"""Connections in so many seconds: the venue allows so many at once from one address."""


class Symbols:
    """The venue's symbols and ours, read once from its instruments."""

    def __init__(self, rest: GateioRest, tables: WireTables) -> None:
        self._rest = rest
        self._tables = tables
        self._ours: dict[str, str] = {}
        self._theirs: dict[str, str] = {}
        self._loading = asyncio.Lock()

    async def load(self) -> list[Instrument]:
        """Read all instruments."""
        reply = await self._rest.call(INSTRUMENTS)
        instruments = []
        for entry in mapping.rows(reply, INSTRUMENTS.operation):
            instrument = mapping.instrument(entry, self._tables)
            theirs = mapping.Row(entry, self._tables, "instrument", "instruments").text("symbol")
            self._ours[theirs] = instrument.symbol
            self._theirs[instrument.symbol] = theirs
            instruments.append(instrument)
        return instruments

    async def ensure_loaded(self) -> None:
        """Read the instruments, unless they were read before."""
        async with self._loading:
            if not self._theirs:
                await self.load()

    async def theirs(self, symbol: str) -> str:
        """The venue's spelling; one that it does not list is spelled by rule, and the venue decides."""
        if not self._theirs:
            await self.ensure_loaded()
        return self._theirs.get(symbol) or symbol.replace("-", "_")

    def ours(self, venue_symbol: str) -> str | None:
        """Our spelling; ``None`` for an instrument that was not there when they were read."""
        return self._ours.get(venue_symbol)


@dataclass(frozen=True, kw_only=True)
class Context:
    """One connector's shared state."""

    rest: GateioRest
    http: HttpSession
    symbols: Symbols
    tracker: OrderTracker
    settings: GateioSettings
    endpoints: Mapping[str, str]
    clock: Clock
    parts: Parts
    tables: WireTables

    async def of(self, symbol: str, **params: str) -> dict[str, str]:
        """Parameters of a request about an instrument."""
        return {"currency_pair": await self.symbols.theirs(symbol), **params}

    def session(self, protocol: StreamProtocol) -> StreamSession:
        """A new stream session, not yet connected."""
        return self.parts.session(
            protocol,
            self.http,
            venue=VENUE,
            clock=self.clock,
            timeout_s=self.settings.request_timeout_s,
            reconnect=self.parts.reconnect(),
            subscriptions=self.parts.subscriptions(),
            heartbeat=self.parts.heartbeat(),
            messages=self.parts.pacer(MESSAGES_PER_SECOND, 1.0),
            connects=self.parts.pacer(*CONNECTS),
        )
