"""Cutting the private stream for as long as a case wants it away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from venueproof_core.control import Channel, Match
from venueproof_suite.deadlines import expect
from venueproof_suite.world import World

PRIVATE = Match(channel=Channel.PRIVATE)


@asynccontextmanager
async def cut_off(world: World, *, code: int = 0) -> AsyncIterator[None]:
    """Cut every private stream; inside the block none can be opened, after it each is subscribed again.

    Args:
        code: Close code; 0 ends the connections without a word.

    Raises:
        RuleViolation: The connector does not come back.
    """
    away = await world.fault("refuse_connection", count=None, must_fire=False)
    await world.fault("close_stream", match=PRIVATE, code=code)
    await world.wait("connections", match=PRIVATE, count=0)
    yield
    await away.remove()
    with expect("the private stream is subscribed again after a cut", expected="1 subscription"):
        await world.wait("subscribed", match=PRIVATE, deadline_s=3.0)
