"""Replies, stream events and private events hold the documented keys and JSON types.

``shapes/*.json`` has the documents' example payloads and the OpenAPI file of 2024, reduced to keys and types;
each file names its source, and where the two differ the newer one holds. ``key?`` is a conditional key,
``anyOf`` lists alternatives, a list of one type is an array, of more a row told by position; ``may_be_empty``
names the arrays that need hold nothing.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType

from venueproof_core.models import Side
from venueproof_simulator.market import LEVELS
from venueproof_simulator.venue_core import to_decimal

# Every listing's book is made of two sides of orders.
FIRST_ORDER = 1 + 2 * LEVELS  # what the book opens with
SHAPES = {
    path.stem: json.loads(path.read_text()) for path in Path(__file__).parent.glob("shapes/*.json")
}
TYPES = {"string": str, "integer": int, "boolean": bool, "null": type(None)}


def _kinds(text: str) -> set[type]:
    return {TYPES[name] for name in text.split("|")}


def wrong(
    value: Any, shape: Any, path: str = "$", *, may_be_empty: Sequence[str] = ()
) -> str | None:
    """What is not as documented, or None."""
    if shape == "any":
        return None
    if isinstance(shape, str):
        return None if type(value) in _kinds(shape) else f"{path}: {value!r} is no {shape}"
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{path}: {value!r} is no array"
        if not value and path.rpartition(".")[2].partition("[")[0] not in may_be_empty:
            return f"{path} is empty"
        if len(shape) > 1 and len(value) != len(shape):
            return f"{path}: {len(value)} parts, not {len(shape)}"
        shapes = shape if len(shape) > 1 else shape * len(value)
        parts = enumerate(zip(value, shapes, strict=True))
        found = [wrong(v, s, f"{path}[{n}]", may_be_empty=may_be_empty) for n, (v, s) in parts]
        return next((text for text in found if text), None)
    if set(shape) == {"anyOf"}:
        every = [wrong(value, one, path, may_be_empty=may_be_empty) for one in shape["anyOf"]]
        return None if None in every else f"{path}: {every}"
    return _wrong_object(value, shape, path, may_be_empty=may_be_empty)


def _wrong_object(
    value: Any, shape: dict[str, Any], path: str, *, may_be_empty: Sequence[str]
) -> str | None:
    if not isinstance(value, dict):
        return f"{path}: {value!r} is no object"
    known = {name.rstrip("?"): part for name, part in shape.items()}
    missing = {name for name in shape if not name.endswith("?")} - set(value)
    if missing or set(value) - set(known):
        return f"{path}: missing {sorted(missing)}, unknown {sorted(set(value) - set(known))}"
    for name, part in value.items():
        if text := wrong(part, known[name], f"{path}.{name}", may_be_empty=may_be_empty):
            return text
    return None


def hold(name: str, value: Any) -> str:
    """Hold a reply against its shape; returns the shape's name, now seen."""
    entry = SHAPES[name]
    text = wrong(value, entry["shape"], may_be_empty=entry.get("may_be_empty", ()))
    assert text is None, f"{name}: {text}"
    return name


PUBLIC = {
    "ping": ("ping", {}),
    "time": ("time", {}),
    "exchangeInfo": ("exchangeInfo", {}),
    "depth": ("depth", {"symbol": "BTCUSDT"}),
    "trades": ("trades", {"symbol": "BTCUSDT"}),
    "historicalTrades": ("historicalTrades", {"symbol": "BTCUSDT", "fromId": 1}),
    "aggTrades": ("aggTrades", {"symbol": "BTCUSDT"}),
    "klines": ("klines", {"symbol": "BTCUSDT", "interval": "1h"}),
    "uiKlines": ("uiKlines", {"symbol": "BTCUSDT", "interval": "1h"}),
    "avgPrice": ("avgPrice", {"symbol": "BTCUSDT"}),
    "ticker-24hr": ("ticker/24hr", {"symbol": "BTCUSDT"}),
    "ticker-24hr-mini": ("ticker/24hr", {"symbol": "BTCUSDT", "type": "MINI"}),
    "ticker-tradingDay": ("ticker/tradingDay", {"symbol": "BTCUSDT"}),
    "ticker": ("ticker", {"symbol": "BTCUSDT"}),
    "ticker-mini": ("ticker", {"symbol": "BTCUSDT", "type": "MINI"}),
    "ticker-price": ("ticker/price", {"symbol": "BTCUSDT"}),
    "ticker-bookTicker": ("ticker/bookTicker", {"symbol": "BTCUSDT"}),
    "executionRules": ("executionRules", {"symbol": "ETHUSDT"}),
    "referencePrice": ("referencePrice", {"symbol": "BTCUSDT"}),
    "referencePrice-calculation": ("referencePrice/calculation", {"symbol": "BTCUSDT"}),
    "error": ("depth", {"symbol": "NOPE"}),
}
BTC = {"symbol": "BTCUSDT"}
MARKET = {"type": "MARKET", "timeInForce": None, "price": None}
SELL = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
}


def _public() -> set[str]:
    return set(PUBLIC)


async def _private(ask: Any) -> set[str]:
    seen = set()

    async def told(name: str, method: str, path: str, **parameters: Any) -> Any:
        _, value = await ask.signed(method, path, **parameters)
        seen.add(hold(name, value))
        return value

    bid = {**SELL, "side": "BUY", "price": "50000"}
    await told("order-test", "POST", "order/test", **bid)
    await told("order-test-rates", "POST", "order/test", **bid, computeCommissionRates="true")
    await told("order-place-ack", "POST", "order", **bid, newOrderRespType="ACK")
    await told("order-place-result", "POST", "order", **bid, icebergQty="0.001", newOrderRespType="RESULT",
               strategyId=1, strategyType=1_000_000)  # fmt: skip
    stop = {**bid, "type": "STOP_LOSS_LIMIT", "stopPrice": "70000", "newOrderRespType": "FULL"}
    await told("order-place-full", "POST", "order", **stop)
    await told(
        "order-place-full",
        "POST",
        "order",
        **{**BTC, "side": "SELL", "type": "MARKET", "quantity": "0.01"},
    )
    ioc = {**bid, "timeInForce": "IOC"}
    expired = await told("order-place-full", "POST", "order", **ioc)
    assert expired["expiryReason"] == "UNFILLED_IOC_QUANTITY_EXPIRED"
    best = ask.world.core.levels("BTC-USDT", Side.BUY, 1)[0][0]
    inside = str(to_decimal(best + 10**6))
    own = await told("order-place-full", "POST", "order", **{**SELL, "price": inside})
    met = {**bid, "price": inside, "selfTradePreventionMode": "DECREMENT", "quantity": "0.005"}
    prevented = await told("order-place-full", "POST", "order", **met)
    assert (prevented["status"], len(prevented["preventedMatches"])) == ("EXPIRED_IN_MATCH", 1)
    amended = await told(
        "order-amend", "PUT", "order/amend/keepPriority", **BTC, orderId=FIRST_ORDER, newQty="0.006"
    )
    order_id = amended["amendedOrder"]["orderId"]
    await told("order-amendments", "GET", "order/amendments", **BTC, orderId=order_id)
    await told("myPreventedMatches", "GET", "myPreventedMatches", **BTC, orderId=own["orderId"])
    await told("order-query", "GET", "order", **BTC, orderId=prevented["orderId"])
    await told("openOrders", "GET", "openOrders")
    await told("allOrders", "GET", "allOrders", **BTC)
    replaced = {**bid, "cancelReplaceMode": "STOP_ON_FAILURE"}
    await told(
        "order-cancelReplace", "POST", "order/cancelReplace", **replaced, cancelOrderId=order_id
    )
    await told(
        "order-cancelReplace-failed",
        "POST",
        "order/cancelReplace",
        **replaced,
        cancelOrderId=order_id,
    )
    await told("order-cancel", "DELETE", "order", **BTC, orderId=own["orderId"])
    await told("openOrders-cancel", "DELETE", "openOrders", **BTC)
    for name in ("account", "rateLimit-order"):
        await told(name, "GET", name.replace("-", "/"))
    for name in ("myTrades", "account-commission", "myAllocations", "myFilters"):
        await told(name, "GET", name.replace("-", "/"), **BTC)
    return seen


OTO = {
    **BTC,
    "workingType": "LIMIT",
    "workingSide": "BUY",
    "workingPrice": "50000",
    "workingQuantity": "0.01",
    "workingTimeInForce": "GTC",
    "pendingType": "STOP_LOSS",
    "pendingStopPrice": "45000",
    "pendingSide": "SELL",
    "pendingQuantity": "0.01",
}


async def _lists(ask: Any) -> None:
    _, placed = await ask.signed("POST", "orderList/oto", **OTO)
    hold("orderList-place", placed)
    working, held = (row["orderId"] for row in placed["orders"])
    for order_id, has_working_time in ((working, True), (held, False)):
        _, amended = await ask.signed(
            "PUT", "order/amend/keepPriority", **BTC, orderId=order_id, newQty="0.005"
        )
        hold("order-amend", amended)
        told = amended["amendedOrder"]
        assert ("workingTime" in told) is has_working_time
        names = {row["orderId"]: row["clientOrderId"] for row in amended["listStatus"]["orders"]}
        assert names[order_id] == told["clientOrderId"]
    hold("orderList", (await ask.signed("GET", "orderList", orderListId=1))[1])
    for path in ("allOrderList", "openOrderList"):
        hold("orderList", (await ask.signed("GET", path))[1][0])
    hold("orderList-cancel", (await ask.signed("DELETE", "orderList", **BTC, orderListId=1))[1])


async def _wallet(ask: Any) -> set[str]:
    seen = set()
    key = {"X-MBX-APIKEY": ask.credentials.api_key}
    for path in ("system/status", "asset/tradeFee", "capital/config/getall", "margin/allPairs"):
        text = ask.stamped({})
        signed = (
            ""
            if path in ("system/status", "margin/allPairs")
            else f"?{text}&signature={ask.hmac(text)}"
        )
        _, value = await ask.raw("GET", f"/sapi/v1/{path}{signed}", headers=key)
        seen.add(hold("sapi-" + path.replace("/", "-"), value))
    return seen


def test_public_replies_are_as_documented(venue: Any) -> None:
    async def body(ask: Any) -> None:
        for name, (path, parameters) in PUBLIC.items():
            hold(name, (await ask.public(path, **parameters))[1])

    venue(body)


def test_private_replies_are_as_documented(venue: Any) -> None:
    async def body(ask: Any) -> None:
        await _private(ask)
        await _lists(ask)
        await _wallet(ask)

    venue(body)


def test_listen_key_replies_are_as_documented(venue: Any) -> None:
    async def body(ask: Any) -> None:
        key = {"X-MBX-APIKEY": ask.credentials.api_key}
        _, made = await ask.raw("POST", "/api/v3/userDataStream", headers=key)
        hold("userDataStream-create", made)
        target = f"/api/v3/userDataStream?listenKey={made['listenKey']}"
        for method in ("PUT", "DELETE"):
            hold("userDataStream-empty", (await ask.raw(method, target, headers=key))[1])

    venue(body, protocol="2025-06-01")


STREAMS = {
    "btcusdt@trade": "stream-trade",
    "btcusdt@aggTrade": "stream-aggTrade",
    "btcusdt@kline_1m": "stream-kline",
    "btcusdt@kline_1d@+08:00": "stream-kline",
    "btcusdt@miniTicker": "stream-miniTicker",
    "!miniTicker@arr": "stream-miniTicker-arr",
    "btcusdt@ticker": "stream-ticker",
    "!ticker@arr": "stream-ticker-arr",
    "btcusdt@ticker_1h": "stream-ticker_window",
    "btcusdt@ticker_4h": "stream-ticker_window",
    "btcusdt@ticker_1d": "stream-ticker_window",
    "!ticker_1h@arr": "stream-ticker_window-arr",
    "!ticker_4h@arr": "stream-ticker_window-arr",
    "!ticker_1d@arr": "stream-ticker_window-arr",
    "btcusdt@bookTicker": "stream-bookTicker",
    "btcusdt@avgPrice": "stream-avgPrice",
    "btcusdt@referencePrice": "stream-referencePrice",
    "btcusdt@depth": "stream-depth",
    "btcusdt@depth@100ms": "stream-depth",
    "btcusdt@depth5": "stream-depth-partial",
    "btcusdt@depth10@100ms": "stream-depth-partial",
    "btcusdt@depth20": "stream-depth-partial",
}


def test_every_market_stream_is_as_documented(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/stream?streams=" + "/".join(STREAMS))
        ask.trade("BUY", "0.7")
        seen = set()
        while seen != set(STREAMS):
            message = await socket.receive_json(timeout=2)
            assert set(message) == {"stream", "data"}
            hold(STREAMS[message["stream"]], message["data"])
            seen.add(message["stream"])
        await socket.send_json({"method": "SUBSCRIBE", "params": ["ethusdt@trade"], "id": 1})
        hold("stream-acknowledgement", await socket.receive_json(timeout=2))
        await socket.send_json({"method": "DANCE", "id": 2})
        hold("stream-error", await socket.receive_json(timeout=2))

    sockets(body, protocol="2026-03-01")


def test_private_events_are_as_documented(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        socket = await ask.open("/ws-api/v3")
        made = await ask.api(socket, "userDataStream.subscribe.signature", **ask.api_signed())
        hold("api-result", made)
        hold("api-subscribe", made["result"])
        hold("api-session", (await ask.api(socket, "session.status"))["result"])
        hold(
            "api-session-subscriptions", (await ask.api(socket, "session.subscriptions"))["result"]
        )
        hold("api-error", await ask.api(socket, "depth"))
        await _private(ask)
        await _lists(ask)
        ask.world.core.transfer("main", "USDT", 10**8, time_ns=ask.world.stamps.time_ns())
        ask.world.settle()
        await socket.send_json({"id": "end", "method": "userDataStream.unsubscribe"})
        executions, kinds = set(), set()
        while "eventStreamTerminated" not in kinds:
            message = await socket.receive_json(timeout=2)
            hold("api-event", message)
            event = message["event"]
            hold(f"event-{event['e']}", event)
            kinds.add(event["e"])
            executions.add(event.get("x"))
        assert kinds == {
            "executionReport",
            "outboundAccountPosition",
            "balanceUpdate",
            "listStatus",
            "eventStreamTerminated",
        }
        assert executions - {None} == {
            "NEW",
            "TRADE",
            "CANCELED",
            "EXPIRED",
            "REPLACED",
            "TRADE_PREVENTION",
        }

    sockets(body)


def test_ends_are_told_as_documented(sockets: Any) -> None:
    async def body(ask: Any) -> None:
        headers = {"X-MBX-APIKEY": ask.credentials.api_key}
        _, made = await ask.raw("POST", "/api/v3/userDataStream", headers=headers)
        socket = await ask.open(f"/ws/{made['listenKey']}")
        ask.world.timers.advance(86_400 - 600)
        seen = set()
        while len(seen) < 2:
            message = await socket.receive(timeout=2)
            if message.type is WSMsgType.TEXT:
                value = json.loads(message.data)
                name = (
                    "stream-serverShutdown"
                    if value["e"] == "serverShutdown"
                    else f"event-{value['e']}"
                )
                seen.add(hold(name, value))

    sockets(body, protocol="2025-06-01")


def test_every_shape_names_its_source_and_is_held_against_something() -> None:
    held = _public() | set(STREAMS.values())
    text = Path(__file__).read_text()
    for name, entry in SHAPES.items():
        assert entry["source"], f"{name} names no source"
        is_held = name in held or f'"{name}"' in text or name.startswith(("sapi-", "event-"))
        assert is_held, f"nothing is held against {name}"
