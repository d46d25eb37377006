"""How long requests take."""

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.control import Operation
from venueproof_core.venue import PublicConnector
from venueproof_suite import Measure, World, case, violated
from venueproof_suite.cases.performance.figures import busy_loop, loop_lag_ns, must_keep, timed

_MOST_CLIENT_MS = 25.0
_CANDLES = 300


@case(
    "performance/request/order-book",
    level=Level.SHOULD,
    needs=[Capabilities.order_book_snapshot],
    hunts=[BugClass.throttling],
    steering=Steering.CONTROL,
    calls=["order_book"],
    performance=True,
)
async def test_request_of_the_order_book(
    market: PublicConnector,
    world: World,
    symbol: str,
    measure: Measure,
    thresholds: dict[str, float],
) -> None:
    """A request for the book takes no longer than the profile allows, and of it the connector at most 25 ms.

    What the connector adds to each request is paid on every order, in the queue of the book.
    """

    async def call() -> None:
        await market.order_book(symbol, depth=20)

    await call()
    before, lag_ns = await world.mark(), await loop_lag_ns()
    samples = await timed(call, count=400, budget_s=1.2)
    spans = [
        entry.span_ns
        for entry in await world.journal(before)
        if entry.operation is Operation.ORDER_BOOK and entry.span_ns is not None
    ]
    summary = measure.latency(
        "order_book request",
        samples,
        venue_ns=spans,
        uncertainty_ns=lag_ns,
        clause="rest_request",
    )
    await world.advance_timers(60)  # the window of the rate limit starts anew
    async with busy_loop():
        loaded = await timed(call, count=50, budget_s=0.3)
    measure.latency("order_book request, loop busy", loaded)
    must_keep(thresholds, "rest_request", summary)
    client_ms = summary.p50_ms - (summary.venue_p50_ms or 0.0)
    if client_ms > _MOST_CLIENT_MS:
        violated(
            "the connector takes too long",
            expected=f"<= {_MOST_CLIENT_MS:g} ms beside the venue's own time",
            observed=f"{client_ms:.3f} ms",
        )


@case(
    "performance/parsing/large-reply",
    level=Level.SHOULD,
    needs=[Capabilities.candles],
    hunts=[BugClass.resources],
    steering=Steering.CONTROL,
    calls=["candles"],
    performance=True,
)
async def test_parsing_of_a_large_reply(
    market: PublicConnector,
    world: World,
    symbol: str,
    measure: Measure,
    thresholds: dict[str, float],
) -> None:
    """A large reply is read in the time the profile allows for parsing.

    Parsing blocks the loop: quotes, fills and heartbeats wait for it. The figure has the wire in it, and is
    an upper bound.
    """

    async def call() -> None:
        await market.candles(symbol, interval_s=60, limit=_CANDLES)

    await call()
    before = await world.mark()
    samples = await timed(call, count=20, budget_s=0.5)
    spans = [
        entry.span_ns or 0
        for entry in await world.journal(before)
        if entry.kind == "reply" and entry.operation is Operation.CANDLES
    ]
    own = [
        max(0, sample - span) for sample, span in zip(samples, spans[-len(samples) :], strict=False)
    ]
    summary = measure.latency(f"parsing of {_CANDLES} candles", own, clause="json_parsing")
    must_keep(thresholds, "json_parsing", summary)
