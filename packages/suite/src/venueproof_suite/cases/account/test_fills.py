"""Fills on request, and what they cost."""

from collections.abc import Sequence
from decimal import Decimal

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.control import Move
from venueproof_core.models import Fill, Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, violated
from venueproof_suite.attempts import accepted
from venueproof_suite.comparison_orders import check_fills

PAGES_OF = 1000
# Venues round a fee to the digits that they account in; none of those is above this one.


async def _trade(
    trading: PrivateConnector, world: World, orders: OrderFactory, side: Side
) -> Sequence[Fill]:
    """One fill as maker in two parts, one as taker."""
    resting = orders.far_from_market(side)
    assert resting.quantity is not None
    await trading.place(resting)
    await world.counterparty(resting, resting.quantity / 4)
    await world.counterparty(resting)
    await trading.place(orders.crossing(side=side))
    return await accepted(trading.fills(resting.symbol), "reading the fills")


@case(
    "account/fills/equal-truth",
    level=Level.MUST,
    needs=[Capabilities.fill_history],
    hunts=[BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place", "fills"],
    variants={"buys": Side.BUY, "sells": Side.SELL},
)
async def test_fills_equal_truth(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
    variant: Side,
) -> None:
    """Every fill is told with its order, side, price, quantity and whether it made or took liquidity.

    The side of a fill is the order's, whoever was the maker; read from the maker flag it flips.
    """
    fills = await _trade(trading, world, orders, variant)
    check_fills(
        fills,
        await world.truth.fills(symbol),
        connector_declaration,
        fields=("symbol", "trade_id", "venue_order_id", "side", "price", "quantity", "liquidity"),
    )
    times = [fill.venue_time_ns for fill in fills]
    assert times == sorted(times), "fills are not in the order they happened"


@case(
    "account/fills/fees-are-exact",
    level=Level.MUST,
    needs=[Capabilities.fill_history],
    hunts=[BugClass.fees],
    steering=Steering.CONTROL,
    calls=["place", "fills"],
    variants={"buys": Side.BUY, "sells": Side.SELL},
)
async def test_fees_are_exact(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbol: str,
    connector_declaration: Connector,
    variant: Side,
) -> None:
    """The fee of each fill is told exactly: a cost is positive, and its currency is the one that was charged.

    A fee in the base currency makes a position smaller than what was bought. The last sell is then refused.
    """
    fills = await _trade(trading, world, orders, variant)
    check_fills(
        fills,
        await world.truth.fills(symbol),
        connector_declaration,
        fields=("fee", "fee_currency"),
    )


@case(
    "account/fills/complete-over-pages",
    level=Level.MUST,
    needs=[Capabilities.fill_history, Capabilities.market_orders],
    hunts=[BugClass.pagination],
    steering=Steering.CONTROL,
    calls=["place", "fills"],
)
async def test_fills_are_complete_over_pages(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbols: list[str],
    connector_declaration: Connector,
) -> None:
    """All fills of an instrument are told, also when there are more than a page of the venue's holds.

    The page that is missing is the position that does not add up.
    """
    sides = {name: (await world.truth.book(name)).asks for name in symbols}
    costs = {
        name: sum(price * quantity for price, quantity in side) for name, side in sides.items()
    }
    same_quote = [n for n in symbols if orders.instrument(n).quote == orders.instrument().quote]
    symbol = min(same_quote, key=lambda name: costs[name])
    middle = orders.price_near(Side.BUY, symbol=symbol)
    count = 0
    while count <= PAGES_OF:
        for side in (Side.BUY, Side.SELL):
            book = await world.truth.book(symbol)
            levels = book.asks if side is Side.BUY else book.bids
            whole = sum((quantity for _, quantity in levels), start=Decimal(0))
            await trading.place(orders.market(side, whole, symbol=symbol))
            count += len(levels)
            await world.market(Move(symbol=symbol, middle=middle))
    told = await accepted(trading.fills(symbol), f"reading {count} fills")
    truths = await world.truth.fills(symbol)
    if len(told) != len(truths):
        violated(
            "fills are missing", expected=f"{len(truths)} fills", observed=f"{len(told)} fills"
        )
    check_fills(told, truths, connector_declaration)
