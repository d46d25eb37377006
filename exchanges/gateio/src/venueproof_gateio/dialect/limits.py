"""Requests of each address or account and endpoint. Source: "Rate limit rules".

The venue does not say how its windows are aligned; here they are aligned to the timer clock.
"""

from __future__ import annotations

import math

from venueproof_gateio.dialect import errors
from venueproof_simulator.clocks import SECOND_NS, TimerClock
from venueproof_simulator.limits import Window
from venueproof_simulator.toolkit import Refuse

# Requests in so many seconds.
PUBLIC = OTHER = (200, 10)
PLACING = (10, 1)
CANCELLING = (200, 1)


class Limits:
    """The limits of one world."""

    def __init__(self, timers: TimerClock) -> None:
        self._timers = timers
        self._windows: dict[tuple[str, ...], Window] = {}

    def charge(self, limit: tuple[int, int], *key: str) -> dict[str, str]:
        """Count a request; returns the headers that tell of it.

        Args:
            key: Whose, and of what: the last part is the window's name.

        Raises:
            Refuse: TOO_MANY_REQUESTS, with the same headers.
        """
        most, length_s = limit
        now = self._timers.now_ns()
        window = self._windows.setdefault(key, Window(key[-1], length_s, most))
        is_within = window.take(1, now)
        headers = self._headers(window, now)
        if not is_within:
            raise self._refusal(headers)
        return headers

    def refusal(self, after_s: float) -> Refuse:
        """TOO_MANY_REQUESTS, for a fault."""
        reset = self._timers.now_ns() // SECOND_NS + max(1, round(after_s))
        return self._refusal(
            {
                "X-Gate-RateLimit-Requests-Remain": "0",
                "X-Gate-RateLimit-Limit": str(PUBLIC[0]),
                "X-Gate-RateLimit-Reset-Timestamp": str(reset),
            }
        )

    def rows(self) -> list[tuple[str, int, int, float, float]]:
        """Every window: name, used, limit, seconds to reset, seconds of ban."""
        now = self._timers.now_ns()
        return [
            (window.name, window.used(now), window.limit, window.resets_in_s(now), 0.0)
            for window in self._windows.values()
        ]

    def _refusal(self, headers: dict[str, str]) -> Refuse:
        row = errors.TOO_MANY_REQUESTS
        return Refuse(row.label, row.message, status=row.status, headers=headers)

    def _headers(self, window: Window, now: int) -> dict[str, str]:
        used = window.used(now)
        reset = now // SECOND_NS
        if used > window.limit:
            reset = math.ceil(now / SECOND_NS + window.resets_in_s(now))
        return {
            "X-Gate-RateLimit-Requests-Remain": str(max(0, window.limit - used)),
            "X-Gate-RateLimit-Limit": str(window.limit),
            "X-Gate-RateLimit-Reset-Timestamp": str(reset),
        }
