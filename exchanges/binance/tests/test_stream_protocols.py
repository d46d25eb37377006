"""Frames of the three kinds of connection, without a socket."""

import json
from typing import Any

import msgspec
import pytest

from venueproof_binance.stream import (
    USER_DATA,
    ListenKeyProtocol,
    MarketProtocol,
    SignedUserProtocol,
    read_depth,
    read_json,
)
from venueproof_core.errors import MalformedMessageError, RefusedError
from venueproof_net import StreamEnding, StreamEvent, StreamReply

DEPTH = '{"e":"depthUpdate","E":7,"s":"BTCUSDT","U":1,"u":3,"b":[["1.0","2.0"]],"a":[]}'


def event(protocol: Any, frame: str) -> StreamEvent:
    read = protocol.read(frame)
    assert isinstance(read, StreamEvent)
    return read


def test_a_depth_event_is_found_by_its_stream_and_read_typed() -> None:
    read = event(MarketProtocol("ws://h"), f'{{"stream":"btcusdt@depth@100ms","data":{DEPTH}}}')
    assert read.topic == "btcusdt@depth@100ms"
    change = read_depth(read.payload, 9)
    assert (change.first, change.last, change.bids, change.asks) == (1, 3, [("1.0", "2.0")], [])
    assert (change.venue_time_ns, change.received_time_ns) == (7_000_000, 9)


def test_order_and_number_of_fields_do_not_matter() -> None:
    data = {**json.loads(DEPTH), "new": {"x": 1}}
    frame = json.dumps({"new": 1, "data": dict(reversed(data.items())), "stream": "s"})
    assert read_depth(event(MarketProtocol("ws://h"), frame).payload, 9).last == 3


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        (DEPTH.replace('"2.0"', "null"), "$.b[0][1]"),
        (DEPTH.replace('"u":3,', ""), "u"),
        (DEPTH.replace('["1.0","2.0"]', '["1.0"]'), "$.b[0]"),
        (DEPTH[:40], "a frame"),
    ],
)
def test_a_broken_depth_event_is_named_by_its_path(broken: str, path: str) -> None:
    with pytest.raises(MalformedMessageError) as malformed:
        read_depth(msgspec.Raw(broken.encode()), 9)
    assert path in malformed.value.message


@pytest.mark.parametrize("frame", ['{"stream":"x","data":', "<html>", "", "[]", '{"stream":5}'])
def test_a_broken_frame_is_malformed(frame: str) -> None:
    with pytest.raises(MalformedMessageError):
        MarketProtocol("ws://h").read(frame)
    with pytest.raises(MalformedMessageError):
        read_json(msgspec.Raw(b"{"))


@pytest.mark.parametrize(
    "refused",
    [
        '{"error":{"code":2,"msg":"Invalid request: invalid stream"},"id":4}',
        '{"code":2,"msg":"Invalid request: invalid stream","id":4}',
    ],
)
def test_a_refused_subscription_is_told_in_both_forms_the_venue_uses(refused: str) -> None:
    reply = MarketProtocol("ws://h").read(refused)
    assert isinstance(reply, StreamReply)
    assert reply.request_id == 4
    assert isinstance(reply.error, RefusedError)
    assert reply.error.code == "2"


def test_replies_and_endings_of_market_streams() -> None:
    protocol = MarketProtocol("ws://h/")
    assert protocol.read('{"result":null,"id":1}') == StreamReply(1, None)
    assert protocol.read('{"error":{"code":3,"msg":"Invalid JSON"}}') is None
    ending = protocol.read('{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}')
    assert isinstance(ending, StreamEnding)
    assert json.loads(protocol.subscribe(5, ["a", "b"])) == {
        "method": "SUBSCRIBE",
        "params": ["a", "b"],
        "id": 5,
    }


def test_user_data_by_subscription() -> None:
    protocol = SignedUserProtocol("ws://h", None, None, None)  # type: ignore[arg-type]
    frame = '{"subscriptionId":0,"event":{"e":"executionReport","i":1}}'
    assert event(protocol, frame) == StreamEvent(USER_DATA, {"e": "executionReport", "i": 1})
    assert protocol.read('{"id":3,"status":200,"result":{"subscriptionId":0}}') == StreamReply(
        3, None
    )
    assert protocol.read('{"id":null,"status":401,"error":{"code":-2015,"msg":"m"}}') is None
    for kind in ("serverShutdown", "eventStreamTerminated"):
        assert isinstance(protocol.read(f'{{"event":{{"e":"{kind}","E":1}}}}'), StreamEnding)
    with pytest.raises(MalformedMessageError):
        protocol.read("nonsense")


def test_user_data_by_listen_key() -> None:
    protocol = ListenKeyProtocol("ws://h", None, None)  # type: ignore[arg-type]
    assert event(protocol, '{"e":"balanceUpdate"}').payload == {"e": "balanceUpdate"}
    assert isinstance(protocol.read('{"e":"listenKeyExpired","E":1}'), StreamEnding)
    assert protocol.read("[]") is None
    with pytest.raises(MalformedMessageError):
        protocol.read("{")
    assert protocol.subscribe(1, [USER_DATA]) is None
