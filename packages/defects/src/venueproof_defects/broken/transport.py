"""Clocks, limits, retries, signatures and errors with one thing wrong."""

import asyncio
import base64
import dataclasses
import json
import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from msgspec.structs import replace

from venueproof_core import Connector
from venueproof_core.errors import MalformedMessageError, Outcome, VenueError
from venueproof_core.models import (
    Balance,
    Fill,
    Instrument,
    InstrumentStatus,
    Order,
    OrderRequest,
    OrderStatus,
)
from venueproof_defects.faces import Face
from venueproof_defects.proxy import Forward, ProxiedReply, ProxiedRequest, Rewriter
from venueproof_net import ClockSync, RateBudget, ReconnectPolicy, RetryPolicy

log = logging.getLogger(__name__)

MINUTE_NS = 60 * 10**9

# ---------------------------------------------------------------- clocks


class TrustsOwnClock(ClockSync):
    """Measures, and takes no notice."""

    def measured(self, sent_ns: int, venue_ns: int, received_ns: int) -> None:  # noqa: ARG002
        super().measured(sent_ns, received_ns, received_ns)


class MeasuresOnce(ClockSync):
    """Believes its first measurement for ever."""

    def refused(self) -> None:
        """Nothing is measured again."""


class ReplacesOddTimes(Face):
    """Takes its own time where the venue's is more than a minute away."""

    async def fills(self, symbol: str, **which: Any) -> Sequence[Fill]:
        found: Sequence[Fill] = await self.client.fills(symbol, **which)
        now = time.time_ns()
        return [
            fill if abs(fill.venue_time_ns - now) < MINUTE_NS else replace(fill, venue_time_ns=now)
            for fill in found
        ]


class ReadsTimesAsLocal(Face):
    """Takes the venue's times for times of the host's zone."""

    async def fills(self, symbol: str, **which: Any) -> Sequence[Fill]:
        found: Sequence[Fill] = await self.client.fills(symbol, **which)
        ahead_ns = time.localtime().tm_gmtoff * 10**9
        return [replace(fill, venue_time_ns=fill.venue_time_ns - ahead_ns) for fill in found]


class OneLongTimer:
    """A clock on which only the first wait of more than ten minutes ends."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self._has_waited = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._clock, name)

    async def sleep(self, duration_s: float) -> None:
        if duration_s > 600:
            if self._has_waited:
                await asyncio.get_running_loop().create_future()
            self._has_waited = True
        await self._clock.sleep(duration_s)


def with_one_long_timer(connector: Connector) -> Connector:
    """The connector on such a clock."""
    correct = connector.connect

    async def connect(settings: Any, endpoints: Any, *, clock: Any, **more: Any) -> Any:
        return await correct(settings, endpoints, clock=OneLongTimer(clock), **more)

    return dataclasses.replace(connector, connect=connect)


class StaysAwayAfterGoodbye(ReconnectPolicy):
    """Comes back after a cut, but not where the venue has said that a connection ends."""

    def should_reconnect(self, close_code: int | None) -> bool:
        return close_code is not None


# ---------------------------------------------------------------- limits


class IgnoresRetryAfter(RateBudget):
    """Has its own idea of when to go on."""

    def on_retry_after(self, seconds: float, name: str | None = None) -> None:
        """No pause."""


class KeepsNoBudget(RateBudget):
    """Counts nothing."""

    def wait_s(self, costs: Mapping[str, int]) -> float:  # noqa: ARG002
        return super().wait_s({})


class WaitsBetweenCalls(RateBudget):
    """Lets one call out in ten milliseconds, whatever the venue allows."""

    _next_ns = 0

    async def admit(self, costs: Mapping[str, int]) -> None:
        now_ns = self._clock.monotonic_ns()
        wait_ns, self._next_ns = self._next_ns - now_ns, max(self._next_ns, now_ns) + 10**7
        if wait_ns > 0:
            await self._clock.sleep(wait_ns / 1e9)
        await super().admit(costs)


# ---------------------------------------------------------------- errors


class TriesOnce(RetryPolicy):
    """Hands every bad moment on."""

    attempts = 1


class NeverGivesUp(RetryPolicy):
    """Goes on trying, without a pause."""

    attempts = 25
    first_pause_s = 0.0


class LosesCodes(Face):
    """Raises the venue's refusals without its code."""

    async def place(self, request: OrderRequest) -> Order:
        try:
            placed: Order = await self.client.place(request)
        except VenueError as error:
            error.code = None
            raise
        return placed


class RaisesRawErrors(Face):
    """Lets the decoder's error out."""

    async def balances(self) -> Sequence[Balance]:
        try:
            found: Sequence[Balance] = await self.client.balances()
        except MalformedMessageError as error:
            raise ValueError(f"cannot decode {error.text!r}") from error
        return found


class ReadsUnknownAsNew(dict[str, OrderStatus]):
    """Statuses, of which an unknown one is NEW."""

    def __missing__(self, word: object) -> OrderStatus:
        return OrderStatus.NEW


class InsistsOnTrading(Face):
    """Fails when an instrument does not trade."""

    async def instruments(self) -> Sequence[Instrument]:
        found: Sequence[Instrument] = await self.client.instruments()
        if any(item.status is not InstrumentStatus.TRADING for item in found):
            raise MalformedMessageError(
                "an instrument of an unknown status",
                venue="",
                operation="instruments",
                outcome=Outcome.NOT_APPLIED,
            )
        return found


class RefusesNewFields(Rewriter):
    """A strict reader: an object with a field that the last one of its kind had not is unreadable."""

    def __init__(self) -> None:
        self._fields: dict[str, set[str]] = {}

    async def request(self, request: ProxiedRequest, forward: Forward) -> ProxiedReply:
        reply = await forward(request)
        path = request.method + request.target.partition("?")[0]
        if reply.status != 200 or not reply.body.startswith(b"{"):
            return reply
        try:
            fields = set(json.loads(reply.body))
        except ValueError:
            return reply
        known = self._fields.setdefault(path, fields)
        return reply if fields <= known else dataclasses.replace(reply, body=b"{")


# ---------------------------------------------------------------- the wire


class RepeatsPuts(Rewriter):
    """Sends each PUT twice: it is idempotent, after all."""

    async def request(self, request: ProxiedRequest, forward: Forward) -> ProxiedReply:
        reply = await forward(request)
        if request.method == "PUT":
            await forward(request)
        return reply


class RepeatsItsProof(Rewriter):
    """Authenticates every connection with the proof of the first."""

    def __init__(self) -> None:
        self._proof: Any = None

    def client_frame(self, text: str) -> str | None:
        message = json.loads(text)
        params = message.get("params")
        if not isinstance(params, dict) or "signature" not in params:
            return text
        self._proof = self._proof or params
        return json.dumps({**message, "params": self._proof})


class LowersEscapes(Rewriter):
    """Writes percent-escapes in small letters after they were signed."""

    async def request(self, request: ProxiedRequest, forward: Forward) -> ProxiedReply:
        target = re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), request.target)
        return await forward(dataclasses.replace(request, target=target))


class CutsSignatures(Rewriter):
    """Loses the first character of one signature in sixteen: that many begin with a zero."""

    def __init__(self) -> None:
        self._posts = 0

    async def request(self, request: ProxiedRequest, forward: Forward) -> ProxiedReply:
        self._posts += request.method == "POST"
        if request.method == "POST" and self._posts % 16 == 0:
            target = re.sub("(signature=).", r"\1", request.target)
            body = re.sub(b"(signature=).", rb"\1", request.body)
            request = dataclasses.replace(request, target=target, body=body)
        return await forward(request)


# ---------------------------------------------------------------- secrets and parallel use


def with_secrets_in_log(connector: Connector) -> Connector:
    """The connector, which writes what it is given into its log, encoded."""
    correct = connector.connect

    async def connect(settings: Any, endpoints: Any, **more: Any) -> Any:
        secret = getattr(settings, "api_secret", None)
        if secret is not None:
            text = secret.get_secret_value().encode()
            log.debug("Authorization: Basic %s", base64.b64encode(text).decode())
        return await correct(settings, endpoints, **more)

    return dataclasses.replace(connector, connect=connect)


def with_secrets_in_errors(connector: Connector) -> Connector:
    """The connector, whose errors quote the request with what it was signed with, percent-encoded."""
    return _with_secret(connector, _QuotesSecrets)


def with_secrets_in_the_open(connector: Connector) -> Connector:
    """The connector, which keeps what it signs with where everybody who prints it sees it, in hexadecimal."""
    return _with_secret(connector, _KeepsSecrets)


def _with_secret(connector: Connector, face: Callable[[Any, bytes], Face]) -> Connector:
    correct = connector.connect

    async def connect(settings: Any, endpoints: Any, **more: Any) -> Any:
        secret = getattr(settings, "api_secret", None)
        client = await correct(settings, endpoints, **more)
        return client if secret is None else face(client, secret.get_secret_value().encode())

    return dataclasses.replace(connector, connect=connect)


class _QuotesSecrets(Face):
    def __init__(self, client: Any, secret: bytes) -> None:
        super().__init__(client)
        self._quoted: Callable[[], str] = lambda: "".join(f"%{byte:02X}" for byte in secret)

    async def order(self, symbol: str, **ids: Any) -> Order:
        try:
            found: Order = await self.client.order(symbol, **ids)
        except VenueError as error:
            error.args = (f"{error.message} (signed with {self._quoted()})",)
            raise
        return found


class _KeepsSecrets(Face):
    def __init__(self, client: Any, secret: bytes) -> None:
        super().__init__(client)
        self.signs_with = secret.hex()


class MixesUpStreams(Face):
    """Keeps the instrument it is about to subscribe to where every stream keeps it."""

    @asynccontextmanager
    async def stream_trades(self, symbol: str) -> AsyncIterator[Any]:
        self.symbol = symbol
        await asyncio.sleep(0)
        async with self.client.stream_trades(self.symbol) as stream:
            yield stream


class WaitsForAnswersToClose(Face):
    """Closes when every request has been answered."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self._reading: set[asyncio.Future[Any]] = set()

    async def balances(self) -> Sequence[Balance]:
        reading = asyncio.ensure_future(self.client.balances())
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)
        found: Sequence[Balance] = await asyncio.shield(reading)
        return found

    async def aclose(self) -> None:
        await asyncio.gather(*self._reading, return_exceptions=True)
        await self.client.aclose()
