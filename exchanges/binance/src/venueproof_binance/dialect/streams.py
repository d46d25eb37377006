"""Market streams. Source: WebSocket streams page, "Detailed stream information".

In a suite events go out at once after each change; in a free-running world depth and candles keep the
venue's cadence of 100 ms and 1 s on the timer clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import tickers, wire
from venueproof_binance.dialect.candles import INTERVALS, interval_start, next_start
from venueproof_binance.dialect.listings import venue_symbol
from venueproof_binance.dialect.wire import number
from venueproof_core.control import Channel
from venueproof_core.models import Side
from venueproof_simulator.connections import Connection
from venueproof_simulator.toolkit import StreamEvent
from venueproof_simulator.venue_core import Event, LevelChanged, Traded

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

CADENCES = {"100ms": 0.1, "1000ms": 1.0}
_DEPTH = re.compile(r"depth(5|10|20)?(?:@(100ms|1000ms))?$")


@dataclass
class _Window:
    """Level changes of one symbol that a depth stream has not told yet."""

    first: int = 0
    last: int = 0
    bids: dict[int, int] = field(default_factory=dict)
    asks: dict[int, int] = field(default_factory=dict)

    def add(self, event: LevelChanged) -> None:
        self.first = self.first or event.version
        self.last = event.version
        side = self.bids if event.side is Side.BUY else self.asks
        side[event.price] = event.quantity


class MarketStreams:
    """Turns core events into the events of streams that somebody listens to."""

    def __init__(self, dialect: BinanceDialect) -> None:
        self._dialect = dialect
        self._world = dialect.world
        self._windows: dict[tuple[str, str], _Window] = {}
        self._candles: dict[str, int] = {}
        self._is_timed = self._world.spec.cadence == "timed"
        if self._is_timed:
            for cadence, interval_s in CADENCES.items():
                self._tick(cadence, interval_s)

    # ------------------------------------------------------------ subscriptions

    def channel(self, name: str) -> Channel | None:
        """What a stream carries, by its name."""
        kind = name.partition("@")[2]
        if kind.startswith("depth"):
            return Channel.ORDER_BOOK
        if kind in ("trade", "aggTrade"):
            return Channel.TRADES
        if kind == "bookTicker":
            return Channel.TOP_OF_BOOK
        if kind.startswith("kline"):
            return Channel.CANDLES
        if "icker" in name:
            return Channel.TICKER
        return Channel.PRIVATE if self._dialect.listen_keys.owner(name) else None

    def subscribe(self, connection: Connection, names: Iterable[str]) -> list[str]:
        """Start streams; returns those that a fault refuses. Unknown names succeed and stay silent."""
        refused = []
        for name in names:
            channel = self.channel(name)
            occasion = StreamEvent(
                name=name,
                payload=b"",
                channel=channel,
                symbol=self._dialect.stream_symbol(name),
                connection=connection.id,
            )
            if self._world.faults.refuses_subscription(connection, name, occasion):
                refused.append(name)
                continue
            if channel is not None:
                connection.channels[name] = channel
            self._world.hub.subscribe(connection, [name])
        self._world.journal.notify()
        return refused

    def unsubscribe(self, connection: Connection, names: Iterable[str]) -> None:
        """Stop streams."""
        for name in names:
            connection.channels.pop(name, None)
        self._world.hub.unsubscribe(connection, names)

    # ------------------------------------------------------------ events

    def publish(self, events: Sequence[Event]) -> None:
        """Send what these events mean."""
        touched: set[str] = set()
        for event in events:
            if isinstance(event, LevelChanged):
                touched.add(event.symbol)
                for cadence in CADENCES if self._is_timed else ("",):
                    self._windows.setdefault((event.symbol, cadence), _Window()).add(event)
            elif isinstance(event, Traded):
                self._trade(event)
        for symbol in touched:
            self._top(symbol)
            if not self._is_timed:
                self._depth(symbol, "", ("", "@100ms", "@1000ms"))
        if not self._is_timed:
            for symbol in {event.symbol for event in events if isinstance(event, Traded)}:
                self._slow(symbol)

    def _tick(self, cadence: str, interval_s: float) -> None:
        suffixes = ("@100ms",) if cadence == "100ms" else ("", "@1000ms")
        for symbol, waiting in list(self._windows):
            if waiting == cadence:
                self._depth(symbol, cadence, suffixes)
                if cadence == "1000ms":
                    self._slow(symbol)
        self._world.timers.call_later(interval_s, lambda: self._tick(cadence, interval_s))

    def _depth(self, symbol: str, cadence: str, suffixes: Sequence[str]) -> None:
        window = self._windows.pop((symbol, cadence), None)
        if window is None:
            return
        lower = venue_symbol(symbol).lower()
        self._send_all(
            [f"{lower}@depth{suffix}" for suffix in suffixes],
            lambda: {
                "e": "depthUpdate",
                "E": self._now(),
                "s": venue_symbol(symbol),
                "U": window.first,
                "u": window.last,
                "b": [[number(p), number(q)] for p, q in window.bids.items()],
                "a": [[number(p), number(q)] for p, q in window.asks.items()],
            },
            symbol,
            version=window.last,
        )
        for levels in (5, 10, 20):
            self._send_all(
                [f"{lower}@depth{levels}{suffix}" for suffix in suffixes],
                lambda levels=levels: self._partial(symbol, levels),
                symbol,
                version=self._world.core.version(symbol),
            )

    def _partial(self, symbol: str, levels: int) -> dict[str, Any]:
        core = self._world.core
        bids, asks = (
            [[number(p), number(q)] for p, q in core.levels(symbol, side, levels)]
            for side in (Side.BUY, Side.SELL)
        )
        return {"lastUpdateId": core.version(symbol), "bids": bids, "asks": asks}

    def _top(self, symbol: str) -> None:
        lower = venue_symbol(symbol).lower()

        def payload() -> dict[str, Any]:
            row = tickers.best_row(self._dialect, symbol)
            names = {"bidPrice": "b", "bidQty": "B", "askPrice": "a", "askQty": "A"}
            best = {short: row[long] for long, short in names.items()}
            return {"u": self._world.core.version(symbol), "s": venue_symbol(symbol), **best}

        version = self._world.core.version(symbol)
        self._send_all([f"{lower}@bookTicker"], payload, symbol, version=version)

    def _trade(self, event: Traded) -> None:
        lower = venue_symbol(event.symbol).lower()
        trade_id = self._dialect.public_trade_id(event)
        common = {
            "E": self._now(),
            "s": venue_symbol(event.symbol),
            "p": number(event.price),
            "q": number(event.quantity),
            "T": event.time_ns // 1_000_000,
            "m": event.maker.side is Side.BUY,
            "M": True,
        }
        self._send_all(
            [f"{lower}@trade"], lambda: {"e": "trade", "t": trade_id, **common}, event.symbol
        )
        ids = {"a": trade_id, "f": trade_id, "l": trade_id}
        self._send_all(
            [f"{lower}@aggTrade"], lambda: {"e": "aggTrade", **ids, **common}, event.symbol
        )

    def _slow(self, symbol: str) -> None:
        lower = venue_symbol(symbol).lower()
        self._send_all([f"{lower}@miniTicker"], lambda: self._mini(symbol), symbol)
        self._send_all(["!miniTicker@arr"], lambda: [self._mini(symbol)], None)
        self._send_all([f"{lower}@ticker"], lambda: self._full(symbol), symbol)
        for interval in INTERVALS:
            name = f"{lower}@kline_{interval}"
            if self._world.hub.has_listeners(name):
                self._candle(name, symbol, interval)

    def _candle(self, name: str, symbol: str, interval: str) -> None:
        current = interval_start(interval, self._world.stamps.time_ns())
        before = self._candles.get(name)
        if before is not None and before != current:
            self._send_candle(name, symbol, interval, before, is_closed=True)
        self._candles[name] = current
        self._send_candle(name, symbol, interval, current, is_closed=False)

    def _send_candle(
        self, name: str, symbol: str, interval: str, start_ns: int, *, is_closed: bool
    ) -> None:
        end = next_start(interval, start_ns)
        candle = self._world.history.candles(symbol, [start_ns], end)[0]
        row = {
            "t": start_ns // 1_000_000,
            "T": end // 1_000_000 - 1,
            "s": venue_symbol(symbol),
            "i": interval,
            "f": candle.first_id or -1,
            "L": candle.last_id or -1,
            "o": number(candle.open),
            "c": number(candle.close),
            "h": number(candle.high),
            "l": number(candle.low),
            "v": number(candle.volume),
            "n": candle.count,
            "x": is_closed,
            "q": number(candle.quote_volume),
            "V": number(candle.taker_buy_volume),
            "Q": number(candle.taker_buy_quote_volume),
            "B": "0",
        }
        payload = {"e": "kline", "E": self._now(), "s": venue_symbol(symbol), "k": row}
        self._send_all([name], lambda: payload, symbol)

    def _mini(self, symbol: str) -> dict[str, Any]:
        row = tickers.mini_row(self._dialect, symbol, None)
        names = {
            "c": "lastPrice",
            "o": "openPrice",
            "h": "highPrice",
            "l": "lowPrice",
            "v": "volume",
            "q": "quoteVolume",
        }
        values = {short: row[long] for short, long in names.items()}
        return {"e": "24hrMiniTicker", "E": self._now(), "s": venue_symbol(symbol), **values}

    def _full(self, symbol: str) -> dict[str, Any]:
        row = tickers.full_row(self._dialect, symbol, None)
        names = {
            "p": "priceChange",
            "P": "priceChangePercent",
            "w": "weightedAvgPrice",
            "x": "prevClosePrice",
            "c": "lastPrice",
            "Q": "lastQty",
            "b": "bidPrice",
            "B": "bidQty",
            "a": "askPrice",
            "A": "askQty",
            "o": "openPrice",
            "h": "highPrice",
            "l": "lowPrice",
            "v": "volume",
            "q": "quoteVolume",
            "O": "openTime",
            "C": "closeTime",
            "F": "firstId",
            "L": "lastId",
            "n": "count",
        }
        values = {short: row[long] for short, long in names.items()}
        return {"e": "24hrTicker", "E": self._now(), "s": venue_symbol(symbol), **values}

    # ------------------------------------------------------------ sending

    def _send_all(
        self, names: Sequence[str], make: Any, symbol: str | None, *, version: int | None = None
    ) -> None:
        payload: bytes | None = None
        for name in names:
            if self._world.hub.has_listeners(name):
                payload = payload or wire.encode(make())
                event = StreamEvent(
                    name=name,
                    payload=payload,
                    channel=self.channel(name),
                    symbol=symbol,
                    book_version=version,
                )
                self._world.hub.publish(event, frame)

    def _now(self) -> int:
        return self._world.stamps.time_ns() // 1_000_000


def frame(connection: Connection, event: StreamEvent) -> str:
    """The text a connection gets: bare, or wrapped with the stream's name."""
    if connection.state.is_combined:
        return event.form("combined", _combined)
    return event.form("bare", _bare)


def _bare(event: StreamEvent) -> str:
    return event.payload.decode()


def _combined(event: StreamEvent) -> str:
    return f'{{"stream":"{event.name}","data":{event.payload.decode()}}}'
