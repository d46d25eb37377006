"""Domain values."""

from decimal import Decimal

import msgspec
import pytest

from venueproof_core.models import Level, Order, OrderBook, OrderStatus, OrderType, Side

ORDER = Order(
    symbol="BTC-USDT",
    client_order_id="c",
    venue_order_id="1",
    side=Side.BUY,
    order_type=OrderType.LIMIT,
    status=OrderStatus.NEW,
    quantity=Decimal("2"),
    filled_quantity=Decimal("0.5"),
)


@pytest.mark.parametrize("status", list(OrderStatus))
def test_order_is_open_until_it_is_final(status: OrderStatus) -> None:
    order = msgspec.structs.replace(ORDER, status=status)

    assert order.is_open is (status in {OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})


def test_remaining_quantity_is_what_is_not_filled() -> None:
    assert ORDER.remaining_quantity == Decimal("1.5")
    assert msgspec.structs.replace(ORDER, quantity=None).remaining_quantity is None


def test_values_are_frozen_and_equal_by_value() -> None:
    book = OrderBook(symbol="BTC-USDT", bids=(Level(Decimal(1), Decimal(2)),), asks=())

    assert book == OrderBook(symbol="BTC-USDT", bids=(Level(Decimal("1.0"), Decimal(2)),), asks=())
    with pytest.raises(AttributeError):
        book.symbol = "ETH-USDT"  # type: ignore[misc]


def test_decimals_survive_json_exactly() -> None:
    balance = msgspec.structs.replace(ORDER, quantity=Decimal("0.123456789012345678"))

    assert msgspec.json.decode(msgspec.json.encode(balance), type=Order) == balance


def test_side_has_an_opposite() -> None:
    assert [side.opposite for side in Side] == [Side.SELL, Side.BUY]
