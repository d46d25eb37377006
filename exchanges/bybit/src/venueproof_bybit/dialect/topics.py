"""Public topics. Source: "WebSocket Stream", public; the book's id rules are on the page "Orderbook".

In a suite messages go out at once after each change; in a free-running world books and tickers keep the venue's
cadence on the timer clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from venueproof_bybit.dialect import market
from venueproof_bybit.dialect.listings import BY_VENUE_SYMBOL, venue_symbol
from venueproof_bybit.dialect.wire import MS, encode, number
from venueproof_core.control import Channel
from venueproof_core.models import Side
from venueproof_simulator.connections import Connection
from venueproof_simulator.history import PublicTrade
from venueproof_simulator.toolkit import StreamEvent
from venueproof_simulator.toolkit.intervals import interval_start, next_start
from venueproof_simulator.venue_core import Event, LevelChanged

if TYPE_CHECKING:
    from venueproof_bybit.dialect.venue import BybitDialect

# Depth to the cadence of its topic in seconds.
DEPTHS = {1: 0.01, 50: 0.02, 200: 0.1, 1000: 0.2}
WHOLE = max(DEPTHS)
FIRST_UPDATE = 100_000
CHANNELS = {
    "publicTrade": Channel.TRADES,
    "tickers": Channel.TICKER,
    "kline": Channel.CANDLES,
}
Window = tuple[dict[int, int], dict[int, int]]


def parse(topic: str) -> tuple[str, str, str] | None:
    """Kind, argument (depth or interval) and canonical symbol of a topic; ``None`` if there is no such topic."""
    parts = topic.split(".")
    listing = BY_VENUE_SYMBOL.get(parts[-1])
    if listing is None:
        return None
    kind, argument = parts[0], ".".join(parts[1:-1])
    is_known = (
        (kind == "orderbook" and argument in map(str, DEPTHS))
        or (kind == "kline" and argument in market.INTERVALS)
        or (kind in CHANNELS and kind != "kline" and not argument)
    )
    return (kind, argument, listing.rules.symbol) if is_known else None


def channel_of(topic: str) -> Channel | None:
    """What a topic carries."""
    found = parse(topic)
    if found is None:
        return None
    if found[0] == "orderbook":
        return Channel.TOP_OF_BOOK if found[1] == "1" else Channel.ORDER_BOOK
    return CHANNELS[found[0]]


class PublicTopics:
    """Turns core events into messages of topics that somebody listens to."""

    def __init__(self, dialect: BybitDialect) -> None:
        self._dialect = dialect
        self._world = dialect.world
        # What the readers of a book topic have, by topic.
        self._windows: dict[str, Window] = {}
        self._updates: dict[tuple[str, int], int] = {}
        self._candles: dict[str, int] = {}
        self._touched: dict[str, None] = {}
        self._is_timed = self._world.spec.cadence == "timed"
        if self._is_timed:
            self._later(min(DEPTHS.values()))

    def begin(self, connection: Connection, topic: str) -> None:
        """Send what a reader who is about to be added gets first: the book or ticker as it is."""
        found = parse(topic)
        if found is None:
            return
        kind, argument, symbol = found
        if symbol in self._touched:
            # Others still wait for changes that this snapshot has: they are told them first.
            self._tell()
        if kind == "orderbook":
            data = market.book_row(self._dialect, symbol, int(argument), int(argument))
            if not self._world.hub.has_listeners(topic):
                self._windows[topic] = self._window(symbol, int(argument))
            self._send(topic, "snapshot", data, symbol, only=connection)
        elif kind == "tickers":
            self._send(topic, "snapshot", self._ticker(symbol), symbol, only=connection)

    def update_id(self, symbol: str, depth: int) -> int:
        """Id of the last message of this depth's topic; 1 would mean that the venue has begun anew."""
        return self._updates.get((symbol, depth), FIRST_UPDATE)

    def publish(self, events: Sequence[Event], prints: Sequence[tuple[str, PublicTrade]]) -> None:
        """Send what these events mean.

        Args:
            prints: The trades among them as the public gets them, with their symbols.
        """
        touched = dict.fromkeys(event.symbol for event in events if isinstance(event, LevelChanged))
        for symbol in dict.fromkeys(symbol for symbol, _ in prints):
            self._trades(symbol, [trade for name, trade in prints if name == symbol])
        self._touched |= touched | dict.fromkeys(symbol for symbol, _ in prints)
        if not self._is_timed:
            self._tell()

    def _later(self, delay_s: float) -> None:
        def tick() -> None:
            self._tell()
            self._later(delay_s)

        self._world.timers.call_later(delay_s, tick)

    def _tell(self) -> None:
        touched, self._touched = self._touched, {}
        for symbol in touched:
            self._count(symbol, WHOLE)
        for topic in list(self._world.hub.names()):
            found = parse(topic)
            if found is None or found[2] not in touched:
                continue
            kind, argument, symbol = found
            if kind == "orderbook":
                self._book(topic, int(argument), symbol)
            elif kind == "tickers":
                self._send(topic, "snapshot", self._ticker(symbol), symbol)
            elif kind == "kline":
                self._candle(topic, argument, symbol)

    # ------------------------------------------------------------ books

    def _window(self, symbol: str, depth: int) -> Window:
        core = self._world.core
        return dict(core.levels(symbol, Side.BUY, depth)), dict(
            core.levels(symbol, Side.SELL, depth)
        )

    def _book(self, topic: str, depth: int, symbol: str) -> None:
        before, now = self._windows.get(topic, ({}, {})), self._window(symbol, depth)
        self._windows[topic] = now
        version = self._world.core.version(symbol)
        if depth != WHOLE and before == now:
            return
        # The deepest topic's id is counted already: requests for the book tell it, too.
        update = self.update_id(symbol, depth) if depth == WHOLE else self._count(symbol, depth)
        if depth == 1:
            self._send(topic, "snapshot", market.book_row(self._dialect, symbol, 1, 1), symbol)
            return
        bids, asks = (_changes(old, new) for old, new in zip(before, now, strict=True))
        data = {"s": venue_symbol(symbol), "b": bids, "a": asks, "u": update, "seq": version}
        self._send(topic, "delta", data, symbol)

    def _count(self, symbol: str, depth: int) -> int:
        update = self._updates[symbol, depth] = self.update_id(symbol, depth) + 1
        return update

    def _ticker(self, symbol: str) -> dict[str, str]:
        return market.day_row(self._dialect, symbol)

    # ------------------------------------------------------------ trades and candles

    def _trades(self, symbol: str, trades: Iterable[PublicTrade]) -> None:
        rows = [
            {
                "T": trade.time_ns // MS,
                "s": venue_symbol(symbol),
                "S": market.SIDES[trade.taker_side],
                "v": number(trade.quantity),
                "p": number(trade.price),
                "i": self._dialect.trade_id_text(trade.trade_id),
                "BT": False,
                "RPI": False,
                "seq": trade.trade_id,
            }
            for trade in trades
        ]
        self._send(f"publicTrade.{venue_symbol(symbol)}", "snapshot", rows, symbol)

    def _candle(self, topic: str, argument: str, symbol: str) -> None:
        length_s, now = market.INTERVALS[argument], self._world.stamps.time_ns()
        start = interval_start(length_s, now)
        last = self._candles.get(topic, start)
        while last < start:
            self._send_candle(topic, argument, symbol, last, is_closed=True)
            last = next_start(length_s, last)
        self._candles[topic] = start
        self._send_candle(topic, argument, symbol, start, is_closed=False)

    def _send_candle(
        self,
        topic: str,
        argument: str,
        symbol: str,
        start: int,
        *,
        is_closed: bool,
    ) -> None:
        end = next_start(market.INTERVALS[argument], start)
        (row,) = self._world.history.candles(symbol, [start], end)
        values = market.candle_row(row)
        names = ("open", "high", "low", "close", "volume", "turnover")
        data = {
            "start": start // MS,
            "end": end // MS - 1,
            "interval": argument,
            **dict(zip(names, values[1:], strict=True)),
            "confirm": is_closed,
            "timestamp": self._world.stamps.time_ns() // MS,
        }
        self._send(topic, "snapshot", [data], symbol)

    # ------------------------------------------------------------ sending

    def _send(
        self,
        topic: str,
        kind: str,
        data: Any,
        symbol: str,
        *,
        only: Connection | None = None,
    ) -> None:
        if only is None and not self._world.hub.has_listeners(topic):
            return
        now = self._world.stamps.time_ns() // MS
        message = {"topic": topic, "ts": now, "type": kind, "data": data}
        version = None
        if topic.startswith("orderbook"):
            message["cts"] = now
            version = data["seq"]
        text = encode(message).decode()
        event = StreamEvent(
            name=topic,
            payload=b"",
            documented=topic.partition(".")[0],
            channel=channel_of(topic),
            symbol=symbol,
            book_version=version,
        )
        if only is not None:
            only.send_event(event, text)
        else:
            self._world.hub.publish(event, lambda _connection, _event: text)


def _changes(old: dict[int, int], new: dict[int, int]) -> list[list[str]]:
    """Levels that differ, absolute; one that has left the window has size 0."""
    gone = [price for price in old if price not in new]
    changed = [(price, size) for price, size in new.items() if old.get(price) != size]
    return [[number(price), number(size)] for price, size in [*((p, 0) for p in gone), *changed]]
