"""Prices, candles, streams, and who may see them."""

import json
from decimal import Decimal

import pytest

from venueproof_core.control import Halt, Move
from venueproof_oanda.dialect.hours import moment, past_time_ns
from venueproof_oanda.dialect.wire import read_time, rfc3339, unix

SUNDAY_EVENING_NS = 1_795_388_400_000_000_000  # 2026-11-22T23:00:00Z: the week began an hour ago
HOUR_NS = 3_600_000_000_000


async def test_ladder_goes_from_best_to_worst(desk) -> None:
    _, body = await desk.ask("GET", "/pricing?instruments=EUR_USD,USD_JPY")
    euro, yen = body["prices"]
    assert [bucket["price"] for bucket in euro["bids"][:2]] == ["1.09174", "1.09173"]
    assert euro["quoteHomeConversionFactors"] == {"positiveUnits": "1", "negativeUnits": "1"}
    factors = yen["quoteHomeConversionFactors"]
    assert Decimal(factors["positiveUnits"]) < Decimal(factors["negativeUnits"])
    again = await desk.ask("GET", f"/pricing?instruments=EUR_USD&since={body['time']}")
    assert again[1]["prices"] == []


async def test_halted_instrument_is_priced_and_not_tradeable(desk) -> None:
    desk.move(Halt(symbol="EUR-USD", status="HALTED"))
    price = (await desk.ask("GET", "/pricing?instruments=EUR_USD"))[1]["prices"][0]
    assert (price["tradeable"], price["status"]) == (False, "non-tradeable")
    assert price["unitsAvailable"]["default"] == {"long": "0", "short": "0"}


async def test_bid_and_ask_candles_differ_by_the_spread(desk) -> None:
    path = "/v3/instruments/EUR_USD/candles?granularity=M5&count=20&price=BA"
    candles = (await desk.ask("GET", path))[1]["candles"]
    spreads = {Decimal(one["ask"]["c"]) - Decimal(one["bid"]["c"]) for one in candles}
    assert spreads == {Decimal("0.00010")}
    assert all(one["volume"] > 0 for one in candles)


@pytest.mark.parametrize(
    ("query", "hours"),
    [("", {21, 22}), ("&dailyAlignment=0&alignmentTimezone=UTC", {0})],
)
async def test_days_begin_where_they_are_aligned(desk, query, hours) -> None:
    path = f"/v3/instruments/EUR_USD/candles?granularity=D&count=3{query}"
    candles = (await desk.ask("GET", path))[1]["candles"]
    assert {int(one["time"][11:13]) for one in candles} <= hours
    assert candles


@pytest.mark.parametrize(
    "query", ["count=5001", "granularity=S7", "price=X", "to=2999-01-01T00:00:00Z"]
)
async def test_candles_that_cannot_be_had_are_refused(desk, query) -> None:
    status, body = await desk.ask("GET", f"/v3/instruments/EUR_USD/candles?{query}")
    assert status == 400
    assert body["errorMessage"]


def test_weekend_that_is_over_is_skipped() -> None:
    assert moment(SUNDAY_EVENING_NS).weekday() == 6
    before = past_time_ns(SUNDAY_EVENING_NS, 2 * HOUR_NS)
    assert (moment(before).weekday(), moment(before).hour) == (4, 16)
    assert past_time_ns(SUNDAY_EVENING_NS, HOUR_NS // 2) == SUNDAY_EVENING_NS - HOUR_NS // 2


async def test_stream_begins_with_the_ladder_and_goes_on_in_silence(desk) -> None:
    url = f"{desk.base}{desk.account}/pricing/stream?instruments=EUR_USD"
    async with desk.session.get(url) as stream:
        first = json.loads(await stream.content.readline())
        desk.move(Move(symbol="EUR-USD", middle=Decimal("1.1")))
        second = json.loads(await stream.content.readline())
        desk.world.timers.advance(5)
        beat = json.loads(await stream.content.readline())
    assert [first["type"], second["type"], beat["type"]] == ["PRICE", "PRICE", "HEARTBEAT"]
    assert "unitsAvailable" not in first
    assert second["bids"][0]["price"] == "1.09994"


async def test_stream_of_transactions_tells_rejects_and_the_newest_id(desk) -> None:
    async with desk.session.get(f"{desk.base}{desk.account}/transactions/stream") as stream:
        await desk.order(type="MARKET", units="0")
        told = json.loads(await stream.content.readline())
        desk.world.timers.advance(5)
        beat = json.loads(await stream.content.readline())
    assert (told["id"], told["type"]) == ("3", "MARKET_ORDER_REJECT")
    assert beat["lastTransactionID"] == "3"


async def test_stream_that_is_refused_is_an_error_reply(desk) -> None:
    assert (await desk.ask("GET", "/pricing/stream?instruments=NO_SUCH"))[0] == 400
    desk.headers = {"Authorization": "Bearer nobody"}
    assert (await desk.ask("GET", "/transactions/stream"))[0] == 401


async def test_token_opens_its_own_account_only(desk) -> None:
    assert (await desk.ask("GET", "/v3/accounts/101-004-9999999-001/summary"))[0] == 401
    desk.headers = {"Authorization": "Bearer nobody"}
    status, body = await desk.ask("GET", "/summary")
    assert status == 401
    assert body == {"errorMessage": "Insufficient authorization to perform request."}


async def test_times_are_told_in_seconds_if_asked(desk) -> None:
    desk.headers = {"Accept-Datetime-Format": "UNIX"}
    created = (await desk.ask("GET", "/summary"))[1]["account"]["createdTime"]
    seconds, _, rest = created.partition(".")
    assert (seconds.isdigit(), len(rest)) == (True, 9)


@pytest.mark.parametrize("write", [rfc3339, unix])
def test_times_come_back_exactly(write) -> None:
    assert read_time(write(1_477_557_523_094_548_890)) == 1_477_557_523_094_548_890
