"""Capabilities: named requirements that venues declare and cases name.

The venue declares what its market offers (``supported`` or ``unsupported``, always with a source); a
connector declares what it leaves out (``Omission`` in ``venue``). Cases name the property itself,
``Capabilities.amend_order``, so that a typo fails at import.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self, overload


class Support(Enum):
    """Whether a venue offers something."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    UNDECLARED = "undeclared"


@dataclass(frozen=True)
class Declaration:
    """One venue's word on one capability."""

    support: Support
    source: str | None = None
    reason: str | None = None


def supported(source: str) -> Declaration:
    """The venue offers it, as ``source`` documents."""
    return Declaration(Support.SUPPORTED, source=source)


def unsupported(reason: str, source: str) -> Declaration:
    """The venue does not offer it: ``reason``, as ``source`` documents."""
    return Declaration(Support.UNSUPPORTED, source=source, reason=reason)


class capability:  # noqa: N801 - used as a decorator, like property
    """Mark a property of ``Capabilities``. On the class it is this object; on a venue's instance, its declaration."""

    def __init__(self, declare: Callable[[Any], Declaration]) -> None:
        self._declare = declare
        self.__doc__ = declare.__doc__
        self.name = declare.__name__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Declaration: ...
    def __get__(self, instance: object | None, owner: type) -> Self | Declaration:
        return self if instance is None else self._declare(instance)

    @property
    def requirement(self) -> str:
        """What a venue with this capability does: the first line of the docstring."""
        return (self.__doc__ or self.name).strip().splitlines()[0]


_UNDECLARED = Declaration(Support.UNDECLARED)


class Capabilities:
    """Everything a venue can declare. A venue's package overrides what its documents settle."""

    @capability
    def instrument_statuses(self) -> Declaration:
        """Tells with its instruments whether each takes orders."""
        return _UNDECLARED

    @capability
    def order_book_snapshot(self) -> Declaration:
        """Answers a request for the order book with both sides and a version."""
        return _UNDECLARED

    @capability
    def depth_updates(self) -> Declaration:
        """Streams incremental depth updates that continue a snapshot, with versions that show a gap."""
        return _UNDECLARED

    @capability
    def snapshot_alignment(self) -> Declaration:
        """Leaves it to clients to join streamed depth updates to a snapshot that they request."""
        return _UNDECLARED

    @capability
    def streamed_snapshots(self) -> Declaration:
        """Begins a stream of depth updates with a snapshot, and may send another that replaces the book."""
        return _UNDECLARED

    @capability
    def public_trades(self) -> Declaration:
        """Answers requests for recent public trades and streams new ones."""
        return _UNDECLARED

    @capability
    def counted_trades(self) -> Declaration:
        """Numbers an instrument's trades without holes."""
        return _UNDECLARED

    @capability
    def old_trades(self) -> Declaration:
        """Answers requests for public trades of any age, page by page."""
        return _UNDECLARED

    @capability
    def candles(self) -> Declaration:
        """Answers requests for candles by interval and time range."""
        return _UNDECLARED

    @capability
    def empty_candles(self) -> Declaration:
        """Makes candles of intervals in which nothing was traded, and closes them in time."""
        return _UNDECLARED

    @capability
    def ticker_24h(self) -> Declaration:
        """Answers requests for statistics of the last 24 hours."""
        return _UNDECLARED

    @capability
    def top_of_book_stream(self) -> Declaration:
        """Streams the best bid and ask at every change."""
        return _UNDECLARED

    @capability
    def venue_time(self) -> Declaration:
        """Tells its own time on request."""
        return _UNDECLARED

    @capability
    def live_subscriptions(self) -> Declaration:
        """Lets one connection subscribe and unsubscribe by messages, and acknowledges each."""
        return _UNDECLARED

    @capability
    def venue_pings(self) -> Declaration:
        """Pings its clients and cuts those that do not answer."""
        return _UNDECLARED

    @capability
    def signed_requests(self) -> Declaration:
        """Authenticates private requests by a signature over the text that was sent."""
        return _UNDECLARED

    @capability
    def request_time_window(self) -> Declaration:
        """Refuses signed requests whose time stamp is outside a window around its own time."""
        return _UNDECLARED

    @capability
    def request_weights(self) -> Declaration:
        """Counts request weight per window, answers 429 with Retry-After and bans those who go on."""
        return _UNDECLARED

    @capability
    def limit_orders(self) -> Declaration:
        """Takes limit orders good till cancelled."""
        return _UNDECLARED

    @capability
    def market_orders(self) -> Declaration:
        """Takes market orders by base quantity."""
        return _UNDECLARED

    @capability
    def market_orders_by_quote(self) -> Declaration:
        """Takes market orders by an amount of quote currency."""
        return _UNDECLARED

    @capability
    def immediate_or_cancel(self) -> Declaration:
        """Takes IOC orders: what does not fill at once expires."""
        return _UNDECLARED

    @capability
    def fill_or_kill(self) -> Declaration:
        """Takes FOK orders: all at once, or nothing."""
        return _UNDECLARED

    @capability
    def post_only(self) -> Declaration:
        """Takes post-only orders and refuses those that would take."""
        return _UNDECLARED

    @capability
    def stop_orders(self) -> Declaration:
        """Takes stop-limit orders, resting until the stop price trades."""
        return _UNDECLARED

    @capability
    def stop_market_orders(self) -> Declaration:
        """Takes stop and take-profit orders that become market orders when the stop price trades."""
        return _UNDECLARED

    @capability
    def take_profit_orders(self) -> Declaration:
        """Takes take-profit orders, resting until the price has moved in our favour."""
        return _UNDECLARED

    @capability
    def trailing_stops(self) -> Declaration:
        """Takes stop orders that follow the price by a fraction of it."""
        return _UNDECLARED

    @capability
    def iceberg_orders(self) -> Declaration:
        """Takes limit orders of which the book shows only a part."""
        return _UNDECLARED

    @capability
    def order_lists(self) -> Declaration:
        """Takes orders whose fates are tied: one cancels the other, one triggers others."""
        return _UNDECLARED

    @capability
    def self_trade_prevention(self) -> Declaration:
        """Expires an order that would trade with its own account: the taker, the maker or both, as asked."""
        return _UNDECLARED

    @capability
    def self_trade_decrement(self) -> Declaration:
        """Takes what would trade with its own account off both orders, if asked."""
        return _UNDECLARED

    @capability
    def client_order_id(self) -> Declaration:
        """Takes a client order id, unique among open orders, and finds orders by it."""
        return _UNDECLARED

    @capability
    def amend_order(self) -> Declaration:
        """Changes an open order's quantity under the same venue order id."""
        return _UNDECLARED

    @capability
    def amend_keeps_place(self) -> Declaration:
        """Keeps an order's place in the queue when its quantity is reduced."""
        return _UNDECLARED

    @capability
    def replace_order(self) -> Declaration:
        """Cancels an order and places another in one request."""
        return _UNDECLARED

    @capability
    def replace_in_any_case(self) -> Declaration:
        """Places the new order of a replacement, if asked, although the old one is gone."""
        return _UNDECLARED

    @capability
    def cancel_all_orders(self) -> Declaration:
        """Cancels every open order of an instrument in one request."""
        return _UNDECLARED

    @capability
    def order_history(self) -> Declaration:
        """Answers requests for past orders of an instrument."""
        return _UNDECLARED

    @capability
    def fill_history(self) -> Declaration:
        """Answers requests for the account's fills, with fee, currency and liquidity."""
        return _UNDECLARED

    @capability
    def balances(self) -> Declaration:
        """Tells available and locked funds by currency."""
        return _UNDECLARED

    @capability
    def locked_funds(self) -> Declaration:
        """Locks what an open order would spend, and tells how much is locked."""
        return _UNDECLARED

    @capability
    def private_stream(self) -> Declaration:
        """Streams the account's order changes, fills and balances."""
        return _UNDECLARED

    @capability
    def listen_keys(self) -> Declaration:
        """Opens the private stream by a key that expires unless renewed (in some protocol profile)."""
        return _UNDECLARED

    @capability
    def positions(self) -> Declaration:
        """Keeps positions on a margin account."""
        return _UNDECLARED

    @classmethod
    def names(cls) -> list[str]:
        """Names of all capabilities, in the order of this class, then of subclasses."""
        return list(_capabilities(cls))

    def declarations(self) -> dict[str, Declaration]:
        """This venue's word on every capability."""
        return {name: getattr(self, name) for name in self.names()}


def _capabilities(cls: type) -> Iterator[str]:
    seen: set[str] = set()
    for owner in reversed(cls.__mro__):
        for name, value in vars(owner).items():
            if isinstance(value, capability) and name not in seen:
                seen.add(name)
                yield name
