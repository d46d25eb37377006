"""Requests to the REST API: limits, stamps, signatures, retries. Knows no domain values.

Source: https://www.gate.com/docs/developers/apiv4/en/#general
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from venueproof_core import Clock, Outcome, WireTables
from venueproof_core.errors import ClockSkewError, ConfigurationError, RateLimitedError
from venueproof_gateio.errors import VENUE, read_reply, unreadable
from venueproof_gateio.settings import GateioSettings
from venueproof_gateio.signing import Signer, joined, make_signer, quote_all
from venueproof_net import WRITES, HttpSession, Parts, RawReply, Window

log = logging.getLogger(__name__)

NS_PER_S = 1_000_000_000
EACH = Window(200, 10, is_rolling=True)
PLACING = Window(10, 1, is_rolling=True)
CANCELLING = Window(200, 1, is_rolling=True)
"""How the venue's windows are aligned is not documented: rolling ones are kept within any."""


class Endpoint(NamedTuple):
    """One request the venue offers.

    Attributes:
        path: Below the base URL; ``{id}`` is an order's.
        group: Of requests that share a limit; each else has its own.
    """

    method: str
    path: str
    operation: str
    is_signed: bool = False
    group: str | None = None


PING = Endpoint("GET", "/spot/time", "ping")
TIME = Endpoint("GET", "/spot/time", "time")
INSTRUMENTS = Endpoint("GET", "/spot/currency_pairs", "instruments")
ORDER_BOOK = Endpoint("GET", "/spot/order_book", "order_book")
TRADES = Endpoint("GET", "/spot/trades", "trades")
CANDLES = Endpoint("GET", "/spot/candlesticks", "candles")
TICKER = Endpoint("GET", "/spot/tickers", "ticker")
PLACE = Endpoint("POST", "/spot/orders", "place", True, "placing")
AMEND = Endpoint("PATCH", "/spot/orders/{id}", "amend", True, "placing")
CANCEL = Endpoint("DELETE", "/spot/orders/{id}", "cancel", True, "cancelling")
CANCEL_ALL = Endpoint("DELETE", "/spot/orders", "cancel_all", True, "cancelling")
ORDER = Endpoint("GET", "/spot/orders/{id}", "order", True)
FINISHED = Endpoint("GET", "/spot/orders", "order_history", True)
OPEN_OF_PAIR = Endpoint("GET", "/spot/orders", "open_orders", True)
OPEN_ORDERS = Endpoint("GET", "/spot/open_orders", "open_orders", True)
FILLS = Endpoint("GET", "/spot/my_trades", "fills", True)
BALANCES = Endpoint("GET", "/spot/accounts", "balances", True)
FEE_RATES = Endpoint("GET", "/wallet/fee", "fee_rates", True)


class GateioRest:
    """Sends requests one at a time or many at once, within the venue's limits.

    Args:
        base_url: With the path that all requests begin with: ``/api/v4``.
    """

    def __init__(
        self,
        base_url: str,
        http: HttpSession,
        settings: GateioSettings,
        *,
        clock: Clock,
        parts: Parts,
        tables: WireTables,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._base_path = urlsplit(self._base_url).path
        self._http = http
        self._settings = settings
        self._clock = clock
        self._signer = make_signer(settings)
        self._quote = tables.quote_text or quote_all
        self._windows: dict[str, Window] = {}
        self.budget = parts.rates(clock, {})
        self.clock_sync = parts.clock_sync()
        self.retry = parts.retry(clock)
        self._measuring = asyncio.Lock()

    @property
    def signer(self) -> Signer:
        """Whoever signs.

        Raises:
            ConfigurationError: There are no credentials.
        """
        if self._signer is None:
            raise ConfigurationError("gateio: this needs credentials; set api_key and api_secret")
        return self._signer

    async def call(
        self,
        endpoint: Endpoint,
        params: Mapping[str, str] | None = None,
        *,
        order_id: str = "",
        is_repeated: bool = True,
    ) -> Any:
        """Make a call and return its decoded reply.

        Args:
            order_id: What stands in the endpoint's path.
            is_repeated: Whether a read that failed may be made again.

        Raises:
            VenueError: With an honest outcome.
        """

        async def once() -> Any:
            try:
                return await self._send(endpoint, params or {}, order_id)
            except ClockSkewError as error:
                if not self.retry.advice(error, endpoint.operation).must_measure_clock:
                    raise
                # The request was refused before anything happened: with a true stamp it may go again.
                self.clock_sync.refused()
                return await self._send(endpoint, params or {}, order_id)

        if not is_repeated:
            return await once()
        return await self.retry.run(once, endpoint.operation)

    async def stamp_s(self) -> int:
        """The venue's time now in seconds, measured first if it never was."""
        async with self._measuring:
            if not self.clock_sync.is_measured:
                await self._measure_clock()
        return self.now_ns() // NS_PER_S

    def now_ns(self) -> int:
        """The venue's time now, as far as it was measured."""
        return self.clock_sync.stamp_ns(self._clock.time_ns())

    async def _measure_clock(self) -> None:
        sent_ns = self._clock.time_ns()
        reply = await self.call(TIME)
        received_ns = self._clock.time_ns()
        self.clock_sync.measured(sent_ns, read_time_ns(reply), received_ns)

    async def _send(self, endpoint: Endpoint, params: Mapping[str, str], order_id: str) -> Any:
        is_write = endpoint.operation in WRITES
        window = self._window(endpoint, params)
        costs = {window: 1}
        await self._admit(endpoint, costs, is_write=is_write)
        # At once: whoever asks for room next must see that this is taken.
        self.budget.spend(costs)
        try:
            reply = await self._request(endpoint, params, order_id, is_write=is_write)
        finally:
            self.budget.settle(costs, is_counted=False)
        self._count(window, reply)
        try:
            return read_reply(reply, endpoint.operation, retry_after_s=self._retry_after_s(reply))
        except RateLimitedError as error:
            # One window says nothing of the others: cancels must still go out.
            log.warning("%s", error)
            self.budget.on_retry_after(
                1.0 if error.retry_after_s is None else error.retry_after_s, window
            )
            raise

    async def _request(
        self, endpoint: Endpoint, params: Mapping[str, str], order_id: str, *, is_write: bool
    ) -> RawReply:
        path = endpoint.path.replace("{id}", self._quote(order_id))
        query, body, headers = "", "", {}
        if endpoint.method in ("POST", "PATCH"):
            body = msgspec.json.encode(params).decode()
            headers["Content-Type"] = "application/json"
        else:
            query = joined(params, self._quote)
        if endpoint.is_signed:
            signer, stamp_s = self.signer, await self.stamp_s()
            plain = joined(params) if query else ""
            headers |= signer.headers(endpoint.method, self._base_path + path, plain, body, stamp_s)
        return await self._http.request(
            endpoint.method,
            self._base_url + path + (f"?{query}" if query else ""),
            operation=endpoint.operation,
            is_write=is_write,
            headers=headers,
            body=body or None,
        )

    def _window(self, endpoint: Endpoint, params: Mapping[str, str]) -> str:
        if endpoint.group == "placing":
            name, window = f"placing {params.get('currency_pair')}", PLACING
        elif endpoint.group == "cancelling":
            name, window = endpoint.group, CANCELLING
        else:
            name, window = f"{endpoint.method} {endpoint.path}", EACH
        if name not in self._windows:
            self._windows[name] = window
            self.budget.set_limit(name, window)
        return name

    async def _admit(self, endpoint: Endpoint, costs: Mapping[str, int], *, is_write: bool) -> None:
        wait_s = self.budget.wait_s(costs)
        if is_write and wait_s > self._settings.request_timeout_s:
            # An order that goes out long after it was wanted is worse than none.
            raise RateLimitedError(
                f"the venue's limits leave no room for {wait_s:.0f} s; nothing was sent",
                venue=VENUE,
                operation=endpoint.operation,
                outcome=Outcome.NOT_APPLIED,
                retry_after_s=wait_s,
            )
        await self.budget.admit(costs)

    def _count(self, window: str, reply: RawReply) -> None:
        limit, left = (
            reply.headers.get(f"X-Gate-RateLimit-{name}", "")
            for name in ("Limit", "Requests-Remain")
        )
        if limit.isdigit() and left.isdigit():
            length_s = self._windows[window].length_s
            self.budget.set_limit(window, Window(int(limit), length_s, is_rolling=True))
            self.budget.on_used(window, int(limit) - int(left))

    def _retry_after_s(self, reply: RawReply) -> float | None:
        reset = reply.headers.get("X-Gate-RateLimit-Reset-Timestamp", "")
        if reply.status != 429 or not reset.isdigit():
            return None
        return max(0, int(reset) * NS_PER_S - self.now_ns()) / NS_PER_S


def read_time_ns(reply: Any) -> int:
    """The venue's time from its own reply."""
    time_ms = reply.get("server_time") if isinstance(reply, dict) else None
    if not isinstance(time_ms, int):
        raise unreadable("$.server_time: expected an integer", repr(reply), TIME.operation)
    return time_ms * 1_000_000
