"""ccxt's structures as our models. Pure.

ccxt's numbers are floats: each becomes the Decimal of its shortest text, which has at most 17 digits and
is what was on the wire for up to 15. What a structure lacks is ``None``; what must not be lacking raises.

Source: https://docs.ccxt.com/#/?id=order-structure and the neighbouring sections
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from venueproof_core.models import (
    Balance,
    Candle,
    FeeRates,
    Fill,
    Instrument,
    InstrumentStatus,
    Level,
    Liquidity,
    Order,
    OrderBook,
    OrderStatus,
    OrderType,
    Side,
    Ticker,
    TimeInForce,
    TopOfBook,
    Trade,
)

Row = Mapping[str, Any]
NS_PER_MS = 1_000_000

SIDES = {"buy": Side.BUY, "sell": Side.SELL}
STATUSES = {
    "closed": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELED,
    "expired": OrderStatus.EXPIRED,
    "rejected": OrderStatus.REJECTED,
}
# A conditional order has the type that it becomes, and a price that triggers it.
ORDER_TYPES = {
    ("limit", None): OrderType.LIMIT,
    ("limit", "triggerPrice"): OrderType.STOP_LIMIT,
    ("limit", "takeProfitPrice"): OrderType.TAKE_PROFIT_LIMIT,
    ("market", None): OrderType.MARKET,
    ("market", "triggerPrice"): OrderType.STOP,
    ("market", "takeProfitPrice"): OrderType.TAKE_PROFIT,
}
_TRIGGERS = ("takeProfitPrice", "triggerPrice")
TIMES_IN_FORCE = {word.value: word for word in TimeInForce}
LIQUIDITIES = {"maker": Liquidity.MAKER, "taker": Liquidity.TAKER}


class UnreadableError(ValueError):
    """A structure of ccxt's lacks what ours needs.

    Args:
        path: Where, as a JSON path.
    """

    def __init__(self, path: str, found: Any) -> None:
        super().__init__(f"{path}: found {found!r}")
        self.path = path


def decimal(value: float | str | None) -> Decimal | None:
    """A number of ccxt's; a float by its shortest text."""
    if value is None:
        return None
    return Decimal(value) if isinstance(value, int | str) else Decimal(repr(value))


def time_ns(value: int | None) -> int | None:
    """A time of ccxt's: milliseconds."""
    return None if value is None else value * NS_PER_MS


def needed_time_ns(value: int | None) -> int:
    """A time that must be there."""
    stamp: int = _needed({"": value}, "", time_ns)
    return stamp


def our_symbol(symbol: str) -> str:
    """``BTC/USDT`` as ``BTC-USDT``."""
    return symbol.replace("/", "-")


def their_symbol(symbol: str) -> str:
    """``BTC-USDT`` as ``BTC/USDT``."""
    return symbol.replace("-", "/")


def _needed(row: Row, key: str, read: Callable[[Any], Any]) -> Any:
    try:
        value = read(row[key])
    except (KeyError, TypeError, ArithmeticError):
        value = None
    if value is None:
        raise UnreadableError(f"$.{key}", row.get(key))
    return value


def _number(row: Row, key: str) -> Decimal:
    value: Decimal = _needed(row, key, decimal)
    return value


def instrument(market: Row) -> Instrument:
    """A market of ``fetch_markets``."""
    precision, limits = market["precision"], market["limits"]
    return Instrument(
        symbol=our_symbol(market["symbol"]),
        base=market["base"],
        quote=market["quote"],
        tick_size=_number(precision, "price"),
        lot_size=_number(precision, "amount"),
        minimum_quantity=decimal(limits["amount"].get("min")) or Decimal(0),
        maximum_quantity=decimal(limits["amount"].get("max")),
        minimum_notional=decimal(limits["cost"].get("min")),
        status=InstrumentStatus.TRADING if market["active"] else InstrumentStatus.HALTED,
    )


def order_book(
    book: Row, symbol: str, *, depth: int | None, received_time_ns: int | None = None
) -> OrderBook:
    """An order book; its ``nonce`` is the venue's version."""
    return OrderBook(
        symbol=symbol,
        bids=_levels(book["bids"]),
        asks=_levels(book["asks"]),
        depth=depth,
        version=book.get("nonce"),
        venue_time_ns=time_ns(book.get("timestamp")),
        received_time_ns=received_time_ns,
    )


def _levels(levels: Iterable[Sequence[Any]]) -> tuple[Level, ...]:
    # Straight to the point: this is done for every level of every update.
    return tuple(Level(Decimal(repr(level[0])), Decimal(repr(level[1]))) for level in levels)


def trade(row: Row, symbol: str) -> Trade:
    """A public trade."""
    return Trade(
        symbol=symbol,
        trade_id=_needed(row, "id", str),
        price=_number(row, "price"),
        quantity=_number(row, "amount"),
        taker_side=_needed(row, "side", SIDES.get),
        venue_time_ns=_needed(row, "timestamp", time_ns),
    )


def candle(row: Sequence[Any], symbol: str, interval_s: int) -> Candle:
    """A candle: ``[time, open, high, low, close, volume]``."""
    named = dict(zip(("time", "open", "high", "low", "close", "volume"), row, strict=False))
    return Candle(
        symbol=symbol,
        interval_s=interval_s,
        open_time_ns=_needed(named, "time", time_ns),
        open=_number(named, "open"),
        high=_number(named, "high"),
        low=_number(named, "low"),
        close=_number(named, "close"),
        volume=_number(named, "volume"),
    )


def ticker(row: Row, symbol: str) -> Ticker:
    """Statistics of the last 24 hours."""
    return Ticker(
        symbol=symbol,
        last_price=_number(row, "last"),
        bid_price=decimal(row.get("bid")),
        ask_price=decimal(row.get("ask")),
        open_price=decimal(row.get("open")),
        high_price=decimal(row.get("high")),
        low_price=decimal(row.get("low")),
        volume=decimal(row.get("baseVolume")),
        quote_volume=decimal(row.get("quoteVolume")),
    )


def top_of_book(row: Row, symbol: str) -> TopOfBook:
    """Best levels, from a ticker."""

    def level(price: str, quantity: str) -> Level | None:
        return Level(_number(row, price), _number(row, quantity)) if row.get(price) else None

    return TopOfBook(
        symbol=symbol,
        bid=level("bid", "bidVolume"),
        ask=level("ask", "askVolume"),
        venue_time_ns=time_ns(row.get("timestamp")),
    )


def order(row: Row) -> Order:
    """An order, from a reply or a stream."""
    filled = decimal(row.get("filled")) or Decimal(0)
    word = row.get("timeInForce")
    trigger = next((name for name in _TRIGGERS if row.get(name)), None)
    order_type = _needed(row, "type", lambda kind: ORDER_TYPES.get((kind, trigger)))
    return Order(
        symbol=_needed(row, "symbol", our_symbol),
        client_order_id=row.get("clientOrderId") or "",
        venue_order_id=_needed(row, "id", str),
        side=_needed(row, "side", SIDES.get),
        order_type=order_type,
        status=_needed(row, "status", lambda status: _status(status, filled)),
        quantity=decimal(row.get("amount")),
        filled_quantity=filled,
        filled_notional=decimal(row.get("cost")),
        # The price of a market order is to ccxt what it was filled at.
        price=decimal(row.get("price")) or None if row["type"] == "limit" else None,
        stop_price=decimal(row[trigger]) if trigger is not None else None,
        time_in_force=TIMES_IN_FORCE.get(word) if word else None,
        post_only=bool(row.get("postOnly")),
        created_time_ns=time_ns(row.get("timestamp")),
        updated_time_ns=time_ns(row.get("lastUpdateTimestamp")),
    )


def _status(status: str, filled: Decimal) -> OrderStatus | None:
    if status == "open":
        return OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.NEW
    return STATUSES.get(status)


def fill(row: Row) -> Fill:
    """A trade of the account's own."""
    fee = row.get("fee") or {}
    return Fill(
        symbol=_needed(row, "symbol", our_symbol),
        trade_id=_needed(row, "id", str),
        venue_order_id=_needed(row, "order", str),
        side=_needed(row, "side", SIDES.get),
        price=_number(row, "price"),
        quantity=_number(row, "amount"),
        fee=decimal(fee.get("cost")),
        fee_currency=fee.get("currency"),
        liquidity=LIQUIDITIES.get(row.get("takerOrMaker") or ""),
        venue_time_ns=_needed(row, "timestamp", time_ns),
    )


def balances(row: Row) -> list[Balance]:
    """Every currency of a balance structure that has an account in it."""
    accounts = {
        name: value
        for name, value in row.items()
        if isinstance(value, Mapping) and "free" in value and "used" in value
    }
    return [
        Balance(
            currency=currency,
            available=_number(account, "free"),
            locked=_number(account, "used"),
        )
        for currency, account in sorted(accounts.items())
    ]


def fee_rates(row: Row, symbol: str) -> FeeRates:
    """A trading fee."""
    return FeeRates(symbol=symbol, maker=_number(row, "maker"), taker=_number(row, "taker"))
