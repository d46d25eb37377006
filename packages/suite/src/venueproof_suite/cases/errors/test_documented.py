"""Every error that the venue documents: what a client makes of it."""

from collections import defaultdict
from collections.abc import Container, Sequence

from venueproof_core import BugClass, Capabilities, Connector, Level, Outcome, Retry, Steering
from venueproof_core.control import Operation
from venueproof_core.errors import VenueError
from venueproof_suite import Measure, OrderFactory, World, case, violated
from venueproof_suite.error_walk import Answered, Call, Connect, Walk, fits, require

LEAST_SHARE = 0.95
# What is sent again after the clock was measured again is sent twice.
MOST_SENT = {Retry.NEVER: 1, Retry.LATER: 1, Retry.AFTER_RESYNC: 2}
KINDS = {"place": "place", "cancel": "cancel", "read": "read"}
NEEDS = (Capabilities.limit_orders, Capabilities.client_order_id)
CALLS = ("place", "cancel", "order")


async def _walked(walk: Walk, orders: OrderFactory, kind: str) -> list[Answered]:
    """What became of every documented error, answered to calls of one kind."""
    symbol = orders.instrument().symbol
    by_name: dict[str, tuple[Operation, Call]] = {
        "place": (
            Operation.PLACE,
            lambda client, name: client.place(orders.far_from_market(client_order_id=name)),
        ),
        "cancel": (
            Operation.CANCEL,
            lambda client, name: client.cancel(symbol, client_order_id=name),
        ),
        "read": (
            Operation.ORDER,
            lambda client, name: client.order(symbol, client_order_id=name),
        ),
    }
    operation, call = by_name[kind]
    every = await walk.errors()
    found = await walk.by_name(
        operation, call, [error for error in every if fits(error, [operation])]
    )
    if kind == "read":
        others = _other_reads(symbol)
        rest = [e for e in every if fits(e, others) and not fits(e, [operation])]
        client = await walk.client()
        await client.order_book(symbol)
        found += await walk.one_by_one(client, others, rest)
    require(found, [], "none is wrong")
    return [answered for answered in found if answered.asked]


def _other_reads(symbol: str) -> dict[Operation, Call]:
    return {
        Operation.FILLS: lambda client, _: client.fills(symbol),
        Operation.TICKER: lambda client, _: client.ticker(symbol),
        Operation.ORDER_BOOK: lambda client, _: client.order_book(symbol),
    }


@case(
    "errors/documented/are-classified",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=CALLS,
    variants=KINDS,
)
async def test_documented_errors_are_classified(
    connect: Connect,
    world: World,
    orders: OrderFactory,
    measure: Measure,
    connector_declaration: Connector,
    variant: str,
) -> None:
    """Of each class of documented errors at least 95 % are raised with class, outcome and retry advice right.

    What a strategy does next depends on it: wait, correct, fund, ask, or stop. An error that nobody classified is
    handled by whoever wrote `except Exception`.
    """
    walk = Walk(world, connect, connector_declaration, orders)
    answered = await _walked(walk, orders, variant)
    groups = defaultdict(list)
    for one in answered:
        groups[one.error.classes[0]].append(one)
    wrong = [one for one in answered if not one.is_classified]
    measure.value(
        f"documented_errors_classified_{variant}_percent",
        100 * (1 - len(wrong) / len(answered)),
        "; ".join([f"{len(answered) - len(wrong)} of {len(answered)} answers", *_remainder(wrong)]),
    )
    lacking = {
        name: [one for one in group if not one.is_classified]
        for name, group in groups.items()
        if sum(one.is_classified for one in group) < LEAST_SHARE * len(group)
    }
    unclassified = [one for group in lacking.values() for one in group]
    require(answered, unclassified, f"not all are {', '.join(sorted(lacking))}")


def _remainder(wrong: Sequence[Answered]) -> list[str]:
    return [f"not classified: {one.observed()}" for one in wrong]


@case(
    "errors/documented/outcome-is-honest",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.error_mapping, BugClass.unknown_outcome],
    steering=Steering.CONTROL,
    calls=CALLS,
    variants=KINDS,
)
async def test_documented_outcome_is_honest(
    connect: Connect,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: str,
) -> None:
    """No documented error is raised with an outcome that is not so; of a write UNKNOWN is never dishonest.

    One code of a time-out that is read as a refusal, and an order that lives is sent a second time.
    """
    walk = Walk(world, connect, connector_declaration, orders)
    answered = await _walked(walk, orders, variant)
    require(answered, [one for one in answered if not _is_honest(one, variant)], "another outcome")


def _is_honest(one: Answered, kind: str) -> bool:
    if not isinstance(one.value, VenueError):
        return False
    honest = {one.outcome} if kind == "read" else {one.outcome, Outcome.UNKNOWN}
    return one.value.outcome in honest


@case(
    "errors/documented/fatal-is-not-tried-again",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.retries, BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=CALLS,
    variants=KINDS,
)
async def test_fatal_errors_are_not_tried_again(
    connect: Connect,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: str,
) -> None:
    """After a documented error that no repetition heals the request is not sent again, nor is the caller told to.

    Repeating what is refused burns the limits, and ends with the key or the address locked out.
    """
    walk = Walk(world, connect, connector_declaration, orders)
    answered = await _walked(walk, orders, variant)
    require(answered, [one for one in answered if _is_repeated(one, variant)], "tried again")


def _is_repeated(one: Answered, kind: str) -> bool:
    if one.retry is Retry.LATER:
        # A read may be repeated while the venue is busy, but not while it asks for silence.
        return "RateLimitedError" in one.error.classes and one.asked > 1
    most = MOST_SENT[one.retry] if kind == "read" or one.kind == "ClockSkewError" else 1
    is_advised = isinstance(one.value, VenueError) and one.value.retry is Retry.LATER
    return is_advised or one.asked > most


@case(
    "errors/documented/words-are-kept",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=CALLS,
    variants=KINDS,
)
async def test_words_are_kept(
    connect: Connect,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: str,
) -> None:
    """Every documented error is raised with the venue's code and text and the status of the reply.

    They are what the venue's support asks for, and all there is when a code means something new.
    """
    absent = connector_declaration.projection.absent_fields.get("VenueError", {})
    walk = Walk(world, connect, connector_declaration, orders)
    answered = await _walked(walk, orders, variant)
    expected, observed = [], []
    for one in answered:
        said = _words(one.error.code or None, one.error.status, one.error.message, absent)
        value = one.value
        if not isinstance(value, VenueError):
            heard = _words(None, None, repr(value), absent)
        else:
            text = one.error.message if one.error.message in value.message else value.message
            heard = _words(value.code, value.status, text, absent)
        if said != heard:
            expected.append(said)
            observed.append(heard)
    if observed:
        violated(f"words are lost of {len(observed)} errors", expected=expected, observed=observed)


def _words(
    code: str | None, status: int | None, text: str, absent: Container[str]
) -> dict[str, object]:
    words = {"code": code, "status": status, "message": text}
    return {name: word for name, word in words.items() if name not in absent}
