"""Market streams, control messages, the WebSocket API and user data, over a real socket."""

import json
from typing import Any

import pytest
from aiohttp import WSMsgType


def test_subscribe_acknowledges_and_delivers(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws")
        await socket.send_json({"method": "SUBSCRIBE", "params": ["btcusdt@depth"], "id": 3})
        assert await socket.receive_json() == {"result": None, "id": 3}
        before = ask.world.core.version("BTC-USDT")
        ask.set_level("1")
        event = await socket.receive_json()
        assert set(event) == {"e", "E", "s", "U", "u", "b", "a"}
        assert (event["U"], event["u"]) == (before + 1, ask.world.core.version("BTC-USDT"))
        assert event["b"] == [["59000.00000000", "1.00000000"]]
        ask.set_level("0")
        assert (await socket.receive_json())["b"] == [["59000.00000000", "0.00000000"]]

    sockets(body)


def test_combined_stream_wraps_its_events(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/stream?streams=btcusdt@bookTicker/btcusdt@depth5@100ms")
        ask.set_level("1")
        got = [await socket.receive_json() for _ in range(2)]
        assert {event["stream"] for event in got} == {
            "btcusdt@bookTicker",
            "btcusdt@depth5@100ms",
        }
        top = next(event["data"] for event in got if event["stream"].endswith("Ticker"))
        assert set(top) == {"u", "s", "b", "B", "a", "A"}

    sockets(body)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", 3),
        ("[]", 2),
        ('{"method":"DANCE","id":1}', 2),
        ('{"method":"SUBSCRIBE","params":["a"],"id":{}}', 2),
        ('{"method":"SET_PROPERTY","params":["colour",true],"id":1}', 0),
        ('{"method":"SET_PROPERTY","params":["combined",1],"id":1}', 1),
    ],
)
def test_wrong_control_message_has_its_code(sockets: Any, text: str, code: int) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws")
        await socket.send_str(text)
        assert (await socket.receive_json())["error"]["code"] == code

    sockets(body)


def test_properties_and_subscriptions_can_be_asked_for(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws/btcusdt@trade")
        await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 1})
        assert (await socket.receive_json())["result"] == ["btcusdt@trade"]
        await socket.send_json({"method": "SET_PROPERTY", "params": ["combined", True], "id": 2})
        assert (await socket.receive_json())["result"] is None
        await socket.send_json({"method": "GET_PROPERTY", "params": ["combined"], "id": 3})
        assert (await socket.receive_json())["result"] is True

    sockets(body)


def test_sixth_message_within_a_second_closes_the_connection(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws")
        for number in range(6):
            await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": number})
        kinds = [(await socket.receive()).type for _ in range(6)]
        assert kinds[-1] is WSMsgType.CLOSE
        assert socket.close_code == 1008

    sockets(body)


def test_venue_pings_and_cuts_who_does_not_answer(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        answering, silent = await ask.open("/ws"), await ask.open("/ws")
        for _ in range(5):
            ask.world.timers.advance(20)
            ping = await answering.receive()
            assert ping.type is WSMsgType.PING
            answered = ask.world.connections[1].pongs
            await answering.pong(ping.data)
            assert await ask.world.journal.wait(
                lambda answered=answered: ask.world.connections[1].pongs > answered, 2
            )
        assert ask.world.connections[1].is_open
        while (message := await silent.receive()).type is WSMsgType.PING:
            pass
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1008)

    sockets(body)


@pytest.mark.parametrize(
    ("path", "notice"),
    [
        ("/ws", {"e", "E"}),
        ("/stream", {"stream", "data"}),
        ("/ws-api/v3", {"event"}),
    ],
)
def test_connection_ends_after_a_day_and_says_so_before(
    sockets: Any, path: str, notice: set[str]
) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open(path)
        ask.world.timers.advance(86_400 - 599)
        while (message := await socket.receive()).type is WSMsgType.PING:
            pass
        assert set(json.loads(message.data)) == notice
        assert "serverShutdown" in message.data
        ask.world.timers.advance(600)
        while (message := await socket.receive()).type is WSMsgType.PING:
            pass
        assert message.type is WSMsgType.CLOSE

    sockets(body)

    sockets(body)


def test_api_orders_equal_their_rest_twins(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        order = {
            "symbol": "BTCUSDT",
            "side": "BUY",
            "type": "LIMIT",
            "timeInForce": "GTC",
            "quantity": "0.01",
            "price": "50000",
            "newClientOrderId": "by-socket",
        }
        placed = await ask.api(socket, "order.place", **ask.api_signed(**order))
        assert (placed["status"], placed["id"]) == (200, "order.place")
        asked = ask.api_signed(symbol="BTCUSDT", origClientOrderId="by-socket")
        queried = await ask.api(socket, "order.status", **asked)
        _, twin = await ask.signed("GET", "order", symbol="BTCUSDT", origClientOrderId="by-socket")
        assert queried["result"] == twin
        limit = queried["rateLimits"][0]
        assert limit["count"] > 0
        wrong = await ask.api(
            socket, "order.place", **{**ask.api_signed(**order), "signature": "0"}
        )
        assert (wrong["status"], wrong["error"]["code"]) == (400, -1022)

    sockets(body)


def test_unknown_api_method_and_bad_frame_are_answered(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        assert (await ask.api(socket, "dance"))["status"] == 404
        await socket.send_str("nonsense")
        answer = await socket.receive_json()
        assert (answer["id"], "error" in answer) == (None, True)
        assert (await ask.api(socket, "ping"))["result"] == {}

    sockets(body)


def test_user_data_tells_an_order_from_placing_to_cancel(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        subscribed = await ask.api(socket, "userDataStream.subscribe.signature", **ask.api_signed())
        assert subscribed["result"] == {"subscriptionId": 0}
        again = await ask.api(socket, "userDataStream.subscribe.signature", **ask.api_signed())
        assert again["error"]["code"] == -2035
        await ask.place("mine")
        await ask.signed(
            "DELETE", "order", symbol="BTCUSDT", origClientOrderId="mine", newClientOrderId="end"
        )
        events = [await socket.receive_json() for _ in range(4)]
        assert {event["subscriptionId"] for event in events} == {0}
        reports = [e["event"] for e in events if e["event"]["e"] == "executionReport"]
        assert [(r["x"], r["X"], r["c"], r["C"]) for r in reports] == [
            ("NEW", "NEW", "mine", ""),
            ("CANCELED", "CANCELED", "end", "mine"),
        ]
        positions = [e["event"] for e in events if e["event"]["e"] != "executionReport"]
        assert [p["B"][0]["l"] for p in positions] == ["500.00000000", "0.00000000"]

    sockets(body)


def test_transfer_is_told_as_a_balance_update(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        await ask.api(socket, "userDataStream.subscribe.signature", **ask.api_signed())
        ask.world.core.transfer("main", "USDT", -5 * 10**8, time_ns=ask.world.stamps.time_ns())
        ask.world.settle()
        update = (await socket.receive_json())["event"]
        assert (update["e"], update["a"], update["d"]) == ("balanceUpdate", "USDT", "-5.00000000")

    sockets(body)


def test_listen_key_stream_is_bare_and_says_when_it_expires(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        headers = {"X-MBX-APIKEY": ask.credentials.api_key}
        _, made = await ask.raw("POST", "/api/v3/userDataStream", headers=headers)
        socket = await ask.open(f"/ws/{made['listenKey']}")
        await ask.place("mine")
        assert (await socket.receive_json())["e"] == "executionReport"
        ask.world.timers.advance(3601)
        events = []
        while not events or events[-1]["e"] != "listenKeyExpired":
            message = await socket.receive()
            if message.type is WSMsgType.TEXT:
                events.append(json.loads(message.data))
        assert events[-1]["listenKey"] == made["listenKey"]

    sockets(body, protocol="2025-06-01")


def test_timed_world_tells_depth_at_its_cadence(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws/btcusdt@depth@100ms")
        first = ask.world.core.version("BTC-USDT") + 1
        ask.set_level("1")
        ask.set_level("2")
        event = await socket.receive_json()
        assert (event["U"], event["u"]) == (first, ask.world.core.version("BTC-USDT"))

    sockets(body, cadence="timed")
