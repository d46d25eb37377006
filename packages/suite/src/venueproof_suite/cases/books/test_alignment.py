"""How a book begins: snapshot and updates meet."""

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Channel, GatePoint, Match, Operation, SetLevel, Walk
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, expect, within
from venueproof_suite.oracles import converged_book, followed_books, in_background


@case(
    "books/alignment/updates-before-the-snapshot",
    level=Level.MUST,
    needs=[Capabilities.depth_updates, Capabilities.snapshot_alignment],
    hunts=[BugClass.book_alignment],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    source="https://github.com/thrasher-corp/gocryptotrader/pull/506",
)
async def test_updates_before_the_snapshot(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """Updates that the snapshot already contains are not applied to it.

    The stream lags behind requests: an old update on top of a newer snapshot brings dead levels back.
    """
    projection = connector_declaration.projection
    truth = await world.truth.book(symbol)
    price, quantity = truth.bids[2]
    old, new = (
        SetLevel(symbol=symbol, side="BUY", price=price, quantity=quantity * times)
        for times in (2, 3)
    )
    books_of_symbol = Match(channel=Channel.ORDER_BOOK, symbol=symbol)
    request = await world.gate(
        Match(operation=Operation.ORDER_BOOK, symbol=symbol), GatePoint.RECEIVED
    )
    async with in_background(market.stream_order_book(symbol)) as first:
        with expect("the connector subscribes to the book"):
            await world.wait("subscribed", match=books_of_symbol)
        await world.market(old)
        with expect("the connector requests a snapshot"):
            await request.reached()
        lag = await world.gate(books_of_symbol, GatePoint.BEFORE_EVENT)
        await world.market(new)
        await request.release()
        books, book = await within(first, "the first book")
        await lag.release()
        await world.market(Walk(symbol=symbol, steps=10))
        seen = [book, *await converged_book(world, books, symbol, projection=projection)]
    await followed_books(world, seen, truth.version, projection)


@case(
    "books/alignment/updates-after-the-snapshot",
    level=Level.MUST,
    needs=[Capabilities.depth_updates, Capabilities.snapshot_alignment],
    hunts=[BugClass.book_alignment],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    source="https://github.com/bmoscon/cryptofeed/commit/08ea50c8",
)
async def test_updates_after_the_snapshot(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """Updates that come while the snapshot is on its way are kept and applied to it.

    The first one continues the snapshot exactly; whoever drops it, or starts with the next, has a hole.
    """
    projection = connector_declaration.projection
    start = (await world.truth.book(symbol)).version
    reply = await world.gate(
        Match(operation=Operation.ORDER_BOOK, symbol=symbol), GatePoint.BEFORE_REPLY
    )
    async with in_background(market.stream_order_book(symbol)) as first:
        with expect("the connector subscribes to the book"):
            await world.wait("subscribed", match=Match(channel=Channel.ORDER_BOOK, symbol=symbol))
        await world.market(Walk(symbol=symbol, steps=10))
        with expect("the connector requests a snapshot"):
            await reply.reached()
        for _ in range(3):
            await world.market(Walk(symbol=symbol, steps=10))
        await reply.release()
        books, book = await within(first, "the first book")
        await world.market(Walk(symbol=symbol, steps=10))
        seen = [book, *await converged_book(world, books, symbol, projection=projection)]
    await followed_books(world, seen, start, projection)


@case(
    "books/alignment/update-straddles-the-snapshot",
    level=Level.MUST,
    needs=[Capabilities.depth_updates, Capabilities.snapshot_alignment],
    hunts=[BugClass.book_alignment],
    steering=Steering.CONTROL,
    calls=["stream_order_book"],
    source="https://github.com/bmoscon/cryptofeed/commit/08ea50c8",
)
async def test_update_straddles_the_snapshot(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """An update that begins before the snapshot and ends after it is applied.

    Updates sum up an interval, and the snapshot is taken inside of it: this is how most books begin.
    """
    projection = connector_declaration.projection
    start = (await world.truth.book(symbol)).version
    snapshot = Match(operation=Operation.ORDER_BOOK, symbol=symbol)
    request = await world.gate(snapshot, GatePoint.RECEIVED)
    reply = await world.gate(snapshot, GatePoint.BEFORE_REPLY)
    async with in_background(market.stream_order_book(symbol)) as first:
        with expect("the connector subscribes to the book"):
            await world.wait("subscribed", match=Match(channel=Channel.ORDER_BOOK, symbol=symbol))
        interval = await world.fault("conflate_events", count=None)
        await world.market(Walk(symbol=symbol, steps=10))
        with expect("the connector requests a snapshot"):
            await request.reached()
        await request.release()
        await reply.reached()
        await world.market(Walk(symbol=symbol, steps=10))
        await interval.remove()
        await reply.release()
        books, book = await within(first, "the first book")
        await world.market(Walk(symbol=symbol, steps=10))
        seen = [book, *await converged_book(world, books, symbol, projection=projection)]
    await followed_books(world, seen, start, projection)
