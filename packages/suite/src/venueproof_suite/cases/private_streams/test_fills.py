"""Fills as they happen, each once."""

from collections.abc import AsyncIterator, Callable

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Match, TruthFill
from venueproof_core.models import Fill
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, collect_until
from venueproof_suite.attempts import seen_until
from venueproof_suite.comparison_orders import check_fills
from venueproof_suite.cuts import cut_off


async def _until_a_last_fill(
    trading: PrivateConnector, orders: OrderFactory, fills: AsyncIterator[Fill]
) -> list[Fill]:
    """Trade once more and read up to that fill: what was to come before it has come."""
    last = await trading.place(orders.crossing())
    return await collect_until(
        fills, lambda fill: fill.venue_order_id == last.venue_order_id, "the last fill"
    )


def _has_all(truths: list[TruthFill], before: list[Fill]) -> Callable[[list[Fill]], bool]:
    wanted = {truth.trade_id for truth in truths} - {fill.trade_id for fill in before}
    return lambda seen: wanted <= {fill.trade_id for fill in seen}


@case(
    "private-streams/fills/duplicate-is-told-once",
    level=Level.MUST,
    needs=[Capabilities.private_stream],
    hunts=[BugClass.fills_once],
    steering=Steering.CONTROL,
    calls=["place", "stream_fills"],
)
async def test_duplicate_fill_is_told_once(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """A fill that the venue streams twice is told once.

    Counted twice it is a position that is not there, and a hedge for it is a real one.
    """
    request = orders.far_from_market()
    assert request.quantity is not None
    async with trading.stream_fills() as fills:
        twice = await world.fault("duplicate_event", match=Match(event="fill"), count=2)
        await trading.place(request)
        await world.counterparty(request, request.quantity / 4)
        await world.counterparty(request)
        await twice.wait_fired(2)
        seen = await _until_a_last_fill(trading, orders, fills)
    check_fills(seen, await world.truth.fills(symbol), connector_declaration)


@case(
    "private-streams/fills/missed-in-a-cut-are-recovered-once",
    level=Level.MUST,
    needs=[Capabilities.private_stream, Capabilities.fill_history],
    hunts=[BugClass.fills_once, BugClass.resubscription],
    steering=Steering.CONTROL,
    calls=["place", "stream_fills"],
)
async def test_fills_missed_in_a_cut_are_recovered_once(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """Fills that happen while the private stream is cut are told after it, and those before it not again.

    A fill that is lost in a reconnect leaves a position unhedged; a replayed one hedges it twice.
    """
    request = orders.far_from_market()
    assert request.quantity is not None
    async with trading.stream_fills() as fills:
        await trading.place(request)
        await world.counterparty(request, request.quantity / 4)
        first = await collect_until(fills, lambda _: True, "the fill before the cut")
        async with cut_off(world):
            await world.counterparty(request)
        missed = await seen_until(fills, _has_all(await world.truth.fills(symbol), first))
        seen = first + missed + await _until_a_last_fill(trading, orders, fills)
    check_fills(seen, await world.truth.fills(symbol), connector_declaration)


@case(
    "private-streams/fills/lost-event-is-made-good",
    level=Level.SHOULD,
    needs=[Capabilities.private_stream, Capabilities.fill_history],
    hunts=[BugClass.fills_once],
    steering=Steering.CONTROL,
    calls=["place", "stream_fills"],
)
async def test_lost_fill_event_is_made_good(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """A fill whose event never came is told once the order's next event shows that it is missing.

    Cumulative quantities give it away. Whoever only adds up events carries the error for ever.
    """
    request = orders.far_from_market()
    assert request.quantity is not None
    async with trading.stream_fills() as fills:
        await trading.place(request)
        lost = await world.fault("drop_event", match=Match(event="fill"))
        await world.counterparty(request, request.quantity / 4)
        await lost.wait_fired()
        await world.counterparty(request)
        truths = await world.truth.fills(symbol)
        seen = await seen_until(fills, _has_all(truths, []))
    check_fills(seen, truths, connector_declaration)
