"""What several scripts need beside the scenarios."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import orders, public, wallet
from .checks import Report
from .steering import World
from .steps import Scenario

LISTEN_KEYS = "2026-01-15"  # the last days of REST listen keys; they went on 2026-02-20
KEY = r"\w{60,64}"


Row = tuple[str, str, Any, Callable[[], Any]]


def everything(world: World) -> Scenario:
    """All requests but those about order lists, which need an account without other orders."""
    yield from public.requests(world)
    yield from orders.requests(world)
    yield from wallet.requests(world)


def check(report: Report, call: str, endpoint: str, expected: Any, make: Callable[[], Any]) -> None:
    """Make one call outside of a scenario and compare its result."""
    try:
        actual = make()
    except Exception as error:  # any: whatever the client raises is its answer
        report.failed(call, endpoint, error)
        return
    report.check(call, endpoint, expected, actual)
