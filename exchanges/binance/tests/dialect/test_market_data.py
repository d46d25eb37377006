"""Public requests: shapes and rules of the venue's documents."""

from typing import Any

import pytest

from venueproof_binance.dialect.listings import LISTINGS

PUBLIC = {
    "depth": ({"lastUpdateId": int, "bids": list, "asks": list}, {"symbol": "BTCUSDT"}),
    "avgPrice": ({"mins": int, "price": str, "closeTime": int}, {"symbol": "BTCUSDT"}),
    "ticker/price": ({"symbol": str, "price": str}, {"symbol": "BTCUSDT"}),
    "ticker/bookTicker": (
        {"symbol": str, "bidPrice": str, "bidQty": str, "askPrice": str, "askQty": str},
        {"symbol": "BTCUSDT"},
    ),
    "ticker/24hr": (
        {
            **dict.fromkeys(
                [
                    "symbol",
                    "priceChange",
                    "priceChangePercent",
                    "weightedAvgPrice",
                    "prevClosePrice",
                    "lastPrice",
                    "lastQty",
                    "bidPrice",
                    "bidQty",
                    "askPrice",
                    "askQty",
                    "openPrice",
                    "highPrice",
                    "lowPrice",
                    "volume",
                    "quoteVolume",
                ],
                str,
            ),
            **dict.fromkeys(["openTime", "closeTime", "firstId", "lastId", "count"], int),
        },
        {"symbol": "BTCUSDT"},
    ),
}


@pytest.mark.parametrize("path", PUBLIC)
def test_reply_has_the_documented_keys_and_types(venue: Any, path: str) -> None:
    async def body(ask: Any) -> None:
        expected, parameters = PUBLIC[path]
        status, value = await ask.public(path, **parameters)
        assert (status, {name: type(part) for name, part in value.items()}) == (200, expected)

    venue(body)


def test_list_replies_have_the_documented_keys(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, trades = await ask.public("trades", symbol="BTCUSDT", limit=2)
        names = {"id", "price", "qty", "quoteQty", "time", "isBuyerMaker", "isBestMatch"}
        assert [set(row) for row in trades] == [names, names]
        _, aggregated = await ask.public("aggTrades", symbol="BTCUSDT", limit=1)
        assert set(aggregated[0]) == set("apqflTmM")
        _, candles = await ask.public("klines", symbol="BTCUSDT", interval="1m", limit=1)
        kinds = [int, *[str] * 5, int, str, int, str, str, str]
        assert [type(part) for part in candles[0]] == kinds

    venue(body)


@pytest.mark.parametrize("limit", [1, 100, 101, 500, 501, 1000, 1001, 5000])
def test_depth_weight_grows_with_the_levels(venue: Any, limit: int) -> None:
    async def body(ask: Any) -> None:
        steps = ((100, 5), (500, 25), (1000, 50), (5000, 250))
        expected = next(weight for up_to, weight in steps if limit <= up_to)
        target = f"/api/v3/depth?symbol=BTCUSDT&limit={limit}"
        reply, _ = await ask.raw("GET", target)
        assert reply.headers["X-MBX-USED-WEIGHT-1M"] == str(expected)

    venue(body)


def test_candles_of_every_interval_are_aligned_and_continuous(venue: Any) -> None:
    async def body(ask: Any) -> None:
        from venueproof_binance.dialect.candles import INTERVALS

        for interval in INTERVALS:
            _, rows = await ask.public("klines", symbol="BTCUSDT", interval=interval, limit=4)
            assert [row[0] for row in rows[1:]] == [row[6] + 1 for row in rows[:-1]], interval
        _, value = await ask.public("klines", symbol="BTCUSDT", interval="7m")
        assert value == {"code": -1120, "msg": "Invalid interval."}

    venue(body)


def test_candle_pages_follow_each_other(venue: Any) -> None:
    async def body(ask: Any) -> None:
        common = {"symbol": "BTCUSDT", "interval": "1m", "limit": 1000}
        _, newest = await ask.public("klines", **common)
        _, page = await ask.public("klines", **common, startTime=newest[0][0])
        assert [row[0] for row in page] == [row[0] for row in newest]

    venue(body)


@pytest.mark.parametrize(
    ("path", "parameters", "code"),
    [
        ("depth", {}, -1102),
        ("depth", {"symbol": "btcusdt"}, -1121),
        ("depth", {"symbol": "BTC$"}, -1100),
        ("depth", {"symbol": "BTCUSDT", "limit": "x"}, -1100),
        ("depth", {"symbol": "BTCUSDT", "limit": "0"}, -1130),
        ("ticker/24hr", {"symbol": "BTCUSDT", "type": "TINY"}, -1139),
        ("ticker/price", {"symbol": "BTCUSDT", "symbols": '["ETHUSDT"]'}, -1128),
        ("exchangeInfo", {"symbols": '["BTCUSDT","BTCUSDT"]'}, -1151),
        ("exchangeInfo", {"symbols": "BTCUSDT"}, -1135),
        ("time", {"symbol": "BTCUSDT"}, -1104),
    ],
)
def test_wrong_public_request_has_its_code(
    venue: Any, path: str, parameters: dict[str, str], code: int
) -> None:
    async def body(ask: Any) -> None:
        status, value = await ask.public(path, **parameters)
        assert (status, value["code"]) == (400, code), value

    venue(body)


def test_times_are_microseconds_when_asked(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, milli = await ask.raw("GET", "/api/v3/time")
        header = {"X-MBX-TIME-UNIT": "microsecond"}
        _, micro = await ask.raw("GET", "/api/v3/time", headers=header)
        assert 0 <= micro["serverTime"] - milli["serverTime"] * 1000 < 10**6
        _, wrong = await ask.raw("GET", "/api/v3/time", headers={"X-MBX-TIME-UNIT": "DAY"})
        assert wrong["code"] == -1194

    venue(body)


def test_parameter_that_comes_twice_is_refused(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, value = await ask.raw("GET", "/api/v3/depth?symbol=BTCUSDT&symbol=ETHUSDT")
        assert value["code"] == -1101

    venue(body)


def test_too_much_weight_is_429_then_418_and_ends(venue: Any) -> None:
    async def body(ask: Any) -> None:
        heavy = "/api/v3/depth?symbol=BTCUSDT&limit=5000"
        replies = [(await ask.raw("GET", heavy))[0] for _ in range(32)]
        statuses = [reply.status for reply in replies]
        assert statuses[:24] == [200] * 24
        assert statuses[24] == 429
        assert 1 <= int(replies[24].headers["Retry-After"]) <= 60
        assert statuses[-1] == 418
        ask.world.timers.advance(int(replies[-1].headers["Retry-After"]) + 60)
        assert (await ask.raw("GET", heavy))[0].status == 200

    venue(body)


def test_too_many_new_orders_are_refused_with_a_pause(venue: Any) -> None:
    async def body(ask: Any) -> None:
        replies = [await ask.place(f"o{number}") for number in range(101)]
        assert [status for status, _ in replies[:100]] == [200] * 100
        assert replies[100][0] == 429
        assert replies[100][1]["msg"].startswith("Too many new orders; current limit is 100")

    venue(body)


def test_symbol_status_selects_among_symbols_and_is_held_against_one(venue: Any) -> None:
    async def body(ask: Any) -> None:
        from venueproof_core.models import InstrumentStatus

        ask.world.core.set_status("ETH-BTC", InstrumentStatus.HALTED)
        for path in ("ticker/price", "ticker/bookTicker", "ticker/24hr"):
            _, halted = await ask.public(path, symbolStatus="HALT")
            assert [row["symbol"] for row in halted] == ["ETHBTC"], path
            assert (await ask.public(path, symbolStatus="BREAK"))[1] == []
        symbols = '["ETHBTC","BTCUSDT"]'
        for path in ("ticker", "ticker/tradingDay"):
            _, trading = await ask.public(path, symbols=symbols, symbolStatus="TRADING")
            assert [row["symbol"] for row in trading] == ["BTCUSDT"], path
            _, one = await ask.public(path, symbol="ETHBTC", symbolStatus="TRADING")
            assert one["code"] == -1220, path
        _, info = await ask.public("exchangeInfo", symbolStatus="HALT")
        assert [row["symbol"] for row in info["symbols"]] == ["ETHBTC"]
        _, rules = await ask.public("executionRules", symbolStatus="HALT")
        assert [row["symbol"] for row in rules["symbolRules"]] == ["ETHBTC"]

    venue(body)


def test_range_without_candles_is_empty(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, told = await ask.public("klines", symbol="BTCUSDT", interval="1m", limit=1)
        after = told[0][0] + 60_000
        range_after = {"startTime": after - 1, "endTime": after - 1}
        status, rows = await ask.public("klines", symbol="BTCUSDT", interval="1m", **range_after)
        assert (status, rows) == (200, [])

    venue(body)


def test_permissions_select_symbols(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, group = await ask.public("exchangeInfo", permissions="TRD_GRP_004")
        assert [row["symbol"] for row in group["symbols"]] == ["BTCUSDT", "QTUMUSDT"]
        _, several = await ask.public("exchangeInfo", permissions='["TRD_GRP_004","SPOT"]')
        assert len(several["symbols"]) == len(LISTINGS)
        _, none = await ask.public("exchangeInfo", permissions="MARGIN", showPermissionSets="false")
        assert none["symbols"] == []
        _, hidden = await ask.public("exchangeInfo", showPermissionSets="false")
        assert [row["permissionSets"] for row in hidden["symbols"]] == [[]] * len(LISTINGS)

    venue(body)


@pytest.mark.parametrize("window", ["1m", "59m", "1h", "23h", "1d", "7d"])
def test_rolling_window_sums_up_what_was_traded_in_it(venue: Any, window: str) -> None:
    async def body(ask: Any) -> None:
        _, row = await ask.public("ticker", symbol="BTCUSDT", windowSize=window)
        length_ms = int(window[:-1]) * {"m": 60, "h": 3600, "d": 86_400}[window[-1]] * 1000
        assert 0 <= row["closeTime"] - row["openTime"] - length_ms < 60_000
        assert row["openTime"] % 60_000 == 0
        trades = ask.world.history.between("BTC-USDT", row["openTime"] * 10**6, 2**63)
        assert row["count"] == len(trades)
        assert float(row["volume"]) == pytest.approx(sum(t.quantity for t in trades) / 10**8)

    venue(body)


def test_trading_day_opens_at_midnight_of_the_time_zone(venue: Any) -> None:
    async def body(ask: Any) -> None:
        day = 86_400_000
        for zone, hours in (("0", 0.0), ("-1:00", -1.0), ("05:45", 5.75), ("14", 14.0)):
            _, row = await ask.public("ticker/tradingDay", symbol="BTCUSDT", timeZone=zone)
            assert (row["openTime"] + hours * 3_600_000) % day == 0
            assert row["closeTime"] == row["openTime"] + day - 1

    venue(body)


@pytest.mark.parametrize(
    ("target", "weight"),
    [
        ("ticker/24hr?symbol=BTCUSDT", 2),
        ("ticker/24hr", 80),
        ('ticker/24hr?symbols=["BTCUSDT","ETHUSDT"]', 2),
        ('ticker?symbols=["BTCUSDT","ETHUSDT"]', 8),
        ("ticker/tradingDay?symbol=BTCUSDT", 4),
        ("ticker/price", 4),
        ("executionRules", 40),
        ("executionRules?symbol=BTCUSDT", 2),
        ("referencePrice?symbol=BTCUSDT", 2),
        ("historicalTrades?symbol=BTCUSDT", 25),
        ("aggTrades?symbol=BTCUSDT", 4),
    ],
)
def test_request_costs_the_documented_weight(venue: Any, target: str, weight: int) -> None:
    async def body(ask: Any) -> None:
        reply, _ = await ask.raw("GET", f"/api/v3/{target}")
        assert (reply.status, reply.headers["X-MBX-USED-WEIGHT-1M"]) == (200, str(weight))

    venue(body)


def test_reference_price_is_the_mean_of_the_last_prices(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, told = await ask.public("referencePrice", symbol="BTCUSDT")
        last = ask.world.history.trades("BTC-USDT")[-1]
        assert told["timestamp"] % 1000 == 0
        assert float(told["referencePrice"]) == pytest.approx(last.price / 10**8, rel=0.01)
        _, how = await ask.public("referencePrice/calculation", symbol="BTCUSDT")
        assert (how["bucketCount"], how["bucketWidthMs"]) == (10, 1000)

    venue(body)
