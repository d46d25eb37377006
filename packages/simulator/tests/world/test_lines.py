"""Streams of chunked lines: the same connections, events and faults as on WebSockets."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientPayloadError


async def line(reply: Any) -> str:
    """The next message."""
    return (await reply.content.readline()).decode().rstrip("\n")


def test_lines_carry_the_events_of_a_stream(steered: Any) -> None:
    async def body(s: Any) -> None:
        async with s.session.get(f"{s.rest}/lines") as reply:
            assert await line(reply) == "subscribed"
            await s.place("a")
            assert int(await line(reply)) == s.world.core.version("AAA-BBB")
            connection = (await s.ask("GET", "/truth/connections"))[1][0]
            assert (connection["endpoint"], connection["channels"]) == ("lines", ["order_book"])
        await s.ask("POST", "/wait", {"predicate": {"kind": "closed"}})

    steered(body)


def test_refused_lines_are_an_ordinary_reply(steered: Any) -> None:
    async def body(s: Any) -> None:
        async with s.session.get(f"{s.rest}/lines?stranger") as reply:
            assert (reply.status, await reply.read()) == (401, b"")
        assert (await s.ask("GET", "/truth/connections"))[1] == []

    steered(body)


def test_faults_of_events_hit_lines_too(steered: Any) -> None:
    async def body(s: Any) -> None:
        async with s.session.get(f"{s.rest}/lines") as reply:
            await line(reply)
            spec = {"kind": "duplicate_event", "match": {"channel": "order_book"}}
            await s.ask("POST", "/faults", spec)
            await s.place("a")
            assert await line(reply) == await line(reply)

    steered(body)


def test_heartbeat_is_a_line(steered: Any) -> None:
    async def body(s: Any) -> None:
        async with s.session.get(f"{s.rest}/lines") as reply:
            await line(reply)
            s.world.connections[1].ping(b"heartbeat")
            assert await line(reply) == "heartbeat"

    steered(body)


def test_closed_lines_end_the_reply_and_cut_lines_break_it(steered: Any) -> None:
    async def body(s: Any) -> None:
        async with s.session.get(f"{s.rest}/lines") as reply:
            await line(reply)
            await s.ask("POST", "/faults", {"kind": "close_stream", "parameters": {"code": 1000}})
            assert await line(reply) == ""
        async with s.session.get(f"{s.rest}/lines") as reply:
            await line(reply)
            await s.ask("POST", "/faults", {"kind": "close_stream", "parameters": {"code": 0}})
            with pytest.raises(ClientPayloadError):
                await line(reply)

    steered(body)


def test_stalled_lines_send_nothing_and_stay_open(steered: Any) -> None:
    async def body(s: Any) -> None:
        async with s.session.get(f"{s.rest}/lines") as reply:
            await line(reply)
            await s.ask("POST", "/faults", {"kind": "stall_stream"})
            await s.place("unseen")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(line(reply), 0.05)
            assert s.world.connections[1].is_open

    steered(body)
