"""Replies that are no replies."""

from collections.abc import Awaitable, Callable
from typing import Any

from venueproof_core import BugClass, Capabilities, Connector, Level, Outcome, Steering
from venueproof_core.control import Match, Operation
from venueproof_core.errors import VenueError
from venueproof_suite import World, case, require_fired
from venueproof_suite.attempts import HurriedClock, accepted, impatient, refused

MOST_ATTEMPTS = 10


@case(
    "errors/broken-reply/is-a-typed-error",
    level=Level.MUST,
    needs=[Capabilities.balances],
    hunts=[BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["balances"],
    variants={
        "gateway-page": (502, "html"),
        "page-with-200": (200, "html"),
        "empty": (200, "empty"),
        "cut-json": (200, "garbage"),
        "null": (200, "null"),
    },
)
async def test_broken_reply_is_a_typed_error(
    connect: Callable[..., Awaitable[Any]],
    world: World,
    connector_declaration: Connector,
    variant: tuple[int, str],
) -> None:
    """A reply that cannot be read raises a VenueError that says what happened, and the next call works.

    Gateways answer in HTML just when markets are busiest. A decoder's raw error passes every handler.
    """
    status, body = variant
    client = await connect(impatient(connector_declaration), clock=HurriedClock())
    broken = await world.fault(
        "replace_body",
        match=Match(operation=Operation.BALANCES),
        count=None,
        status=status,
        body=body,
    )
    await refused(
        client.balances(), VenueError, "reading a broken reply", outcome=Outcome.NOT_APPLIED
    )
    await require_fired(broken)
    await broken.remove()
    await accepted(client.balances(), "the call after it")


@case(
    "errors/overload/read-is-tried-again",
    level=Level.SHOULD,
    needs=[Capabilities.ticker_24h],
    hunts=[BugClass.retries],
    steering=Steering.CONTROL,
    calls=["ticker"],
)
async def test_overloaded_read_is_tried_again(
    connect: Callable[..., Awaitable[Any]],
    world: World,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """A read that the venue is too busy for succeeds when it is tried again, and the caller does not notice.

    Reading changes nothing, so there is no reason to hand one bad moment on to the strategy.
    """
    client = await connect(impatient(connector_declaration), clock=HurriedClock())
    await world.fault(
        "refuse_request", match=Match(operation=Operation.TICKER), reason="overloaded"
    )
    await accepted(client.ticker(symbol), "a read of an overloaded venue")


@case(
    "errors/overload/attempts-are-bounded",
    level=Level.MUST,
    needs=[Capabilities.ticker_24h],
    hunts=[BugClass.retries],
    steering=Steering.CONTROL,
    calls=["ticker"],
)
async def test_attempts_are_bounded(
    connect: Callable[..., Awaitable[Any]],
    world: World,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """When the venue stays overloaded, a read fails after a few attempts.

    Clients that never give up keep a venue down, and the strategy never learns that it is blind.
    """
    client = await connect(impatient(connector_declaration), clock=HurriedClock())
    match = Match(operation=Operation.TICKER)
    await world.fault("refuse_request", match=match, count=None, reason="overloaded")
    await refused(client.ticker(symbol), VenueError, "a read of an overloaded venue")
    asked = [
        entry
        for entry in await world.journal()
        if entry.kind == "request" and entry.operation is Operation.TICKER
    ]
    assert len(asked) <= MOST_ATTEMPTS
