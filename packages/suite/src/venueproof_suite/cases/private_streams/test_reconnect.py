"""After a cut of the private stream."""

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import JournalEntry, Operation
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, collect_until, violated
from venueproof_suite.attempts import seen_until
from venueproof_suite.comparison_orders import check_order, only_order
from venueproof_suite.cuts import cut_off

_PROOFS = frozenset({Operation.OPEN_PRIVATE_STREAM, Operation.LOGIN})


def _proofs(journal: list[JournalEntry]) -> list[JournalEntry]:
    return [e for e in journal if e.kind == "request" and e.operation in _PROOFS]


@case(
    "private-streams/reconnect/authenticates-anew",
    level=Level.MUST,
    needs=[Capabilities.private_stream, Capabilities.signed_requests],
    hunts=[BugClass.resubscription],
    steering=Steering.CONTROL,
    calls=["place", "stream_orders"],
)
async def test_reconnect_authenticates_anew(
    trading: PrivateConnector, world: World, orders: OrderFactory
) -> None:
    """After each cut the private stream is opened with a valid proof that was made then.

    A stored login works in the test a second later, and fails at night when its stamp is old.
    """
    async with trading.stream_orders() as stream:
        for _ in range(2):
            async with cut_off(world):
                pass
        placed = await trading.place(orders.far_from_market())
        await collect_until(
            stream, lambda order: order.venue_order_id == placed.venue_order_id, "a live event"
        )
    proofs = _proofs(await world.journal())
    if len(proofs) < 3:
        violated("a stream was opened without proof", expected="3 proofs", observed=len(proofs))
    assert {proof.signature for proof in proofs} == {"valid"}
    stamps = [tuple(sorted(proof.parameters.items())) for proof in proofs]
    assert len(set(stamps)) == len(stamps), f"a proof was used again: {stamps}"


@case(
    "private-streams/reconnect/after-any-close-code",
    level=Level.MUST,
    needs=[Capabilities.private_stream],
    hunts=[BugClass.resubscription, BugClass.reconnect_policy],
    steering=Steering.CONTROL,
    calls=["place", "cancel", "stream_orders"],
    variants={"normal": 1000, "going-away": 1001, "cut": 0},
)
async def test_orders_changed_in_a_cut_are_told(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: int,
) -> None:
    """However the venue ends the private stream, orders that changed meanwhile are told after it.

    A close that reads "normal" is still the end of all news.
    """
    request = orders.far_from_market()
    async with trading.stream_orders() as stream:
        placed = await trading.place(request)
        await collect_until(stream, lambda _: True, "the order before the cut")
        async with cut_off(world, code=variant):
            await world.counterparty(request)
        truth = await only_order(world, request)
        seen = await seen_until(stream, lambda orders: orders[-1].status.value == truth.status)
    check_order(([placed, *seen])[-1], truth, connector_declaration)
