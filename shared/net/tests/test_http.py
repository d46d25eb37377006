"""What becomes of a request: sent once and byte for byte, and every loss has an honest outcome."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from venueproof_core import Outcome
from venueproof_core.errors import (
    ConnectError,
    DisconnectedError,
    MalformedMessageError,
    TimedOutError,
    VenueError,
)
from venueproof_net import ClosedError, HttpSession, RawReply, RetryPolicy, SteerableClock

Handler = Callable[[asyncio.StreamWriter], Awaitable[None]]


class RawVenue:
    """A socket that shows what it received, byte for byte."""

    def __init__(self, *handlers: Handler) -> None:
        self.handlers = list(handlers)
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.received = asyncio.Event()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lengths = [
                    x for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")
                ]
                size = int(lengths[0].split(b":")[1]) if lengths else 0
                self.heads.append(head)
                self.bodies.append(await reader.readexactly(size))
                self.received.set()
                handler = self.handlers[0] if len(self.handlers) == 1 else self.handlers.pop(0)
                await handler(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def raw_venue(
    *handlers: Handler,
) -> AsyncIterator[tuple[RawVenue, HttpSession, SteerableClock]]:
    venue, clock = RawVenue(*handlers), SteerableClock()
    server = await asyncio.start_server(venue.serve, "127.0.0.1", 0)
    venue.port = server.sockets[0].getsockname()[1]
    session = HttpSession(venue="test", clock=clock, timeout_s=5.0)
    try:
        yield venue, session, clock
    finally:
        await session.aclose()
        await session.aclose()
        server.close()
        await server.wait_closed()


async def answer(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Used: 7\r\nContent-Length: 2\r\n\r\n{}")
    await writer.drain()


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def truncate(writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"a":')
    writer.close()


async def talk_nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\x01nonsense\r\n\r\n")
    writer.close()


async def never_answer(_: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def send(
    session: HttpSession, port: int, method: str = "POST", is_write: bool = True
) -> RawReply:
    url = f"http://127.0.0.1:{port}/a?x=%2F%40,b&signature=secret%2Btext"
    return await session.request(
        method, url, operation="place", is_write=is_write, headers={"K": "v"}, body="q=%E4&r=1"
    )


async def test_url_and_body_are_sent_byte_for_byte() -> None:
    async with raw_venue(answer) as (venue, session, _):
        reply = await send(session, venue.port)
        assert venue.heads[0].split(b" ")[1] == b"/a?x=%2F%40,b&signature=secret%2Btext"
        assert venue.bodies == [b"q=%E4&r=1"]
        assert (reply.status, reply.body, reply.headers["x-used"]) == (200, b"{}", "7")


@pytest.mark.parametrize(
    ("handler", "kind"),
    [(hang_up, DisconnectedError), (truncate, MalformedMessageError), (talk_nonsense, VenueError)],
)
@pytest.mark.parametrize("is_write", [True, False])
async def test_a_reply_lost_after_sending_is_unknown_for_a_write(
    handler: Handler, kind: type[VenueError], is_write: bool
) -> None:
    async with raw_venue(handler) as (venue, session, _):
        with pytest.raises(kind) as lost:
            await send(session, venue.port, is_write=is_write)
        assert lost.value.outcome is (Outcome.UNKNOWN if is_write else Outcome.NOT_APPLIED)
        shown = str(lost.value) + str(lost.value.__cause__ or "")
        assert "secret" not in shown, shown


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "GET"])
async def test_nothing_is_sent_twice_when_a_kept_connection_ends(method: str) -> None:
    async with raw_venue(answer, hang_up) as (venue, session, _):
        await send(session, venue.port, method)
        with pytest.raises(DisconnectedError):
            await send(session, venue.port, method)
        assert len(venue.heads) == 2


async def test_no_answer_times_out_on_the_clock() -> None:
    async with raw_venue(never_answer) as (venue, session, clock):
        call = asyncio.create_task(send(session, venue.port))
        await venue.received.wait()
        clock.advance(5.1)
        with pytest.raises(TimedOutError) as timeout:
            await asyncio.wait_for(call, 1)
        assert timeout.value.outcome is Outcome.UNKNOWN


async def test_no_connection_means_that_nothing_was_sent() -> None:
    async with raw_venue(answer) as (venue, session, _):
        port = venue.port
    session = HttpSession(venue="test", clock=SteerableClock(), timeout_s=5.0)
    try:
        with pytest.raises(ConnectError) as refused:
            await send(session, port)
        assert refused.value.outcome is Outcome.NOT_APPLIED
        with pytest.raises(ConnectError):
            await session.open_socket(f"ws://127.0.0.1:{port}/ws/secret", operation="stream")
    finally:
        await session.aclose()


async def test_a_closed_session_sends_nothing_and_is_not_asked_again() -> None:
    async with raw_venue(never_answer) as (venue, session, clock):
        retry = RetryPolicy(clock)
        call = asyncio.create_task(
            retry.run(lambda: send(session, venue.port, is_write=False), "order_book")
        )
        await venue.received.wait()
        await session.aclose()
        clock.advance(0.1)
        with pytest.raises(ClosedError) as closed:
            await asyncio.wait_for(call, 1)
        assert closed.value.outcome is Outcome.NOT_APPLIED
        assert len(venue.heads) == 1
