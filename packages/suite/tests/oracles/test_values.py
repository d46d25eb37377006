"""Fields, candles, and reading beside the case."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from venueproof_core.control import TruthTrade
from venueproof_core.errors import RuleViolation
from venueproof_core.models import Candle, Level, Ticker, TopOfBook
from venueproof_core.venue import Projection
from venueproof_suite.oracles import candle_of, in_background, must_equal, until

MINUTE_NS = 60_000_000_000
TICKER = Ticker(symbol="BTC-USDT", last_price=Decimal("1.10"), bid_price=Decimal(1))


def trade(number: int, time_ns: int, price: str, quantity: str) -> TruthTrade:
    return TruthTrade(
        symbol="BTC-USDT",
        trade_id=str(number),
        price=Decimal(price),
        quantity=Decimal(quantity),
        taker_side="BUY",
        venue_time_ns=time_ns,
    )


TRADES = [
    trade(1, MINUTE_NS - 1, "10", "1"),
    trade(2, MINUTE_NS, "11", "2"),
    trade(3, MINUTE_NS + 5, "9", "1"),
    trade(4, 2 * MINUTE_NS - 1, "10", "3"),
    trade(5, 3 * MINUTE_NS, "12", "1"),
]


def test_candle_has_the_trades_of_its_interval() -> None:
    expected = candle_of(TRADES, MINUTE_NS, 60)
    candle = Candle(
        symbol="BTC-USDT",
        interval_s=60,
        open_time_ns=MINUTE_NS,
        open=Decimal(11),
        high=Decimal(11),
        low=Decimal(9),
        close=Decimal(10),
        volume=Decimal(6),
        quote_volume=Decimal(61),
        trade_count=3,
    )
    must_equal(candle, expected, "candle")


def test_candle_without_trades_repeats_the_close_before_it() -> None:
    expected = candle_of(TRADES, 2 * MINUTE_NS, 60)
    assert {expected[name] for name in ("open", "high", "low", "close")} == {Decimal(10)}
    assert (expected["volume"], expected["trade_count"]) == (0, 0)


def test_fields_that_differ_are_all_named() -> None:
    with pytest.raises(RuleViolation) as violation:
        must_equal(
            TICKER,
            {"symbol": "BTC-USDT", "last_price": Decimal("1.2"), "ask_price": Decimal(2)},
            "ticker",
        )
    assert violation.value.expected == {"last_price": "1.2", "ask_price": "2"}
    assert violation.value.observed == {"last_price": "1.10", "ask_price": None}


def test_number_of_another_type_is_a_difference() -> None:
    with pytest.raises(RuleViolation):
        must_equal(
            Ticker(symbol="BTC-USDT", last_price=1.5),  # type: ignore[arg-type]
            {"last_price": Decimal("1.5")},
            "ticker",
        )


def test_level_is_compared_number_by_number() -> None:
    top = TopOfBook(symbol="BTC-USDT", bid=Level(Decimal("1.0"), Decimal(2)), ask=None)
    must_equal(top, {"bid": (Decimal(1), Decimal(2))}, "top")
    for wrong in ((Decimal(1), Decimal(3)), (Decimal(1),)):
        with pytest.raises(RuleViolation):
            must_equal(top, {"bid": wrong}, "top")
    with pytest.raises(RuleViolation):
        must_equal(top, {"ask": (Decimal(1), Decimal(2))}, "top")


def test_fields_the_client_has_no_word_for_are_not_compared() -> None:
    silent = Projection(absent_fields={"Ticker": {"ask_price": "it has none"}})
    must_equal(TICKER, {"ask_price": Decimal(2)}, "ticker", silent)


async def test_until_asks_until_it_is_so() -> None:
    answers = iter([1, 2, 3])

    async def ask() -> int:
        return next(answers)

    assert await until(ask, lambda answer: answer == 3, "it is three") == 3


async def test_until_tells_the_last_answer() -> None:
    async def ask() -> int:
        await asyncio.sleep(0)
        return 1

    with pytest.raises(RuleViolation) as violation:
        await until(ask, lambda answer: answer == 3, "it is three", deadline_s=0.01)
    assert violation.value.observed == 1


async def test_stream_in_background_is_left_with_the_block() -> None:
    left: list[str] = []

    @asynccontextmanager
    async def stream(first: "asyncio.Future[int]") -> AsyncIterator[AsyncIterator[int]]:
        async def values() -> AsyncIterator[int]:
            yield await first
            yield 2

        try:
            yield values()
        finally:
            left.append("left")

    arrives = asyncio.get_running_loop().create_future()
    async with in_background(stream(arrives)) as task:
        arrives.set_result(1)
        values, first = await task
        assert (first, await anext(values), left) == (1, 2, [])
    assert left == ["left"]

    never = asyncio.get_running_loop().create_future()
    async with in_background(stream(never)):
        await asyncio.sleep(0)  # it has been entered, and waits
    assert left == ["left", "left"]
