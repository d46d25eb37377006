"""Errors provoked by the requests that deserve them, with their exact codes, texts and statuses."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from venueproof_core.control import FaultSpec, SetLevel
from venueproof_core.models import InstrumentStatus, Side
from venueproof_simulator.venue_core import to_decimal

Provoke = Callable[[Any], Awaitable[tuple[int, Any]]]
BTC = {"symbol": "BTCUSDT"}
ORDER = {
    **BTC,
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "price": "50000",
}
MARKET = {**BTC, "side": "BUY", "type": "MARKET"}


def public(path: str, **parameters: Any) -> Provoke:
    return lambda ask: ask.public(path, **parameters)


def order(**changes: Any) -> Provoke:
    return lambda ask: ask.place("x", **changes)


def signed(method: str, path: str, **parameters: Any) -> Provoke:
    return lambda ask: ask.signed(method, path, **parameters)


def raw(target: str, *, method: str = "GET", **options: Any) -> Provoke:
    async def provoke(ask: Any) -> tuple[int, Any]:
        reply, value = await ask.raw(method, target, **options)
        return reply.status, value

    return provoke


def fault(kind: str) -> Provoke:
    async def provoke(ask: Any) -> tuple[int, Any]:
        ask.world.faults.add(FaultSpec(kind="refuse_request", parameters={"reason": kind}))
        return await ask.public("time")

    return provoke


async def _halted(ask: Any) -> tuple[int, Any]:
    ask.world.core.set_status("BTC-USDT", InstrumentStatus.HALTED)
    return await ask.place("x")


async def _cancel_while_halted(ask: Any) -> tuple[int, Any]:
    await ask.place("x")
    ask.world.core.set_status("BTC-USDT", InstrumentStatus.HALTED)
    return await ask.signed("DELETE", "order", **BTC, origClientOrderId="x")


async def _other_status(ask: Any) -> tuple[int, Any]:
    return await ask.public("depth", **BTC, symbolStatus="HALT")


async def _duplicate(ask: Any) -> tuple[int, Any]:
    await ask.place("x")
    return await ask.place("x")


async def _empty_book(ask: Any) -> tuple[int, Any]:
    for price, _ in ask.world.core.levels("BTC-USDT", Side.SELL):
        level = {"symbol": "BTC-USDT", "side": "SELL", "price": to_decimal(price), "quantity": 0}
        ask.world.market.act(SetLevel.model_validate(level))
    return await ask.signed("POST", "order", **MARKET, quoteOrderQty="600")


async def _too_many_orders(ask: Any) -> tuple[int, Any]:
    ask.world.dialect.limits_of_world.count_orders("main", 100)
    return await ask.place("x")


async def _restricted(ask: Any) -> tuple[int, Any]:
    await ask.place("x")
    restriction = {"cancelRestrictions": "ONLY_PARTIALLY_FILLED"}
    return await ask.signed("DELETE", "order", **BTC, origClientOrderId="x", **restriction)


async def _disagreeing(ask: Any, method: str) -> tuple[int, Any]:
    _, placed = await ask.place("x")
    return await ask.signed(
        method, "order", **BTC, orderId=placed["orderId"], origClientOrderId="y"
    )


async def _amend(ask: Any, quantity: str, times: int = 1, **changes: Any) -> tuple[int, Any]:
    _, placed = await ask.place("x")
    found: tuple[int, Any] = (0, None)
    for number in range(times):
        new = {"newQty": quantity if times == 1 else f"{0.009 - number / 10_000:.4f}", **changes}
        found = await ask.signed(
            "PUT", "order/amend/keepPriority", **BTC, orderId=placed["orderId"], **new
        )
    return found


async def _overweight(ask: Any) -> tuple[int, Any]:
    ask.world.dialect.limits_of_world.weight.take(6000, ask.world.timers.now_ns())
    return await ask.public("time")


def _replace(mode: str, **changes: Any) -> Provoke:
    return signed("POST", "order/cancelReplace", **(ORDER | {"cancelReplaceMode": mode} | changes))


ERRORS: list[tuple[int, int, str, Provoke]] = [
    (-1001, 500, "Internal error; unable to process your request. Please try again.", fault("internal")),
    (-1003, 429, "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. Please use"
     " WebSocket Streams for live updates to avoid polling the API.", _overweight),
    (-1007, 504, "Timeout waiting for response from backend server. Send status unknown; execution status"
     " unknown.", fault("unknown_outcome")),
    (-1008, 503, "Server is currently overloaded with other requests. Please try again in a few minutes.",
     fault("overloaded")),
    (-1013, 400, "Filter failure: PRICE_FILTER", order(price="50000.001")),
    (-1013, 400, "This symbol does not allow the specified self-trade prevention mode.",
     order(selfTradePreventionMode="TRANSFER")),
    (-1014, 400, "Unsupported order combination.", order(icebergQty="0.001", timeInForce="IOC")),
    (-1015, 429, "Too many new orders; current limit is 100 orders per 10 SECOND.", _too_many_orders),
    (-1100, 400, "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.",
     public("depth", **BTC, limit="-1")),
    (-1100, 400, "Illegal characters found in a parameter.", raw("/api/v3/depth?symbol=%ZZ")),
    (-1100, 400, "Illegal characters found in a parameter.", raw("/api/v3/depth?symbol=%FF")),
    (-1100, 400, "Illegal characters found in a parameter.", raw("/api/v3/depth?symbol=BTC%")),
    (-1100, 400, "Illegal characters found in parameter 'newClientOrderId'; legal range is"
     " '^[a-zA-Z0-9-_]{1,36}$'.", order(newClientOrderId="x" * 37)),
    (-1101, 400, "Duplicate values for a parameter detected.", raw("/api/v3/depth?symbol=BTCUSDT&symbol=BTCUSDT")),
    (-1101, 400, "Too many parameters sent for this endpoint.",
     public("ticker", symbols="[" + ",".join(f'"S{n}"' for n in range(101)) + "]")),
    (-1102, 400, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.", public("depth")),
    (-1102, 400, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
     public("depth", symbol="")),
    (-1102, 400, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
     signed("GET", "order", **BTC)),
    (-1102, 400, "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!",
     order(type="STOP_LOSS_LIMIT")),
    (-1104, 400, "Not all sent parameters were read; read '1' parameter(s) but was sent '2'.",
     public("depth", **BTC, depth=5)),
    (-1105, 400, "Parameter 'limit' was empty.", public("depth", **BTC, limit="")),
    (-1106, 400, "Parameter 'timeInForce' sent when not required.",
     signed("POST", "order", **MARKET, quantity="0.01", timeInForce="GTC")),
    (-1106, 400, "Parameter 'quoteOrderQty' sent when not required.",
     signed("POST", "order", **MARKET, quantity="0.01", quoteOrderQty="600")),
    (-1108, 400, "Parameter 'fromId' overflowed.", public("historicalTrades", **BTC, fromId=2**63)),
    (-1111, 400, "Parameter 'price' has too much precision.", order(price="50000.000000001")),
    (-1115, 400, "Invalid timeInForce.", order(timeInForce="GTX")),
    (-1116, 400, "Invalid orderType.", order(type="STOP")),
    (-1117, 400, "Invalid side.", order(side="buy")),
    (-1118, 400, "New client order ID was empty.", order(newClientOrderId="")),
    (-1119, 400, "Original client order ID was empty.", signed("GET", "order", **BTC, origClientOrderId="")),
    (-1120, 400, "Invalid interval.", public("klines", **BTC, interval="1H")),
    (-1121, 400, "Invalid symbol.", public("depth", symbol="btcusdt")),
    (-1121, 400, "Invalid symbol.", public("depth", symbol="这是测试币456")),
    (-1122, 400, "Invalid symbolStatus.", public("depth", **BTC, symbolStatus="OPEN")),
    (-1127, 400, "More than 24 hours between startTime and endTime.",
     signed("GET", "myTrades", **BTC, startTime=1, endTime=86_400_002)),
    (-1128, 400, "Combination of optional parameters invalid.",
     public("ticker/price", **BTC, symbols='["BTCUSDT"]')),
    (-1128, 400, "Combination of optional parameters invalid.",
     public("exchangeInfo", **BTC, symbolStatus="TRADING")),
    (-1128, 400, "Combination of optional parameters invalid.", public("exchangeInfo", **BTC, permissions="SPOT")),
    (-1130, 400, "Data sent for parameter 'windowSize' is not valid.", public("ticker", **BTC, windowSize="60m")),
    (-1130, 400, "Data sent for parameter 'timeZone' is not valid.",
     public("klines", **BTC, interval="1h", timeZone="15")),
    (-1130, 400, "Data sent for parameter 'permissions' is not valid.", public("exchangeInfo", permissions="ALL")),
    (-1130, 400, "Data sent for parameter 'newOrderRespType' is not valid.", order(newOrderRespType="SHORT")),
    (-1130, 400, "Data sent for parameter 'cancelReplaceMode' is not valid.", _replace("NEVER", cancelOrderId=1)),
    (-1131, 400, "'recvWindow' must be less than 60000.", signed("GET", "account", recvWindow="60000.001")),
    (-1134, 400, "`strategyType` was less than 1000000.", order(strategyType=999_999)),
    (-1135, 400, "JSON sent for parameter 'symbols' is not valid", public("ticker/price", symbols="BTCUSDT")),
    (-1139, 400, "Invalid ticker type.", public("ticker", **BTC, type="TINY")),
    (-1145, 400, "`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.",
     signed("DELETE", "order", **BTC, orderId=1, cancelRestrictions="ONLY_OLD")),
    (-1151, 400, "Symbol is present multiple times in the list.",
     public("ticker/price", symbols='["BTCUSDT","BTCUSDT"]')),
    (-1194, 400, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.",
     raw("/api/v3/time", headers={"X-MBX-TIME-UNIT": "SECOND"})),
    (-1210, 400, "Invalid pegPriceType.", order(pegPriceType="NO_PEG")),
    (-1211, 400, "Invalid pegOffsetType.", order(pegPriceType="MARKET_PEG", pegOffsetType="TICKS")),
    (-1220, 400, "The symbol's status does not match the requested symbolStatus.", _other_status),
    (-2010, 400, "Account has insufficient balance for requested action.", order(quantity="100")),
    (-2010, 400, "Duplicate order sent.", _duplicate),
    (-2010, 400, "Market is closed.", _halted),
    (-2010, 400, "Order would immediately match and take.",
     order(type="LIMIT_MAKER", timeInForce=None, price="61000")),
    (-2010, 400, "Order would trigger immediately.", order(type="STOP_LOSS_LIMIT", stopPrice="50000")),
    (-2010, 400, "IcebergQty exceeds QTY.", order(icebergQty="0.02")),
    (-2010, 400, "Pegged orders are not supported for this symbol.", order(pegPriceType="PRIMARY_PEG")),
    (-2010, 400, "Order book liquidity is less than symbol minimum quantity.", _empty_book),
    (-2011, 400, "Unknown order sent.", signed("DELETE", "order", **BTC, orderId=9_999)),
    (-2011, 400, "Unknown order sent.", signed("DELETE", "openOrders", **BTC)),
    (-2011, 400, "Order was not canceled due to cancel restrictions.", _restricted),
    (-2011, 400, "Cancel order is invalid. Check origClOrdId and orderId.", lambda ask: _disagreeing(ask, "DELETE")),
    (-2011, 400, "Market is closed.", _cancel_while_halted),
    (-2013, 400, "Order does not exist.", signed("GET", "order", **BTC, orderId=9_999)),
    (-2022, 400, "Order cancel-replace failed.", _replace("STOP_ON_FAILURE", cancelOrderId=9_999)),
    (-2021, 409, "Order cancel-replace partially failed.", _replace("ALLOW_FAILURE", cancelOrderId=9_999)),
    (-2038, 400, "Order amend (quantity increase) is not supported.", lambda ask: _amend(ask, "0.02")),
    (-2038, 400, "The requested action would change no state; rejecting.", lambda ask: _amend(ask, "0.01")),
    (-2038, 400, "Filter failure: MAX_NUM_ORDER_AMENDS", lambda ask: _amend(ask, "", times=11)),
    (-2038, 400, "Unknown order sent.",
     signed("PUT", "order/amend/keepPriority", **BTC, orderId=9_999, newQty="0.001")),
    (-2039, 400, "Client order ID is not correct for this order ID.", lambda ask: _disagreeing(ask, "GET")),
    (-2043, 400, "This symbol doesn't have a reference price.", public("referencePrice", symbol="ETHUSDT")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "status", "text", "provoke"),
    ERRORS,
    ids=[f"{code}-{place}" for place, (code, *_) in enumerate(ERRORS)],
)
def test_error_has_its_code_text_and_status(
    venue: Any, code: int, status: int, text: str, provoke: Provoke
) -> None:
    async def body(ask: Any) -> None:
        got, value = await provoke(ask)
        assert (got, value["code"], value["msg"]) == (status, code, text)
        # It goes on serving others.
        if code != -1003:
            assert await ask.public("ping") == (200, {})

    venue(body)


def test_ban_says_when_it_ends(venue: Any) -> None:
    async def body(ask: Any) -> None:
        ban = ask.world.dialect.limits_of_world.ban
        ban.banned_until_ns = ask.world.timers.now_ns() + 7 * 10**9
        status, told = await ask.public("time")
        assert (status, told["code"]) == (418, -1003)
        ends = [ban.banned_until_ns // 1_000_000 + slack for slack in (-1, 0, 1)]
        assert told["msg"] in [
            f"Way too much request weight used; IP banned until {end}. Please use WebSocket Streams for live updates"
            " to avoid bans."
            for end in ends
        ]

    venue(body)
