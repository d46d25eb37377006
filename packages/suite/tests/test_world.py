"""The client of the control plane, against the fake's."""

import asyncio
from decimal import Decimal

import aiohttp
import pytest

from venueproof_core.control import ControlAddress, Match, Operation, SetLevel, WorldSpec
from venueproof_suite.control_client import ControlClient
from venueproof_suite.errors import ControlError, DeadlinePassed
from venueproof_suite.world import World


class _Clock:
    advanced = 0.0

    def advance(self, duration_s):
        self.advanced += duration_s


def _in_world(address, use):
    async def main():
        async with ControlClient(address) as client:
            world = await World.open(client, WorldSpec(seed=5))
            value = await use(world)
            assert await world.close() == []
            return value

    return asyncio.run(main())


async def _ping(world):
    url = f"{world.info.endpoints['rest']}/ping"
    async with aiohttp.ClientSession() as session, session.get(url) as reply:
        return reply.status


def test_a_case_can_steer_disturb_and_ask(control_address):
    async def use(world):
        level = SetLevel(symbol="BTC-USDT", side="BUY", price=Decimal(1), quantity=Decimal(2))
        assert await world.market(level) == {"BTC-USDT": 8}
        fault = await world.fault("refuse", match=Match(operation=Operation.PING), level=3)
        assert world.faults == [fault]
        assert await fault.fired() == 0
        assert await _ping(world) == 503
        assert await fault.wait_fired() == 1
        assert await world.wait("request", match=Match(operation=Operation.PING)) == 1
        assert await fault.remove() == 1
        return await world.mark()

    assert _in_world(control_address, use) == 3


def test_touching_truth_or_journal_is_what_decides(control_address):
    async def use(world):
        before = set(world.oracles)
        await world.mark()
        after_mark = set(world.oracles)
        book = await world.truth.book("BTC-USDT", 7)
        entries = await world.journal()
        world.decided_by("exact")
        return before, after_mark, book.version, entries, world.oracles

    assert _in_world(control_address, use) == (set(), set(), 7, [], {"truth", "journal", "exact"})


def test_timers_of_venue_and_connector_advance_together(control_address):
    async def use(world):
        world.connector_clock = _Clock()
        await world.advance_timers(30)
        await world.set_stamp(offset_ms=500)
        return world.connector_clock.advanced

    assert _in_world(control_address, use) == 30


def test_a_wait_that_runs_out_says_what_was_counted(control_address):
    async def use(world):
        await _ping(world)
        with pytest.raises(DeadlinePassed) as late:
            await world.wait(
                "request", match=Match(operation=Operation.PING), count=2, deadline_s=0.02
            )
        return str(late.value), late.value.counted

    text, counted = _in_world(control_address, use)
    assert text == "waited 0.02 s for 2 x request of operation ping; counted 1"
    assert counted == 1


def test_a_refusal_is_a_control_error_with_the_text(control_address):
    async def use(world):
        with pytest.raises(ControlError, match="404 no such truth") as refusal:
            await world.truth.limits()
        return refusal.value.status

    assert _in_world(control_address, use) == 404


def test_a_simulator_that_is_gone_is_a_control_error():
    async def main():
        async with ControlClient(ControlAddress(url="http://127.0.0.1:1", token="t")) as client:
            await World.open(client, WorldSpec())

    with pytest.raises(ControlError, match="the simulator has ended or hangs") as refusal:
        asyncio.run(main())
    assert refusal.value.status is None
