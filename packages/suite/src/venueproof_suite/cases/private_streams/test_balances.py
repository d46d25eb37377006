"""Balances as they change."""

from venueproof_core import BugClass, Capabilities, Connector, Level, Steering
from venueproof_core.models import Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, collect_until
from venueproof_suite.comparison_orders import check_balances


@case(
    "private-streams/balances/follow-orders-and-fills",
    level=Level.MUST,
    needs=[Capabilities.private_stream, Capabilities.locked_funds],
    hunts=[BugClass.balances, BugClass.private_parsing],
    steering=Steering.CONTROL,
    calls=["place", "stream_balances"],
)
async def test_balances_follow_orders_and_fills(
    trading: PrivateConnector,
    world: World,
    orders: OrderFactory,
    symbols: list[str],
    connector_declaration: Connector,
) -> None:
    """Streamed balances show what an open order locks and what a fill moves.

    A strategy sizes its orders by them; funds that are locked cannot be spent again.
    """
    last_base = next(
        base
        for base in (orders.instrument(symbol).base for symbol in symbols)
        if base not in (orders.instrument().base, orders.instrument().quote)
    )
    last_symbol = next(s for s in symbols if orders.instrument(s).base == last_base)
    async with trading.stream_balances() as stream:
        await trading.place(orders.crossing())
        await trading.place(orders.far_from_market())
        await trading.place(orders.far_from_market(Side.SELL, symbol=last_symbol))
        seen = await collect_until(
            stream, lambda balance: balance.currency == last_base, f"the balance of {last_base}"
        )
    truths = await world.truth.balances()
    latest = {balance.currency: balance for balance in seen}
    moved = {orders.instrument().base, orders.instrument().quote, last_base}
    assert set(latest) >= moved, f"no balance came for {moved - set(latest)}"
    check_balances(latest.values(), {name: truths[name] for name in latest}, connector_declaration)
