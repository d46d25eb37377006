"""Requests to the REST API: limits, stamps, signatures, retries. Knows no domain values.

Source: https://bybit-exchange.github.io/docs/v5/guide and .../v5/rate-limit
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from venueproof_bybit.errors import VENUE, read_reply, unreadable
from venueproof_bybit.settings import BybitSettings
from venueproof_bybit.signing import Signer, encode, make_signer, quote_all
from venueproof_core import Clock, Outcome, WireTables
from venueproof_core.errors import ClockSkewError, ConfigurationError, RateLimitedError
from venueproof_net import WRITES, HttpSession, Parts, RawReply, Window

log = logging.getLogger(__name__)

NS_PER_MS = 1_000_000


class Endpoint(NamedTuple):
    """One request the venue offers.

    Attributes:
        per_second: How many an account may make; ``None`` where only the address is counted. It is signed then.
    """

    method: str
    path: str
    operation: str
    per_second: int | None = None


TIME = Endpoint("GET", "/v5/market/time", "time")
PING = Endpoint("GET", "/v5/market/time", "ping")
INSTRUMENTS = Endpoint("GET", "/v5/market/instruments-info", "instruments")
ORDER_BOOK = Endpoint("GET", "/v5/market/orderbook", "order_book")
TRADES = Endpoint("GET", "/v5/market/recent-trade", "trades")
CANDLES = Endpoint("GET", "/v5/market/kline", "candles")
TICKER = Endpoint("GET", "/v5/market/tickers", "ticker")
PLACE = Endpoint("POST", "/v5/order/create", "place", 20)
CANCEL = Endpoint("POST", "/v5/order/cancel", "cancel", 20)
CANCEL_ALL = Endpoint("POST", "/v5/order/cancel-all", "cancel_all", 20)
AMEND = Endpoint("POST", "/v5/order/amend", "amend", 10)
ORDER = Endpoint("GET", "/v5/order/realtime", "order", 50)
OLD_ORDER = Endpoint("GET", "/v5/order/history", "order", 50)
OPEN_ORDERS = Endpoint("GET", "/v5/order/realtime", "open_orders", 50)
HISTORY = Endpoint("GET", "/v5/order/history", "order_history", 50)
FILLS = Endpoint("GET", "/v5/execution/list", "fills", 50)
BALANCES = Endpoint("GET", "/v5/account/wallet-balance", "balances", 50)
FEE_RATES = Endpoint("GET", "/v5/account/fee-rate", "fee_rates", 5)

_SIGNED = (
    PLACE, CANCEL, CANCEL_ALL, AMEND, OPEN_ORDERS, HISTORY, FILLS, BALANCES, FEE_RATES
)  # fmt: skip
ADDRESS = "address"
WINDOWS = {
    ADDRESS: Window(600, 5, is_rolling=True),
    **{endpoint.path: Window(endpoint.per_second, 1, is_rolling=True) for endpoint in _SIGNED},
}
"""What the venue documents; the headers of replies tell an account's own."""


class BybitRest:
    """Sends requests one at a time or many at once, within the venue's limits.

    Args:
        base_url: Scheme, host and port.
    """

    def __init__(
        self,
        base_url: str,
        http: HttpSession,
        settings: BybitSettings,
        *,
        clock: Clock,
        parts: Parts,
        tables: WireTables,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = http
        self._settings = settings
        self._clock = clock
        self._signer = make_signer(settings)
        self._quote = tables.quote_text or quote_all
        self.budget = parts.rates(clock, WINDOWS)
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
            raise ConfigurationError("bybit: this needs credentials; set api_key and api_secret")
        return self._signer

    async def call(
        self,
        endpoint: Endpoint,
        params: Mapping[str, str] | None = None,
        *,
        is_repeated: bool = True,
    ) -> Any:
        """Make a call and return the ``result`` of its reply.

        Args:
            is_repeated: Whether a read that failed may be made again.

        Raises:
            VenueError: With an honest outcome.
        """

        async def once() -> Any:
            try:
                return await self._send(endpoint, params or {})
            except ClockSkewError as error:
                if not self.retry.advice(error, endpoint.operation).must_measure_clock:
                    raise
                # The request was refused before anything happened: with a true stamp it may go again.
                self.clock_sync.refused()
                return await self._send(endpoint, params or {})

        if not is_repeated:
            return await once()
        return await self.retry.run(once, endpoint.operation)

    async def stamp_ms(self) -> int:
        """The venue's time now, measured first if it never was."""
        async with self._measuring:
            if not self.clock_sync.is_measured:
                await self._measure_clock()
        return self.now_ns() // NS_PER_MS

    def now_ns(self) -> int:
        """The venue's time now, as far as it was measured."""
        return self.clock_sync.stamp_ns(self._clock.time_ns())

    async def _measure_clock(self) -> None:
        sent_ns = self._clock.time_ns()
        reply = await self.call(TIME)
        received_ns = self._clock.time_ns()
        self.clock_sync.measured(sent_ns, read_time_ns(reply), received_ns)

    async def _send(self, endpoint: Endpoint, params: Mapping[str, str]) -> Any:
        is_write = endpoint.operation in WRITES
        costs = {ADDRESS: 1}
        if endpoint.per_second is not None:
            costs[endpoint.path] = 1
        await self._admit(endpoint, costs, is_write=is_write)
        # At once: whoever asks for room next must see that this is taken.
        self.budget.spend(costs)
        try:
            reply = await self._request(endpoint, params, is_write=is_write)
        finally:
            self.budget.settle(costs, is_counted=False)
        self._count(endpoint, reply)
        try:
            return read_reply(reply, endpoint.operation, retry_after_s=self._retry_after_s(reply))
        except RateLimitedError as error:
            self._keep_silent(endpoint, error)
            raise

    async def _request(
        self, endpoint: Endpoint, params: Mapping[str, str], *, is_write: bool
    ) -> RawReply:
        url, body, headers = self._base_url + endpoint.path, None, {}
        if endpoint.method == "POST":
            payload = body = msgspec.json.encode(params).decode()
            headers["Content-Type"] = "application/json"
        else:
            payload = encode(params, self._quote)
            url += f"?{payload}" if payload else ""
        if endpoint.per_second is not None:
            signer, stamp_ms = self.signer, await self.stamp_ms()
            headers |= signer.headers(stamp_ms, self._settings.recv_window_ms, payload)
        return await self._http.request(
            endpoint.method,
            url,
            operation=endpoint.operation,
            is_write=is_write,
            headers=headers,
            body=body,
        )

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

    def _count(self, endpoint: Endpoint, reply: RawReply) -> None:
        limit, left = (
            reply.headers.get(name, "") for name in ("X-Bapi-Limit", "X-Bapi-Limit-Status")
        )
        if limit.isdigit() and left.isdigit():
            self.budget.set_limit(endpoint.path, Window(int(limit), 1, is_rolling=True))
            self.budget.on_used(endpoint.path, int(limit) - int(left))

    def _retry_after_s(self, reply: RawReply) -> float | None:
        reset = reply.headers.get("X-Bapi-Limit-Reset-Timestamp", "")
        if not reset.isdigit():
            return None
        return max(0, int(reset) * NS_PER_MS - self.now_ns()) / 1e9

    def _keep_silent(self, endpoint: Endpoint, error: RateLimitedError) -> None:
        # One endpoint's limit says nothing of the others: cancels must still go out.
        name = None if error.status in (403, 429) else endpoint.path
        log.warning("%s", error)
        self.budget.on_retry_after(
            1.0 if error.retry_after_s is None else error.retry_after_s, name
        )


def read_time_ns(reply: Any) -> int:
    """The venue's time from its own reply."""
    text = reply.get("timeNano") if isinstance(reply, dict) else None
    if not isinstance(text, str) or not text.isdigit():
        raise unreadable("$.timeNano: expected digits", repr(reply), TIME.operation)
    return int(text)
