"""Pauses the venue asks for."""

import asyncio
from typing import Any

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.control import Match, Operation
from venueproof_core.errors import RateLimitedError
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, require_fired, violated, within
from venueproof_suite.attempts import accepted

PAUSE_S = 30
# Long enough for a connector that does not wait to have sent; nothing depends on it where it waits.
LOOKED_AT_S = 0.1


@case(
    "limits/retry-after/is-obeyed",
    level=Level.MUST,
    needs=[
        Capabilities.request_weights,
        Capabilities.ticker_24h,
        Capabilities.order_book_snapshot,
    ],
    hunts=[BugClass.rate_limits],
    steering=Steering.CONTROL,
    calls=["ticker", "order_book"],
    needs_clock=True,
    variants={"too-many-requests": "rate_limited", "banned": "banned"},
)
async def test_retry_after_is_obeyed(
    market: PublicConnector, world: World, symbol: str, variant: str
) -> None:
    """When the venue asks for a pause, nothing at all is sent until it has passed.

    Each request in the pause counts against us. What began as a minute of silence ends as a ban of days.
    """
    refusal = await world.fault(
        "refuse_request",
        match=Match(operation=Operation.TICKER),
        reason=variant,
        retry_after_s=PAUSE_S,
    )
    first = asyncio.create_task(market.ticker(symbol))
    await world.wait("reply", match=Match(operation=Operation.TICKER))
    await asyncio.wait({first}, timeout=LOOKED_AT_S)
    await require_fired(refusal)
    mark = await world.mark()
    second = asyncio.create_task(market.order_book(symbol))
    await asyncio.wait({second}, timeout=LOOKED_AT_S)
    sent = [entry.text for entry in await world.journal(mark) if entry.kind == "request"]
    await world.advance_timers(PAUSE_S + 1)
    ends = await within(asyncio.gather(first, second, return_exceptions=True), "both calls' end")
    assert sent == [], f"sent during the pause: {sent}"
    _check_told(ends[0])
    await accepted(market.order_book(symbol), "a call after the pause")


def _check_told(end: Any) -> None:
    is_limited = isinstance(end, RateLimitedError)
    if isinstance(end, Exception) and not is_limited:
        violated("the refusal was misread", expected="RateLimitedError", observed=repr(end))
    if is_limited and end.retry_after_s != PAUSE_S:
        violated("the pause was misread", expected=PAUSE_S, observed=end.retry_after_s)
