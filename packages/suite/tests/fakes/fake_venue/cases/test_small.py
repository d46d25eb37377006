"""Cases that a good connector passes, and every other verdict."""

import os
import time

import pytest

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.control import Match, Operation, Walk
from venueproof_suite import case, expect, require_fired
from venueproof_suite.errors import HarnessError

if "FAKE_VENUE_COLLECTS_FOR_S" in os.environ:
    time.sleep(float(os.environ["FAKE_VENUE_COLLECTS_FOR_S"]))


@pytest.fixture
async def warm(market):
    """An async fixture."""
    await market.ping()
    yield "warm"
    await market.ping()


@case("small/passes", level=Level.MUST, hunts=[BugClass.metadata], calls=["ping"])
async def test_passes(market, warm):
    """A ping is answered."""
    await market.ping()
    assert warm == "warm"


@case(
    "small/time",
    level=Level.MUST,
    calls=["venue_time_ns"],
    steering=Steering.CONTROL,
    variants={"once": 1, "twice": 2},
)
async def test_time(market, world, variant):
    """The venue tells its time.

    A trader's clock is wrong without it.
    """
    for _ in range(variant):
        assert await market.venue_time_ns() > 0
    assert len(await world.journal()) == 2 * variant
    await world.market(Walk(symbol="BTC-USDT"))
    assert (await world.truth.book("BTC-USDT")).version == 7


@case("small/unsupported", level=Level.MUST, needs=[Capabilities.positions])
async def test_unsupported(market):
    """Never runs."""


@case("small/undeclared", level=Level.MUST, needs=[Capabilities.candles])
async def test_undeclared(market):
    """Never runs."""


@case("small/left-out", level=Level.MUST, calls=["fee_rates"])
async def test_left_out(market):
    """Never runs."""


@case("small/missing", level=Level.MUST, calls=["candles"])
async def test_missing(market):
    """Connects, and then cannot go on."""


@case("small/missing-unsaid", level=Level.MUST)
async def test_missing_unsaid(market):
    """Calls what it has not said it calls."""
    await market.candles("BTC-USDT", interval_s=60)


@case("small/clock", level=Level.MUST, steering=Steering.CONTROL, needs_clock=True)
async def test_clock(market, clock):
    """Never runs: the connector takes no clock."""


@case("small/unfired", level=Level.MUST, steering=Steering.CONTROL, calls=["ping"])
async def test_unfired(market, world):
    """Arms a fault that nothing triggers."""
    await world.fault("refuse", match=Match(operation=Operation.CANDLES))
    await market.ping()


@case("small/required", level=Level.MUST, steering=Steering.CONTROL)
async def test_required(world):
    """Says itself that nothing was proved."""
    await require_fired(await world.fault("refuse"))


@case("small/fired", level=Level.MUST, steering=Steering.CONTROL, calls=["ping"])
async def test_fired(market, world):
    """A refused ping is an error of the venue's."""
    fault = await world.fault("refuse", match=Match(operation=Operation.PING))
    await market.ping()
    await fault.wait_fired()


@case("small/late", level=Level.SHOULD, steering=Steering.CONTROL)
async def test_late(world):
    """The connector asks for candles by itself."""
    with expect("candles are asked for"):
        await world.wait("request", match=Match(operation=Operation.CANDLES), deadline_s=0.05)


@case("small/undecided", level=Level.SHOULD, steering=Steering.CONTROL)
async def test_undecided(world):
    """Waits and does not say what it means."""
    await world.wait("request", deadline_s=0.05)


@case("small/fails", level=Level.MUST, calls=["order_book"])
async def test_fails(market):
    """The book is at version eight."""
    book = await market.order_book("BTC-USDT")
    assert book.version == 8


@case("small/broken-case", level=Level.MUST)
async def test_broken_case(market):
    """The case itself is wrong."""
    [][0]


@case("small/broken-harness", level=Level.MUST)
async def test_broken_harness():
    """Something of the suite's fails."""
    raise HarnessError("the target is gone")


@case("small/crashed-target", level=Level.MUST, steering=Steering.CONTROL)
async def test_crashed_target(world):
    """The simulator ends in the middle of a case; the next case finds a new one."""
    await world.ask("POST", "/crash")


@case("small/expired", level=Level.MUST)
async def test_expired(market):
    """Fails, and is no longer excused."""
    assert "left" == "right"


@case("small/speed", level=Level.MUST, performance=True)
async def test_speed(market, measure):
    """A ping takes less than a second."""
    measure.latency("ping", [1_000_000] * 10, uncertainty_ns=1000, clause="rest_request")


@case("small/slow", level=Level.MUST, slow=True)
async def test_slow():
    """Runs only when asked for."""


@case("small/orders", level=Level.MUST)
async def test_orders(orders, instrument):
    """Orders are on tick and lot."""
    order = orders.far_from_market()
    assert order.price % instrument.tick_size == 0
    assert order.price * order.quantity >= instrument.minimum_notional


@case("small/private", level=Level.MUST, calls=["place"])
async def test_private(trading):
    """Never runs: the connector has no orders."""
