"""Aggregate trades: the fills of one taker order at one price. Source: REST page, "Compressed/Aggregate
trades list".

Prints from before the world began have no taker to be joined by: each is an aggregate of its own.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, NamedTuple

from venueproof_simulator.history import PublicTrade

if TYPE_CHECKING:
    from venueproof_simulator.world import World


class Aggregate(NamedTuple):
    """Prints that are told as one; ``aggregate_id`` counts from 1 within the symbol."""

    aggregate_id: int
    trades: list[PublicTrade]

    @property
    def quantity(self) -> int:
        """All of it, in units."""
        return sum(trade.quantity for trade in self.trades)


class Aggregates:
    """The aggregates of one world, by symbol; each print is looked at once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._firsts: dict[str, list[int]] = {}
        self._read: dict[str, int] = {}
        self._told: dict[str, int] = {}

    def count(self, symbol: str) -> int:
        """How many there are."""
        return len(self._places(symbol))

    def get(self, symbol: str, first: int, last: int) -> list[Aggregate]:
        """Those with ``first <= id < last``."""
        firsts = self._places(symbol)
        trades = self._world.history.trades(symbol)
        found = []
        for number in range(max(1, first), min(last, len(firsts) + 1)):
            end = firsts[number] if number < len(firsts) else len(trades)
            found.append(Aggregate(number, trades[firsts[number - 1] : end]))
        return found

    def untold(self, symbol: str) -> list[Aggregate]:
        """Those made since this was asked last: streams tell each once."""
        total = self.count(symbol)
        first = self._told.get(symbol, self._world.history.seeded_count(symbol)) + 1
        self._told[symbol] = total
        return self.get(symbol, first, total + 1)

    def skip(self, symbol: str) -> None:
        """Nobody wants to be told those made until now."""
        self._told[symbol] = self.count(symbol)

    def first_from(self, symbol: str, time_ns: int) -> int:
        """Id of the first aggregate that is not before this time."""
        trades = self._world.history.trades(symbol)
        place = bisect.bisect_left(
            self._places(symbol), time_ns, key=lambda index: trades[index].time_ns
        )
        return place + 1

    def _places(self, symbol: str) -> list[int]:
        """Index of each aggregate's first print."""
        history = self._world.history
        seeded, total = history.seeded_count(symbol), len(history.trades(symbol))
        firsts = self._firsts.get(symbol)
        if firsts is None:
            firsts = self._firsts[symbol] = list(range(seeded))
            self._read[symbol] = seeded
        made = self._world.core.trades(symbol)
        for index in range(self._read[symbol], total):
            trade = made[index - seeded]
            before = made[index - seeded - 1] if index > seeded else None
            is_joined = (
                before is not None and before.taker is trade.taker and before.price == trade.price
            )
            if not is_joined:
                firsts.append(index)
        self._read[symbol] = total
        return firsts
