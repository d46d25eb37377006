"""Books that follow an undisturbed stream."""

from decimal import Decimal
from typing import Literal

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Move, SetLevel, TruthInstrument, Walk
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, within
from venueproof_suite.oracles import (
    converged_book,
    exact_reply,
    followed_books,
    instrument_with,
)

_SIDES: tuple[Literal["BUY", "SELL"], ...] = ("BUY", "SELL")


@case(
    "books/snapshot/equals-the-venue",
    level=Level.MUST,
    needs=[Capabilities.order_book_snapshot],
    hunts=[BugClass.book_levels, BugClass.precision],
    steering=Steering.CONTROL,
    calls=["order_book"],
)
async def test_snapshot_equals_the_venue(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """A requested book equals the venue's at the moment of the reply, level by level.

    Whoever prices an order by it must not pay for a swapped side, a lost level or a rounded quantity.
    """
    for depth in (5, 20):
        await world.market(Walk(symbol=symbol, steps=10))
        before = await world.mark()
        book = await market.order_book(symbol, depth=depth)
        assert book.depth == depth, f"asked for {depth} levels, the book says {book.depth}"
        await exact_reply(world, book, before, connector_declaration.projection)


@case(
    "books/stream/follows-every-change",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.book_levels, BugClass.precision],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
)
async def test_stream_follows_every_change(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """Each book of a stream is the venue's, at the version it claims or in the order of its history.

    A book that is right only in the end has quoted wrong prices on the way.
    """
    projection = connector_declaration.projection
    start = (await world.truth.book(symbol)).version
    async with market.stream_order_book(symbol) as books:
        seen = [await within(anext(books), "the first book")]
        for _ in range(30):
            await world.market(Walk(symbol=symbol, steps=4))
        seen += await converged_book(world, books, symbol, projection=projection)
    await followed_books(world, seen, start, projection)


@case(
    "books/stream/sides-are-apart-and-sorted",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.book_levels],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
)
async def test_sides_are_apart_and_sorted(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """New levels inside and behind the book appear on their own side, in the order of their price.

    A new best price that is shown behind the old one, or on the other side, is traded against by mistake.
    """
    async with market.stream_order_book(symbol) as books:
        first = await within(anext(books), "the first book")
        tick = (await _rules(world, symbol)).tick_size
        # Around a power of ten, where prices that are compared as text are out of order.
        power = Decimal(10) ** (first.asks[0].price.adjusted() + 1)
        await world.market(Move(symbol=symbol, middle=(power / tick - 20) // 1 * tick))
        await converged_book(world, books, symbol, projection=connector_declaration.projection)
        truth = await world.truth.book(symbol)
        for side in _SIDES:
            levels = truth.bids if side == "BUY" else truth.asks
            await world.market(
                *(
                    SetLevel(symbol=symbol, side=side, price=price, quantity=levels[0][1])
                    for price in _free_prices(levels, tick if side == "BUY" else -tick)
                )
            )
            await converged_book(world, books, symbol, projection=connector_declaration.projection)


def _free_prices(levels: list[tuple[Decimal, Decimal]], step: Decimal) -> list[Decimal]:
    """A price behind the last level, and one that is free between two levels; ``step`` is towards the middle."""
    taken = [price for price, _ in levels]
    between = next(price + step for price in taken[1:] if price + step not in taken)
    return [taken[-1] - 7 * step, between]


@case(
    "books/stream/steps-are-exact",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.precision],
    steering=Steering.CONTROL,
    calls=["stream_order_book", "order_book"],
    variants={
        "smallest-tick": "smallest-tick",
        "step-no-power-of-ten": "odd-tick",
        "largest-tick": "largest-tick",
        "smallest-lot": "smallest-lot",
        "lot-no-power-of-ten": "odd-lot",
    },
)
async def test_steps_are_exact(
    market: PublicConnector, world: World, connector_declaration: Connector, variant: str
) -> None:
    """Prices and quantities are exact whatever the instrument's steps are.

    Binary fractions and fixed decimals round prices of 0.00001234 and steps of 0.003: levels merge or
    vanish, and orders at such prices are refused.
    """
    symbol = (await instrument_with(world, variant)).symbol
    projection = connector_declaration.projection
    async with market.stream_order_book(symbol) as books:
        await within(anext(books), "the first book")
        await world.market(Walk(symbol=symbol, steps=10))
        await converged_book(world, books, symbol, projection=projection)
    before = await world.mark()
    await exact_reply(world, await market.order_book(symbol, depth=20), before, projection)


@case(
    "books/stream/symbols-do-not-mix",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.book_levels, BugClass.concurrency],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
)
async def test_symbols_do_not_mix(
    market: PublicConnector, world: World, symbols: list[str], connector_declaration: Connector
) -> None:
    """Two books of one connector each follow their own instrument.

    One connection carries many instruments; an update that lands in the wrong book corrupts two.
    """
    one, other = symbols[:2]
    projection = connector_declaration.projection
    async with market.stream_order_book(one) as ones, market.stream_order_book(other) as others:
        await within(anext(ones), "the first book")
        await within(anext(others), "the first book of another instrument")
        for _ in range(3):
            await world.market(Walk(symbol=one, steps=5), Walk(symbol=other, steps=5))
        await converged_book(world, ones, one, projection=projection)
        await converged_book(world, others, other, projection=projection)


@case(
    "books/depth/refills-from-below",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.book_levels],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    source="https://github.com/bmoscon/cryptofeed/issues/604",
)
async def test_depth_refills_from_below(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """A book of five levels has five again after the best ones are gone.

    Whoever forgets what is below the depth shows an empty side just when the market runs.
    """
    async with market.stream_order_book(symbol, depth=5) as books:
        await within(anext(books), "the first book")
        truth = await world.truth.book(symbol)
        for price, _ in truth.bids[:4]:
            gone = SetLevel(symbol=symbol, side="BUY", price=price, quantity=Decimal(0))
            await world.market(gone)
            await converged_book(world, books, symbol, projection=connector_declaration.projection)


@case(
    "books/window/levels-beyond-it-stay-unknown",
    level=Level.MUST,
    needs=[Capabilities.depth_updates, Capabilities.snapshot_alignment],
    hunts=[BugClass.book_levels],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    source="https://github.com/bmoscon/cryptofeed/issues/604",
)
async def test_levels_beyond_the_window_stay_unknown(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """A level beyond the snapshot's last one is not shown as if everything before it were known.

    A snapshot ends somewhere; a level far behind its end, learnt from an update, leaves a hole before it
    that looks like an empty market.
    """
    truth, tick = await world.truth.book(symbol), (await _rules(world, symbol)).tick_size
    bottom, quantity = truth.bids[-1]
    deep = [
        SetLevel(symbol=symbol, side="BUY", price=bottom - place * tick, quantity=quantity)
        for place in range(1, 1101)
    ]
    await world.market(*deep)
    async with market.stream_order_book(symbol) as books:
        await within(anext(books), "the first book")
        far = deep[-1].price
        await world.market(
            SetLevel(symbol=symbol, side="BUY", price=far - 50 * tick, quantity=quantity),
            SetLevel(symbol=symbol, side="BUY", price=far, quantity=quantity * 2),
        )
        await converged_book(world, books, symbol, projection=connector_declaration.projection)


async def _rules(world: World, symbol: str) -> TruthInstrument:
    return next(item for item in await world.truth.instruments() if item.symbol == symbol)
