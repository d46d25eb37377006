"""What is so, what crossed the wire, and what the venue documents."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from venueproof_core.control.words import Channel, ControlModel, Operation, Tier


class TruthBook(ControlModel):
    """The book at a version. ``version`` counts every change; levels as ``[price, quantity]``."""

    symbol: str
    version: int
    bids: list[tuple[Decimal, Decimal]]
    asks: list[tuple[Decimal, Decimal]]


class TruthOrder(ControlModel):
    """An order as the venue knows it; fields as in ``models.Order``, statuses in our words.

    Attributes:
        venue_list_id: The order list that it belongs to, if any.
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
    display_quantity: Decimal | None = None
    trailing_ratio: Decimal | None = None
    self_trade_prevention: str | None = None
    venue_list_id: str | None = None
    filled_quantity: Decimal
    filled_notional: Decimal
    created_time_ns: int
    updated_time_ns: int


class TruthFill(ControlModel):
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


class TruthBalance(ControlModel):
    """Funds of an account in one currency."""

    account: str
    currency: str
    available: Decimal
    locked: Decimal


class TruthTrade(ControlModel):
    """One public print."""

    symbol: str
    trade_id: str
    price: Decimal
    quantity: Decimal
    taker_side: str
    venue_time_ns: int


class TruthConnection(ControlModel):
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


class TruthLimit(ControlModel):
    """One rate limit window."""

    name: str
    used: int
    limit: int
    resets_in_s: float
    banned_for_s: float = 0.0


class TruthInstrument(ControlModel):
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


class JournalEntry(ControlModel):
    """Something that crossed the wire, or happened at the venue.

    Attributes:
        kind: ``request``, ``reply``, ``frame_in``, ``frame_out``, ``ping_out``, ``pong_in``, ``opened``,
            ``closed``, ``fault``,
            ``scenario`` (a step has happened), ``too_slow`` (cut off: it did not read).
        time_ns: Real time, nanoseconds UTC.
        of: For a reply, the sequence of its request.
        operation: Ours, for requests, replies and client frames.
        channel: Ours, for stream events.
        name: The venue's, for replies and stream events: that of a ``Documented``.
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
    name: str | None = None
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


class Documented(ControlModel):
    """Something that a venue documents and a client can call or hear.

    Attributes:
        name: As documented: ``GET /depth``, a method's name, a stream's with placeholders, an event's.
        kind: A ``method`` is a request over a socket, a ``control`` message is about a stream connection's
            streams; an ``event`` is told on an account's own stream.
        section: Where the venue documents it.
    """

    name: str
    kind: Literal["request", "method", "control", "stream", "event"]
    tier: Tier
    section: str
