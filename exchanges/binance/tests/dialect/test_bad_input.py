"""Whatever comes in, the venue answers in its own words, writes no traceback, and goes on serving others."""

import asyncio
import io
import json
import random
from typing import Any

import pytest
from aiohttp import WSMsgType
from yarl import URL

from venueproof_binance.dialect import BinanceDialect

FORM = "application/x-www-form-urlencoded"
TEXTS = (
    "", "0", "-1", "1e5", "9" * 19, "9" * 20, "9" * 40, "9" * 5000, "0.123456789", "NaN", "null", "true", "TRUE",
    "BTCUSDT", "btcusdt", '["BTCUSDT"]', "[]", "{}", '"', "\x00", "\u202e", "这是测试币456", "¹", "\u0661", "BUY",
    "LIMIT", "GTC", "1M", "1d", "%", "a" * 5000, "../..", "1;DROP", "-12:00", "+14:01", "STOP_ON_FAILURE",
)  # fmt: skip


async def raw_exchange(ask: Any, data: bytes) -> bytes:
    """What the venue answers to these bytes on a connection of their own."""
    host, _, port = ask.world.info.endpoints["rest"].removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    await writer.drain()
    writer.write_eof()
    answer = await reader.read(65_536)
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.fixture
def quiet(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Any:
    """Nothing may be written or logged as an error."""
    yield
    assert capfd.readouterr().err == ""
    records = caplog.get_records("call")
    assert [record.getMessage() for record in records if record.levelname == "ERROR"] == []


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("seed", range(3))
def test_no_value_of_any_parameter_breaks_the_venue(venue: Any, seed: int) -> None:
    async def body(ask: Any) -> None:
        rng = random.Random(seed)
        await ask.place("a")
        for route in sorted(BinanceDialect.routes, key=lambda route: route.name):
            method, _, path = route.name.partition(" ")
            for _ in range(12):
                names = [name.rstrip("*") for name in route.parameters]
                given = {"symbol": "BTCUSDT"} if "symbol" in names else {}
                given |= {name: rng.choice(TEXTS) for name in names if rng.random() < 0.5}
                ask.world.dialect.limits_of_world.weight.give_back(6000, ask.world.timers.now_ns())
                ask.world.dialect.limits_of_world.first_fill("main", is_maker=True)
                if path.startswith("/api/v3/") and route.security in ("TRADE", "USER_DATA"):
                    status, value = await ask.signed(method, path.removeprefix("/api/v3/"), **given)
                else:
                    query = "&".join(f"{name}={text}" for name, text in given.items())
                    reply, value = await ask.raw(method, f"{path}?{query}")
                    status = reply.status
                assert status in (200, 400, 401, 404, 409, 429), (route.name, given, value)
                if status in (400, 401):
                    assert {"code", "msg"} <= set(value), (route.name, given)

    venue(body)


@pytest.mark.usefixtures("quiet")
def test_number_of_thousands_of_digits_is_refused(venue: Any) -> None:
    async def body(ask: Any) -> None:
        status, value = await ask.public("depth", symbol="BTCUSDT", limit="9" * 5000)
        assert (status, value["code"]) == (400, -1100)

    venue(body)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("seed", range(2))
def test_no_parameter_of_any_method_breaks_a_socket(sockets: Any, seed: int) -> None:
    async def body(ask: Any) -> None:
        rng = random.Random(seed)
        socket = await ask.open("/ws-api/v3")
        values = [*TEXTS[:28], 1, 1.5, -1, 10**30, True, None, [], {}, ["BTCUSDT"]]
        for method in sorted(ask.world.dialect.websocket_api.methods()):
            for _ in range(4):
                names = (
                    "symbol",
                    "limit",
                    "interval",
                    "startTime",
                    "orderId",
                    "subscriptionId",
                    "apiKey",
                )
                given = {name: rng.choice(values) for name in names if rng.random() < 0.5}
                await socket.send_json({"id": 1, "method": method, "params": given})
                answer = await socket.receive_json(timeout=2)
                assert answer["status"] in (200, 400, 401, 404, 429), (method, given, answer)

    sockets(body)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        ("/api/v3/order", b"symbol=%F0%28", -1100),
        ("/api/v3/order", b"\xff\xfe\x00", -1100),
        ("/api/v3/order?symbol=%E8%BF", b"", -1100),
        ("/api/v3/order", b'{"symbol":"BTCUSDT"}', -2014),
        ("/api/v3/order", b"&&&===&&", -2014),
    ],
)
def test_unreadable_order_is_refused(sockets: Any, target: str, body: bytes, code: int) -> None:
    async def ask_it(ask: Any) -> None:
        url = ask.world.info.endpoints["rest"] + target
        async with ask.session.post(url, data=body) as reply:
            assert (await reply.json())["code"] == code
        assert (await ask.public("ping"))[0] == 200

    sockets(ask_it)


@pytest.mark.usefixtures("quiet")
def test_signed_text_of_odd_characters_is_verified_as_sent(venue: Any) -> None:
    async def body(ask: Any) -> None:
        text = ask.stamped({"symbol": "这是测试币456"})
        key = {"X-MBX-APIKEY": ask.credentials.api_key}
        target = f"/api/v3/openOrders?{text}&signature={ask.hmac(text)}"
        _, value = await ask.raw("GET", target, headers=key)
        assert value == {"code": -1121, "msg": "Invalid symbol."}

    venue(body)


@pytest.mark.usefixtures("quiet")
def test_body_of_a_get_is_not_read_and_the_query_wins_over_a_body(venue: Any) -> None:
    async def body(ask: Any) -> None:
        assert (await ask.raw("GET", "/api/v3/ping", body="a=1"))[0].status == 200
        key = {"X-MBX-APIKEY": ask.credentials.api_key}
        text = ask.stamped({"symbol": "BTCUSDT", "orderId": "9999"})
        form = f"orderId=1&signature={ask.hmac(text + 'orderId=1')}"
        _, value = await ask.raw("DELETE", f"/api/v3/order?{text}", body=form, headers=key)
        assert value == {"code": -2011, "msg": "Unknown order sent."}

    venue(body)


@pytest.mark.usefixtures("quiet")
def test_body_of_more_than_a_megabyte_is_413(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        url = ask.world.info.endpoints["rest"] + "/api/v3/order"
        async with ask.session.post(url, data=io.BytesIO(b"a=" + b"x" * (1 << 21))) as reply:
            assert reply.status == 413
        assert (await ask.public("ping"))[0] == 200

    sockets(body)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"BREW /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v3/time HTTP/1.1\r\nHost: x\r\nContent-Length: nonsense\r\n\r\n",
        b"GET /api/v3/depth?symbol=" + b"A" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nsymbol=BTC",
    ],
)
def test_broken_http_hurts_nobody_else(sockets: Any, data: bytes) -> None:
    async def body(ask: Any) -> None:
        answer = await raw_exchange(ask, data)
        assert not answer or answer.split(b" ", 2)[1] in (b"400", b"404", b"405", b"414", b"431")
        assert (await ask.public("ping"))[0] == 200
        url = ask.world.info.endpoints["rest"] + "/api/v3/ping"
        async with ask.session.get(url) as reply:
            assert reply.status == 200

    sockets(body)


UNFINISHED = (
    b"GET /api/v3/ti",
    b"GET /api/v3/time HTTP/1.1\r\nHost: x\r\nX-Slow: a",
    b"POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nsym",
    b"POST /api/v3/order HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsy",
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n",
)


@pytest.mark.usefixtures("quiet")
def test_half_open_and_slow_clients_do_not_hold_up_others(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        host, _, port = ask.world.info.endpoints["rest"].removeprefix("http://").partition(":")
        slow = [await asyncio.open_connection(host, int(port)) for _ in range(20)]
        for number, (_, writer) in enumerate(slow):
            writer.write(UNFINISHED[number % len(UNFINISHED)])
        silent = await ask.open("/ws/btcusdt@trade")
        listening = await ask.open("/ws/btcusdt@trade")
        ask.trade("BUY", "0.1")
        assert (await listening.receive_json(timeout=2))["e"] == "trade"
        for _, writer in slow:
            writer.transport.abort()
        silent._response.close()
        ask.trade("BUY", "0.1")
        assert (await listening.receive_json(timeout=2))["e"] == "trade"
        url = ask.world.info.endpoints["rest"] + "/api/v3/ping"
        async with ask.session.get(url) as reply:
            assert reply.status == 200

    sockets(body)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("path", ["/ws", "/stream", "/ws-api/v3"])
@pytest.mark.parametrize(
    ("frame", "code"), [("binary", 1003), ("huge", 1009), ("latin", 1007), ("bits", 1002)]
)
def test_wrong_frame_ends_its_connection_alone(
    sockets: Any, path: str, frame: str, code: int
) -> None:
    async def body(ask: Any) -> None:
        other = await ask.open("/ws/btcusdt@trade")
        socket = await ask.open(path)
        if frame == "binary":
            await socket.send_bytes(b"\x00\x01")
        elif frame == "huge":
            await socket.send_str("x" * ((1 << 20) + 1))
        else:
            # A masked text frame: two bytes that are no UTF-8, or reserved bits set.
            first, text = (b"\x81", b"\xff\xfe") if frame == "latin" else (b"\xf1", b"{}")
            socket._response.connection.transport.write(first + b"\x82" + bytes(4) + text)
        message = await socket.receive(timeout=2)
        assert (message.type, message.data) == (WSMsgType.CLOSE, code)
        ask.trade("BUY", "0.1")
        assert (await other.receive_json(timeout=2))["e"] == "trade"

    sockets(body)


def _masked(first: int, text: bytes) -> bytes:
    """A frame as a client sends it, masked with zeros; ``first`` holds its last-part bit and its kind."""
    length = (
        bytes([0x80 | len(text)])
        if len(text) < 126
        else b"\xff" + len(text).to_bytes(8, byteorder="big")
    )
    return bytes([first]) + length + bytes(4) + text


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(("path", "answer"), [("/ws", []), ("/ws-api/v3", {})])
def test_message_in_parts_is_one_message(sockets: Any, path: str, answer: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open(path)
        method = b"ping" if "api" in path else b"LIST_SUBSCRIPTIONS"
        text = b'{"id":1,"method":"' + method + b'"}'
        parts = (_masked(0x01, text[:5]), _masked(0x00, text[5:9]), _masked(0x80, text[9:]))
        socket._response.connection.transport.write(b"".join(parts))
        assert (await socket.receive_json(timeout=2))["result"] == answer

    sockets(body)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([_masked(0x80, b"tail")], 1002),
        ([_masked(0x01, b"{"), _masked(0x81, b"{}")], 1002),
        ([_masked(0x01, b"x" * (1 << 20)), _masked(0x80, b"xx")], 1009),
        ([_masked(0x83, b"")], 1002),
        ([_masked(0x09, b"")], 1002),
        ([_masked(0x89, b"x" * 126)], 1002),
    ],
    ids=["nothing to continue", "a message in a message", "too large in all", "no such kind", "a ping in parts",
         "a long ping"],
)  # fmt: skip
def test_wrong_parts_end_their_connection_alone(
    sockets: Any, frames: list[bytes], code: int
) -> None:
    async def body(ask: Any) -> None:
        other = await ask.open("/ws/btcusdt@trade")
        socket = await ask.open("/ws")
        socket._response.connection.transport.write(b"".join(frames))
        message = await socket.receive(timeout=2)
        assert (message.type, message.data) == (WSMsgType.CLOSE, code)
        ask.trade("BUY", "0.1")
        assert (await other.receive_json(timeout=2))["e"] == "trade"

    sockets(body)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("text", "content_type", "status", "code"),
    [
        ('{"symbol":"BTCUSDT","orderId":9}', "application/json", 400, -1102),
        ("symbol=BTCUSDT&orderId=9", "text/plain", 400, -2011),
        ("symbol=BTCUSDT&orderId=9", "application/json;charset=utf-8", 400, -2011),
        ("symbol=BTCUSDT&symbol=BTCUSDT&orderId=9", FORM, 400, -1101),
        ("symbol=BTCUSDT&orderId=9&OrderId=9", FORM, 400, -1104),
        ("symbol=BTCUSDT&orderId=", FORM, 400, -1105),
        ("symbol=BTCUSDT&orderId=%39", FORM, 400, -2011),
        ("symbol=BTCUSDT&orderId=%3", FORM, 400, -1100),
        ("symbol=BTC%2BUSDT&orderId=9", FORM, 400, -1100),
    ],
)
def test_signed_body_is_read_as_a_form_whatever_it_claims_to_be(
    sockets: Any, text: str, content_type: str, status: int, code: int
) -> None:
    async def body(ask: Any) -> None:
        query = ask.stamped({})
        url = f"{ask.world.info.endpoints['rest']}/api/v3/order?{query}"
        signed = URL(f"{url}&signature={ask.hmac(query + text)}", encoded=True)
        headers = {"X-MBX-APIKEY": ask.credentials.api_key, "Content-Type": content_type}
        async with ask.session.delete(signed, data=text, headers=headers) as reply:
            assert (reply.status, (await reply.json())["code"]) == (status, code)

    sockets(body)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", 3, "Invalid JSON: expected value at line 1 column 1"),
        ("{\n\n  x", 3, "Invalid JSON: expected value at line 3 column 3"),
        ("[]", 2, "Invalid request: missing field `method` at line 1 column 2"),
        ('{"id":9223372036854775808,"method":"SUBSCRIBE"}', 2,
         "Invalid request: request ID must be an unsigned integer"),
        ('{"method":"SUBSCRIBE","params":"a","id":1}', 2, "Invalid request: missing field `params`"),
        ('{"method":"SUBSCRIBE","params":[1],"id":1}', 2, "Invalid request: invalid stream"),
        ('{"method":"GET_PROPERTY","params":["combined",1],"id":1}', 2, "Invalid request: too many parameters"),
        ('{"method":"GET_PROPERTY","params":[1],"id":1}', 2,
         "Invalid request: property name must be a string"),
        ('{"method":"GET_PROPERTY","params":["colour"],"id":1}', 0, "Unknown property"),
        ('{"method":"SET_PROPERTY","params":["combined",0],"id":1}', 1,
         "Invalid value type: expected Boolean"),
        ('{"method":["SUBSCRIBE"],"params":["a"],"id":1}', 2,
         "Invalid request: unknown variant `['SUBSCRIBE']`, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`,"
         " `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY` at line 1 column 12"),
    ],
)  # fmt: skip
def test_wrong_control_message_is_told_what_is_wrong(
    sockets: Any, text: str, code: int, message: str
) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws")
        await socket.send_str(text)
        answer = json.loads((await socket.receive(timeout=2)).data)
        assert answer["error"] == {"code": code, "msg": message}

    sockets(body)
