"""Every fault has its effect, as often as asked, and says that it fired."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientPayloadError, WSMsgType, WSServerHandshakeError

from venueproof_simulator.faults import registry


def test_every_fault_is_described() -> None:
    for name, fault in registry().items():
        assert fault.__doc__, f"{name} has no docstring"
        for parameter, (_, meaning) in fault.parameters.items():
            assert meaning, f"{name}.{parameter} is not explained"


def test_unknown_kind_and_parameter_are_explained(steered: Any) -> None:
    async def body(s: Any) -> None:
        status, answer = await s.ask("POST", "/faults", {"kind": "rain"})
        assert status == 400
        assert "unknown fault 'rain'; known: announce_shutdown" in answer["error"]
        spec = {"kind": "lose_reply", "parameters": {"how": 1}}
        status, answer = await s.ask("POST", "/faults", spec)
        assert (status, answer["error"]) == (
            400,
            "lose_reply has no parameter 'how'; it has: delivery",
        )

    steered(body)


async def arm(s: Any, kind: str, **spec: Any) -> str:
    """Arm a fault and return its id."""
    status, answer = await s.ask("POST", "/faults", {"kind": kind, **spec})
    assert status == 200, answer
    return str(answer["id"])


async def fired(s: Any, fault: str) -> int:
    """How often it fired."""
    return int((await s.ask("GET", f"/faults/{fault}"))[1]["fired"])


@pytest.mark.parametrize("delivery", ["cut", "truncated"])
def test_lost_reply_leaves_the_order_applied(steered: Any, delivery: str) -> None:
    async def body(s: Any) -> None:
        fault = await arm(
            s,
            "lose_reply",
            match={"operation": "place"},
            parameters={"delivery": delivery},
        )
        with pytest.raises((ClientConnectionError, ClientPayloadError)):
            await s.place("lost")
        assert len((await s.ask("GET", "/truth/orders"))[1]) == 1
        assert await fired(s, fault) == 1
        assert (await s.place("next"))[0] == 200

    steered(body)


def test_reply_that_never_comes_keeps_the_connection_open(steered: Any) -> None:
    async def body(s: Any) -> None:
        fault = await arm(s, "lose_reply", match={"operation": "place"})
        placing = asyncio.create_task(s.place("lost"))
        await s.ask("POST", "/wait", {"predicate": {"kind": "fault", "id": fault}})
        assert not placing.done()
        placing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await placing

    steered(body)


@pytest.mark.parametrize("applied", [True, False])
def test_refused_request_is_applied_only_if_said(steered: Any, applied: bool) -> None:
    async def body(s: Any) -> None:
        parameters = {"reason": "overloaded", "applied": applied}
        fault = await arm(s, "refuse_request", match={"operation": "place"}, parameters=parameters)
        assert (await s.place("maybe"))[0] == 503
        assert len((await s.ask("GET", "/truth/orders"))[1]) == int(applied)
        assert await fired(s, fault) == 1

    steered(body)


@pytest.mark.parametrize(("body_kind", "text"), [("empty", ""), ("null", "null")])
def test_body_is_replaced(steered: Any, body_kind: str, text: str) -> None:
    async def body(s: Any) -> None:
        await arm(s, "replace_body", parameters={"status": 200, "body": body_kind})
        assert await s.venue("GET", "/book") == (200, text)

    steered(body)


def test_edited_reply_counts_only_real_edits(steered: Any) -> None:
    async def body(s: Any) -> None:
        none = await arm(s, "edit_text", parameters={"pattern": "zzz", "replacement": "y"})
        some = await arm(
            s, "edit_text", parameters={"pattern": r'"version":\d+', "replacement": '"version":0'}
        )
        assert await s.venue("GET", "/book") == (200, '{"version":0}')
        assert (await fired(s, none), await fired(s, some)) == (0, 1)

    steered(body)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("drop_event", [1, 2]),
        ("duplicate_event", [0, 0, 1, 2]),
        ("reorder_events", [1, 0, 2]),
    ],
)
def test_stream_events_are_disturbed_once(steered: Any, kind: str, expected: list[int]) -> None:
    async def body(s: Any) -> None:
        async with s.session.ws_connect(s.stream) as socket:
            await socket.receive()
            fault = await arm(s, kind, match={"channel": "order_book"})
            first = s.world.core.version("AAA-BBB") + 1
            for number in range(3):
                await s.place(f"o{number}", price=900 + number)
            got = [int((await socket.receive()).data) - first for _ in expected]
            assert got == expected
            assert await fired(s, fault) == 1

    steered(body)


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("truncate", WSMsgType.TEXT),
        ("brackets", WSMsgType.TEXT),
        ("list", WSMsgType.TEXT),
        ("binary", WSMsgType.BINARY),
    ],
)
def test_garbled_event_is_no_event(steered: Any, how: str, kind: WSMsgType) -> None:
    async def body(s: Any) -> None:
        async with s.session.ws_connect(s.stream) as socket:
            await socket.receive()
            await arm(s, "garble_event", match={"channel": "order_book"}, parameters={"how": how})
            await s.place("a", price=900)
            await s.place("b", price=901)
            garbled, sound = await socket.receive(), await socket.receive()
            assert garbled.type is kind
            assert int(sound.data) == s.world.core.version("AAA-BBB")
            assert garbled.data != str(int(sound.data) - 1)

    steered(body)


def test_pong_counts_with_the_payload_of_a_ping_alone(steered: Any) -> None:
    async def body(s: Any) -> None:
        async with s.session.ws_connect(s.stream, autoping=False) as socket:
            await socket.receive()
            connection = s.world.connections[1]
            connection.ping(b"asked")
            assert (await socket.receive()).data == b"asked"
            for payload in (b"", b"asked", b"asked"):
                seen = len(s.world.journal.since(0))
                await socket.pong(payload)
                await s.world.journal.wait(
                    lambda seen=seen: len(s.world.journal.since(0)) > seen, 2
                )
            assert connection.pongs == 1

    steered(body)


def test_skipped_occasions_pass(steered: Any) -> None:
    async def body(s: Any) -> None:
        await arm(s, "replace_body", skip=1, parameters={"status": 500, "body": "empty"})
        assert [(await s.venue("GET", "/book"))[0] for _ in range(3)] == [200, 500, 200]

    steered(body)


@pytest.mark.parametrize(("code", "seen"), [(1001, 1001), (0, 1006)])
def test_stream_is_closed_with_the_code(steered: Any, code: int, seen: int) -> None:
    async def body(s: Any) -> None:
        async with s.session.ws_connect(s.stream) as socket:
            await socket.receive()
            fault = await arm(s, "close_stream", parameters={"code": code})
            await socket.receive()
            assert socket.close_code == seen
            assert await fired(s, fault) == 1
        await s.ask("POST", "/wait", {"predicate": {"kind": "closed"}})

    steered(body)


def test_stalled_stream_sends_nothing_and_stays_open(steered: Any) -> None:
    async def body(s: Any) -> None:
        async with s.session.ws_connect(s.stream) as socket:
            await socket.receive()
            await arm(s, "stall_stream")
            await socket.send_str("hello")
            await s.place("unseen")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.receive(), 0.05)
            assert s.world.connections[1].is_open

    steered(body)


def test_refused_handshakes_end_when_the_count_is_used_up(steered: Any) -> None:
    async def body(s: Any) -> None:
        await arm(s, "refuse_connection", parameters={"status": 503})
        with pytest.raises(WSServerHandshakeError):
            await s.session.ws_connect(s.stream)
        async with s.session.ws_connect(s.stream) as socket:
            assert (await socket.receive()).data == "subscribed"

    steered(body)


def test_refused_subscription_is_told(steered: Any) -> None:
    async def body(s: Any) -> None:
        fault = await arm(s, "refuse_subscription")
        async with s.session.ws_connect(s.stream) as socket:
            assert (await socket.receive()).data == "refused"
        assert await fired(s, fault) == 1

    steered(body)


def test_conflated_events_go_out_together_when_the_fault_is_removed(steered: Any) -> None:
    async def body(s: Any) -> None:
        async with s.session.ws_connect(s.stream) as socket:
            await socket.receive()
            fault = await arm(s, "conflate_events", count=None)
            await s.place("a")
            await s.place("b", price=901)
            frames = {"kind": "frames", "match": {"channel": "order_book"}}
            status, _ = await s.ask("POST", "/wait", {"predicate": frames, "deadline_s": 0.01})
            assert status == 408
            assert (await s.ask("DELETE", f"/faults/{fault}"))[1]["fired"] == 2
            versions = [int((await socket.receive()).data) for _ in range(2)]
            assert versions == [
                s.world.core.version("AAA-BBB") - 1,
                s.world.core.version("AAA-BBB"),
            ]

    steered(body)


def test_half_open_connection_is_not_closed_by_the_venue_either(steered: Any) -> None:
    async def body(s: Any) -> None:
        async with s.session.ws_connect(s.stream) as socket:
            await socket.receive()
            await arm(s, "stall_stream")
            s.world.connections[1].close(1008, "too late")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.receive(), 0.05)

    steered(body)


def test_delayed_reply_comes_when_the_timers_say_so_and_is_applied_before(steered: Any) -> None:
    async def body(s: Any) -> None:
        fault = await arm(s, "delay_reply", parameters={"delay_s": 3600.0})
        placing = asyncio.create_task(s.place("late"))
        await s.ask("POST", "/wait", {"predicate": {"kind": "fault", "id": fault}})
        assert len((await s.ask("GET", "/truth/orders"))[1]) == 1
        assert not placing.done()
        await s.ask("POST", "/clock", {"timers": {"advance_s": 3600}})
        assert (await placing)[0] == 200
        assert await fired(s, fault) == 1
        assert (await s.place("next"))[0] == 200

    steered(body)
