"""Large replies read by shape give what the general way gives, and say as much of what is wrong."""

import dataclasses
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from venueproof_binance import mapping
from venueproof_binance._shapes import Shapes
from venueproof_binance.errors import read_reply
from venueproof_binance.tables import TABLES
from venueproof_core import WireTables
from venueproof_core.errors import MalformedMessageError
from venueproof_core.models import OrderBook, Trade
from venueproof_net import RawReply

_PRINT = {
    "id": 28457,
    "price": "4.00000100",
    "qty": "12.00000000",
    "quoteQty": "48.000012",
    "time": 1499865549590,
    "isBuyerMaker": True,
    "isBestMatch": True,
}
_BOOK = {
    "lastUpdateId": 1027024,
    "bids": [["4.00000000", "431.00000000"], ["3.9", "1E-8"]],
    "asks": [["4.00000200", "12.00000000"]],
}


def trades_of(rows: Any, tables: WireTables = TABLES, *, is_shaped: bool = True) -> list[Trade]:
    decode = Shapes(tables).trades if is_shaped else None
    reply = read_reply(RawReply(200, {}, msgspec.json.encode(rows)), "trades", decode=decode)
    return mapping.trades(reply, "BTC-USDT", tables)


def book_of(book: Any, tables: WireTables = TABLES, *, is_shaped: bool = True) -> OrderBook:
    decode = Shapes(tables).order_book if is_shaped else None
    reply = read_reply(RawReply(200, {}, msgspec.json.encode(book)), "order_book", decode=decode)
    return mapping.order_book(reply, "BTC-USDT", tables, 1)


def test_trades_are_the_same_either_way() -> None:
    rows = [_PRINT, {**_PRINT, "id": "28458", "isBuyerMaker": False, "price": "1E-8"}]
    shaped = trades_of(rows)
    assert shaped == trades_of(rows, is_shaped=False)
    assert [trade.price for trade in shaped] == [Decimal("4.000001"), Decimal("1E-8")]


def test_a_book_is_the_same_either_way_and_cut_at_its_depth() -> None:
    shaped = book_of(_BOOK)
    assert shaped == book_of(_BOOK, is_shaped=False)
    assert [len(shaped.bids), len(shaped.asks)] == [1, 1]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"price": None}, r"\$\.price"),
        ({"price": 4.5}, r"\$\.price"),
        ({"price": "NaN"}, r"\$\.price"),
        ({"qty": "many"}, r"\$\.qty"),
        ({"time": "1499865549590"}, r"\$\.time"),
        ({"isBuyerMaker": 1}, r"\$\.isBuyerMaker"),
        ({"id": True}, r"\$\.id"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(change: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedMessageError, match=path):
        trades_of([_PRINT, {**_PRINT, **change}])


def test_tables_decide_what_is_read() -> None:
    fields = {**TABLES.fields, "trade.price": "qty"}
    both_from_one = dataclasses.replace(TABLES, fields=fields)
    (trade,) = trades_of([_PRINT], both_from_one)
    assert trade.price == trade.quantity == Decimal(12)

    swapped = dataclasses.replace(TABLES, fields={**fields, "trade.quantity": "price"})
    (trade,) = trades_of([_PRINT], swapped)
    assert (trade.price, trade.quantity) == (Decimal(12), Decimal("4.000001"))

    whole = dataclasses.replace(TABLES, read_decimal=lambda text: Decimal(text) // 1)
    assert trades_of([_PRINT], whole)[0].price == 4
    assert book_of(_BOOK, whole).asks[0].price == 4
