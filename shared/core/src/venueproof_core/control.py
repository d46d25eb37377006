"""The control plane: how a test steers a world, and asks it for the truth. JSON over HTTP.

Every request carries ``Authorization: Bearer TOKEN``. Every path but ``/worlds`` acts on one world:
``?world=ID``, not needed where there is only one. Numbers of money are decimal text; times are integer
nanoseconds. Errors are ``{"error": "..."}`` with status 400, 401, 404 or 408 (a wait ran out).
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from venueproof_core.results import EvidenceGrade


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Operation(Enum):
    """What a request or frame is for, whatever the venue calls it."""

    PING = "ping"
    TIME = "time"
    INSTRUMENTS = "instruments"
    ORDER_BOOK = "order_book"
    TRADES = "trades"
    CANDLES = "candles"
    TICKER = "ticker"
    TOP_OF_BOOK = "top_of_book"
    PLACE = "place"
    TEST_PLACE = "test_place"
    CANCEL = "cancel"
    CANCEL_ALL = "cancel_all"
    AMEND = "amend"
    REPLACE = "replace"
    ORDER = "order"
    OPEN_ORDERS = "open_orders"
    ORDER_HISTORY = "order_history"
    FILLS = "fills"
    BALANCES = "balances"
    FEE_RATES = "fee_rates"
    POSITIONS = "positions"
    OPEN_PRIVATE_STREAM = "open_private_stream"
    RENEW_PRIVATE_STREAM = "renew_private_stream"
    CLOSE_PRIVATE_STREAM = "close_private_stream"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    LOGIN = "login"
    OTHER = "other"


class Channel(Enum):
    """What a stream carries."""

    ORDER_BOOK = "order_book"
    TRADES = "trades"
    TOP_OF_BOOK = "top_of_book"
    CANDLES = "candles"
    TICKER = "ticker"
    PRIVATE = "private"


class Match(_Model):
    """Which requests, frames or events are meant; a field left out matches anything.

    Attributes:
        connection: Id of a stream connection, as in the journal.
        event: For private events: ``order``, ``fill`` or ``balance``.
    """

    operation: Operation | None = None
    channel: Channel | None = None
    symbol: str | None = None
    client_order_id: str | None = None
    connection: int | None = None
    event: str | None = None


# ---------------------------------------------------------------- worlds


class AccountSpec(_Model):
    """An account to fund. Credentials are made by the world and returned by it."""

    name: str = "main"
    balances: dict[str, Decimal] | None = None
    fee_tier: int = 0


class WorldSpec(_Model):
    """A world to open.

    Attributes:
        protocol: Date of the protocol profile, ``2026-11-20``; ``None`` is the newest.
        cadence: ``immediate`` sends conflated stream events at once after each change, so that nothing
            need wait; ``timed`` follows the venue's cadence on the timer clock.
        is_free_running: The market moves by itself (``venueproof simulate``); else it stands still.
    """

    seed: int = 0
    protocol: str | None = None
    cadence: Literal["immediate", "timed"] = "immediate"
    is_free_running: bool = False
    accounts: list[AccountSpec] = Field(default_factory=lambda: [AccountSpec()])


class Credentials(_Model):
    """What an account signs with; which fields are set depends on the venue.

    Attributes:
        keys: Private keys by algorithm (``ed25519``, ``rsa``): ``{"api_key": ..., "private_key": PEM}``.
    """

    api_key: str | None = None
    api_secret: str | None = None
    token: str | None = None
    account_id: str | None = None
    keys: dict[str, dict[str, str]] = Field(default_factory=dict)


class ControlAddress(_Model):
    """Where the control plane listens, and the token that opens it."""

    url: str
    token: str


class WorldInfo(_Model):
    """An open world. ``venueproof simulate`` prints it, with ``control``, as its one JSON line."""

    venue: str
    endpoints: dict[str, str]
    credentials: Credentials
    symbols: list[str]
    seed: int
    world: str = ""
    control: ControlAddress | None = None
    protocol: str | None = None


# ---------------------------------------------------------------- market and clock


class SetLevel(_Model):
    """Make the other participants' quantity at a price this much; zero takes it away."""

    kind: Literal["set_level"] = "set_level"
    symbol: str
    side: Literal["BUY", "SELL"]
    price: Decimal
    quantity: Decimal


class Print(_Model):
    """Another participant takes ``quantity`` from the book: ``side`` is the taker's."""

    kind: Literal["trade"] = "trade"
    symbol: str
    side: Literal["BUY", "SELL"]
    quantity: Decimal


class Walk(_Model):
    """``steps`` seeded changes: levels set and taken away, now and then a trade. Never crosses the book."""

    kind: Literal["walk"] = "walk"
    symbol: str
    steps: int = 1


class Move(_Model):
    """Shift the whole market to a new middle price: every other participant's level is replaced."""

    kind: Literal["move"] = "move"
    symbol: str
    middle: Decimal


class Halt(_Model):
    """Stop or resume trading of an instrument."""

    kind: Literal["halt"] = "halt"
    symbol: str
    status: Literal["TRADING", "CANCEL_ONLY", "HALTED"] = "HALTED"


MarketAction = Annotated[SetLevel | Print | Walk | Move | Halt, Field(discriminator="kind")]


class MarketRequest(_Model):
    """Actions done in one go, in order. Answers ``{"versions": {symbol: book version after}}``."""

    actions: list[MarketAction]


class CounterpartyRequest(_Model):
    """A second account trades against an open order, wherever it stands in the queue.

    Attributes:
        quantity: In base; ``None`` is all that remains.
    """

    symbol: str
    client_order_id: str | None = None
    venue_order_id: str | None = None
    quantity: Decimal | None = None


class TransferRequest(_Model):
    """Money enters (positive) or leaves an account from outside."""

    account: str = "main"
    currency: str
    amount: Decimal


class StampChange(_Model):
    """What the venue says the time is: real time plus an offset, drifting by parts per million."""

    offset_ms: float = 0.0
    drift_ppm: float = 0.0


class TimerAdvance(_Model):
    """Move the timer clock forward: expiries, windows, bans, cadences. Stamps stay."""

    advance_s: float


class ClockRequest(_Model):
    """Either clock, or both."""

    stamp: StampChange | None = None
    timers: TimerAdvance | None = None


# ---------------------------------------------------------------- faults, gates, waits


class FaultSpec(_Model):
    """One disturbance.

    Attributes:
        kind: Registered name; ``venueproof list faults`` has them with their parameters.
        count: How often it fires; ``None`` is until it is deleted.
        skip: Matching occasions to let pass first.
    """

    kind: str
    match: Match = Field(default_factory=Match)
    count: int | None = 1
    skip: int = 0
    parameters: dict[str, Any] = Field(default_factory=dict)


class FaultInfo(_Model):
    """An armed fault. ``fired`` counts real effects."""

    id: str
    kind: str
    fired: int = 0


class GatePoint(Enum):
    """Where a gate holds.

    ``received``: before anything is checked. ``booked``: the venue has applied it; its events wait with
    the reply. ``before_reply``: applied, events go out, the reply waits. ``before_event``: a stream event
    waits, and everything behind it on that connection.
    """

    RECEIVED = "received"
    BOOKED = "booked"
    BEFORE_REPLY = "before_reply"
    BEFORE_EVENT = "before_event"


class GateSpec(_Model):
    """Hold what matches at a point until released. One gate holds one occasion unless ``count`` says more."""

    match: Match
    at: GatePoint
    count: int = 1


class GateInfo(_Model):
    """``reached`` counts what it holds or has held."""

    id: str
    reached: int = 0


class Predicate(_Model):
    """What to wait for. All are counted since the world began, or since ``since`` (a journal sequence).

    ``request``: received requests and client frames that match. ``reply``: replies sent. ``subscribed``:
    acknowledged subscriptions that match and are live. ``frames``: stream events sent that match.
    ``fault``: firings of fault ``id``. ``gate``: occasions held by gate ``id``. ``connections``: live
    stream connections (``count`` exactly). ``closed``: connections that ended.
    """

    kind: Literal[
        "request", "reply", "subscribed", "frames", "fault", "gate", "connections", "closed"
    ]
    match: Match = Field(default_factory=Match)
    count: int = 1
    since: int = 0
    id: str | None = None


class WaitRequest(_Model):
    """Answers when true, with the count; status 408 after ``deadline_s`` with what was counted."""

    predicate: Predicate
    deadline_s: float = 5.0


# ---------------------------------------------------------------- truth and journal


class TruthBook(_Model):
    """The book at a version. ``version`` counts every change; levels as ``[price, quantity]``."""

    symbol: str
    version: int
    bids: list[tuple[Decimal, Decimal]]
    asks: list[tuple[Decimal, Decimal]]


class TruthOrder(_Model):
    """An order as the venue knows it; fields as in ``models.Order``, statuses in our words.

    Attributes:
        submits: How many accepted placements this client order id has seen from this account.
    """

    account: str
    symbol: str
    client_order_id: str
    venue_order_id: str
    side: str
    order_type: str
    status: str
    time_in_force: str | None = None
    post_only: bool = False
    price: Decimal | None = None
    stop_price: Decimal | None = None
    quantity: Decimal | None = None
    quote_quantity: Decimal | None = None
    filled_quantity: Decimal
    filled_notional: Decimal
    created_time_ns: int
    updated_time_ns: int


class TruthFill(_Model):
    """One fill of an account; fields as in ``models.Fill``."""

    account: str
    symbol: str
    trade_id: str
    client_order_id: str
    venue_order_id: str
    side: str
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_currency: str
    liquidity: str
    venue_time_ns: int


class TruthBalance(_Model):
    """Funds of an account in one currency."""

    account: str
    currency: str
    available: Decimal
    locked: Decimal


class TruthTrade(_Model):
    """One public print."""

    symbol: str
    trade_id: str
    price: Decimal
    quantity: Decimal
    taker_side: str
    venue_time_ns: int


class TruthConnection(_Model):
    """A stream connection, live or ended.

    Attributes:
        subscriptions: Venue's names of live subscriptions.
        channels: What they carry.
        pings / pongs: Frames sent / answered.
        close_code: ``None`` while it lives.
    """

    id: int
    endpoint: str
    is_open: bool
    opened_time_ns: int
    closed_time_ns: int | None = None
    close_code: int | None = None
    subscriptions: list[str] = Field(default_factory=list)
    channels: list[Channel] = Field(default_factory=list)
    pings: int = 0
    pongs: int = 0
    frames_sent: int = 0


class TruthLimit(_Model):
    """One rate limit window."""

    name: str
    used: int
    limit: int
    resets_in_s: float
    banned_for_s: float = 0.0


class TruthInstrument(_Model):
    """Rules of an instrument; fields as in ``models.Instrument``."""

    symbol: str
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal
    minimum_quantity: Decimal
    maximum_quantity: Decimal | None = None
    minimum_notional: Decimal | None = None
    status: str = "TRADING"


class JournalEntry(_Model):
    """Something that crossed the wire, or happened at the venue.

    Attributes:
        kind: ``request``, ``reply``, ``frame_in``, ``frame_out``, ``opened``, ``closed``, ``fault``.
        time_ns: Real time, nanoseconds UTC.
        of: For a reply, the sequence of its request.
        operation: Ours, for requests, replies and client frames.
        channel: Ours, for stream events.
        text: Method and target, or the frame, scrubbed and shortened.
        signature: ``valid``, ``invalid``, ``missing`` or ``None`` where none is needed.
        book_version: For a reply or event with a book: the version it was built at.
        parameters: Decoded parameters of a request, credentials and signatures left out.
        span_ns: For a reply: from the last byte received to the first byte handed to the socket.
    """

    sequence: int
    kind: str
    time_ns: int
    connection: int | None = None
    of: int | None = None
    operation: Operation | None = None
    channel: Channel | None = None
    symbol: str | None = None
    client_order_id: str | None = None
    event: str | None = None
    text: str = ""
    status: int | None = None
    code: str | None = None
    signature: str | None = None
    account: str | None = None
    book_version: int | None = None
    size: int = 0
    span_ns: int | None = None
    parameters: dict[str, str] = Field(default_factory=dict)


# ---------------------------------------------------------------- target


class RunningTarget(Protocol):
    """A target that was started: one simulator process, or one real environment."""

    info: WorldInfo

    def stop(self) -> None:
        """End it, and everything it started."""
        ...


class Target(Protocol):
    """Where cases run. Registered by a hook; the suite knows targets only through this."""

    name: str
    grade: EvidenceGrade
    is_steerable: bool

    def start(self, venue: str, *, seed: int, environment: Mapping[str, str]) -> RunningTarget:
        """Start or reach it.

        Raises:
            ConfigurationError: It cannot be had; the text says what to do.
        """
        ...
