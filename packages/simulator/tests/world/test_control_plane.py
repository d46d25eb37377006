"""The control plane: worlds, market, truth, waits, gates, clocks."""

import asyncio
from typing import Any


def test_requests_without_the_token_are_refused(steered: Any) -> None:
    async def body(s: Any) -> None:
        status, answer = await s.ask("GET", "/truth/orders", token="wrong")
        assert (status, list(answer)) == (401, ["error"])

    steered(body)


def test_unknown_path_and_unknown_truth_are_explained(steered: Any) -> None:
    async def body(s: Any) -> None:
        assert (await s.ask("GET", "/nothing"))[0] == 404
        status, answer = await s.ask("GET", "/truth/weather")
        assert (status, answer["error"]) == (404, "there is no truth about 'weather'")
        status, answer = await s.ask("POST", "/market", {"actions": [{"kind": "walk"}]})
        assert status == 400
        assert "symbol" in answer["error"]

    steered(body)


def test_two_worlds_do_not_share_anything(steered: Any) -> None:
    async def body(s: Any) -> None:
        _, other = await s.ask("POST", "/worlds", {"seed": 7})
        await s.place("mine")
        mine = (await s.ask("GET", f"/truth/orders?world={s.world.id}"))[1]
        theirs = (await s.ask("GET", f"/truth/orders?world={other['world']}"))[1]
        assert [order["client_order_id"] for order in mine] == ["mine"]
        assert theirs == []
        status, answer = await s.ask("GET", "/truth/orders")
        assert (status, answer["error"]) == (400, "there are 2 worlds: say ?world=ID")

    steered(body)


def test_equal_seeds_make_equal_markets(steered: Any) -> None:
    async def body(s: Any) -> None:
        _, other = await s.ask("POST", "/worlds", {"seed": 7})
        walk = {"actions": [{"kind": "walk", "symbol": "AAA-BBB", "steps": 40}]}
        books = []
        for world in (s.world.id, other["world"]):
            await s.ask("POST", f"/market?world={world}", walk)
            books.append((await s.ask("GET", f"/truth/book?world={world}&symbol=AAA-BBB"))[1])
        assert books[0] == books[1]

    steered(body)


def test_past_versions_of_the_book_can_be_asked_for(steered: Any) -> None:
    async def body(s: Any) -> None:
        before = (await s.ask("GET", "/truth/book?symbol=AAA-BBB"))[1]
        await s.ask(
            "POST", "/market", {"actions": [{"kind": "walk", "symbol": "AAA-BBB", "steps": 9}]}
        )
        again = (await s.ask("GET", f"/truth/book?symbol=AAA-BBB&version={before['version']}"))[1]
        assert again == before
        status, _ = await s.ask("GET", "/truth/book?symbol=AAA-BBB&version=999999")
        assert status == 404

    steered(body)


def test_counterparty_trades_against_the_order_wherever_it_stands(steered: Any) -> None:
    async def body(s: Any) -> None:
        await s.place("far", price=500)
        status, answer = await s.ask(
            "POST",
            "/counterparty",
            {"symbol": "AAA-BBB", "client_order_id": "far", "quantity": "1"},
        )
        assert (status, answer) == (200, {"traded": "1"})
        fill = (await s.ask("GET", "/truth/fills"))[1][0]
        assert (fill["price"], fill["quantity"], fill["liquidity"]) == ("500", "1", "MAKER")
        status, answer = await s.ask(
            "POST", "/counterparty", {"symbol": "AAA-BBB", "client_order_id": "none"}
        )
        assert (status, answer["error"]) == (400, "main has no open order none on AAA-BBB")

    steered(body)


def test_level_that_would_cross_the_book_is_refused(steered: Any) -> None:
    async def body(s: Any) -> None:
        level = {"kind": "set_level", "symbol": "AAA-BBB", "side": "BUY"}
        action = {**level, "price": "2000", "quantity": "1"}
        status, answer = await s.ask("POST", "/market", {"actions": [action]})
        assert status == 400
        assert "would cross the book" in answer["error"]

    steered(body)


def test_past_orders_were_placed_and_cancelled_one_after_the_other(steered: Any) -> None:
    async def body(s: Any) -> None:
        action = {"kind": "past_orders", "symbol": "AAA-BBB", "count": 5}
        assert (await s.ask("POST", "/market", {"actions": [action]}))[0] == 200
        orders = (await s.ask("GET", "/truth/orders"))[1]
        assert [order["status"] for order in orders] == ["CANCELED"] * 5
        status, answer = await s.ask(
            "POST", "/market", {"actions": [{**action, "account": "nobody"}]}
        )
        assert status == 400
        assert "no account nobody" in answer["error"]

    steered(body)


def test_wait_answers_when_it_becomes_true(steered: Any) -> None:
    async def body(s: Any) -> None:
        wanted = {"kind": "request", "match": {"operation": "place", "client_order_id": "late"}}
        waiting = asyncio.create_task(s.ask("POST", "/wait", {"predicate": wanted}))
        await s.place("early")
        assert not waiting.done()
        await s.place("late")
        assert await waiting == (200, {"count": 1})

    steered(body)


def test_wait_that_runs_out_says_what_it_counted(steered: Any) -> None:
    async def body(s: Any) -> None:
        await s.place("one")
        wanted = {"kind": "request", "match": {"operation": "place"}, "count": 2}
        status, answer = await s.ask("POST", "/wait", {"predicate": wanted, "deadline_s": 0.01})
        assert (status, answer["count"]) == (408, 1)

    steered(body)


def test_gate_before_reply_holds_the_reply_but_not_the_order(steered: Any) -> None:
    async def body(s: Any) -> None:
        match = {"operation": "place"}
        gate = (await s.ask("POST", "/gates", {"match": match, "at": "before_reply"}))[1]
        placing = asyncio.create_task(s.place("held"))
        await s.ask("POST", "/wait", {"predicate": {"kind": "gate", "id": gate["id"]}})
        orders = (await s.ask("GET", "/truth/orders"))[1]
        assert [order["status"] for order in orders] == ["NEW"]
        assert not placing.done()
        await s.ask("POST", f"/gates/{gate['id']}/release")
        assert (await placing)[0] == 200

    steered(body)


def test_gate_at_received_holds_the_order_itself(steered: Any) -> None:
    async def body(s: Any) -> None:
        gate = (await s.ask("POST", "/gates", {"match": {"operation": "place"}, "at": "received"}))[
            1
        ]
        placing = asyncio.create_task(s.place("held"))
        await s.ask("POST", "/wait", {"predicate": {"kind": "gate", "id": gate["id"]}})
        assert (await s.ask("GET", "/truth/orders"))[1] == []
        await s.ask("POST", f"/gates/{gate['id']}/release")
        await placing
        assert len((await s.ask("GET", "/truth/orders"))[1]) == 1

    steered(body)


def test_gate_before_event_holds_the_stream_in_order(steered: Any) -> None:
    async def body(s: Any) -> None:
        async with s.session.ws_connect(s.stream) as socket:
            assert (await socket.receive()).data == "subscribed"
            spec = {"match": {"channel": "order_book"}, "at": "before_event"}
            gate = (await s.ask("POST", "/gates", spec))[1]
            await s.place("a")
            await s.place("b", price=901)
            await s.ask("POST", "/wait", {"predicate": {"kind": "gate", "id": gate["id"]}})
            frames = {"kind": "frames", "match": {"channel": "order_book"}}
            status, _ = await s.ask("POST", "/wait", {"predicate": frames, "deadline_s": 0.01})
            assert status == 408
            await s.ask("POST", f"/gates/{gate['id']}/release")
            versions = [int((await socket.receive()).data) for _ in range(2)]
            assert versions == sorted(versions)

    steered(body)


def test_advancing_timers_leaves_stamps_alone(steered: Any) -> None:
    async def body(s: Any) -> None:
        before = (await s.ask("POST", "/clock", {}))[1]
        after = (await s.ask("POST", "/clock", {"timers": {"advance_s": 3600}}))[1]
        assert after["timer_s"] - before["timer_s"] >= 3600
        assert after["stamp_ns"] - before["stamp_ns"] < 10**9
        skewed = (await s.ask("POST", "/clock", {"stamp": {"offset_ms": 5000}}))[1]
        assert 5 * 10**9 <= skewed["stamp_ns"] - after["stamp_ns"] < 6 * 10**9

    steered(body)


def test_closing_a_world_names_what_was_left_open(steered: Any) -> None:
    async def body(s: Any) -> None:
        socket = await s.session.ws_connect(s.stream)
        assert (await socket.receive()).data == "subscribed"
        status, answer = await s.ask("DELETE", f"/worlds/{s.world.id}")
        assert status == 200
        assert answer["left_behind"] == ["stream connection 1 on stream: AAA-BBB"]
        await socket.close()

    steered(body)


def test_journal_keeps_request_reply_and_book_version(steered: Any) -> None:
    async def body(s: Any) -> None:
        await s.venue("GET", "/book?signature=abc")
        entries = (await s.ask("GET", "/journal"))[1]
        request, reply = entries
        assert request["text"] == "GET /book?signature=***"
        assert (reply["of"], reply["status"]) == (request["sequence"], 200)
        assert reply["book_version"] == s.world.core.version("AAA-BBB")
        assert reply["span_ns"] > 0

    steered(body)


def test_what_is_documented_is_told_and_named_in_the_journal(steered: Any) -> None:
    async def body(s: Any) -> None:
        _, rows = await s.ask("GET", "/documented")
        assert [(row["name"], row["kind"], row["tier"]) for row in rows] == [
            ("GET /book", "request", "must"),
            ("<symbol>", "stream", "simple"),
        ]
        socket = await s.session.ws_connect(s.stream)
        await s.venue("GET", "/book")
        await s.ask(
            "POST", "/market", {"actions": [{"kind": "walk", "symbol": "AAA-BBB", "steps": 1}]}
        )
        assert await socket.receive_str(timeout=2) == "subscribed"
        await socket.receive_str(timeout=2)
        entries = (await s.ask("GET", "/journal"))[1]
        named = {entry["name"] for entry in entries if entry["kind"] in ("reply", "frame_out")}
        assert named == {"GET /book", "<symbol>"}
        await socket.close()

    steered(body)


def test_audit_of_a_sound_world_passes(steered: Any) -> None:
    async def body(s: Any) -> None:
        await s.place("one")
        assert await s.ask("POST", "/audit") == (200, {})

    steered(body)


def test_world_that_broke_says_so_when_it_is_closed(steered: Any) -> None:
    async def body(s: Any) -> None:
        s.world.dialect.refuse = None
        assert (await s.place("a", price=1))[0] == 200
        status, _ = await s.place("a", price=1)  # a duplicate, which the dialect cannot refuse now
        assert status == 500
        _, answer = await s.ask("DELETE", f"/worlds/{s.world.id}")
        assert [text.partition(":")[0] for text in answer["errors"]] == ["TypeError"]

    steered(body)


def test_gate_can_be_added_while_another_holds(steered: Any) -> None:
    async def body(s: Any) -> None:
        spec = {"match": {"operation": "place"}, "at": "before_reply"}
        first = (await s.ask("POST", "/gates", spec))[1]
        placing = asyncio.create_task(s.place("held"))
        await s.ask("POST", "/wait", {"predicate": {"kind": "gate", "id": first["id"]}})
        await s.ask("POST", "/gates", {"match": {"operation": "cancel"}, "at": "received"})
        await s.ask("POST", f"/gates/{first['id']}/release")
        assert (await placing)[0] == 200

    steered(body)
