"""Books after updates were lost, doubled or came in the wrong order, and after cuts."""

import asyncio
from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Channel, GatePoint, Match, Move, Operation, SetLevel, Walk
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, expect, require_fired, within
from venueproof_suite.oracles import converged_book, followed_books

_BOOKS = Match(channel=Channel.ORDER_BOOK)


@case(
    "books/gap/is-healed",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.book_gap],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    source="https://github.com/sammchardy/python-binance/issues/22",
)
async def test_gap_is_healed(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """After a lost depth update the book is the venue's again.

    A book that goes on as if nothing were missing quotes prices that are not there, until somebody restarts.
    """
    projection = connector_declaration.projection
    start = (await world.truth.book(symbol)).version
    async with market.stream_order_book(symbol) as books:
        seen = [await within(anext(books), "the first book")]
        gap = await world.fault("drop_event", match=_BOOKS)
        await world.market(Walk(symbol=symbol, steps=5))
        await gap.wait_fired()
        await world.market(Walk(symbol=symbol, steps=5))
        seen += await converged_book(world, books, symbol, projection=projection)
    await followed_books(world, seen, start, projection)


@case(
    "books/gap/every-gap-is-healed",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.book_gap, BugClass.book_resync],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    source="https://github.com/ccxt/ccxt/pull/16991",
)
async def test_every_gap_is_healed(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """A second and a third gap are healed like the first.

    Recovery that works once leaves flags and buffers behind that make the next one fail, hours later.
    """
    async with market.stream_order_book(symbol) as books:
        await within(anext(books), "the first book")
        for _ in range(3):
            gap = await world.fault("drop_event", match=_BOOKS)
            await world.market(Walk(symbol=symbol, steps=5))
            await gap.wait_fired()
            await world.market(Walk(symbol=symbol, steps=5))
            await converged_book(world, books, symbol, projection=connector_declaration.projection)


@case(
    "books/resync/discards-the-old-state",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.book_resync],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    source="https://github.com/sammchardy/python-binance/pull/692",
)
async def test_resync_discards_the_old_state(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """When the market has moved during a gap, no level of the old market survives the resync.

    Old levels that stay make a crossed book: every strategy sees an arbitrage that is not there.
    """
    async with market.stream_order_book(symbol) as books:
        first = await within(anext(books), "the first book")
        gap = await world.fault("drop_event", match=_BOOKS)
        tick = (await world.truth.instruments())[0].tick_size
        moved = first.bids[0].price * Decimal("1.05") // tick * tick
        await world.market(Move(symbol=symbol, middle=moved))
        await gap.wait_fired()
        await world.market(Walk(symbol=symbol, steps=5))
        await converged_book(world, books, symbol, projection=connector_declaration.projection)


@case(
    "books/resync/while-the-market-moves",
    level=Level.MUST,
    needs=[Capabilities.depth_updates, Capabilities.snapshot_alignment],
    hunts=[BugClass.book_resync, BugClass.book_alignment],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    source="https://github.com/bmoscon/cryptofeed/pull/606",
)
async def test_resync_while_the_market_moves(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """Updates that come while a resync waits for its snapshot are applied to it, as at the start.

    Resyncs happen when the market runs, and it does not stand still for them.
    """
    projection = connector_declaration.projection
    start = (await world.truth.book(symbol)).version
    async with market.stream_order_book(symbol) as books:
        seen = [await within(anext(books), "the first book")]
        snapshot = await world.gate(
            Match(operation=Operation.ORDER_BOOK, symbol=symbol), GatePoint.BEFORE_REPLY
        )
        gap = await world.fault("drop_event", match=_BOOKS)
        await world.market(Walk(symbol=symbol, steps=5))
        await gap.wait_fired()
        await world.market(Walk(symbol=symbol, steps=5))
        reading = asyncio.ensure_future(anext(books))
        try:
            with expect("the connector asks for a snapshot after the gap"):
                await snapshot.reached()
            for _ in range(3):
                await world.market(Walk(symbol=symbol, steps=10))
            await snapshot.release()
            seen.append(await within(reading, "the book after the gap"))
        finally:
            reading.cancel()
        await world.market(Walk(symbol=symbol, steps=5))
        seen += await converged_book(world, books, symbol, projection=projection)
    await followed_books(world, seen, start, projection)


@case(
    "books/resync/leaves-one-stream",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.book_resync, BugClass.resources],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    source="https://github.com/freqtrade/freqtrade/issues/13082",
)
async def test_resync_leaves_one_stream(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """After every resync a book has one live subscription at the venue, on one connection.

    Streams that pile up apply each update twice, cost bandwidth and end at the venue's connection limit.
    """
    async with market.stream_order_book(symbol) as books:
        await within(anext(books), "the first book")
        for _ in range(2):
            gap = await world.fault("drop_event", match=_BOOKS)
            await world.market(Walk(symbol=symbol, steps=5))
            await gap.wait_fired()
            await world.market(Walk(symbol=symbol, steps=5))
            await converged_book(world, books, symbol, projection=connector_declaration.projection)
        await world.market(Walk(symbol=symbol, steps=5))
        await converged_book(world, books, symbol, projection=connector_declaration.projection)
        live = [one for one in await world.truth.connections() if one.is_open]
        carrying = [one.subscriptions for one in live if Channel.ORDER_BOOK in one.channels]
        assert len(carrying) == 1, f"{len(carrying)} live connections carry the book: {carrying}"


@case(
    "books/duplicate/changes-nothing",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.book_gap],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
)
async def test_duplicate_changes_nothing(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """An update that comes twice is applied once, without a new snapshot.

    Venues send an update twice when they fail over; a resync for each costs weight, and the book meanwhile.
    """
    async with market.stream_order_book(symbol) as books:
        await within(anext(books), "the first book")
        before = await world.mark()
        twice = await world.fault("duplicate_event", match=_BOOKS, count=2)
        for _ in range(3):
            await world.market(Walk(symbol=symbol, steps=5))
        await converged_book(world, books, symbol, projection=connector_declaration.projection)
        await require_fired(twice)
        asked = [one for one in await world.journal(before) if one.kind == "request"]
    assert [one.operation for one in asked] == [], "the duplicates made it ask the venue again"


@case(
    "books/reorder/is-healed",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.book_gap],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
)
async def test_reorder_is_healed(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """Updates that arrive in the wrong order do not leave a wrong book.

    The older one, applied last, brings back levels that are gone.
    """
    projection = connector_declaration.projection
    start = (await world.truth.book(symbol)).version
    async with market.stream_order_book(symbol) as books:
        seen = [await within(anext(books), "the first book")]
        swapped = await world.fault("reorder_events", match=_BOOKS)
        (one, size), (other, _) = (await world.truth.book(symbol)).bids[2:4]

        def level(price: Decimal, times: int) -> SetLevel:
            return SetLevel(symbol=symbol, side="BUY", price=price, quantity=size * times)

        await world.market(level(one, 2), level(other, 2))
        await world.market(level(one, 3))
        await swapped.wait_fired()
        await world.market(Walk(symbol=symbol, steps=5))
        seen += await converged_book(world, books, symbol, projection=projection)
    await followed_books(world, seen, start, projection)


@case(
    "books/cut/is-healed",
    level=Level.MUST,
    needs=[Capabilities.depth_updates],
    hunts=[BugClass.book_resync, BugClass.resubscription],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
)
async def test_cut_is_healed(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """After its stream was cut while the market moved, the book is the venue's.

    What changed while nobody listened is in no update: only a new snapshot has it.
    """
    async with market.stream_order_book(symbol) as books:
        first = await within(anext(books), "the first book")
        before = await world.mark()
        await world.fault("close_stream", match=_BOOKS, code=0)
        await world.wait("closed", since=before)
        await world.market(Walk(symbol=symbol, steps=20))
        with expect("the book is subscribed again after a cut"):
            await world.wait("subscribed", match=_BOOKS)
        projection = connector_declaration.projection
        await converged_book(world, books, symbol, projection=projection, shown=first, deadline_s=2)
