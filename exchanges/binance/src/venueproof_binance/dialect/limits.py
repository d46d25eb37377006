"""Request weights, raw requests, order counts, connection attempts, bans and the headers that tell of them.

Source: "Limits" of the REST page; enum page, "Rate limiters"; WebSocket streams page, "General
information". Windows are aligned to the calendar; the attempts to connect are counted over the last five
minutes.
"""

from collections import deque
from typing import Any

from venueproof_simulator.clocks import SECOND_NS, TimerClock
from venueproof_simulator.limits import BanPolicy, Window
from venueproof_simulator.toolkit import Refuse

# Refusals tolerated in a minute before the ban: the venue gives no figure, only that going on leads there.
TOLERATED_REFUSALS = 5
CONNECTIONS = 300
CONNECTIONS_WITHIN_S = 300
# What the first fill of an order gives back; the venue gives the figure of a maker in an example only.
GIVEN_BACK_TO_TAKER, GIVEN_BACK_TO_MAKER = 1, 5
_UNITS = (("SECOND", 10), ("DAY", 1))


class Limits:
    """The limits of one world: weight and requests by address, order counts by account."""

    def __init__(self, timers: TimerClock) -> None:
        self._timers = timers
        self.weight = Window("REQUEST_WEIGHT_1M", 60, 6000)
        self.raw = Window("RAW_REQUESTS_5M", 300, 300_000)
        self.ban = BanPolicy(timers, TOLERATED_REFUSALS, first_s=120, longest_s=3 * 86_400)
        self._orders: dict[str, tuple[Window, Window]] = {}
        self._attempts: deque[int] = deque()

    def orders(self, account: str) -> tuple[Window, Window]:
        """Unfilled order counts of an account: 10 seconds, one day."""
        if account not in self._orders:
            self._orders[account] = (
                Window("ORDERS_10S", 10, 100),
                Window("ORDERS_1D", 86_400, 200_000),
            )
        return self._orders[account]

    # ------------------------------------------------------------ requests

    def charge(self, weight: int, requests: int = 1) -> None:
        """Count a request, or more weight of one that is counted already.

        Raises:
            Refuse: 429 with Retry-After, or 418 while banned.
        """
        now = self._timers.now_ns()
        banned_s = self.ban.banned_for_s()
        if banned_s > 0:
            raise self.banned(banned_s)
        is_within = self.weight.take(weight, now) and self.raw.take(requests, now)
        if not is_within:
            self.ban.refused()
            if self.ban.banned_for_s() > 0:
                raise self.banned(self.ban.banned_for_s())
            raise self.too_much(self.weight.resets_in_s(now))

    def give_back(self, weight: int) -> None:
        """A request has turned out to be free."""
        self.weight.give_back(weight, self._timers.now_ns())

    def takes_connection(self) -> bool:
        """Count an attempt to open a stream connection; False if it is one too many."""
        now = self._timers.now_ns()
        while self._attempts and self._attempts[0] <= now - CONNECTIONS_WITHIN_S * SECOND_NS:
            self._attempts.popleft()
        self._attempts.append(now)
        return not self.ban.banned_for_s() and len(self._attempts) <= CONNECTIONS

    def refused_connections(self) -> int:
        """Status that attempts to connect are refused with; the documents name the limit, not the answer."""
        return 418 if self.ban.banned_for_s() else 429

    # ------------------------------------------------------------ orders

    def check_orders(self, account: str, orders: int = 1) -> None:
        """See whether so many new orders are within the limits; nothing is counted.

        Raises:
            Refuse: -1015, with Retry-After.
        """
        now = self._timers.now_ns()
        for window, (unit, length) in zip(self.orders(account), _UNITS, strict=True):
            if window.used(now) + orders > window.limit:
                raise Refuse(
                    -1015,
                    f"Too many new orders; current limit is {window.limit} orders per"
                    f" {length} {unit}.",
                    status=429,
                    headers={"Retry-After": _seconds(window.resets_in_s(now))},
                )

    def count_orders(self, account: str, orders: int = 1) -> None:
        """Count orders that the venue has accepted."""
        for window in self.orders(account):
            window.take(orders, self._timers.now_ns())

    def first_fill(self, account: str, *, is_maker: bool) -> None:
        """An order's first fill gives order count back."""
        amount = GIVEN_BACK_TO_MAKER if is_maker else GIVEN_BACK_TO_TAKER
        for window in self.orders(account):
            window.give_back(amount, self._timers.now_ns())

    # ------------------------------------------------------------ telling

    def headers(self, account: str | None) -> dict[str, str]:
        """What a reply tells of the counts; order counts only after a placement."""
        now = self._timers.now_ns()
        used = str(self.weight.used(now))
        headers = {"X-MBX-USED-WEIGHT": used, "X-MBX-USED-WEIGHT-1M": used}
        if account is not None:
            short, long = self.orders(account)
            headers["X-MBX-ORDER-COUNT-10S"] = str(short.used(now))
            headers["X-MBX-ORDER-COUNT-1D"] = str(long.used(now))
        return headers

    def described(self) -> list[dict[str, Any]]:
        """As exchangeInfo lists them."""
        short, long = self.orders("")
        return [
            _row("REQUEST_WEIGHT", "MINUTE", 1, self.weight),
            _row("ORDERS", "SECOND", 10, short),
            _row("ORDERS", "DAY", 1, long),
            _row("RAW_REQUESTS", "MINUTE", 5, self.raw),
        ]

    def order_rows(self, account: str) -> list[dict[str, Any]]:
        """The account's order counts, with what is used of them."""
        now = self._timers.now_ns()
        return [
            {**_row("ORDERS", unit, length, window), "count": window.used(now)}
            for window, (unit, length) in zip(self.orders(account), _UNITS, strict=True)
        ]

    def weight_row(self) -> dict[str, Any]:
        """The request weight, with what is used of it."""
        count = self.weight.used(self._timers.now_ns())
        return {**_row("REQUEST_WEIGHT", "MINUTE", 1, self.weight), "count": count}

    def too_much(self, retry_after_s: float) -> Refuse:
        """429."""
        return Refuse(
            -1003,
            f"Too much request weight used; current limit is {self.weight.limit} request weight per"
            " 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.",
            status=429,
            headers={"Retry-After": _seconds(retry_after_s)},
        )

    def banned(self, for_s: float) -> Refuse:
        """418."""
        until_ms = self._timers.now_ns() // 1_000_000 + int(for_s * 1000)
        return Refuse(
            -1003,
            f"Way too much request weight used; IP banned until {until_ms}. "
            "Please use WebSocket Streams for live updates to avoid bans.",
            status=418,
            headers={"Retry-After": _seconds(for_s)},
        )

    def rows(self, accounts: list[str]) -> list[tuple[str, int, int, float, float]]:
        """Every window: name, used, limit, seconds to reset, seconds of ban."""
        now = self._timers.now_ns()
        banned_s = self.ban.banned_for_s()
        windows = [self.weight, self.raw]
        windows += [window for account in accounts for window in self.orders(account)]
        return [
            (window.name, window.used(now), window.limit, window.resets_in_s(now), banned_s)
            for window in windows
        ]


def _row(kind: str, unit: str, length: int, window: Window) -> dict[str, Any]:
    return {
        "rateLimitType": kind,
        "interval": unit,
        "intervalNum": length,
        "limit": window.limit,
    }


def _seconds(value: float) -> str:
    return str(max(1, round(value)))
