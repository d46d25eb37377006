"""Public channels. Source: "Spot WebSocket v4"; the id rules are under "spot.order_book_update" and "spot.obu".

In a suite messages go out at once after each change; in a free-running world they keep the venue's cadence on the
timer clock. A topic's name inside of the simulator is the channel with its payload: ``spot.trades:BTC_USDT``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from venueproof_core.control import Channel
from venueproof_core.models import Side
from venueproof_gateio.dialect import market
from venueproof_gateio.dialect.listings import BY_PAIR, venue_symbol
from venueproof_gateio.dialect.wire import MS, encode, fine_milliseconds, number, seconds
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.connections import Connection
from venueproof_simulator.history import PublicTrade
from venueproof_simulator.toolkit import StreamEvent
from venueproof_simulator.toolkit.intervals import interval_start, next_start
from venueproof_simulator.venue_core import Event, LevelChanged

if TYPE_CHECKING:
    from venueproof_gateio.dialect.venue import GateioDialect

CHANNELS: dict[str, Channel] = {
    "spot.tickers": Channel.TICKER,
    "spot.trades": Channel.TRADES,
    "spot.candlesticks": Channel.CANDLES,
    "spot.book_ticker": Channel.TOP_OF_BOOK,
    "spot.order_book": Channel.ORDER_BOOK,
    "spot.order_book_update": Channel.ORDER_BOOK,
    "spot.obu": Channel.ORDER_BOOK,
}
ONE_PAIR_EACH = ("spot.tickers", "spot.trades", "spot.book_ticker")
LEVELS = (5, 10, 20, 50, 100)
OBU_DEPTHS = (50, 400)
# Name of the update interval to the depth that its stream tells of, and to its length in seconds.
UPDATE_DEPTHS = {"100ms": "100", "20ms": "20"}
CADENCE_S = 0.1
Window = tuple[dict[int, int], dict[int, int]]


def name_of(channel: str, payload: Sequence[str]) -> str:
    """A topic's name."""
    return ":".join((channel, *payload))


@lru_cache(maxsize=1000)
def symbol_of(name: str) -> str | None:
    """The canonical symbol of a topic that is about one pair."""
    for part in name.replace("ob.", "").replace(".", ":").split(":"):
        if part in BY_PAIR:
            return BY_PAIR[part].rules.symbol
    return None


@dataclass
class _Changes:
    """Level changes of one pair that were not told yet; quantities are absolute."""

    first: int = 0
    last: int = 0
    bids: dict[int, int] = field(default_factory=dict)
    asks: dict[int, int] = field(default_factory=dict)

    def add(self, event: LevelChanged) -> None:
        self.first = self.first or event.version
        self.last = event.version
        side = self.bids if event.side is Side.BUY else self.asks
        side[event.price] = event.quantity


class PublicChannels:
    """Turns core events into messages of topics that somebody listens to."""

    def __init__(self, dialect: GateioDialect) -> None:
        self._dialect = dialect
        self._world = dialect.world
        self._changes: dict[str, _Changes] = {}
        self._traded: dict[str, None] = {}
        # What the readers of a "spot.obu" topic have, and up to which version, by topic.
        self._windows: dict[str, tuple[Window, int]] = {}
        self._candles: dict[str, int] = {}
        self._is_timed = self._world.spec.cadence == "timed"
        if self._is_timed:
            self._later()

    def begin(self, connection: Connection, name: str) -> None:
        """Send what a new reader gets first: books as they are."""
        channel, _, rest = name.partition(":")
        symbol = symbol_of(name)
        if symbol is None:
            return
        if channel == "spot.order_book":
            self._send(name, self._book(name, symbol), symbol, only=connection)
        elif channel == "spot.obu":
            # Others may still wait for changes that this image has: they are told them first.
            self._update(name, symbol)
            bids, asks = market.levels(self._dialect, symbol, _obu_depth(name))
            version = self._world.core.version(symbol)
            row = {"t": self._now_ms(), "full": True, "s": rest, "u": version, "b": bids, "a": asks}
            self._send(name, row, symbol, only=connection)

    def publish(self, events: Sequence[Event], prints: Sequence[tuple[str, PublicTrade]]) -> None:
        """Send what these events mean.

        Args:
            prints: The trades among them as the public gets them, with their symbols.
        """
        for symbol, trade in prints:
            self._trade(symbol, trade)
            self._traded[symbol] = None
        for event in events:
            if isinstance(event, LevelChanged):
                self._changes.setdefault(event.symbol, _Changes()).add(event)
        if not self._is_timed:
            self._tell()

    def _later(self) -> None:
        def tick() -> None:
            self._tell()
            self._later()

        self._world.timers.call_later(CADENCE_S, tick)

    def _tell(self) -> None:
        changes, self._changes = self._changes, {}
        traded, self._traded = self._traded, {}
        for name in list(self._world.hub.names()):
            channel, symbol = name.partition(":")[0], symbol_of(name)
            if symbol is None:
                continue
            if symbol in changes:
                self._book_told(channel, name, symbol, changes[symbol])
            if symbol in traded:
                if channel == "spot.tickers":
                    self._send(name, market.ticker_row(self._dialect, symbol), symbol)
                elif channel == "spot.candlesticks":
                    self._candle(name, symbol)

    # ------------------------------------------------------------ books

    def _book_told(self, channel: str, name: str, symbol: str, changes: _Changes) -> None:
        if channel == "spot.order_book_update":
            self._send(name, self._difference(name, symbol, changes), symbol)
        elif channel == "spot.order_book":
            self._send(name, self._book(name, symbol), symbol)
        elif channel == "spot.obu":
            self._update(name, symbol)
        elif channel == "spot.book_ticker":
            self._send(name, self._top(symbol), symbol)

    def _difference(self, name: str, symbol: str, changes: _Changes) -> dict[str, Any]:
        now = self._now_ms()
        return {
            "t": now,
            "e": "depthUpdate",
            "E": now // 1000,
            "s": venue_symbol(symbol),
            "U": changes.first,
            "u": changes.last,
            "b": [[number(price), number(size)] for price, size in changes.bids.items()],
            "a": [[number(price), number(size)] for price, size in changes.asks.items()],
            "l": UPDATE_DEPTHS[name.rpartition(":")[2]],
        }

    def _book(self, name: str, symbol: str) -> dict[str, Any]:
        level = name.split(":")[2]
        bids, asks = market.levels(self._dialect, symbol, int(level))
        return {
            "t": self._now_ms(),
            "lastUpdateId": self._world.core.version(symbol),
            "s": venue_symbol(symbol),
            "l": level,
            "bids": bids,
            "asks": asks,
        }

    def _top(self, symbol: str) -> dict[str, Any]:
        core = self._world.core
        (bid, bid_size) = (core.levels(symbol, Side.BUY, 1) or [(0, 0)])[0]
        (ask, ask_size) = (core.levels(symbol, Side.SELL, 1) or [(0, 0)])[0]
        return {
            "t": self._now_ms(),
            "u": core.version(symbol),
            "s": venue_symbol(symbol),
            "b": number(bid) if bid else "",
            "B": number(bid_size) if bid else "",
            "a": number(ask) if ask else "",
            "A": number(ask_size) if ask else "",
        }

    def _update(self, name: str, symbol: str) -> None:
        depth, core = _obu_depth(name), self._world.core
        now: Window = (
            dict(core.levels(symbol, Side.BUY, depth)),
            dict(core.levels(symbol, Side.SELL, depth)),
        )
        version = core.version(symbol)
        told = self._windows.get(name)
        self._windows[name] = (now, version)
        if told is None or told[1] == version or not self._world.hub.has_listeners(name):
            return
        bids, asks = (_changes(old, new) for old, new in zip(told[0], now, strict=True))
        row = {
            "t": self._now_ms(),
            "s": name.partition(":")[2],
            "U": told[1] + 1,
            "u": version,
            "b": bids,
            "a": asks,
        }
        self._send(name, row, symbol)

    # ------------------------------------------------------------ trades and candles

    def _trade(self, symbol: str, trade: PublicTrade) -> None:
        row = {
            "id": trade.trade_id,
            "id_market": trade.trade_id,
            "create_time": trade.time_ns // SECOND_NS,
            "create_time_ms": fine_milliseconds(trade.time_ns),
            "side": market.SIDES[trade.taker_side],
            "currency_pair": venue_symbol(symbol),
            "amount": number(trade.quantity),
            "price": number(trade.price),
            "range": f"{trade.trade_id}-{trade.trade_id}",
        }
        self._send(name_of("spot.trades", [venue_symbol(symbol)]), row, symbol)

    def _candle(self, name: str, symbol: str) -> None:
        word = name.split(":")[1]
        length_s, now = market.INTERVALS[word], self._world.stamps.time_ns()
        start = interval_start(length_s, now + self._world.lead_ns())
        last = self._candles.get(name, start)
        if last < start:
            self._send_candle(name, word, symbol, last, is_closed=True)
        self._candles[name] = start
        self._send_candle(name, word, symbol, start, is_closed=False)

    def _send_candle(
        self, name: str, word: str, symbol: str, start: int, *, is_closed: bool
    ) -> None:
        end = next_start(market.INTERVALS[word], start)
        (candle,) = self._world.history.candles(symbol, [start], end)
        row = {
            "t": seconds(start),
            "v": number(candle.quote_volume),
            "c": number(candle.close),
            "h": number(candle.high),
            "l": number(candle.low),
            "o": number(candle.open),
            "n": f"{word}_{venue_symbol(symbol)}",
            "a": number(candle.volume),
            "w": is_closed,
        }
        self._send(name, row, symbol)

    # ------------------------------------------------------------ sending

    def _now_ms(self) -> int:
        return self._world.stamps.time_ns() // MS

    def _send(
        self, name: str, row: dict[str, Any], symbol: str, *, only: Connection | None = None
    ) -> None:
        if only is None and not self._world.hub.has_listeners(name):
            return
        channel = name.partition(":")[0]
        text = update(channel, row, self._world.stamps.time_ns())
        event = StreamEvent(
            name=name,
            payload=b"",
            documented=channel,
            channel=CHANNELS[channel],
            symbol=symbol,
            book_version=row.get("u", row.get("lastUpdateId"))
            if CHANNELS[channel] in (Channel.ORDER_BOOK, Channel.TOP_OF_BOOK)
            else None,
        )
        if only is not None:
            only.send_event(event, text)
        else:
            self._world.hub.publish(event, lambda _connection, _event: text)


def update(channel: str, result: Any, time_ns: int) -> str:
    """A message of a channel."""
    head = {"time": time_ns // SECOND_NS, "time_ms": time_ns // MS}
    return encode({**head, "channel": channel, "event": "update", "result": result}).decode()


def _obu_depth(name: str) -> int:
    return int(name.rpartition(".")[2])


def _changes(old: dict[int, int], new: dict[int, int]) -> list[list[str]]:
    """Levels that differ, absolute; one that has left the window has size 0."""
    gone: Iterable[tuple[int, int]] = ((price, 0) for price in old if price not in new)
    changed = [(price, size) for price, size in new.items() if old.get(price) != size]
    return [[number(price), number(size)] for price, size in [*gone, *changed]]
