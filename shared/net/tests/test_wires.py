"""A stream session on chunked lines: the same healing, without messages to the venue."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from venueproof_core.errors import ConnectError
from venueproof_net import (
    GAP,
    ChunkedLinesWire,
    FrameInbox,
    Heartbeat,
    HttpSession,
    Pacer,
    ReconnectPolicy,
    SteerableClock,
    StreamEvent,
    StreamProtocol,
    StreamSession,
    Subscriptions,
)

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class LinesVenue:
    """Answers each GET with a reply that goes on until somebody ends it."""

    def __init__(self) -> None:
        self.writers: list[asyncio.StreamWriter] = []
        self.heads: list[str] = []
        self.opened = asyncio.Event()
        self.refusals = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        if self.refusals:
            self.refusals -= 1
            writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        writer.write(HEAD)
        self.writers.append(writer)
        self.opened.set()

    def chunk(self, data: bytes) -> None:
        """Send one chunk on the newest connection; lines and chunks need not agree."""
        self.writers[-1].write(b"%x\r\n%s\r\n" % (len(data), data))


@asynccontextmanager
async def lines_venue() -> AsyncIterator[LinesVenue]:
    venue = LinesVenue()
    server = await asyncio.start_server(venue.serve, "127.0.0.1", 0)
    venue.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/prices/stream"
    try:
        yield venue
    finally:
        for writer in venue.writers:
            writer.close()
        server.close()
        await server.wait_closed()


class QuickPolicy(ReconnectPolicy):
    first_delay_s = 0.005


class FiveSecondHeartbeat(Heartbeat):
    quiet_s = 10.0
    answer_s = 0.0


class LinesProtocol(StreamProtocol):
    """One JSON object per line; opening is subscribing."""

    wire = ChunkedLinesWire()

    def __init__(self, url: str) -> None:
        self._url = url

    async def url(self) -> str:
        return self._url

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": "Bearer token"}

    def subscribe(self, request_id: int, topics: Sequence[str]) -> None:
        return None

    def unsubscribe(self, request_id: int, topics: Sequence[str]) -> None:
        return None

    def read(self, frame: str | bytes) -> StreamEvent | None:
        value = json.loads(frame)
        return None if value == "heartbeat" else StreamEvent("prices", value)


@asynccontextmanager
async def session_on(url: str) -> AsyncIterator[tuple[StreamSession, SteerableClock]]:
    clock = SteerableClock()
    http = HttpSession(venue="test", clock=clock, timeout_s=2.0)
    session = StreamSession(
        LinesProtocol(url),
        http,
        venue="test",
        clock=clock,
        timeout_s=2.0,
        reconnect=QuickPolicy(),
        subscriptions=Subscriptions(),
        heartbeat=FiveSecondHeartbeat(),
        messages=Pacer(10, 1.0),
        connects=Pacer(1000, 1.0),
    )
    try:
        yield session, clock
    finally:
        await session.aclose()
        await http.aclose()


async def next_item(inbox: FrameInbox) -> Any:
    return await asyncio.wait_for(inbox.get(), 3)


async def test_lines_are_frames_however_they_are_cut_into_chunks() -> None:
    async with lines_venue() as venue, session_on(venue.url) as (session, _):
        inbox = FrameInbox()
        await session.attach("prices", inbox)
        venue.chunk(b'1\n"heartbeat"\n\n2\r\n{"a"')
        venue.chunk(b': 3}\n"' + b"x" * 200_000 + b'"\n')
        values = [(await next_item(inbox))[0] for _ in range(4)]
        assert values == [1, 2, {"a": 3}, "x" * 200_000]
        assert "Authorization: Bearer token" in venue.heads[0]


@pytest.mark.parametrize("is_proper", [True, False])
async def test_an_end_of_any_kind_leads_to_a_new_request(is_proper: bool) -> None:
    async with lines_venue() as venue, session_on(venue.url) as (session, _):
        inbox = FrameInbox()
        await session.attach("prices", inbox)
        venue.refusals = 1
        venue.opened.clear()
        if is_proper:
            venue.writers[0].write(b"0\r\n\r\n")
        else:
            venue.chunk(b'{"half of a')
            venue.writers[0].close()
        assert await next_item(inbox) is GAP
        venue.chunk(b"7\n")
        assert (await next_item(inbox))[0] == 7
        assert len(venue.heads) == 3


async def test_missing_heartbeats_lead_to_a_new_request() -> None:
    async with lines_venue() as venue, session_on(venue.url) as (session, clock):
        inbox = FrameInbox()
        await session.attach("prices", inbox)
        venue.chunk(b"1\n")
        await next_item(inbox)
        clock.advance(11)
        assert await next_item(inbox) is GAP
        assert len(venue.writers) == 2


async def test_a_stream_of_lines_that_is_refused_says_its_status() -> None:
    async with lines_venue() as venue:
        venue.refusals = 1
        http = HttpSession(venue="test", clock=SteerableClock(), timeout_s=2.0)
        try:
            with pytest.raises(ConnectError, match="status 401"):
                await ChunkedLinesWire().open(http, venue.url, headers={}, operation="stream")
        finally:
            await http.aclose()
