"""The WebSocket API: every method, sessions, subscriptions, request and reply formats."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from venueproof_binance.dialect.websocket_api import TWINS
from venueproof_simulator.market import LEVELS

# Every listing's book is made of two sides of orders.
FIRST_ORDER = 1 + 2 * LEVELS  # what the book opens with
BTC = {"symbol": "BTCUSDT"}
NEEDS: dict[str, dict[str, Any]] = {
    "klines": {"interval": "1h", "endTime": 1_700_000_000_000},
    "uiKlines": {"interval": "1h", "endTime": 1_700_000_000_000},
    "order.amendments": {"orderId": FIRST_ORDER},
    "order.status": {"orderId": FIRST_ORDER},
    "myPreventedMatches": {"orderId": FIRST_ORDER},
    "orderList.status": {"orderListId": 1},
}
LISTS = {"orderList.status", "openOrderLists.status", "allOrderLists"}
WITHOUT_SYMBOL = {"ping", "time", "account.status", "account.rateLimits.orders", *LISTS}
PAIR = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "quantity": "0.01",
    "aboveType": "LIMIT_MAKER",
    "abovePrice": "70000",
    "belowType": "STOP_LOSS",
    "belowStopPrice": "50000",
}
# What differs between two calls: times, counts.
MOVING = ("serverTime", "updateTime", "closeTime", "openTime", "timestamp", "count")
SIGNED = (
    *(name for name in TWINS if name.startswith(("account", "my", "allOrders"))),
    "openOrders.status",
    "order.status",
    "order.amendments",
    *LISTS,
)


def _still(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _still(part) for name, part in value.items() if name not in MOVING}
    return [_still(part) for part in value] if isinstance(value, list) else value


def ed25519(ask: Any, **parameters: Any) -> dict[str, Any]:
    """Parameters signed with the account's Ed25519 key."""
    key = ask.credentials.keys["ed25519"]
    stamp = ask.world.stamps.time_ns() // 1_000_000
    given = {**parameters, "apiKey": key["api_key"], "timestamp": stamp}
    text = "&".join(f"{name}={given[name]}" for name in sorted(given))
    private: Any = load_pem_private_key(key["private_key"].encode(), None)
    return {**given, "signature": base64.b64encode(private.sign(text.encode())).decode()}


@pytest.mark.parametrize("method", sorted(name for name in TWINS if TWINS[name].startswith("GET")))
def test_method_answers_as_its_rest_twin(sockets: Any, method: str) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        await ask.place("a")
        if method in LISTS:
            await ask.signed("POST", "orderList/oco", **PAIR)
        given = NEEDS.get(method, {}) | ({} if method in WITHOUT_SYMBOL else BTC)
        path = TWINS[method].partition(" ")[2]
        if method in SIGNED:
            told = await ask.api(socket, f"v3/{method}", **ask.api_signed(**given))
            twin = (await ask.signed("GET", path, **given))[1]
        else:
            told = await ask.api(socket, f"v3/{method}", **given)
            twin = (await ask.public(path, **given))[1]
        assert told["status"] == 200, told
        assert _still(told["result"]) == _still(twin)

    sockets(body)


def test_orders_can_be_placed_replaced_amended_and_cancelled(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        order = {
            **BTC,
            "side": "BUY",
            "type": "LIMIT",
            "timeInForce": "GTC",
            "quantity": 0.01,
            "price": "50000",
        }

        async def do(method: str, **parameters: Any) -> Any:
            reply = await ask.api(socket, method, **ask.api_signed(**parameters))
            assert reply["status"] == 200, reply
            return reply

        assert (await do("order.test", **order))["result"] == {}
        placed = await do("order.place", **order)
        kinds = [row["rateLimitType"] for row in placed["rateLimits"]]
        assert kinds == ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]
        first = placed["result"]["orderId"]
        amended = await do("order.amend.keepPriority", **BTC, orderId=first, newQty="0.005")
        assert amended["result"]["amendedOrder"]["qty"] == "0.00500000"
        replaced = await do(
            "order.cancelReplace", **order, cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=first
        )
        second = replaced["result"]["newOrderResponse"]["orderId"]
        assert (await do("order.cancel", **BTC, orderId=str(second)))["result"][
            "status"
        ] == "CANCELED"
        await do("order.place", **order)
        assert len((await do("openOrders.cancelAll", **BTC))["result"]) == 1

    sockets(body)


def test_logon_stands_for_key_and_signature_but_not_for_the_time_stamp(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        refused = await ask.api(socket, "session.logon", **ask.api_signed())
        assert (refused["status"], refused["error"]["code"]) == (401, -2015)
        early = await ask.api(socket, "userDataStream.subscribe")
        assert (early["status"], early["error"]["code"]) == (401, -2015)
        on = (await ask.api(socket, "session.logon", **ed25519(ask)))["result"]
        assert on["apiKey"] == ask.credentials.keys["ed25519"]["api_key"]
        assert on["authorizedSince"] >= on["connectedSince"]
        missing = await ask.api(socket, "account.status")
        assert missing["error"]["code"] == -1102
        stamp = ask.world.stamps.time_ns() // 1_000_000
        late = await ask.api(socket, "account.status", timestamp=stamp - 6000)
        assert late["error"]["code"] == -1021
        assert (await ask.api(socket, "account.status", timestamp=stamp))["status"] == 200
        assert (await ask.api(socket, "session.status"))["result"]["apiKey"] == on["apiKey"]

    sockets(body)


def test_logout_ends_the_subscription_of_the_logon_alone(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        await ask.api(socket, "session.logon", **ed25519(ask))
        assert (await ask.api(socket, "userDataStream.subscribe"))["result"] == {
            "subscriptionId": 0
        }
        again = await ask.api(socket, "userDataStream.subscribe.signature", **ask.api_signed())
        assert (again["status"], again["error"]["code"]) == (400, -2035)
        await socket.send_json({"id": 1, "method": "session.logout"})
        ended = await socket.receive_json(timeout=2)
        assert ended["subscriptionId"] == 0
        assert ended["event"]["e"] == "eventStreamTerminated"
        off = (await socket.receive_json(timeout=2))["result"]
        assert (off["apiKey"], off["authorizedSince"], off["userDataStream"]) == (None, None, False)
        await ask.api(socket, "userDataStream.subscribe.signature", **ask.api_signed())
        await ask.api(socket, "session.logout")
        assert (await ask.api(socket, "session.subscriptions"))["result"] == [{"subscriptionId": 1}]

    sockets(body)


def test_subscriptions_have_their_limits(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        nothing = await ask.api(socket, "userDataStream.unsubscribe")
        assert (nothing["status"], nothing["error"]["code"]) == (400, -2036)
        other = await ask.api(socket, "userDataStream.unsubscribe", subscriptionId=7)
        assert other["error"]["code"] == -2036
        ask.world.connections[1].state.next_subscription = 65_535
        full = await ask.api(socket, "userDataStream.subscribe.signature", **ask.api_signed())
        assert (full["status"], full["error"]["code"]) == (400, -2042)

    sockets(body)


@pytest.mark.parametrize(
    ("text", "status", "code", "identifier"),
    [
        ("nonsense", 400, -1135, None),
        ("[]", 400, -1135, None),
        ('"ping"', 400, -1135, None),
        ('{"id":{},"method":"ping"}', 400, -1135, None),
        ('{"id":true,"method":"ping"}', 400, -1135, None),
        ('{"id":1.5,"method":"ping"}', 400, -1135, None),
        ('{"id":"' + "x" * 37 + '","method":"ping"}', 400, -1135, None),
        ('{"id":1}', 400, -1102, 1),
        ('{"id":1,"method":7}', 400, -1102, 1),
        ('{"id":2,"method":"ping","params":[]}', 400, -1135, 2),
        ('{"id":3,"method":"dance"}', 404, -1020, 3),
        ('{"id":4,"method":"depth","params":{"symbol":{"a":1}}}', 400, -1100, 4),
        ('{"id":5,"method":"depth","params":{"symbol":"BTCUSDT","limit":1e2}}', 400, -1100, 5),
        ('{"id":6,"method":"depth","params":{"symbol":"BTCUSDT","depth":1}}', 400, -1104, 6),
        (
            '{"id":7,"method":"userDataStream.unsubscribe","params":{"subscriptionId":"x"}}',
            400,
            -1100,
            7,
        ),
    ],
)
def test_wrong_frame_is_answered_with_its_code(
    sockets: Any, text: str, status: int, code: int, identifier: Any
) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        await socket.send_str(text)
        answer = await socket.receive_json(timeout=2)
        told = (answer["status"], answer["error"]["code"], answer["id"])
        assert told == (status, code, identifier)
        assert (await ask.api(socket, "ping"))["result"] == {}

    sockets(body)


def test_frame_that_is_no_request_says_so(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        await socket.send_str("nonsense")
        answer = await socket.receive_json(timeout=2)
        assert answer["error"] == {"code": -1135, "msg": "Invalid JSON Request"}

    sockets(body)


@pytest.mark.parametrize("identifier", ["1", "-9223372036854775808", '"a-b"', "null"])
def test_id_comes_back_as_it_was_sent(sockets: Any, identifier: str) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        await socket.send_str(f'{{"id":{identifier},"method":"ping","params":{{"symbol":null}}}}')
        answer = await socket.receive_json(timeout=2)
        assert (answer["status"], answer["id"]) == (200, json.loads(identifier))

    sockets(body)


def test_rate_limits_can_be_left_out_for_a_request_and_for_a_connection(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        telling, silent = (
            await ask.open("/ws-api/v3"),
            await ask.open("/ws-api/v3?returnRateLimits=false"),
        )
        told = await ask.api(telling, "ping")
        assert [row["count"] for row in told["rateLimits"]] == [5], (
            "connecting costs 2 each, ping 1"
        )
        assert "rateLimits" not in await ask.api(telling, "ping", returnRateLimits=False)
        assert "rateLimits" not in await ask.api(silent, "ping")
        assert "rateLimits" in await ask.api(silent, "ping", returnRateLimits=True)

    sockets(body)


def test_too_much_weight_says_when_to_come_again(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        ask.world.dialect.limits_of_world.weight.take(6000, ask.world.timers.now_ns())
        answer = await ask.api(socket, "time")
        assert (answer["status"], answer["error"]["code"]) == (429, -1003)
        data = answer["error"]["data"]
        assert 1000 <= data["retryAfter"] - data["serverTime"] <= 60_000

    sockets(body)


def test_times_are_microseconds_when_the_connection_asks(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3?timeUnit=microsecond")
        now_us = ask.world.stamps.time_ns() // 1000
        assert abs((await ask.api(socket, "time"))["result"]["serverTime"] - now_us) < 10**7
        await ask.api(socket, "userDataStream.subscribe.signature", **ask.api_signed())
        await ask.place("a")
        event = (await socket.receive_json(timeout=2))["event"]
        assert all(abs(event[name] - now_us) < 10**7 for name in ("E", "T", "O", "W"))
        wrong = await ask.open("/ws-api/v3?timeUnit=DAY")
        assert (await ask.api(wrong, "time"))["error"]["code"] == -1194

    sockets(body)


def test_listen_keys_are_managed_in_the_older_profile_alone(sockets: Any) -> None:
    async def newest(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        for name in ("start", "ping", "stop"):
            refused = await ask.api(socket, f"userDataStream.{name}", **_key(ask))
            assert (refused["status"], refused["error"]["code"]) == (404, -1020)

    async def older(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        made = await ask.api(socket, "userDataStream.start", **_key(ask))
        listen_key = made["result"]["listenKey"]
        listening = await ask.open(f"/ws/{listen_key}")
        given = {**_key(ask), "listenKey": listen_key}
        assert (await ask.api(socket, "userDataStream.ping", **given))["result"] == {}
        await ask.place("a")
        events = [await listening.receive_json(timeout=2) for _ in range(2)]
        assert {event["e"] for event in events} == {"executionReport", "outboundAccountPosition"}
        assert (await ask.api(socket, "userDataStream.stop", **given))["result"] == {}
        gone = await ask.api(socket, "userDataStream.ping", **given)
        assert (gone["status"], gone["error"]["code"]) == (400, -1125)

    sockets(newest)
    sockets(older, protocol="2025-06-01")


def _key(ask: Any) -> dict[str, Any]:
    return {"apiKey": ask.credentials.api_key}
