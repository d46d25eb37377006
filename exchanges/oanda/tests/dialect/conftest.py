"""A world of the venue, asked over HTTP in the same process."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from venueproof_core.control import MarketAction, WorldSpec
from venueproof_oanda.dialect import DIALECT
from venueproof_simulator.world import World


class Desk:
    """One client of one account."""

    def __init__(self, world: World, session: aiohttp.ClientSession, base: str) -> None:
        self.world = world
        self.session = session
        self.base = base
        self.account = f"/v3/accounts/{world.info.credentials.account_id}" if world.info else ""
        self.headers: dict[str, str] = {}

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """Status and body; a path without ``/v3`` is the account's."""
        url = self.base + (path if path.startswith("/v3") else self.account + path)
        async with self.session.request(method, url, json=body, headers=self.headers) as reply:
            return reply.status, await reply.json()

    async def order(self, **fields: Any) -> tuple[int, dict[str, Any]]:
        """``POST orders`` in EUR_USD."""
        return await self.ask("POST", "/orders", {"order": {"instrument": "EUR_USD", **fields}})

    def move(self, *actions: MarketAction) -> None:
        """Steer the market."""
        self.world.market.act_on(actions, is_one_event=True)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run coroutine tests, inside of what their fixtures open."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None

    async def bounded() -> None:
        arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
        async with asyncio.timeout(20), AsyncExitStack() as stack:
            for name, value in arguments.items():
                if isinstance(value, AbstractAsyncContextManager):
                    arguments[name] = await stack.enter_async_context(value)
            await pyfuncitem.obj(**arguments)

    asyncio.run(bounded())
    return True


@asynccontextmanager
async def _open() -> AsyncIterator[Desk]:
    world = World("w", DIALECT, WorldSpec(seed=1))
    info = await world.open("127.0.0.1", 0)
    headers = {"Authorization": f"Bearer {info.credentials.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield Desk(world, session, info.endpoints["rest"])
    await world.close(0.0)
    world.core.check()
    assert world.errors == []


@pytest.fixture
def desk() -> AbstractAsyncContextManager[Desk]:
    return _open()
