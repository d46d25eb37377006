"""Requests to the REST API: token, limits, retries. Knows no domain values.

Source: https://developer.oanda.com/rest-live-v20/development-guide/
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from venueproof_core import Clock
from venueproof_core.errors import ConfigurationError
from venueproof_net import WRITES, HttpSession, Parts, Window
from venueproof_oanda.errors import read_reply
from venueproof_oanda.settings import OandaSettings

WINDOWS = {"requests": Window(120, 1)}
_COST = {"requests": 1}


def quoted(text: str) -> str:
    """A value as it stands in a path or query."""
    return quote(text, safe="")


class OandaRest:
    """Sends requests one at a time or many at once, within the venue's limits.

    Args:
        base_url: Scheme, host and port.
    """

    def __init__(
        self,
        base_url: str,
        http: HttpSession,
        settings: OandaSettings,
        *,
        clock: Clock,
        parts: Parts,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = http
        self._settings = settings
        self.budget = parts.rates(clock, WINDOWS)
        self.retry = parts.retry(clock)

    @property
    def account(self) -> str:
        """Path of the account.

        Raises:
            ConfigurationError: It is not known.
        """
        if self._settings.account_id is None:
            raise ConfigurationError("oanda: this needs an account; set account_id")
        return f"/v3/accounts/{quoted(self._settings.account_id)}"

    def headers(self) -> dict[str, str]:
        """What every request carries.

        Raises:
            ConfigurationError: There is no token.
        """
        if self._settings.token is None:
            raise ConfigurationError("oanda: nothing can be read without a token; set token")
        return {
            "Authorization": f"Bearer {self._settings.token.get_secret_value()}",
            "Accept-Datetime-Format": "RFC3339",
        }

    async def call(
        self,
        method: str,
        path: str,
        operation: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        is_repeated: bool = True,
    ) -> Any:
        """Make a call and return its decoded reply.

        Args:
            is_repeated: Whether a read that failed may be made again.

        Raises:
            VenueError: With an honest outcome.
        """
        query = "&".join(f"{name}={quoted(value)}" for name, value in (params or {}).items())
        url = f"{self._base_url}{path}?{query}" if query else self._base_url + path
        headers, text = self.headers(), None
        if body is not None:
            headers["Content-Type"] = "application/json"
            text = msgspec.json.encode(body).decode()

        async def once() -> Any:
            await self.budget.admit(_COST)
            self.budget.spend(_COST)
            try:
                reply = await self._http.request(
                    method,
                    url,
                    operation=operation,
                    is_write=operation in WRITES,
                    headers=headers,
                    body=text,
                )
            finally:
                self.budget.settle(_COST, is_counted=False)
            return read_reply(reply, operation)

        if not is_repeated:
            return await once()
        return await self.retry.run(once, operation)
