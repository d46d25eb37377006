"""Parts of a good connector: HTTP, streams, local book, order tracker, recovery, rates, retry, clocks."""

from venueproof_net.account_feed import AccountFeed, AccountReader
from venueproof_net.book import BookChange, BookSnapshot, LocalBook
from venueproof_net.book_feed import BookFeed, FrameInbox, PushedSnapshots
from venueproof_net.clock import Deadline, SteerableClock, SystemClock
from venueproof_net.clock_sync import ClockSync
from venueproof_net.event_feed import EventFeed
from venueproof_net.http import ClosedError, HttpSession, RawReply
from venueproof_net.inbox import GAP, Inbox
from venueproof_net.orders import FillDedupe, OrderTracker
from venueproof_net.parts import Parts
from venueproof_net.policies import Heartbeat, Pacer, ReconnectPolicy, Subscriptions
from venueproof_net.rates import RateBudget, Window
from venueproof_net.recovery import AccountSource, Recovery
from venueproof_net.retry import WRITES, RetryAdvice, RetryPolicy, classify
from venueproof_net.row import Row, failure_outcome, unreadable
from venueproof_net.stream import StreamSession
from venueproof_net.stream_protocol import (
    Sink,
    StreamEnding,
    StreamEvent,
    StreamProtocol,
    StreamReply,
)
from venueproof_net.units import units_reader
from venueproof_net.wires import PONG, ChunkedLinesWire, Link, Ping, WebSocketWire, Wire

__all__ = [
    # clocks
    "ClockSync",
    "Deadline",
    "SteerableClock",
    "SystemClock",
    # requests
    "ClosedError",
    "HttpSession",
    "RateBudget",
    "RawReply",
    "RetryAdvice",
    "RetryPolicy",
    "Row",
    "WRITES",
    "Window",
    "classify",
    "failure_outcome",
    "unreadable",
    # streams
    "ChunkedLinesWire",
    "GAP",
    "EventFeed",
    "FrameInbox",
    "Heartbeat",
    "Inbox",
    "Link",
    "PONG",
    "Pacer",
    "Ping",
    "ReconnectPolicy",
    "Sink",
    "StreamEnding",
    "StreamEvent",
    "StreamProtocol",
    "StreamReply",
    "StreamSession",
    "Subscriptions",
    "WebSocketWire",
    "Wire",
    # book
    "BookChange",
    "BookFeed",
    "BookSnapshot",
    "LocalBook",
    "PushedSnapshots",
    "units_reader",
    # orders
    "AccountFeed",
    "AccountReader",
    "AccountSource",
    "FillDedupe",
    "OrderTracker",
    "Parts",
    "Recovery",
]
