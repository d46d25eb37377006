"""Many things at once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Match, Operation, Print
from venueproof_core.errors import VenueError
from venueproof_core.models import Side
from venueproof_core.venue import PrivateConnector, PublicConnector
from venueproof_suite import OrderFactory, World, case, violated, within
from venueproof_suite.attempts import HurriedClock, accepted, impatient
from venueproof_suite.comparison_orders import check_order

ORDERS = 20


@case(
    "concurrency/orders/each-gets-its-own-answer",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.concurrency],
    steering=Steering.CONTROL,
    calls=["place"],
)
async def test_each_parallel_order_gets_its_own_answer(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """Orders that are placed at the same time are placed once each, and each caller gets its own answer.

    State that calls share by mistake mixes orders up only when it is busy.
    """
    sides = (Side.BUY, Side.SELL)
    requests = [orders.far_from_market(sides[n % 2]) for n in range(ORDERS)]
    placed = await accepted(
        asyncio.gather(*(trading.place(request) for request in requests)), "orders in parallel"
    )
    asked = [request.client_order_id for request in requests]
    assert [order.client_order_id for order in placed] == asked
    truths = {order.client_order_id: order for order in await world.truth.orders()}
    assert sorted(truths) == sorted(asked)
    for order in placed:
        check_order(order, truths[order.client_order_id], connector_declaration)


@case(
    "concurrency/streams/each-gets-its-own-instrument",
    level=Level.MUST,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.concurrency, BugClass.subscription_protocol],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
)
async def test_streams_opened_in_parallel_are_each_their_own(
    market: PublicConnector, world: World, orders: OrderFactory, symbols: list[str]
) -> None:
    """Streams that are opened at the same time all deliver, each its own instrument.

    At start-up everything is subscribed at once; a stream that stays silent looks like a quiet market.
    """
    async with AsyncExitStack() as stack:
        streams = await accepted(
            asyncio.gather(
                *(stack.enter_async_context(market.stream_trades(name)) for name in symbols)
            ),
            "streams in parallel",
        )
        for name in symbols:
            lot = orders.instrument(name).minimum_quantity
            await world.market(Print(symbol=name, side="BUY", quantity=lot))
        trades = await within(
            asyncio.gather(*(anext(stream) for stream in streams)), "a trade on each stream"
        )
    assert [trade.symbol for trade in trades] == symbols


@case(
    "concurrency/close/ends-what-is-in-flight",
    level=Level.MUST,
    needs=[Capabilities.balances],
    hunts=[BugClass.concurrency, BugClass.resources],
    steering=Steering.CONTROL,
    calls=["balances"],
)
async def test_close_ends_what_is_in_flight(
    connect: Callable[..., Awaitable[Any]], world: World, connector_declaration: Connector
) -> None:
    """Closing a connector returns soon although a request is unanswered; the request ends, and none is sent any more.

    A program that cannot stop is stopped by force, and leaves its orders behind.
    """
    client = await connect(impatient(connector_declaration), clock=HurriedClock())
    await client.balances()
    silence = await world.fault(
        "lose_reply", match=Match(operation=Operation.BALANCES), count=None, delivery="never"
    )
    reading = asyncio.create_task(client.balances())
    await silence.wait_fired()
    await within(client.aclose(), "the end of aclose()", deadline_s=1.0)
    mark = await world.mark()
    ended, _ = await asyncio.wait({reading}, timeout=2.0)
    if not ended:
        reading.cancel()
        violated("a request outlives its connector", expected="an error", observed="it waits on")
    error = None if reading.cancelled() else reading.exception()
    if error is not None and not isinstance(error, VenueError):
        violated("the error is a raw one", expected="a VenueError", observed=repr(error))
    sent = [entry.text for entry in await world.journal(mark) if entry.kind == "request"]
    assert sent == [], f"sent after aclose(): {sent}"
