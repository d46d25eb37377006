"""Market streams: names, candles, time units, cadence, limits of connections."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from venueproof_binance.dialect.candles import interval_start
from venueproof_core.control import SetLevel
from venueproof_core.models import Side
from venueproof_simulator.venue_core import to_decimal


async def texts(socket: Any, count: int) -> list[Any]:
    """The next JSON messages, heartbeats left out."""
    found = []
    while len(found) < count:
        message = await socket.receive(timeout=2)
        if message.type is WSMsgType.TEXT:
            found.append(json.loads(message.data))
    return found


def test_candle_closes_on_the_timer_clock_and_the_next_one_goes_on(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws/btcusdt@kline_1m")
        ask.trade("BUY", "0.1")
        (still_open,) = await texts(socket, 1)
        ask.world.timers.advance(60)
        (closed,) = await texts(socket, 1)
        assert (still_open["k"]["x"], closed["k"]["x"]) == (False, True)
        assert {**closed["k"], "x": False} == still_open["k"]
        ask.trade("BUY", "0.2")
        (after,) = await texts(socket, 1)
        assert after["k"]["t"] == closed["k"]["T"] + 1
        assert (after["k"]["f"], after["k"]["v"]) == (closed["k"]["L"] + 1, "0.20000000")

    sockets(body)


def test_candle_of_a_quiet_interval_repeats_the_close(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws/btcusdt@kline_1m")
        ask.world.timers.advance(60)
        ask.world.timers.advance(60)
        first, second = await texts(socket, 2)
        assert second["k"]["t"] == first["k"]["T"] + 1
        assert second["k"]["o"] == second["k"]["c"] == first["k"]["c"]
        assert (second["k"]["n"], second["k"]["f"]) == (0, -1)

    sockets(body)


def test_candle_closes_once_where_both_clocks_go_on_together(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws/btcusdt@kline_1m")
        ask.world.stamps.set(offset_ns=60 * 10**9, drift_ppm=0)
        ask.world.timers.advance(60)
        ask.trade("BUY", "0.1")
        closed, running = await texts(socket, 2)
        assert (closed["k"]["x"], running["k"]["x"]) == (True, False)
        assert running["k"]["t"] == closed["k"]["T"] + 1

    sockets(body)


@pytest.mark.parametrize(("is_one_event", "updates"), [(True, 1), (False, 3)])
def test_actions_are_told_together_or_one_by_one(
    sockets: Any, is_one_event: bool, updates: int
) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws/btcusdt@depth")
        price = ask.world.core.levels("BTC-USDT", Side.BUY, 1)[0][0]
        levels = [
            SetLevel(symbol="BTC-USDT", side="BUY", price=to_decimal(price), quantity=Decimal(size))
            for size in (1, 2, 3)
        ]
        ask.world.market.act_on(levels, is_one_event=is_one_event)
        told = await texts(socket, updates)
        assert told[-1]["u"] == ask.world.core.version("BTC-USDT")

    sockets(body)


def test_jump_over_many_intervals_closes_one_candle_and_opens_the_newest(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws/btcusdt@kline_1m")
        ask.world.timers.advance(3600)
        ask.trade("BUY", "0.1")
        closed, newest = await texts(socket, 2)
        assert closed["k"]["x"]
        assert newest["k"]["t"] - closed["k"]["t"] == 3_600_000

    sockets(body)


def test_streamed_candle_equals_the_requested_one(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws/btcusdt@kline_4h")
        ask.trade("SELL", "0.3")
        (told,) = await texts(socket, 1)
        _, rows = await ask.public("klines", symbol="BTCUSDT", interval="4h", limit=1)
        names = ("t", "o", "h", "l", "c", "v", "T", "q", "n", "V", "Q", "B")
        assert [told["k"][name] for name in names] == rows[0]

    sockets(body)


def test_candles_of_another_time_zone_open_earlier(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/stream?streams=btcusdt@kline_1d@+08:00")
        ask.trade("BUY", "0.1")
        (told,) = await texts(socket, 1)
        opened = datetime.fromtimestamp(told["data"]["k"]["t"] / 1000, UTC)
        assert (opened.hour, told["data"]["k"]["i"]) == (16, "1d")
        for path in ("klines", "uiKlines"):
            parameters = {"symbol": "BTCUSDT", "interval": "1d", "limit": 1, "timeZone": "+8"}
            _, rows = await ask.public(path, **parameters)
            assert rows[0][0] == told["data"]["k"]["t"]

    sockets(body)


@pytest.mark.parametrize("interval", ["1m", "1h", "3d", "1w", "1M"])
def test_interval_of_a_time_zone_is_the_utc_one_moved(interval: str) -> None:
    moment, east = 1_700_000_000 * 10**9, 5 * 3600 * 10**9 + 2_700 * 10**9
    assert interval_start(interval, moment, east) == interval_start(interval, moment + east) - east


def test_fills_of_one_order_at_one_price_are_one_aggregate(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws/btcusdt@aggTrade/btcusdt@trade")
        best = ask.world.core.levels("BTC-USDT", Side.BUY, 1)[0]
        for number in range(2):
            price = f"{best[0] / 10**8 + 0.01:.2f}"
            await ask.place(f"a{number}", price=price, quantity="0.01", type="LIMIT")
        ask.trade("SELL", "0.03")
        *trades, first, second = await texts(socket, 5)
        assert [trade["e"] for trade in trades] == ["trade"] * 3
        assert (first["f"], first["l"], first["q"]) == (2001, 2002, "0.02000000")
        assert (second["f"], second["l"], second["a"]) == (2003, 2003, first["a"] + 1)
        _, rows = await ask.public("aggTrades", symbol="BTCUSDT", fromId=first["a"])
        names = ("a", "p", "q", "f", "l", "T", "m", "M")
        assert rows == [{name: one[name] for name in names} for one in (first, second)]
        times = {"startTime": first["T"], "endTime": first["T"]}
        _, same = await ask.public("aggTrades", symbol="BTCUSDT", **times)
        assert same == rows

    sockets(body)


def test_times_are_microseconds_where_the_url_asks_and_nowhere_else(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        path = "/stream?streams=btcusdt@trade/btcusdt@ticker/btcusdt@kline_1m"
        milli, micro = await ask.open(path), await ask.open(path + "&timeUnit=MICROSECOND")
        ask.trade("BUY", "0.1")
        coarse = {event["stream"]: event["data"] for event in await texts(milli, 3)}
        fine = {event["stream"]: event["data"] for event in await texts(micro, 3)}
        trade = (coarse["btcusdt@trade"], fine["btcusdt@trade"])
        assert trade[1]["T"] // 1000 == trade[0]["T"]
        assert fine["btcusdt@ticker"]["O"] > 10**15 > coarse["btcusdt@ticker"]["O"]
        candle = fine["btcusdt@kline_1m"]["k"]
        assert candle["T"] - candle["t"] == 60_000_000 - 1

    sockets(body)


@pytest.mark.parametrize(
    "path",
    [
        "/ws/btcusdt@trade/ethusdt@trade",
        "/ws/btcusdt%40trade%2Fethusdt%40trade",
        "/ws/0/btcusdt@trade",
        "/ws/btcusdt@nothing/btcusdt@trade",
        "/ws/BTCUSDT@trade/btcusdt@trade",
    ],
)
def test_names_in_the_url_may_be_several_encoded_or_unknown(sockets: Any, path: str) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open(path)
        ask.trade("BUY", "0.1")
        ask.trade("BUY", "0.1")
        assert [event["e"] for event in await texts(socket, 2)] == ["trade", "trade"]

    sockets(body)


def test_ticker_of_all_symbols_is_gone_since_its_retirement(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/stream?streams=!ticker@arr/!miniTicker@arr")
        ask.trade("BUY", "0.1")
        (only,) = await texts(socket, 1)
        assert only["stream"] == "!miniTicker@arr"
        await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 1})
        assert (await texts(socket, 1))[0]["id"] == 1

    sockets(body)


def test_mini_tickers_of_all_symbols_are_told_under_the_names_that_clients_use(
    sockets: Any,
) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws/!miniTicker@arr@1000ms")
        ask.trade("BUY", "0.1")
        ((row,),) = await texts(socket, 1)
        assert (row["e"], row["s"]) == ("24hrMiniTicker", "BTCUSDT")

    sockets(body)


def test_timed_world_sums_up_each_second_and_candles_every_other(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open(
            "/stream?streams=btcusdt@miniTicker/btcusdt@kline_1h/!miniTicker@arr"
        )
        ask.trade("BUY", "0.1")
        ask.trade("BUY", "0.2")
        ask.world.timers.advance(1)
        first = await texts(socket, 2)
        assert [event["stream"] for event in first] == ["btcusdt@miniTicker", "!miniTicker@arr"]
        ask.world.timers.advance(1)
        (candle,) = await texts(socket, 1)
        assert candle["stream"] == "btcusdt@kline_1h"
        assert float(candle["data"]["k"]["v"]) >= 0.3

    sockets(body, cadence="timed")


def test_1025th_stream_is_refused(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws")
        names = [f"s{number}@trade" for number in range(1024)]
        await socket.send_json({"method": "SUBSCRIBE", "params": names, "id": 1})
        assert await texts(socket, 1) == [{"result": None, "id": 1}]
        await socket.send_json({"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 2})
        error = {"code": 4, "msg": "Too many subscriptions"}
        assert await texts(socket, 1) == [{"error": error, "id": 2}]

    sockets(body)


@pytest.mark.parametrize("kind", ["ping", "pong"])
def test_heartbeat_frames_count_as_messages(sockets: Any, kind: str) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws")
        for _ in range(6):
            await getattr(socket, kind)(b"x")
        while (message := await socket.receive(timeout=2)).type is WSMsgType.PONG:
            pass
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1008)

    sockets(body)


def test_api_connection_takes_more_than_five_messages_a_second(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        for _ in range(8):
            assert (await ask.api(socket, "ping"))["result"] == {}

    sockets(body)


def test_301st_attempt_to_connect_within_five_minutes_is_refused(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        for _ in range(300):
            assert ask.world.dialect.accepts_stream("/ws") == "stream"
        with pytest.raises(WSServerHandshakeError) as refusal:
            await ask.open("/ws/btcusdt@trade")
        assert refusal.value.status == 429
        ask.world.timers.advance(301)
        assert not (await ask.open("/ws")).closed

    sockets(body)


def test_banned_address_cannot_connect(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        ask.world.dialect.limits_of_world.ban.banned_until_ns = ask.world.timers.now_ns() + 10**11
        with pytest.raises(WSServerHandshakeError) as refusal:
            await ask.open("/ws-api/v3")
        assert refusal.value.status == 418

    sockets(body)


def test_streamed_and_requested_candles_agree_after_timers_were_advanced(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws/btcusdt@kline_1m")
        for quantity in ("0.1", "0.2"):
            ask.trade("BUY", quantity)
            ask.world.timers.advance(60)
        told = await texts(socket, 4)
        candles = {one["k"]["t"]: one["k"] for one in told if one["k"]["x"]}
        assert [candle["v"] for candle in candles.values()][1:] == ["0.20000000"]
        _, rows = await ask.public("klines", symbol="BTCUSDT", interval="1m", limit=10)
        found = {row[0]: row for row in rows}
        for start, candle in candles.items():
            values = [candle[name] for name in ("o", "h", "l", "c", "v")]
            assert found[start][1:6] == values, f"streamed {candle}, requested {found[start]}"
            assert (found[start][6], found[start][8]) == (candle["T"], candle["n"])

    sockets(body)
