"""What was traded before the world began, and what is traded since: prints, candles, statistics."""

from __future__ import annotations

import bisect
import math
import operator
import random
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from venueproof_core.models import Side
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.venue_core import SCALE

if TYPE_CHECKING:
    from venueproof_simulator.dialect import Listing
    from venueproof_simulator.venue_core import Traded

SEEDED_TRADES = 2000
LIVELY_TRADES = 20_000  # Behind a market that runs by itself: some in each minute.
SEEDED_HOURS = 48
LIVELY_STEP = 0.0001  # Of the price, from one print to the next: one percent in a day.
BLOCK = 256  # Prints that are summed up once and for all: a day of a running market has tens of thousands.


class PublicTrade(msgspec.Struct, frozen=True, gc=False):
    """One print, in units.

    Attributes:
        trade_id: Counts from 1 within the symbol.
        candle_time_ns: What decides which candle it is in: its time, moved on as far as the timers were
            ahead of the stamps by then.
    """

    trade_id: int
    time_ns: int
    price: int
    quantity: int
    notional: int
    taker_side: Side
    candle_time_ns: int


class CandleUnits(msgspec.Struct, gc=False):
    """One candle, in units; ``first_id`` is 0 when nothing traded."""

    open_time_ns: int
    open: int
    high: int
    low: int
    close: int
    volume: int = 0
    quote_volume: int = 0
    taker_buy_volume: int = 0
    taker_buy_quote_volume: int = 0
    count: int = 0
    first_id: int = 0
    last_id: int = 0

    def add(self, trade: PublicTrade) -> None:
        """Take one more trade in."""
        self.high = max(self.high, trade.price)
        self.low = min(self.low, trade.price)
        self.close = trade.price
        self.volume += trade.quantity
        self.quote_volume += trade.notional
        if trade.taker_side is Side.BUY:
            self.taker_buy_volume += trade.quantity
            self.taker_buy_quote_volume += trade.notional
        self.count += 1
        self.first_id = self.first_id or trade.trade_id
        self.last_id = trade.trade_id

    def join(self, later: CandleUnits) -> None:
        """Take in a candle of what was traded next."""
        self.high = max(self.high, later.high)
        self.low = min(self.low, later.low)
        self.close = later.close
        self.volume += later.volume
        self.quote_volume += later.quote_volume
        self.taker_buy_volume += later.taker_buy_volume
        self.taker_buy_quote_volume += later.taker_buy_quote_volume
        self.count += later.count
        self.last_id = later.last_id


@lru_cache(maxsize=64)
def _seeded(
    symbol: str, tick: int, lot: int, middle: int, typical: int, seed: int
) -> tuple[tuple[int, int, int, Side], ...]:
    """(age_ns, price, quantity, side), oldest first: a walk that ends at the middle."""
    rng = random.Random(f"{symbol}/{seed}/history")
    span_ns = SEEDED_HOURS * 3600 * SECOND_NS
    ages = sorted((rng.randrange(SECOND_NS, span_ns) for _ in range(SEEDED_TRADES)), reverse=True)
    step = max(1, middle // tick // 2000)
    ticks = middle // tick
    rows = []
    for age in reversed(ages):  # from the newest back, so that the last price is next to the middle
        ticks = max(10, ticks + rng.randint(-step, step))
        quantity = max(1, typical * rng.randint(1, 100) // 100 // lot) * lot
        rows.append((age, ticks * tick, quantity, rng.choice((Side.BUY, Side.SELL))))
    rows.reverse()
    return tuple(rows)


@lru_cache(maxsize=64)
def _lively(
    symbol: str, tick: int, lot: int, middle: int, typical: int, seed: int
) -> tuple[tuple[int, int, int, Side], ...]:
    """Likewise, as the flow of a running market would have left it: small moves, few large sizes."""
    rng = random.Random(f"{symbol}/{seed}/lively")
    span_ns = SEEDED_HOURS * 3600 * SECOND_NS
    ages = sorted(rng.randrange(SECOND_NS, span_ns) for _ in range(LIVELY_TRADES))
    step, value, smallest = LIVELY_STEP * middle / tick, middle / tick, max(1, typical // 10 // lot)
    rows = []
    for age in ages:  # from the newest back
        value = max(10.0, value + rng.gauss(0.0, step))
        quantity = int(smallest * min(40.0, rng.paretovariate(1.5))) * lot
        side = rng.choice((Side.BUY, Side.SELL))
        ticks = math.ceil(value) if side is Side.BUY else math.floor(value)
        rows.append((age, ticks * tick, quantity, side))
    rows.reverse()
    return tuple(rows)


def _rows(
    listing: Listing, seed: int, *, is_lively: bool
) -> tuple[tuple[int, int, int, Side], ...]:
    rules, make = listing.rules, _lively if is_lively else _seeded
    return make(
        rules.symbol,
        rules.tick_size,
        rules.lot_size,
        listing.middle,
        listing.typical_quantity,
        seed,
    )


class History:
    """All prints of a world, seeded and made by its core, by symbol."""

    def __init__(
        self,
        listings: Sequence[Listing],
        seed: int,
        start_ns: int,
        *,
        is_lively: bool = False,
        past_time_ns: Callable[[int, int], int] = operator.sub,
    ) -> None:
        self._listings = {listing.rules.symbol: listing for listing in listings}
        self._seed = seed
        self._start_ns = start_ns
        self._is_lively = is_lively
        self._past_time_ns = past_time_ns
        self._trades: dict[str, list[PublicTrade]] = {}
        self._blocks: dict[str, list[CandleUnits]] = {}
        # Quantity and notional of all prints before each one.
        self._sums: dict[str, list[tuple[int, int]]] = {}

    def trades(self, symbol: str) -> list[PublicTrade]:
        """Oldest first; ``trades[i].trade_id == i + 1``. Not to be changed by the caller."""
        found = self._trades.get(symbol)
        if found is None:
            found = self._trades[symbol] = self._make(symbol)
        return found

    def last_price(self, listing: Listing) -> int:
        """Price of the newest seeded print, in units."""
        return _rows(listing, self._seed, is_lively=self._is_lively)[-1][1]

    def add(self, event: Traded, lead_ns: int = 0) -> PublicTrade:
        """Record a trade of the core and give it its public id; ``lead_ns``: timers ahead of the stamps."""
        trades = self.trades(event.symbol)
        trade = PublicTrade(
            len(trades) + 1,
            event.time_ns,
            event.price,
            event.quantity,
            event.notional,
            event.taker.side,
            event.time_ns + lead_ns,
        )
        trades.append(trade)
        return trade

    def seeded_count(self, symbol: str) -> int:
        """How many prints the world began with: the core's trade ids count on from there."""
        count = LIVELY_TRADES if self._is_lively else SEEDED_TRADES
        return count if symbol in self._listings else 0

    def between(self, symbol: str, start_ns: int, end_ns: int) -> list[PublicTrade]:
        """Prints with ``start_ns <= time < end_ns``."""
        first, last = self._places(symbol, start_ns, end_ns)
        return self.trades(symbol)[first:last]

    def totals(self, symbol: str, start_ns: int, end_ns: int) -> tuple[int, int]:
        """Quantity and notional of the prints with ``start_ns <= time < end_ns``."""
        trades = self.trades(symbol)
        sums = self._sums.setdefault(symbol, [(0, 0)])
        quantity, notional = sums[-1]
        for place in range(len(sums) - 1, len(trades)):
            quantity += trades[place].quantity
            notional += trades[place].notional
            sums.append((quantity, notional))
        first, last = self._places(symbol, start_ns, end_ns)
        return sums[last][0] - sums[first][0], sums[last][1] - sums[first][1]

    def _places(self, symbol: str, start_ns: int, end_ns: int) -> tuple[int, int]:
        trades = self.trades(symbol)
        first = bisect.bisect_left(trades, start_ns, key=lambda trade: trade.time_ns)
        last = bisect.bisect_left(trades, end_ns, lo=first, key=lambda trade: trade.time_ns)
        return first, last

    def summary(self, symbol: str, start_ns: int, end_ns: int) -> CandleUnits | None:
        """Prints with ``start_ns <= time < end_ns`` as one candle; ``None`` if there are none."""
        trades = self.trades(symbol)
        place = bisect.bisect_left(trades, start_ns, key=lambda trade: trade.time_ns)
        end = bisect.bisect_left(trades, end_ns, key=lambda trade: trade.time_ns)
        if place == end:
            return None
        price = trades[place].price
        found = CandleUnits(start_ns, price, price, price, price, first_id=place + 1)
        blocks = self._full_blocks(symbol)
        while place < end:
            if place % BLOCK == 0 and place + BLOCK <= end:
                found.join(blocks[place // BLOCK])
                place += BLOCK
            else:
                found.add(trades[place])
                place += 1
        return found

    def _full_blocks(self, symbol: str) -> list[CandleUnits]:
        trades, blocks = self.trades(symbol), self._blocks.setdefault(symbol, [])
        while (len(blocks) + 1) * BLOCK <= len(trades):
            first, *others = trades[len(blocks) * BLOCK : (len(blocks) + 1) * BLOCK]
            block = CandleUnits(first.time_ns, first.price, first.price, first.price, first.price)
            for trade in (first, *others):
                block.add(trade)
            blocks.append(block)
        return blocks

    def candles(self, symbol: str, starts: Sequence[int], end_of_last_ns: int) -> list[CandleUnits]:
        """Candles that open at ``starts`` (rising); each ends where the next begins.

        An interval in which nothing traded repeats the close before it; before the first print of all,
        the first price.
        """
        trades = self.trades(symbol)
        rows = []
        for place, start in enumerate(starts):
            end = starts[place + 1] if place + 1 < len(starts) else end_of_last_ns
            index = bisect.bisect_left(trades, start, key=lambda trade: trade.candle_time_ns)
            before = trades[index - 1].price if index else trades[0].price
            candle = CandleUnits(start, before, before, before, before)
            is_first = True
            while index < len(trades) and trades[index].candle_time_ns < end:
                trade = trades[index]
                if is_first:
                    candle.open = candle.high = candle.low = trade.price
                    is_first = False
                candle.add(trade)
                index += 1
            rows.append(candle)
        return rows

    def _make(self, symbol: str) -> list[PublicTrade]:
        listing = self._listings[symbol]
        rows = _rows(listing, self._seed, is_lively=self._is_lively)
        return [
            PublicTrade(
                number,
                self._past_time_ns(self._start_ns, age),
                price,
                quantity,
                price * quantity // SCALE,
                side,
                self._past_time_ns(self._start_ns, age),
            )
            for number, (age, price, quantity, side) in enumerate(rows, 1)
        ]
