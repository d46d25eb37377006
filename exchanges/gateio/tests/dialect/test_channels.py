"""Channels and requests over the WebSocket, as the documents have them."""

from collections.abc import Callable
from typing import Any

from venueproof_core.control import Print, SetLevel

Run = Callable[..., None]


def set_level(ask: Any, quantity: str) -> None:
    ask.world.market.act(
        SetLevel.model_validate(
            {"symbol": "BTC-USDT", "side": "BUY", "price": "59000", "quantity": quantity}
        )
    )
    ask.world.settle()


def test_subscriptions_are_acknowledged_with_the_frames_id(sockets: Run) -> None:
    async def body(ask: Any) -> None:
        ack = await ask.send("spot.trades", ["BTC_USDT"])
        assert (ack["id"], ack["result"]) == (7, {"status": "success"})
        for channel, payload, expected in (
            ("spot.nope", [], "Unknown channel spot.nope"),
            ("spot.trades", ["NOPE_USD"], "unknown currency pair: NOPE_USD"),
            (
                "spot.order_book",
                ["BTC_USDT", "30", "100ms"],
                "provided level not supported: 30",
            ),
            (
                "spot.order_book_update",
                ["BTC_USDT", "10ms"],
                "incorrect update interval specified: 10ms",
            ),
        ):
            ack = await ask.send(channel, payload)
            assert (ack["error"], ack["result"]) == (
                {"code": 2, "message": expected},
                {"status": "fail"},
            )
        pong = await ask.send("spot.ping", event="")
        assert pong["channel"] == "spot.pong"

    sockets(body)


def test_changes_of_the_book_continue_each_other_and_the_snapshot(sockets: Run) -> None:
    async def body(ask: Any) -> None:
        await ask.send("spot.order_book_update", ["BTC_USDT", "100ms"])
        version = ask.world.core.version("BTC-USDT")
        for quantity in ("1", "2"):
            set_level(ask, quantity)
            change = (await ask.hear())["result"]
            assert change["U"] == version + 1
            version = change["u"]
            assert change["b"] == [["59000", quantity]]

    sockets(body)


def test_the_other_book_channels_begin_with_an_image(sockets: Run) -> None:
    async def body(ask: Any) -> None:
        await ask.send("spot.obu", ["ob.BTC_USDT.50"])
        image = (await ask.hear())["result"]
        assert (image["full"], len(image["b"])) == (True, 50)
        again = await ask.send("spot.obu", ["ob.BTC_USDT.50"])
        assert again["error"]["message"] == "Alert sub ob.BTC_USDT.50"
        await ask.send("spot.order_book", ["BTC_USDT", "5", "100ms"])
        book = (await ask.hear())["result"]
        assert (book["lastUpdateId"], len(book["asks"])) == (image["u"], 5)

    sockets(body)


def test_a_trade_is_told_on_all_channels_that_it_touches(sockets: Run) -> None:
    async def body(ask: Any) -> None:
        await ask.send("spot.trades", ["BTC_USDT", "ETH_USDT"])
        await ask.send("spot.candlesticks", ["1m", "BTC_USDT"])
        await ask.send("spot.book_ticker", ["BTC_USDT"])
        print_of = {"symbol": "BTC-USDT", "side": "BUY", "quantity": "0.01"}
        ask.world.market.act(Print.model_validate(print_of))
        ask.world.settle()
        told = {}
        for _ in range(3):
            frame = await ask.hear()
            told[frame["channel"]] = frame["result"]
        assert told["spot.trades"]["id_market"] == 2001
        assert told["spot.candlesticks"]["n"] == "1m_BTC_USDT"
        assert told["spot.book_ticker"]["u"] == ask.world.core.version("BTC-USDT")

    sockets(body)


def test_an_account_hears_of_its_orders_trades_and_funds(sockets: Run) -> None:
    async def body(ask: Any) -> None:
        for channel, payload in (
            ("spot.orders", ["!all"]),
            ("spot.usertrades", ["BTC_USDT"]),
            ("spot.balances", None),
        ):
            assert (await ask.send(channel, payload))["result"] == {"status": "success"}
        status, order = await ask.place(price="70000", text="t-a")
        assert status == 201
        events, funds, fills = [], {}, []
        while len(funds) < 2:
            frame = await ask.hear()
            for row in frame["result"]:
                if frame["channel"] == "spot.orders":
                    events.append((row["event"], row["finish_as"], row["id"]))
                elif frame["channel"] == "spot.usertrades":
                    fills.append((row["order_id"], row["text"], row["role"]))
                else:
                    funds[row["currency"]] = (row["change"], row["change_type"])
        assert events == [("put", "open", order["id"]), ("finish", "filled", order["id"])]
        assert fills == [(order["id"], "t-a", "taker")]
        assert funds["BTC"] == ("0.00998", "order-match")

    sockets(body)


def test_a_wrong_signature_opens_no_private_channel(sockets: Run) -> None:
    async def body(ask: Any) -> None:
        auth = {"method": "api_key", "KEY": ask.credentials.api_key, "SIGN": "0"}
        ack = await ask.send("spot.orders", ["!all"], auth=auth)
        assert ack["error"]["code"] == 4
        assert ack["error"]["message"] == (
            '{"label":"INVALID_SIGNATURE","message":"Signature mismatch"}\n'
        )

    sockets(body)


def test_orders_are_placed_over_the_socket_after_a_login(sockets: Run) -> None:
    async def body(ask: Any) -> None:
        async def request(channel: str, number: str, parameters: Any, **more: str) -> Any:
            payload = {"req_id": number, "req_param": parameters, **more}
            frame = {"time": ask.now_s, "channel": channel, "event": "api", "payload": payload}
            await ask.socket.send_json(frame)
            return await ask.hear()

        order = {"currency_pair": "BTC_USDT", "side": "buy", "amount": "0.01", "price": "50000"}
        refused = await request("spot.order_place", "1", order)
        assert refused["data"]["errs"]["label"] == "AUTHENTICATION_FAILED"
        stamp = str(ask.now_s)
        # Either nothing or the parameters as they were sent may stand in the signed text.
        for number, text in (("2", ""), ("3", "{}")):
            done = await request(
                "spot.login",
                number,
                {},
                api_key=ask.credentials.api_key,
                timestamp=stamp,
                signature=ask.sign(f"api\nspot.login\n{text}\n{stamp}"),
            )
            assert (done["request_id"], done["header"]["status"]) == (number, "200")
        ack = await request("spot.order_place", "4", order)
        assert (ack["ack"], ack["data"]["result"]["req_param"]) == (True, order)
        placed = await ask.hear()
        assert placed["data"]["result"]["status"] == "open"
        found = await request("spot.order_cancel_cp", "5", {"currency_pair": "BTC_USDT"})
        assert [row["id"] for row in found["data"]["result"]] == [placed["data"]["result"]["id"]]
        refused = await request(
            "spot.order_cancel", "6", {"currency_pair": "BTC_USDT", "order_id": "1"}
        )
        assert refused["data"]["errs"]["label"] == "ORDER_NOT_FOUND"

    sockets(body)


def test_a_client_that_says_nothing_is_cut(sockets: Run) -> None:
    async def body(ask: Any) -> None:
        ask.world.timers.advance(31)
        message = await ask.socket.receive()
        assert message.data in (None, 1006)
        assert ask.socket.closed

    sockets(body)
