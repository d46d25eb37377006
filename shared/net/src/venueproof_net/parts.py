"""The parts a connector is put together from. A broken connector is this set with one part replaced."""

from dataclasses import dataclass

from venueproof_net.book import LocalBook
from venueproof_net.clock_sync import ClockSync
from venueproof_net.orders import FillDedupe, OrderTracker
from venueproof_net.policies import Heartbeat, Pacer, ReconnectPolicy, Subscriptions
from venueproof_net.rates import RateBudget
from venueproof_net.recovery import Recovery
from venueproof_net.retry import RetryPolicy


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
