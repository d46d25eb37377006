"""Market streams. Source: WebSocket streams page, "Detailed stream information".

In a suite events go out at once after each change; in a free-running world depth, tickers and candles keep
the venue's cadence on the timer clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from venueproof_binance.dialect import tickers, wire
from venueproof_binance.dialect.aggregates import Aggregate
from venueproof_binance.dialect.listings import venue_symbol
from venueproof_binance.dialect.rest_public import aggregate_row, depth_row
from venueproof_binance.dialect.slow_streams import SlowStreams
from venueproof_binance.dialect.stream_names import kind_of
from venueproof_binance.dialect.wire import number
from venueproof_core.control import Channel
from venueproof_core.models import Side
from venueproof_simulator.connections import Connection
from venueproof_simulator.history import PublicTrade
from venueproof_simulator.toolkit import StreamEvent
from venueproof_simulator.venue_core import Event, LevelChanged

if TYPE_CHECKING:
    from venueproof_binance.dialect.venue import BinanceDialect

CADENCES = {"100ms": 0.1, "1000ms": 1.0}
SUFFIXES = {"": ("", "@100ms", "@1000ms"), "100ms": ("@100ms",), "1000ms": ("", "@1000ms")}
PARTIAL_DEPTHS = (5, 10, 20)


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
        self._slow = SlowStreams(dialect, self.send)
        self._is_timed = self._world.spec.cadence == "timed"
        if self._is_timed:
            for cadence in CADENCES:
                self._tick_later(cadence)

    # ------------------------------------------------------------ subscriptions

    def channel(self, name: str) -> Channel | None:
        """What a stream carries, by its name."""
        found = kind_of(name)
        if found is not None:
            return found[1]
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
            if channel is Channel.CANDLES:
                self._slow.watch(name)
        self._world.journal.notify()
        return refused

    def unsubscribe(self, connection: Connection, names: Iterable[str]) -> None:
        """Stop streams."""
        for name in names:
            connection.channels.pop(name, None)
        self._world.hub.unsubscribe(connection, names)

    # ------------------------------------------------------------ events

    def publish(self, events: Sequence[Event], prints: Sequence[tuple[str, PublicTrade]]) -> None:
        """Send what these events mean.

        Args:
            prints: The trades among them as the public gets them, with their symbols.
        """
        if not (self._is_timed or self._world.hub.is_heard):
            # Nobody listens, and nothing is kept for a later tick.
            for symbol in {symbol for symbol, _ in prints}:
                self._dialect.aggregates.skip(symbol)
            return
        touched: dict[str, None] = {}
        for event in events:
            if isinstance(event, LevelChanged):
                touched[event.symbol] = None
                for cadence in CADENCES if self._is_timed else ("",):
                    self._windows.setdefault((event.symbol, cadence), _Window()).add(event)
        for symbol, trade in prints:
            self._trade(symbol, trade)
        traded = dict.fromkeys(symbol for symbol, _ in prints)
        for symbol in traded:
            self._aggregates(symbol)
        for symbol in touched:
            self._top(symbol)
            if not self._is_timed:
                self._depth(symbol, "")
        if self._is_timed:
            self._slow.note(touched, traded)
        elif traded:
            self._slow.tell(list(traded), list(traded))

    def _tick_later(self, cadence: str) -> None:
        self._world.timers.call_later(CADENCES[cadence], lambda: self._tick(cadence))

    def _tick(self, cadence: str) -> None:
        for symbol, waiting in list(self._windows):
            if waiting == cadence:
                self._depth(symbol, cadence)
        if cadence == "1000ms":
            self._slow.second()
        self._tick_later(cadence)

    def _depth(self, symbol: str, cadence: str) -> None:
        window = self._windows.pop((symbol, cadence), None)
        if window is None:
            return
        lower = venue_symbol(symbol).lower()
        suffixes = SUFFIXES[cadence]

        def update(unit_ns: int) -> dict[str, Any]:
            return {
                "e": "depthUpdate",
                "E": self._now(unit_ns),
                "s": venue_symbol(symbol),
                "U": window.first,
                "u": window.last,
                "b": [[number(p), number(q)] for p, q in window.bids.items()],
                "a": [[number(p), number(q)] for p, q in window.asks.items()],
            }

        names = [f"{lower}@depth{suffix}" for suffix in suffixes]
        self.send(names, update, symbol, version=window.last)
        version = self._world.core.version(symbol)
        for levels in PARTIAL_DEPTHS:
            self.send(
                [f"{lower}@depth{levels}{suffix}" for suffix in suffixes],
                partial(self._partial, symbol, levels),
                symbol,
                version=version,
            )

    def _partial(self, symbol: str, levels: int, unit_ns: int) -> dict[str, Any]:
        return depth_row(self._dialect, symbol, levels)

    def _top(self, symbol: str) -> None:
        version = self._world.core.version(symbol)

        def best(unit_ns: int) -> dict[str, Any]:
            row = tickers.best_row(self._dialect, symbol)
            names = {"b": "bidPrice", "B": "bidQty", "a": "askPrice", "A": "askQty"}
            values = {short: row[long] for short, long in names.items()}
            return {"u": version, "s": venue_symbol(symbol), **values}

        lower = venue_symbol(symbol).lower()
        self.send([f"{lower}@bookTicker"], best, symbol, version=version)

    def _trade(self, symbol: str, trade: PublicTrade) -> None:
        def told(unit_ns: int) -> dict[str, Any]:
            return {
                "e": "trade",
                "E": self._now(unit_ns),
                "s": venue_symbol(symbol),
                "t": trade.trade_id,
                "p": number(trade.price),
                "q": number(trade.quantity),
                "T": trade.time_ns // unit_ns,
                "m": trade.taker_side is Side.SELL,
                "M": True,
            }

        self.send([f"{venue_symbol(symbol).lower()}@trade"], told, symbol)

    def _aggregates(self, symbol: str) -> None:
        """Tell the aggregates that are new: an order takes once, so none of them grows later."""
        for one in self._dialect.aggregates.untold(symbol):
            name = f"{venue_symbol(symbol).lower()}@aggTrade"
            self.send([name], partial(self._aggregate, symbol, one), symbol)

    def _aggregate(self, symbol: str, one: Aggregate, unit_ns: int) -> dict[str, Any]:
        head = {"e": "aggTrade", "E": self._now(unit_ns), "s": venue_symbol(symbol)}
        return head | aggregate_row(one, unit_ns)

    # ------------------------------------------------------------ sending

    def send(
        self,
        names: Sequence[str],
        make: Callable[[int], Any],
        symbol: str | None,
        *,
        version: int | None = None,
    ) -> None:
        """Send one event on those of the streams that somebody listens to.

        Args:
            make: The event, with times in units of so many nanoseconds.
        """
        heard = [name for name in names if self._world.hub.has_listeners(name)]
        if not heard:
            return
        text = wire.Texts(make)
        for name in heard:
            documented, channel = kind_of(name) or (None, None)
            event = StreamEvent(
                name=name,
                payload=b"",
                documented=documented,
                channel=channel,
                symbol=symbol,
                book_version=version,
            )
            self._world.hub.publish(event, text.frame)

    def _now(self, unit_ns: int) -> int:
        return self._world.stamps.time_ns() // unit_ns
