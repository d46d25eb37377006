"""What the simulated venue adds to aiohttp: processor time of its process beside a bare handler's.

Both are asked with the same bytes, those of the reference connector, by the same load on as many
connections, a batch at a time in turn; the bare handler answers with the simulator's own bytes. Each figure
is the median of the pairs' ratios. Limits of the venue are kept: its timers advance between batches.
"""

import asyncio
import base64
import itertools
import os
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tools.bench._wire import Audience, Load, Relay
from tools.workspace import Workspace
from venueproof_core.control import ClockRequest, MarketRequest, Move, TimerAdvance, WorldInfo
from venueproof_core.models import Instrument, OrderRequest, OrderType, Side, TimeInForce
from venueproof_core.plugins import load_plugins
from venueproof_net import SystemClock
from venueproof_suite.control_client import ControlClient

_PAIRS_PER_ROUND = 7
_CONNECTIONS = 16
_CALLS = 800
_ORDERS = 320
_LISTENERS = 100
_HEARD_ORDERS = 40
_DEPTH_GOAL = 0.6
_ORDER_GOAL = 0.25
_FAN_OUT_GOAL = 0.6
# Until every window of the venue's limits is a new one.
_WINDOWS_S = 300.0
# How far through the middle orders are priced: they fill whatever those before them took.
_THROUGH = Decimal("0.05")
_OWN_HEADERS = {"date", "server", "content-length"}


def measure(rounds: int = 3) -> list[dict[str, object]]:
    """A public book, a matched order, and a book's events to a hundred clients, for every exchange."""
    return [
        row
        for venue in Workspace().exchanges
        for row in asyncio.run(_measure(venue, rounds * _PAIRS_PER_ROUND))
    ]


async def _measure(venue: str, pairs: int) -> list[dict[str, object]]:
    async with _opened(venue) as bench:
        depth = [await bench.depth_pair() for _ in range(pairs)]
        orders = [await bench.order_pair() for _ in range(pairs)]
        await bench.let_in()
        fan_out = [await bench.fan_out_pair() for _ in range(pairs)]
    return [
        _row(f"{venue}: public book, 100 levels, of a bare handler", depth, _DEPTH_GOAL, "request"),
        _row(f"{venue}: signed order, matched, of a bare handler", orders, _ORDER_GOAL, "request"),
        _row(f"{venue}: book events to 100 clients, of bare", fan_out, _FAN_OUT_GOAL, "delivery"),
    ]


def _row(
    figure: str, pairs: list[tuple[float, float]], goal: float, unit: str
) -> dict[str, object]:
    ours, bare = (statistics.median(column) / 1000 for column in zip(*pairs, strict=True))
    return {
        "figure": figure,
        "value": statistics.median(theirs / mine for mine, theirs in pairs),
        "unit": "x",
        "goal": goal,
        "is_lower_better": False,
        "yardstick": f"aiohttp + uvloop: {bare:.1f} us of its CPU a {unit}, ours: {ours:.1f} us",
    }


@dataclass
class _Bench:
    """A simulator, a bare server, and a connector whose bytes are recorded.

    Attributes:
        loads: On the simulator, and on the bare server.
        instruments: Two: the audience listens to the first one only.
    """

    client: Any
    control: ControlClient
    relay: Relay
    loads: tuple[Load, Load]
    audiences: tuple[Audience, Audience]
    bare_url: str
    instruments: tuple[Instrument, Instrument]
    sides: Iterator[Side] = field(default_factory=lambda: itertools.cycle((Side.BUY, Side.SELL)))
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def depth_pair(self) -> tuple[float, float]:
        """Processor time of a book, of both servers, in nanoseconds."""
        return await self._pair(await self._record_depth(), _CALLS)

    async def let_in(self) -> None:
        """Connect the audience; from now on timers stay: venues cut clients that seem to sleep."""
        for audience in self.audiences:
            await audience.open(_LISTENERS)

    async def order_pair(self) -> tuple[float, float]:
        """Likewise of an order that is filled at once."""
        return await self._pair(await self._record_order(self.instruments[1]), _ORDERS)

    async def fan_out_pair(self) -> tuple[float, float]:
        """Likewise of a message to one client: what an order costs more if many hear of it."""
        costs = []
        for instrument in reversed(self.instruments):
            request, reply = await self._record_order(instrument)
            is_heard = instrument is self.instruments[0]
            await self._tell_bare(reply, self.audiences[0].message if is_heard else None)
            costs.append(
                [
                    await self._heard(load, audience, request, is_heard)
                    for load, audience in zip(self.loads, self.audiences, strict=True)
                ]
            )
        (ours_alone, bare_alone), (ours, bare) = costs
        return (ours - ours_alone) / _LISTENERS, (bare - bare_alone) / _LISTENERS

    async def _heard(self, load: Load, audience: Audience, request: bytes, is_heard: bool) -> float:
        expected = audience.count + is_heard * _HEARD_ORDERS * _LISTENERS
        return await load.cost_ns(
            request, _HEARD_ORDERS, connections=1, until=lambda: audience.hear(expected)
        )

    async def _pair(self, recorded: tuple[bytes, bytes], count: int) -> tuple[float, float]:
        request, reply = recorded
        await self._tell_bare(reply, None)
        ours, bare = [
            await load.cost_ns(request, count, connections=_CONNECTIONS) for load in self.loads
        ]
        return ours, bare

    # ------------------------------------------------------------ recording

    async def _record_depth(self) -> tuple[bytes, bytes]:
        advance = TimerAdvance(advance_s=_WINDOWS_S)
        await self.control.request("POST", "/clock", ClockRequest(timers=advance))
        self.relay.forget()
        await self.client.order_book(self.instruments[0].symbol, depth=100)
        return self.relay.last()

    async def _record_order(self, instrument: Instrument) -> tuple[bytes, bytes]:
        """The connector's own order; it may be sent again for as long as its signature lives."""
        side = next(self.sides)
        middle = await self._renew(instrument)
        least = max(instrument.minimum_quantity, 2 * (instrument.minimum_notional or 0) / middle)
        through = middle * (1 + _THROUGH if side is Side.BUY else 1 - _THROUGH)
        await self.client.place(
            OrderRequest(
                symbol=instrument.symbol,
                side=side,
                order_type=OrderType.LIMIT,
                time_in_force=TimeInForce.IOC,
                client_order_id=f"bench-{next(self.numbers)}",
                quantity=_rounded_up(least, instrument.lot_size),
                price=_rounded_up(through, instrument.tick_size),
            )
        )
        return self.relay.last()

    async def _renew(self, instrument: Instrument) -> Decimal:
        """A full book around the same price."""
        book = await self.client.order_book(instrument.symbol, depth=1)
        middle: Decimal = (book.bids[0].price + book.asks[0].price) / 2
        move = Move(symbol=instrument.symbol, middle=middle)
        await self.control.request("POST", "/market", MarketRequest(actions=[move]))
        self.relay.forget()
        return middle

    async def _tell_bare(self, reply: bytes, message: str | None) -> None:
        head, _, body = reply.partition(b"\r\n\r\n")
        pairs = (line.partition(": ") for line in head.decode().split("\r\n")[1:])
        headers = {name: value for name, _, value in pairs if name.lower() not in _OWN_HEADERS}
        told = {"body": base64.b64encode(body).decode(), "headers": headers, "message": message}
        async with (
            aiohttp.ClientSession() as session,
            session.put(self.bare_url, json=told) as answered,
        ):
            answered.raise_for_status()


def _rounded_up(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(ROUND_CEILING) * step


@asynccontextmanager
async def _opened(venue: str) -> AsyncIterator[_Bench]:
    """Start both servers and a connector, and end it all."""
    command = [sys.executable, "-m", "venueproof_simulator", venue, "--still"]
    command += ["--parent-pid", str(os.getpid())]
    async with AsyncExitStack() as stack:
        simulator = stack.enter_context(_process(command))
        bare = stack.enter_context(_process([sys.executable, "-m", "tools.bench._bare"]))
        info = WorldInfo.model_validate_json(_line_of(simulator))
        ports = urlsplit(info.endpoints["rest"]).port or 0, int(_line_of(bare))
        relay = Relay(ports[0])
        between = f"127.0.0.1:{await relay.start()}"
        stack.push_async_callback(relay.stop)
        endpoints = {
            name: urlsplit(url)._replace(netloc=between).geturl()
            for name, url in info.endpoints.items()
        }
        client = await _connect(info, endpoints)
        stack.push_async_callback(client.aclose)
        assert info.control is not None
        control = await stack.enter_async_context(ControlClient(info.control))
        first, second = (await client.instruments())[:2]
        await (
            client.balances()
        )  # by now it knows the venue's clock: from here on a call is one request
        relay.forget()
        async with client.stream_order_book(first.symbol) as stream:
            await anext(aiter(stream))
            handshake = relay.handshake()
        loads = Load(ports[0], simulator.pid), Load(ports[1], bare.pid)
        audiences = Audience(ports[0], handshake), Audience(ports[1], handshake)
        for load, audience in zip(loads, audiences, strict=True):
            await load.open(_CONNECTIONS)
            stack.callback(load.close)
            stack.callback(audience.close)
        yield _Bench(
            client=client,
            control=control,
            relay=relay,
            loads=loads,
            audiences=audiences,
            bare_url=f"http://127.0.0.1:{ports[1]}/told",
            instruments=(first, second),
        )


@contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def _line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


async def _connect(info: WorldInfo, endpoints: dict[str, str]) -> Any:
    connector = load_plugins().connector(info.venue, "reference")
    assert connector.settings is not None
    fields = connector.settings.model_fields
    known = {k: v for k, v in info.credentials.model_dump().items() if k in fields}
    settings = connector.settings.model_validate(known)
    return await connector.connect(settings, endpoints, clock=SystemClock())
