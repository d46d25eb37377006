"""Every filter that exchangeInfo lists is enforced, with its name."""

from typing import Any

import pytest

from venueproof_binance.dialect.listings import BY_VENUE_SYMBOL

BID = {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
MARKET = {"side": "BUY", "type": "MARKET"}
# Filter, symbol, the order that breaks it and nothing else.
BREAKS: list[tuple[str, str, dict[str, Any]]] = [
    ("PRICE_FILTER", "BTCUSDT", {**BID, "quantity": "0.01", "price": "50000.005"}),
    ("PRICE_FILTER", "QTUMUSDT", {**BID, "quantity": "10", "price": "3.001"}),
    ("PERCENT_PRICE_BY_SIDE", "BTCUSDT", {**BID, "quantity": "0.01", "price": "1000"}),
    ("PERCENT_PRICE", "ETHBTC", {**BID, "quantity": "1", "price": "0.00100"}),
    ("LOT_SIZE", "BTCUSDT", {**BID, "quantity": "0.010001", "price": "50000"}),
    ("LOT_SIZE", "QTUMUSDT", {**BID, "quantity": "10.25", "price": "3.000"}),
    (
        "LOT_SIZE",
        "BTCUSDT",
        {**BID, "quantity": "0.01", "price": "50000", "icebergQty": "0.001001"},
    ),
    ("MARKET_LOT_SIZE", "ETHUSDT", {**MARKET, "quantity": "0.0105"}),
    ("MARKET_LOT_SIZE", "ETHUSDT", {**MARKET, "quantity": "501"}),
    ("MIN_NOTIONAL", "ETHBTC", {**BID, "quantity": "0.001", "price": "0.05000"}),
    ("NOTIONAL", "BTCUSDT", {**BID, "quantity": "0.00001", "price": "50000"}),
    ("NOTIONAL", "BTCUSDT", {**BID, "quantity": "200", "price": "50000"}),
    ("NOTIONAL", "BTCUSDT", {**MARKET, "quoteOrderQty": "4.99"}),
    (
        "ICEBERG_PARTS",
        "BTCUSDT",
        {**BID, "quantity": "0.10100", "price": "50000", "icebergQty": "0.001"},
    ),
    ("MAX_POSITION", "QTUMUSDT", {**BID, "quantity": "30000.5", "price": "3.000"}),
    (
        "TRAILING_DELTA",
        "BTCUSDT",
        {"side": "SELL", "type": "STOP_LOSS", "quantity": "0.01", "trailingDelta": "2001"},
    ),
]
STOP = {
    **BID,
    "type": "STOP_LOSS_LIMIT",
    "quantity": "0.001",
    "price": "61000",
    "stopPrice": "61000",
}
ICEBERG = {**BID, "quantity": "0.002", "price": "50000", "icebergQty": "0.001"}
# Filter, the order that counts, how many are taken on one symbol and on the account.
COUNTS = [
    ("MAX_NUM_ALGO_ORDERS", STOP, 5, 12),
    ("MAX_NUM_ICEBERG_ORDERS", ICEBERG, 10, 25),
    ("MAX_NUM_ORDERS", {**BID, "quantity": "0.001", "price": "50000"}, 200, 500),
]
PRICES = {"BTCUSDT": 1.0, "ETHUSDT": 0.05, "QTUMUSDT": 0.00006}
SEEN_ELSEWHERE = {"MAX_NUM_ORDER_AMENDS"}
NOTHING_TO_COUNT = {"MAX_NUM_ORDER_LISTS", "EXCHANGE_MAX_NUM_ORDER_LISTS"}


@pytest.mark.parametrize(("name", "symbol", "order"), BREAKS)
def test_filter_refuses_what_breaks_it(
    venue: Any, name: str, symbol: str, order: dict[str, Any]
) -> None:
    async def body(ask: Any) -> None:
        got = await ask.signed("POST", "order", symbol=symbol, **order)
        assert got == (400, {"code": -1013, "msg": f"Filter failure: {name}"})

    venue(body)


@pytest.mark.parametrize(("name", "order", "of_symbol", "of_account"), COUNTS)
def test_count_filters_hold_for_the_symbol_and_for_the_account(
    venue: Any, name: str, order: dict[str, Any], of_symbol: int, of_account: int
) -> None:
    async def body(ask: Any) -> None:
        async def place(symbol: str) -> Any:
            scaled = dict(order)
            for part in ("price", "stopPrice"):
                if part in scaled:
                    price = float(scaled[part]) * PRICES[symbol]
                    scaled[part] = (
                        f"{price:.2f}" if price > 100 else f"{round(price / 0.003) * 0.003:.3f}"
                    )
            if symbol == "QTUMUSDT":
                scaled["quantity"] = "20"
                scaled |= {"icebergQty": "10"} if "icebergQty" in scaled else {}
            elif symbol == "ETHUSDT":
                scaled["quantity"] = "0.01"
            ask.world.timers.advance(0.2)
            return await ask.signed(
                "POST", "order", symbol=symbol, newOrderRespType="ACK", **scaled
            )

        made, failed = 0, []
        for symbol in PRICES:
            for _ in range(of_symbol + 1):
                status, value = await place(symbol)
                if status != 200:
                    failed.append(value["msg"])
                    break
                made += 1
        of_symbols = f"Filter failure: {name}"
        of_all = f"Filter failure: EXCHANGE_{name}"
        assert (failed, made) == ([of_symbols, of_symbols, of_all], of_account)

    venue(body)


def test_what_is_listed_is_enforced(venue: Any) -> None:
    async def body(ask: Any) -> None:
        _, info = await ask.public("exchangeInfo")
        listed = {entry["filterType"] for row in info["symbols"] for entry in row["filters"]}
        listed |= {entry["filterType"] for entry in info["exchangeFilters"]}
        counted = {name for name, *_ in COUNTS} | {f"EXCHANGE_{name}" for name, *_ in COUNTS}
        broken = {name for name, *_ in BREAKS} | counted
        assert listed == broken | SEEN_ELSEWHERE | NOTHING_TO_COUNT
        assert {row["symbol"] for row in info["symbols"]} == set(BY_VENUE_SYMBOL)

    venue(body)


def test_max_position_counts_what_is_held_and_what_is_being_bought(venue: Any) -> None:
    async def body(ask: Any) -> None:
        order = {"symbol": "QTUMUSDT", **BID, "price": "3.000"}
        assert (await ask.signed("POST", "order", **order, quantity="20000"))[0] == 200
        _, over = await ask.signed("POST", "order", **order, quantity="10000.5")
        assert over["msg"] == "Filter failure: MAX_POSITION"
        assert (await ask.signed("POST", "order", **order, quantity="10000"))[0] == 200

    venue(body)
