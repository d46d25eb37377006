"""Request weights, raw requests, order counts, bans and the headers that tell of them.

Source: "Limits" of the REST page; enum page, "Rate limiters". Windows are aligned to the calendar.
"""

from venueproof_simulator.clocks import TimerClock
from venueproof_simulator.limits import BanPolicy, Window
from venueproof_simulator.toolkit import Refuse

# Refusals tolerated in a minute before the ban: the venue gives no figure, only that going on leads there.
TOLERATED_REFUSALS = 5


class Limits:
    """The limits of one world: weight and requests by address, order counts by account."""

    def __init__(self, timers: TimerClock) -> None:
        self._timers = timers
        self.weight = Window("REQUEST_WEIGHT_1M", 60, 6000)
        self.raw = Window("RAW_REQUESTS_5M", 300, 300_000)
        self.ban = BanPolicy(timers, TOLERATED_REFUSALS, first_s=120, longest_s=3 * 86_400)
        self._orders: dict[str, tuple[Window, Window]] = {}

    def orders(self, account: str) -> tuple[Window, Window]:
        """Unfilled order counts of an account: 10 seconds, one day."""
        if account not in self._orders:
            self._orders[account] = (
                Window("ORDERS_10S", 10, 100),
                Window("ORDERS_1D", 86_400, 200_000),
            )
        return self._orders[account]

    def charge(self, weight: int) -> None:
        """Count a request.

        Raises:
            Refuse: 429 with Retry-After, or 418 while banned.
        """
        now = self._timers.now_ns()
        banned_s = self.ban.banned_for_s()
        if banned_s > 0:
            raise self.banned(banned_s)
        is_within = self.weight.take(weight, now) and self.raw.take(1, now)
        if not is_within:
            self.ban.refused()
            if self.ban.banned_for_s() > 0:
                raise self.banned(self.ban.banned_for_s())
            raise self.too_much(self.weight.resets_in_s(now))

    def count_order(self, account: str, orders: int = 1) -> None:
        """Count new orders.

        Raises:
            Refuse: -1015, with Retry-After.
        """
        now = self._timers.now_ns()
        for window, unit in zip(self.orders(account), ("10 SECOND", "1 DAY"), strict=True):
            if window.used(now) + orders > window.limit:
                wait_s = max(1, round(window.resets_in_s(now)))
                raise Refuse(
                    -1015,
                    f"Too many new orders; current limit is {window.limit} orders per {unit}.",
                    status=429,
                    headers={"Retry-After": str(wait_s)},
                )
        for window in self.orders(account):
            window.take(orders, now)

    def first_fill(self, account: str, *, is_maker: bool) -> None:
        """An order's first fill gives order count back: 1 as taker, 5 as maker."""
        for window in self.orders(account):
            window.give_back(5 if is_maker else 1, self._timers.now_ns())

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

    def too_much(self, retry_after_s: float) -> Refuse:
        """429."""
        return Refuse(
            -1003,
            "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. "
            "Please use WebSocket Streams for live updates to avoid polling the API.",
            status=429,
            headers={"Retry-After": str(max(1, round(retry_after_s)))},
        )

    def banned(self, for_s: float) -> Refuse:
        """418."""
        until_ms = self._timers.now_ns() // 1_000_000 + int(for_s * 1000)
        return Refuse(
            -1003,
            f"Way too much request weight used; IP banned until {until_ms}. "
            "Please use WebSocket Streams for live updates to avoid bans.",
            status=418,
            headers={"Retry-After": str(max(1, round(for_s)))},
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
