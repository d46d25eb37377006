"""How far a measured latency is from the simulator's own record of the same calls."""

import asyncio
import time
from typing import Any

import aiohttp

from tools.workspace import Workspace
from venueproof_core.control import WorldInfo
from venueproof_core.plugins import Plugins, load_plugins
from venueproof_net import SystemClock

_CALLS = 1000
_WARM_UP = 50
_GOAL_MS = 1.0
_BURST_S = 0.003
_LOADED = "half the loop taken"


def measure(rounds: int = 3) -> list[dict[str, object]]:
    """p99 of (client's figure - venue's span), idle and with half of the client's loop taken away."""
    plugins = load_plugins()
    rows: list[dict[str, object]] = []
    for venue in Workspace().exchanges:
        for name, goal in (("idle", _GOAL_MS), (_LOADED, None)):
            errors = sorted(_fresh(plugins, venue, name) for _ in range(rounds))
            rows.append(
                {
                    "figure": f"{venue}: latency error, p99 of {_CALLS} calls, {name}",
                    "value": errors[len(errors) // 2],
                    "unit": "ms",
                    "goal": goal,
                    "is_lower_better": True,
                    "yardstick": "the simulator's span from last byte received to first byte sent",
                }
            )
    return rows


def _fresh(plugins: Plugins, venue: str, name: str) -> float:
    # A venue of its own for each sample: a thousand books are most of a minute's request weight.
    target = plugins.targets["simulator"].start(venue, seed=1, environment={})
    try:
        return asyncio.run(_sample(plugins, target.info, is_loaded=name == _LOADED))
    finally:
        target.stop()


async def _sample(plugins: Plugins, info: WorldInfo, *, is_loaded: bool) -> float:
    connector = plugins.connector(info.venue, "reference")
    assert connector.settings is not None
    fields = connector.settings.model_fields
    known = {k: v for k, v in info.credentials.model_dump().items() if k in fields}
    settings = connector.settings.model_validate(known)
    client = await connector.connect(settings, info.endpoints, clock=SystemClock())
    try:
        stop = asyncio.Event()
        if not is_loaded:
            stop.set()
        load = asyncio.create_task(_take_half(stop))
        errors = await _errors_ms(client, info)
        stop.set()
        await load
    finally:
        await client.aclose()
    return sorted(errors)[len(errors) * 99 // 100 - 1]


async def _errors_ms(client: Any, info: WorldInfo) -> list[float]:
    symbol = info.symbols[0]
    before = await _newest(info)
    measured = []
    for _ in range(_WARM_UP + _CALLS):
        started = time.perf_counter_ns()
        await client.order_book(symbol, depth=100)
        measured.append(time.perf_counter_ns() - started)
    spans = await _spans(info, before)
    pairs = zip(measured[-_CALLS:], spans[-_CALLS:], strict=True)
    return [(client_ns - venue_ns) / 1e6 for client_ns, venue_ns in pairs]


async def _take_half(stop: asyncio.Event) -> None:
    while not stop.is_set():
        until = time.perf_counter() + _BURST_S
        while time.perf_counter() < until:
            pass
        await asyncio.sleep(_BURST_S)


async def _newest(info: WorldInfo) -> int:
    entries = await _journal(info, 0)
    return int(entries[-1]["sequence"]) if entries else 0


async def _spans(info: WorldInfo, since: int) -> list[int]:
    entries = await _journal(info, since)
    return [
        int(entry["span_ns"])
        for entry in entries
        if entry["kind"] == "reply" and entry["operation"] == "order_book"
    ]


async def _journal(info: WorldInfo, since: int) -> list[dict[str, Any]]:
    assert info.control is not None
    headers = {"Authorization": f"Bearer {info.control.token}"}
    url = f"{info.control.url}/journal?world={info.world}&since={since}"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as reply:
        found: list[dict[str, Any]] = await reply.json()
        return found


if __name__ == "__main__":
    for row in measure():
        print(row)
