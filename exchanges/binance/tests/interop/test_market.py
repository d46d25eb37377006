"""What the truth about books and trades means on the wire."""

from typing import Any

import pytest

from . import events, market
from .events import Goal
from .market import MINUTE_MS, Span

MS = 1_000_000


class Venue:
    """A few trades and two versions of a book."""

    def __init__(self) -> None:
        self.rows = [
            trade(1, 10, "100", "1", "BUY"),
            trade(2, MINUTE_MS + 1, "101", "2", "SELL"),
            trade(3, MINUTE_MS + 1, "101", "3", "SELL"),
            trade(4, MINUTE_MS + 1, "102", "4", "SELL"),
            trade(5, 3 * MINUTE_MS, "99", "0.5", "BUY"),
        ]
        self.books = {
            7: {"version": 7, "bids": [["10", "1"], ["9", "2"]], "asks": [["11", "1"]]},
            9: {"version": 9, "bids": [["10", "3"]], "asks": [["11", "1"], ["12", "4"]]},
        }

    def trades(self, symbol: str) -> list[Any]:
        return self.rows

    def book(self, symbol: str, version: int | None = None) -> Any:
        return self.books[version or 9]


def trade(number: int, time_ms: int, price: str, quantity: str, side: str) -> dict[str, Any]:
    return {
        "trade_id": str(number),
        "venue_time_ns": time_ms * MS,
        "price": price,
        "quantity": quantity,
        "taker_side": side,
    }


@pytest.fixture(name="venue")
def venue_fixture() -> Any:
    return Venue()


def test_trades_of_one_order_at_one_price_are_one_aggregate(venue: Any) -> None:
    rows = market.aggregates(venue, "BTCUSDT")

    assert [(row["a"], row["f"], row["l"], row["q"]) for row in rows] == [
        (1, 1, 1, "1.00000000"),
        (2, 2, 3, "5.00000000"),
        (3, 4, 4, "4.00000000"),
        (4, 5, 5, "0.50000000"),
    ]


def test_candle_without_a_trade_repeats_the_close_before(venue: Any) -> None:
    first, second, third = market.candles(venue, "BTCUSDT", "1m", [0, MINUTE_MS, 2 * MINUTE_MS])

    assert first[1:6] == ["100.00000000"] * 4 + ["1.00000000"]
    assert second[1:6] == [
        "101.00000000",
        "102.00000000",
        "101.00000000",
        "102.00000000",
        "9.00000000",
    ]
    assert third[1:6] == ["102.00000000"] * 4 + ["0.00000000"]
    assert (second[8], third[8], third[6]) == (3, 0, 3 * MINUTE_MS - 1)


def test_average_is_weighted_by_volume_or_else_the_last_price(venue: Any) -> None:
    now = 3 * MINUTE_MS + 1
    late = 60 * MINUTE_MS

    recent = market.average(venue, "BTCUSDT", Span(now, now))["price"]
    last = market.average(venue, "BTCUSDT", Span(late, late))["price"]

    total = 100 * 1 + 101 * 5 + 102 * 4 + 99 * 0.5
    assert float(recent.value) == pytest.approx(total / 10.5)
    assert float(last.value) == 99


def test_update_tells_every_level_that_differs(venue: Any) -> None:
    told = {"U": 8, "u": 9, "b": [["10.00000000", "3.00000000"]], "a": []}

    wanted = events.expected(venue, "btcusdt@depth", told)

    assert wanted["b"] == [["10.00000000", "3.00000000"], ["9.00000000", "0.00000000"]]
    assert wanted["a"] == [["12.00000000", "4.00000000"]]
    assert (wanted["U"], wanted["u"]) == (8, 9)


@pytest.mark.parametrize(
    ("event", "is_final"),
    [
        ({"e": "trade", "t": 4}, False),
        ({"e": "trade", "t": 5}, True),
        ({"e": "aggTrade", "a": 9, "l": 4}, False),
        ({"e": "depthUpdate", "U": 1, "u": 8}, False),
        ({"lastUpdateId": 9}, True),
        ({"e": "kline", "E": 99, "k": {"L": -1}}, False),
        ({"e": "24hrMiniTicker", "E": 10}, True),
        ([{"e": "24hrMiniTicker", "E": 9}], False),
    ],
)
def test_event_is_final_when_it_tells_of_the_goal(event: Any, is_final: bool) -> None:
    goal = Goal(trade_id=5, version=9, since_ms=0, trade_ms=10)

    assert events.is_final("stream", event, goal) is is_final
