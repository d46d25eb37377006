"""Orders: their life, refusals, and answers that are lost."""

import asyncio

import pytest

from venueproof_core import Outcome
from venueproof_core.errors import (
    AuthenticationError,
    DuplicateClientOrderIdError,
    InsufficientBalanceError,
    InvalidOrderError,
    MalformedMessageError,
    TimedOutError,
    UnknownOrderError,
)
from venueproof_core.models import (
    OrderStatus,
    TimeInForce,
)

from .steps import SYMBOL, D, OpenWorld, resting


@pytest.mark.parametrize("key_type", ["hmac", "ed25519", "rsa"])
async def test_life_of_an_order(open_world: OpenWorld, key_type: str) -> None:
    async with open_world() as world, world.connector(key_type=key_type) as connector:
        placed = await connector.place(resting("life"))
        assert placed.status is OrderStatus.NEW
        assert [o.client_order_id for o in await connector.open_orders()] == ["life"]
        amended = await connector.amend(
            SYMBOL, venue_order_id=placed.venue_order_id, quantity=D("0.008")
        )
        assert (amended.quantity, amended.client_order_id) == (D("0.008"), "life")
        replaced = await connector.replace(
            SYMBOL, venue_order_id=placed.venue_order_id, request=resting("next", "0.02")
        )
        assert (replaced.client_order_id, replaced.quantity) == ("next", D("0.02"))
        cancelled = await connector.cancel(SYMBOL, client_order_id="next")
        assert cancelled.status is OrderStatus.CANCELED
        found = await connector.order(SYMBOL, client_order_id="next")
        assert (found.status, found.client_order_id) == (OrderStatus.CANCELED, "next")
        history = await connector.order_history(SYMBOL)
        assert [order.client_order_id for order in history] == ["life", "next"]
        assert await connector.cancel_all(SYMBOL) == []
        assert (await connector.fee_rates(SYMBOL)).taker == D("0.001")


async def test_refusals_have_their_class(open_world: OpenWorld) -> None:
    async with open_world() as world, world.connector() as connector:
        await connector.place(resting("same"))
        with pytest.raises(DuplicateClientOrderIdError):
            await connector.place(resting("same"))
        with pytest.raises(InsufficientBalanceError):
            await connector.place(resting("rich", "19"))
        with pytest.raises(InvalidOrderError):
            await connector.place(resting("dust", "0.000001"))
        with pytest.raises(InvalidOrderError, match="nothing was sent"):
            await connector.place(resting("day", time_in_force=TimeInForce.DAY))
        with pytest.raises(UnknownOrderError) as unknown:
            await connector.cancel(SYMBOL, client_order_id="never")
        assert unknown.value.outcome is Outcome.UNKNOWN
        with pytest.raises(UnknownOrderError) as missing:
            await connector.order(SYMBOL, client_order_id="never")
        assert missing.value.outcome is Outcome.NOT_APPLIED
    async with open_world() as world, world.connector(api_secret="wrong") as connector:
        with pytest.raises(AuthenticationError):
            await connector.balances()


@pytest.mark.parametrize("delivery", ["never", "cut", "truncated"])
async def test_a_lost_reply_leaves_one_order_and_returns_it(
    open_world: OpenWorld, delivery: str
) -> None:
    async with open_world() as world, world.connector() as connector:
        await connector.balances()
        await world.fault("lose_reply", {"operation": "place"}, parameters={"delivery": delivery})
        placing = asyncio.create_task(connector.place(resting("lost")))
        await world.wait("request", operation="place")
        if delivery == "never":
            world.clock.advance(5.5)
        placed = await placing
        assert (placed.client_order_id, placed.status) == ("lost", OrderStatus.NEW)
        assert len(await world.requests("place")) == 1
        assert len(await world.ask("GET", "/truth/orders", symbol=SYMBOL)) == 1


@pytest.mark.parametrize("reason", ["overloaded", "internal", "unknown_outcome"])
@pytest.mark.parametrize("applied", [True, False])
async def test_a_server_error_is_reconciled_not_resent(
    open_world: OpenWorld, reason: str, applied: bool
) -> None:
    async with open_world() as world, world.connector() as connector:
        parameters = {"reason": reason, "applied": applied}
        await world.fault("refuse_request", {"operation": "place"}, parameters=parameters)
        if applied:
            assert (await connector.place(resting("err"))).client_order_id == "err"
        else:
            with pytest.raises(Exception, match="UNKNOWN") as failed:
                await connector.place(resting("err"))
            assert failed.value.outcome is Outcome.UNKNOWN
        assert len(await world.requests("place")) == 1


@pytest.mark.parametrize("body", ["html", "empty", "garbage", "null"])
async def test_an_unreadable_reply_to_an_order_is_reconciled(
    open_world: OpenWorld, body: str
) -> None:
    async with open_world() as world, world.connector() as connector:
        parameters = {"body": body, "status": 200}
        await world.fault("replace_body", {"operation": "place"}, parameters=parameters)
        assert (await connector.place(resting("html"))).client_order_id == "html"
        assert len(await world.requests("place")) == 1
        await world.fault(
            "replace_body", {"operation": "order_book"}, count=None, parameters=parameters
        )
        with pytest.raises(MalformedMessageError) as malformed:
            await connector.order_book(SYMBOL)
        assert malformed.value.outcome is Outcome.NOT_APPLIED
        assert len(await world.requests("order_book")) == 3


async def test_a_lost_reply_to_a_cancel_ends_in_the_order_s_true_state(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world, world.connector() as connector:
        await connector.place(resting("gone"))
        await world.fault("lose_reply", {"operation": "cancel"}, parameters={"delivery": "cut"})
        cancelled = await connector.cancel(SYMBOL, client_order_id="gone")
        assert (cancelled.status, cancelled.client_order_id) == (OrderStatus.CANCELED, "gone")
        assert len(await world.requests("cancel")) == 1


async def test_an_order_still_on_its_way_stays_unknown(open_world: OpenWorld) -> None:
    async with open_world() as world, world.connector() as connector:
        await connector.balances()
        gate = await world.gate("received", operation="place")
        placing = asyncio.create_task(connector.place(resting("late")))
        await world.wait("gate", id=gate)
        world.clock.advance(5.5)
        with pytest.raises(TimedOutError) as timeout:
            await placing
        assert timeout.value.outcome is Outcome.UNKNOWN
        await world.ask("POST", f"/gates/{gate}/release")
        assert len(await world.requests("place")) == 1
