"""Order lists that cases place, and what is said of them."""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal

from msgspec.structs import replace

from venueproof_core import Connector
from venueproof_core.control import TruthOrder
from venueproof_core.models import (
    Contingency,
    Order,
    OrderList,
    OrderListRequest,
    OrderRequest,
    OrderType,
    Side,
)
from venueproof_suite import OrderFactory, World, violated
from venueproof_suite.attempts import seen_until
from venueproof_suite.comparison_orders import check_orders, only_order

OPEN = ("NEW", "PARTIALLY_FILLED")


def pair_of(
    orders: OrderFactory, side: Side = Side.SELL, quantity: Decimal | None = None
) -> tuple[OrderRequest, OrderRequest]:
    """A post-only order that takes the profit, and a stop-limit order that ends the loss, far around the market."""
    profit = orders.far_from_market(side, quantity=quantity, post_only=True)
    worst = orders.far_from_market(side.opposite).price
    assert worst is not None
    # Further away than an order to enter far from the market: that one's fill must not reach it.
    away = 100 * orders.instrument().tick_size
    trigger, limit = (
        (worst - away, worst - 2 * away) if side is Side.SELL else (worst + away, worst + 2 * away)
    )
    stop = replace(
        orders.limit(side, limit, profit.quantity),
        order_type=OrderType.STOP_LIMIT,
        stop_price=trigger,
    )
    return profit, stop


def list_of(
    orders: OrderFactory, contingency: Contingency, *requests: OrderRequest
) -> OrderListRequest:
    """A list with a new name."""
    return OrderListRequest(
        contingency=contingency, client_list_id=orders.client_order_id(), orders=requests
    )


def triggered_list(orders: OrderFactory, *, is_pair: bool) -> OrderListRequest:
    """An order to buy far below the market; once it has filled, one that sells, or a pair."""
    working = orders.far_from_market(Side.BUY)
    if is_pair:
        pair = pair_of(orders, quantity=working.quantity)
        return list_of(orders, Contingency.OTOCO, working, *pair)
    pending = orders.far_from_market(Side.SELL, quantity=working.quantity)
    return list_of(orders, Contingency.OTO, working, pending)


async def orders_of(world: World, request: OrderListRequest) -> list[TruthOrder]:
    """The venue's orders of a list, in the order of the request."""
    return [await only_order(world, order) for order in request.orders]


async def shown_of(world: World, order: OrderRequest) -> Decimal:
    """What the book shows at an order's price and side."""
    book = await world.truth.book(order.symbol)
    levels = book.bids if order.side is Side.BUY else book.asks
    return dict(levels).get(order.price or Decimal(0), Decimal(0))


async def check_list(
    told: OrderList, request: OrderListRequest, world: World, connector: Connector
) -> None:
    """A list is told as the venue has it: its names, and each of its orders."""
    truths = await orders_of(world, request)
    lists = {truth.venue_list_id for truth in truths}
    if lists != {told.venue_list_id}:
        violated(
            "its orders are no such list",
            expected=told.venue_list_id,
            observed=sorted(map(str, lists)),
        )
    said = (told.symbol, told.client_list_id, told.contingency)
    asked = (request.symbol, request.client_list_id, request.contingency)
    assert said == asked
    check_orders(told.orders, truths, connector)


async def check_ends_streamed(
    stream: AsyncIterator[Order], truths: Sequence[TruthOrder], connector: Connector
) -> None:
    """The stream tells of the end of each of these orders, and of it as it is."""
    wanted = {truth.venue_order_id for truth in truths}

    def has_ended(seen: list[Order]) -> bool:
        return wanted <= {order.venue_order_id for order in seen if not order.is_open}

    seen = await seen_until(stream, has_ended)
    last = {order.venue_order_id: order for order in seen if order.venue_order_id in wanted}
    check_orders(last.values(), truths, connector)
