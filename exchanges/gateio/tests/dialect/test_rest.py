"""Requests over REST, as the documents have them."""

from collections.abc import Callable
from typing import Any

Run = Callable[..., None]


def test_market_data_has_the_documented_form(venue: Run) -> None:
    async def body(ask: Any) -> None:
        _, pairs = await ask.public("spot/currency_pairs")
        assert {pair["id"] for pair in pairs} >= {"BTC_USDT", "ETH_BTC"}
        assert (pairs[0]["precision"], pairs[0]["amount_precision"]) == (1, 6)
        _, book = await ask.public("spot/order_book", currency_pair="BTC_USDT", limit=2)
        assert "id" not in book
        _, book = await ask.public("spot/order_book", currency_pair="BTC_USDT", with_id="True")
        assert book["id"] == ask.world.core.version("BTC-USDT")
        assert len(book["bids"]) == 10
        _, candles = await ask.public("spot/candlesticks", currency_pair="BTC_USDT", interval="1h")
        assert len(candles) == 100
        assert [row[7] for row in candles[-2:]] == ["true", "false"]
        _, newest = await ask.public("spot/trades", currency_pair="BTC_USDT", limit=3)
        _, older = await ask.public(
            "spot/trades",
            currency_pair="BTC_USDT",
            last_id=newest[-1]["id"],
            reverse="true",
            limit=2,
        )
        ids = [int(row["id"]) for row in (*newest, *older)]
        assert ids == list(range(ids[0], ids[0] - 5, -1))

    venue(body)


def test_wrong_requests_are_named_by_their_label(venue: Run) -> None:
    async def body(ask: Any) -> None:
        for path, parameters, expected in (
            ("spot/nothing", {}, (404, "NOT_FOUND")),
            ("spot/order_book", {}, (400, "MISSING_REQUIRED_PARAM")),
            ("spot/order_book", {"currency_pair": "btc_usdt"}, (400, "INVALID_CURRENCY_PAIR")),
            (
                "spot/trades",
                {"currency_pair": "BTC_USDT", "limit": 1001},
                (400, "INVALID_PARAM_VALUE"),
            ),
            (
                "spot/candlesticks",
                {"currency_pair": "BTC_USDT", "limit": 5, "from": 1},
                (400, "INVALID_PARAM_VALUE"),
            ),
        ):
            status, answer = await ask.public(path, **parameters)
            assert (status, answer["label"]) == expected

    venue(body)


def test_keys_are_checked_in_the_venues_order(venue: Run) -> None:
    async def body(ask: Any) -> None:
        _, answer = await ask.raw("GET", "spot/accounts", KEY="k", SIGN="s")
        assert answer["message"] == "Missing required header: Timestamp"
        stamp = str(ask.now_s)
        for headers, expected in (
            ({"Timestamp": "1"}, (403, "REQUEST_EXPIRED")),
            ({"Timestamp": stamp}, (401, "INVALID_KEY")),
            ({"Timestamp": stamp, "KEY": ask.credentials.api_key}, (401, "INVALID_SIGNATURE")),
        ):
            reply, answer = await ask.raw(
                "GET", "spot/accounts", **{"KEY": "k", "SIGN": "s", **headers}
            )
            assert (reply.status, answer["label"]) == expected

    venue(body)


def test_encoded_queries_are_signed_as_they_read(venue: Run) -> None:
    async def body(ask: Any) -> None:
        status, fees = await ask.signed("GET", "spot/batch_fee", currency_pairs="BTC_USDT,ETH_USDT")
        assert (status, sorted(fees)) == (200, ["BTC_USDT", "ETH_USDT"])

    venue(body)


def test_an_order_lives_as_documented(venue: Run) -> None:
    async def body(ask: Any) -> None:
        status, order = await ask.place(text="t-a")
        assert (status, order["status"], order["finish_as"]) == (201, "open", "open")
        status, order = await ask.signed(
            "PATCH", "spot/orders/t-a", {"amount": "0.004"}, currency_pair="BTC_USDT"
        )
        assert (status, order["amount"], order["left"]) == (200, "0.004", "0.004")
        _, groups = await ask.signed("GET", "spot/open_orders")
        assert [(group["currency_pair"], group["total"]) for group in groups] == [("BTC_USDT", 1)]
        target = f"spot/orders/{order['id']}"
        status, order = await ask.signed("DELETE", target, currency_pair="BTC_USDT")
        assert (order["status"], order["finish_as"]) == ("cancelled", "cancelled")
        status, answer = await ask.signed("DELETE", target, currency_pair="BTC_USDT")
        assert (status, answer["label"]) == (400, "ORDER_CANCELLED")
        status, answer = await ask.signed("GET", "spot/orders/t-a", currency_pair="BTC_USDT")
        assert (status, answer["label"]) == (404, "CLIENT_ID_NOT_FOUND")
        status, order = await ask.signed("GET", target)
        assert (status, order["text"]) == (200, "t-a")

    venue(body)


def test_fills_are_told_with_their_fees(venue: Run) -> None:
    async def body(ask: Any) -> None:
        _, order = await ask.place(price="70000")
        assert (order["status"], order["finish_as"], order["text"]) == ("closed", "filled", "apiv4")
        _, trades = await ask.signed("GET", "spot/my_trades", currency_pair="BTC_USDT")
        assert {trade["order_id"] for trade in trades} == {order["id"]}
        assert trades[0]["role"] == "taker"
        assert (order["fee"], order["fee_currency"]) == ("0.00002", "BTC")
        _, order = await ask.place(type="market", amount="100", price=None)
        assert order["amount"] == "100"
        assert 99 < float(order["filled_total"]) <= 100

    venue(body)


def test_orders_against_the_rules_are_refused(venue: Run) -> None:
    async def body(ask: Any) -> None:
        for changes, expected in (
            ({"text": "abc"}, "INVALID_PARAM_VALUE"),
            ({"amount": "0.00001"}, "INVALID_PARAM_VALUE"),
            ({"amount": "0.0000001"}, "INVALID_PRECISION"),
            ({"price": "50000.01"}, "INVALID_PRECISION"),
            ({"amount": "100"}, "BALANCE_NOT_ENOUGH"),
            ({"amount": "5001"}, "AMOUNT_TOO_MUCH"),
            ({"price": "70000", "time_in_force": "poc"}, "POC_FILL_IMMEDIATELY"),
            ({"price": "60001", "amount": "15", "time_in_force": "fok"}, "FOK_NOT_FILL"),
            ({"stp_act": "cn"}, "INVALID_PARAM_VALUE"),
        ):
            status, answer = await ask.place(**changes)
            assert (status, answer["label"]) == (400, expected), changes
        assert ask.world.core.orders("main") == []

    venue(body)


def test_placing_is_limited_for_each_pair(venue: Run) -> None:
    async def body(ask: Any) -> None:
        statuses = [(await ask.place())[0] for _ in range(11)]
        assert statuses == [201] * 10 + [429]
        status, _ = await ask.place(currency_pair="ETH_USDT", price="2000")
        assert status == 201

    venue(body)


def test_each_of_a_batch_has_its_own_answer(venue: Run) -> None:
    async def body(ask: Any) -> None:
        order = {"currency_pair": "BTC_USDT", "side": "buy", "price": "50000"}
        _, rows = await ask.signed(
            "POST",
            "spot/batch_orders",
            [{**order, "amount": "0.01", "text": "t-a"}, {**order, "amount": "9", "text": "t-b"}],
        )
        assert [row["succeeded"] for row in rows] == [True, True]
        _, rows = await ask.signed(
            "POST",
            "spot/cancel_batch_orders",
            [
                {"currency_pair": "BTC_USDT", "id": "t-a"},
                {"currency_pair": "BTC_USDT", "id": "t-c"},
            ],
        )
        assert [(row["succeeded"], row["label"]) for row in rows] == [
            (True, ""),
            (False, "CLIENT_ID_NOT_FOUND"),
        ]

    venue(body)


def test_a_countdown_cancels_unless_it_is_started_again(venue: Run) -> None:
    async def body(ask: Any) -> None:
        await ask.place()
        _, answer = await ask.signed("POST", "spot/countdown_cancel_all", {"timeout": 5})
        assert answer["triggerTime"] > ask.now_s * 1000
        ask.world.timers.advance(6)
        assert ask.world.core.open_orders("main") == []

    venue(body)
