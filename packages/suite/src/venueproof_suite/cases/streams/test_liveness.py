"""Which silence is death, and which is not."""

from collections.abc import Sequence

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Channel, Match, TruthConnection
from venueproof_core.venue import PublicConnector
from venueproof_suite import Inconclusive, World, case, expect
from venueproof_suite.oracles import until

_TRADES = Match(channel=Channel.TRADES)
# For a connector that makes no promise.
_PATIENCE_S = 300.0


@case(
    "streams/silence/is-noticed",
    level=Level.MUST,
    needs=[Capabilities.public_trades],
    hunts=[BugClass.dead_stream],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    needs_clock=True,
    source="https://github.com/sammchardy/python-binance/issues/1057",
)
async def test_silence_is_noticed(
    market: PublicConnector, world: World, symbol: str, connector_declaration: Connector
) -> None:
    """A connection that has died without a word is replaced within the time the connector promises, or five minutes.

    It is how networks fail: no end, no error, no data. Whoever waits for an error trades on old prices.
    """
    promise_s = connector_declaration.dead_stream_s or _PATIENCE_S
    async with market.stream_trades(symbol):
        before = await world.mark()
        await world.fault("stall_stream", match=_TRADES)
        step_s = promise_s / 50
        for _ in range(50):
            await world.advance_timers(step_s)
            if any(not one.is_open for one in await world.truth.connections()):
                break
        with expect("the silent connection is given up", expected=f"within {promise_s:g} s"):
            await world.wait("closed", since=before, deadline_s=3)
        with expect("the trades are subscribed on a new connection"):
            await world.wait("subscribed", match=_TRADES)


@case(
    "streams/heartbeat/pings-are-answered",
    level=Level.MUST,
    needs=[Capabilities.venue_pings, Capabilities.public_trades],
    hunts=[BugClass.heartbeats],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    source="https://github.com/nautechsystems/nautilus_trader/blob/a95c8042b0/RELEASES.md",
)
async def test_pings_are_answered(market: PublicConnector, world: World, symbol: str) -> None:
    """Every ping of the venue is answered, with what the ping said.

    An answer with other contents counts for none. The venue cuts whoever does not answer, minutes later,
    again and again.
    """
    async with market.stream_trades(symbol):
        for wanted in (1, 2):
            await _until_pinged(world, wanted)
            await until(
                world.truth.connections,
                lambda connections: all(
                    one.pongs >= one.pings for one in connections if one.is_open
                ),
                "the ping is answered",
                deadline_s=2,
            )


@case(
    "streams/heartbeat/quiet-is-not-dead",
    level=Level.MUST,
    needs=[Capabilities.venue_pings, Capabilities.public_trades],
    hunts=[BugClass.heartbeats],
    steering=Steering.CONTROL,
    calls=["stream_trades"],
    needs_clock=True,
    source="https://github.com/ccxt/ccxt/issues/22321",
)
async def test_quiet_is_not_dead(market: PublicConnector, world: World, symbol: str) -> None:
    """A quiet stream whose heartbeats come is never cut.

    Each needless reconnect loses the queue of updates and costs a snapshot, most of all at night.
    """
    async with market.stream_trades(symbol):
        for _ in range(60):
            await world.advance_timers(10)
            connections = await until(
                world.truth.connections, _is_answered, "the ping is answered", deadline_s=2
            )
            ended = [(one.id, one.close_code) for one in connections if not one.is_open]
            assert (len(connections), ended) == (1, []), "a healthy stream was replaced"
    if connections[0].pings < 10:
        raise Inconclusive("the venue hardly pings")


def _is_answered(connections: Sequence[TruthConnection]) -> bool:
    return all(one.pongs >= one.pings for one in connections if one.is_open)


async def _until_pinged(world: World, wanted: int) -> None:
    """Let time pass until the venue has sent so many pings on some connection; ten minutes at most."""
    for _ in range(60):
        if max((one.pings for one in await world.truth.connections()), default=0) >= wanted:
            return
        await world.advance_timers(10)
    raise Inconclusive("the venue does not ping")
