"""Cutting streams for as long as a case wants them away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from venueproof_core.control import Channel, Match
from venueproof_suite.deadlines import expect
from venueproof_suite.world import World

PRIVATE = Match(channel=Channel.PRIVATE)


@asynccontextmanager
async def cut_off(world: World, *, code: int = 0, match: Match = PRIVATE) -> AsyncIterator[None]:
    """Cut every private stream; inside the block none can be opened, after it each is subscribed again.

    Args:
        code: Close code; 0 ends the connections without a word.
        match: Other streams to cut.

    Raises:
        RuleViolation: The connector does not come back.
    """
    away = await world.fault("refuse_connection", count=None, must_fire=False)
    await world.fault("close_stream", match=match, code=code)
    await world.wait("connections", match=match, count=0)
    yield
    await away.remove()
    with expect("the stream is subscribed again after a cut", expected="1 subscription"):
        await world.wait("subscribed", match=match, deadline_s=3.0)
