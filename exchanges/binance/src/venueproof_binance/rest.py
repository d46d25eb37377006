"""Requests to the REST API: costs, stamps, signatures, retries. Knows no domain values.

Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-api-information
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from venueproof_binance._shapes import Decode
from venueproof_binance.errors import TOO_MANY_ORDERS, VENUE, read_reply, unreadable
from venueproof_binance.settings import BinanceSettings
from venueproof_binance.signing import Signer, encode, make_signer, quote_all, signed_text
from venueproof_core import Clock, Outcome, WireTables
from venueproof_core.errors import ClockSkewError, ConfigurationError, RateLimitedError
from venueproof_net import WRITES, HttpSession, Parts, RawReply, Window

log = logging.getLogger(__name__)

NS_PER_MS = 1_000_000


class Endpoint(NamedTuple):
    """One request the venue offers.

    Attributes:
        weight: What it costs; calls whose cost depends on their parameters say so themselves.
        security: ``none``, ``key`` (only the key's name is sent) or ``signed``.
        orders: New orders it counts as.
    """

    method: str
    path: str
    operation: str
    weight: int
    security: str = "none"
    orders: int = 0


PING = Endpoint("GET", "/api/v3/ping", "ping", 1)
TIME = Endpoint("GET", "/api/v3/time", "time", 1)
EXCHANGE_INFO = Endpoint("GET", "/api/v3/exchangeInfo", "instruments", 20)
DEPTH = Endpoint("GET", "/api/v3/depth", "order_book", 50)
TRADES = Endpoint("GET", "/api/v3/trades", "trades", 25)
OLD_TRADES = Endpoint("GET", "/api/v3/historicalTrades", "trades", 25)
KLINES = Endpoint("GET", "/api/v3/klines", "candles", 2)
TICKER = Endpoint("GET", "/api/v3/ticker/24hr", "ticker", 2)
PLACE = Endpoint("POST", "/api/v3/order", "place", 1, "signed", orders=1)
CANCEL = Endpoint("DELETE", "/api/v3/order", "cancel", 1, "signed")
CANCEL_ALL = Endpoint("DELETE", "/api/v3/openOrders", "cancel_all", 1, "signed")
REPLACE = Endpoint("POST", "/api/v3/order/cancelReplace", "replace", 1, "signed", orders=1)
AMEND = Endpoint("PUT", "/api/v3/order/amend/keepPriority", "amend", 4, "signed")
PLACE_OCO = Endpoint("POST", "/api/v3/orderList/oco", "place_list", 1, "signed", orders=2)
PLACE_OTO = Endpoint("POST", "/api/v3/orderList/oto", "place_list", 1, "signed", orders=2)
PLACE_OTOCO = Endpoint("POST", "/api/v3/orderList/otoco", "place_list", 1, "signed", orders=3)
CANCEL_LIST = Endpoint("DELETE", "/api/v3/orderList", "cancel_list", 1, "signed")
ORDER_LIST = Endpoint("GET", "/api/v3/orderList", "order_list", 4, "signed")
OPEN_LISTS = Endpoint("GET", "/api/v3/openOrderList", "open_order_lists", 6, "signed")
ORDER = Endpoint("GET", "/api/v3/order", "order", 4, "signed")
OPEN_ORDERS = Endpoint("GET", "/api/v3/openOrders", "open_orders", 6, "signed")
ALL_ORDERS = Endpoint("GET", "/api/v3/allOrders", "order_history", 20, "signed")
MY_TRADES = Endpoint("GET", "/api/v3/myTrades", "fills", 20, "signed")
ACCOUNT = Endpoint("GET", "/api/v3/account", "balances", 20, "signed")
COMMISSION = Endpoint("GET", "/api/v3/account/commission", "fee_rates", 20, "signed")
OPEN_LISTEN_KEY = Endpoint("POST", "/api/v3/userDataStream", "open_private_stream", 2, "key")
RENEW_LISTEN_KEY = Endpoint("PUT", "/api/v3/userDataStream", "renew_private_stream", 2, "key")

# What the venue documents; exchangeInfo may tell others, and the reply headers count for the venue.
WINDOWS = {
    "weight": Window(6000, 60),
    "orders_10s": Window(None, 10),
    "orders_1d": Window(None, 86_400),
}
_COUNT_HEADERS = {
    "X-MBX-USED-WEIGHT-1M": "weight",
    "X-MBX-ORDER-COUNT-10S": "orders_10s",
    "X-MBX-ORDER-COUNT-1D": "orders_1d",
}


class BinanceRest:
    """Sends requests one at a time or many at once, within the venue's limits.

    Args:
        base_url: Scheme, host and port.
    """

    def __init__(
        self,
        base_url: str,
        http: HttpSession,
        settings: BinanceSettings,
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
            raise ConfigurationError(
                "binance: this needs credentials; set api_key and api_secret (or keys and key_type)"
            )
        return self._signer

    async def call(
        self,
        endpoint: Endpoint,
        params: Mapping[str, str] | None = None,
        *,
        weight: int | None = None,
        is_repeated: bool = True,
        decode: Decode | None = None,
    ) -> Any:
        """Make a call and return its decoded reply.

        Args:
            weight: What it costs, where the endpoint's own weight is not it.
            is_repeated: Whether a read that failed may be made again.
            decode: For a reply of a known shape; one that does not fit is decoded the general way.

        Raises:
            VenueError: With an honest outcome.
        """
        costs = {"weight": endpoint.weight if weight is None else weight}
        if endpoint.orders:
            costs |= {"orders_10s": endpoint.orders, "orders_1d": endpoint.orders}

        async def once() -> Any:
            try:
                return await self._send(endpoint, params or {}, costs, decode)
            except ClockSkewError as error:
                if not self.retry.advice(error, endpoint.operation).must_measure_clock:
                    raise
                # The request was refused before anything happened: with a true stamp it may go again.
                self.clock_sync.refused()
                return await self._send(endpoint, params or {}, costs, decode)

        if not is_repeated:
            return await once()
        return await self.retry.run(once, endpoint.operation)

    async def stamp_ms(self) -> int:
        """The venue's time now, measured first if it never was."""
        if not self.clock_sync.is_measured:
            async with self._measuring:
                if not self.clock_sync.is_measured:
                    await self._measure_clock()
        return self.clock_sync.stamp_ns(self._clock.time_ns()) // NS_PER_MS

    async def _measure_clock(self) -> None:
        sent_ns = self._clock.time_ns()
        reply = await self.call(TIME)
        received_ns = self._clock.time_ns()
        venue_ms = reply.get("serverTime") if isinstance(reply, dict) else None
        if not isinstance(venue_ms, int):
            raise unreadable("expected serverTime as an integer", repr(reply), TIME.operation)
        self.clock_sync.measured(sent_ns, venue_ms * NS_PER_MS, received_ns)

    async def _send(
        self,
        endpoint: Endpoint,
        params: Mapping[str, str],
        costs: Mapping[str, int],
        decode: Decode | None,
    ) -> Any:
        is_write = endpoint.operation in WRITES
        await self._admit(endpoint, costs, is_write=is_write)
        headers = {}
        if endpoint.security == "none":
            text = encode(params, self._quote)
        elif endpoint.security == "key":
            headers["X-MBX-APIKEY"] = self.signer.api_key
            text = encode(params, self._quote)
        else:
            headers["X-MBX-APIKEY"] = self.signer.api_key
            stamped = {
                **params,
                "recvWindow": str(self._settings.recv_window_ms),
                "timestamp": str(await self.stamp_ms()),
            }
            text = signed_text(self.signer, stamped, self._quote)
        url = self._base_url + endpoint.path
        if text:
            # Not in the body, though the venue would take it there: a body costs as much as a fifth of a request.
            url = f"{url}?{text}"
        self.budget.spend(costs)
        is_counted = False
        try:
            reply = await self._http.request(
                endpoint.method,
                url,
                operation=endpoint.operation,
                is_write=is_write,
                headers=headers,
            )
            is_counted = self._count(reply)
        finally:
            self.budget.settle(costs, is_counted=is_counted)
        retry_after_s = _retry_after_s(reply)
        try:
            return read_reply(reply, endpoint.operation, retry_after_s=retry_after_s, decode=decode)
        except RateLimitedError as error:
            self._keep_silent(error)
            raise

    async def _admit(self, endpoint: Endpoint, costs: Mapping[str, int], *, is_write: bool) -> None:
        wait_s = self.budget.wait_s(costs) if is_write else 0.0
        if wait_s > self._settings.request_timeout_s:
            # An order that goes out long after it was wanted is worse than none.
            raise RateLimitedError(
                f"the venue's limits leave no room for {wait_s:.0f} s; nothing was sent",
                venue=VENUE,
                operation=endpoint.operation,
                outcome=Outcome.NOT_APPLIED,
                retry_after_s=wait_s,
            )
        await self.budget.admit(costs)

    def _count(self, reply: RawReply) -> bool:
        is_counted = False
        for header, window in _COUNT_HEADERS.items():
            used = reply.headers.get(header)
            if used is not None and used.isdigit():
                self.budget.on_used(window, int(used))
                is_counted = is_counted or window == "weight"
        return is_counted

    def _keep_silent(self, error: RateLimitedError) -> None:
        # Too many new orders stops new orders only: cancels must still go out.
        name = "orders_10s" if error.code == TOO_MANY_ORDERS else None
        if error.retry_after_s is None:
            # Told to be silent but not for how long: until the next window.
            self.budget.on_used(name or "weight", WINDOWS["weight"].limit or 0)
        else:
            log.warning("%s", error)
            self.budget.on_retry_after(error.retry_after_s, name)


def _retry_after_s(reply: RawReply) -> float | None:
    if reply.status not in (418, 429):
        return None
    try:
        return float(reply.headers.get("Retry-After", ""))
    except ValueError:
        return None
