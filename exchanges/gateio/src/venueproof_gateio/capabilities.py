"""What Gate.io Spot offers, each with where the venue says so."""

from venueproof_core import Capabilities, Declaration, supported, unsupported
from venueproof_core.capabilities import capability

_DOCS = "https://www.gate.com/docs/developers/apiv4/en"
_STREAMS = "https://www.gate.com/docs/developers/apiv4/ws/en"
_CREATE = f"{_DOCS}/#create-an-order"


class GateioCapabilities(Capabilities):
    """Gate.io Spot, REST v4 and WebSocket v4, as documented in 2026."""

    @capability
    def instrument_statuses(self) -> Declaration:
        """``trade_status`` of each pair."""
        return supported(f"{_DOCS}/#query-all-supported-currency-pairs")

    @capability
    def order_book_snapshot(self) -> Declaration:
        """``GET order_book`` with its ``id``."""
        return supported(f"{_DOCS}/#retrieve-order-book")

    @capability
    def depth_updates(self) -> Declaration:
        """``spot.order_book_update``, ids ``U`` to ``u``."""
        return supported(f"{_STREAMS}/#changed-order-book-levels")

    @capability
    def snapshot_alignment(self) -> Declaration:
        """Updates are joined to ``GET order_book`` by its ``id``."""
        return supported(f"{_STREAMS}/#how-to-maintain-local-order-book")

    @capability
    def public_trades(self) -> Declaration:
        """``GET trades`` and ``spot.trades``."""
        return supported(f"{_DOCS}/#retrieve-market-trades")

    @capability
    def counted_trades(self) -> Declaration:
        """``id_market`` of a streamed trade."""
        return supported(f"{_STREAMS}/#public-trades-channel")

    @capability
    def old_trades(self) -> Declaration:
        """``last_id`` with ``reverse``."""
        return supported(f"{_DOCS}/#retrieve-market-trades")

    @capability
    def candles(self) -> Declaration:
        """``GET candlesticks`` and ``spot.candlesticks``."""
        return supported(f"{_DOCS}/#market-candlesticks")

    @capability
    def empty_candles(self) -> Declaration:
        """Nothing is said of intervals without trades."""
        return unsupported(
            "the documents do not say what becomes of an interval in which nothing was traded",
            f"{_DOCS}/#market-candlesticks",
        )

    @capability
    def streamed_snapshots(self) -> Declaration:
        """The stream of changes has none at its beginning; ``spot.obu`` is another one."""
        return unsupported(
            "spot.order_book_update begins with changes; its snapshot is requested",
            f"{_STREAMS}/#how-to-maintain-local-order-book",
        )

    @capability
    def ticker_24h(self) -> Declaration:
        """``GET tickers``."""
        return supported(f"{_DOCS}/#retrieve-ticker-information")

    @capability
    def top_of_book_stream(self) -> Declaration:
        """``spot.book_ticker``."""
        return supported(f"{_STREAMS}/#best-bid-or-ask-price")

    @capability
    def venue_time(self) -> Declaration:
        """``GET time``."""
        return supported(f"{_DOCS}/#get-server-current-time")

    @capability
    def live_subscriptions(self) -> Declaration:
        """``subscribe`` and ``unsubscribe``, answered with the frame's ``id``."""
        return supported(f"{_STREAMS}/#request")

    @capability
    def venue_pings(self) -> Declaration:
        """The client asks, by ``spot.ping``."""
        return unsupported(
            "the client pings, and the venue cuts who says nothing, not who does not answer",
            f"{_STREAMS}/#application-ping-pong",
        )

    @capability
    def signed_requests(self) -> Declaration:
        """HMAC-SHA512 over method, path, query, hash of the body and time."""
        return supported(f"{_DOCS}/#apiv4-signed-request-requirements")

    @capability
    def request_time_window(self) -> Declaration:
        """``Timestamp`` within 60 seconds."""
        return supported(f"{_DOCS}/#apiv4-signed-request-requirements")

    @capability
    def request_weights(self) -> Declaration:
        """Every request counts one, and nobody is banned."""
        return unsupported(
            "requests are counted by endpoint, all alike; 429 comes without Retry-After and without a ban",
            f"{_DOCS}/#frequency-limit-rule",
        )

    @capability
    def limit_orders(self) -> Declaration:
        """``type`` limit."""
        return supported(_CREATE)

    @capability
    def market_orders(self) -> Declaration:
        """``amount`` of a market order to buy is in quote."""
        return unsupported("a market order to buy names an amount of quote, never of base", _CREATE)

    @capability
    def market_orders_by_quote(self) -> Declaration:
        """``amount`` of a market order to buy."""
        return supported(_CREATE)

    @capability
    def immediate_or_cancel(self) -> Declaration:
        """``time_in_force`` ioc."""
        return supported(_CREATE)

    @capability
    def fill_or_kill(self) -> Declaration:
        """``time_in_force`` fok."""
        return supported(_CREATE)

    @capability
    def post_only(self) -> Declaration:
        """``time_in_force`` poc."""
        return supported(_CREATE)

    @capability
    def stop_orders(self) -> Declaration:
        """Price-triggered orders are none of these."""
        return unsupported(
            "a price-triggered order is no order: it locks nothing, has an id of its own, and places an order "
            "when it fires",
            f"{_DOCS}/#create-a-price-triggered-order",
        )

    @capability
    def stop_market_orders(self) -> Declaration:
        """As ``stop_orders``."""
        return self.stop_orders

    @capability
    def take_profit_orders(self) -> Declaration:
        """As ``stop_orders``."""
        return self.stop_orders

    @capability
    def trailing_stops(self) -> Declaration:
        """The order has no such field."""
        return unsupported("an order has no trailing trigger", _CREATE)

    @capability
    def iceberg_orders(self) -> Declaration:
        """``iceberg``."""
        return supported(_CREATE)

    @capability
    def order_lists(self) -> Declaration:
        """Orders stand alone."""
        return unsupported("orders of the spot market are not tied to each other", _CREATE)

    @capability
    def self_trade_prevention(self) -> Declaration:
        """``stp_act``, for members of a group only."""
        return unsupported(
            "only members of a group that the venue administers may use it; others are refused",
            f"{_DOCS}/#self-trade-prevention-stp",
        )

    @capability
    def self_trade_decrement(self) -> Declaration:
        """``stp_act`` cancels."""
        return unsupported(
            "orders are cancelled, never reduced", f"{_DOCS}/#self-trade-prevention-stp"
        )

    @capability
    def client_order_id(self) -> Declaration:
        """``text``; while the order is open it is found by it."""
        return supported(_CREATE)

    @capability
    def amend_order(self) -> Declaration:
        """``PATCH orders/{order_id}``."""
        return supported(f"{_DOCS}/#amend-an-order")

    @capability
    def amend_keeps_place(self) -> Declaration:
        """An amendment that only reduces the amount."""
        return supported(f"{_DOCS}/#amend-an-order")

    @capability
    def replace_order(self) -> Declaration:
        """There is no such request."""
        return unsupported("no request cancels one order and places another", _DOCS)

    @capability
    def replace_in_any_case(self) -> Declaration:
        """There is no such request."""
        return unsupported("no request cancels one order and places another", _DOCS)

    @capability
    def cancel_all_orders(self) -> Declaration:
        """``DELETE orders``."""
        return supported(f"{_DOCS}/#cancel-all-open-orders-in-specified-currency-pair")

    @capability
    def order_history(self) -> Declaration:
        """``GET orders`` with ``status`` finished."""
        return supported(f"{_DOCS}/#list-orders")

    @capability
    def fill_history(self) -> Declaration:
        """``GET my_trades``."""
        return supported(f"{_DOCS}/#list-personal-trading-history")

    @capability
    def balances(self) -> Declaration:
        """``GET accounts``."""
        return supported(f"{_DOCS}/#list-spot-accounts")

    @capability
    def locked_funds(self) -> Declaration:
        """Told with each balance."""
        return supported(f"{_DOCS}/#list-spot-accounts")

    @capability
    def private_stream(self) -> Declaration:
        """``spot.orders``, ``spot.usertrades``, ``spot.balances``."""
        return supported(f"{_STREAMS}/#orders-channel")

    @capability
    def listen_keys(self) -> Declaration:
        """Each subscription is signed."""
        return unsupported(
            "private channels are subscribed by a signature", f"{_STREAMS}/#authentication"
        )

    @capability
    def positions(self) -> Declaration:
        """A spot account holds currencies."""
        return unsupported("a spot account holds balances, not positions", _DOCS)
