"""Market data over ccxt's REST client."""

from collections.abc import Sequence

from venueproof_bridges.ccxt import values
from venueproof_bridges.ccxt.client import CcxtClient
from venueproof_core.models import Candle, Instrument, OrderBook, Ticker, Trade


class MarketData:
    """The public half of the connector, without streams."""

    _client: CcxtClient

    async def venue_time_ns(self) -> int:
        """The venue's time, nanoseconds UTC."""
        stamp = await self._client.call("time", "fetch_time")
        return self._client.read("time", values.needed_time_ns, stamp)

    async def instruments(self) -> Sequence[Instrument]:
        """Every instrument of the venue."""
        markets = await self._client.call("instruments", "fetch_markets")
        return [self._client.read("instruments", values.instrument, row) for row in markets]

    async def order_book(self, symbol: str, *, depth: int = 100) -> OrderBook:
        """The order book now, at most ``depth`` levels a side."""
        book = await self._client.call(
            "order_book", "fetch_order_book", values.their_symbol(symbol), depth
        )
        return self._client.read("order_book", values.order_book, book, symbol, depth=depth)

    async def trades(self, symbol: str, *, limit: int = 100) -> Sequence[Trade]:
        """The newest ``limit`` trades, oldest first."""
        rows = await self._client.call(
            "trades", "fetch_trades", values.their_symbol(symbol), limit=limit
        )
        return [self._client.read("trades", values.trade, row, symbol) for row in rows]

    async def candles(
        self,
        symbol: str,
        *,
        interval_s: int,
        start_time_ns: int | None = None,
        end_time_ns: int | None = None,
        limit: int | None = None,
    ) -> Sequence[Candle]:
        """Candles whose open time is in ``[start, end]``, oldest first; the newest ``limit`` without bounds."""
        params: dict[str, object] = {}
        since = None
        if start_time_ns is not None:
            # Rounded up: a start inside a millisecond must not let an earlier candle in.
            since = -(-start_time_ns // values.NS_PER_MS)
        if end_time_ns is not None:
            params["until"] = end_time_ns // values.NS_PER_MS
        if start_time_ns is not None and limit is None:
            params |= all_pages(self._client, "fetch_ohlcv")
        rows = await self._client.call(
            "candles",
            "fetch_ohlcv",
            values.their_symbol(symbol),
            timeframe(self._client, interval_s),
            since,
            limit,
            params,
        )
        return [
            self._client.read("candles", values.candle, row, symbol, interval_s) for row in rows
        ]

    async def ticker(self, symbol: str) -> Ticker:
        """Statistics of the last 24 hours."""
        row = await self._client.call("ticker", "fetch_ticker", values.their_symbol(symbol))
        return self._client.read("ticker", values.ticker, row, symbol)


def timeframe(client: CcxtClient, interval_s: int) -> str:
    """ccxt's word for an interval.

    Raises:
        NotImplementedError: It has none for this venue.
    """
    exchange = client.exchange
    for name in exchange.timeframes:
        if exchange.parse_timeframe(name) == interval_s:
            return str(name)
    raise NotImplementedError(f"ccxt: {exchange.id} has no timeframe of {interval_s} s")


def all_pages(client: CcxtClient, method: str) -> dict[str, object]:
    """Parameters that ask ccxt for every page, where it documents that this method can."""
    documentation = getattr(client.exchange, method).__doc__ or ""
    return {"paginate": True} if "params.paginate]" in documentation else {}
