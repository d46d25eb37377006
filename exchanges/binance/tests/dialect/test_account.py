"""Account, fills, history, fees, order counts, listen keys."""

from decimal import Decimal
from typing import Any

import pytest

from venueproof_core.control import AccountSpec

MARKET = {"type": "MARKET", "timeInForce": None, "price": None}


def test_locked_and_available_follow_the_open_order(venue: Any) -> None:
    async def body(ask: Any) -> None:
        await ask.place("a")
        _, account = await ask.signed("GET", "account")
        usdt = next(row for row in account["balances"] if row["asset"] == "USDT")
        assert usdt == {"asset": "USDT", "free": "999500.00000000", "locked": "500.00000000"}
        assert account["accountType"] == "SPOT"

    venue(body)


def test_zero_balances_can_be_left_out(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, account = await ask.signed("GET", "account", omitZeroBalances="true")
        assert all(float(row["free"]) or float(row["locked"]) for row in account["balances"])

    venue(body, accounts=[{"name": "main", "balances": {"USDT": "5", "BTC": "0"}}])


def test_own_trades_carry_fee_and_liquidity(venue: Any) -> None:
    async def body(ask: Any) -> None:
        await ask.place("t", **MARKET, quantity="0.01", side="SELL")
        _, trades = await ask.signed("GET", "myTrades", symbol="BTCUSDT")
        trade = trades[0]
        assert (trade["commissionAsset"], trade["isBuyer"], trade["isMaker"]) == (
            "USDT",
            False,
            False,
        )
        assert float(trade["commission"]) == pytest.approx(float(trade["quoteQty"]) / 1000)

    venue(body)


@pytest.mark.parametrize(
    "names", [("fromId", "startTime"), ("orderId", "startTime"), ("orderId", "endTime")]
)
def test_combinations_of_trade_queries_that_are_not_documented_are_refused(
    venue: Any, names: tuple[str, ...]
) -> None:
    async def body(ask: Any) -> None:
        wrong = await ask.signed("GET", "myTrades", symbol="BTCUSDT", **dict.fromkeys(names, 1))
        assert wrong == (400, {"code": -1128, "msg": "Combination of optional parameters invalid."})

    venue(body)


def test_pages_of_orders_and_trades_continue_from_an_id(venue: Any) -> None:
    async def body(ask: Any) -> None:
        for number in range(5):
            await ask.place(f"o{number}", **MARKET, quantity="0.001")
        _, first = await ask.signed("GET", "allOrders", symbol="BTCUSDT", limit=2, orderId=0)
        _, rest = await ask.signed(
            "GET", "allOrders", symbol="BTCUSDT", orderId=first[-1]["orderId"] + 1
        )
        assert [row["clientOrderId"] for row in first + rest] == [f"o{n}" for n in range(5)]
        _, newest = await ask.signed("GET", "myTrades", symbol="BTCUSDT", limit=2)
        _, every = await ask.signed("GET", "myTrades", symbol="BTCUSDT", fromId=0)
        assert newest == every[-2:]

    venue(body)


def test_time_range_of_more_than_a_day_is_refused(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, value = await ask.signed(
            "GET", "allOrders", symbol="BTCUSDT", startTime=0, endTime=86_400_001
        )
        assert value["code"] == -1127

    venue(body)


def test_order_counts_rise_with_orders_and_fall_with_the_first_fill(venue: Any) -> None:
    async def body(ask: Any) -> None:
        for number in range(7):
            await ask.place(f"o{number}")
        assert [row["count"] for row in (await ask.signed("GET", "rateLimit/order"))[1]] == [7, 7]
        await ask.place("taker", **MARKET, quantity="0.001")
        assert [row["count"] for row in (await ask.signed("GET", "rateLimit/order"))[1]] == [7, 7]

    venue(body)


def test_rates_are_those_of_the_accounts_tier_wherever_they_are_told(venue: Any) -> None:
    async def body(ask: Any) -> None:
        maker, taker = "0.00072900", "0.00081000"
        sides = {"maker": maker, "taker": taker}
        none = dict.fromkeys(("buyer", "seller"), "0.00000000")
        _, account = await ask.signed("GET", "account")
        assert account["commissionRates"] == sides | none
        assert (account["makerCommission"], account["takerCommission"]) == (7, 8)
        _, rates = await ask.signed("GET", "account/commission", symbol="BTCUSDT")
        assert rates["standardCommission"] == sides | none
        sell = {"symbol": "BTCUSDT", "side": "SELL", "type": "MARKET", "quantity": "0.01"}
        _, tested = await ask.signed("POST", "order/test", **sell, computeCommissionRates="true")
        assert tested["standardCommissionForOrder"] == sides
        text = ask.stamped({"symbol": "BTCUSDT"})
        key = {"X-MBX-APIKEY": ask.credentials.api_key}
        target = f"/sapi/v1/asset/tradeFee?{text}&signature={ask.hmac(text)}"
        _, (row,) = await ask.raw("GET", target, headers=key)
        assert (row["makerCommission"], row["takerCommission"]) == ("0.000729", "0.00081")
        (fill,) = (await ask.signed("POST", "order", **sell))[1]["fills"]
        received = Decimal(fill["price"]) * Decimal(fill["qty"])
        assert 0 <= received * Decimal(taker) - Decimal(fill["commission"]) < Decimal("1e-8")

    venue(body, accounts=[AccountSpec(name="main", fee_tier=2)])


def test_listen_keys_exist_only_in_the_older_profile(venue: Any) -> None:
    async def newest(ask: Any) -> None:
        key = {"X-MBX-APIKEY": ask.credentials.api_key}
        reply, _ = await ask.raw("POST", "/api/v3/userDataStream", headers=key)
        assert reply.status == 404

    async def older(ask: Any) -> None:
        key = {"X-MBX-APIKEY": ask.credentials.api_key}
        _, first = await ask.raw("POST", "/api/v3/userDataStream", headers=key)
        ask.world.timers.advance(3000)
        _, same = await ask.raw("POST", "/api/v3/userDataStream", headers=key)
        assert same == first
        ask.world.timers.advance(3000)
        target = f"/api/v3/userDataStream?listenKey={first['listenKey']}"
        reply, _ = await ask.raw("PUT", target, headers=key)
        assert reply.status == 200
        ask.world.timers.advance(3601)
        reply, value = await ask.raw("PUT", target, headers=key)
        assert (reply.status, value["code"]) == (400, -1125)

    venue(newest)
    venue(older, protocol="2025-06-01")
