"""A rule: what a case proves, why, and where it is written."""

from dataclasses import dataclass, field
from enum import Enum


class Level(Enum):
    """MUST fails a run; SHOULD is reported and fails only a strict one."""

    MUST = "MUST"
    SHOULD = "SHOULD"


class Steering(Enum):
    """What a case must be able to do to the venue."""

    NONE = "none"
    COUNTERPARTY = "counterparty"
    CONTROL = "control"


class BugClass(Enum):
    """Thirty classes of defects that connectors have really had."""

    book_gap = "book equals the venue after any gap, drop or reorder"
    book_alignment = "snapshot and updates are aligned, start-up is buffered"
    book_resync = "a resync discards the old state, works repeatedly, one stream per book"
    book_levels = "levels: deletions, sides, ordering, depth limits, leaks"
    resubscription = "after a cut every subscription is restored and authenticated again"
    dead_stream = "a dead or half-open connection is noticed in bounded time"
    reconnect_policy = "every close code, failed attempts, back-off, a single live socket"
    heartbeats = "venue pings answered, client pings sent, no false timeouts"
    subscription_protocol = "topics, limits, acknowledgements and refusals, stop"
    listen_key = "listen keys are renewed, rotated and shared properly"
    private_parsing = "orders, fills and private events are read right"
    unknown_outcome = "a submit of unknown outcome leaves exactly one order"
    fills_once = "every fill is counted exactly once"
    cancel_race = "cancel and fill race to the right terminal state"
    order_parameters = "order parameters on the wire are what was asked"
    signature = "signatures hold for every legal value and key type"
    clock_skew = "clock skew is measured and corrected"
    timestamps = "unit, zone, resolution and convention of times"
    precision = "rounding, scientific notation, decimal exactness"
    fees = "sign, currency and amount of fees"
    balances = "available, locked and timeliness of balances"
    metadata = "instrument metadata and market data fields"
    pagination = "complete histories over any page boundary"
    rate_limits = "429, 418, Retry-After and budgets are obeyed"
    throttling = "no needless throttling, no lost queued calls"
    error_mapping = "errors, malformed and empty replies are mapped"
    retries = "retries and fallbacks happen, bounded and idempotent"
    concurrency = "parallel use from several tasks"
    resources = "memory, sockets, CPU and queues stay bounded"
    security = "no secret in a log; right host and credentials"

    @property
    def number(self) -> int:
        """Its place in the list, from 1."""
        return list(BugClass).index(self) + 1


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What one case proves.

    Attributes:
        id: Path of words; never renumbered, never reused.
        text: The rule sentence: the first paragraph of the case's docstring.
        reason: Why a trader cares: the rest of the docstring.
        needs: Names of capabilities the venue must have.
        calls: Connector methods the case cannot do without.
        hunts: Classes of bugs the case catches.
        source: URL and section where the rule is written, if it is.
    """

    id: str
    level: Level
    text: str
    reason: str = ""
    needs: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    hunts: tuple[BugClass, ...] = ()
    steering: Steering = Steering.NONE
    source: str | None = None
    markers: tuple[str, ...] = field(default=())
