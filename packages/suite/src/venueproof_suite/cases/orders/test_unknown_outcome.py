"""Submits whose outcome nobody knows."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from venueproof_core import BugClass, Capabilities, Connector, Level, Outcome, Steering
from venueproof_core.control import JournalEntry, Match, Operation
from venueproof_core.errors import VenueError
from venueproof_core.models import Order, OrderRequest
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, require_fired, violated
from venueproof_suite.attempts import HurriedClock, impatient
from venueproof_suite.comparison_orders import check_order

_LOOKS = frozenset(
    {Operation.ORDER, Operation.OPEN_ORDERS, Operation.ORDER_HISTORY, Operation.FILLS}
)


@dataclass(frozen=True)
class Loss:
    """How the venue's answer to a submit gets lost, and whether the order exists then."""

    fault: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    is_applied: bool = True


LOSSES = {
    "no-reply": Loss("lose_reply", {"delivery": "never"}),
    "cut": Loss("lose_reply", {"delivery": "cut"}),
    "half-a-reply": Loss("lose_reply", {"delivery": "truncated"}),
    "gateway-page": Loss("replace_body", {"status": 502, "body": "html"}),
    "empty-reply": Loss("replace_body", {"status": 200, "body": "empty"}),
    "said-so-and-applied": Loss("refuse_request", {"reason": "unknown_outcome", "applied": True}),
    "said-so-and-not-applied": Loss("refuse_request", {"reason": "unknown_outcome"}, False),
}


async def _place(client: PrivateConnector, request: OrderRequest) -> Order | VenueError:
    try:
        return await client.place(request)
    except VenueError as error:
        return error


@case(
    "orders/unknown-outcome/is-told-honestly",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.unknown_outcome, BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["place"],
    variants=LOSSES,
)
async def test_unknown_outcome_is_told_honestly(
    connect: Callable[..., Awaitable[Any]],
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Loss,
) -> None:
    """When the answer to a submit is lost there is one order at most, and the connector says nothing untrue of it.

    It may find out and return the order, or say UNKNOWN. "Rejected" for an order that lives is how a
    strategy comes to buy twice.
    """
    client = await connect(impatient(connector_declaration), clock=HurriedClock())
    request = orders.far_from_market()
    loss = await world.fault(
        variant.fault, match=Match(operation=Operation.PLACE), **variant.parameters
    )
    told = await _place(client, request)
    await require_fired(loss)
    made = await world.truth.orders(request.symbol)
    assert len(made) == int(variant.is_applied), "a submit was repeated"
    if isinstance(told, Order):
        if not made:
            violated("no order was made", expected="UNKNOWN", observed=f"an order: {told}")
        check_order(told, made[0], connector_declaration)
    elif told.outcome is Outcome.NOT_APPLIED or not (made or told.outcome is Outcome.UNKNOWN):
        violated(
            "the answer did not say what happened",
            expected=Outcome.UNKNOWN.value,
            observed=f"{told.outcome.value} by {type(told).__name__}",
        )


@case(
    "orders/unknown-outcome/is-looked-up-before-a-second-submit",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.unknown_outcome, BugClass.retries],
    steering=Steering.CONTROL,
    calls=["place"],
    variants={
        "cut": LOSSES["cut"],
        "overloaded": Loss("refuse_request", {"reason": "overloaded"}, False),
        "internal-error": Loss("refuse_request", {"reason": "internal"}, False),
    },
)
async def test_unknown_outcome_is_looked_up_before_a_second_submit(
    connect: Callable[..., Awaitable[Any]],
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Loss,
) -> None:
    """A submit of unknown outcome is never sent again before the venue was asked what became of the first.

    The venue may have taken the first and be late to say so. A blind repetition is a second position.
    """
    client = await connect(impatient(connector_declaration), clock=HurriedClock())
    request = orders.far_from_market()
    loss = await world.fault(
        variant.fault, match=Match(operation=Operation.PLACE), **variant.parameters
    )
    await _place(client, request)
    await require_fired(loss)
    blind = _blind_submits(await world.journal())
    assert blind == 0, f"{blind} submits were sent again without a look at the venue"


def _blind_submits(journal: list[JournalEntry]) -> int:
    blind, has_looked = 0, True
    for entry in journal:
        if entry.kind == "reply" and entry.operation in _LOOKS:
            has_looked = True
        elif entry.kind == "request" and entry.operation is Operation.PLACE:
            blind += not has_looked
            has_looked = False
    return blind
