"""Between the venue's JSON and domain values: pure functions, spelled by tables.

Source: https://bybit-exchange.github.io/docs/v5/intro and the pages of each endpoint and topic
"""

from collections.abc import Mapping, Sequence
from decimal import InvalidOperation
from typing import Any

import venueproof_net
from venueproof_bybit.errors import VENUE, unreadable
from venueproof_core import WireTables
from venueproof_core.models import (
    Balance,
    Candle,
    FeeRates,
    Fill,
    Instrument,
    InstrumentStatus,
    Level,
    Order,
    OrderBook,
    OrderRequest,
    OrderStatus,
    OrderType,
    SelfTradePrevention,
    Side,
    Ticker,
    TimeInForce,
    TopOfBook,
    Trade,
)

BOOKED = "Order"
STOP = "tpslOrder"
"""Filters that tell an order in the book from one that waits for its trigger with its funds locked."""

CONDITIONAL = "StopOrder"
"""The filter of those that lock nothing before their trigger; this connector places none."""

WIRE_TYPES: Mapping[OrderType, tuple[str, str]] = {
    OrderType.LIMIT: ("Limit", BOOKED),
    OrderType.MARKET: ("Market", BOOKED),
    OrderType.STOP_LIMIT: ("Limit", STOP),
    OrderType.STOP: ("Market", STOP),
}
"""Ours to theirs: type, and the filter it goes by."""

TYPES: Mapping[tuple[str, bool], OrderType] = {
    (word, kind == STOP): ours for ours, (word, kind) in WIRE_TYPES.items()
}


def filter_of(order_type: OrderType) -> str:
    """The filter by which an order is found."""
    return WIRE_TYPES[order_type][1]


PLAIN_STOP_TYPES = ("", "UNKNOWN")
POST_ONLY = "PostOnly"

EXPIRIES = frozenset(
    {
        "EC_NoImmediateQtyToFill",
        "EC_CancelForNoFullFill",
        "EC_NoEnoughQtyToFill",
        "EC_PostOnlyWillTakeLiquidity",
        "EC_BySelfMatch",
        "EC_ReachMarketPriceLimit",
        "EC_CancelByOrderValueZero",
        "EC_CancelByMatchValueZero",
    }
)
"""Reasons of an order that ended by its own terms, without anybody's cancel."""

PREVENTION: Mapping[SelfTradePrevention, str] = {
    SelfTradePrevention.NONE: "None",
    SelfTradePrevention.EXPIRE_MAKER: "CancelMaker",
    SelfTradePrevention.EXPIRE_TAKER: "CancelTaker",
    SelfTradePrevention.EXPIRE_BOTH: "CancelBoth",
}

INTERVALS: Mapping[int, str] = {
    **{minutes * 60: str(minutes) for minutes in (1, 3, 5, 15, 30, 60, 120, 240, 360, 720)},
    86_400: "D",
    604_800: "W",
}
"""Seconds to the wire's word."""


class Row(venueproof_net.Row):
    """One JSON object of this venue."""

    __slots__ = ()
    venue = VENUE

    def whole(self, name: str) -> int:
        """An integer; requests are answered with integers as text, streams send them bare."""
        value = self._find(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            return int(value)
        return super().whole(name)

    def level(self, price: str, quantity: str) -> Level | None:
        """The first level of a side; ``None`` if it is empty."""
        prices, quantities = self._find(price), self._find(quantity)
        if prices == [] or quantities == []:
            return None
        number = self._tables.read_decimal
        try:
            return Level(number(prices[0][0]), number(quantities[0][1]))
        except (TypeError, IndexError, KeyError, ValueError, InvalidOperation):
            raise self._error(price, "a list of levels", prices) from None


def rows(data: Any, operation: str, key: str = "list") -> Sequence[Any]:
    """The list that a result must have."""
    found = data.get(key) if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise unreadable(f"$.{key}: expected a list", repr(data), operation)
    return found


def sides(tables: WireTables) -> Mapping[str, Side]:
    """Theirs to ours."""
    return {theirs: ours for ours, theirs in tables.sides.items()}


# ---------------------------------------------------------------- orders


def order(data: Any, symbol: str, tables: WireTables, operation: str, kind: str = "order") -> Order:
    """An order from a reply (``order``) or an event (``order_event``)."""
    row = Row(data, tables, kind, operation)
    is_stop = row.text("stop_order_type") not in PLAIN_STOP_TYPES
    types = {word: ours for (word, stop), ours in TYPES.items() if stop is is_stop}
    order_type: OrderType = row.word("order_type", types)
    force = row.text("time_in_force")
    is_by_quote = row.text_or_none("market_unit") == "quoteCoin"
    is_market = order_type in (OrderType.MARKET, OrderType.STOP)
    filled = row.decimal("filled_quantity")
    status: OrderStatus = row.word("status", tables.statuses)
    if status is OrderStatus.CANCELED and row.text_or_none("reason") in EXPIRIES:
        status = OrderStatus.EXPIRED
    quantity = row.positive_or_none("quantity")
    if is_market and is_by_quote:
        # The quantity is an amount of quote; what it buys is known when all is done.
        quantity = None if status in (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED) else filled
    return Order(
        symbol=symbol,
        client_order_id=row.text("client_order_id"),
        venue_order_id=row.text("venue_order_id"),
        side=row.word("side", sides(tables)),
        order_type=order_type,
        status=status,
        quantity=quantity,
        filled_quantity=filled,
        filled_notional=row.decimal("filled_notional"),
        price=None if is_market else row.positive_or_none("price"),
        stop_price=row.positive_or_none("stop_price") if is_stop else None,
        time_in_force=None
        if is_market or force == POST_ONLY
        else row.word("time_in_force", _times(tables)),
        post_only=force == POST_ONLY,
        created_time_ns=row.time_ns("created_time"),
        updated_time_ns=row.time_ns("updated_time"),
    )


def _times(tables: WireTables) -> Mapping[str, TimeInForce]:
    return {theirs: ours for ours, theirs in tables.time_in_force.items()}


def order_params(request: OrderRequest, venue_symbol: str, tables: WireTables) -> dict[str, str]:
    """What ``order/create`` must be sent for a request."""
    if request.order_type not in WIRE_TYPES:
        raise ValueError(f"bybit has no {request.order_type.value} order")
    for name in ("display_quantity", "trailing_ratio"):
        if getattr(request, name) is not None:
            raise ValueError(f"bybit has no {name}")
    wire_type, order_filter = WIRE_TYPES[request.order_type]
    number = tables.decimal_text
    is_market = wire_type == "Market"
    wanted = request.quantity if request.quantity is not None else request.quote_quantity
    if wanted is None:
        raise ValueError("neither quantity nor quote_quantity is given")
    force = None if request.time_in_force is None else tables.time_in_force[request.time_in_force]
    if request.post_only:
        force = POST_ONLY
    unit = "baseCoin" if request.quantity is not None else "quoteCoin"
    prevention = request.self_trade_prevention
    values: dict[str, str | None] = {
        "symbol": venue_symbol,
        "side": tables.sides[request.side],
        "order_type": wire_type,
        "time_in_force": None if is_market else force,
        "quantity": number(wanted),
        "market_unit": unit if is_market else None,
        "price": None if request.price is None else number(request.price),
        "stop_price": None if request.stop_price is None else number(request.stop_price),
        "order_filter": order_filter,
        "self_trade_prevention": None if prevention is None else PREVENTION[prevention],
        "client_order_id": request.client_order_id,
    }
    fields = tables.fields
    return {
        fields[f"order_request.{name}"]: value
        for name, value in values.items()
        if value is not None
    }


def is_trade(data: Any, tables: WireTables, kind: str) -> bool:
    """Whether an execution is a trade; others are transfers of positions and the like."""
    return Row(data, tables, kind, "stream").text("execution_type") == "Trade"


def fill(
    data: Any, symbol: str, tables: WireTables, operation: str = "fills", kind: str = "fill"
) -> Fill:
    """A row of ``execution/list`` (``fill``) or of the topic (``fill_event``)."""
    row = Row(data, tables, kind, operation)
    return Fill(
        symbol=symbol,
        trade_id=row.text("trade_id"),
        venue_order_id=row.text("venue_order_id"),
        side=row.word("side", sides(tables)),
        price=row.decimal("price"),
        quantity=row.decimal("quantity"),
        fee=row.decimal("fee"),
        fee_currency=row.text_or_none("fee_currency"),
        liquidity=row.word("liquidity", tables.liquidity),
        venue_time_ns=row.time_ns("time"),
        client_order_id=row.text_or_none("client_order_id"),
    )


# ---------------------------------------------------------------- account


def balances(
    data: Any, tables: WireTables, operation: str = "balances", kind: str = "balance"
) -> list[Balance]:
    """Coins of one account, from a reply (``balance``) or the topic (``balance_event``)."""
    found = []
    for coin in rows(data, operation, "coin"):
        row = Row(coin, tables, kind, operation)
        total, locked = row.decimal("total"), row.decimal("locked")
        found.append(
            Balance(currency=row.text("currency"), available=total - locked, locked=locked)
        )
    return found


def fee_rates(data: Any, symbol: str, tables: WireTables) -> FeeRates:
    """A row of ``fee-rate``."""
    row = Row(data, tables, "fee_rates", "fee_rates")
    return FeeRates(symbol=symbol, maker=row.decimal("maker"), taker=row.decimal("taker"))


# ---------------------------------------------------------------- market data


def instrument(data: Any, tables: WireTables) -> Instrument:
    """An entry of ``instruments-info``; what is not traded is not listed."""
    row = Row(data, tables, "instrument", "instruments")
    lot = Row(data.get("lotSizeFilter"), tables, "instrument", "instruments")
    prices = Row(data.get("priceFilter"), tables, "instrument", "instruments")
    base, quote = row.text("base"), row.text("quote")
    return Instrument(
        symbol=f"{base}-{quote}",
        base=base,
        quote=quote,
        tick_size=prices.decimal("tick_size"),
        lot_size=lot.decimal("lot_size"),
        minimum_quantity=lot.decimal("minimum_quantity"),
        maximum_quantity=lot.positive_or_none("maximum_quantity"),
        minimum_notional=lot.positive_or_none("minimum_notional"),
        status=InstrumentStatus.TRADING
        if row.text("status") == "Trading"
        else InstrumentStatus.HALTED,
    )


def order_book(data: Any, symbol: str, tables: WireTables, depth: int) -> OrderBook:
    """A depth snapshot."""
    row = Row(data, tables, "order_book", "order_book")
    number = tables.read_decimal
    try:
        bids, asks = (
            tuple(Level(number(price), number(quantity)) for price, quantity in data[key][:depth])
            for key in ("b", "a")
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise unreadable(
            f"the levels cannot be read: {error!r}", repr(data), "order_book"
        ) from error
    return OrderBook(symbol=symbol, bids=bids, asks=asks, depth=depth, version=row.whole("version"))


def top_of_book(data: Any, symbol: str, tables: WireTables) -> TopOfBook:
    """A frame of the topic with one level; an empty side is an empty list."""
    row = Row(data, tables, "top_of_book", "stream")
    return TopOfBook(
        symbol=symbol,
        bid=row.level("bid_price", "bid_quantity"),
        ask=row.level("ask_price", "ask_quantity"),
        version=row.whole("version"),
    )


def trade(
    data: Any, symbol: str, tables: WireTables, operation: str = "trades", kind: str = "trade"
) -> Trade:
    """A public trade, from a reply (``trade``) or a stream (``trade_event``)."""
    row = Row(data, tables, kind, operation)
    return Trade(
        symbol=symbol,
        trade_id=row.text("trade_id"),
        price=row.decimal("price"),
        quantity=row.decimal("quantity"),
        taker_side=row.word("side", sides(tables)),
        venue_time_ns=row.time_ns("time"),
    )


def candle(
    data: Any,
    symbol: str,
    interval_s: int,
    tables: WireTables,
    operation: str = "candles",
    kind: str = "candle",
) -> Candle:
    """A candle, from a reply (``candle``, a list) or a stream (``candle_event``)."""
    row = Row(data, tables, kind, operation)
    return Candle(
        symbol=symbol,
        interval_s=interval_s,
        open_time_ns=row.time_ns("open_time"),
        open=row.decimal("open"),
        high=row.decimal("high"),
        low=row.decimal("low"),
        close=row.decimal("close"),
        volume=row.decimal("volume"),
        quote_volume=row.decimal("quote_volume"),
        is_closed=row.flag("is_closed") if kind == "candle_event" else None,
    )


def ticker(data: Any, symbol: str, tables: WireTables) -> Ticker:
    """Statistics of 24 hours."""
    row = Row(data, tables, "ticker", "ticker")
    return Ticker(
        symbol=symbol,
        last_price=row.decimal("last_price"),
        bid_price=row.positive_or_none("bid_price"),
        ask_price=row.positive_or_none("ask_price"),
        open_price=row.decimal("open_price"),
        high_price=row.decimal("high_price"),
        low_price=row.decimal("low_price"),
        volume=row.decimal("volume"),
        quote_volume=row.decimal("quote_volume"),
    )
