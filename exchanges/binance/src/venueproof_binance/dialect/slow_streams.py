"""Streams that sum up: tickers, averages, reference prices, candles.

Source: WebSocket streams page. A candle closes on the timer clock: what is traded after that belongs to the
next one, also when the stamp clock has not come so far (timers can be advanced alone).
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from venueproof_binance.dialect import tickers
from venueproof_binance.dialect.candles import interval_start, next_start
from venueproof_binance.dialect.listings import TERMS, venue_symbol
from venueproof_binance.dialect.stream_names import TICKER_OF_ALL_UNTIL
from venueproof_binance.dialect.wire import number
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.history import CandleUnits, PublicTrade

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

WINDOWS = {"1h": 3600 * SECOND_NS, "4h": 4 * 3600 * SECOND_NS, "1d": 86_400 * SECOND_NS}
EAST_NS = 8 * 3600 * SECOND_NS
EAST_SUFFIX = "@+08:00"
MINI_OF_ALL = ("!miniTicker@arr", "!miniTicker@arr@1000ms", "!miniTicker@arr@3000ms")
_MINI = {
    "c": "lastPrice",
    "o": "openPrice",
    "h": "highPrice",
    "l": "lowPrice",
    "v": "volume",
    "q": "quoteVolume",
}
_WINDOW = _MINI | {"p": "priceChange", "P": "priceChangePercent", "w": "weightedAvgPrice"}
_FULL = _WINDOW | {
    "x": "prevClosePrice",
    "Q": "lastQty",
    "b": "bidPrice",
    "B": "bidQty",
    "a": "askPrice",
    "A": "askQty",
}
_COUNTS = {"F": "firstId", "L": "lastId", "n": "count"}
_TIMES = {"O": "openTime", "C": "closeTime"}


class Send(Protocol):
    """How an event goes out: on these streams, made for a unit of time, about a symbol."""

    def __call__(
        self, names: list[str], make: Callable[[int], Any], symbol: str | None, /
    ) -> None: ...


@dataclass
class _Candle:
    """The open candle of one stream.

    Attributes:
        read: So many prints of the symbol are in it, or before it.
    """

    symbol: str
    interval: str
    east_ns: int
    units: CandleUnits
    read: int

    def take(self, trades: list[PublicTrade]) -> CandleUnits:
        """Take in what was traded since."""
        for trade in trades[self.read :]:
            if not self.units.count:
                self.units.open = self.units.high = self.units.low = trade.price
            self.units.add(trade)
        self.read = len(trades)
        return self.units


class SlowStreams:
    """The summing streams of one world."""

    def __init__(self, dialect: BinanceDialect, send: Send) -> None:
        self._dialect = dialect
        self._world = dialect.world
        self._send = send
        self._candles: dict[str, _Candle] = {}
        self._touched: dict[str, None] = {}
        self._traded: dict[str, None] = {}
        self._candles_due: dict[str, None] = {}
        self._seconds = 0

    # ------------------------------------------------------------ cadence

    def note(self, touched: Iterable[str], traded: Iterable[str]) -> None:
        """Remember for the next tick which books have changed, and what was traded."""
        self._touched |= dict.fromkeys(touched)
        self._traded |= dict.fromkeys(traded)

    def second(self) -> None:
        """A second is over: tell what has changed; candles longer than a second every other time."""
        touched, traded = list(self._touched | self._traded), list(self._traded)
        self._touched, self._traded = {}, {}
        self._seconds += 1
        self._candles_due |= dict.fromkeys(traded)
        self._tell_candles(traded, lambda interval: interval == "1s")
        if self._seconds % 2 == 0:
            self._tell_candles(list(self._candles_due), lambda interval: interval != "1s")
            self._candles_due = {}
        if touched:
            self._tell_tickers(touched)

    def tell(self, touched: list[str], traded: list[str]) -> None:
        """Tell what has changed now."""
        self._tell_tickers(touched)
        self._tell_candles(traded, lambda _interval: True)

    # ------------------------------------------------------------ tickers

    def _tell_tickers(self, symbols: list[str]) -> None:
        for symbol in symbols:
            lower = venue_symbol(symbol).lower()
            self._send([f"{lower}@miniTicker"], self._mini(symbol), symbol)
            self._send([f"{lower}@ticker"], self._full(symbol), symbol)
            self._send([f"{lower}@avgPrice"], self._average(symbol), symbol)
            if TERMS[symbol].reference_bucket_ms is not None:
                self._send([f"{lower}@referencePrice"], self._reference(symbol), symbol)
            for window in WINDOWS:
                self._send([f"{lower}@ticker_{window}"], self._window(window, symbol), symbol)
        self._send(list(MINI_OF_ALL), _each(symbols, self._mini), None)
        for window in WINDOWS:
            make = _each(symbols, partial(self._window, window))
            self._send([f"!ticker_{window}@arr"], make, None)
        protocol = self._world.protocol
        if protocol is not None and protocol < TICKER_OF_ALL_UNTIL:
            self._send(["!ticker@arr"], _each(symbols, self._full), None)

    def _mini(self, symbol: str) -> Callable[[int], Any]:
        def make(unit: int) -> dict[str, Any]:
            return self._event(
                "24hrMiniTicker", tickers.day_row(self._dialect, symbol), _MINI, unit
            )

        return make

    def _full(self, symbol: str) -> Callable[[int], Any]:
        def make(unit: int) -> dict[str, Any]:
            row = tickers.full_row(self._dialect, symbol)
            return self._event("24hrTicker", row, _FULL | _COUNTS | _TIMES, unit)

        return make

    def _window(self, window: str, symbol: str) -> Callable[[int], Any]:
        def make(unit: int) -> dict[str, Any]:
            row = tickers.window_row(self._dialect, symbol, WINDOWS[window])
            return self._event(f"{window}Ticker", row, _WINDOW | _COUNTS | _TIMES, unit)

        return make

    def _event(
        self, kind: str, row: dict[str, Any], names: dict[str, str], unit_ns: int
    ) -> dict[str, Any]:
        values = {
            short: row[long] // unit_ns if short in _TIMES else row[long]
            for short, long in names.items()
        }
        now = self._world.stamps.time_ns() // unit_ns
        return {"e": kind, "E": now, "s": row["symbol"], **values}

    def _average(self, symbol: str) -> Callable[[int], Any]:
        last = self._world.history.trades(symbol)[-1]
        return lambda unit_ns: {
            "e": "avgPrice",
            "E": self._world.stamps.time_ns() // unit_ns,
            "s": venue_symbol(symbol),
            "i": "5m",
            "w": number(self._dialect.average(symbol)),
            "T": last.time_ns // unit_ns,
        }

    def _reference(self, symbol: str) -> Callable[[int], Any]:
        prices = self._dialect.reference_prices
        return lambda unit_ns: {
            "e": "referencePrice",
            "s": venue_symbol(symbol),
            "r": number(prices.price(symbol)),
            "t": prices.time_ns(symbol) // unit_ns,
        }

    # ------------------------------------------------------------ candles

    def watch(self, name: str) -> None:
        """Somebody has begun to listen to a stream of candles: close them in time from now on."""
        if name not in self._candles:
            self._open(name)

    def _open(self, name: str) -> None:
        symbol = self._dialect.stream_symbol(name)
        if symbol is None:
            return
        interval = name.partition("@kline_")[2].removesuffix(EAST_SUFFIX)
        east_ns = EAST_NS if name.endswith(EAST_SUFFIX) else 0
        now = self._world.stamps.time_ns() + self._world.lead_ns()
        start = interval_start(interval, now, east_ns)
        trades = self._world.history.trades(symbol)
        before = self._candles.get(name)
        if before is not None:
            # The two clocks are read one after the other: never open the candle again that has closed.
            start = max(start, next_start(interval, before.units.open_time_ns, east_ns))
        first = bisect.bisect_left(trades, start, key=lambda trade: trade.candle_time_ns)
        read = first if before is None else before.read
        price = trades[max(0, read - 1)].price
        units = CandleUnits(start, price, price, price, price)
        self._candles[name] = _Candle(symbol, interval, east_ns, units, read)
        left_ns = next_start(interval, start, east_ns) - now
        self._world.timers.call_later(left_ns / SECOND_NS, lambda: self._close(name))

    def _close(self, name: str) -> None:
        if not self._world.hub.has_listeners(name):
            del self._candles[name]
            return
        self._tell_candle(name, is_closed=True)
        self._open(name)

    def _tell_candles(self, symbols: list[str], wants: Callable[[str], bool]) -> None:
        for name, candle in list(self._candles.items()):
            if candle.symbol in symbols and wants(candle.interval):
                self._tell_candle(name, is_closed=False)

    def _tell_candle(self, name: str, *, is_closed: bool) -> None:
        candle = self._candles[name]
        units = candle.take(self._world.history.trades(candle.symbol))
        end = next_start(candle.interval, units.open_time_ns, candle.east_ns)

        def make(unit_ns: int) -> dict[str, Any]:
            row = {
                "t": units.open_time_ns // unit_ns,
                "T": end // unit_ns - 1,
                "s": venue_symbol(candle.symbol),
                "i": candle.interval,
                "f": units.first_id or -1,
                "L": units.last_id or -1,
                "o": number(units.open),
                "c": number(units.close),
                "h": number(units.high),
                "l": number(units.low),
                "v": number(units.volume),
                "n": units.count,
                "x": is_closed,
                "q": number(units.quote_volume),
                "V": number(units.taker_buy_volume),
                "Q": number(units.taker_buy_quote_volume),
                "B": "0",
            }
            now = self._world.stamps.time_ns() // unit_ns
            return {"e": "kline", "E": now, "s": row["s"], "k": row}

        self._send([name], make, candle.symbol)


def _each(symbols: list[str], maker: Callable[[str], Callable[[int], Any]]) -> Callable[[int], Any]:
    makers = [maker(symbol) for symbol in symbols]
    return lambda unit_ns: [make(unit_ns) for make in makers]
