"""Listen keys of the older protocol profile: valid for 60 minutes unless renewed.

Source: the user data stream page as it was until 2025-10-24; served before 2026-02-20.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from venueproof_simulator.clocks import Timer

if TYPE_CHECKING:
    from venueproof_simulator.world import World

VALID_S = 3600


class ListenKeys:
    """The living keys of one world."""

    def __init__(self, world: World, expired: Callable[[str], None]) -> None:
        self._world = world
        self._expired = expired
        self._keys: dict[str, tuple[str, Timer]] = {}
        self._made = 0

    def create(self, account: str) -> str:
        """A key of the account; while one lives, the same key, extended."""
        for key, (owner, _) in self._keys.items():
            if owner == account:
                self.renew(key)
                return key
        self._made += 1
        seed = f"{self._world.seed}/{account}/{self._made}".encode()
        key = hashlib.sha256(seed).hexdigest()
        self._arm(key, account)
        return key

    def owner(self, key: str) -> str | None:
        """Whose key it is, while it lives."""
        return self._keys[key][0] if key in self._keys else None

    def of_account(self, account: str) -> list[str]:
        """The account's living keys: one, or none."""
        return [key for key, (owner, _) in self._keys.items() if owner == account]

    def renew(self, key: str) -> bool:
        """Another 60 minutes; False if there is no such key."""
        if key not in self._keys:
            return False
        account, timer = self._keys[key]
        timer.cancel()
        self._arm(key, account)
        return True

    def delete(self, key: str) -> bool:
        """End it; False if there is no such key."""
        if key not in self._keys:
            return False
        self._keys.pop(key)[1].cancel()
        return True

    def _arm(self, key: str, account: str) -> None:
        timer = self._world.timers.call_later(VALID_S, lambda: self._expire(key))
        self._keys[key] = (account, timer)

    def _expire(self, key: str) -> None:
        if key in self._keys:
            del self._keys[key]
            self._expired(key)
