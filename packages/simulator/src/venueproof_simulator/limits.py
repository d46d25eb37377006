"""Rate limits: windows aligned to the timer clock, and bans for those who go on."""

from dataclasses import dataclass, field

from venueproof_simulator.clocks import SECOND_NS, TimerClock


@dataclass
class Window:
    """Counts within calendar-aligned intervals: a minute's window starts at :00.

    Attributes:
        name: As the venue's documents name it.
        limit: What may be used in one interval.
    """

    name: str
    interval_s: int
    limit: int
    _index: int = field(default=-1, repr=False)
    _used: int = field(default=0, repr=False)

    def used(self, now_ns: int) -> int:
        """Used in the interval that runs now."""
        self._roll(now_ns)
        return self._used

    def take(self, amount: int, now_ns: int) -> bool:
        """Count ``amount``; False when that goes over the limit (it is counted all the same)."""
        self._roll(now_ns)
        self._used += amount
        return self._used <= self.limit

    def give_back(self, amount: int, now_ns: int) -> None:
        """Take from the count, never below zero."""
        self._roll(now_ns)
        self._used = max(0, self._used - amount)

    def resets_in_s(self, now_ns: int) -> float:
        """Until the next interval starts."""
        interval_ns = self.interval_s * SECOND_NS
        return (interval_ns - now_ns % interval_ns) / SECOND_NS

    def _roll(self, now_ns: int) -> None:
        index = now_ns // (self.interval_s * SECOND_NS)
        if index != self._index:
            self._index = index
            self._used = 0


@dataclass
class BanPolicy:
    """Refusals within a minute turn into a ban that grows each time.

    Attributes:
        tolerated: Requests refused with 429 in one minute before the ban starts.
        first_s: Length of the first ban.
        longest_s: Where doubling stops.
    """

    timers: TimerClock
    tolerated: int
    first_s: float
    longest_s: float
    banned_until_ns: int = 0
    _bans: int = 0
    _refusals: Window = field(init=False)

    def __post_init__(self) -> None:
        self._refusals = Window("refusals", 60, self.tolerated)

    def banned_for_s(self) -> float:
        """How long the ban still lasts; 0 when there is none."""
        return max(0.0, (self.banned_until_ns - self.timers.now_ns()) / SECOND_NS)

    def refused(self) -> None:
        """A request was refused for exceeding a limit."""
        now = self.timers.now_ns()
        if not self._refusals.take(1, now):
            length_s = min(self.longest_s, self.first_s * 2**self._bans)
            self._bans += 1
            self.banned_until_ns = now + int(length_s * SECOND_NS)
