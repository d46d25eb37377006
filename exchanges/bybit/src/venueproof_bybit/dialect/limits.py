"""Requests per second of each account and endpoint, and of each address. Source: "Rate Limit Rules".

The venue's seconds roll; here they are aligned to the timer clock, which no client can tell apart.
"""

from __future__ import annotations

from venueproof_bybit.dialect import errors
from venueproof_simulator.clocks import StampClock, TimerClock
from venueproof_simulator.limits import BanPolicy, Window
from venueproof_simulator.toolkit import Refuse

ADDRESS_LIMIT, ADDRESS_S = 600, 5
BAN_S = 600


class Limits:
    """The limits of one world."""

    def __init__(self, timers: TimerClock, stamps: StampClock) -> None:
        self._timers = timers
        self._stamps = stamps
        self._address = Window("IP_5S", ADDRESS_S, ADDRESS_LIMIT)
        self._windows: dict[tuple[str, str], Window] = {}
        self.ban = BanPolicy(timers, tolerated=0, first_s=BAN_S, longest_s=BAN_S)

    def charge_address(self) -> None:
        """Count a request of this address.

        Raises:
            Refuse: 403, for ten minutes.
        """
        now = self._timers.now_ns()
        if self.ban.banned_for_s() == 0 and not self._address.take(1, now):
            self.ban.refused()
        if self.ban.banned_for_s() > 0:
            raise errors.of(errors.IP_LIMIT)

    def charge(self, account: str, endpoint: str, limit: int, amount: int = 1) -> dict[str, str]:
        """Count a private request; returns the headers that tell of it.

        Raises:
            Refuse: 10006, with the same headers.
        """
        now = self._timers.now_ns()
        window = self._windows.setdefault((account, endpoint), Window(endpoint, 1, limit))
        is_within = window.take(amount, now)
        headers = self._headers(window, now)
        if not is_within:
            raise Refuse(
                errors.TOO_MANY_VISITS.code,
                errors.TOO_MANY_VISITS.message,
                status=200,
                headers=headers,
            )
        return headers

    def refusal(self, retry_after_s: float) -> Refuse:
        """10006, for a fault."""
        reset_ms = self._stamps.time_ns() // 1_000_000 + int(retry_after_s * 1000)
        return Refuse(
            errors.TOO_MANY_VISITS.code,
            errors.TOO_MANY_VISITS.message,
            status=200,
            headers={
                "X-Bapi-Limit": "20",
                "X-Bapi-Limit-Status": "0",
                "X-Bapi-Limit-Reset-Timestamp": str(reset_ms),
            },
        )

    def rows(self) -> list[tuple[str, int, int, float, float]]:
        """Every window: name, used, limit, seconds to reset, seconds of ban."""
        now = self._timers.now_ns()
        return [
            (
                window.name,
                window.used(now),
                window.limit,
                window.resets_in_s(now),
                self.ban.banned_for_s(),
            )
            for window in (self._address, *self._windows.values())
        ]

    def _headers(self, window: Window, now: int) -> dict[str, str]:
        used = window.used(now)
        reset_ms = self._stamps.time_ns() // 1_000_000
        if used > window.limit:
            reset_ms += int(window.resets_in_s(now) * 1000) + 1
        return {
            "X-Bapi-Limit": str(window.limit),
            "X-Bapi-Limit-Status": str(max(0, window.limit - used)),
            "X-Bapi-Limit-Reset-Timestamp": str(reset_ms),
        }
