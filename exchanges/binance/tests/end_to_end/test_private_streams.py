"""Private streams: events that overtake, are dropped, or are missed in a cut; listen keys."""

import asyncio

import pytest

from venueproof_core.models import (
    Fill,
    Order,
    OrderStatus,
)

from .steps import SYMBOL, D, OpenWorld, resting, taking, until, within


async def test_events_that_overtake_the_reply_are_not_undone_by_it(open_world: OpenWorld) -> None:
    async with (
        open_world() as world,
        world.connector() as connector,
        connector.stream_orders() as orders,
    ):
        gate = await world.gate("before_reply", operation="place")
        placing = asyncio.create_task(connector.place(resting("race")))
        await world.wait("gate", id=gate)
        await world.ask("POST", "/counterparty", {"symbol": SYMBOL, "client_order_id": "race"})
        seen = await until(orders, lambda order: not order.is_open)
        await world.ask("POST", f"/gates/{gate}/release")
        assert (await placing).status is OrderStatus.FILLED
        filled = [order.filled_quantity for order in seen]
        assert filled == sorted(filled)


@pytest.mark.parametrize("protocol", [None, "2026-02-19"])
async def test_fills_missed_in_a_cut_come_exactly_once(
    open_world: OpenWorld, protocol: str | None
) -> None:
    async with (
        open_world(protocol=protocol) as world,
        world.connector() as connector,
        connector.stream_fills() as fills,
        connector.stream_orders() as orders,
        connector.stream_balances() as balances,
    ):
        await connector.place(resting("cut", "0.03"))
        part = {"symbol": SYMBOL, "client_order_id": "cut", "quantity": "0.01"}
        await world.ask("POST", "/counterparty", part)
        first: Fill = await within(fills)
        await world.fault("refuse_connection")
        await world.fault("close_stream", parameters={"code": 0})
        await world.ask("POST", "/counterparty", part)
        await world.restored("private")
        await world.ask("POST", "/counterparty", part)
        rest = [await within(fills), await within(fills)]
        truth = await world.ask("GET", "/truth/fills", symbol=SYMBOL)
        assert sorted(f.trade_id for f in (first, *rest)) == [f["trade_id"] for f in truth]
        last: Order = (await until(orders, lambda order: not order.is_open))[-1]
        assert (last.status, last.filled_quantity) == (OrderStatus.FILLED, D("0.03"))
        await until(
            balances, lambda b: b.currency == "BTC" and b.available + b.locked == D("20.029973")
        )
        after = await connector.place(taking("after"))
        assert (await within(fills)).venue_order_id == after.venue_order_id, "a fill came twice"


async def test_a_private_event_that_was_dropped_is_noticed_by_the_next(
    open_world: OpenWorld,
) -> None:
    async with (
        open_world() as world,
        world.connector() as connector,
        connector.stream_fills() as fills,
    ):
        await connector.place(resting("drop", "0.03"))
        part = {"symbol": SYMBOL, "client_order_id": "drop", "quantity": "0.01"}
        await world.wait("frames", channel="private", event="order")
        await world.fault("drop_event", {"event": "fill"})
        await world.ask("POST", "/counterparty", part)
        await world.ask("POST", "/counterparty", part)
        seen = [await within(fills), await within(fills)]
        assert len({fill.trade_id for fill in seen}) == 2


async def test_a_transfer_shows_as_a_balance(open_world: OpenWorld) -> None:
    async with (
        open_world() as world,
        world.connector() as connector,
        connector.stream_balances() as balances,
    ):
        before = {b.currency: b.available for b in await connector.balances()}
        await world.ask("POST", "/transfer", {"currency": "USDT", "amount": "5"})
        seen = await until(balances, lambda b: b.currency == "USDT")
        assert seen[-1].available == before["USDT"] + 5


async def test_a_listen_key_is_renewed_again_and_again(open_world: OpenWorld) -> None:
    async with (
        open_world(protocol="2026-02-19") as world,
        world.connector() as connector,
        connector.stream_orders() as orders,
    ):
        for renewal in range(1, 6):
            # In steps: a jump beyond a quiet minute would also be a silent stream.
            await world.ask("POST", "/clock", {"timers": {"advance_s": 1801}})
            world.clock.advance(1801)
            await world.wait("reply", count=renewal, operation="renew_private_stream")
        await connector.place(resting("alive"))
        assert (await within(orders)).client_order_id == "alive"
        assert len(await world.requests("open_private_stream")) == 1


async def test_an_expired_listen_key_is_replaced(open_world: OpenWorld) -> None:
    async with (
        open_world(protocol="2026-02-19") as world,
        world.connector() as connector,
        connector.stream_orders() as orders,
    ):
        await world.ask("POST", "/clock", {"timers": {"advance_s": 3700}})
        await world.restored("private")
        await connector.place(resting("again"))
        assert (await within(orders)).client_order_id == "again"
