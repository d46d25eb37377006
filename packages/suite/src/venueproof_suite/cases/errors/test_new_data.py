"""Data that the venue did not send yesterday."""

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Match, Operation
from venueproof_core.errors import VenueError
from venueproof_core.models import InstrumentStatus
from venueproof_core.venue import PrivateConnector, PublicConnector
from venueproof_suite import OrderFactory, World, case, require_fired
from venueproof_suite.attempts import accepted, refused
from venueproof_suite.comparison_orders import check_order, only_order

# What the venues call the state of an order, and of an instrument.
_STATE = r'("(?:status|orderStatus|state|finish_as|trade_status)"\s*:\s*)"[^"]*"'


@case(
    "errors/new-data/extra-field-is-ignored",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.error_mapping],
    steering=Steering.CONTROL,
    calls=["place", "order"],
)
async def test_extra_field_is_ignored(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
) -> None:
    """A field that nobody knows yet changes nothing.

    Venues add fields on any day, without a word. A strict reader is down from that minute on.
    """
    request = orders.far_from_market()
    symbol, name = request.symbol, request.client_order_id
    await trading.place(request)
    await accepted(trading.order(symbol, client_order_id=name), "a query")
    added = await world.fault(
        "edit_text",
        match=Match(operation=Operation.ORDER),
        count=None,
        pattern=r"^\{",
        replacement='{"newThing":{"deep":[1,null,"x"]},',
    )
    told = await accepted(trading.order(symbol, client_order_id=name), "a reply with a new field")
    await require_fired(added)
    check_order(told, await only_order(world, request), connector_declaration)


@case(
    "errors/new-data/unknown-order-status-is-an-error",
    level=Level.MUST,
    needs=[Capabilities.limit_orders, Capabilities.client_order_id],
    hunts=[BugClass.error_mapping, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place", "order"],
)
async def test_unknown_order_status_is_an_error(
    trading: PrivateConnector, world: World, orders: OrderFactory
) -> None:
    """An order status that nobody knows raises an error: it is not read as some other status.

    A guess about whether an order can still fill is a guess about the position.
    """
    request = orders.far_from_market()
    await trading.place(request)
    await world.fault(
        "edit_text",
        match=Match(operation=Operation.ORDER),
        count=None,
        pattern=_STATE,
        replacement=r'\1"PENDING_REVIEW"',
    )
    await refused(
        trading.order(request.symbol, client_order_id=request.client_order_id),
        VenueError,
        "a query answered with an unknown status",
    )


@case(
    "errors/new-data/unknown-instrument-status-is-survived",
    level=Level.SHOULD,
    needs=[Capabilities.instrument_statuses],
    hunts=[BugClass.error_mapping, BugClass.metadata],
    steering=Steering.CONTROL,
    calls=["instruments"],
)
async def test_unknown_instrument_status_is_survived(
    market: PublicConnector, world: World, symbols: list[str]
) -> None:
    """Instruments in a state that nobody knows are told, but not as trading; reading them does not fail.

    One instrument's new state must not take all others down, and is no invitation to send orders.
    """
    await world.fault(
        "edit_text",
        match=Match(operation=Operation.INSTRUMENTS),
        pattern=_STATE,
        replacement=r'\1"PENDING_REVIEW"',
    )
    told = await accepted(market.instruments(), "reading instruments with a new state")
    states = {item.symbol: item.status for item in told}
    assert set(states) >= set(symbols)
    assert InstrumentStatus.TRADING not in states.values()
