"""What several scripts need beside the scenarios."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import orders, public, wallet
from .checks import Report, Text
from .steering import World
from .steps import Refusal, Scenario, Step

# The last days of listen keys, and of the stream of all tickers: they went on 2026-02-20 and 2026-03-26.
LISTEN_KEYS = "2026-01-15"
MESSAGES = 4
KEY = r"\w{60,64}"


Row = tuple[str, str, Any, Callable[[], Any]]


def batched(calls: Sequence[Any]) -> list[Sequence[Any]]:
    """So many at once as one connection may subscribe within a second."""
    return [calls[place : place + MESSAGES] for place in range(0, len(calls), MESSAGES)]


def everything(world: World) -> Scenario:
    """All requests but those about order lists, which need an account without other orders."""
    yield from public.requests(world)
    yield from orders.requests(world)
    yield from wallet.requests(world)


def listen_keys(world: World) -> Scenario:
    """The older way to the account's own stream, on a world of its time."""
    endpoint = "/api/v3/userDataStream"
    reply = yield Step(f"POST {endpoint}", {}, lambda *_: {"listenKey": Text(KEY)})
    key = {"listenKey": reply["listenKey"]}
    yield Step(f"POST {endpoint}", {}, lambda *_: key)
    yield Step(f"PUT {endpoint}", key, lambda *_: {})
    yield Step(f"DELETE {endpoint}", key, lambda *_: {})
    gone = Refusal(-1125, "This listenKey does not exist.", 400)
    yield Step(f"PUT {endpoint}", key, lambda *_: gone)


def check(report: Report, call: str, endpoint: str, expected: Any, make: Callable[[], Any]) -> None:
    """Make one call outside of a scenario and compare its result."""
    try:
        actual = make()
    except Exception as error:  # any: whatever the client raises is its answer
        report.failed(call, endpoint, error)
        return
    report.check(call, endpoint, expected, actual)
