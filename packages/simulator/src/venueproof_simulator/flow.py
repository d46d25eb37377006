"""Order flow that looks like a market's: quotes that come and go, takers that cluster, a price that walks.

Each instrument has a fair value, which walks in steps of mean zero. Participants rest orders around it, most
of them near, some far away; they take back most of what they rest; takers come in bursts, one side for a
while, in sizes of which few are large; and whoever rests on the wrong side of the fair value is taken first.
So spread and depth stay within bounds, both sides trade, and an order of a client near the fair value fills.

Everything is drawn from the seed of the world and the name of the instrument, waiting times included: no clock
is read here, and without clients the same seed gives the same market. The fair value and the waiting times
are the only floats: they decide at which tick and when something happens, and are never money.
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Protocol

import msgspec

from venueproof_core.models import Side

if TYPE_CHECKING:
    from venueproof_simulator.dialect import Listing

# Of the arrivals, the part that others set off; and how fast an arrival's effect fades, in mean waits.
CLUSTERING = 0.6
FADING = 0.5
TAKERS = 0.05  # Of the events; the rest are orders that are rested and taken back.
WITHDRAWN = 0.8  # Of the orders that the fair value has passed; the rest is taken.
PERSISTENCE = 0.7  # How likely a taker does what the one before did.
ORDERS_KEPT = 150  # Of each side, at which resting and taking back balance.
GRAINS = 20_000  # Where ticks are small, prices are thought of in steps of half a basis point.
WIDEST = (
    3  # Grains: a wider gap between fair value and best price is closed, and takers go no farther.
)
FARTHEST = 400  # Grains from the fair value at which the farthest order rests.
DISTANCE_TAIL = 1.1
SIZE_TAIL = 1.5
LARGEST = 40  # Times the smallest size.


class FlowSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How an instrument's market moves.

    Attributes:
        events_per_s: Mean number of orders rested, taken back or taking.
        volatility_bp: Basis points that the fair value moves in a second (standard deviation).
        drift_bp_per_s: Basis points that it goes up each second on average; negative is down.
    """

    events_per_s: float = 10.0
    volatility_bp: float = 0.3
    drift_bp_per_s: float = 0.0


class Floor(Protocol):
    """What the flow does to a market; prices and quantities in units."""

    def levels(self, symbol: str, side: Side) -> list[tuple[int, int]]:
        """(price, quantity) of everybody, best first."""
        ...

    def rest(self, symbol: str, side: Side, price: int, quantity: int) -> None:
        """Rest an order of the other participants."""
        ...

    def take_back(self, symbol: str, side: Side, price: int) -> bool:
        """Cancel one of the other participants' orders at this price; False if there is none."""
        ...

    def take(self, symbol: str, side: Side, limit: int, quantity: int) -> None:
        """Take up to ``quantity`` at ``limit`` or better."""
        ...


class Flow:
    """The flow of one instrument.

    Attributes:
        fair: What the instrument is worth, in ticks.
    """

    def __init__(self, floor: Floor, listing: Listing, seed: int) -> None:
        rules = listing.rules
        self.settings = FlowSettings()
        self.fair = listing.middle / rules.tick_size
        self._floor = floor
        self._symbol = rules.symbol
        self._tick = rules.tick_size
        self._lot = rules.lot_size
        self._smallest = max(1, listing.typical_quantity // 10 // rules.lot_size)
        self._grain = max(1, listing.middle // rules.tick_size // GRAINS)
        self._random = random.Random(f"{rules.symbol}/{seed}/flow")
        self._excitement = 0.0
        self._taker = Side.BUY
        # Prices of rested orders, one entry each; those that were taken meanwhile go when they are drawn.
        self._rested: dict[Side, list[int]] = {Side.BUY: [], Side.SELL: []}

    def wait_s(self) -> float:
        """Seconds until the next event, as a self-exciting process draws them. Moves the fair value on.

        Source: Ogata's thinning (On Lewis' simulation method for point processes, IEEE Transactions on
        Information Theory, 1981).
        """
        rate, draw = self.settings.events_per_s, self._random
        calm, fading = rate * (1 - CLUSTERING), rate * FADING
        waited = 0.0
        while True:
            bound = calm + self._excitement
            wait = draw.expovariate(bound)
            waited += wait
            self._excitement *= math.exp(-fading * wait)
            if draw.random() * bound <= calm + self._excitement:
                break
        self._excitement += CLUSTERING * fading
        self._walk(waited)
        return waited

    def step(self) -> None:
        """One event."""
        draw = self._random
        bids, asks = self._levels()
        if self._takes_what_is_stale(bids, asks):
            return
        if self._closes_a_gap(bids, asks):
            return
        if draw.random() < TAKERS:
            self._take(bids, asks)
            return
        side = draw.choice((Side.BUY, Side.SELL))
        rested = self._rested[side]
        if not rested:  # a market that has just opened, or moved
            rested += [price for price, _ in (bids if side is Side.BUY else asks)]
        if draw.random() * (len(rested) + ORDERS_KEPT) < len(rested) and self._take_back(side):
            return
        self._rest(side, asks if side is Side.BUY else bids)

    # ------------------------------------------------------------ parts

    def _walk(self, seconds: float) -> None:
        settings = self.settings
        deviation = settings.volatility_bp * math.sqrt(seconds) / 10_000
        drift = settings.drift_bp_per_s * seconds / 10_000
        # Half the variance is taken off, so that the value itself, not its logarithm, has no drift.
        step = drift - deviation * deviation / 2 + deviation * self._random.gauss(0.0, 1.0)
        # An instrument near the end of its ticks has nowhere to fall to.
        self.fair = max(4.0, self.fair * math.exp(step))

    def _levels(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        levels = self._floor.levels
        return levels(self._symbol, Side.BUY), levels(self._symbol, Side.SELL)

    def _takes_what_is_stale(
        self, bids: list[tuple[int, int]], asks: list[tuple[int, int]]
    ) -> bool:
        """A price beyond the fair value is a present: its owners take it back, or somebody takes it."""
        fair = self.fair * self._tick
        if bids and bids[0][0] > fair:
            side, stale = Side.BUY, [level for level in bids if level[0] > fair]
        elif asks and asks[0][0] < fair:
            side, stale = Side.SELL, [level for level in asks if level[0] < fair]
        else:
            return False
        if self._random.random() < WITHDRAWN:
            count = 0
            for price, _ in stale:
                while self._floor.take_back(self._symbol, side, price):
                    count += 1
            if count:
                self._closes_a_gap(*self._levels())  # they quote anew where the value is now
                return True
        price, quantity = stale[0]
        self._floor.take(self._symbol, side.opposite, price, min(quantity, self._size()))
        return True

    def _closes_a_gap(self, bids: list[tuple[int, int]], asks: list[tuple[int, int]]) -> bool:
        fair, widest = self.fair * self._tick, (WIDEST * self._grain + 1) * self._tick
        if not bids or fair - bids[0][0] > widest:
            self._rest(Side.BUY, asks, is_near=True)
        elif not asks or asks[0][0] - fair > widest:
            self._rest(Side.SELL, bids, is_near=True)
        else:
            return False
        return True

    def _take(self, bids: list[tuple[int, int]], asks: list[tuple[int, int]]) -> None:
        if self._random.random() > PERSISTENCE:
            self._taker = self._taker.opposite
        there = asks if self._taker is Side.BUY else bids
        if there:
            width = WIDEST * self._grain * self._tick
            limit = there[0][0] + (width if self._taker is Side.BUY else -width)
            self._floor.take(self._symbol, self._taker, limit, self._size())

    def _take_back(self, side: Side) -> bool:
        rested = self._rested[side]
        while rested:
            place = self._random.randrange(len(rested))
            price, rested[place] = rested[place], rested[-1]
            rested.pop()
            if self._floor.take_back(self._symbol, side, price):
                return True
        return False

    def _rest(self, side: Side, opposite: list[tuple[int, int]], *, is_near: bool = False) -> None:
        draw = self._random
        grains = 0 if is_near else int(draw.paretovariate(DISTANCE_TAIL)) - 1
        away = min(FARTHEST, grains) * self._grain + draw.randrange(self._grain)
        fair = math.floor(self.fair) if side is Side.BUY else math.ceil(self.fair)
        ticks = fair - away if side is Side.BUY else fair + away
        if opposite:
            best = opposite[0][0] // self._tick
            ticks = min(ticks, best - 1) if side is Side.BUY else max(ticks, best + 1)
        if ticks > 0:
            self._rested[side].append(ticks * self._tick)
            self._floor.rest(self._symbol, side, ticks * self._tick, self._size())

    def _size(self) -> int:
        times = min(LARGEST, self._random.paretovariate(SIZE_TAIL))
        return int(self._smallest * times) * self._lot
