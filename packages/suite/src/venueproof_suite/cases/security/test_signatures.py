"""Signatures."""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from msgspec.structs import replace

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.errors import VenueError
from venueproof_core.models import Side
from venueproof_suite import OrderFactory, World, case

ORDERS = 24
# Characters with a meaning in URLs and forms, and some beyond ASCII.
ODD_TEXTS = ("a b+c", "d/e=f&g", "h%20i?j#k", "l@m,n;o:p", "q'r~s*t", "\u00fc\u4e2d")


async def _client_with(
    connect: Callable[..., Awaitable[Any]], world: World, connector: Connector, key_type: str
) -> Any:
    if key_type == "hmac":
        return await connect()
    fields = connector.settings.model_fields if connector.settings is not None else {}
    if key_type not in world.info.credentials.keys or "key_type" not in fields:
        pytest.skip(f"no {key_type} keys here")
    return await connect({"key_type": key_type})


async def _check_signatures(world: World, least: int) -> None:
    verdicts = [e.signature for e in await world.journal() if e.signature is not None]
    assert len(verdicts) >= least
    wrong = len(verdicts) - verdicts.count("valid")
    assert wrong == 0, f"{wrong} of {len(verdicts)} signatures are not valid"


@case(
    "security/signature/valid-for-many-orders",
    level=Level.MUST,
    needs=[Capabilities.signed_requests, Capabilities.limit_orders],
    hunts=[BugClass.signature],
    steering=Steering.CONTROL,
    calls=["place"],
    variants={"hmac": "hmac", "ed25519": "ed25519", "rsa": "rsa"},
)
async def test_signatures_of_many_orders_are_valid(
    connect: Callable[..., Awaitable[Any]],
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: str,
) -> None:
    """The signature holds for every order, whatever its numbers are, with each kind of key.

    One signature in some has a character that needs encoding. That is one order in some that is refused.
    """
    client = await _client_with(connect, world, connector_declaration, variant)
    rng = random.Random(world.info.seed)
    lot, tick = orders.instrument().lot_size, orders.instrument().tick_size
    for _ in range(ORDERS):
        request = orders.far_from_market(rng.choice(list(Side)))
        assert request.price is not None
        assert request.quantity is not None
        price = request.price + rng.randrange(100) * tick
        quantity = request.quantity + rng.randrange(100) * lot
        with suppress(VenueError):  # the journal says which signature was wrong
            await client.place(replace(request, price=price, quantity=quantity))
    await _check_signatures(world, ORDERS)


@case(
    "security/signature/valid-for-odd-characters",
    level=Level.MUST,
    needs=[Capabilities.signed_requests, Capabilities.client_order_id],
    hunts=[BugClass.signature],
    steering=Steering.CONTROL,
    calls=["order"],
    variants={"hmac": "hmac", "ed25519": "ed25519", "rsa": "rsa"},
)
async def test_signatures_over_odd_characters_are_valid(
    connect: Callable[..., Awaitable[Any]],
    world: World,
    symbol: str,
    connector_declaration: Connector,
    variant: str,
) -> None:
    """The signature is over the text as it is sent, also where characters must be percent-encoded.

    Symbols and labels with such characters exist; for these alone every request is refused.
    """
    client = await _client_with(connect, world, connector_declaration, variant)
    for text in ODD_TEXTS:
        with suppress(VenueError):  # there is no such order; the signature is what counts
            await client.order(symbol, client_order_id=text)
    await _check_signatures(world, len(ODD_TEXTS))
