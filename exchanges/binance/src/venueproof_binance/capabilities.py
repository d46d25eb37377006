"""What Binance Spot offers, each with where the venue says so."""

from venueproof_core import Capabilities, Declaration, supported, unsupported
from venueproof_core.capabilities import capability

_DOCS = "https://developers.binance.com/docs/binance-spot-api-docs"
_MARKET = f"{_DOCS}/rest-api/market-data-endpoints"
_TRADING = f"{_DOCS}/rest-api/trading-endpoints"
_ACCOUNT = f"{_DOCS}/rest-api/account-endpoints"
_STREAMS = f"{_DOCS}/web-socket-streams"
_SECURITY = f"{_DOCS}/rest-api/request-security"


class BinanceCapabilities(Capabilities):
    """Binance Spot, REST v3 and streams, as documented in 2026."""

    @capability
    def instrument_statuses(self) -> Declaration:
        """``status`` of each symbol."""
        return supported(f"{_DOCS}/rest-api/general-endpoints#exchange-information")

    @capability
    def order_book_snapshot(self) -> Declaration:
        """``GET depth``, versioned by ``lastUpdateId``."""
        return supported(f"{_MARKET}#order-book")

    @capability
    def depth_updates(self) -> Declaration:
        """``<symbol>@depth``, versions ``U`` to ``u``."""
        return supported(f"{_STREAMS}#how-to-manage-a-local-order-book-correctly")

    @capability
    def snapshot_alignment(self) -> Declaration:
        """Updates are joined to ``GET depth`` by their versions."""
        return supported(f"{_STREAMS}#how-to-manage-a-local-order-book-correctly")

    @capability
    def streamed_snapshots(self) -> Declaration:
        """The diff stream has changes only."""
        return unsupported(
            "a stream of depth updates has no snapshot",
            f"{_STREAMS}#how-to-manage-a-local-order-book-correctly",
        )

    @capability
    def public_trades(self) -> Declaration:
        """``GET trades`` and ``<symbol>@trade``."""
        return supported(f"{_MARKET}#recent-trades-list")

    @capability
    def counted_trades(self) -> Declaration:
        """``t`` of a trade, ``fromId`` of a request."""
        return supported(f"{_MARKET}#old-trade-lookup")

    @capability
    def old_trades(self) -> Declaration:
        """``GET historicalTrades``."""
        return supported(f"{_MARKET}#old-trade-lookup")

    @capability
    def candles(self) -> Declaration:
        """``GET klines`` and ``<symbol>@kline_<interval>``."""
        return supported(f"{_MARKET}#klinecandlestick-data")

    @capability
    def empty_candles(self) -> Declaration:
        """Every interval has its candle; without trades it repeats the close before it."""
        return supported(f"{_MARKET}#klinecandlestick-data")

    @capability
    def ticker_24h(self) -> Declaration:
        """``GET ticker/24hr``."""
        return supported(f"{_MARKET}#24hr-ticker-price-change-statistics")

    @capability
    def top_of_book_stream(self) -> Declaration:
        """``<symbol>@bookTicker``."""
        return supported(f"{_STREAMS}#individual-symbol-book-ticker-streams")

    @capability
    def venue_time(self) -> Declaration:
        """``GET time``."""
        return supported(f"{_DOCS}/rest-api/general-endpoints#check-server-time")

    @capability
    def live_subscriptions(self) -> Declaration:
        """SUBSCRIBE and UNSUBSCRIBE, answered by id."""
        return supported(f"{_STREAMS}#live-subscribingunsubscribing-to-streams")

    @capability
    def venue_pings(self) -> Declaration:
        """A ping every 20 seconds; a minute without a pong ends the connection."""
        return supported(f"{_STREAMS}#general-wss-information")

    @capability
    def signed_requests(self) -> Declaration:
        """HMAC, RSA or Ed25519 over query and body as sent."""
        return supported(_SECURITY)

    @capability
    def request_time_window(self) -> Declaration:
        """``timestamp`` and ``recvWindow``."""
        return supported(f"{_SECURITY}#timing-security")

    @capability
    def request_weights(self) -> Declaration:
        """Weight per minute and address, then 429, then 418."""
        return supported(f"{_DOCS}/rest-api/limits#ip-limits")

    @capability
    def limit_orders(self) -> Declaration:
        """LIMIT with GTC."""
        return supported(f"{_TRADING}#new-order-trade")

    @capability
    def market_orders(self) -> Declaration:
        """MARKET with ``quantity``."""
        return supported(f"{_TRADING}#new-order-trade")

    @capability
    def market_orders_by_quote(self) -> Declaration:
        """MARKET with ``quoteOrderQty``."""
        return supported(f"{_TRADING}#new-order-trade")

    @capability
    def immediate_or_cancel(self) -> Declaration:
        """``timeInForce`` IOC."""
        return supported(f"{_DOCS}/enums#time-in-force-timeinforce")

    @capability
    def fill_or_kill(self) -> Declaration:
        """``timeInForce`` FOK."""
        return supported(f"{_DOCS}/enums#time-in-force-timeinforce")

    @capability
    def post_only(self) -> Declaration:
        """LIMIT_MAKER."""
        return supported(f"{_TRADING}#new-order-trade")

    @capability
    def stop_orders(self) -> Declaration:
        """STOP_LOSS_LIMIT and TAKE_PROFIT_LIMIT."""
        return supported(f"{_TRADING}#new-order-trade")

    @capability
    def stop_market_orders(self) -> Declaration:
        """STOP_LOSS and TAKE_PROFIT."""
        return supported(f"{_TRADING}#new-order-trade")

    @capability
    def take_profit_orders(self) -> Declaration:
        """TAKE_PROFIT and TAKE_PROFIT_LIMIT."""
        return supported(f"{_TRADING}#new-order-trade")

    @capability
    def trailing_stops(self) -> Declaration:
        """``trailingDelta``, in basis points."""
        return supported(f"{_DOCS}/faqs/trailing-stop-faq")

    @capability
    def iceberg_orders(self) -> Declaration:
        """``icebergQty``."""
        return supported(f"{_TRADING}#new-order-trade")

    @capability
    def order_lists(self) -> Declaration:
        """``orderList/oco``, ``oto`` and ``otoco``."""
        return supported(f"{_TRADING}#order-lists")

    @capability
    def self_trade_prevention(self) -> Declaration:
        """``selfTradePreventionMode`` EXPIRE_TAKER, EXPIRE_MAKER, EXPIRE_BOTH."""
        return supported(f"{_DOCS}/faqs/stp_faq")

    @capability
    def self_trade_decrement(self) -> Declaration:
        """``selfTradePreventionMode`` DECREMENT."""
        return supported(f"{_DOCS}/faqs/stp_faq")

    @capability
    def client_order_id(self) -> Declaration:
        """``newClientOrderId``, unique among open orders; ``origClientOrderId`` finds it."""
        return supported(f"{_TRADING}#new-order-trade")

    @capability
    def amend_order(self) -> Declaration:
        """``PUT order/amend/keepPriority``: a smaller quantity under the same order id."""
        return supported(f"{_TRADING}#order-amend-keep-priority-trade")

    @capability
    def amend_keeps_place(self) -> Declaration:
        """As its name says."""
        return supported(f"{_TRADING}#order-amend-keep-priority-trade")

    @capability
    def replace_order(self) -> Declaration:
        """``POST order/cancelReplace``."""
        return supported(f"{_TRADING}#cancel-an-existing-order-and-send-a-new-order-trade")

    @capability
    def replace_in_any_case(self) -> Declaration:
        """``cancelReplaceMode`` ALLOW_FAILURE."""
        return supported(f"{_TRADING}#cancel-an-existing-order-and-send-a-new-order-trade")

    @capability
    def cancel_all_orders(self) -> Declaration:
        """``DELETE openOrders``."""
        return supported(f"{_TRADING}#cancel-all-open-orders-on-a-symbol-trade")

    @capability
    def order_history(self) -> Declaration:
        """``GET allOrders``."""
        return supported(f"{_ACCOUNT}#all-orders-user_data")

    @capability
    def fill_history(self) -> Declaration:
        """``GET myTrades``."""
        return supported(f"{_ACCOUNT}#account-trade-list-user_data")

    @capability
    def balances(self) -> Declaration:
        """``GET account``."""
        return supported(f"{_ACCOUNT}#account-information-user_data")

    @capability
    def locked_funds(self) -> Declaration:
        """``free`` and ``locked`` of each balance."""
        return supported(f"{_ACCOUNT}#account-information-user_data")

    @capability
    def private_stream(self) -> Declaration:
        """User data events: executionReport, outboundAccountPosition."""
        return supported(f"{_DOCS}/user-data-stream")

    @capability
    def listen_keys(self) -> Declaration:
        """Until 2026-02-20; since then a signed subscription over the WebSocket API."""
        return supported(f"{_DOCS}/CHANGELOG#2025-10-24")

    @capability
    def positions(self) -> Declaration:
        """A spot account holds currencies."""
        return unsupported("a spot account holds balances, not positions", f"{_DOCS}/rest-api")
