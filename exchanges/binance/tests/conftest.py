"""Runs coroutine tests, and starts one simulator for those that need a venue."""

import asyncio
import contextlib
import inspect
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from venueproof_binance import CONNECTOR
from venueproof_binance.connector import BinanceConnector
from venueproof_core.control import WorldInfo
from venueproof_net import (
    Heartbeat,
    Parts,
    ReconnectPolicy,
    Recovery,
    RetryPolicy,
    SteerableClock,
)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames

    async def bounded() -> None:
        async with asyncio.timeout(20):
            await pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})

    asyncio.run(bounded())
    return True


class QuickPolicy(ReconnectPolicy):
    """Comes back at once, so that tests need not wait."""

    first_delay_s = 0.005
    longest_delay_s = 0.02


class QuickRecovery(Recovery):
    first_pause_s = 0.005


class QuickRetry(RetryPolicy):
    first_pause_s = 0.005


class QuickHeartbeat(Heartbeat):
    answer_s = 0.1


QUICK = Parts(
    reconnect=QuickPolicy, recovery=QuickRecovery, retry=QuickRetry, heartbeat=QuickHeartbeat
)


class World:
    """One simulated venue, its control plane, and a connector to it."""

    def __init__(self, control: Any, http: aiohttp.ClientSession, info: WorldInfo) -> None:
        self._control = control
        self._http = http
        self.info = info
        self.clock = SteerableClock()

    async def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """One request to the control plane."""
        async with self._http.request(
            method,
            f"{self._control['url']}{path}",
            json=body,
            params={"world": self.info.world, **query},
            headers={"Authorization": f"Bearer {self._control['token']}"},
        ) as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def market(self, **action: Any) -> dict[str, int]:
        reply = await self.ask("POST", "/market", {"actions": [{"symbol": "BTC-USDT", **action}]})
        versions: dict[str, int] = reply["versions"]
        return versions

    async def fault(self, kind: str, match: Any = None, **spec: Any) -> str:
        body = {"kind": kind, "match": match or {}, **spec}
        return str((await self.ask("POST", "/faults", body))["id"])

    async def gate(self, at: str, **match: Any) -> str:
        return str((await self.ask("POST", "/gates", {"match": match, "at": at}))["id"])

    async def wait(self, kind: str, count: int = 1, **match: Any) -> None:
        predicate = {"kind": kind, "count": count}
        if "id" in match:
            predicate["id"] = match.pop("id")
        await self.ask("POST", "/wait", {"predicate": {**predicate, "match": match}})

    async def restored(self, channel: str) -> None:
        """Return when a connection has ended and another one carries the channel."""
        await self.wait("closed")
        await self.wait("subscribed", channel=channel)

    async def requests(self, operation: str) -> list[Any]:
        """Journal entries of requests of one kind."""
        journal = await self.ask("GET", "/journal")
        return [
            entry
            for entry in journal
            if entry["kind"] == "request" and entry["operation"] == operation
        ]

    @asynccontextmanager
    async def connector(self, **options: Any) -> AsyncIterator[BinanceConnector]:
        """A connector to this world; ``options`` are settings, ``parts``, ``tables``."""
        connect = {name: options.pop(name) for name in ("parts", "tables") if name in options}
        connect.setdefault("parts", QUICK)
        credentials = self.info.credentials.model_dump()
        settings = CONNECTOR.settings(  # type: ignore[misc]
            **{**credentials, "protocol": self.info.protocol, **options}
        )
        connector = await CONNECTOR.connect(
            settings, self.info.endpoints, clock=self.clock, **connect
        )
        try:
            yield connector
        finally:
            await connector.aclose()


@pytest.fixture(scope="session", name="simulator")
def simulator_fixture() -> Iterator[Any]:
    """The process's one JSON line."""
    with subprocess.Popen(
        [sys.executable, "-m", "venueproof_simulator", "binance"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()


@pytest.fixture(name="open_world")
def open_world_fixture(simulator: Any) -> Callable[..., Any]:
    """``async with open_world(protocol=...) as world``."""

    @asynccontextmanager
    async def open_world(**spec: Any) -> AsyncIterator[World]:
        control = simulator["control"]
        headers = {"Authorization": f"Bearer {control['token']}"}
        async with aiohttp.ClientSession() as http:
            url = f"{control['url']}/worlds"
            async with http.post(url, json=spec, headers=headers) as reply:
                assert reply.status == 200, await reply.text()
                info = WorldInfo.model_validate(await reply.json())
            try:
                yield World(control, http, info)
            finally:
                with contextlib.suppress(aiohttp.ClientError):
                    await http.delete(f"{url}/{info.world}", headers=headers)

    return open_world
