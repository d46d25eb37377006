"""Order lists of two that cancel each other."""

import pytest

from venueproof_core.models import (
    InstrumentStatus,
    OrderStatus,
    OrderType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from venueproof_simulator.order_lists import Contingency, ListEvent
from venueproof_simulator.venue_core import (
    SCALE,
    ExpiryReason,
    OrderEvent,
    Refusal,
    Refused,
)

OCO, OTO = Contingency.OCO, Contingency.OTO
STOP, STOP_LIMIT = OrderType.STOP, OrderType.STOP_LIMIT
TAKE_PROFIT = OrderType.TAKE_PROFIT
NEW, FILLED = OrderStatus.NEW, OrderStatus.FILLED
CANCELED, EXPIRED = OrderStatus.CANCELED, OrderStatus.EXPIRED
SYMBOL = "BTC-USDT"


def buy_pair(desk):
    return (
        desk.request(Side.BUY, 1, order_type=STOP_LIMIT, stop_price=105, price=106),
        desk.request(Side.BUY, 1, price=90, post_only=True),
    )


# ---------------------------------------------------------------- one cancels the other


def test_pair_locks_the_quantity_once(market):
    pair = market.submit_list(OCO, *market.sell_pair())

    assert market.statuses(pair) == [NEW, NEW]
    assert market.funds("main", "BTC") == (99, 1)
    assert market.asks == [(110, 1)]


def test_pair_of_a_buyer_locks_what_the_dearer_leg_needs(market):
    pair = market.submit_list(OCO, *buy_pair(market))

    assert market.funds("main", "USDT") == (100_000 - 106, 106)
    assert [leg.locked / SCALE for leg in pair.legs] == [16, 90]


def test_events_of_a_placement_start_with_the_list(market):
    before = len(market.core.log)

    pair = market.submit_list(OCO, *market.sell_pair())

    assert market.kinds(before) == [
        "ListChanged",
        "ACCEPTED",
        "ACCEPTED",
        "LevelChanged",
        "BalanceChanged",
    ]
    assert market.list_events(pair) == [ListEvent.STARTED]


def test_filled_limit_leg_ends_the_stop(market):
    pair = market.submit_list(OCO, *market.sell_pair())
    before = len(market.core.log)

    market.buy(1, 110, account="taker")

    stop, limit = pair.legs
    assert (limit.status, stop.status) == (FILLED, EXPIRED)
    assert market.reason(stop) is ExpiryReason.OTHER_LEG
    assert market.list_events(pair) == [ListEvent.STARTED, ListEvent.DONE]
    assert market.kinds(before)[1:5] == ["Traded", "LevelChanged", "EXPIRED", "ListChanged"]
    assert market.funds("main", "BTC") == (99, 0)
    assert market.core.order_list(pair.list_id).is_open is False


def test_partial_fill_of_the_limit_leg_ends_the_stop_and_leaves_the_list_open(market):
    pair = market.submit_list(OCO, *market.sell_pair())

    market.buy(0.4, 110, account="taker")

    stop, limit = pair.legs
    assert (limit.status, stop.status) == (OrderStatus.PARTIALLY_FILLED, EXPIRED)
    assert pair.is_open
    market.trade_at(90)
    market.cancel(limit)
    assert market.list_events(pair)[-1] is ListEvent.DONE


def test_triggered_stop_ends_the_limit_leg_and_then_executes(market):
    pair = market.submit_list(OCO, *market.sell_pair())
    market.buy(1, 94, account="maker")
    before = len(market.core.log)

    market.trade_at(95)

    stop, limit = pair.legs
    assert (limit.status, stop.status) == (EXPIRED, FILLED)
    assert market.reason(limit) is ExpiryReason.OTHER_LEG
    told = [kind for kind in market.kinds(before) if kind not in ("LevelChanged", "BalanceChanged")]
    assert told[-5:] == ["Traded", "EXPIRED", "TRIGGERED", "Traded", "ListChanged"]
    assert market.asks == []


def test_triggered_buy_stop_limit_rests_on_the_funds_of_both(market):
    pair = market.submit_list(OCO, *buy_pair(market))

    market.trade_at(105)

    assert market.statuses(pair) == [NEW, EXPIRED]
    assert market.bids == [(106, 1)]
    assert market.funds("main", "USDT") == (100_000 - 106, 106)


def test_sweep_that_reaches_the_stop_before_it_fills_the_limit_leg_executes_the_limit(market):
    pair = market.submit_list(OCO, *market.sell_pair())
    market.sell(1, 94, account="maker")

    market.buy(2, 110, account="taker")

    assert market.statuses(pair) == [EXPIRED, FILLED]
    assert market.story(pair.legs[0]) == [OrderEvent.ACCEPTED, OrderEvent.EXPIRED]


def test_pair_without_a_limit_leg(market):
    legs = (
        market.request(Side.SELL, 1, order_type=TAKE_PROFIT, stop_price=110),
        market.request(Side.SELL, 1, order_type=STOP, stop_price=95),
    )
    pair = market.submit_list(OCO, *legs)
    assert market.funds("main", "BTC") == (99, 1)
    market.buy(1, 108, account="maker")

    market.trade_at(110)

    assert market.statuses(pair) == [FILLED, EXPIRED]
    assert market.funds("main", "BTC") == (99, 0)


def test_trailing_leg_of_a_pair(market):
    legs = (
        market.request(Side.SELL, 1, order_type=STOP, trailing_delta=500),
        market.request(Side.SELL, 1, price=130, post_only=True),
    )
    pair = market.submit_list(OCO, *legs)
    market.trade_at(120)
    market.buy(1, 110, account="maker")

    market.trade_at(114)

    assert market.statuses(pair) == [FILLED, EXPIRED]


@pytest.mark.parametrize("place", [0, 1])
def test_cancel_of_a_leg_cancels_the_list(market, place):
    pair = market.submit_list(OCO, *market.sell_pair())

    market.cancel(pair.legs[place], request_id="the-cancel")

    assert market.statuses(pair) == [CANCELED, CANCELED]
    assert {leg.client_order_id for leg in pair.legs} == {"the-cancel"}
    assert market.list_events(pair) == [ListEvent.STARTED, ListEvent.DONE]
    assert market.funds("main", "BTC") == (100, 0)


def test_cancel_of_a_list_names_it_by_its_id(market):
    pair = market.submit_list(OCO, *market.sell_pair())

    market.core.cancel_list(pair.list_id, time_ns=market.tick())

    assert market.statuses(pair) == [CANCELED, CANCELED]
    for list_id in (pair.list_id, 99):
        with pytest.raises(Refused) as refusal:
            market.core.cancel_list(list_id, time_ns=market.tick())
        assert refusal.value.reason is Refusal.UNKNOWN_ORDER


def test_leg_that_the_venue_ends_takes_the_other_with_it(market):
    pair = market.submit_list(OCO, *market.sell_pair())

    market.cancel(pair.legs[1], by_venue=True)

    reasons = [market.reason(leg) for leg in pair.legs]
    assert reasons == [ExpiryReason.OTHER_LEG, ExpiryReason.VENUE]
    assert market.funds("main", "BTC") == (100, 0)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (SelfTradePrevention.EXPIRE_MAKER, [EXPIRED, EXPIRED]),
        (SelfTradePrevention.EXPIRE_TAKER, [NEW, NEW]),
        (SelfTradePrevention.DECREMENT, [EXPIRED, NEW]),
    ],
)
def test_self_trade_that_was_prevented_counts_as_execution(market, mode, expected):
    pair = market.submit_list(OCO, *market.sell_pair())

    market.buy(0.5, 110, self_trade_prevention=mode, time_in_force=TimeInForce.IOC)

    assert market.statuses(pair) == expected


def test_amend_of_one_leg_amends_both(market):
    pair = market.submit_list(OCO, *market.sell_pair(quantity=3))

    market.amend(pair.legs[0], 2, request_id="smaller")

    assert [leg.remaining_quantity / SCALE for leg in pair.legs] == [2, 2]
    assert market.story(pair.legs[1])[-1] is OrderEvent.AMENDED
    assert market.list_events(pair) == [ListEvent.STARTED, ListEvent.UPDATED]
    assert market.asks == [(110, 2)]
    assert market.funds("main", "BTC") == (98, 2)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("prepare", "options", "reason"),
    [
        (lambda desk: desk.trade_at(95), {}, Refusal.WOULD_TRIGGER),
        (lambda desk: desk.buy(1, 110, account="maker"), {}, Refusal.WOULD_TAKE),
        (lambda desk: None, {"quantity": 101}, Refusal.INSUFFICIENT_BALANCE),
        (
            lambda desk: desk.core.set_status(SYMBOL, InstrumentStatus.HALTED),
            {},
            Refusal.MARKET_CLOSED,
        ),
    ],
)
def test_refused_list_changes_nothing(market, prepare, options, reason):
    prepare(market)
    before = len(market.core.log)

    with pytest.raises(Refused) as refusal:
        market.submit_list(OCO, *market.sell_pair(**options))

    assert refusal.value.reason is reason
    assert len(market.core.log) == before
    assert market.core.order_lists("main") == []
    assert market.core.open_orders("main") == []


def test_ids_of_a_list_are_its_own(market):
    market.submit_list(OCO, *market.sell_pair(), client_list_id="taken")
    market.buy(1, 50, client_order_id="used")
    pairs = [
        (market.sell_pair(), {"client_list_id": "taken"}),
        (market.sell_pair(client_order_id="twice"), {}),
        ((market.sell_pair()[0], market.sell_pair(client_order_id="used")[1]), {}),
    ]

    for legs, options in pairs:
        with pytest.raises(Refused) as refusal:
            market.submit_list(OCO, *legs, **options)
        assert refusal.value.reason is Refusal.DUPLICATE_CLIENT_ORDER_ID


def test_id_of_a_list_is_free_again_once_it_is_done(market):
    pair = market.submit_list(OCO, *market.sell_pair(), client_list_id="same")
    market.cancel(pair.legs[0])

    again = market.submit_list(OCO, *market.sell_pair(), client_list_id="same")

    assert [one.list_id for one in market.core.order_lists("main")] == [1, again.list_id]


def test_shapes_that_no_list_has_are_errors_of_the_caller(market):
    stop, limit = market.sell_pair()
    limit_buy = market.request(Side.BUY, 1, price=90, post_only=True)
    taking = market.request(Side.SELL, 1, price=110)
    for contingency, legs in [
        (OCO, (stop,)),
        (OCO, (stop, limit_buy)),
        (OCO, (stop, taking)),
        (OCO, (limit, market.sell_pair()[1])),
        (OCO, (stop, market.request(Side.SELL, 2, price=110, post_only=True))),
        (OCO, (stop, market.request(Side.SELL, 1))),
        (OTO, (stop, limit)),
        (OTO, (limit, market.request(Side.BUY, None, quote_quantity=10))),
        (OTO, (limit, stop, taking)),
    ]:
        with pytest.raises(ValueError, match=r"leg|pair"):
            market.submit_list(contingency, *legs)
