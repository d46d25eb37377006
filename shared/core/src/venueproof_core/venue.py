"""What a package registers: a venue, and connectors to it; and what a connector can do.

A connector is one object, made by ``connect``. It implements the methods of ``PublicConnector`` and
``PrivateConnector`` that its client has; a method it lacks makes the cases that need it NOT_IMPLEMENTED.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel

from venueproof_core.capabilities import Capabilities
from venueproof_core.models import (
    Balance,
    Candle,
    FeeRates,
    Fill,
    Instrument,
    Order,
    OrderBook,
    OrderList,
    OrderListRequest,
    OrderRequest,
    Position,
    Ticker,
    Trade,
)
from venueproof_core.tables import WireTables

# ``async with connector.stream_x(...) as stream`` returns once the venue has acknowledged the
# subscription; iterating yields values until the block is left. A connector that heals itself goes on
# after a cut; one that does not raises ``DisconnectedError`` from the iterator.
Stream = AbstractAsyncContextManager[AsyncIterator[Any]]


class PublicConnector(Protocol):
    """Market data. Every method raises ``VenueError``. Symbols are canonical."""

    async def ping(self) -> None:
        """Return when the venue has answered."""
        ...

    async def venue_time_ns(self) -> int:
        """The venue's time, nanoseconds UTC."""
        ...

    async def instruments(self) -> Sequence[Instrument]:
        """Every instrument of the venue."""
        ...

    async def order_book(self, symbol: str, *, depth: int = 100) -> OrderBook:
        """The order book now, at most ``depth`` levels a side."""
        ...

    async def trades(self, symbol: str, *, limit: int = 100) -> Sequence[Trade]:
        """The newest ``limit`` trades, oldest first."""
        ...

    async def candles(
        self,
        symbol: str,
        *,
        interval_s: int,
        start_time_ns: int | None = None,
        end_time_ns: int | None = None,
        limit: int | None = None,
    ) -> Sequence[Candle]:
        """Candles whose open time is in ``[start, end]``, oldest first; the newest ``limit`` without bounds.

        With bounds and no limit all of them are returned, over as many pages as it takes.
        """
        ...

    async def ticker(self, symbol: str) -> Ticker:
        """Statistics of the last 24 hours."""
        ...

    def stream_order_book(self, symbol: str, *, depth: int | None = None) -> Stream:
        """A local book kept in step with the venue: an ``OrderBook`` after each applied change."""
        ...

    def stream_trades(self, symbol: str) -> Stream:
        """Public trades as they happen: ``Trade``."""
        ...

    def stream_top_of_book(self, symbol: str) -> Stream:
        """Best levels as they change: ``TopOfBook``."""
        ...

    def stream_candles(self, symbol: str, *, interval_s: int) -> Stream:
        """Candles as they grow and close: ``Candle``."""
        ...

    async def aclose(self) -> None:
        """Close every socket and task. Safe to call twice."""
        ...


class PrivateConnector(Protocol):
    """Orders and the account. Every write raises ``VenueError`` with an honest ``outcome``."""

    async def place(self, request: OrderRequest) -> Order:
        """Place one order and return it as the venue knows it.

        Raises:
            InvalidOrderError, InsufficientBalanceError, DuplicateClientOrderIdError,
            AuthenticationError, ClockSkewError, RateLimitedError, MarketClosedError: NOT_APPLIED.
            TimedOutError, DisconnectedError, VenueError: UNKNOWN, unless nothing was sent.
        """
        ...

    async def cancel(
        self, symbol: str, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> Order:
        """Cancel an open order and return its terminal state.

        Raises:
            UnknownOrderError: The venue knows no such open order. Outcome UNKNOWN: it may have filled.
        """
        ...

    async def cancel_all(self, symbol: str) -> Sequence[Order]:
        """Cancel every open order of an instrument. No open order is not an error."""
        ...

    async def amend(self, symbol: str, *, venue_order_id: str, quantity: Any) -> Order:
        """Reduce an open order's quantity (``Decimal``), keeping its venue order id and its place in the queue.

        Raises:
            InvalidOrderError: It would grow (NOT_APPLIED).
            UnknownOrderError: The venue knows no such open order.
        """
        ...

    async def replace(
        self, symbol: str, *, venue_order_id: str, request: OrderRequest, must_cancel: bool = True
    ) -> Order:
        """Cancel an order and place another in one request; return the new one.

        Args:
            must_cancel: Place nothing unless the old order was cancelled. Else the new one is placed in any case.

        Raises:
            PartlyReplacedError: One half happened (APPLIED).
            VenueError: Neither did (NOT_APPLIED), or nobody knows (UNKNOWN).
        """
        ...

    async def place_list(self, request: OrderListRequest) -> OrderList:
        """Place orders whose fates are tied, all or none. Raises as ``place`` does."""
        ...

    async def cancel_list(
        self, symbol: str, *, client_list_id: str | None = None, venue_list_id: str | None = None
    ) -> OrderList:
        """Cancel every open order of a list and return its terminal state.

        Raises:
            UnknownOrderError: The venue knows no such open list. Outcome UNKNOWN: its orders may have filled.
        """
        ...

    async def order_list(
        self, symbol: str, *, client_list_id: str | None = None, venue_list_id: str | None = None
    ) -> OrderList:
        """One order list, open or not.

        Raises:
            UnknownOrderError: The venue knows no such list (NOT_APPLIED: a query changes nothing).
        """
        ...

    async def open_order_lists(self) -> Sequence[OrderList]:
        """Order lists of all instruments with an open order, in any order."""
        ...

    async def order(
        self, symbol: str, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> Order:
        """One order, open or not.

        Raises:
            UnknownOrderError: The venue knows no such order (NOT_APPLIED: a query changes nothing).
        """
        ...

    async def open_orders(self, symbol: str | None = None) -> Sequence[Order]:
        """Open orders of one instrument or of all."""
        ...

    async def order_history(self, symbol: str, *, limit: int | None = None) -> Sequence[Order]:
        """Orders of an instrument, open or not, oldest first; all of them without a limit."""
        ...

    async def fills(self, symbol: str, *, venue_order_id: str | None = None) -> Sequence[Fill]:
        """The account's fills of an instrument or of one order, oldest first, all of them."""
        ...

    async def balances(self) -> Sequence[Balance]:
        """Funds by currency; currencies with nothing may be left out."""
        ...

    async def fee_rates(self, symbol: str) -> FeeRates:
        """What the account pays as maker and as taker."""
        ...

    async def positions(self) -> Sequence[Position]:
        """Positions of a margin account."""
        ...

    def stream_orders(self) -> Stream:
        """The account's orders as they change: ``Order``."""
        ...

    def stream_fills(self) -> Stream:
        """The account's fills, each exactly once: ``Fill``."""
        ...

    def stream_balances(self) -> Stream:
        """Balances as they change: ``Balance``."""
        ...


@dataclass(frozen=True, kw_only=True)
class Omission:
    """A connector's word that it does not have a method yet, or that its client never will."""

    reason: str
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class Projection:
    """What a connector's client can say: other parts of a value are not compared.

    Attributes:
        decimal_digits: Significant digits that survive (15 for clients that use floats); ``None`` is exact.
        absent_fields: Type name to names of fields the client has no word for:
            ``{"Order": {"post_only": "ccxt has it only in info"}}``.
    """

    decimal_digits: int | None = None
    absent_fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One place where a venue can be reached.

    Attributes:
        endpoints: Endpoint name (``rest``, ``stream``, ``websocket_api``, ...) to URL.
        credentials: Field of the connector's settings to the environment variable that holds it.
        refusal: Why this environment cannot be used at all, if it cannot.
    """

    name: str
    endpoints: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    refusal: str | None = None


@dataclass(frozen=True, kw_only=True)
class ClientData:
    """What a bridge must know of a venue to use somebody else's client for it.

    Attributes:
        client: ``ccxt`` or the name of an SDK.
        venue_id: The client's name of the venue.
        options: Options the client is made with.
        urls: Path inside the client's table of URLs to a template over endpoint names:
            ``{"api.public": "{rest}/api/v3"}``.
        tables: Path of a table inside the client that it uses under the venue's own host name only, to the path
            of the table it uses under any other: what it does for the venue it shall do here.
    """

    client: str
    venue_id: str
    options: Mapping[str, Any] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Venue:
    """A market's service, described.

    Attributes:
        name: Short and lower case; also the folder, the package suffix and the nox session.
        capabilities: What the market offers.
        environments: Besides the simulator: testnet, practice, live.
        clients: What bridges must know.
        profiles: Name of a capability that only an older protocol offers, to that protocol's date:
            cases that need it run on a world of that date.
    """

    name: str
    title: str
    capabilities: Capabilities
    environments: tuple[Environment, ...] = ()
    clients: tuple[ClientData, ...] = ()
    profiles: Mapping[str, str] = field(default_factory=dict)


Connect = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Connector:
    """A client to be tested against a registered venue.

    Attributes:
        venue: Name of the venue.
        settings: Model of the settings. It is filled from the target's credentials (``api_key``,
            ``api_secret``, ``token``, ``account_id``, ``keys``) as far as it has fields of these names;
            a field ``protocol`` receives the date of the world's protocol profile.
        connect: ``await connect(settings, endpoints, *, clock)`` returns the connector object. One with
            ``takes_parts`` also takes ``parts=`` (``venueproof_net.Parts``) and ``tables=``.
        name: ``reference`` for the one in the venue's package, else the client's name.
        version: Of the client.
        takes_clock: Timers obey the injected clock, so cases may advance it.
        dead_stream_s: It promises to notice a dead stream within this many seconds; ``None`` is no promise.
        leaves_out: Method name to why it is missing.
        projection: What the client can say.
        tables: The connector's wire tables, which defects mutate; ``None`` where it has none.
        known_failures: Case id to why it fails today; such a FAILED is KNOWN_FAILURE.
        is_ours: Written in this repository: nothing may be excused.
        refusal: Why it cannot be used here, if it cannot, and what to do.
    """

    venue: str
    connect: Connect
    settings: type[BaseModel] | None = None
    name: str = "reference"
    version: str = "0.1.0"
    takes_clock: bool = False
    takes_parts: bool = False
    dead_stream_s: float | None = None
    leaves_out: Mapping[str, Omission] = field(default_factory=dict)
    projection: Projection = field(default_factory=Projection)
    tables: WireTables | None = None
    known_failures: Mapping[str, "KnownFailure"] = field(default_factory=dict)
    is_ours: bool = False
    refusal: str | None = None


@dataclass(frozen=True, kw_only=True)
class KnownFailure:
    """A failure of a client that is not ours, explained.

    Attributes:
        explanation: What the client does wrong, and the consequence.
        versions: Range of client versions it is true for: ``>=4.5,<4.6``.
        expires: ISO date after which somebody must look again: then it is FAILED once more.
        source: Issue or code that shows it.
        shows: Text that the failure's reason must contain to be this one; ``None`` takes any.
    """

    explanation: str
    versions: str
    expires: str
    source: str | None = None
    shows: str | None = None


class Bridge(Protocol):
    """Makes connectors out of clients that nobody here wrote. Registered by a hook.

    Attributes:
        name: The client's; what the command line calls its connectors, as in ``ccxt`` or ``cmd:PROGRAM``.
    """

    name: str

    def connector_for(self, venue: Venue, argument: str | None = None) -> Connector | None:
        """Its connector to a venue; ``None`` where it has none.

        Imports no client and does no I/O: it is asked for every venue in every process. A client that is
        not installed is told by the connector's ``refusal``.

        Args:
            argument: What follows ``name:`` on the command line; ``None`` for what is listed.
        """
        ...
