"""Replacing in every mode, amendments, prevented matches, order counts, RSA keys, announced ends."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from venueproof_core.control import FaultSpec
from venueproof_core.models import Side
from venueproof_simulator.venue_core import to_decimal

BTC = {"symbol": "BTCUSDT"}
BID = {
    **BTC,
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "price": "50000",
}
STOP, ALLOW = "STOP_ON_FAILURE", "ALLOW_FAILURE"
# The cancel works, the order works, the count is exceeded, mode, mode then; status, code, the two results.
REPLACES: list[tuple[bool, bool, bool, str, str, int, int | None, tuple[str, str] | None]] = [
    (True, True, False, STOP, "DO_NOTHING", 200, None, ("SUCCESS", "SUCCESS")),
    (False, True, False, STOP, "DO_NOTHING", 400, -2022, ("FAILURE", "NOT_ATTEMPTED")),
    (True, False, False, STOP, "DO_NOTHING", 409, -2021, ("SUCCESS", "FAILURE")),
    (True, False, False, ALLOW, "DO_NOTHING", 409, -2021, ("SUCCESS", "FAILURE")),
    (False, True, False, ALLOW, "DO_NOTHING", 409, -2021, ("FAILURE", "SUCCESS")),
    (False, False, False, ALLOW, "DO_NOTHING", 400, -2022, ("FAILURE", "FAILURE")),
    (True, True, True, STOP, "DO_NOTHING", 429, -1015, None),
    (True, True, True, STOP, "CANCEL_ONLY", 429, -2021, ("SUCCESS", "FAILURE")),
    (True, True, True, ALLOW, "CANCEL_ONLY", 409, -2021, ("SUCCESS", "FAILURE")),
    (False, True, True, STOP, "CANCEL_ONLY", 429, -2022, ("FAILURE", "NOT_ATTEMPTED")),
    (False, True, True, ALLOW, "CANCEL_ONLY", 400, -2022, ("FAILURE", "FAILURE")),
]


async def inside_spread(ask: Any) -> str:
    """A price between the best bid and the best ask."""
    return str(to_decimal(ask.world.core.levels("BTC-USDT", Side.BUY, 1)[0][0] + 10**6))


@pytest.mark.parametrize(
    ("cancels", "places", "exceeds", "mode", "then", "status", "code", "results"), REPLACES
)
def test_cancel_replace_in_every_mode(
    venue: Any,
    cancels: bool,
    places: bool,
    exceeds: bool,
    mode: str,
    then: str,
    status: int,
    code: int | None,
    results: tuple[str, str] | None,
) -> None:
    async def body(ask: Any) -> None:
        await ask.place("first")
        if exceeds:
            ask.world.dialect.limits_of_world.count_orders("main", 99)
        got, value = await ask.signed(
            "POST",
            "order/cancelReplace",
            **(BID if places else {**BID, "quantity": "100"}),
            cancelReplaceMode=mode,
            cancelOrigClientOrderId="first" if cancels else "none",
            orderRateLimitExceededMode=then,
        )
        assert (got, value.get("code")) == (status, code)
        if results is not None:
            halves = value if code is None else value["data"]
            assert (halves["cancelResult"], halves["newOrderResult"]) == results
        still_open = [order.client_order_id for order in ask.world.core.open_orders("main")]
        assert ("first" in still_open) == (results is None or results[0] != "SUCCESS")

    venue(body)


def test_replace_that_was_not_attempted_counts_as_an_order(venue: Any) -> None:
    async def body(ask: Any) -> None:
        given = {**BID, "cancelReplaceMode": STOP, "cancelOrderId": 1}
        await ask.signed("POST", "order/cancelReplace", **given)
        assert (await ask.signed("GET", "rateLimit/order"))[1][0]["count"] == 1
        await ask.place("refused", quantity="100")
        assert (await ask.signed("GET", "rateLimit/order"))[1][0]["count"] == 1

    venue(body)


def test_amendments_are_kept_with_their_ids_and_quantities(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, placed = await ask.place("a")
        named = {**BTC, "orderId": placed["orderId"]}
        path = "order/amend/keepPriority"
        _, first = await ask.signed("PUT", path, **named, newQty="0.008", newClientOrderId="b")
        _, second = await ask.signed("PUT", path, **named, newQty="0.006", newClientOrderId="b")
        _, rows = await ask.signed("GET", "order/amendments", **named)
        told = [
            (row["origClientOrderId"], row["newClientOrderId"], row["origQty"], row["newQty"])
            for row in rows
        ]
        assert told == [
            ("a", "b", "0.01000000", "0.00800000"),
            ("b", "b", "0.00800000", "0.00600000"),
        ]
        ids = [first["executionId"], second["executionId"]]
        assert [row["executionId"] for row in rows] == ids
        later = {"fromExecutionId": ids[1]}
        assert (await ask.signed("GET", "order/amendments", **named, **later))[1] == rows[1:]
        await ask.place("other")
        _, taken = await ask.signed("PUT", path, **named, newQty="0.005", newClientOrderId="other")
        assert taken == {"code": -2038, "msg": "Duplicate order sent."}

    venue(body)


def test_amendment_that_ends_the_order_costs_no_weight(venue: Any) -> None:
    async def body(ask: Any) -> None:
        price = await inside_spread(ask)
        await ask.place("a", price=price)
        rules = {"symbol": "BTC-USDT", "client_order_id": "a", "quantity": "0.006"}
        ask.world.market.trade_against(_counterparty(rules), "main")
        ask.world.settle()
        before = ask.world.dialect.limits_of_world.weight.used(ask.world.timers.now_ns())
        given = {**BTC, "origClientOrderId": "a", "newQty": "0.005"}
        _, ended = await ask.signed("PUT", "order/amend/keepPriority", **given)
        assert ended["amendedOrder"]["status"] == "EXPIRED"
        assert ask.world.dialect.limits_of_world.weight.used(ask.world.timers.now_ns()) == before

    venue(body)


def _counterparty(values: dict[str, Any]) -> Any:
    from venueproof_core.control import CounterpartyRequest

    return CounterpartyRequest.model_validate(values)


@pytest.mark.parametrize(
    ("mode", "maker", "taker", "maker_lost", "taker_lost"),
    [
        ("EXPIRE_MAKER", "EXPIRED_IN_MATCH", "NEW", "0.01000000", None),
        ("EXPIRE_TAKER", "NEW", "EXPIRED_IN_MATCH", None, "0.00400000"),
        ("EXPIRE_BOTH", "EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH", "0.01000000", "0.00400000"),
        ("DECREMENT", "NEW", "EXPIRED_IN_MATCH", "0.00400000", "0.00400000"),
    ],
)
def test_prevented_match_is_told_by_both_orders(
    venue: Any, mode: str, maker: str, taker: str, maker_lost: str | None, taker_lost: str | None
) -> None:
    async def body(ask: Any) -> None:
        price = await inside_spread(ask)
        _, resting = await ask.place("maker", side="SELL", price=price)
        changes = {"price": price, "quantity": "0.004", "selfTradePreventionMode": mode}
        _, placed = await ask.place("taker", **changes)
        assert (placed["status"], placed["fills"]) == (taker, [])
        for order_id in (resting["orderId"], placed["orderId"]):
            _, (row,) = await ask.signed("GET", "myPreventedMatches", **BTC, orderId=order_id)
            assert (row["preventedMatchId"], row["selfTradePreventionMode"]) == (1, mode)
            assert (row["makerOrderId"], row["takerOrderId"]) == (
                resting["orderId"],
                placed["orderId"],
            )
            assert row.get("makerPreventedQuantity") == maker_lost
            assert row.get("takerPreventedQuantity") == taker_lost
        _, queried = await ask.signed("GET", "order", **BTC, orderId=resting["orderId"])
        assert (queried["status"], queried.get("preventedQuantity")) == (maker, maker_lost)
        _, one = await ask.signed("GET", "myPreventedMatches", **BTC, preventedMatchId=1)
        assert [row["price"] for row in one] == [placed["preventedMatches"][0]["price"]]
        later = {"orderId": placed["orderId"], "fromPreventedMatchId": 2}
        assert (await ask.signed("GET", "myPreventedMatches", **BTC, **later))[1] == []

    venue(body)


def test_rsa_key_signs_under_its_own_api_key(venue: Any) -> None:
    async def body(ask: Any) -> None:
        key = ask.credentials.keys["rsa"]
        private: Any = load_pem_private_key(key["private_key"].encode(), None)
        text = ask.stamped({})
        signature = base64.b64encode(private.sign(text.encode(), padding.PKCS1v15(), SHA256()))
        headers = {"X-MBX-APIKEY": key["api_key"]}
        for tried, status in (
            (signature.decode(), 200),
            (signature.decode().lower(), 400),
            ("?", 400),
        ):
            target = f"/api/v3/account?{text}&{urlencode({'signature': tried})}"
            assert (await ask.raw("GET", target, headers=headers))[0].status == status

    venue(body)


def test_announced_shutdown_is_told_and_then_happens(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/stream")
        spec = FaultSpec(kind="announce_shutdown", parameters={"close_after_s": 30, "code": 1012})
        fault = ask.world.faults.add(spec)
        notice = json.loads((await socket.receive(timeout=2)).data)
        assert (notice["stream"], notice["data"]["e"], fault.fired) == (
            "!serverShutdown",
            "serverShutdown",
            1,
        )
        ask.world.timers.advance(31)
        while (message := await socket.receive(timeout=2)).data != 1012:
            assert message.type.name == "PING"

    sockets(body)
