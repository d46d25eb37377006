"""What all parts of one connector share."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from venueproof_binance import mapping
from venueproof_binance._shapes import Shapes
from venueproof_binance.rest import EXCHANGE_INFO, BinanceRest
from venueproof_binance.settings import BinanceSettings
from venueproof_binance.stream import CONNECTS, MESSAGES_PER_SECOND
from venueproof_core import Clock, WireTables
from venueproof_core.models import Instrument
from venueproof_net import HttpSession, OrderTracker, Parts, StreamProtocol, StreamSession, Window


class Symbols:
    """The venue's symbols and ours, read once from its instruments."""

    def __init__(self, rest: BinanceRest, tables: WireTables) -> None:
        self._rest = rest
        self._tables = tables
        self._ours: dict[str, str] = {}
        self._theirs: dict[str, str] = {}
        self._loading = asyncio.Lock()

    async def load(self) -> list[Instrument]:
        """Read all instruments."""
        reply = await self._rest.call(EXCHANGE_INFO)
        data: Mapping[str, Any] = reply if isinstance(reply, dict) else {}
        instruments = []
        for entry in mapping.rows(data.get("symbols"), EXCHANGE_INFO.operation):
            instrument = mapping.instrument(entry, self._tables)
            self._ours[entry["symbol"]] = instrument.symbol
            self._theirs[instrument.symbol] = entry["symbol"]
            instruments.append(instrument)
        self._take_limits(data.get("rateLimits"))
        return instruments

    def _take_limits(self, limits: Any) -> None:
        lengths = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86_400}
        names = {
            ("REQUEST_WEIGHT", 60): "weight",
            ("ORDERS", 10): "orders_10s",
            ("ORDERS", 86_400): "orders_1d",
        }
        for limit in limits if isinstance(limits, list) else []:
            length_s = lengths.get(limit.get("interval"), 0) * limit.get("intervalNum", 0)
            name = names.get((limit.get("rateLimitType"), length_s))
            if name is not None:
                self._rest.budget.set_limit(name, Window(limit["limit"], length_s))

    async def ensure_loaded(self) -> None:
        """Read the instruments, unless they were read before."""
        async with self._loading:
            if not self._theirs:
                await self.load()

    async def theirs(self, symbol: str) -> str:
        """The venue's spelling; one that it does not list is spelled by rule, and the venue decides."""
        if not self._theirs:
            await self.ensure_loaded()
        return self._theirs.get(symbol) or symbol.replace("-", "")

    def ours(self, venue_symbol: str) -> str | None:
        """Our spelling; ``None`` for an instrument that was not there when they were read."""
        return self._ours.get(venue_symbol)


@dataclass(frozen=True, kw_only=True)
class Context:
    """One connector's shared state."""

    rest: BinanceRest
    http: HttpSession
    symbols: Symbols
    tracker: OrderTracker
    settings: BinanceSettings
    endpoints: Mapping[str, str]
    clock: Clock
    parts: Parts
    tables: WireTables
    shapes: Shapes

    def session(self, protocol: StreamProtocol) -> StreamSession:
        """A new stream session, not yet connected."""
        return self.parts.session(
            protocol,
            self.http,
            venue="binance",
            clock=self.clock,
            timeout_s=self.settings.request_timeout_s,
            reconnect=self.parts.reconnect(),
            subscriptions=self.parts.subscriptions(),
            heartbeat=self.parts.heartbeat(),
            messages=self.parts.pacer(MESSAGES_PER_SECOND, 1.0),
            connects=self.parts.pacer(*CONNECTS),
        )
