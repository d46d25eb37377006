"""The connector. Its methods are those of ``PublicConnector`` and ``PrivateConnector`` in ``venueproof_core``."""

from collections.abc import Mapping
from typing import Any

import msgspec

from venueproof_core import Clock, Outcome
from venueproof_core.errors import VenueError
from venueproof_net import HttpSession, Parts
from venueproof_oanda.settings import OandaSettings


async def connect(
    settings: OandaSettings,
    endpoints: Mapping[str, str],
    *,
    clock: Clock,
) -> "OandaConnector":
    """Make a connector. Nothing is sent yet: connections open with the first call that needs one.

    Args:
        endpoints: URLs by name; ``rest`` is needed.
        clock: All waiting and stamping goes by it.
    """
    http = Parts().http(venue="oanda", clock=clock, timeout_s=settings.request_timeout_s)
    return OandaConnector(endpoints["rest"], http, clock)


class OandaConnector:
    """This repository's own client of OANDA. Made by ``connect``; usable from one event loop."""

    def __init__(self, rest: str, http: HttpSession, clock: Clock) -> None:
        self._rest = rest
        self._http = http
        self._clock = clock

    async def aclose(self) -> None:
        """Close every socket and task. Safe to call twice."""
        await self._http.aclose()

    async def _get(self, path: str, operation: str) -> Any:
        """Read once, and return the decoded reply.

        Raises:
            VenueError: There was no reply, or the venue refused.
        """
        reply = await self._http.request(
            "GET", self._rest + path, operation=operation, is_write=False
        )
        if reply.status != 200:
            raise VenueError(
                f"status {reply.status}",
                venue="oanda",
                operation=operation,
                outcome=Outcome.NOT_APPLIED,
            )
        return msgspec.json.decode(reply.body)
