"""Between the venue's JSON and domain values: pure functions, spelled by tables.

Source: https://www.gate.com/docs/developers/apiv4/en/#spot and .../apiv4/ws/en/
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import venueproof_net
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
    Side,
    Ticker,
    TimeInForce,
    TopOfBook,
    Trade,
)
from venueproof_gateio.errors import VENUE, unreadable

TYPES: Mapping[str, OrderType] = {"limit": OrderType.LIMIT, "market": OrderType.MARKET}
POST_ONLY = "poc"
NAME_PREFIX = "t-"
"""What the venue wants before every name that a client gives an order."""

INTERVALS: Mapping[int, str] = {
    1: "1s",
    10: "10s",
    60: "1m",
    300: "5m",
    900: "15m",
    1800: "30m",
    3600: "1h",
    14_400: "4h",
    28_800: "8h",
    86_400: "1d",
    604_800: "7d",
}
"""Seconds to the wire's word."""

UNITS_PER_SECOND = 1000


class Row(venueproof_net.Row):
    """One JSON object of this venue, whose times are integers or texts, some of them with a fraction."""

    venue = VENUE

    def time_ns(self, name: str) -> int:
        """A time in the tables' unit."""
        value = self._find(name)
        if isinstance(value, (int, str)) and not isinstance(value, bool):
            try:
                return int(Decimal(value) * self._tables.time_unit_ns)
            except (InvalidOperation, ValueError, OverflowError):
                pass
        raise self._error(name, "a time", value)

    def seconds_ns(self, name: str) -> int:
        """A time in seconds."""
        return self.time_ns(name) * UNITS_PER_SECOND

    def step(self, name: str) -> Decimal:
        """A step that is told by its number of decimals."""
        return Decimal(1).scaleb(-self.whole(name))


def rows(data: Any, operation: str) -> Sequence[Any]:
    """The list that a reply must be."""
    if not isinstance(data, list):
        raise unreadable("$: expected a list", repr(data), operation)
    return data


def name_on_wire(client_order_id: str) -> str:
    """A client order id as the venue takes it."""
    return NAME_PREFIX + client_order_id


def name_of_ours(text: str) -> str:
    """A client order id as its client knows it; orders of other origin have the venue's own word."""
    return text.removeprefix(NAME_PREFIX)


# ---------------------------------------------------------------- orders


def order(data: Any, symbol: str, tables: WireTables, operation: str, kind: str = "order") -> Order:
    """An order from a reply (``order``) or an event (``order_event``)."""
    row = Row(data, tables, kind, operation)
    order_type: OrderType = row.word("order_type", TYPES)
    is_market = order_type is OrderType.MARKET
    side: Side = row.word("side", tables.sides_read)
    status: OrderStatus = row.word("status", tables.statuses)
    filled = row.decimal("filled_quantity")
    if status is OrderStatus.NEW and filled:
        status = OrderStatus.PARTIALLY_FILLED
    quantity: Decimal | None = row.decimal("quantity")
    if is_market and side is Side.BUY:
        # The amount is one of quote; what it buys is known when all is done.
        is_open = status in (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED)
        quantity = None if is_open else filled
    post_only = row.text("time_in_force") == POST_ONLY
    return Order(
        symbol=symbol,
        client_order_id=name_of_ours(row.text("client_order_id")),
        venue_order_id=row.text("venue_order_id"),
        side=side,
        order_type=order_type,
        status=status,
        quantity=quantity,
        filled_quantity=filled,
        filled_notional=row.decimal("filled_notional"),
        price=None if is_market else row.positive_or_none("price"),
        time_in_force=None
        if is_market or post_only
        else row.word("time_in_force", tables.time_in_force_read),
        post_only=post_only,
        created_time_ns=row.time_ns("created_time"),
        updated_time_ns=row.time_ns("updated_time"),
    )


def order_params(request: OrderRequest, venue_symbol: str, tables: WireTables) -> dict[str, str]:
    """What ``POST /spot/orders`` must be sent for a request."""
    words = {ours: theirs for theirs, ours in TYPES.items()}
    if request.order_type not in words:
        raise ValueError(f"gateio has no {request.order_type.value} order")
    for name in ("trailing_ratio", "self_trade_prevention"):
        if getattr(request, name) is not None:
            raise ValueError(f"gateio takes no {name} from an account of its own")
    is_market = request.order_type is OrderType.MARKET
    is_by_quote = is_market and request.side is Side.BUY
    amount = request.quote_quantity if is_by_quote else request.quantity
    if amount is None:
        unit = "quote" if is_by_quote else "base"
        raise ValueError(f"gateio takes this order by an amount of {unit} only")
    force = None if request.time_in_force is None else tables.time_in_force[request.time_in_force]
    if is_market:
        force = tables.time_in_force[TimeInForce.IOC]
    if request.post_only:
        force = POST_ONLY
    number = tables.decimal_text
    shown = request.display_quantity
    values: dict[str, str | None] = {
        "symbol": venue_symbol,
        "side": tables.sides[request.side],
        "order_type": words[request.order_type],
        "time_in_force": force,
        "quantity": number(amount),
        "price": None if request.price is None else number(request.price),
        "display_quantity": None if shown is None else number(shown),
        "client_order_id": name_on_wire(request.client_order_id),
    }
    fields = tables.fields
    return {
        fields[f"order_request.{name}"]: value
        for name, value in values.items()
        if value is not None
    }


def fill(
    data: Any, symbol: str, tables: WireTables, operation: str = "fills", kind: str = "fill"
) -> Fill:
    """A row of ``my_trades`` (``fill``) or of the channel (``fill_event``)."""
    row = Row(data, tables, kind, operation)
    name = row.text_or_none("client_order_id")
    return Fill(
        symbol=symbol,
        trade_id=row.text("trade_id"),
        venue_order_id=row.text("venue_order_id"),
        side=row.word("side", tables.sides_read),
        price=row.decimal("price"),
        quantity=row.decimal("quantity"),
        fee=row.decimal("fee"),
        fee_currency=row.text_or_none("fee_currency"),
        liquidity=row.word("liquidity", tables.liquidity),
        venue_time_ns=row.time_ns("time"),
        client_order_id=None if name is None else name_of_ours(name),
    )


# ---------------------------------------------------------------- account


def balance(data: Any, tables: WireTables, operation: str, kind: str = "balance") -> Balance:
    """A row of ``accounts`` (``balance``) or of the channel (``balance_event``)."""
    row = Row(data, tables, kind, operation)
    return Balance(
        currency=row.text("currency"),
        available=row.decimal("available"),
        locked=row.decimal("locked"),
    )


def fee_rates(data: Any, symbol: str, tables: WireTables) -> FeeRates:
    """The reply of ``wallet/fee``."""
    row = Row(data, tables, "fee_rates", "fee_rates")
    return FeeRates(symbol=symbol, maker=row.decimal("maker"), taker=row.decimal("taker"))


# ---------------------------------------------------------------- market data


def instrument(data: Any, tables: WireTables) -> Instrument:
    """An entry of ``currency_pairs``; its steps are told by their decimals."""
    row = Row(data, tables, "instrument", "instruments")
    base, quote = row.text("base"), row.text("quote")
    lot = row.step("lot_size")
    return Instrument(
        symbol=f"{base}-{quote}",
        base=base,
        quote=quote,
        tick_size=row.step("tick_size"),
        lot_size=lot,
        minimum_quantity=row.positive_or_none("minimum_quantity") or lot,
        maximum_quantity=row.positive_or_none("maximum_quantity"),
        minimum_notional=row.positive_or_none("minimum_notional"),
        status=InstrumentStatus.TRADING
        if row.text("status") == "tradable"
        else InstrumentStatus.HALTED,
    )


def order_book(data: Any, symbol: str, tables: WireTables, depth: int) -> OrderBook:
    """A depth snapshot."""
    row = Row(data, tables, "order_book", "order_book")
    number = tables.read_decimal
    try:
        bids, asks = (
            tuple(Level(number(price), number(quantity)) for price, quantity in data[key][:depth])
            for key in ("bids", "asks")
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise unreadable(
            f"the levels cannot be read: {error!r}", repr(data), "order_book"
        ) from error
    return OrderBook(symbol=symbol, bids=bids, asks=asks, depth=depth, version=row.whole("version"))


def top_of_book(data: Any, symbol: str, tables: WireTables) -> TopOfBook:
    """A frame of ``spot.book_ticker``; an empty side is empty text."""
    row = Row(data, tables, "top_of_book", "stream")

    def level(side: str) -> Level | None:
        if row.text_or_none(f"{side}_price") is None:
            return None
        return Level(row.decimal(f"{side}_price"), row.decimal(f"{side}_quantity"))

    return TopOfBook(
        symbol=symbol,
        bid=level("bid"),
        ask=level("ask"),
        version=row.whole("version"),
        venue_time_ns=row.time_ns("time"),
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
        taker_side=row.word("side", tables.sides_read),
        venue_time_ns=row.time_ns("time"),
    )


def trade_number(data: Any, tables: WireTables) -> int:
    """The number of a streamed trade within its pair, which leaves none out."""
    return Row(data, tables, "trade_event", "stream").whole("number")


def candle(
    data: Any,
    symbol: str,
    interval_s: int,
    tables: WireTables,
    operation: str = "candles",
    kind: str = "candle",
) -> Candle:
    """A candle, from a reply (``candle``, a list of texts) or a stream (``candle_event``)."""
    row = Row(data, tables, kind, operation)
    return Candle(
        symbol=symbol,
        interval_s=interval_s,
        open_time_ns=row.seconds_ns("open_time"),
        open=row.decimal("open"),
        high=row.decimal("high"),
        low=row.decimal("low"),
        close=row.decimal("close"),
        volume=row.decimal("volume"),
        quote_volume=row.decimal("quote_volume"),
        is_closed=row.word("is_closed", {"true": True, "false": False, True: True, False: False}),
    )


def ticker(data: Any, symbol: str, tables: WireTables) -> Ticker:
    """Statistics of 24 hours."""
    row = Row(data, tables, "ticker", "ticker")
    return Ticker(
        symbol=symbol,
        last_price=row.decimal("last_price"),
        bid_price=row.positive_or_none("bid_price"),
        ask_price=row.positive_or_none("ask_price"),
        high_price=row.decimal("high_price"),
        low_price=row.decimal("low_price"),
        volume=row.decimal("volume"),
        quote_volume=row.decimal("quote_volume"),
    )
