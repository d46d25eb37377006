"""What is sent for an order."""

from typing import Any

import pytest

from venueproof_binance import mapping
from venueproof_binance.tables import TABLES
from venueproof_core.models import (
    OrderRequest,
    OrderType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)

from .payloads import D


def request(**changes: Any) -> OrderRequest:
    values: dict[str, Any] = {
        "symbol": "BTC-USDT",
        "side": Side.BUY,
        "order_type": OrderType.LIMIT,
        "client_order_id": "c-1",
        "quantity": D("1E-8"),
        "price": D("50000"),
        "time_in_force": TimeInForce.GTC,
    }
    return OrderRequest(**{**values, **changes})


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (
            request(),
            {
                "symbol": "BTCUSDT",
                "side": "BUY",
                "type": "LIMIT",
                "timeInForce": "GTC",
                "quantity": "0.00000001",
                "price": "50000",
                "newClientOrderId": "c-1",
            },
        ),
        (
            request(post_only=True, side=Side.SELL),
            {
                "symbol": "BTCUSDT",
                "side": "SELL",
                "type": "LIMIT_MAKER",
                "quantity": "0.00000001",
                "price": "50000",
                "newClientOrderId": "c-1",
            },
        ),
        (
            request(
                order_type=OrderType.MARKET,
                quantity=None,
                quote_quantity=D("1E+3"),
                price=None,
                time_in_force=None,
            ),
            {
                "symbol": "BTCUSDT",
                "side": "BUY",
                "type": "MARKET",
                "quoteOrderQty": "1000",
                "newClientOrderId": "c-1",
            },
        ),
        (
            request(
                order_type=OrderType.STOP_LIMIT,
                stop_price=D("49000.5"),
                display_quantity=D("0.1"),
            ),
            {
                "symbol": "BTCUSDT",
                "side": "BUY",
                "type": "STOP_LOSS_LIMIT",
                "timeInForce": "GTC",
                "quantity": "0.00000001",
                "price": "50000",
                "stopPrice": "49000.5",
                "icebergQty": "0.1",
                "newClientOrderId": "c-1",
            },
        ),
        (
            request(
                order_type=OrderType.STOP,
                price=None,
                time_in_force=None,
                trailing_ratio=D("0.0125"),
                self_trade_prevention=SelfTradePrevention.EXPIRE_BOTH,
            ),
            {
                "symbol": "BTCUSDT",
                "side": "BUY",
                "type": "STOP_LOSS",
                "quantity": "0.00000001",
                "trailingDelta": "125",
                "selfTradePreventionMode": "EXPIRE_BOTH",
                "newClientOrderId": "c-1",
            },
        ),
    ],
)
def test_parameters_of_an_order_are_what_was_asked(
    asked: OrderRequest, sent: dict[str, str]
) -> None:
    assert mapping.order_params(asked, "BTCUSDT", TABLES) == sent


def test_an_order_that_the_venue_has_no_word_for_is_refused_here() -> None:
    with pytest.raises(ValueError, match="no post-only MARKET"):
        mapping.order_params(
            request(order_type=OrderType.MARKET, post_only=True), "BTCUSDT", TABLES
        )
    with pytest.raises(KeyError):
        mapping.order_params(request(time_in_force=TimeInForce.DAY), "BTCUSDT", TABLES)
    with pytest.raises(ValueError, match="whole basis points"):
        mapping.order_params(request(trailing_ratio=D("0.00001")), "BTCUSDT", TABLES)
