"""The parts a connector is put together from. A broken connector is this set with one part replaced."""

from dataclasses import dataclass
from typing import Any

from venueproof_net.account_feed import AccountFeed
from venueproof_net.book import LocalBook
from venueproof_net.book_feed import BookFeed, FrameInbox
from venueproof_net.clock_sync import ClockSync
from venueproof_net.event_feed import EventFeed
from venueproof_net.http import HttpSession
from venueproof_net.orders import FillDedupe, OrderTracker
from venueproof_net.policies import Heartbeat, Pacer, ReconnectPolicy, Subscriptions
from venueproof_net.rates import RateBudget
from venueproof_net.recovery import Recovery
from venueproof_net.retry import RetryPolicy
from venueproof_net.stream import StreamSession


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Types, not objects: each connector makes its own.

    ``dataclasses.replace(Parts(), book=BookThatIgnoresGaps)`` is a connector with exactly one fault.
    """

    book: type[LocalBook] = LocalBook
    tracker: type[OrderTracker] = OrderTracker
    dedupe: type[FillDedupe] = FillDedupe
    reconnect: type[ReconnectPolicy] = ReconnectPolicy
    subscriptions: type[Subscriptions] = Subscriptions
    heartbeat: type[Heartbeat] = Heartbeat
    pacer: type[Pacer] = Pacer
    rates: type[RateBudget] = RateBudget
    recovery: type[Recovery] = Recovery
    clock_sync: type[ClockSync] = ClockSync
    retry: type[RetryPolicy] = RetryPolicy
    http: type[HttpSession] = HttpSession
    session: type[StreamSession] = StreamSession
    inbox: type[FrameInbox] = FrameInbox
    feed: type[BookFeed] = BookFeed
    events: type[EventFeed[Any]] = EventFeed
    account_feed: type[AccountFeed] = AccountFeed
