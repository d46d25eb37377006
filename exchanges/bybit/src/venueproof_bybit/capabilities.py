"""What Bybit Spot offers, each with where the venue says so."""

from venueproof_core import Capabilities, Declaration, supported, unsupported
from venueproof_core.capabilities import capability

_DOCS = "https://bybit-exchange.github.io/docs/v5"
_MARKET = f"{_DOCS}/market"
_CREATE = f"{_DOCS}/order/create-order"
_CONNECT = f"{_DOCS}/ws/connect"


class BybitCapabilities(Capabilities):
    """Bybit Spot, API v5 with ``category=spot``, as documented in 2026."""

    @capability
    def instrument_statuses(self) -> Declaration:
        """``status`` of each instrument."""
        return supported(f"{_MARKET}/instrument")

    @capability
    def order_book_snapshot(self) -> Declaration:
        """``GET market/orderbook``, versioned by ``seq``."""
        return supported(f"{_MARKET}/orderbook")

    @capability
    def depth_updates(self) -> Declaration:
        """``orderbook.50``, ``.200`` and ``.1000``; ``u`` counts the messages of a topic."""
        return supported(f"{_DOCS}/websocket/public/orderbook")

    @capability
    def snapshot_alignment(self) -> Declaration:
        """A depth topic begins with its snapshot."""
        return unsupported(
            "the depth topics begin with a snapshot of their own",
            f"{_DOCS}/websocket/public/orderbook",
        )

    @capability
    def streamed_snapshots(self) -> Declaration:
        """``type`` snapshot, first and whenever the service has begun anew."""
        return supported(f"{_DOCS}/websocket/public/orderbook")

    @capability
    def public_trades(self) -> Declaration:
        """``GET market/recent-trade`` and ``publicTrade``."""
        return supported(f"{_MARKET}/recent-trade")

    @capability
    def counted_trades(self) -> Declaration:
        """Ids are names."""
        return unsupported(
            "trade ids are not documented to count", f"{_DOCS}/websocket/public/trade"
        )

    @capability
    def old_trades(self) -> Declaration:
        """Up to 60 recent trades."""
        return unsupported("only the last 60 public trades are told", f"{_MARKET}/recent-trade")

    @capability
    def candles(self) -> Declaration:
        """``GET market/kline`` and ``kline``."""
        return supported(f"{_MARKET}/kline")

    @capability
    def ticker_24h(self) -> Declaration:
        """``GET market/tickers``."""
        return supported(f"{_MARKET}/tickers")

    @capability
    def top_of_book_stream(self) -> Declaration:
        """``orderbook.1``."""
        return supported(f"{_DOCS}/websocket/public/orderbook")

    @capability
    def venue_time(self) -> Declaration:
        """``GET market/time``."""
        return supported(f"{_MARKET}/time")

    @capability
    def live_subscriptions(self) -> Declaration:
        """``subscribe`` and ``unsubscribe``, answered by ``req_id``."""
        return supported(_CONNECT)

    @capability
    def venue_pings(self) -> Declaration:
        """Clients ping, the venue does not."""
        return unsupported(
            "the client sends the pings", f"{_CONNECT}#how-to-send-the-heartbeat-packet"
        )

    @capability
    def signed_requests(self) -> Declaration:
        """HMAC or RSA over time stamp, key, window and query or body as sent."""
        return supported(f"{_DOCS}/guide#authentication")

    @capability
    def request_time_window(self) -> Declaration:
        """``X-BAPI-TIMESTAMP`` and ``X-BAPI-RECV-WINDOW``."""
        return supported(f"{_DOCS}/guide#authentication")

    @capability
    def request_weights(self) -> Declaration:
        """Requests are counted by endpoint and second."""
        return unsupported(
            "requests have no weights: each endpoint has its own number a second",
            f"{_DOCS}/rate-limit",
        )

    @capability
    def limit_orders(self) -> Declaration:
        """Limit with GTC."""
        return supported(_CREATE)

    @capability
    def market_orders(self) -> Declaration:
        """Market with ``marketUnit`` baseCoin."""
        return supported(_CREATE)

    @capability
    def market_orders_by_quote(self) -> Declaration:
        """Market with ``marketUnit`` quoteCoin."""
        return supported(_CREATE)

    @capability
    def immediate_or_cancel(self) -> Declaration:
        """``timeInForce`` IOC."""
        return supported(f"{_DOCS}/enum#timeinforce")

    @capability
    def fill_or_kill(self) -> Declaration:
        """``timeInForce`` FOK."""
        return supported(f"{_DOCS}/enum#timeinforce")

    @capability
    def post_only(self) -> Declaration:
        """``timeInForce`` PostOnly: cancelled at once if it would take."""
        return supported(f"{_DOCS}/enum#timeinforce")

    @capability
    def stop_orders(self) -> Declaration:
        """Limit with ``triggerPrice``."""
        return supported(_CREATE)

    @capability
    def stop_market_orders(self) -> Declaration:
        """Market with ``triggerPrice``."""
        return supported(_CREATE)

    @capability
    def take_profit_orders(self) -> Declaration:
        """A triggered order does not say whether it takes a profit or stops a loss."""
        return unsupported(
            "a trigger price has no direction: stops and take-profits are one", _CREATE
        )

    @capability
    def trailing_stops(self) -> Declaration:
        """Of derivatives only."""
        return unsupported(
            "trailing stops belong to positions of derivatives", f"{_DOCS}/position/trading-stop"
        )

    @capability
    def iceberg_orders(self) -> Declaration:
        """There is no parameter for it."""
        return unsupported("an order has no visible part", _CREATE)

    @capability
    def order_lists(self) -> Declaration:
        """Exits are attached to an order."""
        return unsupported(
            "exits are attached to one order, lists of orders there are none", _CREATE
        )

    @capability
    def self_trade_prevention(self) -> Declaration:
        """``smpType`` CancelTaker, CancelMaker, CancelBoth."""
        return supported(f"{_DOCS}/smp")

    @capability
    def self_trade_decrement(self) -> Declaration:
        """Orders are cancelled, not reduced."""
        return unsupported("``smpType`` has no value for it", f"{_DOCS}/smp")

    @capability
    def client_order_id(self) -> Declaration:
        """``orderLinkId``, always unique."""
        return supported(_CREATE)

    @capability
    def amend_order(self) -> Declaration:
        """``POST order/amend``."""
        return supported(f"{_DOCS}/order/amend-order")

    @capability
    def amend_keeps_place(self) -> Declaration:
        """Nothing is said of the queue."""
        return unsupported(
            "the documents promise no place in the queue", f"{_DOCS}/order/amend-order"
        )

    @capability
    def replace_order(self) -> Declaration:
        """An order is amended, or cancelled and placed by two requests."""
        return unsupported("no request cancels and places", f"{_DOCS}/order/amend-order")

    @capability
    def replace_in_any_case(self) -> Declaration:
        """There is no such request."""
        return unsupported(
            "no request cancels one order and places another", f"{_DOCS}/order/amend-order"
        )

    @capability
    def cancel_all_orders(self) -> Declaration:
        """``POST order/cancel-all``."""
        return supported(f"{_DOCS}/order/cancel-all")

    @capability
    def order_history(self) -> Declaration:
        """``GET order/history``."""
        return supported(f"{_DOCS}/order/order-list")

    @capability
    def fill_history(self) -> Declaration:
        """``GET execution/list``."""
        return supported(f"{_DOCS}/order/execution")

    @capability
    def balances(self) -> Declaration:
        """``GET account/wallet-balance``."""
        return supported(f"{_DOCS}/account/wallet-balance")

    @capability
    def locked_funds(self) -> Declaration:
        """Told with each balance."""
        return supported(f"{_DOCS}/account/wallet-balance")

    @capability
    def private_stream(self) -> Declaration:
        """Topics ``order``, ``execution`` and ``wallet``."""
        return supported(f"{_DOCS}/websocket/private/order")

    @capability
    def listen_keys(self) -> Declaration:
        """A login opens the private stream."""
        return unsupported("the private stream is opened by a signed login", _CONNECT)

    @capability
    def positions(self) -> Declaration:
        """A spot account holds coins."""
        return unsupported("spot holds balances, not positions", f"{_DOCS}/position")
