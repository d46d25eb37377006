"""What an account pays."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from venueproof_core import BugClass, Capabilities, Level, Steering
from venueproof_core.control import SetLevel, TruthFill
from venueproof_core.models import FeeRates, Side
from venueproof_core.venue import PrivateConnector
from venueproof_suite import OrderFactory, World, case, violated
from venueproof_suite.attempts import accepted

LAST_DIGIT = Decimal("0.00000001")
TIER = 3


def _check_charged(rates: FeeRates, fills: list[TruthFill], base: str) -> None:
    """Each fee is what the rate makes of what was received, and both rates were charged."""
    told = {"MAKER": rates.maker, "TAKER": rates.taker}
    for fill in fills:
        received = fill.quantity if fill.fee_currency == base else fill.quantity * fill.price
        fee = received * told[fill.liquidity]
        if abs(fee - fill.fee) >= LAST_DIGIT:
            violated(
                f"a fee as {fill.liquidity} is not what the rate told makes of it",
                expected=f"a rate that makes {fill.fee} of {received}",
                observed=f"{told[fill.liquidity]}, which makes {fee:f}",
            )
    assert {fill.liquidity for fill in fills} == set(told)


@case(
    "account/fee-rates/are-what-is-charged",
    level=Level.SHOULD,
    needs=[Capabilities.fill_history],
    hunts=[BugClass.fees],
    steering=Steering.CONTROL,
    calls=["place", "fee_rates"],
)
async def test_fee_rates_are_what_is_charged(
    trading: PrivateConnector, world: World, orders: OrderFactory, symbol: str
) -> None:
    """The fee rates that are told are those that fills are charged, as maker and as taker.

    They decide whether a trade is worth making at all.
    """
    resting = orders.far_from_market()
    await trading.place(resting)
    await world.counterparty(resting)
    await trading.place(orders.crossing())
    rates = await accepted(trading.fee_rates(symbol), "reading the fee rates")
    _check_charged(rates, await world.truth.fills(symbol), orders.instrument().base)


@case(
    "account/fee-rates/are-the-accounts-own",
    level=Level.SHOULD,
    needs=[Capabilities.fill_history],
    hunts=[BugClass.fees],
    steering=Steering.CONTROL,
    calls=["place", "fee_rates"],
)
async def test_fee_rates_are_the_accounts_own(
    trading: PrivateConnector,
    connect: Callable[..., Awaitable[Any]],
    world: World,
    orders: OrderFactory,
    symbol: str,
) -> None:
    """An account that pays less than others is told its own rates, not those of the venue's price list.

    A strategy that reckons with the wrong ones leaves out trades that would have paid, or takes some that do not.
    """
    credentials = await world.open_account("tiered", fee_tier=TIER)
    other: PrivateConnector = await connect(credentials=credentials)
    best = orders.price_near(Side.BUY)
    await world.market(SetLevel(symbol=symbol, side="BUY", price=best, quantity=Decimal(0)))
    await other.place(orders.limit(Side.BUY, best))
    await trading.place(orders.limit(Side.SELL, best))
    await other.place(orders.crossing())
    await accepted(trading.fee_rates(symbol), "reading our fee rates")
    rates = await accepted(other.fee_rates(symbol), "reading the other account's fee rates")
    fills = await world.truth.fills(symbol, account="tiered")
    _check_charged(rates, fills, orders.instrument().base)
