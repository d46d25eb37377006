"""The stream session against a small WebSocket venue on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from venueproof_core import Outcome
from venueproof_core.errors import MalformedMessageError, RefusedError, TimedOutError
from venueproof_net import (
    GAP,
    FrameInbox,
    Heartbeat,
    HttpSession,
    Pacer,
    PushedSnapshots,
    ReconnectPolicy,
    SteerableClock,
    StreamEnding,
    StreamEvent,
    StreamProtocol,
    StreamReply,
    StreamSession,
    Subscriptions,
)


class QuickPolicy(ReconnectPolicy):
    first_delay_s = 0.005

    def __init__(self) -> None:
        super().__init__()
        self.delays: list[int] = []

    def delay_s(self, attempt: int) -> float:
        self.delays.append(attempt)
        return self.first_delay_s


class JsonProtocol(StreamProtocol):
    """``[id, "sub", [topics]]`` out; ``["ok", id]``, ``["no", id]``, ``["end"]``, ``[topic, value]`` in."""

    topics_per_message = 3

    def __init__(self, url: str) -> None:
        self._url = url

    async def url(self) -> str:
        return self._url

    def subscribe(self, request_id: int, topics: Sequence[str]) -> str:
        return json.dumps([request_id, "sub", list(topics)])

    def unsubscribe(self, request_id: int, topics: Sequence[str]) -> str:
        return json.dumps([request_id, "unsub", list(topics)])

    def read(self, frame: str | bytes) -> StreamEvent | StreamReply | StreamEnding | None:
        try:
            kind, *rest = json.loads(frame)
        except ValueError as error:
            raise MalformedMessageError(
                "no JSON", venue="t", operation="stream", outcome=Outcome.NOT_APPLIED
            ) from error
        if kind == "ok":
            return StreamReply(rest[0], None)
        if kind == "no":
            refused = RefusedError("no", venue="t", operation="s", outcome=Outcome.NOT_APPLIED)
            return StreamReply(rest[0], refused)
        if kind == "end":
            return StreamEnding("it said so")
        return StreamEvent(kind, rest[0])


async def agree(peer: Any, text: str) -> None:
    """Acknowledge everything but a topic called ``bad``."""
    request_id, verb, topics = json.loads(text)
    if verb == "sub":
        answer = "no" if "bad" in topics else "ok"
        await peer.socket.send_str(json.dumps([answer, request_id]))


async def ignore(peer: Any, text: str) -> None:
    """Never answer."""


@asynccontextmanager
async def session_on(
    url: str, **changes: Any
) -> AsyncIterator[tuple[StreamSession, SteerableClock]]:
    clock = SteerableClock()
    http = HttpSession(venue="test", clock=clock, timeout_s=2.0)
    parts: dict[str, Any] = {
        "reconnect": QuickPolicy(),
        "subscriptions": Subscriptions(),
        "heartbeat": Heartbeat(),
        "messages": Pacer(1000, 1.0),
        "connects": Pacer(1000, 1.0),
    }
    protocol = changes.pop("protocol", JsonProtocol)
    session = StreamSession(
        protocol(url), http, venue="test", clock=clock, timeout_s=2.0, **{**parts, **changes}
    )
    try:
        yield session, clock
    finally:
        await session.aclose()
        await http.aclose()


async def next_item(inbox: FrameInbox) -> Any:
    return await asyncio.wait_for(inbox.get(), 3)


async def test_attach_returns_after_the_acknowledgement_and_frames_follow(
    loopback_venue: Any,
) -> None:
    async with loopback_venue(agree) as venue, session_on(venue.url) as (session, _):
        inbox = FrameInbox()
        await session.attach("a", inbox)
        await venue.peers[0].socket.send_str('["a", 7]')
        payload, received_ns = await next_item(inbox)
        assert payload == 7
        assert received_ns > 0


async def test_topics_wanted_together_go_in_one_message_and_within_its_size(
    loopback_venue: Any,
) -> None:
    async with loopback_venue(agree) as venue, session_on(venue.url) as (session, _):
        await asyncio.gather(*(session.attach(topic, FrameInbox()) for topic in "abcde"))
        sent = [json.loads(text)[2] for text in venue.peers[0].received]
        assert sent == [["a", "b", "c"], ["d", "e"]]


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1008, 1011, 1012, 4000])
async def test_every_close_code_leads_to_a_new_connection_with_everything_restored(
    loopback_venue: Any, code: int
) -> None:
    async with loopback_venue(agree) as venue, session_on(venue.url) as (session, _):
        inboxes = {topic: FrameInbox() for topic in "ab"}
        for topic, inbox in inboxes.items():
            await session.attach(topic, inbox)
        if code == 1006:
            venue.peers[0].socket._req.transport.abort()
        else:
            await venue.peers[0].socket.close(code=code)
        for inbox in inboxes.values():
            assert await next_item(inbox) is GAP
        assert json.loads(venue.peers[1].received[0])[2] == ["a", "b"]
        await venue.peers[1].socket.send_str('["b", 1]')
        assert (await next_item(inboxes["b"]))[0] == 1


async def test_an_announced_end_leads_to_a_new_connection(loopback_venue: Any) -> None:
    async with loopback_venue(agree) as venue, session_on(venue.url) as (session, _):
        inbox = FrameInbox()
        await session.attach("a", inbox)
        await venue.peers[0].socket.send_str('["end"]')
        assert await next_item(inbox) is GAP
        assert venue.peers[0].socket.closed or venue.peers[0].socket._closing


async def test_failed_attempts_are_counted_and_the_count_starts_again_after_success(
    loopback_venue: Any,
) -> None:
    policy = QuickPolicy()
    async with (
        loopback_venue(agree) as venue,
        session_on(venue.url, reconnect=policy) as (session, _),
    ):
        inbox = FrameInbox()
        await session.attach("a", inbox)
        for refusals in (3, 1):
            venue.refusals = refusals
            await venue.peers[-1].socket.close()
            assert await next_item(inbox) is GAP
        assert policy.delays == [1, 2, 3, 4, 1, 2]


def test_pauses_grow_to_a_bound() -> None:
    delays = [ReconnectPolicy().delay_s(attempt) for attempt in (1, 2, 3, 4, 50)]
    assert delays[:4] == sorted(delays[:4])
    assert 0.08 <= delays[0] <= 0.1
    assert delays[4] <= 30


async def test_a_policy_that_gives_up_ends_the_streams(loopback_venue: Any) -> None:
    class GivesUp(QuickPolicy):
        def should_reconnect(self, close_code: int | None) -> bool:
            return close_code != 1000

    async with (
        loopback_venue(agree) as venue,
        session_on(venue.url, reconnect=GivesUp()) as (session, _),
    ):
        inbox = FrameInbox()
        await session.attach("a", inbox)
        await venue.peers[0].socket.close(code=1000)
        with pytest.raises(Exception, match="closed with 1000"):
            await next_item(inbox)


async def test_a_ping_is_answered_with_its_payload(loopback_venue: Any) -> None:
    async with loopback_venue(agree) as venue, session_on(venue.url) as (session, _):
        await session.attach("a", FrameInbox())
        await venue.peers[0].socket.ping(b"1234567")
        await venue.until(lambda: venue.peers[0].pongs == [b"1234567"])


async def test_a_dead_stream_is_noticed_on_the_clock_and_replaced(loopback_venue: Any) -> None:
    class Impatient(Heartbeat):
        answer_s = 0.05

    async with (
        loopback_venue(agree) as venue,
        session_on(venue.url, heartbeat=Impatient()) as (session, clock),
    ):
        inbox = FrameInbox()
        await session.attach("a", inbox)
        venue.peers[0].socket._req.transport.pause_reading()  # it hears nothing any more
        clock.advance(76)
        assert await next_item(inbox) is GAP
        assert len(venue.peers) == 2


async def test_a_quiet_but_healthy_stream_is_kept(loopback_venue: Any) -> None:
    class Impatient(Heartbeat):
        answer_s = 0.1

    async with (
        loopback_venue(agree) as venue,
        session_on(venue.url, heartbeat=Impatient()) as (session, clock),
    ):
        inbox = FrameInbox()
        await session.attach("a", inbox)
        for asked in (1, 2, 3):
            clock.advance(600)
            await venue.until(lambda asked=asked: venue.peers[0].pings >= asked)
            await venue.peers[0].socket.send_str('["a", 1]')
            assert (await next_item(inbox))[0] == 1
        assert len(venue.peers) == 1


async def test_jumps_of_the_clock_do_not_end_a_stream_before_it_can_answer(
    loopback_venue: Any,
) -> None:
    async with loopback_venue(agree) as venue, session_on(venue.url) as (session, clock):
        inbox = FrameInbox()
        await session.attach("a", inbox)
        transport = venue.peers[0].socket._req.transport
        transport.pause_reading()
        for _ in range(2 * Heartbeat.questions):
            clock.advance(600)
            for _ in range(20):  # everything that waited for the clock goes on
                await asyncio.sleep(0)
        transport.resume_reading()
        await venue.until(lambda: venue.peers[0].pings >= 1)
        await venue.peers[0].socket.send_str('["a", 1]')
        assert (await next_item(inbox))[0] == 1
        assert len(venue.peers) == 1


async def test_a_topic_refused_when_it_is_restored_ends_and_the_others_go_on(
    loopback_venue: Any,
) -> None:
    refused_from = 2

    async def agree_at_first(peer: Any, text: str) -> None:
        is_late = len(venue.peers) >= refused_from
        request_id, _, topics = json.loads(text)
        answer = "no" if is_late and "b" in topics else "ok"
        await peer.socket.send_str(json.dumps([answer, request_id]))

    async with loopback_venue(agree_at_first) as venue, session_on(venue.url) as (session, _):
        inboxes = {topic: FrameInbox() for topic in "abc"}
        for topic, inbox in inboxes.items():
            await session.attach(topic, inbox)
        await venue.peers[0].socket.close()
        for topic in "ac":
            assert await next_item(inboxes[topic]) is GAP
        with pytest.raises(RefusedError):
            await next_item(inboxes["b"])
        await venue.peers[1].socket.send_str('["c", 1]')
        assert (await next_item(inboxes["c"]))[0] == 1
        assert len(venue.peers) == refused_from


async def test_a_refused_topic_is_told_and_takes_no_other_down(loopback_venue: Any) -> None:
    async with loopback_venue(agree) as venue, session_on(venue.url) as (session, _):
        results = await asyncio.gather(
            session.attach("a", FrameInbox()),
            session.attach("bad", FrameInbox()),
            session.attach("c", FrameInbox()),
            return_exceptions=True,
        )
        assert [type(result) for result in results] == [type(None), RefusedError, type(None)]
        assert len(session) == 2


async def test_an_unanswered_subscription_times_out_on_the_clock(loopback_venue: Any) -> None:
    async with loopback_venue(ignore) as venue, session_on(venue.url) as (session, clock):
        attaching = asyncio.create_task(session.attach("a", FrameInbox()))
        await venue.until(lambda: bool(venue.peers and venue.peers[0].received))
        clock.advance(2.1)
        with pytest.raises(TimedOutError) as timeout:
            await attaching
        assert timeout.value.outcome is Outcome.NOT_APPLIED


async def test_an_unreadable_frame_is_a_gap_for_every_topic(loopback_venue: Any) -> None:
    async with loopback_venue(agree) as venue, session_on(venue.url) as (session, _):
        inboxes = [FrameInbox(), FrameInbox()]
        await session.attach("a", inboxes[0])
        await session.attach("b", inboxes[1])
        await venue.peers[0].socket.send_str('["a", 1')
        for inbox in inboxes:
            assert await next_item(inbox) is GAP
        assert len(venue.peers) == 1


async def test_two_readers_of_a_topic_share_its_subscription(loopback_venue: Any) -> None:
    async with loopback_venue(agree) as venue, session_on(venue.url) as (session, _):
        first, second = FrameInbox(), FrameInbox()
        await session.attach("a", first)
        await session.attach("a", second)
        await session.attach("b", FrameInbox())
        await venue.peers[0].socket.send_str('["a", 1]')
        assert (await next_item(first))[0] == (await next_item(second))[0] == 1
        await session.detach("a", first)
        await venue.peers[0].socket.send_str('["a", 2]')
        assert (await next_item(second))[0] == 2
        await session.detach("a", second)
        await venue.until(lambda: '"unsub", ["a"]' in venue.peers[0].received[-1])


async def test_topics_are_given_back_in_messages_of_the_size_the_venue_takes(
    loopback_venue: Any,
) -> None:
    async with loopback_venue(agree) as venue, session_on(venue.url) as (session, _):
        stays, leaves = FrameInbox(), FrameInbox()
        await session.attach("stays", stays)
        topics = [f"t{number}" for number in range(5)]
        for topic in topics:
            await session.attach(topic, leaves)
        await asyncio.gather(*(session.detach(topic, leaves) for topic in topics))

        def given_back() -> list[list[str]]:
            messages = [json.loads(text) for text in venue.peers[0].received]
            return [named for _, verb, named in messages if verb == "unsub"]

        await venue.until(lambda: sum(map(len, given_back())) == len(topics))
        assert [len(named) for named in given_back()] == [3, 2]


async def test_the_last_to_leave_closes_the_connection_and_a_newcomer_opens_one(
    loopback_venue: Any,
) -> None:
    async with loopback_venue(agree) as venue, session_on(venue.url) as (session, _):
        inbox = FrameInbox()
        await session.attach("a", inbox)
        await session.detach("a", inbox)
        await session.attach("a", inbox)
        assert len(venue.peers) == 2
        assert venue.peers[0].socket.closed
        await session.aclose()
        with pytest.raises(StopAsyncIteration):
            await next_item(inbox)


async def test_messages_are_paced(loopback_venue: Any) -> None:
    class WatchedPacer(Pacer):
        is_full = asyncio.Event()

        def wait_s(self, now_ns: int) -> float:
            wait_s = super().wait_s(now_ns)
            if wait_s > 0:
                self.is_full.set()
            return wait_s

    pacer = WatchedPacer(2, 1.5)
    async with (
        loopback_venue(agree) as venue,
        session_on(venue.url, messages=pacer) as (session, clock),
    ):
        await session.attach("a", FrameInbox())
        await session.attach("b", FrameInbox())
        third = asyncio.create_task(session.attach("c", FrameInbox()))
        await asyncio.wait_for(pacer.is_full.wait(), 2)
        assert len(venue.peers[0].received) == 2
        clock.advance(1.5)
        await asyncio.wait_for(third, 2)
        assert len(venue.peers[0].received) == 3


class LoginProtocol(JsonProtocol):
    """Must log in first, and shows every second that it lives."""

    ping_every_s = 1.0

    def log_in(self, request_id: int) -> str:
        return json.dumps([request_id, "log in", []])

    def ping(self) -> str:
        return json.dumps([0, "ping", []])


async def agree_to_all(peer: Any, text: str) -> None:
    """Acknowledge whatever comes, and begin each topic with an image."""
    request_id, verb, topics = json.loads(text)
    if verb != "ping":
        await peer.socket.send_str(json.dumps(["ok", request_id]))
    if verb == "sub":
        for topic in topics:
            await peer.socket.send_str(json.dumps([topic, "image"]))


def verbs(peer: Any) -> list[str]:
    return [json.loads(text)[1] for text in peer.received]


async def test_topics_are_asked_for_after_the_login_was_acknowledged(loopback_venue: Any) -> None:
    async with (
        loopback_venue(agree_to_all) as venue,
        session_on(venue.url, protocol=LoginProtocol) as (session, _),
    ):
        await session.attach("a", FrameInbox())
        assert verbs(venue.peers[0]) == ["log in", "sub"]


async def test_a_refused_login_is_told_to_who_waits_for_a_topic(loopback_venue: Any) -> None:
    async def refuse(peer: Any, text: str) -> None:
        await peer.socket.send_str(json.dumps(["no", json.loads(text)[0]]))

    async with (
        loopback_venue(refuse) as venue,
        session_on(venue.url, protocol=LoginProtocol) as (session, _),
    ):
        with pytest.raises(RefusedError):
            await session.attach("a", FrameInbox())
        assert verbs(venue.peers[0]) == ["log in"]


async def test_the_venue_is_pinged_as_often_as_it_wants(loopback_venue: Any) -> None:
    pinged = asyncio.Event()

    async def watch(peer: Any, text: str) -> None:
        await agree_to_all(peer, text)
        if json.loads(text)[1] == "ping":
            pinged.set()

    async with (
        loopback_venue(watch) as venue,
        session_on(venue.url, protocol=LoginProtocol) as (session, clock),
    ):
        await session.attach("a", FrameInbox())
        clock.advance(1)
        await asyncio.wait_for(pinged.wait(), 3)


async def test_a_renewed_topic_is_given_back_and_asked_for_again_without_a_gap(
    loopback_venue: Any,
) -> None:
    async with loopback_venue(agree_to_all) as venue, session_on(venue.url) as (session, _):
        inbox = FrameInbox()
        await session.attach("a", inbox)
        assert (await next_item(inbox))[0] == "image"
        await session.renew("a")
        assert (await next_item(inbox))[0] == "image"
        assert verbs(venue.peers[0]) == ["sub", "unsub", "sub"]
        assert session.subscribed_times("a") == 2


async def test_a_second_reader_has_the_venue_push_its_image_again(loopback_venue: Any) -> None:
    async with loopback_venue(agree_to_all) as venue, session_on(venue.url) as (session, _):
        for subscriptions in (1, 2):
            snapshots, inbox = PushedSnapshots(session, "a"), FrameInbox()
            await session.attach("a", inbox)
            await snapshots()
            assert (await next_item(inbox))[0] == "image"
            assert verbs(venue.peers[0]).count("sub") == subscriptions


async def test_an_image_right_behind_the_acknowledgement_survives_the_gap_of_a_cut(
    loopback_venue: Any,
) -> None:
    async with loopback_venue(agree_to_all) as venue, session_on(venue.url) as (session, _):
        inbox = FrameInbox()
        await session.attach("a", inbox)
        await next_item(inbox)
        await venue.peers[0].socket.close()
        assert await next_item(inbox) is GAP
        assert (await next_item(inbox))[0] == "image"
