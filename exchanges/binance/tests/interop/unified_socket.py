"""ccxt.pro's calls over the WebSocket API, in its own words."""

from __future__ import annotations

from typing import Any

from . import market, unified
from .account import account
from .checks import Partial
from .market import DAY_MS
from .steering import World, now_ms
from .steps import Scenario
from .unified import SYMBOL, ask, order, trade
from .unified_orders import Maker


def requests(world: World) -> Scenario:
    """Every call that goes over the WebSocket API."""
    maker = Maker(world)
    yield from looking(maker)
    yield from trading(maker)


def looking(maker: Maker) -> Scenario:
    """Public requests."""
    world, name = maker.world, maker.name
    starts = market.candle_starts("1h", 5, now_ms() - DAY_MS)
    rows = market.candles(world, SYMBOL, "1h", starts)
    candles = [[row[0], *map(unified.number, row[1:6])] for row in rows]
    yield ask("fetch_ohlcv_ws", "klines", lambda *_: candles, name, "1h", starts[0], 5)
    prints = market.trades(world, SYMBOL, 10)
    yield ask(
        "fetch_trades_ws",
        "trades.historical",
        lambda *_: [_print(r) for r in prints],
        name,
        None,
        10,
    )


def _print(row: Any) -> Partial:
    return Partial(
        {
            "id": str(row["id"]),
            "timestamp": row["time"],
            "side": "sell" if row["isBuyerMaker"] else "buy",
            "price": unified.number(row["price"]),
            "amount": unified.number(row["qty"]),
        }
    )


def trading(maker: Maker) -> Scenario:
    """Orders from placement to their ends."""
    name, own = maker.name, maker.own
    bid = {"type": "LIMIT", "price": 59000.0}
    place = "order.place"
    tested = (name, "limit", "buy", 0.01, 59000.0, {"test": True})
    yield ask("create_order_ws", "order.test", lambda *_: Partial({"id": None}), *tested)
    first = yield ask(
        "create_order_ws", place, maker.made(bid), name, "limit", "buy", 0.01, 59000.0
    )
    yield ask(
        "create_order_ws", place, maker.made({"type": "MARKET"}), name, "market", "sell", 0.01
    )
    market_order = maker.made({"type": "MARKET"})
    yield ask("create_market_order_ws", place, market_order, name, "buy", 0.01)
    yield ask("create_limit_order_ws", place, maker.made(bid), name, "buy", 0.01, 59000.0)
    order_id = int(first["id"])
    yield ask("fetch_order_ws", "order.status", lambda *_: order(own, order_id), first["id"], name)
    moved = maker.made({"type": "LIMIT", "price": 58900.0}, order_id)
    args = (first["id"], name, "limit", "buy", 0.02, 58900.0)
    second = yield ask("edit_order_ws", "order.cancelReplace", moved, *args)
    yield maker.listed("fetch_open_orders_ws", "openOrders.status", own.ids(is_open=True), name)

    def canceled(reply: Any, _span: Any) -> Any:
        own.note(int(second["id"]), cancelId=reply.get("clientOrderId"))
        return order(own, int(second["id"]), own.truth(int(second["id"]))["updated_time_ns"])

    yield ask("cancel_order_ws", "order.cancel", canceled, second["id"], name)
    yield ask("create_order_ws", place, maker.made(bid), name, "limit", "buy", 0.01, 59000.0)
    waiting = own.ids(is_open=True)

    def all_canceled(reply: Any, _span: Any) -> Any:
        for row in reply:
            own.note(int(row["id"]), cancelId=row["clientOrderId"])
        shown = [int(row["id"]) for row in reply]
        wanted = shown if sorted(shown) == waiting else waiting
        return [order(own, one, own.truth(one)["updated_time_ns"]) for one in wanted]

    yield ask("cancel_all_orders_ws", "openOrders.cancelAll", all_canceled, name)
    yield maker.listed("fetch_orders_ws", "allOrders", own.ids(), name)
    states = {int(r["venue_order_id"]): r["status"] for r in own.world.orders(SYMBOL)}
    closed = [one for one, status in states.items() if status == "FILLED"]
    yield maker.listed("fetch_closed_orders_ws", "allOrders", closed, name)
    yield ask(
        "fetch_my_trades_ws", "myTrades", lambda *_: [trade(own, f) for f in own.fills()], name
    )
    # It reads the reply as that of another market and finds no funds; the reply itself it passes on.
    yield ask(
        "fetch_balance_ws",
        "account.status",
        lambda reply, span: Partial({"info": account(maker.world, reply["info"], span)}),
    )
