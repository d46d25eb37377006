"""Clocks that differ, pauses the venue asks for, and secrets."""

import asyncio

import pytest

from venueproof_core import Outcome
from venueproof_core.errors import (
    MalformedMessageError,
    RateLimitedError,
)
from venueproof_core.models import (
    OrderStatus,
)

from .steps import SYMBOL, OpenWorld, resting, until


@pytest.mark.parametrize("offset_ms", [-30_000, 30_000])
async def test_skew_is_measured_before_the_first_signature(
    open_world: OpenWorld, offset_ms: int
) -> None:
    async with open_world() as world, world.connector() as connector:
        await world.ask("POST", "/clock", {"stamp": {"offset_ms": offset_ms}})
        await connector.balances()
        assert len(await world.requests("balances")) == 1


@pytest.mark.parametrize("offset_ms", [-30_000, 30_000])
async def test_a_clock_that_jumps_is_measured_again(open_world: OpenWorld, offset_ms: int) -> None:
    async with open_world() as world, world.connector() as connector:
        await connector.balances()
        await world.ask("POST", "/clock", {"stamp": {"offset_ms": offset_ms}})
        placed = await connector.place(resting("jump"))
        assert placed.status is OrderStatus.NEW
        async with connector.stream_orders() as orders:
            await world.ask("POST", "/clock", {"stamp": {"offset_ms": -offset_ms}})
            await world.fault("close_stream", parameters={"code": 1001})
            await world.restored("private")
            await connector.cancel(SYMBOL, client_order_id="jump")
            await until(orders, lambda order: not order.is_open)
        assert len(await world.ask("GET", "/truth/orders", symbol=SYMBOL)) == 1


@pytest.mark.parametrize("reason", ["rate_limited", "banned"])
async def test_retry_after_is_obeyed_by_every_call(open_world: OpenWorld, reason: str) -> None:
    async with open_world() as world, world.connector() as connector:
        await connector.balances()
        parameters = {"reason": reason, "retry_after_s": 30}
        await world.fault("refuse_request", {"operation": "order_book"}, parameters=parameters)
        with pytest.raises(RateLimitedError) as limited:
            await connector.order_book(SYMBOL)
        assert limited.value.retry_after_s == 30
        asked = len(await world.ask("GET", "/journal"))
        reading = asyncio.create_task(connector.order_book(SYMBOL))
        with pytest.raises(RateLimitedError, match="nothing was sent") as refused:
            await connector.place(resting("wait"))
        assert refused.value.outcome is Outcome.NOT_APPLIED
        assert len(await world.ask("GET", "/journal")) == asked
        await world.ask("POST", "/clock", {"timers": {"advance_s": 31}})
        world.clock.advance(31)
        assert (await reading).symbol == SYMBOL


async def test_secrets_are_in_no_log_and_no_error(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with (
        open_world(protocol="2026-02-19") as world,
        world.connector() as connector,
        connector.stream_orders(),
    ):
        await world.fault("replace_body", {"operation": "balances"}, count=None)
        with pytest.raises(MalformedMessageError) as failed:
            await connector.balances()
        await world.fault("close_stream", parameters={"code": 1001})
        await world.restored("private")
        shown = caplog.text + repr(failed.value) + str(failed.value)
        secret = world.info.credentials.api_secret
        key = world.info.credentials.api_key
        assert secret not in shown
        assert key not in shown
        assert "signature=" not in shown
