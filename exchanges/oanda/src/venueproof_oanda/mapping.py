"""Between the venue's JSON and domain values: pure functions, spelled by tables.

Source: https://developer.oanda.com/rest-live-v20/order-df/ and .../transaction-df/
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from venueproof_core import WireTables
from venueproof_core.models import (
    Balance,
    Candle,
    Fill,
    Instrument,
    Level,
    Liquidity,
    Order,
    OrderBook,
    OrderRequest,
    OrderStatus,
    OrderType,
    Position,
    Side,
    TimeInForce,
    TopOfBook,
)
from venueproof_oanda._row import Row
from venueproof_oanda.errors import unreadable

TYPES: Mapping[str, OrderType] = {
    "MARKET": OrderType.MARKET,
    "LIMIT": OrderType.LIMIT,
    "STOP": OrderType.STOP,
    "MARKET_IF_TOUCHED": OrderType.TAKE_PROFIT,
    "TAKE_PROFIT": OrderType.TAKE_PROFIT,
    "STOP_LOSS": OrderType.STOP,
    "TRAILING_STOP_LOSS": OrderType.STOP,
    "GUARANTEED_STOP_LOSS": OrderType.STOP,
}
"""Theirs to ours; MARKET_IF_TOUCHED is a stop where the price has to run away from us."""

WIRE_TYPES: Mapping[OrderType, str] = {
    OrderType.MARKET: "MARKET",
    OrderType.LIMIT: "LIMIT",
    OrderType.STOP: "STOP",
    OrderType.TAKE_PROFIT: "MARKET_IF_TOUCHED",
}
GRANULARITIES: Mapping[int, str] = {
    5: "S5",
    10: "S10",
    15: "S15",
    30: "S30",
    60: "M1",
    120: "M2",
    240: "M4",
    300: "M5",
    600: "M10",
    900: "M15",
    1800: "M30",
    3600: "H1",
    7200: "H2",
    10_800: "H3",
    14_400: "H4",
    21_600: "H6",
    28_800: "H8",
    43_200: "H12",
    86_400: "D",
    604_800: "W",
}
CLIENT_CANCELS = frozenset({"CLIENT_REQUEST", "CLIENT_REQUEST_REPLACED"})
_ZERO = Decimal(0)


def ours(venue_symbol: str) -> str:
    """``EUR_USD`` as ``EUR-USD``."""
    return venue_symbol.replace("_", "-")


def theirs(symbol: str) -> str:
    """``EUR-USD`` as ``EUR_USD``."""
    return symbol.replace("-", "_")


def rows(data: Any, key: str, operation: str) -> Sequence[Any]:
    """A list inside a reply."""
    found = data.get(key) if isinstance(data, Mapping) else None
    if not isinstance(found, list):
        raise unreadable(f"$.{key}: expected a list", repr(data), operation)
    return found


def _side_and_quantity(row: Row, tables: WireTables) -> tuple[Side, Decimal]:
    units = row.decimal("units")
    signs = {sign: side for side, sign in tables.sides.items()}
    return signs["-" if units < 0 else ""], abs(units)


# ---------------------------------------------------------------- orders


def order(data: Any, tables: WireTables, operation: str, kind: str = "order") -> Order:
    """An order, as asked for: from a reply (``order``), or from the transaction that made it (``created``).

    What became of it is told by the transactions that name it: see ``filled`` and ``ended``.
    """
    row = Row(data, tables, kind, operation)
    words = TYPES if kind == "order" else {f"{word}_ORDER": ours for word, ours in TYPES.items()}
    order_type: OrderType = row.word("order_type", words)
    side, quantity = _side_and_quantity(row, tables)
    price, bound = row.decimal_or_none("price"), row.decimal_or_none("bound")
    initial = row.decimal_or_none("initial_price")
    if initial is not None and price is not None and (price > initial) is (side is Side.BUY):
        order_type = OrderType.STOP
    is_limit = order_type is OrderType.LIMIT
    times = {theirs: ours for ours, theirs in tables.time_in_force.items()}
    status = OrderStatus.NEW if kind == "created" else row.word("status", tables.statuses)
    created_ns = row.time_ns("created_time")
    return Order(
        symbol=ours(row.text("symbol")),
        client_order_id=client_id(data),
        venue_order_id=row.text("venue_order_id"),
        side=side,
        order_type=order_type,
        status=status,
        quantity=quantity,
        filled_quantity=_ZERO,
        filled_notional=_ZERO,
        price=price if is_limit else bound,
        stop_price=None if is_limit or order_type is OrderType.MARKET else price,
        time_in_force=None
        if order_type is OrderType.MARKET
        else row.word("time_in_force", times)
        if row.has("time_in_force")
        else TimeInForce.GTC,
        created_time_ns=created_ns,
        updated_time_ns=created_ns,
    )


def client_id(data: Any) -> str:
    """The client's id of an order; empty where it has none."""
    extensions = data.get("clientExtensions")
    found = extensions.get("id") if isinstance(extensions, Mapping) else None
    return found if isinstance(found, str) else ""


def filled(state: Order, fill: Fill) -> Order:
    """An order after one more fill."""
    quantity = state.filled_quantity + fill.quantity
    is_whole = state.quantity is not None and quantity >= state.quantity
    return replace(
        state,
        status=OrderStatus.FILLED if is_whole else OrderStatus.PARTIALLY_FILLED,
        filled_quantity=quantity,
        filled_notional=(state.filled_notional or _ZERO) + fill.price * fill.quantity,
        updated_time_ns=fill.venue_time_ns,
    )


def ended(state: Order, data: Any, tables: WireTables, operation: str) -> Order:
    """An order after the ORDER_CANCEL that names it."""
    row = Row(data, tables, "end", operation)
    is_ours = row.text("reason") in CLIENT_CANCELS
    return replace(
        state,
        status=OrderStatus.CANCELED if is_ours else OrderStatus.EXPIRED,
        updated_time_ns=row.time_ns("time"),
    )


def order_body(request: OrderRequest, tables: WireTables) -> dict[str, Any]:
    """What ``POST orders`` must be sent for a request.

    Raises:
        ValueError: The venue has no such order.
    """
    wire_type = WIRE_TYPES.get(request.order_type)
    if wire_type is None or request.post_only or request.quantity is None:
        raise ValueError(f"oanda has no such {request.order_type.value} order")
    if request.display_quantity is not None or request.trailing_ratio is not None:
        raise ValueError("oanda has neither iceberg orders nor orders that trail by a ratio")
    number, is_limit = tables.decimal_text, request.order_type is OrderType.LIMIT
    at = request.price if is_limit else request.stop_price
    bound = None if is_limit else request.price
    default = TimeInForce.FOK if request.order_type is OrderType.MARKET else TimeInForce.GTC
    force = request.time_in_force or default
    values: dict[str, str | None] = {
        "order_type": wire_type,
        "symbol": theirs(request.symbol),
        "units": f"{tables.sides[request.side]}{number(request.quantity)}",
        "price": None if at is None else number(at),
        "bound": None if bound is None else number(bound),
        "time_in_force": tables.time_in_force[force],
    }
    fields = tables.fields
    body: dict[str, Any] = {
        fields[f"order_request.{name}"]: value
        for name, value in values.items()
        if value is not None
    }
    return {**body, "positionFill": "DEFAULT", "clientExtensions": {"id": request.client_order_id}}


def fill(data: Any, tables: WireTables, currency: str, operation: str) -> Fill:
    """An ORDER_FILL."""
    row = Row(data, tables, "fill", operation)
    side, quantity = _side_and_quantity(row, tables)
    return Fill(
        symbol=ours(row.text("symbol")),
        trade_id=row.text("trade_id"),
        venue_order_id=row.text("venue_order_id"),
        side=side,
        price=row.decimal("price"),
        quantity=quantity,
        fee=row.decimal("fee"),
        fee_currency=currency,
        # Whoever deals at a dealer's prices takes.
        liquidity=Liquidity.TAKER,
        venue_time_ns=row.time_ns("time"),
        client_order_id=row.text("client_order_id") if row.has("client_order_id") else "",
    )


# ---------------------------------------------------------------- account


def balance(data: Any, tables: WireTables, operation: str) -> Balance:
    """An account's summary: margin locks nothing of its balance."""
    row = Row(data, tables, "balance", operation)
    return Balance(currency=row.text("currency"), available=row.decimal("available"), locked=_ZERO)


def position(data: Any, tables: WireTables) -> Position:
    """A position; an account that nets has one side only."""
    row = Row(data, tables, "position", "positions")
    sides = [
        Row(data.get(name), tables, "position_side", "positions") for name in ("long", "short")
    ]
    held = [side for side in sides if side.decimal("quantity")]
    return Position(
        symbol=ours(row.text("symbol")),
        quantity=sum((side.decimal("quantity") for side in sides), start=_ZERO),
        average_price=held[0].decimal("average_price") if len(held) == 1 else None,
        unrealised=row.decimal("unrealised"),
    )


# ---------------------------------------------------------------- market data


def instrument(data: Any, tables: WireTables) -> Instrument:
    """A row of ``instruments``."""
    row = Row(data, tables, "instrument", "instruments")
    base, _, quote = row.text("symbol").rpartition("_")
    return Instrument(
        symbol=f"{base}-{quote}",
        base=base,
        quote=quote,
        tick_size=Decimal(1).scaleb(-row.whole("price_digits")),
        lot_size=Decimal(1).scaleb(-row.whole("unit_digits")),
        minimum_quantity=row.decimal("minimum_quantity"),
        maximum_quantity=row.decimal("maximum_quantity"),
    )


def order_book(data: Any, symbol: str, tables: WireTables, depth: int | None) -> OrderBook:
    """The dealer's ladder: each bucket is offered anew to every order."""
    row = Row(data, tables, "price", "order_book")

    def levels(name: str) -> tuple[Level, ...]:
        buckets = [Row(one, tables, "bucket", "order_book") for one in row.objects(name)]
        return tuple(Level(one.decimal("price"), one.decimal("quantity")) for one in buckets)

    time_ns = row.time_ns("time")
    return OrderBook(
        symbol=symbol,
        bids=levels("bids")[:depth],
        asks=levels("asks")[:depth],
        depth=depth,
        version=time_ns,
        venue_time_ns=time_ns,
    )


def top_of_book(data: Any, symbol: str, tables: WireTables) -> TopOfBook:
    """The best bucket of each side."""
    book = order_book(data, symbol, tables, 1)
    return TopOfBook(
        symbol=symbol,
        bid=book.bids[0] if book.bids else None,
        ask=book.asks[0] if book.asks else None,
        version=book.version,
        venue_time_ns=book.venue_time_ns,
    )


def candle(
    data: Any, symbol: str, interval_s: int, tables: WireTables, price: str = "mid"
) -> Candle:
    """A row of ``candles``. The venue tells how many prices there were, not what was traded.

    Args:
        price: ``mid``, ``bid`` or ``ask``.
    """
    row = Row(data, tables, "candle", "candles")
    prices = Row(data.get(price), tables, "candle", "candles")
    count = row.whole("count")
    return Candle(
        symbol=symbol,
        interval_s=interval_s,
        open_time_ns=row.time_ns("open_time"),
        open=prices.decimal("open"),
        high=prices.decimal("high"),
        low=prices.decimal("low"),
        close=prices.decimal("close"),
        volume=Decimal(count),
        trade_count=count,
        is_closed=row.flag("is_closed"),
    )
