"""What the venue refuses, in our words."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from venueproof_core import BugClass, Capabilities, Connector, Level, Outcome, Steering
from venueproof_core.control import Credentials
from venueproof_core.errors import (
    AuthenticationError,
    InsufficientBalanceError,
    InvalidOrderError,
    VenueError,
)
from venueproof_core.models import OrderRequest, Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, violated
from venueproof_suite.attempts import refused


async def _check_code(world: World, error: VenueError, connector: Connector) -> None:
    """An error that the venue answered carries the venue's code, if the client has a word for it."""
    if "code" in connector.projection.absent_fields.get("VenueError", {}):
        return
    codes = [entry.code for entry in await world.journal() if entry.code is not None]
    if codes and error.code != codes[-1]:
        violated("the venue's code is lost", expected=codes[-1], observed=error.code)


async def _too_dear(world: World, orders: OrderFactory) -> OrderRequest:
    request = orders.far_from_market(Side.SELL)
    owned = (await world.truth.balances()).get(orders.instrument().base)
    if owned is None:
        pytest.skip("on this margin account an order that rests needs no funds")
    return replace(request, quantity=owned.available + orders.instrument().lot_size)


async def _off_the_tick(_world: World, orders: OrderFactory) -> OrderRequest:
    request = orders.far_from_market()
    assert request.price is not None
    return replace(request, price=request.price + orders.instrument().tick_size / 2)


async def _too_small(_world: World, orders: OrderFactory) -> OrderRequest:
    request = orders.far_from_market()
    return replace(request, quantity=orders.instrument().lot_size / 2)


async def _unknown_symbol(_world: World, orders: OrderFactory) -> OrderRequest:
    return replace(orders.far_from_market(), symbol="NOSUCH-COIN")


@case(
    "errors/refusal/of-an-order",
    level=Level.MUST,
    needs=[Capabilities.limit_orders],
    hunts=[BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["place"],
    variants={
        "insufficient-balance": (_too_dear, InsufficientBalanceError),
        "price-off-the-tick": (_off_the_tick, InvalidOrderError),
        "quantity-below-the-lot": (_too_small, InvalidOrderError),
        "unknown-symbol": (_unknown_symbol, InvalidOrderError),
    },
)
async def test_refused_order_says_why(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: tuple[Any, Any],
) -> None:
    """An order that the venue refuses raises the error for its reason, with NOT_APPLIED and the venue's code.

    What to do next depends on it: wait for funds, correct the price, or stop. A wrong class does the wrong thing.
    """
    make, kind = variant
    request = await make(world, orders)
    error = await refused(
        trading.place(request),
        kind,
        "an order against the rules",
        outcome=Outcome.NOT_APPLIED,
    )
    await _check_code(world, error, connector_declaration)
    made = [order.status for order in await world.truth.orders() if order.status != "REJECTED"]
    assert made == []


def _other_key(given: Credentials) -> Credentials:
    return given.model_copy(update={"api_key": _other(given.api_key), "token": _other(given.token)})


def _other_secret(given: Credentials) -> Credentials:
    return given.model_copy(update={"api_secret": _other(given.api_secret)})


def _other(text: str | None) -> str | None:
    return None if text is None else text[::-1]


@case(
    "errors/refusal/of-credentials",
    level=Level.MUST,
    needs=[Capabilities.signed_requests],
    hunts=[BugClass.error_mapping, BugClass.security],
    steering=Steering.CONTROL,
    calls=["place"],
    variants={"unknown-key": _other_key, "wrong-secret": _other_secret},
)
async def test_refused_credentials_are_said_to_be(
    connect: Callable[..., Awaitable[Any]],
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Callable[[Credentials], Credentials],
) -> None:
    """With wrong credentials a call raises AuthenticationError, with NOT_APPLIED and the venue's code.

    It is the one failure that no repetition heals; a connector that goes on trying gets the key locked.
    """
    wrong = variant(world.info.credentials)
    if wrong == world.info.credentials:
        pytest.skip("the venue's credentials have no such part")
    client = await connect(credentials=wrong)
    error = await refused(
        client.place(orders.far_from_market()),
        AuthenticationError,
        "an order signed by a stranger",
        outcome=Outcome.NOT_APPLIED,
    )
    await _check_code(world, error, connector_declaration)
