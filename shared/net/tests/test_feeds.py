"""Books and events that heal: gaps, overflow, garbled frames, snapshots that are late, old or lost."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest

from venueproof_core import Outcome
from venueproof_core.errors import (
    InvalidOrderError,
    MalformedMessageError,
    RateLimitedError,
    TimedOutError,
    VenueError,
)
from venueproof_net import (
    BookChange,
    BookFeed,
    BookSnapshot,
    EventFeed,
    FrameInbox,
    LocalBook,
    ReconnectPolicy,
    SteerableClock,
)


class QuickPolicy(ReconnectPolicy):
    first_delay_s = 0.001


def malformed() -> VenueError:
    return MalformedMessageError(
        "unreadable", venue="test", operation="stream", outcome=Outcome.NOT_APPLIED
    )


def read_change(payload: object, received_time_ns: int) -> BookChange | BookSnapshot:
    if payload == "garbled":
        raise malformed()
    if isinstance(payload, BookSnapshot):
        return payload
    first, last, price, quantity = payload  # type: ignore[misc]
    return BookChange(first, last, [(price, quantity)], [], None, received_time_ns)


class Snapshots:
    """Answers prepared snapshots, or raises prepared errors, in turn; the last one again and again."""

    def __init__(self, *prepared: BookSnapshot | VenueError | None) -> None:
        self.prepared = list(prepared)
        self.asked = 0
        self.before = lambda: None

    async def __call__(self) -> BookSnapshot | None:
        self.asked += 1
        self.before()
        answer = self.prepared[0] if len(self.prepared) == 1 else self.prepared.pop(0)
        if isinstance(answer, VenueError):
            raise answer
        return answer


def image(version: int, *prices: str) -> BookSnapshot:
    return BookSnapshot(version, [(price, "1") for price in prices], [])


def book_feed(snapshots: Snapshots, inbox: FrameInbox | None = None) -> tuple[BookFeed, FrameInbox]:
    inbox = inbox if inbox is not None else FrameInbox()
    feed = BookFeed(
        LocalBook("BTC-USDT", venue="test"),
        inbox,
        read=read_change,
        snapshot=snapshots,
        policy=QuickPolicy(),
        clock=SteerableClock(),
        depth=None,
    )
    return feed, inbox


async def prices_of(feed: BookFeed) -> tuple[int | None, list[Decimal]]:
    book = await asyncio.wait_for(anext(feed), 2)
    return book.version, [level.price for level in book.bids]


async def test_frames_that_pass_the_snapshot_are_aligned() -> None:
    feed, inbox = book_feed(Snapshots(image(11, "10")))
    inbox.on_frame((10, 11, "99", "1"), 5)
    inbox.on_frame((11, 12, "11", "1"), 6)
    assert await prices_of(feed) == (12, [Decimal(11), Decimal(10)])


async def test_a_snapshot_older_than_the_stream_is_fetched_again() -> None:
    snapshots = Snapshots(image(5, "1"), image(5, "1"), image(11, "10"))
    feed, inbox = book_feed(snapshots)
    inbox.on_frame((12, 12, "12", "1"), 5)
    assert await prices_of(feed) == (12, [Decimal(12), Decimal(10)])
    assert snapshots.asked == 3


async def test_a_gap_heals_and_the_frame_that_showed_it_is_not_lost() -> None:
    snapshots = Snapshots(image(10, "10"), image(12, "20"))
    feed, inbox = book_feed(snapshots)
    await prices_of(feed)
    inbox.on_frame((13, 13, "13", "1"), 5)
    assert await prices_of(feed) == (13, [Decimal(20), Decimal(13)])


async def test_gaps_heal_again_and_again() -> None:
    snapshots = Snapshots(image(10, "10"))
    feed, inbox = book_feed(snapshots)
    await prices_of(feed)
    for version in (20, 30, 40):
        snapshots.prepared = [image(version, str(version))]
        inbox.on_frame((version, version, "1", "1"), 5)
        assert await prices_of(feed) == (version, [Decimal(version)])


async def test_duplicates_bring_no_new_state() -> None:
    feed, inbox = book_feed(Snapshots(image(10, "10")))
    await prices_of(feed)
    inbox.on_frame((10, 10, "5", "1"), 5)
    inbox.on_frame((11, 11, "11", "1"), 5)
    inbox.on_frame((11, 11, "11", "1"), 5)
    inbox.on_frame((12, 12, "10", "0"), 5)
    assert await prices_of(feed) == (11, [Decimal(11), Decimal(10)])
    assert await prices_of(feed) == (12, [Decimal(11)])


async def test_a_reconnect_takes_a_new_snapshot() -> None:
    snapshots = Snapshots(image(10, "10"), image(50, "50"))
    feed, inbox = book_feed(snapshots)
    await prices_of(feed)
    inbox.on_gap()
    assert await prices_of(feed) == (50, [Decimal(50)])


async def test_a_cut_while_the_snapshot_is_on_its_way_discards_it() -> None:
    snapshots = Snapshots(image(10, "10"), image(50, "50"))
    feed, inbox = book_feed(snapshots)
    gaps = [inbox.on_gap]
    snapshots.before = lambda: gaps.pop()() if gaps else None
    assert await prices_of(feed) == (50, [Decimal(50)])
    assert snapshots.asked == 2


async def test_a_garbled_frame_is_not_stepped_over() -> None:
    snapshots = Snapshots(image(10, "10"), image(11, "11"))
    feed, inbox = book_feed(snapshots)
    await prices_of(feed)
    inbox.on_frame("garbled", 5)
    assert await prices_of(feed) == (11, [Decimal(11)])


async def test_a_level_that_is_no_number_leads_to_a_new_snapshot() -> None:
    snapshots = Snapshots(image(10, "10"), image(11, "11"))
    feed, inbox = book_feed(snapshots)
    await prices_of(feed)
    inbox.on_frame((11, 11, "nonsense", "1"), 5)
    assert await prices_of(feed) == (11, [Decimal(11)])


async def test_overflow_is_a_resync_not_a_loss() -> None:
    snapshots = Snapshots(image(10, "10"), image(14, "14"))
    feed, inbox = book_feed(snapshots, FrameInbox(capacity=3))
    await prices_of(feed)
    for version in range(11, 15):
        inbox.on_frame((version, version, str(version), "1"), 5)
    assert await prices_of(feed) == (14, [Decimal(14)])


async def test_snapshots_that_fail_are_asked_for_again() -> None:
    slow_down = RateLimitedError(
        "m", venue="t", operation="o", outcome=Outcome.NOT_APPLIED, retry_after_s=0.001
    )
    lost = TimedOutError("m", venue="t", operation="o", outcome=Outcome.NOT_APPLIED)
    feed, _ = book_feed(Snapshots(lost, slow_down, malformed(), image(10, "10")))
    assert await prices_of(feed) == (10, [Decimal(10)])


async def test_a_snapshot_that_is_refused_ends_the_stream() -> None:
    refused = InvalidOrderError("m", venue="t", operation="o", outcome=Outcome.NOT_APPLIED)
    feed, _ = book_feed(Snapshots(refused))
    with pytest.raises(InvalidOrderError):
        await anext(feed)


async def test_a_window_that_ran_thin_is_fetched_anew() -> None:
    full = BookSnapshot(10, [(f"{price}", "1") for price in range(20, 0, -1)], [], 20)
    snapshots = Snapshots(full, image(31, "7"))
    feed, inbox = book_feed(snapshots)
    await prices_of(feed)
    inbox.on_frame((11, 11, "20", "0"), 5)
    for version in range(12, 32):
        inbox.on_frame((version, version, str(31 - version), "0"), 5)
    for _ in range(20):
        _, prices = await prices_of(feed)
    assert snapshots.asked == 2
    assert prices == [Decimal(7)]


async def test_a_closed_stream_ends_its_iterator() -> None:
    feed, inbox = book_feed(Snapshots(image(10, "10")))
    await prices_of(feed)
    inbox.on_end(None)
    with pytest.raises(StopAsyncIteration):
        await anext(feed)


def event_feed(
    recovered: Sequence[Sequence[str] | VenueError],
) -> tuple[EventFeed[str], FrameInbox]:
    inbox, answers = FrameInbox(), list(recovered)

    def read(payload: str) -> list[str]:
        if payload == "garbled":
            raise malformed()
        return [] if payload == "old" else payload.split("+")

    async def recover() -> Sequence[str]:
        answer = answers.pop(0)
        if isinstance(answer, VenueError):
            raise answer
        return answer

    feed = EventFeed(
        inbox, read=read, recover=recover, policy=QuickPolicy(), clock=SteerableClock()
    )
    return feed, inbox


async def test_events_missed_in_a_cut_are_read_over_rest_before_the_live_ones() -> None:
    lost = TimedOutError("m", venue="t", operation="o", outcome=Outcome.NOT_APPLIED)
    feed, inbox = event_feed([lost, ["b", "c"], ["e"]])
    inbox.on_frame("a", 1)
    assert await anext(feed) == "a"
    inbox.on_gap()
    inbox.on_frame("d", 1)
    inbox.on_frame("garbled", 1)
    inbox.on_frame("old", 1)
    inbox.on_frame("f", 1)
    assert [await asyncio.wait_for(anext(feed), 2) for _ in range(5)] == ["b", "c", "d", "e", "f"]


async def test_a_snapshot_that_the_stream_brings_begins_the_book_and_changes_before_it_do_not() -> (
    None
):
    snapshots = Snapshots(None)
    feed, inbox = book_feed(snapshots)
    inbox.on_frame((5, 5, "99", "1"), 1)
    inbox.on_frame(image(6, "10"), 1)
    inbox.on_frame((7, 7, "11", "1"), 1)
    assert (await prices_of(feed))[1] == [10]
    assert (await prices_of(feed))[1] == [11, 10]
    assert snapshots.asked == 1


async def test_a_snapshot_in_the_stream_replaces_the_book_even_if_its_number_is_lower() -> None:
    feed, inbox = book_feed(Snapshots(None))
    inbox.on_frame(image(100, "10", "9"), 1)
    await prices_of(feed)
    inbox.on_frame(image(1, "20"), 1)
    assert (await prices_of(feed))[1] == [20]
    inbox.on_frame((2, 2, "21", "1"), 1)
    assert (await prices_of(feed))[1] == [21, 20]


async def test_after_a_gap_the_venue_is_asked_to_push_another_snapshot() -> None:
    snapshots = Snapshots(None)
    feed, inbox = book_feed(snapshots)
    inbox.on_frame(image(1, "10"), 1)
    await prices_of(feed)
    snapshots.before = lambda: inbox.on_frame(image(8, "30"), 1)
    inbox.on_frame((7, 7, "11", "1"), 1)
    assert (await prices_of(feed))[1] == [30]
    assert snapshots.asked == 2


async def test_a_pushed_snapshot_that_was_garbled_is_asked_for_again() -> None:
    snapshots = Snapshots(None)
    feed, inbox = book_feed(snapshots)
    frames = iter(["garbled", image(3, "10")])
    snapshots.before = lambda: inbox.on_frame(next(frames), 1)
    assert (await prices_of(feed))[1] == [10]
    assert snapshots.asked == 2


async def test_a_book_shows_the_version_that_the_venue_gives_it() -> None:
    feed, inbox = book_feed(Snapshots(None))
    inbox.on_frame(BookSnapshot(5, [("10", "1")], [], book_version=900), 1)
    assert (await anext(feed)).version == 900


async def test_one_frame_may_bring_several_events() -> None:
    feed, inbox = event_feed([])
    inbox.on_frame("a+b", 1)
    assert [await anext(feed), await anext(feed)] == ["a", "b"]
