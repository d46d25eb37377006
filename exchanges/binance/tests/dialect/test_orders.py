"""Placing, cancelling, replacing, amending: codes, texts and shapes of the venue's documents."""

from typing import Any

import pytest

CODES = [
    ({"symbol": "NOPE"}, -1121, "Invalid symbol."),
    ({"side": "HOLD"}, -1117, "Invalid side."),
    ({"type": "ICEBERG"}, -1116, "Invalid orderType."),
    ({"timeInForce": "DAY"}, -1115, "Invalid timeInForce."),
    (
        {"price": None},
        -1102,
        "Mandatory parameter 'price' was not sent, was empty/null, or malformed.",
    ),
    ({"stopPrice": "1"}, -1106, "Parameter 'stopPrice' sent when not required."),
    (
        {"quantity": "1e-2"},
        -1100,
        "Illegal characters found in parameter 'quantity'; "
        r"legal range is '^([0-9]{1,20})(\.[0-9]{1,20})?$'.",
    ),
    ({"quantity": "0.010000001"}, -1111, "Parameter 'quantity' has too much precision."),
    (
        {"timeInforce": "GTC"},
        -1104,
        "Not all sent parameters were read; read '9' parameter(s) but was sent '10'.",
    ),
    ({"price": "50000.001"}, -1013, "Filter failure: PRICE_FILTER"),
    ({"price": "5000"}, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
    ({"quantity": "0.000001"}, -1013, "Filter failure: LOT_SIZE"),
    ({"quantity": "0.00001"}, -1013, "Filter failure: NOTIONAL"),
    ({"quantity": "100"}, -2010, "Account has insufficient balance for requested action."),
    (
        {"type": "LIMIT_MAKER", "timeInForce": None, "price": "61000"},
        -2010,
        "Order would immediately match and take.",
    ),
    (
        {"type": "STOP_LOSS_LIMIT", "stopPrice": "50000"},
        -2010,
        "Order would trigger immediately.",
    ),
    ({"strategyType": "999999"}, -1134, "`strategyType` was less than 1000000."),
]


@pytest.mark.parametrize(("changes", "code", "message"), CODES)
def test_wrong_order_is_refused_with_the_documented_code(
    venue: Any, changes: dict[str, Any], code: int, message: str
) -> None:
    async def body(ask: Any) -> None:
        status, value = await ask.place("x", **changes)
        assert (status, value) == (400, {"code": code, "msg": message})
        assert ask.world.core.orders("main") == []

    venue(body)


def test_market_order_needs_a_quantity_of_either_kind(venue: Any) -> None:
    async def body(ask: Any) -> None:
        plain = {"type": "MARKET", "timeInForce": None, "price": None}
        status, value = await ask.place("x", **plain, quantity=None)
        assert (status, value["code"]) == (400, -1102)
        assert value["msg"].startswith("Param 'quantity' or 'quoteOrderQty' must be sent")

    venue(body)


def test_client_order_id_is_free_again_once_its_order_has_ended(venue: Any) -> None:
    async def body(ask: Any) -> None:
        assert (await ask.place("same"))[0] == 200
        assert (await ask.place("same"))[1] == {"code": -2010, "msg": "Duplicate order sent."}
        await ask.signed("DELETE", "order", symbol="BTCUSDT", origClientOrderId="same")
        assert (await ask.place("same"))[0] == 200

    venue(body)


def test_response_types_have_their_keys(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, ack = await ask.place("a", newOrderRespType="ACK")
        _, result = await ask.place("b", newOrderRespType="RESULT")
        _, full = await ask.place("c")
        assert set(ack) == {"symbol", "orderId", "orderListId", "clientOrderId", "transactTime"}
        assert set(result) - set(ack) == {
            "price",
            "origQty",
            "executedQty",
            "origQuoteOrderQty",
            "cummulativeQuoteQty",
            "status",
            "timeInForce",
            "type",
            "side",
            "workingTime",
            "selfTradePreventionMode",
        }
        assert set(full) - set(result) == {"fills"}

    venue(body)


def test_market_order_by_quote_tells_its_fills(venue: Any) -> None:
    async def body(ask: Any) -> None:
        plain = {"type": "MARKET", "timeInForce": None, "price": None, "quantity": None}
        status, value = await ask.place("m", **plain, quoteOrderQty="600")
        assert (status, value["status"], value["price"]) == (200, "FILLED", "0.00000000")
        spent = sum(float(fill["price"]) * float(fill["qty"]) for fill in value["fills"])
        assert 599 < spent <= 600
        fill = value["fills"][0]
        assert fill["tradeId"] == 2001
        assert fill["commissionAsset"] == "BTC"

    venue(body)


def test_cancel_reply_swaps_the_two_client_order_ids(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, placed = await ask.place("mine")
        status, value = await ask.signed(
            "DELETE",
            "order",
            symbol="BTCUSDT",
            orderId=placed["orderId"],
            newClientOrderId="the-cancel",
        )
        assert status == 200
        assert (value["origClientOrderId"], value["clientOrderId"]) == ("mine", "the-cancel")
        again = await ask.signed("DELETE", "order", symbol="BTCUSDT", origClientOrderId="mine")
        assert again == (400, {"code": -2011, "msg": "Unknown order sent."})
        _, queried = await ask.signed("GET", "order", symbol="BTCUSDT", orderId=placed["orderId"])
        assert (queried["clientOrderId"], queried["status"]) == ("the-cancel", "CANCELED")

    venue(body)


def test_query_of_an_unknown_order_and_of_disagreeing_ids(venue: Any) -> None:
    async def body(ask: Any) -> None:
        await ask.place("mine")
        missing = await ask.signed("GET", "order", symbol="BTCUSDT", origClientOrderId="none")
        assert missing == (400, {"code": -2013, "msg": "Order does not exist."})
        order_id = ask.world.core.orders("main")[0].order_id
        _, value = await ask.signed(
            "GET", "order", symbol="BTCUSDT", orderId=order_id, origClientOrderId="other"
        )
        assert value["code"] == -2039
        _, value = await ask.signed("GET", "order", symbol="BTCUSDT")
        assert value["code"] == -1102

    venue(body)


def test_cancel_all_without_open_orders_is_unknown_order(venue: Any) -> None:
    async def body(ask: Any) -> None:
        nothing = await ask.signed("DELETE", "openOrders", symbol="BTCUSDT")
        assert nothing == (400, {"code": -2011, "msg": "Unknown order sent."})
        await ask.place("a")
        await ask.place("b")
        status, rows = await ask.signed("DELETE", "openOrders", symbol="BTCUSDT")
        assert (status, [row["origClientOrderId"] for row in rows]) == (200, ["a", "b"])

    venue(body)


@pytest.mark.parametrize(
    ("cancel_id", "price", "mode", "status", "code", "results"),
    [
        ("first", "49000", "STOP_ON_FAILURE", 200, None, ("SUCCESS", "SUCCESS")),
        ("none", "49000", "STOP_ON_FAILURE", 400, -2022, ("FAILURE", "NOT_ATTEMPTED")),
        ("none", "49000", "ALLOW_FAILURE", 409, -2021, ("FAILURE", "SUCCESS")),
    ],
)
def test_cancel_replace_reports_both_halves(
    venue: Any,
    cancel_id: str,
    price: str,
    mode: str,
    status: int,
    code: int | None,
    results: tuple[str, str],
) -> None:
    async def body(ask: Any) -> None:
        await ask.place("first")
        got, value = await ask.signed(
            "POST",
            "order/cancelReplace",
            symbol="BTCUSDT",
            side="BUY",
            type="LIMIT",
            timeInForce="GTC",
            quantity="0.01",
            price=price,
            cancelReplaceMode=mode,
            cancelOrigClientOrderId=cancel_id,
        )
        halves = value if code is None else value["data"]
        assert (got, value.get("code")) == (status, code)
        assert (halves["cancelResult"], halves["newOrderResult"]) == results

    venue(body)


def test_amend_keeps_the_order_and_renames_it(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, placed = await ask.place("first")
        status, value = await ask.signed(
            "PUT",
            "order/amend/keepPriority",
            symbol="BTCUSDT",
            orderId=placed["orderId"],
            newQty="0.004",
            newClientOrderId="second",
        )
        amended = value["amendedOrder"]
        assert (status, amended["orderId"], amended["qty"]) == (
            200,
            placed["orderId"],
            "0.00400000",
        )
        assert (amended["origClientOrderId"], amended["clientOrderId"]) == ("first", "second")
        _, more = await ask.signed(
            "PUT",
            "order/amend/keepPriority",
            symbol="BTCUSDT",
            orderId=placed["orderId"],
            newQty="0.02",
        )
        assert (more["code"], more["msg"]) == (
            -2038,
            "Order amend (quantity increase) is not supported.",
        )

    venue(body)


def test_test_order_checks_and_places_nothing(venue: Any) -> None:
    async def body(ask: Any) -> None:
        order = {
            "symbol": "BTCUSDT",
            "side": "BUY",
            "type": "LIMIT",
            "timeInForce": "GTC",
            "quantity": "0.01",
            "price": "50000",
        }
        assert await ask.signed("POST", "order/test", **order) == (200, {})
        assert (await ask.signed("POST", "order/test", **order, computeCommissionRates="true"))[1][
            "standardCommissionForOrder"
        ] == {"maker": "0.00090000", "taker": "0.00100000"}
        wrong = {**order, "price": "1"}
        assert (await ask.signed("POST", "order/test", **wrong))[1]["code"] == -1013
        assert ask.world.core.orders("main") == []

    venue(body)


def test_halted_symbol_takes_no_orders(venue: Any) -> None:
    async def body(ask: Any) -> None:
        from venueproof_core.models import InstrumentStatus

        ask.world.core.set_status("BTC-USDT", InstrumentStatus.HALTED)
        assert await ask.place("x") == (400, {"code": -2010, "msg": "Market is closed."})
        _, info = await ask.public("exchangeInfo", symbol="BTCUSDT")
        assert info["symbols"][0]["status"] == "HALT"

    venue(body)


def test_trailing_stop_shows_its_delta_and_when_it_began(venue: Any) -> None:
    async def body(ask: Any) -> None:
        trailing = {"type": "STOP_LOSS_LIMIT", "side": "SELL", "trailingDelta": "100"}
        status, value = await ask.place("t", **trailing, newOrderRespType="RESULT")
        assert (status, value["trailingDelta"], value["trailingTime"]) == (200, 100, -1)
        _, refused = await ask.place("u", **{**trailing, "trailingDelta": "1"})
        assert refused == {"code": -1013, "msg": "Filter failure: TRAILING_DELTA"}
        market = {"type": "MARKET", "timeInForce": None, "price": None}
        await ask.place("m", **market)
        _, order = await ask.signed("GET", "order", symbol="BTCUSDT", origClientOrderId="t")
        assert order["trailingTime"] > 0
        assert order["isWorking"] is False

    venue(body)


def test_exchange_information_says_what_is_allowed(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, info = await ask.public("exchangeInfo", symbol="BTCUSDT")
        row = info["symbols"][0]
        assert (row["ocoAllowed"], row["otoAllowed"], row["allowTrailingStop"]) == (
            True,
            True,
            True,
        )

    venue(body)
