"""A simulator for the tests that need a venue, and worlds in it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from venueproof_core.control import RunningTarget, WorldSpec
from venueproof_core.plugins import Plugins, load_plugins
from venueproof_suite.control_client import ControlClient
from venueproof_suite.loading import find_connector, settings_for
from venueproof_suite.world import World

Using = Callable[..., Any]


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    """What is installed."""
    return load_plugins()


@pytest.fixture(scope="session")
def simulator(plugins: Plugins) -> Iterator[RunningTarget]:
    """Binance, simulated."""
    running = plugins.targets["simulator"].start("binance", seed=1, environment={})
    yield running
    running.stop()


@pytest.fixture
def run() -> Iterator[Callable[[Awaitable[Any]], Any]]:
    """Run a coroutine to its end, and look that nothing of it is left."""
    crashes: list[dict[str, Any]] = []

    async def watched(awaitable: Awaitable[Any]) -> Any:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: crashes.append(context))
        value = await awaitable
        left = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.sleep(0)
        assert not {task for task in left if not task.done()}, "tasks are left"
        return value

    yield lambda awaitable: asyncio.run(watched(awaitable))
    assert crashes == []


@asynccontextmanager
async def connected(
    plugins: Plugins, simulator: RunningTarget, name: str, **overrides: Any
) -> AsyncIterator[tuple[World, Any]]:
    """A world, and a connector to it."""
    assert simulator.info.control is not None
    control = ControlClient(simulator.info.control)
    world = await World.open(control, WorldSpec(seed=3))
    try:
        declared = find_connector(plugins, plugins.venue("binance"), name)
        settings = settings_for(declared, world.info.credentials, None, **overrides)
        connector = await declared.connect(settings, world.info.endpoints, clock=None)
        try:
            yield world, connector
        finally:
            await connector.aclose()
            await connector.aclose()
    finally:
        left_behind = await world.close()
        await control.aclose()
    assert left_behind == []


@pytest.fixture(scope="session")
def using(plugins: Plugins, simulator: RunningTarget) -> Using:
    """``async with using("ccxt") as (world, connector)``."""

    def open_one(name: str, **overrides: Any) -> Any:
        return connected(plugins, simulator, name, **overrides)

    return open_one
