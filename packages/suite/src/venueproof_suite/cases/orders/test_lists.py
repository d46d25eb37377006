"""Orders whose fates are tied: pairs of which one cancels the other."""

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec.structs import replace

from venueproof_core import BugClass, Capabilities, Connector, Level, Outcome, Steering
from venueproof_core.control import Match, Move, Operation, Print
from venueproof_core.errors import InvalidOrderError, VenueError
from venueproof_core.models import Contingency, OrderList, OrderListRequest, Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, require_fired, violated
from venueproof_suite.attempts import HurriedClock, accepted, impatient, refused
from venueproof_suite.cases.orders.lists import (
    OPEN,
    check_ends_streamed,
    check_list,
    list_of,
    orders_of,
    pair_of,
)
from venueproof_suite.cases.orders.test_unknown_outcome import LOSSES, Loss
from venueproof_suite.comparison_orders import check_as_asked, check_orders

NEEDS = [Capabilities.order_lists, Capabilities.client_order_id]


@case(
    "orders/lists/pair-is-one-list",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.order_parameters, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place_list", "order_list", "open_order_lists"],
    variants={"sell": Side.SELL, "buy": Side.BUY},
)
async def test_pair_is_one_list(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Side,
) -> None:
    """A pair of which one cancels the other is one list at the venue: both orders wait as asked, and are told so.

    Placed as two orders they both execute when the market swings, and the position is turned round.
    """
    request = list_of(orders, Contingency.OCO, *pair_of(orders, variant))
    placed = await accepted(trading.place_list(request), "a pair around the market")
    for truth, asked in zip(await orders_of(world, request), request.orders, strict=True):
        check_as_asked(truth, asked)
        assert truth.status == "NEW"
    await check_list(placed, request, world, connector_declaration)
    for names in (
        {"client_list_id": request.client_list_id},
        {"venue_list_id": placed.venue_list_id},
    ):
        found = await accepted(trading.order_list(request.symbol, **names), "asking for the list")
        await check_list(found, request, world, connector_declaration)
    still_open = await accepted(trading.open_order_lists(), "asking for open lists")
    assert [one.client_list_id for one in still_open] == [request.client_list_id]
    await check_list(still_open[0], request, world, connector_declaration)


async def _fill_the_profit(world: World, request: OrderListRequest) -> None:
    await world.counterparty(request.orders[0])


async def _reach_the_stop(world: World, request: OrderListRequest) -> None:
    stop = request.orders[1]
    assert stop.price is not None
    lot = (await world.truth.book(request.symbol)).bids[-1][1]
    await world.market(
        Move(symbol=request.symbol, middle=stop.price),
        Print(symbol=request.symbol, side="SELL", quantity=lot),
    )


@case(
    "orders/lists/one-ends-the-other",
    level=Level.MUST,
    needs=[*NEEDS, Capabilities.private_stream],
    hunts=[BugClass.cancel_race, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place_list", "order_list", "open_orders", "open_order_lists", "stream_orders"],
    variants={"profit-fills": _fill_the_profit, "stop-is-reached": _reach_the_stop},
)
async def test_one_of_a_pair_ends_the_other(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Callable[[World, OrderListRequest], Awaitable[None]],
) -> None:
    """When one order of a pair executes the other one ends, and the stream, queries and open orders say so.

    A strategy that believes in the other order has closed its position and thinks that it is still protected.
    """
    request = list_of(orders, Contingency.OCO, *pair_of(orders))
    async with trading.stream_orders() as stream:
        await accepted(trading.place_list(request), "a pair around the market")
        await variant(world, request)
        truths = await orders_of(world, request)
        ended = [truth for truth in truths if truth.status not in OPEN]
        assert "EXPIRED" in [truth.status for truth in ended]
        await check_ends_streamed(stream, ended, connector_declaration)
    told = await accepted(
        trading.order_list(request.symbol, client_list_id=request.client_list_id), "asking for it"
    )
    await check_list(told, request, world, connector_declaration)
    still_open = [truth for truth in truths if truth.status in OPEN]
    check_orders(await trading.open_orders(request.symbol), still_open, connector_declaration)
    lists = [one.client_list_id for one in await trading.open_order_lists()]
    assert lists == [request.client_list_id] * bool(still_open)


async def _by_list(trading: PrivateConnector, request: OrderListRequest) -> None:
    told = await trading.cancel_list(request.symbol, client_list_id=request.client_list_id)
    assert (told.client_list_id, told.is_open) == (request.client_list_id, False)


async def _by_order(trading: PrivateConnector, request: OrderListRequest) -> None:
    leg = request.orders[0]
    told = await trading.cancel(leg.symbol, client_order_id=leg.client_order_id)
    assert (told.client_order_id, told.is_open) == (leg.client_order_id, False)


@case(
    "orders/lists/cancel-ends-both",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.cancel_race],
    steering=Steering.CONTROL,
    calls=["place_list", "order_list", "open_orders", "cancel", "cancel_list"],
    variants={"by-list": _by_list, "by-order": _by_order},
)
async def test_cancel_of_a_pair_ends_both(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Callable[[PrivateConnector, OrderListRequest], Awaitable[None]],
) -> None:
    """Cancelling a list, or one of its orders, ends both, under the names they were placed with.

    Whoever counts on the other one is unprotected; whoever does not recognise it cancels it again and again.
    """
    request = list_of(orders, Contingency.OCO, *pair_of(orders))
    await accepted(trading.place_list(request), "a pair around the market")
    await accepted(variant(trading, request), "cancelling it")
    assert {truth.status for truth in await orders_of(world, request)} == {"CANCELED"}
    told = await accepted(
        trading.order_list(request.symbol, client_list_id=request.client_list_id), "asking for it"
    )
    await check_list(told, request, world, connector_declaration)
    assert list(await trading.open_orders(request.symbol)) == []


@case(
    "orders/lists/refused-order-places-none",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.error_mapping, BugClass.order_parameters],
    steering=Steering.CONTROL,
    calls=["place_list"],
    variants={"profit": 0, "stop": 1},
)
async def test_refused_order_places_none(
    trading: PrivateConnector, world: World, orders: OrderFactory, variant: int
) -> None:
    """When one order of a list breaks a rule of the instrument none is placed, and the refusal says so.

    Half a pair is an order that nobody has asked for.
    """
    legs = list(pair_of(orders))
    price = legs[variant].price
    assert price is not None
    legs[variant] = replace(legs[variant], price=price + orders.instrument().tick_size / 2)
    request = list_of(orders, Contingency.OCO, *legs)
    await refused(
        trading.place_list(request),
        InvalidOrderError,
        "a pair with a price between two ticks",
        outcome=Outcome.NOT_APPLIED,
    )
    made = [order.client_order_id for order in await world.truth.orders(request.symbol)]
    assert made == []


@case(
    "orders/lists/unknown-outcome-is-told-honestly",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.unknown_outcome],
    steering=Steering.CONTROL,
    calls=["place_list"],
    variants={
        name: LOSSES[name] for name in ("cut", "said-so-and-applied", "said-so-and-not-applied")
    },
)
async def test_unknown_outcome_of_a_list_is_told_honestly(
    connect: Callable[..., Awaitable[Any]],
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Loss,
) -> None:
    """When the answer to a list is lost there is one list at most, and the connector says nothing untrue of it.

    A list is found by its own name. Sent again it doubles what protects a position, and then closes it twice.
    """
    client = await connect(impatient(connector_declaration), clock=HurriedClock())
    request = list_of(orders, Contingency.OCO, *pair_of(orders))
    loss = await world.fault(
        variant.fault, match=Match(operation=Operation.PLACE_LIST), **variant.parameters
    )
    told: OrderList | VenueError
    try:
        told = await client.place_list(request)
    except VenueError as error:
        told = error
    await require_fired(loss)
    made = await world.truth.orders(request.symbol)
    assert len(made) == 2 * variant.is_applied, "a list was sent again"
    if isinstance(told, OrderList):
        await check_list(told, request, world, connector_declaration)
    elif told.outcome is Outcome.NOT_APPLIED or not (made or told.outcome is Outcome.UNKNOWN):
        violated(
            "the answer did not say what happened",
            expected=Outcome.UNKNOWN.value,
            observed=f"{told.outcome.value} by {type(told).__name__}",
        )


@case(
    "orders/lists/lost-end-is-made-good",
    level=Level.SHOULD,
    needs=[*NEEDS, Capabilities.private_stream],
    hunts=[BugClass.cancel_race, BugClass.fills_once],
    steering=Steering.CONTROL,
    calls=["place_list", "stream_orders"],
)
async def test_lost_end_of_an_order_of_a_list_is_made_good(
    connect: Callable[..., Awaitable[Any]],
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """When the news that one order of a pair has ended is lost, the news that its list is done makes it good.

    Nothing else will ever come of that order. It stays in the books as protection that is not there.
    """
    client = await connect(clock=HurriedClock())
    request = list_of(orders, Contingency.OCO, *pair_of(orders))
    async with client.stream_orders() as stream:
        await accepted(client.place_list(request), "a pair around the market")
        name = request.orders[1].client_order_id
        lost = await world.fault("drop_event", match=Match(event="order", client_order_id=name))
        await world.counterparty(request.orders[0])
        await lost.wait_fired()
        await check_ends_streamed(stream, await orders_of(world, request), connector_declaration)
