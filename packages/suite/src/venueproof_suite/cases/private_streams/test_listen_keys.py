"""Private streams that live as long as a key is renewed."""

from collections.abc import AsyncIterator
from typing import Any

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.control import Match, Operation
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, collect_until, expect
from venueproof_suite.cuts import PRIVATE, cut_off

# Keys of all venues that have them live for an hour; less than that passes between two looks.
NEARLY_A_LIFE_S = 55 * 60
A_LIFE_S = 61 * 60
RENEWALS = Match(operation=Operation.RENEW_PRIVATE_STREAM)
OPENINGS = Match(operation=Operation.OPEN_PRIVATE_STREAM)


async def _sees_an_order(
    trading: PrivateConnector, orders: OrderFactory, stream: AsyncIterator[Any]
) -> None:
    placed = await trading.place(orders.far_from_market())
    await collect_until(
        stream,
        lambda order: order.venue_order_id == placed.venue_order_id,
        "a live event",
    )


@case(
    "private-streams/listen-key/is-renewed-again-and-again",
    level=Level.MUST,
    needs=[Capabilities.listen_keys],
    hunts=[BugClass.listen_key],
    steering=Steering.CONTROL,
    calls=["place", "balances", "stream_orders"],
    needs_clock=True,
)
async def test_listen_key_is_renewed_again_and_again(
    trading: PrivateConnector, world: World, orders: OrderFactory
) -> None:
    """The key of a private stream is renewed before it expires, in each of its periods, and the stream goes on.

    A timer that is armed only once works all through the test, and the stream dies in the second hour.
    """
    async with trading.stream_orders() as stream:
        for period in (1, 2, 3):
            await world.advance_timers(NEARLY_A_LIFE_S)
            with expect(f"the key is renewed in period {period}", expected=f"{period} renewals"):
                await world.wait("reply", match=RENEWALS, count=period, deadline_s=2.0)
            await trading.balances()
        await _sees_an_order(trading, orders, stream)


@case(
    "private-streams/listen-key/is-renewed-by-one",
    level=Level.SHOULD,
    needs=[Capabilities.listen_keys],
    hunts=[BugClass.listen_key, BugClass.resources],
    steering=Steering.CONTROL,
    calls=["balances", "stream_orders"],
    needs_clock=True,
)
async def test_listen_key_is_renewed_by_one(trading: PrivateConnector, world: World) -> None:
    """After the stream was opened again, a period still has one renewal.

    A renewer left behind by each reconnect adds up; in a bad night they use up the budget of requests.
    """
    async with trading.stream_orders():
        for _ in range(2):
            async with cut_off(world):
                pass
        await trading.balances()
        await world.advance_timers(35 * 60)
        with expect("the key is renewed", expected="1 renewal"):
            await world.wait("reply", match=RENEWALS, deadline_s=2.0)
        await trading.balances()
        sent = [e for e in await world.journal() if e.operation is RENEWALS.operation]
        renewals = [entry for entry in sent if entry.kind == "request"]
        assert len(renewals) == 1


@case(
    "private-streams/listen-key/expired-is-replaced",
    level=Level.MUST,
    needs=[Capabilities.listen_keys],
    hunts=[BugClass.listen_key, BugClass.resubscription],
    steering=Steering.CONTROL,
    calls=["place", "balances", "stream_orders"],
    needs_clock=True,
)
async def test_expired_listen_key_is_replaced(
    trading: PrivateConnector, world: World, orders: OrderFactory
) -> None:
    """When a key has expired after all, a new one is fetched and the stream goes on.

    Renewals fail when the venue is in trouble. The connection stays open then, and nothing comes any more.
    """
    async with trading.stream_orders() as stream:
        failing = await world.fault(
            "refuse_request", match=RENEWALS, count=None, reason="internal", must_fire=False
        )
        await world.advance_timers(A_LIFE_S)
        with expect("a new key is fetched", expected="2 openings"):
            await world.wait("reply", match=OPENINGS, count=2, deadline_s=2.0)
        await failing.remove()
        with expect("the stream is open again", expected="1 subscription"):
            await world.wait("subscribed", match=PRIVATE, deadline_s=2.0)
        await _sees_an_order(trading, orders, stream)
