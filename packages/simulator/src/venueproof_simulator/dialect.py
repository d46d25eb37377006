"""What a dialect is: one venue's side of the wire, for one world."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import msgspec

from venueproof_core.control import Credentials, Documented, DocumentedError
from venueproof_simulator.connections import Connection
from venueproof_simulator.matching import MatchingCore
from venueproof_simulator.toolkit.calls import Call, Refuse, Reply
from venueproof_simulator.venue_core import Event, FeeSchedule, InstrumentRules, VenueCore

if TYPE_CHECKING:
    from venueproof_simulator.market import VenueMarket
    from venueproof_simulator.world import Account, World


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument and the market it opens with.

    Attributes:
        middle: Middle price at the start, in units.
        typical_quantity: Quantity of a middling level, in units.
        spread_ticks: Ticks between best bid and best ask.
    """

    rules: InstrumentRules
    middle: int
    typical_quantity: int
    spread_ticks: int = 2


class Dialect(ABC):
    """One venue's protocol. A world makes one and gives it every request, frame and event.

    Attributes:
        name: The venue's.
        listings: What is traded, in the venue's order.
        balances: What a new account owns, in units by asset.
        profiles: Dates at which the protocol changed; a world serves the one asked for.
        documented: All that the venue documents, with how well it is served; the names of routes, and of
            ``StreamEvent.documented``, are among its names.
    """

    name: ClassVar[str]
    listings: ClassVar[Sequence[Listing]]
    balances: ClassVar[Mapping[str, int]]
    fees: ClassVar[FeeSchedule] = FeeSchedule()
    profiles: ClassVar[Sequence[str]] = ()
    documented: ClassVar[Sequence[Documented]] = ()

    def __init__(self, world: World) -> None:
        self.world = world

    @classmethod
    def make_core(cls) -> VenueCore:
        """What takes the orders of one world; an order book each, unless a dialect says otherwise."""
        return MatchingCore([_own_copy(listing.rules) for listing in cls.listings])

    def make_market(self) -> VenueMarket:
        """The other participants of the core that ``make_core`` made."""
        from venueproof_simulator.market import Market

        return Market(self.world, self.listings)

    @classmethod
    def past_time_ns(cls, now_ns: int, age_ns: int) -> int:
        """When something happened that is so old in trading time; a venue that closes skips what was closed."""
        return now_ns - age_ns

    @abstractmethod
    def endpoints(self, host: str) -> dict[str, str]:
        """Endpoint names to URLs on ``host`` (``127.0.0.1:4711``)."""

    @abstractmethod
    def credentials(self, seed: bytes) -> Credentials:
        """What the account signs with, made from 32 bytes."""

    def order_id_text(self, order_id: int) -> str:
        """How the venue writes an order's id; texts must rise as the ids do."""
        return str(order_id)

    def trade_id_text(self, trade_id: int) -> str:
        """How the venue writes the id of a trade, public or the account's own, counted from 1 in its symbol."""
        return str(trade_id)

    @abstractmethod
    def read(self, call: Call) -> None:
        """Understand a request as far as possible: route, operation, parameters, symbol, ids.

        Never refuses: what is wrong is found by ``answer``.
        """

    @abstractmethod
    def answer(self, call: Call) -> Reply:
        """Validate in the venue's order, act, and reply.

        Raises:
            Refuse: The venue says no.
        """

    @abstractmethod
    def refuse(self, call: Call, refusal: Refuse) -> Reply:
        """The venue's error reply."""

    @abstractmethod
    def standard_refusal(self, kind: str, **values: float) -> Refuse:
        """The venue's own words for what faults cause.

        Args:
            kind: ``rate_limited`` or ``banned`` (``retry_after_s``), ``overloaded``, ``internal``,
                ``unknown_outcome``.
        """

    @classmethod
    def documented_errors(cls) -> Iterable[DocumentedError]:
        """Every error that the venue documents, and some that were made up."""
        return ()

    def documented_refusal(self, error: DocumentedError, *, retry_after_s: float) -> Refuse:
        """The venue's answer with one of its documented errors.

        Args:
            retry_after_s: The pause it asks for, where it asks for one.
        """
        raise NotImplementedError(f"{self.name} documents no errors: {error.id}, {retry_after_s}")

    @abstractmethod
    def accepts_stream(self, path: str) -> str | None:
        """Endpoint name if a WebSocket can be opened at this path."""

    def accepts_lines(self, method: str, path: str) -> str | None:  # noqa: ARG002 - for overriding
        """Endpoint name if this request opens an endless reply of one message a line.

        It is served like any other first: what is answered with another status than 200 opens nothing.
        """
        return None

    @abstractmethod
    def stream_symbol(self, name: str) -> str | None:
        """Canonical symbol of a stream's name, if it is about one instrument."""

    @abstractmethod
    def opened(self, connection: Connection, target: str) -> None:
        """A stream connection was opened at ``target`` (path and query as received)."""

    @abstractmethod
    async def received(self, connection: Connection, text: str) -> None:
        """A text frame came in."""

    def control_frame(self, connection: Connection) -> None:  # noqa: B027 - see closed
        """A PING or PONG frame came in; it has been answered already."""

    def shutdown_notice(self, connection: Connection) -> str | None:  # noqa: ARG002 - for overriding
        """The venue's message that this connection will end; ``None`` where it sends none."""
        return None

    def closed(self, connection: Connection) -> None:  # noqa: B027 - most dialects have nothing to do
        """A stream connection has ended."""

    @abstractmethod
    def publish(self, events: Sequence[Event]) -> None:
        """Send what these events mean to whoever listens."""

    @abstractmethod
    def limits(self) -> list[tuple[str, int, int, float, float]]:
        """Rate limit windows: name, used, limit, seconds to reset, seconds of ban."""

    def account_opened(self, account: Account) -> None:  # noqa: B027 - see closed
        """A new account exists."""


def _own_copy(rules: InstrumentRules) -> InstrumentRules:
    return msgspec.structs.replace(rules)
