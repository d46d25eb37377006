"""Orders in ccxt's own words: every way to make, change, see and end one; funds and fees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .account import Own
from .checks import Like, Partial, Text
from .steering import World
from .steps import Refusal, Scenario, Step
from .unified import SYMBOL, ask, balance, fee, funds, name_of, order, trade

ORDER = "/api/v3/order"
BID, ASK = 59000.0, 61000.0


class Maker:
    """Makes steps about orders; knows what each was sent as."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = Own(world, SYMBOL)
        self.name = name_of(world, SYMBOL)

    def create(self, call: str, sent: Mapping[str, Any], *args: Any) -> Step:
        """A placement by one of the many calls for it."""
        return ask(call, f"POST {ORDER}", self.made(sent), self.name, *args)

    def made(self, sent: Mapping[str, Any], replaced: int | None = None) -> Any:
        """Expect an order that is sent like this."""

        def expect(reply: Any, _span: Any) -> Any:
            if not isinstance(reply, Mapping) or not str(reply.get("id")).isdigit():
                return Partial({"id": Like(str)})
            order_id = int(reply["id"])
            self.own.sent[order_id] = sent
            if replaced is not None:  # by an id that the venue made
                self.own.note(replaced, cancelId=Text(r"\w{22}"))
            row = order(self.own, order_id)
            if "_" in sent["type"] and sent["type"] != "LIMIT_MAKER":
                # It takes the time at which the order began to work, which it has not.
                return Partial({**row.entries, "timestamp": -1})
            return row

        return expect

    def seen(self, call: str, endpoint: str, order_id: int, *args: Any) -> Step:
        """A call whose result is this order as it is now."""
        return ask(call, endpoint, lambda *_: order(self.own, order_id), *args)

    def listed(self, call: str, endpoint: str, ids: Iterable[int], *args: Any) -> Step:
        """A call whose result are these orders as they are now."""
        return ask(call, endpoint, lambda *_: [order(self.own, one) for one in ids], *args)


def requests(world: World) -> Scenario:
    """Every call about orders and the account."""
    maker = Maker(world)
    yield from placing(maker)
    yield from changing(maker)
    yield from taking(maker)
    world.advance(11)  # the window of new orders is ten seconds
    yield from waiting(maker)
    yield from ending(maker)
    yield from looking_back(maker)
    yield from holding(world)


def placing(maker: Maker) -> Scenario:
    """Limit orders, and every way to look at one."""
    name, own = maker.name, maker.own
    bid, offer = {"type": "LIMIT", "price": BID}, {"type": "LIMIT", "price": ASK}
    tested = ask(
        "create_order",
        f"POST {ORDER}/test",
        lambda *_: Partial({"id": None}),
        *(name, "limit", "buy", 0.01, BID, {"test": True}),
    )
    yield tested
    first = yield maker.create("create_limit_buy_order", bid, 0.01, BID)
    yield maker.create("create_limit_sell_order", offer, 0.01, ASK)
    yield maker.create("create_limit_order", bid, "buy", 0.01, BID)
    yield maker.create("create_order", bid, "limit", "buy", 0.01, BID)
    post_only = {"type": "LIMIT_MAKER", "price": BID}
    yield maker.create("create_post_only_order", post_only, "limit", "buy", 0.01, BID)
    order_id = int(first["id"])
    get = f"GET {ORDER}"
    yield maker.seen("fetch_order", get, order_id, first["id"], name)
    own.world.fill(order_id, "0.004")
    own.world.market({"kind": "move", "middle": "60000"})
    yield maker.seen("fetch_order", get, order_id, first["id"], name)
    yield maker.seen("fetch_unified_order", get, order_id, first)
    client_id = own.truth(order_id)["client_order_id"]
    yield maker.seen("fetch_order_with_client_order_id", get, order_id, client_id, name)
    yield ask("fetch_order_status", get, lambda *_: "open", first["id"], name)
    yield ask(
        "fetch_order_trades",
        "GET /api/v3/myTrades",
        lambda *_: [trade(own, fill) for fill in own.fills(order_id)],
        *(first["id"], name),
    )
    for args in ((name,), ()):
        yield maker.listed("fetch_open_orders", "GET /api/v3/openOrders", own.ids(), *args)


def changing(maker: Maker) -> Scenario:
    """Replacements: each yields a new order."""
    name, endpoint = maker.name, f"POST {ORDER}/cancelReplace"
    rows = maker.world.orders(SYMBOL)
    bid, offer = (
        next(row["venue_order_id"] for row in reversed(rows) if row["side"] == side)
        for side in ("BUY", "SELL")
    )

    def edit(call: str, price: float, *args: Any) -> Step:
        sent = {"type": "LIMIT", "price": price}
        return ask(call, endpoint, maker.made(sent, int(replaced(args[0]))), *args)

    def replaced(named: str) -> str:
        rows = maker.world.orders(SYMBOL)
        by_client = {row["client_order_id"]: row["venue_order_id"] for row in rows}
        return str(by_client.get(named, named))

    reply = yield edit("edit_order", 58900.0, bid, name, "limit", "buy", 0.02, 58900.0)
    reply = yield edit("edit_spot_order", 58800.0, reply["id"], name, "limit", "buy", 0.02, 58800.0)
    reply = yield edit("edit_limit_order", 58700.0, reply["id"], name, "buy", 0.01, 58700.0)
    reply = yield edit("edit_limit_buy_order", 58600.0, reply["id"], name, 0.02, 58600.0)
    client_id = maker.own.truth(int(reply["id"]))["client_order_id"]
    # It names no order to cancel but an empty one, and gets what the documents have for that.
    empty = Refusal(-1105, "Parameter 'cancelOrderId' was empty.")
    args = (client_id, name, "limit", "buy", 0.01, 58500.0)
    yield ask("edit_order_with_client_order_id", endpoint, lambda *_: empty, *args)
    yield edit("edit_limit_sell_order", 61500.0, offer, name, 0.02, 61500.0)


def taking(maker: Maker) -> Scenario:
    """Orders that match at once."""
    sent = {"type": "MARKET"}
    yield maker.create("create_market_buy_order", sent, 0.02)
    yield maker.create("create_market_sell_order", sent, 0.01)
    yield maker.create("create_market_order", sent, "buy", 0.01)
    yield maker.create("create_market_buy_order_with_cost", sent, 600)
    yield maker.create("create_market_sell_order_with_cost", sent, 300)
    yield maker.create("create_market_order_with_cost", sent, "buy", 450)
    fok = {"type": "LIMIT", "price": 60500.0, "timeInForce": "FOK"}
    yield maker.create("create_order", fok, "limit", "sell", 0.01, 60500.0, {"timeInForce": "FOK"})


def waiting(maker: Maker) -> Scenario:
    """Orders that wait for a price."""
    stop = {"type": "STOP_LOSS_LIMIT", "price": 58990.0, "stopPrice": 59000.0}
    profit = {"type": "TAKE_PROFIT_LIMIT", "price": 61000.0, "stopPrice": 60900.0}
    sell = ("limit", "sell", 0.01)
    first = yield maker.create("create_stop_limit_order", stop, "sell", 0.01, 58990.0, 59000.0)
    yield canceled(maker, "cancel_order", int(first["id"]), first["id"], maker.name)
    for call in ("create_stop_order", "create_trigger_order", "create_stop_loss_order"):
        yield maker.create(call, stop, *sell, 58990.0, 59000.0)
    yield maker.create("create_take_profit_order", profit, *sell, 61000.0, 60900.0)
    trailing = {"type": "STOP_LOSS_LIMIT", "price": 58990.0}
    kind = {"stopLossOrTakeProfit": "stopLoss"}
    args = (*sell, 58990.0, 1.0, None, kind)
    yield maker.create("create_trailing_percent_order", trailing, *args)


def canceled(maker: Maker, call: str, order_id: int, *args: Any) -> Step:
    """A cancel by one of the calls for it."""
    own = maker.own

    def expect(reply: Any, _span: Any) -> Any:
        own.note(order_id, cancelId=reply.get("clientOrderId"))
        return order(own, order_id, own.truth(order_id)["updated_time_ns"])

    return ask(call, f"DELETE {ORDER}", expect, *args)


def ending(maker: Maker) -> Scenario:
    """One by one, then all that are left."""
    name, own = maker.name, maker.own
    ids = own.ids(is_open=True)
    yield canceled(maker, "cancel_order", ids[0], str(ids[0]), name)
    client_id = own.truth(ids[1])["client_order_id"]
    yield canceled(maker, "cancel_order_with_client_order_id", ids[1], client_id, name)
    known = {"id": str(ids[2]), "symbol": name}
    yield canceled(maker, "cancel_unified_order", ids[2], known)

    def expect_all(reply: Any, _span: Any) -> Any:
        for row in reply:
            own.note(int(row["id"]), cancelId=row["clientOrderId"])
        shown = [int(row["id"]) for row in reply]
        wanted = shown if sorted(shown) == ids[3:] else ids[3:]
        return [order(own, one, own.truth(one)["updated_time_ns"]) for one in wanted]

    yield ask("cancel_all_orders", "DELETE /api/v3/openOrders", expect_all, name)


def looking_back(maker: Maker) -> Scenario:
    """All orders by how they ended, all trades."""
    name, own, endpoint = maker.name, maker.own, "GET /api/v3/allOrders"
    rows = own.world.orders(SYMBOL)
    states = {int(row["venue_order_id"]): row["status"] for row in rows}
    for call, wanted in (
        ("fetch_orders", tuple(set(states.values()))),
        ("fetch_closed_orders", ("FILLED",)),
        ("fetch_canceled_orders", ("CANCELED",)),
        ("fetch_canceled_and_closed_orders", ("FILLED", "CANCELED")),
    ):
        ids = [order_id for order_id, status in states.items() if status in wanted]
        yield maker.listed(call, endpoint, ids, name)
    yield ask(
        "fetch_my_trades",
        "GET /api/v3/myTrades",
        lambda *_: [trade(own, fill) for fill in own.fills()],
        name,
    )


def holding(world: World) -> Scenario:
    """Funds, rates, currencies."""
    endpoint = "GET /api/v3/account"
    yield ask("fetch_balance", endpoint, lambda *_: balance(world))
    for part in ("free", "used", "total"):

        def expect(_reply: Any, _span: Any, part: str = part) -> Any:
            return {name: funds(row)[part] for name, row in world.balances().items()}

        yield ask(f"fetch_{part}_balance", endpoint, expect)
        yield ask("fetch_partial_balance", endpoint, expect, part)
    fees = "GET /sapi/v1/asset/tradeFee"
    yield ask("fetch_trading_fee", fees, lambda *_: fee(world, SYMBOL), name_of(world, SYMBOL))
    every = {name_of(world, symbol): symbol for symbol in world.symbols}
    known = {name: fee(world, symbol) for name, symbol in every.items()}
    yield ask("fetch_trading_fees", fees, lambda *_: known)
    coins = "GET /sapi/v1/capital/config/getall"
    held = Partial({name: Partial({"code": name}) for name in world.balances()})
    yield ask("fetch_currencies", coins, lambda *_: held)
    named = Partial({name: Like(dict) for name in world.balances()})
    yield ask("fetch_deposit_withdraw_fees", coins, lambda *_: named)
    yield ask("fetch_transaction_fees", coins, lambda *_: Partial({"withdraw": named}))
    for call in ("fetch_deposit_withdraw_fee", "fetch_transaction_fee"):
        yield ask(call, coins, lambda *_: Like(dict), "BTC")
