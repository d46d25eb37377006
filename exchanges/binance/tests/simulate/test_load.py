"""Many clients at once lose nothing: their streams have no gaps, and the ledger adds up."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from decimal import Decimal
from itertools import cycle, islice, pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, TCPConnector

Simulate = Callable[..., Any]
SYMBOLS = ("BTCUSDT", "ETHUSDT", "ETHBTC", "PEPEUSDT", "QTUMUSDT")
TRUE_NAMES = ("BTC-USDT", "ETH-USDT", "ETH-BTC", "PEPE-USDT", "QTUM-USDT")
KINDS = ("trade", "aggTrade", "depth@100ms", "bookTicker")
FRAMES = 25  # that each client hears at least
DEADLINE_S = 120


class Control:
    """The control plane of a simulator."""

    def __init__(self, session: ClientSession, info: dict[str, Any]) -> None:
        self._session = session
        self._url = info["control"]["url"]
        self._headers = {"Authorization": f"Bearer {info['control']['token']}"}

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        url, headers = f"{self._url}/{path}", self._headers
        async with self._session.request(method, url, json=body, headers=headers) as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def stop_market(self) -> None:
        """From now on nothing happens but what clients do."""
        flow = {"kind": "flow", "events_per_s": 0}
        await self.ask("POST", "market", {"actions": [flow]})


def streams_of(number: int) -> list[str]:
    """Each client hears four streams of several symbols, another mixture than its neighbours."""
    names = [f"{symbol.lower()}@{kind}" for kind in KINDS for symbol in SYMBOLS]
    first = number * 3 % len(names)
    return list(islice(cycle(names), first, first + 4))


class Client:
    """Takes everything until its socket ends."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.heard: list[dict[str, Any]] = []
        self.has_enough = asyncio.Event()
        self.hearing = asyncio.create_task(self._hear(socket))

    async def _hear(self, socket: ClientWebSocketResponse) -> None:
        async for message in socket:
            self.heard.append(json.loads(message.data))
            if len(self.heard) == FRAMES:
                self.has_enough.set()


def check_gapless(heard: list[dict[str, Any]]) -> Counter[str]:
    """Fail at the first event that is missing, doubled or out of order; counts by kind of stream."""
    by_stream: dict[str, list[Any]] = {}
    for frame in heard:
        by_stream.setdefault(frame["stream"], []).append(frame["data"])
    counts: Counter[str] = Counter()
    for stream, events in by_stream.items():
        kind = stream.partition("@")[2]
        for before, after in pairwise(events):
            if kind == "trade":
                assert after["t"] == before["t"] + 1, (stream, before, after)
            elif kind == "aggTrade":
                assert after["a"] == before["a"] + 1, (stream, before, after)
            elif kind == "depth@100ms":
                assert after["U"] == before["u"] + 1, (stream, before["u"], after["U"])
            else:
                assert after["u"] > before["u"], (stream, before, after)
        counts[kind] += len(events)
    return counts


async def stream_to(simulator: Any, count: int) -> Counter[str]:
    """Let so many clients hear until each has heard enough; compare with each other and with the truth."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=0)))
        control = Control(session, simulator.info)
        clients = []
        for number in range(count):
            url = f"{simulator.stream}/stream?streams={'/'.join(streams_of(number))}"
            clients.append(Client(await stack.enter_async_context(session.ws_connect(url))))
        waits = [client.has_enough.wait() for client in clients]
        await asyncio.wait_for(asyncio.gather(*waits), DEADLINE_S)
        await control.stop_market()
        # A closing frame comes after everything that was queued for its connection.
        close = {"kind": "close_stream", "count": count, "parameters": {"code": 1001}}
        await control.ask("POST", "faults", close)
        hearing = [client.hearing for client in clients]
        await asyncio.wait_for(asyncio.gather(*hearing), DEADLINE_S)
        connections = await control.ask("GET", "truth/connections")
        trades = [await control.ask("GET", f"truth/trades?symbol={s}&limit=1") for s in TRUE_NAMES]
    heard = [client.heard for client in clients]
    assert [len(frames) for frames in heard] == [one["frames_sent"] for one in connections]
    last = check_same(heard)
    for name, (trade,) in zip(SYMBOLS, trades, strict=True):
        assert last[f"{name.lower()}@trade"]["t"] == int(trade["trade_id"])
    return sum((check_gapless(frames) for frames in heard), Counter())


def check_same(heard: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """Clients of one stream have heard the same, but for when they came: the later, the less.

    Returns:
        The last event of each stream.
    """
    longest: dict[str, list[Any]] = {}
    by_client = []
    for frames in heard:
        mine: dict[str, list[Any]] = {}
        for frame in frames:
            mine.setdefault(frame["stream"], []).append(frame["data"])
        by_client.append(mine)
        for stream, events in mine.items():
            longest[stream] = max(longest.get(stream, []), events, key=len)
    for mine in by_client:
        for stream, events in mine.items():
            assert events == longest[stream][-len(events) :], stream
    return {stream: events[-1] for stream, events in longest.items()}


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("trade", {"t": 1}, {"t": 3}),
        ("trade", {"t": 1}, {"t": 1}),
        ("aggTrade", {"a": 2}, {"a": 1}),
        ("depth@100ms", {"U": 1, "u": 5}, {"U": 7, "u": 9}),
        ("bookTicker", {"u": 5}, {"u": 5}),
    ],
)
def test_lost_doubled_or_late_event_would_be_noticed(
    kind: str, before: dict[str, int], after: dict[str, int]
) -> None:
    frames = [{"stream": f"btcusdt@{kind}", "data": data} for data in (before, after)]
    with pytest.raises(AssertionError):
        check_gapless(frames)


def test_200_streaming_clients_lose_no_event(simulate: Simulate) -> None:
    simulator = simulate("--events-per-s", "40")

    counts = asyncio.run(stream_to(simulator, 200))

    assert set(counts) == set(KINDS), counts
    assert sum(counts.values()) >= 200 * FRAMES


class Trader:
    """An account that places orders over REST."""

    def __init__(self, session: ClientSession, rest: str, credentials: dict[str, Any]) -> None:
        self._session = session
        self._rest = rest
        self._key = credentials["api_key"]
        self._secret = credentials["api_secret"].encode()

    async def buy(self, quantity: str) -> Any:
        """Buy at market."""
        query = urlencode(
            {
                "symbol": "BTCUSDT",
                "side": "BUY",
                "type": "MARKET",
                "quantity": quantity,
                "recvWindow": 60_000,
                "timestamp": time.time_ns() // 1_000_000,
            }
        )
        signature = hmac.new(self._secret, query.encode(), hashlib.sha256).hexdigest()
        url = f"{self._rest}/api/v3/order?{query}&signature={signature}"
        async with self._session.post(url, headers={"X-MBX-APIKEY": self._key}) as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()


ORDERS = 5
QUANTITY = "0.001"


async def trade(simulator: Any, clients: int) -> None:
    """Let so many accounts buy at the same time, and add everything up."""
    async with ClientSession(connector=TCPConnector(limit=0)) as session:
        control = Control(session, simulator.info)
        names = [f"client-{number}" for number in range(clients)]
        traders = []
        for name in names:
            funds = {"name": name, "balances": {"USDT": "1000", "BTC": "0"}}
            traders.append(
                Trader(session, simulator.rest, await control.ask("POST", "accounts", funds))
            )

        async def work(trader: Trader) -> list[Any]:
            return [await trader.buy(QUANTITY) for _ in range(ORDERS)]

        bought = dict(
            zip(names, await asyncio.gather(*(work(trader) for trader in traders)), strict=True)
        )
        await control.ask("POST", "audit")
        balances = {
            (row["account"], row["currency"]): Decimal(row["available"]) + Decimal(row["locked"])
            for row in await control.ask("GET", "truth/balances")
        }
        fills = await control.ask("GET", "truth/fills?symbol=BTC-USDT")
    assert len({order["orderId"] for orders in bought.values() for order in orders}) == (
        clients * ORDERS
    )
    for name, orders in bought.items():
        assert all(order["status"] == "FILLED" for order in orders), orders
        spent = sum(Decimal(order["cummulativeQuoteQty"]) for order in orders)
        fees = sum(Decimal(fill["commission"]) for order in orders for fill in order["fills"])
        assert balances[name, "USDT"] == 1000 - spent, name
        assert balances[name, "BTC"] == ORDERS * Decimal(QUANTITY) - fees, name
    mine = [fill for fill in fills if fill["account"] in bought]
    told = sum(len(order["fills"]) for orders in bought.values() for order in orders)
    assert len(mine) == told


def test_200_clients_trade_at_once_and_the_ledger_adds_up(simulate: Simulate) -> None:
    asyncio.run(trade(simulate(), 200))
