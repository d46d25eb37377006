"""Order lists: shapes, codes and lives, as the venue's documents have them."""

from typing import Any

import pytest

OCO = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "quantity": "0.01",
    "aboveType": "LIMIT_MAKER",
    "abovePrice": "70000",
    "belowType": "STOP_LOSS_LIMIT",
    "belowStopPrice": "50000",
    "belowPrice": "49900",
    "belowTimeInForce": "GTC",
}
OTO = {
    "symbol": "BTCUSDT",
    "workingType": "LIMIT",
    "workingSide": "BUY",
    "workingPrice": "50000",
    "workingQuantity": "0.01",
    "workingTimeInForce": "GTC",
    "pendingType": "LIMIT",
    "pendingSide": "SELL",
    "pendingQuantity": "0.01",
    "pendingPrice": "70000",
    "pendingTimeInForce": "GTC",
}
OTOCO = {
    **{name: value for name, value in OTO.items() if name.startswith(("symbol", "working"))},
    "pendingSide": "SELL",
    "pendingQuantity": "0.01",
    "pendingAboveType": "LIMIT_MAKER",
    "pendingAbovePrice": "70000",
    "pendingBelowType": "STOP_LOSS",
    "pendingBelowStopPrice": "45000",
}
LIST_KEYS = {
    "orderListId",
    "contingencyType",
    "listStatusType",
    "listOrderStatus",
    "listClientOrderId",
    "transactionTime",
    "symbol",
    "orders",
}
LISTS = [("oco", OCO, 2), ("oto", OTO, 2), ("otoco", OTOCO, 3)]


def without(parameters: dict[str, str], **changes: str | None) -> dict[str, str]:
    changed = {**parameters, **changes}
    return {name: value for name, value in changed.items() if value is not None}


@pytest.mark.parametrize(("kind", "parameters", "count"), LISTS)
def test_placed_list_has_the_documented_shape(
    venue: Any, kind: str, parameters: dict[str, str], count: int
) -> None:
    async def body(ask: Any) -> None:
        status, value = await ask.signed("POST", f"orderList/{kind}", **parameters)
        assert status == 200, value
        assert set(value) == LIST_KEYS | {"orderReports"}
        assert value["contingencyType"] == ("OCO" if kind == "oco" else "OTO")
        assert (value["listStatusType"], value["listOrderStatus"]) == ("EXEC_STARTED", "EXECUTING")
        assert len(value["orders"]) == len(value["orderReports"]) == count
        assert {row["orderListId"] for row in value["orderReports"]} == {value["orderListId"]}
        held = [row["status"] for row in value["orderReports"]][1:]
        assert held == (["NEW"] if kind == "oco" else ["PENDING_NEW"] * (count - 1))
        _, counts = await ask.signed("GET", "rateLimit/order")
        assert [row["count"] for row in counts] == [count, count]

    venue(body)


def test_stop_stands_before_the_limit_in_a_pair_whatever_the_side(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, value = await ask.signed("POST", "orderList/oco", **OCO)
        types = [row["type"] for row in value["orderReports"]]
        assert types == ["STOP_LOSS_LIMIT", "LIMIT_MAKER"]
        _, account = await ask.signed("GET", "account")
        locked = {row["asset"]: row["locked"] for row in account["balances"]}
        assert locked["BTC"] == "0.01000000"

    venue(body)


def test_older_request_places_the_same_pair(venue: Any) -> None:
    async def body(ask: Any) -> None:
        older = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "0.01", "price": "70000"}
        _, missing = await ask.signed(
            "POST", "order/oco", **older, stopPrice="50000", stopLimitPrice="49900"
        )
        assert missing["code"] == -1102
        assert "'stopLimitTimeInForce'" in missing["msg"]
        status, value = await ask.signed("POST", "order/oco", **older, stopPrice="50000")
        assert (status, [row["type"] for row in value["orderReports"]]) == (
            200,
            ["STOP_LOSS", "LIMIT_MAKER"],
        )

    venue(body)


PRICES = "The relationship of the prices for the orders is not correct."
CODES = [
    ("oco", OCO, {"side": "HOLD"}, -1117, "Invalid side."),
    ("oco", OCO, {"aboveType": "ICEBERG"}, -1116, "Invalid orderType."),
    ("oco", OCO, {"aboveType": "MARKET"}, -1158, "Order type not supported in OCO."),
    (
        "oco",
        OCO,
        {"belowType": "LIMIT_MAKER"},
        -1168,
        "At least one OCO order must be contingent.",
    ),
    ("oco", OCO, {"side": "BUY"}, -1165, "A limit order in a buy OCO must be below."),
    (
        "oco",
        OCO,
        {
            "aboveType": "TAKE_PROFIT",
            "abovePrice": None,
            "aboveStopPrice": "70000",
            "belowType": "LIMIT_MAKER",
            "belowStopPrice": None,
            "belowTimeInForce": None,
        },
        -1166,
        "A limit order in a sell OCO must be above.",
    ),
    (
        "oco",
        OCO,
        {"aboveType": "STOP_LOSS", "belowType": "LIMIT_MAKER"},
        -1197,
        "A stop loss order in a sell OCO must be below.",
    ),
    (
        "oco",
        OCO,
        {"side": "BUY", "aboveType": "STOP_LOSS"},
        -1196,
        "A stop loss order in a buy OCO must be above.",
    ),
    (
        "oco",
        OCO,
        {"belowType": "TAKE_PROFIT"},
        -1199,
        "A take profit order in a sell OCO must be above.",
    ),
    (
        "oco",
        OCO,
        {"side": "BUY", "aboveType": "TAKE_PROFIT"},
        -1198,
        "A take profit order in a buy OCO must be below.",
    ),
    (
        "oco",
        OCO,
        {"belowIcebergQty": "0.001", "belowTimeInForce": "IOC"},
        -1160,
        "Parameter 'belowIcebergQty' is not supported if"
        " `aboveTimeInForce`/`belowTimeInForce` is not GTC.",
    ),
    (
        "oco",
        OCO,
        {"belowTimeInForce": None},
        -1102,
        "Mandatory parameter 'belowTimeInForce' was not sent, was empty/null, or malformed.",
    ),
    ("oco", OCO, {"abovePrice": "55000"}, -2010, PRICES),
    ("oco", OCO, {"belowStopPrice": "65000"}, -2010, PRICES),
    (
        "oco",
        OCO,
        {"quantity": "30"},
        -2010,
        "Account has insufficient balance for requested action.",
    ),
    ("oco", OCO, {"abovePrice": "70000.001"}, -1013, "Filter failure: PRICE_FILTER"),
    ("oto", OTO, {"workingType": "STOP_LOSS"}, -1014, "Unsupported order combination."),
    (
        "oto",
        OTO,
        {"pendingPrice": None},
        -1102,
        "Mandatory parameter 'pendingPrice' was not sent, was empty/null, or malformed.",
    ),
    ("otoco", OTOCO, {"pendingAbovePrice": "40000"}, -2010, PRICES),
    (
        "otoco",
        OTOCO,
        {"pendingBelowType": None},
        -1102,
        "Mandatory parameter 'pendingBelowType' was not sent, was empty/null, or malformed.",
    ),
]


@pytest.mark.parametrize(("kind", "parameters", "changes", "code", "message"), CODES)
def test_wrong_list_is_refused_as_a_whole(
    venue: Any,
    kind: str,
    parameters: dict[str, str],
    changes: dict[str, str | None],
    code: int,
    message: str,
) -> None:
    async def body(ask: Any) -> None:
        got = await ask.signed("POST", f"orderList/{kind}", **without(parameters, **changes))
        assert got == (400, {"code": code, "msg": message})
        assert ask.world.core.orders("main") == []

    venue(body)


def test_names_of_open_lists_are_unique_and_not_those_of_their_legs(venue: Any) -> None:
    async def body(ask: Any) -> None:
        duplicate = {"code": -2010, "msg": "Duplicate order sent."}
        first = {**OCO, "listClientOrderId": "mine"}
        assert (await ask.signed("POST", "orderList/oco", **first))[0] == 200
        assert (await ask.signed("POST", "orderList/oco", **first))[1] == duplicate
        same = {**OCO, "listClientOrderId": "x", "aboveClientOrderId": "x"}
        assert (await ask.signed("POST", "orderList/oco", **same))[1] == duplicate

    venue(body)


def test_too_many_conditional_legs_are_refused(venue: Any) -> None:
    async def body(ask: Any) -> None:
        for _ in range(5):
            assert (await ask.signed("POST", "orderList/oco", **OCO))[0] == 200
        _, value = await ask.signed("POST", "orderList/oco", **OCO)
        assert value == {"code": -1013, "msg": "Filter failure: MAX_NUM_ALGO_ORDERS"}

    venue(body)


def test_too_many_lists_are_refused(venue: Any) -> None:
    async def body(ask: Any) -> None:
        for _ in range(20):
            assert (await ask.signed("POST", "orderList/oto", **OTO))[0] == 200
        _, value = await ask.signed("POST", "orderList/oto", **OTO)
        assert value == {"code": -1013, "msg": "Filter failure: MAX_NUM_ORDER_LISTS"}

    venue(body)


@pytest.mark.parametrize("by", ["list", "leg"])
def test_cancel_of_a_list_or_of_a_leg_answers_with_the_list(venue: Any, by: str) -> None:
    async def body(ask: Any) -> None:
        _, placed = await ask.signed("POST", "orderList/oco", **OCO)
        name = {"symbol": "BTCUSDT", "newClientOrderId": "the-cancel"}
        if by == "list":
            name |= {"orderListId": placed["orderListId"]}
            status, value = await ask.signed("DELETE", "orderList", **name)
        else:
            name |= {"orderId": placed["orders"][1]["orderId"]}
            status, value = await ask.signed("DELETE", "order", **name)
        assert (status, value["listStatusType"]) == (200, "ALL_DONE")
        reports = value["orderReports"]
        assert [row["status"] for row in reports] == ["CANCELED", "CANCELED"]
        assert {row["clientOrderId"] for row in reports} == {"the-cancel"}
        assert [row["origClientOrderId"] for row in reports] == [
            row["clientOrderId"] for row in placed["orders"]
        ]
        again = await ask.signed(
            "DELETE", "orderList", symbol="BTCUSDT", orderListId=placed["orderListId"]
        )
        assert again == (400, {"code": -2011, "msg": "Unknown order sent."})

    venue(body)


def test_cancel_all_shows_a_list_once(venue: Any) -> None:
    async def body(ask: Any) -> None:
        await ask.place("single")
        await ask.signed("POST", "orderList/otoco", **OTOCO)
        status, rows = await ask.signed("DELETE", "openOrders", symbol="BTCUSDT")
        assert status == 200
        assert [row.get("contingencyType") for row in rows] == [None, "OTO"]
        assert len(rows[1]["orderReports"]) == 3

    venue(body)


def test_lists_are_found_by_id_and_name_among_all_and_open(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, first = await ask.signed("POST", "orderList/oco", **OCO, listClientOrderId="first")
        _, second = await ask.signed("POST", "orderList/oto", **OTO)
        _, by_name = await ask.signed("GET", "orderList", origClientOrderId="first")
        assert set(by_name) == LIST_KEYS
        assert by_name["orderListId"] == first["orderListId"]
        await ask.signed("DELETE", "orderList", symbol="BTCUSDT", listClientOrderId="first")
        _, done = await ask.signed("GET", "orderList", orderListId=first["orderListId"])
        assert (done["listStatusType"], done["listOrderStatus"]) == ("ALL_DONE", "ALL_DONE")
        ids = [first["orderListId"], second["orderListId"]]
        _, rows = await ask.signed("GET", "allOrderList")
        assert [row["orderListId"] for row in rows] == ids
        _, rows = await ask.signed("GET", "allOrderList", fromId=ids[1])
        assert [row["orderListId"] for row in rows] == ids[1:]
        _, rows = await ask.signed("GET", "openOrderList")
        assert [row["orderListId"] for row in rows] == ids[1:]
        assert (await ask.signed("GET", "orderList", orderListId=99))[1]["code"] == -2013
        assert (await ask.signed("GET", "orderList"))[1]["code"] == -1102
        mixed = await ask.signed("GET", "allOrderList", fromId=1, startTime=1)
        assert mixed[1]["code"] == -1128

    venue(body)


def test_working_leg_that_fills_at_once_is_shown_with_held_ones(venue: Any) -> None:
    async def body(ask: Any) -> None:
        taking = {**OTO, "workingPrice": "61000"}
        _, value = await ask.signed("POST", "orderList/oto", **taking)
        working, pending = value["orderReports"]
        assert (working["status"], pending["status"]) == ("FILLED", "PENDING_NEW")
        assert (pending["executedQty"], pending["workingTime"]) == ("0.00000000", -1)
        _, order = await ask.signed(
            "GET", "order", symbol="BTCUSDT", orderId=value["orders"][1]["orderId"]
        )
        assert (order["status"], order["isWorking"]) == ("NEW", True)
        assert order["orderListId"] == value["orderListId"]

    venue(body)


def test_held_leg_is_queried_as_pending(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, value = await ask.signed("POST", "orderList/oto", **OTO)
        _, order = await ask.signed(
            "GET", "order", symbol="BTCUSDT", orderId=value["orders"][1]["orderId"]
        )
        assert (order["status"], order["isWorking"], order["workingTime"]) == (
            "PENDING_NEW",
            False,
            -1,
        )

    venue(body)


def test_working_leg_that_expires_gives_the_reason_to_the_held_one(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, value = await ask.signed("POST", "orderList/oto", **{**OTO, "workingTimeInForce": "FOK"})
        _, rows = await ask.signed("GET", "allOrders", symbol="BTCUSDT")
        assert [row["expiryReason"] for row in rows] == [
            "UNFILLED_FOK_ORDER_EXPIRED",
            "OTO_PHASE_ONE_EXPIRED",
        ]
        assert len(value["orders"]) == 2

    venue(body)


def test_private_stream_tells_the_life_of_a_list(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        async with await ask.open("/ws-api/v3") as socket:
            await ask.api(socket, "userDataStream.subscribe.signature", **ask.api_signed())
            await ask.signed("POST", "orderList/oto", **OTO, listClientOrderId="mine")
            await ask.signed("DELETE", "orderList", symbol="BTCUSDT", listClientOrderId="mine")
            lists: list[Any] = []
            reports: list[Any] = []
            while len(lists) < 2:
                event = (await socket.receive_json(timeout=2))["event"]
                if event["e"] == "listStatus":
                    lists.append(event)
                elif event["e"] == "executionReport":
                    reports.append((event["x"], event["X"], event["g"]))
            assert [(one["l"], one["L"], one["C"]) for one in lists] == [
                ("EXEC_STARTED", "EXECUTING", "mine"),
                ("ALL_DONE", "ALL_DONE", "mine"),
            ]
            assert set(lists[0]) == {"e", "E", "s", "g", "c", "l", "L", "r", "C", "T", "O"}
            assert [set(leg) for leg in lists[0]["O"]] == [{"s", "i", "c"}] * 2
            assert reports == [
                ("NEW", "NEW", 1),
                ("NEW", "PENDING_NEW", 1),
                ("CANCELED", "CANCELED", 1),
                ("CANCELED", "CANCELED", 1),
            ]

    sockets(body)


def test_websocket_api_places_finds_and_cancels_lists(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        async with await ask.open("/ws-api/v3") as socket:

            async def send(method: str, **parameters: Any) -> Any:
                return await ask.api(socket, method, **ask.api_signed(**parameters))

            for kind, parameters, count in LISTS:
                placed = await send(f"orderList.place.{kind}", **parameters)
                assert (placed["status"], len(placed["result"]["orderReports"])) == (200, count)
                list_id = placed["result"]["orderListId"]
                found = await send("orderList.status", orderListId=list_id)
                assert found["result"]["listOrderStatus"] == "EXECUTING"
            assert len((await send("openOrderLists.status"))["result"]) == 3
            ended = await send("orderList.cancel", symbol="BTCUSDT", orderListId=list_id)
            assert ended["result"]["listOrderStatus"] == "ALL_DONE"
            assert len((await send("openOrderLists.status"))["result"]) == 2
            assert len((await send("allOrderLists"))["result"]) == 3

    sockets(body)
