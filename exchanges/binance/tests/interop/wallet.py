"""The few requests of the wallet's product that clients make on their own; answers are minimal."""

from __future__ import annotations

from typing import Any

from .account import Rate
from .checks import Partial
from .market import money
from .steering import World
from .steps import Scenario, Step

SAPI = "GET /sapi/v1"


def requests(world: World) -> Scenario:
    """Every one of them."""
    yield Step(f"{SAPI}/system/status", {}, lambda *_: {"status": 0, "msg": "normal"})
    rates = {
        "makerCommission": Rate(world, "MAKER"),
        "takerCommission": Rate(world, "TAKER"),
    }
    every = [{"symbol": symbol, **rates} for symbol in world.symbols]
    yield Step(f"{SAPI}/asset/tradeFee", {}, lambda *_: every)
    yield Step(f"{SAPI}/asset/tradeFee", {"symbol": "BTCUSDT"}, lambda *_: every[:1])
    yield Step(f"{SAPI}/capital/config/getall", {}, lambda reply, _: coins(world, reply))
    for path in ("margin/allPairs", "margin/isolated/allPairs"):
        yield Step(f"{SAPI}/{path}", {}, lambda *_: [])


def coins(world: World, reply: Any) -> Any:
    """Every currency that the venue names, with what we have of it."""
    held = world.balances()
    named = [row.get("coin") for row in reply] if isinstance(reply, list) else []
    shown = [name for name in named if name in held]
    return [
        Partial(
            {
                "coin": name,
                "free": money(held[name]["available"]),
                "locked": money(held[name]["locked"]),
            }
        )
        for name in shown or held
    ]
