"""The venue fails: with a code, with one that nobody knows, or without any."""

from typing import NamedTuple

from venueproof_core import BugClass, Capabilities, Connector, Level, Outcome, Steering
from venueproof_core.control import Match, Operation
from venueproof_core.errors import RefusedError, VenueError
from venueproof_core.models import Order
from venueproof_suite import OrderFactory, World, case, require_fired, violated
from venueproof_suite.error_walk import Answered, Connect, Walk, fits, require
from venueproof_suite.errors import Inconclusive

NEEDS = (Capabilities.limit_orders, Capabilities.client_order_id)


class Page(NamedTuple):
    """An answer without a code."""

    status: int
    body: str


FAILURES = {
    "bad-gateway": Page(502, "html"),
    "unavailable": Page(503, "html"),
    "gateway-timeout": Page(504, "html"),
    "empty": Page(500, "empty"),
    "cut-json": Page(503, "garbage"),
}


@case(
    "errors/failure/is-no-refusal",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.unknown_outcome, BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["place"],
    variants={"with-a-known-code": True, "with-an-unknown-code": False},
)
async def test_failure_is_no_refusal(
    connect: Connect,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: bool,
) -> None:
    """An order that exists is never said to be refused, whatever code the venue's failure has.

    The venue has failed to answer, not to act. What counts is the order at the venue, and there it lives.
    """
    walk = Walk(world, connect, connector_declaration, orders)
    rows = [
        error
        for error in await walk.errors(is_documented=variant)
        if error.outcome is Outcome.UNKNOWN and fits(error, [Operation.PLACE])
    ]
    client, told = await walk.client(), []
    for error in rows:
        request = orders.far_from_market()
        match = Match(operation=Operation.PLACE, client_order_id=request.client_order_id)
        one = await walk.answer(error, match, client.place(request), applied=True)
        told.append((error.id, _said(one)))
        submits = [
            o for o in await world.truth.orders() if o.client_order_id == request.client_order_id
        ]
        assert len(submits) == 1, f"{error.id}: {len(submits)} orders"
    if not told:
        raise Inconclusive("the venue documents no failures")
    wrong = [
        f"{name}: {said}" for name, said in told if said not in ("order", "APPLIED", "UNKNOWN")
    ]
    if wrong:
        violated("an order that lives", expected="UNKNOWN, or the order", observed=wrong)


def _said(one: Answered) -> str:
    if isinstance(one.value, Order):
        return "order"
    return one.value.outcome.value if isinstance(one.value, VenueError) else one.kind


@case(
    "errors/failure/page-without-a-code-is-no-refusal",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.unknown_outcome, BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["place", "cancel"],
    variants=FAILURES,
)
async def test_page_without_a_code_is_no_refusal(
    connect: Connect,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Page,
) -> None:
    """A cancel that was carried out is not said to be refused because a gateway answers without a code.

    The page is not the venue's, which has done what it was asked for. A strategy that believes the page goes on to
    hedge an order that is gone.
    """
    client = await Walk(world, connect, connector_declaration, orders).client()
    request = orders.far_from_market()
    await client.place(request)
    page = await world.fault(
        "replace_body",
        match=Match(operation=Operation.CANCEL),
        status=variant.status,
        body=variant.body,
    )
    try:
        told = await client.cancel(request.symbol, client_order_id=request.client_order_id)
        observed = told.status.value
    except VenueError as error:
        observed = "RefusedError" if isinstance(error, RefusedError) else error.outcome.value
    await require_fired(page)
    assert observed in ("CANCELED", "APPLIED", "UNKNOWN"), f"of a cancelled order: {observed}"


@case(
    "errors/failure/firewall-is-left-alone",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.retries, BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["place"],
)
async def test_firewall_is_left_alone(
    connect: Connect,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """An order that a firewall answers with a page and status 403 raises a VenueError, and is not sent again.

    It stands before the venue and counts requests, too; whoever goes on is locked out for longer.
    """
    client = await Walk(world, connect, connector_declaration, orders).client()
    request = orders.far_from_market()
    match = Match(operation=Operation.PLACE)
    page = await world.fault(
        "replace_body", match=match, count=None, status=403, body="html", applied=False
    )
    try:
        await client.place(request)
        outcome = "an order"
    except VenueError as error:
        outcome = error.outcome.value
    asked = await page.remove()
    assert outcome in ("NOT_APPLIED", "UNKNOWN")
    assert asked == 1, f"sent {asked} times"


@case(
    "errors/unknown-code/is-read-by-its-status",
    level=Level.MUST,
    needs=NEEDS,
    hunts=[BugClass.error_mapping, BugClass.unknown_outcome],
    steering=Steering.CONTROL,
    calls=["place", "order"],
    variants={"place": Operation.PLACE, "read": Operation.ORDER},
)
async def test_unknown_code_is_read_by_its_status(
    connect: Connect,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: Operation,
) -> None:
    """A code that no document has is raised as what its HTTP status says: refused, slow down, or unknown.

    Venues bring in codes on any day. The status is all that is known of them, and it is enough to be safe.
    """
    walk = Walk(world, connect, connector_declaration, orders)
    symbol = orders.instrument().symbol
    answered = await walk.by_name(
        variant,
        lambda client, name: (
            client.place(orders.far_from_market(client_order_id=name))
            if variant is Operation.PLACE
            else client.order(symbol, client_order_id=name)
        ),
        await walk.errors(is_documented=False),
    )
    require(answered, [one for one in answered if not one.is_classified], "read in another way")
