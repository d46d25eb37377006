"""Orders that would trade with an order of the same account."""

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import SetLevel, TruthOrder
from venueproof_core.models import Order, OrderRequest, SelfTradePrevention, Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case
from venueproof_suite.attempts import accepted, seen_until
from venueproof_suite.comparison_orders import (
    check_as_asked,
    check_fills,
    check_order,
    check_orders,
    only_order,
)

TAKER, MAKER = SelfTradePrevention.EXPIRE_TAKER, SelfTradePrevention.EXPIRE_MAKER
BOTH, DECREMENT = SelfTradePrevention.EXPIRE_BOTH, SelfTradePrevention.DECREMENT
# What becomes of the resting order and of the one that comes, which has filled in part before.
ENDS = {
    TAKER: ("NEW", "EXPIRED"),
    MAKER: ("EXPIRED", "PARTIALLY_FILLED"),
    BOTH: ("EXPIRED", "EXPIRED"),
    DECREMENT: ("EXPIRED", "PARTIALLY_FILLED"),
}


async def _meeting(
    world: World, orders: OrderFactory, symbol: str, mode: SelfTradePrevention
) -> tuple[OrderRequest, OrderRequest]:
    """A resting order behind the best bid, and one that sells through the best bid and twice the resting one."""
    bids = (await world.truth.book(symbol)).bids
    assert len(bids) > 1, f"{symbol} has {len(bids)} bids"
    (_, best), (price, _) = bids[:2]
    await world.market(SetLevel(symbol=symbol, side="BUY", price=price, quantity=best * 0))
    resting = orders.limit(Side.BUY, price, self_trade_prevention=mode)
    assert resting.quantity is not None
    coming = orders.limit(Side.SELL, price, best + 2 * resting.quantity, self_trade_prevention=mode)
    return resting, coming


async def _prevents(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector: Connector,
    mode: SelfTradePrevention,
) -> None:
    symbol = orders.instrument().symbol
    resting, coming = await _meeting(world, orders, symbol, mode)
    async with trading.stream_orders() as stream:
        await accepted(trading.place(resting), "an order that rests")
        placed = await accepted(trading.place(coming), "an order that meets it")
        truths = [await only_order(world, request) for request in (resting, coming)]
        seen = await seen_until(stream, lambda seen: _are_told(seen, truths))
    for truth, request in zip(truths, (resting, coming), strict=True):
        check_as_asked(truth, request)
    assert tuple(truth.status for truth in truths) == ENDS[mode]
    fills = await world.truth.fills(symbol)
    assert {fill.venue_order_id for fill in fills} == {truths[1].venue_order_id}
    check_order(placed, truths[1], connector)
    ids = {truth.venue_order_id for truth in truths}
    streamed = {order.venue_order_id: order for order in seen if order.venue_order_id in ids}
    check_orders(streamed.values(), truths, connector)
    for truth in truths:
        asked = await trading.order(symbol, venue_order_id=truth.venue_order_id)
        check_order(asked, truth, connector)
    check_fills(await trading.fills(symbol), fills, connector)


def _are_told(seen: list[Order], truths: list[TruthOrder]) -> bool:
    last = {order.venue_order_id: order for order in seen}
    return all(
        truth.venue_order_id in last
        and last[truth.venue_order_id].status.value == truth.status
        and last[truth.venue_order_id].filled_quantity == truth.filled_quantity
        for truth in truths
    )


@case(
    "orders/self-trade/expires-whom-it-shall",
    level=Level.MUST,
    needs=[
        Capabilities.self_trade_prevention,
        Capabilities.private_stream,
        Capabilities.fill_history,
    ],
    hunts=[BugClass.order_parameters, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place", "order", "fills", "stream_orders"],
    variants={"taker": TAKER, "maker": MAKER, "both": BOTH},
)
async def test_self_trade_prevention_expires_whom_it_shall(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    connector_declaration: Connector,
    variant: SelfTradePrevention,
) -> None:
    """An order that meets one of the same account does not trade with it: who was to expire expires, with its fills.

    Trades with oneself cost fees twice and are forbidden in many places. The wrong one gone leaves the wrong quote.
    """
    await _prevents(trading, world, orders, connector_declaration, variant)


@case(
    "orders/self-trade/is-taken-off-both",
    level=Level.MUST,
    needs=[
        Capabilities.self_trade_decrement,
        Capabilities.private_stream,
        Capabilities.fill_history,
    ],
    hunts=[BugClass.order_parameters, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place", "order", "fills", "stream_orders"],
)
async def test_self_trade_is_taken_off_both(
    trading: PrivateConnector, world: World, orders: OrderFactory, connector_declaration: Connector
) -> None:
    """Where a trade with oneself is to be taken off both orders, nothing of it counts as filled.

    Whoever adds it to what was filled holds a position that does not exist.
    """
    await _prevents(trading, world, orders, connector_declaration, DECREMENT)


@case(
    "orders/self-trade/is-two-fills",
    level=Level.MUST,
    needs=[
        Capabilities.self_trade_prevention,
        Capabilities.private_stream,
        Capabilities.fill_history,
    ],
    hunts=[BugClass.fills_once],
    steering=Steering.CONTROL,
    calls=["place", "fills", "stream_fills"],
)
async def test_self_trade_is_two_fills(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
) -> None:
    """A trade with oneself, where nothing prevents it, is two fills of one trade: both are told, each once.

    Told once it moves the position by a trade that moved nothing, and one of the two fees is forgotten.
    """
    resting, coming = await _meeting(world, orders, symbol, SelfTradePrevention.NONE)
    async with trading.stream_fills() as stream:
        await accepted(trading.place(resting), "an order that rests")
        await accepted(trading.place(coming), "an order that meets it")
        truths = await world.truth.fills(symbol)
        assert len({fill.trade_id for fill in truths}) < len(truths), "there was no self trade"
        seen = await seen_until(stream, lambda seen: len(seen) == len(truths))
    check_fills(seen, truths, connector_declaration)
    check_fills(await trading.fills(symbol), truths, connector_declaration)
