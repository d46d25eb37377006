"""Orders, fills and balances held against the truth."""

from decimal import Decimal
from typing import Any

import pytest

from venueproof_core.control import TruthBalance, TruthFill, TruthOrder
from venueproof_core.errors import RuleViolation
from venueproof_core.models import (
    Balance,
    Fill,
    Liquidity,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)
from venueproof_core.venue import Connector, Projection
from venueproof_suite.comparison_orders import (
    check_as_asked,
    check_balances,
    check_fills,
    check_order,
    check_orders,
    check_time,
)

CREATED_NS = 1_700_000_000_123_456_789


async def _connect() -> None:
    """No test connects."""


EXACT = Connector(venue="tiny", connect=_connect)
FLOATS = Connector(
    venue="tiny",
    connect=_connect,
    projection=Projection(
        decimal_digits=15, absent_fields={"Order": {"post_only": "the client has no word for it"}}
    ),
)
TRUTH = TruthOrder(
    account="main",
    symbol="AAA-BBB",
    client_order_id="one",
    venue_order_id="1",
    side="BUY",
    order_type="LIMIT",
    status="PARTIALLY_FILLED",
    time_in_force="GTC",
    price=Decimal("10"),
    quantity=Decimal("2.00"),
    filled_quantity=Decimal("1"),
    filled_notional=Decimal("10"),
    created_time_ns=CREATED_NS,
    updated_time_ns=CREATED_NS,
)


def _order(**changes: Any) -> Order:
    fields: dict[str, Any] = {
        "symbol": "AAA-BBB",
        "client_order_id": "one",
        "venue_order_id": "1",
        "side": Side.BUY,
        "order_type": OrderType.LIMIT,
        "status": OrderStatus.PARTIALLY_FILLED,
        "time_in_force": TimeInForce.GTC,
        "price": Decimal("10.0"),
        "quantity": Decimal("2"),
        "filled_quantity": Decimal("1"),
        "filled_notional": Decimal("10"),
        "created_time_ns": CREATED_NS // 1_000_000 * 1_000_000,
        "updated_time_ns": CREATED_NS,
    }
    return Order(**(fields | changes))


def _fill(trade_id: str, **changes: Any) -> Fill:
    fields: dict[str, Any] = {
        "symbol": "AAA-BBB",
        "trade_id": trade_id,
        "venue_order_id": "1",
        "side": Side.BUY,
        "price": Decimal("10"),
        "quantity": Decimal("1"),
        "fee": Decimal("0.001"),
        "fee_currency": "AAA",
        "liquidity": Liquidity.MAKER,
        "venue_time_ns": CREATED_NS,
    }
    return Fill(**(fields | changes))


TRUE_FILL = TruthFill(
    account="main",
    symbol="AAA-BBB",
    trade_id="7",
    client_order_id="one",
    venue_order_id="1",
    side="BUY",
    price=Decimal("10"),
    quantity=Decimal("1"),
    fee=Decimal("0.001"),
    fee_currency="AAA",
    liquidity="MAKER",
    venue_time_ns=CREATED_NS,
)


def test_equal_order_passes_whatever_way_its_numbers_are_written() -> None:
    assert check_order(_order(), TRUTH, EXACT, with_times=True) is None


def test_only_fields_that_differ_are_named() -> None:
    with pytest.raises(RuleViolation) as found:
        check_order(_order(side=Side.SELL, filled_quantity=Decimal(0)), TRUTH, EXACT)
    assert found.value.expected == {"side": "BUY", "filled_quantity": "1"}
    assert found.value.observed == {"side": "SELL", "filled_quantity": "0"}


def test_missing_time_differs_where_times_are_compared() -> None:
    with pytest.raises(RuleViolation, match="created_time_ns"):
        check_order(_order(created_time_ns=None), TRUTH, EXACT, with_times=True)


def test_what_the_client_cannot_say_is_not_compared() -> None:
    rounded = Decimal("1.00000000000000001")
    assert check_order(_order(post_only=True, filled_quantity=rounded), TRUTH, FLOATS) is None
    with pytest.raises(RuleViolation, match="filled_quantity, post_only"):
        check_order(_order(post_only=True, filled_quantity=rounded), TRUTH, EXACT)


def test_order_too_many_is_found() -> None:
    with pytest.raises(RuleViolation) as found:
        check_orders([_order(), _order(venue_order_id="2")], [TRUTH], EXACT)
    assert (found.value.expected, found.value.observed) == (["1"], ["1", "2"])


@pytest.mark.parametrize("seen", [[], ["7", "7"], ["8"]])
def test_fill_that_is_not_told_exactly_once_is_found(seen: list[str]) -> None:
    with pytest.raises(RuleViolation, match="exactly once"):
        check_fills([_fill(trade_id) for trade_id in seen], [TRUE_FILL], EXACT)


def test_fill_with_another_fee_is_found() -> None:
    with pytest.raises(RuleViolation, match="fee"):
        check_fills([_fill("7", fee=Decimal("-0.001"))], [TRUE_FILL], EXACT)
    assert check_fills([_fill("7")], [TRUE_FILL], EXACT) is None


def test_currency_with_nothing_may_be_left_out() -> None:
    truths = {
        "AAA": TruthBalance(
            account="main", currency="AAA", available=Decimal(1), locked=Decimal(2)
        ),
        "BBB": TruthBalance(
            account="main", currency="BBB", available=Decimal(0), locked=Decimal(0)
        ),
    }
    told = Balance(currency="AAA", available=Decimal(1), locked=Decimal(2))
    assert check_balances([told], truths, EXACT) is None
    with pytest.raises(RuleViolation, match="balance of AAA differs in available, locked"):
        check_balances([], truths, EXACT)


def test_order_that_is_not_as_asked_is_found() -> None:
    request = OrderRequest(
        symbol="AAA-BBB",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        client_order_id="one",
        quantity=Decimal(2),
        price=Decimal(10),
        time_in_force=TimeInForce.IOC,
    )
    with pytest.raises(RuleViolation) as found:
        check_as_asked(TRUTH, request)
    assert found.value.expected == {"time_in_force": "IOC"}


def test_time_in_the_wrong_unit_is_found() -> None:
    assert check_time("a time", CREATED_NS // 1_000_000 * 1_000_000, CREATED_NS) is None
    with pytest.raises(RuleViolation):
        check_time("a time", CREATED_NS // 1000, CREATED_NS)
