"""A book is made when it is first used, as if it had been there all the time."""

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from venueproof_core.control import Credentials, Move, WorldSpec
from venueproof_core.models import InstrumentStatus, OrderType, Side
from venueproof_simulator.dialect import Dialect, Listing
from venueproof_simulator.market import LEVELS
from venueproof_simulator.venue_core import SCALE, Event, InstrumentRules, OrderChanged, SubmitOrder
from venueproof_simulator.world import World


def listing(symbol: str) -> Listing:
    base, quote = symbol.split("-")
    rules = InstrumentRules(
        symbol=symbol,
        base=base,
        quote=quote,
        tick_size=SCALE,
        lot_size=SCALE,
        minimum_quantity=SCALE,
    )
    return Listing(rules=rules, middle=1000 * SCALE, typical_quantity=10 * SCALE)


class Told(Dialect):
    """A venue that only remembers what it would have told."""

    name = "told"
    listings = (listing("AAA-BBB"), listing("CCC-BBB"))
    balances: ClassVar = {"BBB": 1_000_000 * SCALE}

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.told: list[Event] = []

    def publish(self, events: Sequence[Event]) -> None:
        self.told += events

    def credentials(self, seed: bytes) -> Credentials:
        return Credentials(token=seed.hex())

    def unused(self, *arguments: Any) -> Any:
        raise AssertionError("no request is made here")

    endpoints = read = answer = refuse = standard_refusal = unused
    accepts_stream = stream_symbol = opened = received = limits = unused


def in_world(body: Callable[[World, Told], None], seed: int = 1) -> None:
    async def whole() -> None:
        world = World("w1", Told, WorldSpec(seed=seed))
        assert isinstance(world.dialect, Told)
        body(world, world.dialect)
        world.core.check()
        world.timers.close()

    asyncio.run(whole())


def place(world: World, symbol: str, price: int) -> None:
    request = SubmitOrder(
        account="main",
        symbol=symbol,
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        client_order_id=f"{symbol}/{price}",
        quantity=SCALE,
        price=price * SCALE,
    )
    world.core.submit(request, time_ns=world.stamps.time_ns())


def orders_told(dialect: Told) -> list[str]:
    return [
        event.order.client_order_id for event in dialect.told if isinstance(event, OrderChanged)
    ]


def test_only_what_is_used_is_made() -> None:
    def body(world: World, dialect: Told) -> None:
        assert world.core.orders("house") == []
        assert len(world.core.levels("CCC-BBB", Side.BUY)) == LEVELS
        made = world.core.orders("house")
        assert {order.symbol for order in made} == {"CCC-BBB"}
        assert len(made) == 2 * LEVELS

    in_world(body)


def test_what_a_book_opens_with_is_told_to_nobody() -> None:
    def body(world: World, dialect: Told) -> None:
        place(world, "AAA-BBB", 500)
        # The second book opens while the first order is still to be told.
        place(world, "CCC-BBB", 500)
        place(world, "AAA-BBB", 501)
        world.settle()
        assert orders_told(dialect) == ["AAA-BBB/500", "CCC-BBB/500", "AAA-BBB/501"]
        place(world, "CCC-BBB", 502)
        world.settle()
        assert orders_told(dialect)[3:] == ["CCC-BBB/502"]

    in_world(body)


def test_the_order_of_use_changes_no_book() -> None:
    images: list[dict[str, Any]] = []

    def used(*symbols: str) -> Callable[[World, Told], None]:
        def body(world: World, dialect: Told) -> None:
            for symbol in symbols:
                world.core.version(symbol)
            images.append(
                {
                    symbol: [world.core.levels(symbol, side) for side in Side]
                    for symbol in ("AAA-BBB", "CCC-BBB")
                }
            )

        return body

    in_world(used("AAA-BBB", "CCC-BBB"))
    in_world(used("CCC-BBB", "AAA-BBB"))
    assert images[0] == images[1]
    in_world(used("AAA-BBB"), seed=2)
    assert images[2] != images[0]


def test_the_past_of_a_book_begins_with_its_opening() -> None:
    def body(world: World, dialect: Told) -> None:
        empty, opened = world.core.levels_at("AAA-BBB", 1), world.core.version("AAA-BBB")
        assert empty == ([], [])
        assert world.core.levels_at("AAA-BBB", opened) == (
            world.core.levels("AAA-BBB", Side.BUY),
            world.core.levels("AAA-BBB", Side.SELL),
        )

    in_world(body)


def test_an_instrument_that_is_halted_before_its_first_use_has_a_book() -> None:
    def body(world: World, dialect: Told) -> None:
        world.core.set_status("AAA-BBB", InstrumentStatus.HALTED)
        assert len(world.core.levels("AAA-BBB", Side.SELL)) == LEVELS

    in_world(body)


def test_a_book_that_nobody_has_used_is_moved_as_a_whole() -> None:
    def body(world: World, dialect: Told) -> None:
        world.market.act(Move(kind="move", symbol="AAA-BBB", middle=Decimal(2000)))
        for side in Side:
            levels = world.core.levels("AAA-BBB", side)
            assert len(levels) == LEVELS
            assert all(abs(price - 2000 * SCALE) < 500 * SCALE for price, _ in levels)

    in_world(body)


def test_there_is_no_book_of_an_unknown_symbol() -> None:
    def body(world: World, dialect: Told) -> None:
        with pytest.raises(KeyError):
            world.core.version("XXX-BBB")

    in_world(body)
