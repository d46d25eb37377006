"""Between the venue's JSON and domain values: pure functions, spelled by tables.

Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api and .../web-socket-streams
"""

import logging
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from venueproof_binance._row import Row
from venueproof_binance.errors import unreadable
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
    TopOfBook,
    Trade,
)

log = logging.getLogger(__name__)

TYPES: Mapping[str, tuple[OrderType, bool]] = {
    "LIMIT": (OrderType.LIMIT, False),
    "LIMIT_MAKER": (OrderType.LIMIT, True),
    "MARKET": (OrderType.MARKET, False),
    "STOP_LOSS": (OrderType.STOP, False),
    "STOP_LOSS_LIMIT": (OrderType.STOP_LIMIT, False),
    "TAKE_PROFIT": (OrderType.TAKE_PROFIT, False),
    "TAKE_PROFIT_LIMIT": (OrderType.TAKE_PROFIT_LIMIT, False),
}
"""Theirs to ours: type, and whether it is post-only."""

WIRE_TYPES: Mapping[tuple[OrderType, bool], str] = {ours: theirs for theirs, ours in TYPES.items()}
TIMELESS_TYPES = frozenset({"LIMIT_MAKER", "MARKET", "STOP_LOSS", "TAKE_PROFIT"})
"""Types without a time in force; replies print one for them all the same."""

INTERVALS: Mapping[int, str] = {
    1: "1s",
    60: "1m",
    180: "3m",
    300: "5m",
    900: "15m",
    1800: "30m",
    3600: "1h",
    7200: "2h",
    14_400: "4h",
    21_600: "6h",
    28_800: "8h",
    43_200: "12h",
    86_400: "1d",
    259_200: "3d",
    604_800: "1w",
}
"""Seconds to the wire's word."""

INSTRUMENT_STATUSES: Mapping[str, InstrumentStatus] = {
    "TRADING": InstrumentStatus.TRADING,
    "CANCEL_ONLY": InstrumentStatus.CANCEL_ONLY,
    "END_OF_DAY": InstrumentStatus.HALTED,
    "HALT": InstrumentStatus.HALTED,
    "BREAK": InstrumentStatus.HALTED,
}


def rows(data: Any, operation: str) -> Sequence[Any]:
    """The list that a reply must be."""
    if not isinstance(data, list):
        raise unreadable("$: expected a list", repr(data), operation)
    return data


# ---------------------------------------------------------------- orders


def order(data: Any, symbol: str, tables: WireTables, operation: str, kind: str = "order") -> Order:
    """An order from a reply (``order``), an amendment (``amended_order``) or an event (``order_event``)."""
    row = Row(data, tables, kind, operation)
    order_type, post_only = row.word("order_type", TYPES)
    is_timeless = row.text("order_type") in TIMELESS_TYPES
    status: OrderStatus = row.word("status", tables.statuses)
    created_ns = row.time_ns_or_none("created_time")
    transaction_ns = row.time_ns_or_none("transaction_time")
    notional = row.decimal_or_none("filled_notional")
    is_new_reply = kind == "order" and operation in ("place", "replace", "place_list")
    return Order(
        symbol=symbol,
        client_order_id=_client_order_id(row, status, kind),
        venue_order_id=row.text("venue_order_id"),
        side=row.word("side", tables.sides_read),
        order_type=order_type,
        status=status,
        quantity=row.positive_or_none("quantity"),
        filled_quantity=row.decimal("filled_quantity"),
        # The venue writes a negative amount where it does not know.
        filled_notional=None if notional is None or notional < 0 else notional,
        price=None if order_type is OrderType.MARKET else row.positive_or_none("price"),
        stop_price=row.positive_or_none("stop_price"),
        time_in_force=None if is_timeless else row.word("time_in_force", tables.time_in_force_read),
        post_only=post_only,
        created_time_ns=transaction_ns if created_ns is None and is_new_reply else created_ns,
        updated_time_ns=row.time_ns_or_none("updated_time") or transaction_ns,
    )


def amended_order(reply: Any, symbol: str, tables: WireTables) -> Order:
    """The order in the reply to an amendment; its time stands beside it."""
    amended = reply.get("amendedOrder") if isinstance(reply, dict) else None
    if not isinstance(amended, dict):
        raise unreadable("$.amendedOrder: expected an object", repr(reply), "amend")
    time_key = tables.fields["amended_order.transaction_time"]
    stamped = {**amended, time_key: reply.get(time_key)}
    return order(stamped, symbol, tables, "amend", "amended_order")


def _client_order_id(row: Row, status: OrderStatus, kind: str) -> str:
    # A cancel gives the order a name of its own; the one it was placed with moves to another field.
    if status is OrderStatus.CANCELED and kind != "amended_order":
        original = row.text_or_none("original_client_order_id")
        if original is not None:
            return original
    return row.text("client_order_id")


def order_params(request: OrderRequest, venue_symbol: str, tables: WireTables) -> dict[str, str]:
    """What ``POST order`` must be sent for a request."""
    wire_type = WIRE_TYPES.get((request.order_type, request.post_only))
    if wire_type is None:
        raise ValueError(f"binance has no post-only {request.order_type.value} order")
    number = tables.decimal_text
    values: dict[str, str | None] = {
        "symbol": venue_symbol,
        "side": tables.sides[request.side],
        "order_type": wire_type,
        "time_in_force": None
        if request.time_in_force is None or wire_type in TIMELESS_TYPES
        else tables.time_in_force[request.time_in_force],
        "quantity": None if request.quantity is None else number(request.quantity),
        "quote_quantity": None
        if request.quote_quantity is None
        else number(request.quote_quantity),
        "price": None if request.price is None else number(request.price),
        "stop_price": None if request.stop_price is None else number(request.stop_price),
        "display_quantity": None
        if request.display_quantity is None
        else number(request.display_quantity),
        "trailing_ratio": None
        if request.trailing_ratio is None
        else _basis_points(request.trailing_ratio),
        "self_trade_prevention": None
        if request.self_trade_prevention is None
        else request.self_trade_prevention.value,
        "client_order_id": request.client_order_id,
    }
    fields = tables.fields
    return {
        fields[f"order_request.{name}"]: value
        for name, value in values.items()
        if value is not None
    }


def _basis_points(ratio: Decimal) -> str:
    points = ratio * 10_000
    if points != int(points):
        raise ValueError(f"binance trails by whole basis points, not by {ratio:%}")
    return str(int(points))


def fill(data: Any, symbol: str, tables: WireTables, operation: str = "fills") -> Fill:
    """A row of ``myTrades``."""
    row = Row(data, tables, "fill", operation)
    return Fill(
        symbol=symbol,
        trade_id=row.text("trade_id"),
        venue_order_id=row.text("venue_order_id"),
        side=Side.BUY if row.flag("is_buyer") else Side.SELL,
        price=row.decimal("price"),
        quantity=row.decimal("quantity"),
        fee=row.decimal("fee"),
        fee_currency=row.text_or_none("fee_currency"),
        liquidity=row.word("liquidity", tables.liquidity),
        venue_time_ns=row.time_ns("time"),
    )


def fill_event(data: Any, report: Order, tables: WireTables) -> Fill | None:
    """The fill inside an execution report, if it is about one."""
    row = Row(data, tables, "fill_event", "stream")
    if row.text("execution_type") != "TRADE":
        return None
    return Fill(
        symbol=report.symbol,
        trade_id=row.text("trade_id"),
        venue_order_id=report.venue_order_id,
        side=report.side,
        price=row.decimal("price"),
        quantity=row.decimal("quantity"),
        fee=row.decimal_or_none("fee"),
        fee_currency=row.text_or_none("fee_currency"),
        liquidity=row.word("liquidity", tables.liquidity),
        venue_time_ns=row.time_ns("time"),
        client_order_id=report.client_order_id,
    )


# ---------------------------------------------------------------- account


def balance(data: Any, tables: WireTables, operation: str, kind: str = "balance") -> Balance:
    """A row of ``account`` (``balance``) or of ``outboundAccountPosition`` (``balance_event``)."""
    row = Row(data, tables, kind, operation)
    return Balance(
        currency=row.text("currency"),
        available=row.decimal("available"),
        locked=row.decimal("locked"),
    )


def fee_rates(data: Any, symbol: str, tables: WireTables) -> FeeRates:
    """Standard, special and tax rates together, as the venue charges them."""
    maker = taker = Decimal(0)
    for part in ("standardCommission", "specialCommission", "taxCommission"):
        rates = data.get(part) if isinstance(data, dict) else None
        row = Row(rates, tables, "fee_rates", "fee_rates")
        maker += row.decimal("maker")
        taker += row.decimal("taker")
    return FeeRates(symbol=symbol, maker=maker, taker=taker)


# ---------------------------------------------------------------- market data


def instrument(data: Any, tables: WireTables) -> Instrument:
    """An entry of ``exchangeInfo``."""
    row = Row(data, tables, "instrument", "instruments")
    filters = {
        entry["filterType"]: Row(entry, tables, "instrument", "instruments")
        for entry in data.get("filters", [])
    }
    for needed in ("PRICE_FILTER", "LOT_SIZE"):
        if needed not in filters:
            raise unreadable(f"$.filters: {needed} is missing", repr(data), "instruments")
    lot = filters["LOT_SIZE"]
    notional = filters.get("NOTIONAL", filters.get("MIN_NOTIONAL"))
    base, quote = row.text("base"), row.text("quote")
    return Instrument(
        symbol=f"{base}-{quote}",
        base=base,
        quote=quote,
        tick_size=filters["PRICE_FILTER"].decimal("tick_size"),
        lot_size=lot.decimal("lot_size"),
        minimum_quantity=lot.decimal("minimum_quantity"),
        maximum_quantity=lot.positive_or_none("maximum_quantity"),
        minimum_notional=None
        if notional is None
        else notional.positive_or_none("minimum_notional"),
        status=_instrument_status(row.text("status")),
    )


def _instrument_status(word: str) -> InstrumentStatus:
    status = INSTRUMENT_STATUSES.get(word)
    if status is None:
        log.warning("binance: unknown instrument status %r is read as HALTED", word)
        return InstrumentStatus.HALTED
    return status


def order_book(data: Any, symbol: str, tables: WireTables, depth: int) -> OrderBook:
    """A depth snapshot, as ``Shapes`` or the general decoder have read it."""
    if isinstance(data, msgspec.Struct):
        shaped: Any = data
        return OrderBook(
            symbol=symbol,
            bids=shaped.bids[:depth],
            asks=shaped.asks[:depth],
            depth=depth,
            version=shaped.version,
        )
    row = Row(data, tables, "order_book", "order_book")
    number = tables.read_decimal

    def levels(key: str) -> tuple[Level, ...]:
        if number is Decimal:
            return msgspec.convert(data[key], tuple[Level, ...])  # exact, and without a loop here
        return tuple(Level(number(price), number(quantity)) for price, quantity in data[key])

    try:
        bids, asks = levels("bids"), levels("asks")
    except (
        KeyError, TypeError, ValueError, InvalidOperation, msgspec.ValidationError
    ) as error:  # fmt: skip
        raise unreadable(
            f"the levels cannot be read: {error!r}", repr(data), "order_book"
        ) from error
    return OrderBook(
        symbol=symbol,
        bids=bids[:depth],
        asks=asks[:depth],
        depth=depth,
        version=row.whole("version"),
    )


def trades(data: Any, symbol: str, tables: WireTables) -> list[Trade]:
    """Rows of ``trades``, as ``Shapes`` or the general decoder have read them."""
    found = rows(data, "trades")
    if found and isinstance(found[0], msgspec.Struct):
        try:
            return _shaped_trades(found, symbol, tables)
        except (InvalidOperation, ValueError):
            found = msgspec.to_builtins(found)
    return [trade(row, symbol, tables) for row in found]


def _shaped_trades(shaped: Sequence[Any], symbol: str, tables: WireTables) -> list[Trade]:
    number, unit_ns = tables.read_decimal, tables.time_unit_ns
    buy, sell = Side.BUY, Side.SELL
    found = []
    for row in shaped:
        price, quantity = number(row.price), number(row.quantity)
        if not (price.is_finite() and quantity.is_finite()):
            raise ValueError(f"no numbers: {row.price}, {row.quantity}")
        found.append(
            Trade(
                symbol=symbol,
                trade_id=str(row.trade_id),
                price=price,
                quantity=quantity,
                taker_side=sell if row.is_buyer_maker else buy,
                venue_time_ns=row.time * unit_ns,
            )
        )
    return found


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
        taker_side=Side.SELL if row.flag("is_buyer_maker") else Side.BUY,
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
        trade_count=row.whole("trade_count"),
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


def top_of_book(data: Any, symbol: str, tables: WireTables) -> TopOfBook:
    """A frame of ``bookTicker``; an empty side is written as zero."""
    row = Row(data, tables, "top_of_book", "stream")

    def level(side: str) -> Level | None:
        quantity = row.decimal(f"{side}_quantity")
        return Level(row.decimal(f"{side}_price"), quantity) if quantity else None

    return TopOfBook(
        symbol=symbol, bid=level("bid"), ask=level("ask"), version=row.whole("version")
    )
