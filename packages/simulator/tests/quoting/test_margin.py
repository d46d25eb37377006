"""The margin account: NAV, margin, conversion, closeout, financing."""

from fractions import Fraction

import pytest

from venueproof_core.models import InstrumentStatus, OrderStatus, OrderType
from venueproof_simulator.quoting import OrderFilled, Origin, TradeChanged, TradeEvent
from venueproof_simulator.quoting.terms import terms_of
from venueproof_simulator.venue_core import ExpiryReason, InvariantBroken, Refusal, Refused


def origins(desk):
    return [terms_of(order).origin for order in desk.core.orders("main")]


# ---------------------------------------------------------------- worth


def test_nav_is_balance_and_unrealised_profit(desk, units):
    desk.buy("100")  # at 1.1002, closed at the bid, 1.1000

    worth = desk.core.valuation("main")

    assert (worth.unrealised, worth.nav) == (units("-0.02"), units("9999.98"))


def test_short_trade_is_valued_at_the_ask(desk, units):
    desk.sell("100")

    assert desk.core.valuation("main").unrealised == units("-0.02")


def test_margin_is_taken_at_the_middle(desk, units):
    desk.buy("100")

    assert desk.core.valuation("main").margin_used == units("5.5005")


def test_margin_available_is_nav_above_margin_used(desk, units):
    desk.buy("100")

    worth = desk.core.valuation("main")

    assert worth.margin_available == worth.nav - worth.margin_used == units("9994.4795")


def test_hedged_sides_take_the_margin_of_the_larger(hedging_desk, units):
    hedging_desk.buy("100")
    hedging_desk.sell("70")

    assert hedging_desk.core.valuation("main").margin_used == units("5.5005")


def test_worth_agrees_with_the_venues_published_example(make_desk, units):
    """1 000 000 EUR-GBP bought at 0.8568, quoted 0.8566/0.8568, 3.33333 %, 50 000 GBP."""
    desk = make_desk("EUR-GBP", home="GBP", margin_rates={"EUR-GBP": units("0.0333333")})
    desk.account("main", "50000")
    desk.quote("0.8566x2000000", "0.8568x2000000", "EUR-GBP")
    desk.buy("1000000", symbol="EUR-GBP")

    worth = desk.core.valuation("main")

    assert round(Fraction(worth.margin_used, 1_000_000)) == 2_855_664  # 28 556.64, in 0.01
    assert worth.closeout_nav == units("49900")
    assert round(Fraction(worth.margin_used, 2 * worth.closeout_nav), 4) == Fraction("0.2861")


def test_empty_side_keeps_its_last_price_for_valuation(desk, units):
    desk.buy("100")
    desk.quote("", "1.1002x1000")

    assert desk.core.valuation("main").unrealised == units("-0.02")


def test_kept_ask_never_lies_below_the_bid(desk, units):
    desk.sell("100")  # at 1.1000
    desk.quote("1.2x1000", "")

    assert desk.core.valuation("main").unrealised == units("-10")


def test_kept_bid_never_lies_above_the_ask(desk, units):
    desk.buy("100")  # at 1.1002
    desk.quote("", "1.0002x1000")

    assert desk.core.valuation("main").unrealised == units("-10")


# ---------------------------------------------------------------- conversion


def test_profit_is_converted_by_the_pair_of_the_quote_asset(make_desk, units):
    desk = make_desk("EUR-GBP", "GBP-USD")
    desk.account("main", "1000")
    desk.quote("1.24x1000", "1.26x1000", "GBP-USD")
    desk.quote("0.80x1000", "0.81x1000", "EUR-GBP")
    desk.buy("100", symbol="EUR-GBP")
    desk.quote("0.91x1000", "0.92x1000", "EUR-GBP")
    desk.sell("100", symbol="EUR-GBP")  # +10 GBP at 1.25

    assert desk.core.balances("main")["USD"][0] == units("1012.5")


def test_profit_is_converted_by_the_inverse_pair(make_desk, units):
    desk = make_desk("USD-JPY")
    desk.account("main", "1000")
    desk.quote("99x1000", "101x1000", "USD-JPY")
    desk.sell("100", symbol="USD-JPY")  # at 99
    desk.quote("49x1000", "51x1000", "USD-JPY")
    desk.buy("100", symbol="USD-JPY")  # +4800 JPY at 1/50

    assert desk.core.balances("main")["USD"][0] == units("1096")


@pytest.mark.parametrize(("bid", "ask", "balance"), [("200", "201", "1099"), ("100", "101", "899")])
def test_conversion_spread_costs_both_gains_and_losses(make_desk, units, bid, ask, balance):
    desk = make_desk("EUR-GBP", "GBP-USD", conversion_spread=units("0.01"))
    desk.account("main", "1000")
    desk.quote("0.99x1000", "1.01x1000", "GBP-USD")
    desk.quote("149x1000", "150x1000", "EUR-GBP")
    desk.buy("2", symbol="EUR-GBP")
    desk.quote(f"{bid}x1000", f"{ask}x1000", "EUR-GBP")
    desk.sell("2", symbol="EUR-GBP")  # 100 GBP gained is 99 USD, 100 GBP lost is 101 USD

    assert desk.core.balances("main")["USD"][0] == units(balance)


def test_instrument_without_its_conversion_quoted_is_not_dealt(make_desk):
    desk = make_desk("EUR-GBP", "GBP-USD")
    desk.account("main", "1000")
    desk.quote("0.80x1000", "0.81x1000", "EUR-GBP")

    order = desk.buy("1", symbol="EUR-GBP")

    assert desk.reason(order) is ExpiryReason.NO_LIQUIDITY


def test_quote_asset_without_a_pair_is_an_error(make_desk):
    with pytest.raises(ValueError, match="converts GBP into USD"):
        make_desk("EUR-GBP")


# ---------------------------------------------------------------- refusal and closeout


@pytest.fixture
def small_desk(make_desk):
    """100 USD at 1:20; 1000 EUR-USD need 55."""
    desk = make_desk("EUR-USD")
    desk.account("main", "100")
    desk.quote("1.1000x100000", "1.1002x100000")
    return desk


def test_order_beyond_the_margin_expires(small_desk):
    order = small_desk.buy("2000")

    assert (order.status, small_desk.net()) == (OrderStatus.EXPIRED, 0)
    assert small_desk.reason(order) is ExpiryReason.INSUFFICIENT_MARGIN


def test_order_may_use_the_margin_up(small_desk):
    # The spread costs 0.0002 and margin takes 0.055005 a unit: 1811 units fit into 100.
    assert small_desk.buy("1811").status is OrderStatus.FILLED


def test_one_unit_more_does_not_fit(small_desk):
    order = small_desk.buy("1812")

    assert small_desk.reason(order) is ExpiryReason.INSUFFICIENT_MARGIN


def test_reducing_needs_no_margin(small_desk):
    small_desk.buy("1811")
    small_desk.quote("1.0760x100000", "1.0762x100000")

    assert small_desk.sell("1000").status is OrderStatus.FILLED


def test_turning_into_the_same_margin_needs_none_available(small_desk):
    small_desk.buy("1811")
    small_desk.quote("1.0760x100000", "1.0762x100000")

    assert small_desk.sell("3622").status is OrderStatus.FILLED


def test_turning_may_use_the_profit_it_realises(small_desk):
    small_desk.buy("1000")
    small_desk.quote("1.2000x100000", "1.2002x100000")  # 99.8 gained; 3000 need 180

    assert small_desk.sell("4000").status is OrderStatus.FILLED


def test_no_closeout_while_half_the_margin_is_covered(small_desk):
    small_desk.buy("1000")  # at 1.1002
    small_desk.quote("1.0272x100000", "1.0274x100000")  # NAV at middle 27.1 > 25.68

    assert origins(small_desk) == [Origin.CLIENT]


def test_closeout_when_half_the_margin_is_not_covered(small_desk):
    small_desk.buy("1000")
    small_desk.quote("1.0252x100000", "1.0254x100000")  # NAV at middle 25.1 < 25.63

    assert origins(small_desk) == [Origin.CLIENT, Origin.MARGIN_CLOSEOUT]
    assert small_desk.net() == 0


def test_closeout_looks_at_middle_prices(small_desk):
    small_desk.buy("1000")
    # At the bid NAV is 21.8, at the middle 30.3; half the margin is 25.8.
    small_desk.quote("1.0220x100000", "1.0390x100000")

    assert origins(small_desk) == [Origin.CLIENT]


def test_stop_loss_goes_before_the_closeout(small_desk):
    small_desk.buy("1000")
    small_desk.sell(None, OrderType.STOP, stop="1.05", trade_id=1)
    small_desk.quote("1.0252x100000", "1.0254x100000")

    assert origins(small_desk) == [Origin.CLIENT, Origin.CLIENT]
    assert small_desk.net() == 0


def test_closeout_of_a_halted_instrument_waits_for_the_next_ladder(small_desk):
    small_desk.buy("1000")
    small_desk.core.set_status("EUR-USD", InstrumentStatus.HALTED)
    small_desk.quote("1.0252x100000", "1.0254x100000")
    assert small_desk.net() != 0
    small_desk.core.set_status("EUR-USD", InstrumentStatus.TRADING)
    small_desk.quote("1.0251x100000", "1.0253x100000")

    assert small_desk.net() == 0


def test_closeout_waits_for_enough_liquidity(small_desk):
    small_desk.buy("1000")
    small_desk.quote("1.0252x999", "1.0254x100000")

    assert origins(small_desk) == [Origin.CLIENT]


def test_closeout_closes_every_instrument(make_desk):
    desk = make_desk("EUR-USD", "GBP-USD")
    desk.account("main", "100")
    desk.quote("1.1000x100000", "1.1002x100000")
    desk.quote("1.2000x100000", "1.2002x100000", "GBP-USD")
    desk.buy("900")
    desk.sell("100", symbol="GBP-USD")
    desk.quote("1.0100x100000", "1.0102x100000")

    assert (desk.net("EUR-USD"), desk.net("GBP-USD")) == (0, 0)


# ---------------------------------------------------------------- funds


def test_transfer_moves_money_in(desk, units):
    desk.core.transfer("main", "USD", units("5"), time_ns=desk.tick())

    assert desk.core.balances("main")["USD"] == (units("10005"), 0)


def test_transfer_cannot_take_the_margin(small_desk, units):
    small_desk.buy("1000")

    with pytest.raises(Refused) as refusal:
        small_desk.core.transfer("main", "USD", units("-50"), time_ns=small_desk.tick())

    assert refusal.value.reason is Refusal.INSUFFICIENT_BALANCE


def test_account_holds_the_home_asset_only(desk, units):
    with pytest.raises(ValueError, match="hold USD"):
        desk.core.transfer("main", "EUR", units("1"), time_ns=desk.tick())


def test_financing_agrees_with_the_venues_published_example(make_desk, units):
    """100 000 EUR-USD at 1.15826, -3.00 % a year, one day: -9.52 USD."""
    desk = make_desk("EUR-USD")
    desk.account("main", "50000")
    desk.quote("1.15826x200000", "1.15827x200000")
    desk.core.set_ladder(
        "EUR-USD", [(units("1.15825"), units("1"))], [(units("1.15827"), units("200000"))], 5000
    )
    desk.buy("100000")
    before = desk.core.balances("main")["USD"][0]

    desk.core.finance({"EUR-USD": (units("-0.03"), units("0.01"))}, days=1, time_ns=6000)

    charged = desk.core.balances("main")["USD"][0] - before
    assert round(Fraction(charged, 100_000_000), 2) == Fraction("-9.52")


def test_financing_uses_the_rate_of_the_side(desk, units):
    desk.sell("100")
    desk.core.finance({"EUR-USD": (units("-0.03"), units("0.01"))}, days=365, time_ns=desk.tick())

    (trade,) = desk.core.margin_trades("main")
    assert trade.financing == units("1.1001")  # 100 x 1.1001 x 1 %


def test_financing_is_logged_per_trade(desk, units):
    desk.buy("100")
    desk.buy("50")
    desk.core.finance({"EUR-USD": (units("-0.03"), 0)}, days=1, time_ns=desk.tick())

    kinds = [e.kind for e in desk.core.log if isinstance(e, TradeChanged)]
    assert kinds[-2:] == [TradeEvent.FINANCED] * 2


def test_financing_can_force_a_closeout(small_desk, units):
    small_desk.buy("1000")
    small_desk.core.finance({"EUR-USD": (units("-0.03"), 0)}, days=900, time_ns=small_desk.tick())

    assert small_desk.net() == 0


# ---------------------------------------------------------------- audit


def test_audit_finds_a_balance_that_the_log_does_not_explain(make_desk, units):
    desk = make_desk("EUR-USD")
    desk.account("main", "100")
    account = desk.core._dealer.accounts["main"]
    account.balance += 1
    with pytest.raises(InvariantBroken, match="main balance"):
        desk.core.check()
    account.balance -= 1


def test_audit_finds_units_that_no_fill_explains(desk):
    desk.buy("100")
    (trade,) = desk.core.margin_trades("main")
    trade.units += 1
    with pytest.raises(InvariantBroken, match="trade 1 units"):
        desk.core.check()
    trade.units -= 1


def test_fill_onto_a_broken_position_is_found_at_once(desk):
    desk.buy("100")
    (trade,) = desk.core.margin_trades("main")
    trade.units += 1
    with pytest.raises(InvariantBroken, match="add up"):
        desk.buy("100")
    trade.units -= 1


def test_audit_finds_an_event_out_of_sequence(desk):
    fill = desk.buy("100")
    event = next(e for e in desk.core.log if isinstance(e, OrderFilled) and e.order is fill)
    event.sequence += 1
    with pytest.raises(InvariantBroken, match="sequence"):
        desk.core.check()
    event.sequence -= 1
