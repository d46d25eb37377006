"""Documented errors of amending and replacing, and of streams."""

import asyncio
from typing import Any

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import DocumentedError, Match, Operation
from venueproof_core.errors import VenueError
from venueproof_suite import OrderFactory, World, case, violated
from venueproof_suite.error_walk import Call, Connect, Walk, require
from venueproof_suite.errors import Inconclusive

_OPENS_WITHIN_S = 3.0


@case(
    "errors/documented/of-changes-are-classified",
    level=Level.MUST,
    needs=[Capabilities.amend_order, Capabilities.replace_order],
    hunts=[BugClass.error_mapping, BugClass.unknown_outcome],
    steering=Steering.CONTROL,
    calls=["place", "amend", "replace"],
)
async def test_errors_of_changes_are_classified(
    connect: Connect,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """Errors of amending and replacing are raised with class and outcome right; half a replacement is APPLIED.

    A replacement can cancel the old order and fail to place the new one. Whoever reads that as refused
    believes in an order that is gone.
    """
    walk = Walk(world, connect, connector_declaration, orders)
    client = await walk.client()
    placed = await client.place(orders.far_from_market())
    symbol, order_id = placed.symbol, placed.venue_order_id
    smaller = placed.quantity - orders.instrument().lot_size
    calls: dict[Operation, Call] = {
        Operation.AMEND: lambda c, _: c.amend(symbol, venue_order_id=order_id, quantity=smaller),
        Operation.REPLACE: lambda c, name: c.replace(
            symbol,
            venue_order_id=order_id,
            request=orders.far_from_market(client_order_id=name),
        ),
    }
    # Those that a placement can be answered with, too, are its own case's.
    rows = [
        error
        for error in await walk.errors()
        if set(error.operations) & set(calls) and Operation.PLACE not in error.operations
    ]
    answered = await walk.one_by_one(client, calls, rows)
    wrong = [one for one in answered if not one.is_classified]
    require(answered, wrong, "of changes, read in another way")


@case(
    "errors/documented/of-streams-are-raised",
    level=Level.MUST,
    needs=[Capabilities.live_subscriptions, Capabilities.public_trades],
    hunts=[BugClass.error_mapping, BugClass.subscription_protocol],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
)
async def test_errors_of_streams_are_raised(
    connect: Connect,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """Every documented error that answers a subscription is raised when the stream is opened, with code and text.

    A stream that was refused and is silent looks like a market that stands still.
    """
    symbol = orders.instrument().symbol
    rows = [e for e in await world.truth.errors() if Operation.SUBSCRIBE in e.operations]
    walk = Walk(world, connect, connector_declaration, orders)
    await _all_raised(walk, rows, Operation.SUBSCRIBE, lambda client: client.stream_trades(symbol))


@case(
    "errors/documented/of-the-private-stream-are-raised",
    level=Level.MUST,
    needs=[Capabilities.private_stream, Capabilities.live_subscriptions],
    hunts=[BugClass.error_mapping, BugClass.security],
    steering=Steering.CONTROL,
    calls=["stream_orders"],
)
async def test_errors_of_the_private_stream_are_raised(
    connect: Connect,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """A private stream that the venue refuses for good is raised when it is opened, with the error's class and code.

    A key that was revoked does not come back by waiting.
    """
    rows = [
        error
        for error in await world.truth.errors()
        if error.endpoints != ["rest"]
        and error.is_documented
        and (
            Operation.OPEN_PRIVATE_STREAM in error.operations
            or (error.classes[0] == "AuthenticationError" and not error.operations)
        )
    ]
    walk = Walk(world, connect, connector_declaration, orders)
    await _all_raised(
        walk, rows, Operation.OPEN_PRIVATE_STREAM, lambda client: client.stream_orders()
    )


async def _all_raised(
    walk: Walk, rows: list[DocumentedError], operation: Operation, stream: Any
) -> None:
    async def opened(client: Any) -> str:
        async with asyncio.timeout(_OPENS_WITHIN_S), stream(client):
            return "an open stream"

    expected, observed = [], []
    for error in rows:
        client = await walk.client()
        one = await walk.answer(error, Match(operation=operation), opened(client))
        if not one.asked:
            continue
        value, code = one.value, error.code
        if isinstance(value, VenueError) and one.kind in error.classes:
            expected.append((code, error.message))
            text = error.message if error.message in value.message else value.message
            observed.append((value.code, text))
        else:
            expected.append((code, error.classes[0]))
            observed.append((code, f"{one.kind}: {value}"))
    if not expected:
        raise Inconclusive("no subscription was answered with a documented error")
    wrong = sum(here != there for here, there in zip(observed, expected, strict=True))
    if wrong:
        violated(
            f"{wrong} of {len(expected)} refusals are told in another way",
            expected=expected,
            observed=observed,
        )
