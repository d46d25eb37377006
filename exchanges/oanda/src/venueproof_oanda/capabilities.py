"""What OANDA v20 offers, each with where the venue says so."""

from venueproof_core import Capabilities, Declaration, supported, unsupported
from venueproof_core.capabilities import capability

_DOCS = "https://developer.oanda.com/rest-live-v20"


class OandaCapabilities(Capabilities):
    """OANDA v20, REST and streams, as documented in 2026."""

    @capability
    def instrument_statuses(self) -> Declaration:
        """Prices say whether an instrument is tradeable, instruments do not."""
        return unsupported(
            "whether an instrument is tradeable is told with its price",
            f"{_DOCS}/pricing-df/#ClientPrice",
        )

    @capability
    def order_book_snapshot(self) -> Declaration:
        """``GET pricing``: the dealer's ladder, versioned by its time."""
        return supported(f"{_DOCS}/pricing-ep/")

    @capability
    def depth_updates(self) -> Declaration:
        """Whole ladders, never changes of one."""
        return unsupported(
            "the price stream sends whole ladders, not changes that continue a snapshot",
            f"{_DOCS}/pricing-ep/",
        )

    @capability
    def snapshot_alignment(self) -> Declaration:
        """Every price is a whole ladder."""
        return unsupported(
            "the price stream sends whole ladders: there is nothing to join to a snapshot",
            f"{_DOCS}/pricing-ep/",
        )

    @capability
    def streamed_snapshots(self) -> Declaration:
        """Every price is a whole ladder."""
        return unsupported(
            "the price stream sends whole ladders, no depth updates that a snapshot begins",
            f"{_DOCS}/pricing-ep/",
        )

    @capability
    def public_trades(self) -> Declaration:
        """A dealer's market has no public prints."""
        return unsupported(
            "a dealer tells its prices; what its clients trade is not published",
            f"{_DOCS}/pricing-df/",
        )

    @capability
    def counted_trades(self) -> Declaration:
        """A dealer's market has no public prints."""
        return unsupported(
            "a dealer tells its prices; what its clients trade is not published",
            f"{_DOCS}/pricing-df/",
        )

    @capability
    def old_trades(self) -> Declaration:
        """A dealer's market has no public prints."""
        return unsupported(
            "a dealer tells its prices; what its clients trade is not published",
            f"{_DOCS}/pricing-df/",
        )

    @capability
    def candles(self) -> Declaration:
        """``GET candles`` of middles, bids and asks."""
        return supported(f"{_DOCS}/instrument-ep/")

    @capability
    def empty_candles(self) -> Declaration:
        """Intervals without prices have no candle."""
        return unsupported(
            "there is no candle of an interval in which there was no price",
            f"{_DOCS}/instrument-ep/",
        )

    @capability
    def ticker_24h(self) -> Declaration:
        """There is no such request."""
        return unsupported(
            "there are no statistics of a day; candles of a day are the nearest",
            f"{_DOCS}/instrument-ep/",
        )

    @capability
    def top_of_book_stream(self) -> Declaration:
        """``pricing/stream``: ladders as they change, at most four a second."""
        return supported(f"{_DOCS}/pricing-ep/")

    @capability
    def venue_time(self) -> Declaration:
        """There is no such request."""
        return unsupported(
            "no request tells the time alone",
            f"{_DOCS}/introduction/",
        )

    @capability
    def live_subscriptions(self) -> Declaration:
        """What a stream carries is settled when it is opened."""
        return unsupported(
            "a stream takes no messages: what it carries is in the request that opens it",
            f"{_DOCS}/pricing-ep/",
        )

    @capability
    def venue_pings(self) -> Declaration:
        """Heartbeats are lines, and nobody answers them."""
        return unsupported(
            "heartbeats are lines of the stream that clients cannot answer",
            f"{_DOCS}/pricing-df/#PricingHeartbeat",
        )

    @capability
    def signed_requests(self) -> Declaration:
        """A bearer token in a header."""
        return unsupported(
            "requests carry a bearer token, and no signature",
            f"{_DOCS}/authentication/",
        )

    @capability
    def request_time_window(self) -> Declaration:
        """Requests carry no time."""
        return unsupported(
            "requests carry no time stamp",
            f"{_DOCS}/authentication/",
        )

    @capability
    def request_weights(self) -> Declaration:
        """Every request counts the same."""
        return unsupported(
            "requests have no weights, a refused one gets no Retry-After, and nobody is banned",
            f"{_DOCS}/best-practices/",
        )

    @capability
    def limit_orders(self) -> Declaration:
        """LIMIT with GTC."""
        return supported(f"{_DOCS}/order-df/#LimitOrder")

    @capability
    def market_orders(self) -> Declaration:
        """MARKET in units."""
        return supported(f"{_DOCS}/order-df/#MarketOrder")

    @capability
    def market_orders_by_quote(self) -> Declaration:
        """Orders are in units of the base."""
        return unsupported(
            "orders are in units of the base currency only",
            f"{_DOCS}/order-df/#MarketOrderRequest",
        )

    @capability
    def immediate_or_cancel(self) -> Declaration:
        """``timeInForce`` IOC."""
        return supported(f"{_DOCS}/order-df/#TimeInForce")

    @capability
    def fill_or_kill(self) -> Declaration:
        """``timeInForce`` FOK."""
        return supported(f"{_DOCS}/order-df/#TimeInForce")

    @capability
    def post_only(self) -> Declaration:
        """A dealer has no book to rest in."""
        return unsupported(
            "orders never rest in a book, so none is refused because it would take",
            f"{_DOCS}/order-df/#LimitOrderRequest",
        )

    @capability
    def stop_orders(self) -> Declaration:
        """A stop order has a bound, not a limit."""
        return unsupported(
            "a triggered stop order fills within its bound or ends: it never waits as a limit order",
            f"{_DOCS}/order-df/#StopOrderRequest",
        )

    @capability
    def stop_market_orders(self) -> Declaration:
        """STOP, and MARKET_IF_TOUCHED."""
        return supported(f"{_DOCS}/order-df/#StopOrder")

    @capability
    def take_profit_orders(self) -> Declaration:
        """MARKET_IF_TOUCHED."""
        return supported(f"{_DOCS}/order-df/#MarketIfTouchedOrder")

    @capability
    def trailing_stops(self) -> Declaration:
        """They guard a trade, by a distance in price."""
        return unsupported(
            "trailing stops belong to an open trade, and trail by a distance, not a ratio",
            f"{_DOCS}/order-df/#TrailingStopLossOrderRequest",
        )

    @capability
    def iceberg_orders(self) -> Declaration:
        """Orders are not shown to anybody."""
        return unsupported(
            "nobody sees another's orders, so there is nothing to hide",
            f"{_DOCS}/order-df/#LimitOrderRequest",
        )

    @capability
    def order_lists(self) -> Declaration:
        """Orders are tied to a fill or a trade instead."""
        return unsupported(
            "orders are tied by takeProfitOnFill and stopLossOnFill, or to a trade, not in lists",
            f"{_DOCS}/order-df/#MarketOrderRequest",
        )

    @capability
    def self_trade_prevention(self) -> Declaration:
        """The other side is the dealer."""
        return unsupported(
            "every order trades with the dealer, never with another client's",
            f"{_DOCS}/order-df/#LimitOrderRequest",
        )

    @capability
    def self_trade_decrement(self) -> Declaration:
        """The other side is the dealer."""
        return unsupported(
            "every order trades with the dealer, never with another client's",
            f"{_DOCS}/order-df/#LimitOrderRequest",
        )

    @capability
    def client_order_id(self) -> Declaration:
        """``clientExtensions.id``, unique among pending orders; ``@id`` finds one of them."""
        return supported(f"{_DOCS}/transaction-df/#ClientExtensions")

    @capability
    def amend_order(self) -> Declaration:
        """A change makes another order."""
        return unsupported(
            "a changed order has another id: it is replaced",
            f"{_DOCS}/order-ep/",
        )

    @capability
    def amend_keeps_place(self) -> Declaration:
        """A change makes another order, and a dealer has no queue."""
        return unsupported(
            "a changed order has another id: it is replaced",
            f"{_DOCS}/order-ep/",
        )

    @capability
    def replace_order(self) -> Declaration:
        """``PUT orders/{specifier}``: cancels one and creates another."""
        return supported(f"{_DOCS}/order-ep/")

    @capability
    def replace_in_any_case(self) -> Declaration:
        """Both halves, or neither."""
        return unsupported(
            "nothing is placed in place of an order that is gone",
            f"{_DOCS}/order-ep/",
        )

    @capability
    def cancel_all_orders(self) -> Declaration:
        """Each order is cancelled by itself."""
        return unsupported(
            "each order is cancelled by a request of its own",
            f"{_DOCS}/order-ep/",
        )

    @capability
    def order_history(self) -> Declaration:
        """``GET orders`` with ``state=ALL``."""
        return supported(f"{_DOCS}/order-ep/")

    @capability
    def fill_history(self) -> Declaration:
        """ORDER_FILL among the account's transactions."""
        return supported(f"{_DOCS}/transaction-ep/")

    @capability
    def balances(self) -> Declaration:
        """``GET summary``: one balance, in the home currency."""
        return supported(f"{_DOCS}/account-ep/")

    @capability
    def locked_funds(self) -> Declaration:
        """Pending orders take no margin before they fill."""
        return unsupported(
            "an account has one balance, of which a pending order locks nothing",
            f"{_DOCS}/account-df/#AccountSummary",
        )

    @capability
    def private_stream(self) -> Declaration:
        """``transactions/stream``."""
        return supported(f"{_DOCS}/transaction-ep/")

    @capability
    def listen_keys(self) -> Declaration:
        """A stream is opened with the token."""
        return unsupported(
            "a stream is opened with the token that requests carry",
            f"{_DOCS}/transaction-ep/",
        )

    @capability
    def positions(self) -> Declaration:
        """``GET openPositions``."""
        return supported(f"{_DOCS}/position-ep/")
