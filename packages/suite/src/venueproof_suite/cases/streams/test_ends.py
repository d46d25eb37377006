"""How streams end, and come back."""

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Channel, Match, Print
from venueproof_core.venue import PublicConnector
from venueproof_suite import World, case, expect, violated, within
from venueproof_suite.oracles import converged_book

_TRADES = Match(channel=Channel.TRADES)
_BOOKS = Match(channel=Channel.ORDER_BOOK)


@case(
    "streams/end/every-subscription-is-restored",
    level=Level.MUST,
    needs=[Capabilities.depth_updates, Capabilities.public_trades],
    hunts=[BugClass.resubscription, BugClass.reconnect_policy],
    steering=Steering.CONTROL,
    calls=["stream_order_book", "stream_trades"],
    variants={
        "close-1000": 1000,
        "close-1001": 1001,
        "close-1008": 1008,
        "close-1012": 1012,
        "cut": 0,
    },
    source="https://github.com/sammchardy/python-binance/commit/6e4364d",
)
async def test_every_subscription_is_restored(
    market: PublicConnector,
    world: World,
    symbol: str,
    connector_declaration: Connector,
    variant: int,
) -> None:
    """After every kind of end, a normal close too, everything that was subscribed is so again.

    A stream that does not come back is silent: nothing tells a quiet market from one that nobody hears.
    """
    async with market.stream_order_book(symbol) as books, market.stream_trades(symbol) as trades:
        await within(anext(books), "the first book")
        live = len({one.id for one in await world.truth.connections() if one.is_open})
        before = await world.mark()
        await world.fault("close_stream", count=None, code=variant)
        await world.wait("closed", since=before, count=live)
        with expect("book and trades are subscribed again"):
            await world.wait("subscribed", match=_BOOKS, deadline_s=3)
            await world.wait("subscribed", match=_TRADES, deadline_s=3)
        lot = (await world.truth.instruments())[0].lot_size
        await world.market(Print(symbol=symbol, side="BUY", quantity=lot))
        await within(anext(trades), "the first trade after the end")
        await converged_book(world, books, symbol, projection=connector_declaration.projection)


@case(
    "streams/end/leaves-one-connection",
    level=Level.MUST,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.reconnect_policy, BugClass.resources],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
)
async def test_end_leaves_one_connection(
    market: PublicConnector, world: World, symbol: str
) -> None:
    """Each cut is followed by one new connection, and only one is alive.

    Two sockets deliver every trade twice; sockets that are never closed end at the venue's limit.
    """
    async with market.stream_trades(symbol):
        for cuts in (1, 2):
            before = await world.mark()
            await world.fault("close_stream", match=_TRADES, code=0)
            await world.wait("closed", since=before)
            with expect("the trades are subscribed again"):
                await world.wait("subscribed", match=_TRADES)
            with expect("one connection is alive", expected=f"1 after {cuts} cuts"):
                await world.wait("connections", count=1, deadline_s=2)
        opened = [one.id for one in await world.truth.connections()]
    assert len(opened) == 3, f"two cuts, but {len(opened)} connections were opened"


@case(
    "streams/refused/pauses-and-comes-back",
    level=Level.MUST,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.reconnect_policy],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    source="https://github.com/sammchardy/python-binance/blob/HEAD/docs/changelog.rst",
)
async def test_refused_pauses_and_comes_back(
    market: PublicConnector, world: World, symbol: str
) -> None:
    """While the venue refuses connections the connector pauses between attempts, and in the end is back.

    Attempts without a pause are counted by the venue and answered with a ban, just when it returns.
    """
    async with market.stream_trades(symbol):
        before = await world.mark()
        refused = await world.fault("refuse_connection", count=3)
        await world.fault("close_stream", match=_TRADES, code=0)
        await world.wait("closed", since=before)
        with expect("the connector tries again after a refusal", expected="3 attempts"):
            await refused.wait_fired(3)
        await world.advance_timers(60)
        with expect("the trades are subscribed when connections are taken again"):
            await world.wait("subscribed", match=_TRADES)
        faults = [one for one in await world.journal(before) if one.event == refused.id]
    pauses_ms = (faults[-1].time_ns - faults[0].time_ns) / 1e6
    if pauses_ms < 100:
        violated(
            "attempts follow each other without a pause",
            expected="at least 100 ms over three refusals",
            observed=f"{pauses_ms:.1f} ms",
        )
