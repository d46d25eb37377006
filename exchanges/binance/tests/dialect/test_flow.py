"""The market that runs by itself, in time that only the test moves: a quarter of an hour is played in a moment."""

import asyncio
import statistics
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest

from venueproof_binance.dialect import BinanceDialect
from venueproof_core.control import Halt, SetFlow, Walk, WorldSpec
from venueproof_core.models import OrderType, Side, TimeInForce
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.connections import Connection
from venueproof_simulator.venue_core import (
    LevelChanged,
    OrderChanged,
    OrderEvent,
    OrderState,
    SubmitOrder,
)
from venueproof_simulator.world import World

START_NS = 1_795_000_000 * SECOND_NS
BTC, PEPE = "BTC-USDT", "PEPE-USDT"


class Playing:
    """A world whose clocks stand still until it is played on."""

    def __init__(self, seed: int = 5) -> None:
        self.now_ns = START_NS
        spec = WorldSpec(seed=seed, cadence="timed")
        self.world = World("w1", BinanceDialect, spec, time_ns=lambda: self.now_ns)
        self.core = self.world.core
        self.events: list[Any] = []
        self.bests: dict[str, list[tuple[int, int]]] = {s: [] for s in self.core.instruments}
        self.levels: dict[str, list[int]] = {s: [] for s in self.core.instruments}
        self._read = 0

    def play(self, seconds: float) -> None:
        """Run whatever is due within so many seconds."""
        end_ns = self.now_ns + int(seconds * SECOND_NS)
        while (due_ns := self.world.timers.next_due_ns) is not None and due_ns <= end_ns:
            self.now_ns = max(self.now_ns, due_ns)
            self.world.timers.advance(0)
            self.events += self.core.log[self._read :]  # the core forgets, the test does not
            self._read = len(self.core.log)
        self.now_ns = end_ns

    def best(self, symbol: str) -> tuple[int, int]:
        """Best bid and best ask."""
        bid, ask = (self.core.levels(symbol, side, 1)[0][0] for side in (Side.BUY, Side.SELL))
        return bid, ask

    def depths(self, symbol: str) -> list[int]:
        """Levels of each side."""
        return [len(self.core.levels(symbol, side)) for side in Side]


@asynccontextmanager
async def playing(seed: int = 5) -> AsyncIterator[Playing]:
    market = Playing(seed)
    yield market
    market.world.timers.close()


def run(body: Callable[[Playing], None], **flow: Any) -> None:
    """Run a test body on a market whose flow is set so; by default one instrument moves."""

    async def whole() -> None:
        async with playing() as market:
            market.world.market.act(SetFlow(**{"symbol": BTC, "events_per_s": 10, **flow}))
            body(market)

    asyncio.run(whole())


@pytest.fixture(scope="module")
def played() -> Playing:
    """Fifteen minutes of all instruments, with their best prices and depths at each second."""

    async def whole() -> Playing:
        async with playing() as market:
            market.world.market.act(SetFlow(events_per_s=10))
            for _ in range(900):
                market.play(1)
                for symbol in market.core.instruments:
                    market.bests[symbol].append(market.best(symbol))
                    market.levels[symbol].append(min(market.depths(symbol)))
        return market

    return asyncio.run(whole())


def test_book_never_crosses_and_spread_stays_within_bounds(played: Playing) -> None:
    played.core.check()
    for symbol, bests in played.bests.items():
        assert all(bid < ask for bid, ask in bests), f"{symbol} was crossed"
        tick = played.core.instruments[symbol].tick_size
        spreads = [(ask - bid) / max(tick, bid / 20_000) for bid, ask in bests]
        assert max(spreads) <= 12, f"{symbol} had a spread of {max(spreads)} steps"
        assert statistics.median(spreads) <= 2, f"{symbol}: {statistics.median(spreads)}"


def test_book_keeps_levels_on_both_sides(played: Playing) -> None:
    for symbol, levels in played.levels.items():
        assert min(levels) >= 1, f"{symbol} had a side without levels"
        assert statistics.median(levels) >= 6, f"{symbol}: {statistics.median(levels)} levels"


def test_both_sides_are_taken_in_sizes_of_which_few_are_large(played: Playing) -> None:
    for symbol in played.core.instruments:
        takers: dict[int, OrderState] = {}
        for trade in played.core.trades(symbol):
            takers[trade.taker.order_id] = trade.taker
        buys = sum(taker.side is Side.BUY for taker in takers.values())
        assert 0.35 < buys / len(takers) < 0.65, f"{symbol}: {buys} buys of {len(takers)}"
        sizes = sorted(taker.quantity for taker in takers.values())
        tenth = sum(sizes[-len(sizes) // 10 :])
        assert tenth > 0.25 * sum(sizes), f"{symbol}: the largest tenth is {tenth / sum(sizes)}"
        assert statistics.mean(sizes) > 1.3 * statistics.median(sizes), symbol


def test_most_orders_are_taken_back(played: Playing) -> None:
    told = [event for event in played.events if isinstance(event, OrderChanged)]
    rested = [
        event
        for event in told
        if event.kind is OrderEvent.ACCEPTED and event.order.time_in_force is TimeInForce.GTC
    ]
    canceled = [event for event in told if event.kind is OrderEvent.CANCELED]
    assert len(rested) > 15_000
    assert 0.7 < len(canceled) / len(rested) < 1, (len(canceled), len(rested))


def test_arrivals_come_in_bursts(played: Playing) -> None:
    times = sorted(
        {
            event.time_ns
            for event in played.events
            if isinstance(event, LevelChanged) and event.symbol == BTC
        }
    )
    waits = [later - earlier for earlier, later in pairwise(times)]
    # Of a Poisson process the deviation of the waits is their mean; here bursts and lulls follow each other.
    assert statistics.pstdev(waits) > 1.2 * statistics.mean(waits)
    assert 0.05 * SECOND_NS < statistics.mean(waits) < 0.2 * SECOND_NS


def test_price_walks_with_returns_of_mean_zero(played: Playing) -> None:
    middles = [bid + ask for bid, ask in played.bests[BTC]]
    # Over ten seconds, so that the bouncing of the best prices is small beside the walk.
    returns = [10_000 * (later / earlier - 1) for earlier, later in pairwise(middles[::10])]
    deviation = statistics.pstdev(returns)
    assert 0.6 < deviation < 1.4, f"basis points in ten seconds, 0.95 expected: {deviation}"
    error = deviation / len(returns) ** 0.5
    assert abs(statistics.mean(returns)) < 3 * error, (statistics.mean(returns), error)


def test_candles_hold_what_was_traded(played: Playing) -> None:
    width_ns = 60 * SECOND_NS
    first = START_NS // width_ns * width_ns
    starts = list(range(first, played.now_ns, width_ns))
    candles = played.world.history.candles(BTC, starts, starts[-1] + width_ns)
    trades = [t for t in played.world.history.trades(BTC) if t.time_ns >= first]
    assert sum(candle.volume for candle in candles) == sum(t.quantity for t in trades)
    assert sum(candle.quote_volume for candle in candles) == sum(t.notional for t in trades)
    assert sum(candle.count for candle in candles) == len(trades)
    for candle in candles[1:-1]:
        inside = [t for t in trades if 0 <= t.time_ns - candle.open_time_ns < width_ns]
        prices = [t.price for t in inside]
        assert candle.volume == sum(t.quantity for t in inside)
        assert (candle.high, candle.low) == (max(prices), min(prices))
        assert (candle.open, candle.close) == (prices[0], prices[-1])


def test_drift_moves_the_price() -> None:
    def body(market: Playing) -> None:
        before = sum(market.best(BTC))
        market.world.market.act(SetFlow(symbol=BTC, drift_bp_per_s=1, volatility_bp=0))
        market.play(100)
        rise_bp = 10_000 * (sum(market.best(BTC)) / before - 1)
        assert 95 < rise_bp < 106, rise_bp  # e to the power of 0.01, and half a spread

    run(body)


def test_limit_order_near_the_market_is_filled_in_the_end() -> None:
    def body(market: Playing) -> None:
        market.play(10)
        bid, ask = market.best(BTC)
        for side, price in ((Side.BUY, bid), (Side.SELL, ask)):
            request = SubmitOrder(
                account="main",
                symbol=BTC,
                side=side,
                order_type=OrderType.LIMIT,
                client_order_id=f"mine-{side.value}",
                quantity=10_000_000,
                price=price,
            )
            order = market.core.submit(request, time_ns=market.now_ns)
            for _ in range(1800):
                market.play(1)
                if not order.remaining_quantity:
                    break
            assert order.filled_quantity == 10_000_000, f"{side.value} after half an hour: {order}"

    run(body)


def test_halted_instrument_stands_still_and_goes_on_afterwards() -> None:
    def body(market: Playing) -> None:
        market.play(5)
        version = market.core.version(BTC)
        market.world.market.act(Halt(symbol=BTC))
        market.play(60)
        assert market.core.version(BTC) == version
        market.world.market.act(Halt(symbol=BTC, status="TRADING"))
        market.play(60)
        assert market.core.version(BTC) > version + 100

    run(body)


def test_stopped_flow_can_be_stepped() -> None:
    def body(market: Playing) -> None:
        market.play(30)
        market.world.market.act(SetFlow(events_per_s=0))
        version = market.core.version(BTC)
        market.play(60)
        assert market.core.version(BTC) == version
        market.world.market.act(Walk(symbol=BTC, steps=50))
        assert version < market.core.version(BTC) < version + 500
        market.play(60)
        stepped = market.core.version(BTC)
        market.world.market.act(SetFlow(events_per_s=20))
        market.play(10)
        assert market.core.version(BTC) > stepped

    run(body)


class Recording:
    """A client's end of a stream connection."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def send(self, text: str) -> None:
        self.texts.append(text)

    async def ping(self, payload: bytes) -> None: ...

    async def pong(self, payload: bytes) -> None: ...

    async def close(self, code: int, reason: str) -> None: ...

    def abort(self) -> None: ...


STREAMS = "btcusdt@depth@100ms/btcusdt@trade/pepeusdt@bookTicker/ethbtc@kline_1m/!miniTicker@arr"


def test_same_seed_gives_the_same_journal() -> None:
    async def journal(seed: int) -> list[str]:
        async with playing(seed) as market:
            recording = Recording()
            connection: Connection = market.world.connect("stream", recording)
            market.world.dialect.opened(connection, f"/stream?streams={STREAMS}")
            market.world.market.act(SetFlow(events_per_s=10))
            market.play(120)
            await connection.drained()
            market.world.disconnected(connection, None)
            return recording.texts

    async def whole() -> None:
        first, second, other = await journal(5), await journal(5), await journal(6)
        assert len(first) > 1000
        assert first == second
        assert first != other

    asyncio.run(whole())


def test_long_run_forgets_the_house_and_nothing_of_a_client() -> None:
    def body(market: Playing) -> None:
        request = SubmitOrder(
            account="main",
            symbol=BTC,
            side=Side.BUY,
            order_type=OrderType.MARKET,
            client_order_id="mine",
            quantity=10_000_000,
        )
        mine = market.core.submit(request, time_ns=market.now_ns)
        market.play(200)
        market.core.forget("house", keep=1000)

        assert market.core.order(mine.order_id) is mine
        assert market.core.orders("main") == [mine]
        assert any(trade.taker is mine for trade in market.core.trades(BTC))
        told = [event for event in market.core.log if isinstance(event, OrderChanged)]
        assert [event.kind for event in told if event.order is mine] == [OrderEvent.ACCEPTED]
        assert len(told) < 1000 < 5000 < len(market.core.log)
        book = tuple(market.core.levels(BTC, side) for side in Side)
        assert market.core.levels_at(BTC, market.core.version(BTC)) == book
        assert market.core.levels_at(BTC, 2) is None
        market.core.check()

    run(body)
