"""An instrument's order book: price levels with their queues, versions and past images.

Levels are kept under a *key* that rises towards the best price on either side: the price itself for bids,
its negative for asks. So both sides run through the same code, and the best level is always the last key.
"""

from bisect import bisect_left
from collections import deque

from venueproof_core.models import Side
from venueproof_simulator.ledger import Settlement
from venueproof_simulator.matching.traders import Seat
from venueproof_simulator.matching.triggers import Triggers
from venueproof_simulator.venue_core import (
    Event,
    InstrumentRules,
    LevelChanged,
    OrderState,
    Traded,
)

# An order that was cancelled inside a queue stays there until it reaches the head, unless too many do.
MAXIMUM_ENDED = 32


class Level:
    """One price.

    Attributes:
        quantity: What the level shows: the sum of its orders' visible quantities.
        hidden: What its icebergs hold back.
        queue: Time priority, first to fill first; may hold orders that have ended.
        ended: So many orders of the queue have ended.
        told: The quantity in the last ``LevelChanged``.
    """

    __slots__ = ("ended", "hidden", "price", "quantity", "queue", "told")

    def __init__(self, price: int) -> None:
        self.price = price
        self.quantity = 0
        self.hidden = 0
        self.queue: deque[OrderState] = deque()
        self.ended = 0
        self.told = 0

    def compact(self) -> None:
        """Drop the orders of the queue that have ended, if they have become the larger part."""
        if self.ended * 2 > len(self.queue):
            self.queue = deque(order for order in self.queue if order.remaining_quantity)
            self.ended = 0


class BookSide:
    """One side's levels by key.

    Attributes:
        sign: price = sign x key.
        keys: Of the levels that show something, rising: the best level's key is the last.
        levels: Every level there ever was, since prices come back; an empty one is not in ``keys``.
    """

    __slots__ = ("keys", "levels", "side", "sign")

    def __init__(self, side: Side) -> None:
        self.side = side
        self.sign = 1 if side is Side.BUY else -1
        self.levels: dict[int, Level] = {}
        self.keys: list[int] = []

    def remove(self, key: int) -> None:
        """Take a level away that has become empty."""
        keys = self.keys
        if keys[-1] == key:
            keys.pop()
        else:
            del keys[bisect_left(keys, key)]

    def forget(self) -> None:
        """Drop the levels at which nothing rests."""
        empty = [key for key, level in self.levels.items() if not (level.quantity or level.hidden)]
        for key in empty:
            del self.levels[key]

    def best(self, depth: int | None = None) -> list[tuple[int, int]]:
        """(price, visible quantity), best first."""
        keys = self.keys if depth is None else self.keys[-depth:] if depth > 0 else []
        levels = self.levels
        sign = self.sign
        return [(sign * key, levels[key].quantity) for key in reversed(keys)]


class Book(Settlement):
    """Everything that belongs to one instrument, and what the current call moves there.

    Attributes:
        bid_keys: The keys of ``bids``, which every call reads.
        ask_keys: Likewise of ``asks``.
        seats: By account.
        last_price: Of the last trade; ``None`` before the first.
        is_watched: An order waits for trades, or an order list is open: trades may set something off.
        open_lists: So many order lists are open.
        stirred: Legs of lists that something other than a trade has happened to in this call.
        version: Counts level changes; 1 is the empty book.
    """

    __slots__ = (
        "ask_keys",
        "asks",
        "bid_keys",
        "bids",
        "is_watched",
        "last_price",
        "open_lists",
        "rules",
        "seats",
        "stirred",
        "symbol",
        "trades",
        "triggers",
        "version",
    )

    def __init__(self, rules: InstrumentRules) -> None:
        super().__init__(rules.base, rules.quote)
        self.rules = rules
        self.symbol = rules.symbol
        self.bids = BookSide(Side.BUY)
        self.asks = BookSide(Side.SELL)
        self.bid_keys = self.bids.keys
        self.ask_keys = self.asks.keys
        self.seats: dict[str, Seat] = {}
        self.version = 1
        self.trades: list[Traded] = []
        self.triggers = Triggers()
        self.last_price: int | None = None
        self.is_watched = False
        self.open_lists = 0
        self.stirred: list[OrderState] = []

    def tell(self, side: BookSide, level: Level, log: list[Event], time_ns: int) -> None:
        """Publish a level if what it shows has changed, and take it away if it is empty."""
        quantity = level.quantity
        if quantity != level.told:
            level.told = quantity
            self.version = version = self.version + 1
            log.append(
                LevelChanged(
                    len(log) + 1, time_ns, self.symbol, version, side.side, level.price, quantity
                )
            )
        if not quantity:
            side.remove(side.sign * level.price)
