"""Orders are what an instrument takes."""

import asyncio
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venueproof_core.models import Instrument, Level, OrderBook, OrderType, Side, TimeInForce
from venueproof_suite.orders import MarketView, OrderFactory


def _view(bid="100", ask="101", tick="0.01", lot="0.001", notional="5"):
    instrument = Instrument(
        symbol="BTC-USDT",
        base="BTC",
        quote="USDT",
        tick_size=Decimal(tick),
        lot_size=Decimal(lot),
        minimum_quantity=Decimal(lot),
        minimum_notional=None if notional is None else Decimal(notional),
    )
    book = OrderBook(
        symbol="BTC-USDT",
        bids=(Level(Decimal(bid), Decimal(1)),),
        asks=() if ask is None else (Level(Decimal(ask), Decimal(1)),),
    )
    return MarketView({"BTC-USDT": instrument}, {"BTC-USDT": book})


def _factory(view=None, later=None):
    async def look():
        return later

    return OrderFactory(view or _view(), look, symbols=["BTC-USDT"], prefix="vp-gw0-")


def test_far_orders_rest_a_tenth_away():
    orders = _factory()
    buy, sell = orders.far_from_market(), orders.far_from_market(Side.SELL)
    assert (buy.side, buy.price) == (Side.BUY, Decimal("90.00"))
    assert (sell.side, sell.price) == (Side.SELL, Decimal("111.10"))
    assert buy.order_type is OrderType.LIMIT
    assert buy.time_in_force is TimeInForce.GTC


def test_crossing_orders_go_through_the_other_side():
    orders = _factory()
    assert orders.crossing().price == Decimal("103.02")
    assert orders.crossing(Decimal("0.5"), Side.SELL).price == Decimal("98.00")
    assert orders.crossing(Decimal("0.5")).quantity == Decimal("0.5")


def test_default_quantities_can_fill_in_parts():
    quantity = _factory().limit(Side.BUY, Decimal(100)).quantity
    assert quantity == 4 * Decimal("0.05")


def test_market_orders_have_a_quantity_or_an_amount():
    orders = _factory()
    assert orders.market().quantity == 4 * Decimal("0.050")
    by_amount = orders.market(Side.SELL, quote_quantity=Decimal(20))
    assert (by_amount.quantity, by_amount.quote_quantity) == (None, Decimal(20))
    assert by_amount.price is None
    assert by_amount.time_in_force is None


def test_post_only_has_no_time_in_force():
    order = _factory().limit(Side.BUY, Decimal(100), post_only=True)
    assert order.post_only
    assert order.time_in_force is None


def test_ids_are_unique_and_carry_the_workers_prefix():
    orders = _factory()
    ids = [orders.far_from_market().client_order_id for _ in range(3)]
    assert ids == ["vp-gw0-1", "vp-gw0-2", "vp-gw0-3"]
    assert orders.far_from_market(client_order_id="mine").client_order_id == "mine"


def test_price_near_counts_ticks_away_from_the_other_side():
    orders = _factory()
    assert orders.price_near(Side.BUY, ticks_away=2) == Decimal("99.98")
    assert orders.price_near(Side.SELL, ticks_away=2) == Decimal("101.02")
    assert orders.price_near(Side.BUY) == 100


def test_refresh_looks_again():
    orders = _factory(later=_view(bid="200", ask="201"))
    asyncio.run(orders.refresh())
    assert orders.far_from_market().price == 180


def test_an_empty_side_is_said():
    with pytest.raises(LookupError, match="BTC-USDT has no SELL level"):
        _factory(_view(ask=None)).crossing()


@given(
    bid=st.decimals(min_value="0.01", max_value="99999", places=4),
    tick=st.sampled_from(["0.0001", "0.01", "0.5", "1"]),
    lot=st.sampled_from(["0.00001", "0.001", "1", "10"]),
    notional=st.sampled_from([None, "1", "5", "10.5"]),
    side=st.sampled_from(list(Side)),
)
def test_every_order_is_on_tick_and_lot_and_above_the_minimum(bid, tick, lot, notional, side):
    bid += Decimal(tick) * 20
    view = _view(bid=bid, ask=bid + Decimal(tick), tick=tick, lot=lot, notional=notional)
    orders = _factory(view)
    for order in (orders.far_from_market(side), orders.crossing(side=side)):
        assert order.price is not None
        assert order.quantity is not None
        assert order.price > 0
        assert order.price % Decimal(tick) == 0
        assert order.quantity % Decimal(lot) == 0
        assert order.quantity >= Decimal(lot)
        assert order.price * order.quantity >= Decimal(notional or 0)
