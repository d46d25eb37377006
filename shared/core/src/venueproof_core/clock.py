"""The clock a connector is given. Implementations live in ``venueproof_net.clock``."""

from typing import Protocol


class Clock(Protocol):
    """Time, and waiting for it. A connector that takes one never asks the system."""

    def time_ns(self) -> int:
        """Wall clock, nanoseconds UTC. Signatures are stamped with it."""
        ...

    def monotonic_ns(self) -> int:
        """Nanoseconds from an arbitrary start; never goes back. Durations and timers use it."""
        ...

    async def sleep(self, duration_s: float) -> None:
        """Return when ``duration_s`` seconds have passed on this clock."""
        ...
