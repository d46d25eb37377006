"""Times the venue tells."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.venue import PrivateConnector, PublicConnector
from venueproof_suite import OrderFactory, World, case, violated
from venueproof_suite.attempts import accepted
from venueproof_suite.comparison_orders import check_time, only_order

AN_HOUR_MS = 3_600_000.0


async def _trade_and_check_times(connector: Any, world: World, orders: OrderFactory) -> None:
    trading: PrivateConnector = connector
    market: PublicConnector = connector
    request = orders.crossing()
    await accepted(trading.place(request), "an order")
    truth = await only_order(world, request)
    asked = await trading.order(request.symbol, client_order_id=request.client_order_id)
    check_time("the time of an order", asked.created_time_ns, truth.created_time_ns)
    check_time("the time of its last change", asked.updated_time_ns, truth.updated_time_ns)
    times = {fill.trade_id: fill.venue_time_ns for fill in await world.truth.fills(request.symbol)}
    fills = await trading.fills(request.symbol)
    if not fills:
        violated("the fills are missing", expected=sorted(times), observed=[])
    for fill in fills:
        check_time(f"the time of fill {fill.trade_id}", fill.venue_time_ns, times[fill.trade_id])
    told = await accepted(market.trades(request.symbol, limit=1), "reading the newest trade")
    newest = (await world.truth.trades(request.symbol))[-1]
    if [trade.trade_id for trade in told] != [newest.trade_id]:
        violated("it is not the newest trade", expected=newest.trade_id, observed=told)
    check_time("the time of the newest trade", told[0].venue_time_ns, newest.venue_time_ns)


@case(
    "time/stamps/are-the-venues",
    level=Level.MUST,
    needs=[Capabilities.fill_history, Capabilities.public_trades, Capabilities.venue_time],
    hunts=[BugClass.timestamps],
    steering=Steering.CONTROL,
    calls=["place", "order", "fills", "trades"],
)
async def test_stamps_are_the_venues(connector: Any, world: World, orders: OrderFactory) -> None:
    """Times of orders, fills and trades are what the venue stamped, in nanoseconds UTC, whatever the host believes.

    Milliseconds read as seconds, or the time of arrival in place of the venue's, order events wrongly.
    """
    await world.set_stamp(offset_ms=AN_HOUR_MS)
    await _trade_and_check_times(connector, world, orders)


@contextmanager
def _living_in(zone: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


@case(
    "time/stamps/do-not-know-the-hosts-zone",
    level=Level.MUST,
    needs=[Capabilities.fill_history, Capabilities.public_trades],
    hunts=[BugClass.timestamps],
    steering=Steering.CONTROL,
    calls=["place", "order", "fills", "trades"],
)
async def test_stamps_do_not_know_the_hosts_zone(
    connector: Any, world: World, orders: OrderFactory
) -> None:
    """Times are the same wherever the host believes to be.

    A connector that was written in one zone and deployed in another is hours off.
    """
    with _living_in("Asia/Tokyo"):
        await _trade_and_check_times(connector, world, orders)
