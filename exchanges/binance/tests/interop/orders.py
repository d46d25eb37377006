"""Orders of every kind through their whole lives, and the account's histories."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import count
from typing import Any

from . import histories
from .account import NOTHING, Own, rates
from .checks import Like
from .market import Span, milliseconds, money
from .steering import World
from .steps import Refusal, Scenario, Step

ORDER = "/api/v3/order"
SYMBOL = "BTCUSDT"
FAR_BID, FAR_ASK = "59000.00", "61000.00"


class Trader:
    """Makes steps about orders of one world."""

    def __init__(self, world: World, symbol: str = SYMBOL) -> None:
        self.world = world
        self.own = Own(world, symbol)
        self._names = (f"interop-{number}" for number in count(1))

    def place(
        self, side: str, kind: str, *, note: Mapping[str, Any] | None = None, **more: Any
    ) -> Step:
        """A placement; ``note`` is what the truth will not tell of the order."""
        params = {
            "symbol": self.own.symbol,
            "side": side,
            "type": kind,
            "newClientOrderId": next(self._names),
            **more,
        }
        return Step(
            f"POST {ORDER}",
            params,
            lambda reply, span: self.own.placed(params, reply, **note or {}),
        )

    def limit(self, side: str, quantity: str = "0.01", **more: Any) -> Step:
        """A limit order far from the market."""
        given = {"quantity": quantity, "price": FAR_BID if side == "BUY" else FAR_ASK, **more}
        return self.place(side, "LIMIT", timeInForce=given.pop("timeInForce", "GTC"), **given)

    def refused(self, code: int, message: str, step: Step, status: int = 400) -> Step:
        """The same request, which the venue refuses."""
        return Step(step.endpoint, step.params, lambda *_: Refusal(code, message, status))

    def query(self, order_id: int, **by: Any) -> Step:
        """A query, by order id unless said."""
        params = {"symbol": self.own.symbol, **(by or {"orderId": order_id})}
        return Step(f"GET {ORDER}", params, lambda *_: self.own.queried(order_id))

    def cancel(self, order_id: int, **more: Any) -> Step:
        """A cancel, by order id unless said."""
        given = more if "origClientOrderId" in more else {"orderId": order_id, **more}
        return Step(
            f"DELETE {ORDER}",
            {"symbol": self.own.symbol, **given},
            lambda reply, _: self.own.canceled(order_id, reply, more.get("newClientOrderId")),
        )


def requests(world: World) -> Scenario:
    """Every request about single orders and the account."""
    trader = Trader(world)
    yield from tests(trader)
    yield from resting(trader)
    yield from taking(trader)
    yield from refusals(trader)  # while few orders are open: filters that count go first
    yield from waiting(trader)
    world.advance(11)  # the window of new orders is ten seconds
    yield from replacing(trader)
    yield from preventing(trader)
    yield from ending(trader)
    yield from histories.past(trader.own)
    yield from histories.accounts(world)


def tests(trader: Trader) -> Scenario:
    step = trader.limit("BUY")
    yield Step(f"POST {ORDER}/test", step.params, lambda *_: {})
    none = {"maker": NOTHING, "taker": NOTHING}
    standard = rates(trader.world)
    yield Step(
        f"POST {ORDER}/test",
        {**step.params, "computeCommissionRates": "true"},
        lambda *_: {
            "standardCommissionForOrder": {side: standard[side] for side in ("maker", "taker")},
            "specialCommissionForOrder": none,
            "taxCommissionForOrder": none,
            "discount": histories.DISCOUNT,
        },
    )


def resting(trader: Trader) -> Scenario:
    """A limit order from placement through partial fill and amendment to its cancel."""
    own, symbol = trader.own, trader.own.symbol
    step = trader.limit("BUY", strategyId=7, strategyType=1000001)
    reply = yield step
    order_id = reply["orderId"]
    first_name = step.params["newClientOrderId"]
    yield trader.query(order_id)
    yield trader.query(order_id, origClientOrderId=first_name)
    yield Step("GET /api/v3/openOrders", {"symbol": symbol}, lambda *_: own.listed([order_id]))
    yield Step("GET /api/v3/openOrders", {}, lambda *_: own.listed([order_id]))
    trader.world.fill(order_id, "0.004")
    yield trader.query(order_id)
    amended = yield Step(
        f"PUT {ORDER}/amend/keepPriority",
        {"symbol": symbol, "orderId": order_id, "newQty": "0.008", "newClientOrderId": "amended"},
        lambda *_: own.amended(order_id, first_name, "amended", "0.008"),
    )
    if amended is not None:
        yield trader.query(order_id)
        yield Step(
            f"GET {ORDER}/amendments",
            {"symbol": symbol, "orderId": order_id},
            lambda *_: [amendment(own, order_id, amended, first_name)],
        )
    yield trader.cancel(order_id, newClientOrderId="the-cancel")
    yield trader.query(order_id)
    sold = yield trader.limit("SELL", newOrderRespType="RESULT")
    name = own.truth(sold["orderId"])["client_order_id"]
    yield trader.cancel(sold["orderId"], origClientOrderId=name)
    sold = yield trader.limit("SELL", newOrderRespType="ACK")
    yield trader.cancel(sold["orderId"], cancelRestrictions="ONLY_NEW")
    filled = yield trader.limit("BUY")
    trader.world.fill(filled["orderId"])
    # Whoever stood before our orders in the book stepped aside for those fills.
    trader.world.market({"kind": "move", "middle": "60000"})
    yield trader.query(filled["orderId"])


def amendment(own: Own, order_id: int, reply: Any, first_name: str) -> dict[str, Any]:
    """A row of the history of amendments."""
    return {
        "symbol": own.symbol,
        "orderId": order_id,
        "executionId": reply.get("executionId") if isinstance(reply, Mapping) else Like(int),
        "origClientOrderId": first_name,
        "newClientOrderId": "amended",
        "origQty": money("0.01"),
        "newQty": money("0.008"),
        "time": milliseconds(own.truth(order_id)["updated_time_ns"]),
    }


def taking(trader: Trader) -> Scenario:
    """Orders that match at once."""
    yield trader.place("BUY", "MARKET", quantity="0.02")
    yield trader.place("SELL", "MARKET", quantity="0.015")
    yield trader.place("BUY", "MARKET", quoteOrderQty="500")
    yield trader.place("SELL", "MARKET", quantity="0.01", newOrderRespType="RESULT")
    ask = trader.world.book(SYMBOL)["asks"][0]
    more = str(Decimal(ask[1]) + Decimal("0.1"))
    yield trader.limit("BUY", more, price=money(ask[0]), timeInForce="IOC")
    yield trader.limit("SELL", timeInForce="FOK", quantity="0.01")
    taken = yield trader.limit("SELL", price="59990.00", quantity="0.01", timeInForce="FOK")
    yield trader.query(taken["orderId"])


def waiting(trader: Trader) -> Scenario:
    """Orders that wait for a price, show a part, or never take. They are left open."""
    waits, amount = {"waits": True}, {"quantity": "0.01"}
    limit = {**amount, "timeInForce": "GTC"}
    yield trader.place("BUY", "LIMIT_MAKER", **amount, price=FAR_BID)
    for side, kind, more in (
        ("SELL", "STOP_LOSS", {"stopPrice": "59000.00"}),
        ("SELL", "TAKE_PROFIT", {"stopPrice": "61000.00"}),
        ("SELL", "STOP_LOSS", {"trailingDelta": 100}),
    ):
        yield trader.place(side, kind, note=waits, **amount, **more)
    for side, kind, more in (
        ("SELL", "STOP_LOSS_LIMIT", {"stopPrice": "59000.00", "price": "58990.00"}),
        ("BUY", "TAKE_PROFIT_LIMIT", {"stopPrice": "59000.00", "price": "59010.00"}),
    ):
        yield trader.place(side, kind, note=waits, newOrderRespType="RESULT", **limit, **more)
    reply = yield trader.limit("SELL", quantity="0.05", icebergQty="0.01")
    yield trader.query(reply["orderId"])
    own = trader.own
    yield Step(
        "GET /api/v3/openOrders",
        {"symbol": own.symbol},
        lambda *_: own.listed(own.ids(is_open=True)),
    )


def replacing(trader: Trader) -> Scenario:
    """Cancel and replace: both halves, one, none."""
    own = trader.own
    endpoint = f"POST {ORDER}/cancelReplace"
    first = yield trader.limit("BUY", price="58500.00")
    new = trader.limit("BUY", price="58400.00").params
    gone = first["orderId"]

    def done(reply: Any, _span: Span) -> Any:
        halves = reply if isinstance(reply, Mapping) else {}
        return {
            "cancelResult": "SUCCESS",
            "newOrderResult": "SUCCESS",
            "cancelResponse": own.canceled(gone, halves.get("cancelResponse")),
            "newOrderResponse": own.placed(new, halves.get("newOrderResponse")),
        }

    yield Step(
        endpoint, {**new, "cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrderId": gone}, done
    )
    unknown = {"code": -2011, "msg": "Unknown order sent."}
    stopped = {
        "cancelResult": "FAILURE",
        "newOrderResult": "NOT_ATTEMPTED",
        "cancelResponse": unknown,
        "newOrderResponse": None,
    }
    new_2 = trader.limit("BUY", price="58300.00").params
    yield Step(
        endpoint,
        {**new_2, "cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrderId": gone},
        lambda *_: Refusal(-2022, "Order cancel-replace failed.", 400, stopped),
    )
    new_3 = trader.limit("BUY", price="58200.00").params

    def half(reply: Any, _span: Span) -> Any:
        data = reply.data if isinstance(reply, Refusal) else None
        ids = [int(row["venue_order_id"]) for row in trader.world.orders(own.symbol)]
        own.sent[ids[-1]] = new_3
        placed = own.placement(ids[-1], "FULL")
        expected = {
            "cancelResult": "FAILURE",
            "newOrderResult": "SUCCESS",
            "cancelResponse": unknown,
            "newOrderResponse": placed if data else None,
        }
        return Refusal(-2021, "Order cancel-replace partially failed.", 409, expected)

    yield Step(
        endpoint, {**new_3, "cancelReplaceMode": "ALLOW_FAILURE", "cancelOrderId": gone}, half
    )


def preventing(trader: Trader) -> Scenario:
    """Our own orders would trade with each other."""
    own, world = trader.own, trader.world
    ask = world.book(SYMBOL)["asks"][0]
    world.market({"kind": "set_level", "side": "SELL", "price": ask[0], "quantity": "0"})
    price = money(ask[0])
    maker = yield trader.place("SELL", "LIMIT_MAKER", quantity="0.02", price=price)
    modes = {"selfTradePreventionMode": "EXPIRE_TAKER"}
    ended = {"prevented": "0.01", "status": "EXPIRED_IN_MATCH"}
    step = trader.limit("BUY", price=price, **modes)
    placement = Step(
        step.endpoint,
        {**step.params, "newOrderRespType": "RESULT"},
        lambda reply, _: own.placed({**step.params, "newOrderRespType": "RESULT"}, reply, **ended),
    )
    taker = yield placement
    row = {
        "symbol": own.symbol,
        "preventedMatchId": Like(int),
        "takerOrderId": taker["orderId"],
        "makerSymbol": own.symbol,
        "makerOrderId": maker["orderId"],
        "tradeGroupId": Like(int),
        "selfTradePreventionMode": "EXPIRE_TAKER",
        "price": price,
        "takerPreventedQuantity": money("0.01"),
        "transactTime": milliseconds(own.truth(taker["orderId"])["updated_time_ns"]),
    }
    endpoint = "GET /api/v3/myPreventedMatches"
    by_order = {"symbol": own.symbol, "orderId": taker["orderId"]}
    found = yield Step(endpoint, by_order, lambda *_: [row])
    if isinstance(found, list) and found:
        by_id = {"symbol": own.symbol, "preventedMatchId": found[0]["preventedMatchId"]}
        yield Step(endpoint, by_id, lambda *_: [row])
    yield Step("GET /api/v3/myAllocations", {"symbol": own.symbol}, lambda *_: [])


def refusals(trader: Trader) -> Scenario:
    """What the venue refuses, with its code and text."""
    insufficient = "Account has insufficient balance for requested action."
    unknown = trader.query(0).params | {"orderId": 999_999_999}
    for code, message, step in (
        (-2010, insufficient, trader.limit("BUY", quantity="100")),
        (-1013, "Filter failure: LOT_SIZE", trader.limit("BUY", quantity="0.000001")),
        (-1013, "Filter failure: PRICE_FILTER", trader.limit("BUY", price="59000.001")),
        (-1013, "Filter failure: NOTIONAL", trader.limit("BUY", quantity="0.00001")),
        (
            -2010,
            "Order would immediately match and take.",
            trader.place("BUY", "LIMIT_MAKER", quantity="0.01", price=FAR_ASK),
        ),
        (
            -2010,
            "Order would trigger immediately.",
            trader.place("SELL", "STOP_LOSS", quantity="0.01", stopPrice=FAR_ASK),
        ),
        (-2013, "Order does not exist.", Step(f"GET {ORDER}", unknown, _nothing)),
        (-2011, "Unknown order sent.", Step(f"DELETE {ORDER}", unknown, _nothing)),
        (
            -1121,
            "Invalid symbol.",
            Step("GET /api/v3/openOrders", {"symbol": "NOSUCHUSDT"}, _nothing),
        ),
    ):
        yield trader.refused(code, message, step)


def _nothing(_reply: Any, _span: Span) -> Any:
    return None


def ending(trader: Trader) -> Scenario:
    """Cancel all: one reply with every open order."""
    own = trader.own
    waiting_ids = own.ids(is_open=True)

    def expect(reply: Any, _span: Span) -> Any:
        rows = reply if isinstance(reply, list) else []
        by_id = {row.get("orderId"): row for row in rows}
        shown = [order_id for order_id in by_id if order_id in waiting_ids]
        ids = shown + [order_id for order_id in waiting_ids if order_id not in shown]
        return [own.canceled(order_id, by_id.get(order_id)) for order_id in ids]

    yield Step("DELETE /api/v3/openOrders", {"symbol": own.symbol}, expect)
    yield Step("GET /api/v3/openOrders", {}, lambda *_: [])
