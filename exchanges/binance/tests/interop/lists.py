"""Order lists: OCO, OTO and OTOCO from placement to their ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .checks import Like, Within
from .market import Span, milliseconds
from .orders import FAR_ASK, FAR_BID, SYMBOL, Trader
from .steering import World
from .steps import Scenario, Step

LIST = "/api/v3/orderList"
QUANTITY = "0.01"
SELL = {"side": "SELL", "quantity": QUANTITY}
LIFE_MS = 60_000  # longer than any list here lives
# Near enough that a trade there triggers no stop of another list.
NEAR_ASK = "60050.00"
ABOVE = {"aboveType": "LIMIT_MAKER", "abovePrice": NEAR_ASK}
BELOW = {
    "belowType": "STOP_LOSS_LIMIT",
    "belowStopPrice": FAR_BID,
    "belowPrice": "58990.00",
    "belowTimeInForce": "GTC",
}
WORKING = {
    "workingType": "LIMIT",
    "workingSide": "BUY",
    "workingPrice": FAR_BID,
    "workingQuantity": QUANTITY,
    "workingTimeInForce": "GTC",
}


class Lists:
    """Makes steps about order lists of one world."""

    def __init__(self, trader: Trader) -> None:
        self.trader = trader
        self.own = trader.own
        self.placed: list[dict[str, Any]] = []

    def place(self, kind: str, contingency: str, name: str, params: Mapping[str, Any]) -> Step:
        """A placement with a name for the list and one for each leg."""
        legs = sorted({key for key in (_leg(name) for name in params) if key})
        named = {f"{leg}ClientOrderId": f"{name}-{leg}" for leg in legs}
        whole = {"symbol": SYMBOL, "newOrderRespType": "RESULT", **params, **named}
        sent = {named[f"{leg}ClientOrderId"]: _order(leg, whole) for leg in legs}
        return self._placement(f"POST {LIST}/{kind}", contingency, name, whole, sent)

    def place_older(self, name: str) -> Step:
        """An OCO by the older request, which names its legs limit and stop."""
        shared = {"symbol": SYMBOL, "side": "SELL", "quantity": QUANTITY}
        legs = {
            "limitClientOrderId": f"{name}-limit",
            "price": FAR_ASK,
            "stopClientOrderId": f"{name}-stop",
            "stopPrice": FAR_BID,
            "stopLimitPrice": "58990.00",
            "stopLimitTimeInForce": "GTC",
        }
        limit = {"type": "LIMIT_MAKER", "side": "SELL", "price": FAR_ASK, "pending": False}
        stop = {
            "type": "STOP_LOSS_LIMIT",
            "side": "SELL",
            "price": "58990.00",
            "stopPrice": FAR_BID,
            "timeInForce": "GTC",
            "pending": False,
        }
        sent = {f"{name}-limit": limit, f"{name}-stop": stop}
        whole = shared | legs | {"newOrderRespType": "RESULT"}
        return self._placement("POST /api/v3/order/oco", "OCO", name, whole, sent)

    def _placement(
        self,
        endpoint: str,
        contingency: str,
        name: str,
        whole: Mapping[str, Any],
        sent: Mapping[str, Mapping[str, Any]],
    ) -> Step:
        def expect(reply: Any, _span: Span) -> Any:
            if not isinstance(reply, Mapping) or "orderListId" not in reply:
                return {"orderListId": Like(int)}
            row = self._row(reply, contingency, name, sent)
            self.placed.append(row)
            reports = [self.own.placement(one["orderId"], "RESULT") for one in row["orders"]]
            created = row["transactionTime"].low
            return row | {"transactionTime": created, "orderReports": reports}

        return Step(endpoint, {"listClientOrderId": name, **whole}, expect)

    def _row(
        self, reply: Any, contingency: str, name: str, sent: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        """The list without its reports; its orders in the order of the reply."""
        rows = self.own.world.orders(SYMBOL)
        ids = {row["client_order_id"]: int(row["venue_order_id"]) for row in rows}
        shown = [row.get("clientOrderId") for row in reply.get("orders", [])]
        ordered = [one for one in shown if one in sent] + [one for one in sent if one not in shown]
        for client_id in ordered:
            leg = sent[client_id]
            self.own.sent[ids[client_id]] = leg
            notes = {"listId": reply["orderListId"]}
            if leg["pending"] or "stopPrice" in leg:
                notes["waits"] = True
            if leg["pending"]:
                notes["status"] = "PENDING_NEW"
            self.own.note(ids[client_id], **notes)
        created = milliseconds(self.own.truth(ids[ordered[0]])["created_time_ns"])
        return {
            "orderListId": reply["orderListId"],
            "contingencyType": contingency,
            "listStatusType": "EXEC_STARTED",
            "listOrderStatus": "EXECUTING",
            "listClientOrderId": name,
            # Of a list that has changed documents do not say which time a query tells.
            "transactionTime": Within(created, created + LIFE_MS),
            "symbol": SYMBOL,
            "orders": [
                {"symbol": SYMBOL, "orderId": ids[one], "clientOrderId": one} for one in ordered
            ],
        }

    def query(self, row: Mapping[str, Any], *, by_name: bool = False) -> Step:
        """A query by id or by name."""
        by = (
            {"origClientOrderId": row["listClientOrderId"]}
            if by_name
            else {"orderListId": row["orderListId"]}
        )
        return Step(f"GET {LIST}", by, lambda *_: row)

    def cancel(self, row: dict[str, Any]) -> Step:
        """A cancel of the whole list."""

        def expect(reply: Any, _span: Span) -> Any:
            by_id = {}
            if isinstance(reply, Mapping):
                by_id = {one.get("orderId"): one for one in reply.get("orderReports", [])}
            ids = [one["orderId"] for one in row["orders"]]
            for order_id in ids:
                self.own.note(order_id, status="CANCELED")
            shown = [one for one in by_id if one in ids]
            ordered = shown + [one for one in ids if one not in shown]
            reports = [self.own.canceled(one, by_id.get(one)) for one in ordered]
            updated = milliseconds(self.own.truth(ids[0])["updated_time_ns"])
            row.update(listStatusType="ALL_DONE", listOrderStatus="ALL_DONE")
            return row | {
                "transactionTime": updated,
                "orders": Like(list),
                "orderReports": reports,
            }

        return Step(f"DELETE {LIST}", {"symbol": SYMBOL, "orderListId": row["orderListId"]}, expect)


def _leg(parameter: str) -> str:
    for leg in ("pendingAbove", "pendingBelow", "working", "pending", "above", "below"):
        if parameter.startswith(leg) and parameter not in ("pendingSide", "pendingQuantity"):
            return leg
    return ""


def _order(leg: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """A leg as a single order would have been sent."""
    own = {name.removeprefix(leg): value for name, value in params.items() if _leg(name) == leg}
    sent = {name[0].lower() + name[1:]: value for name, value in own.items()}
    shared = "pending" if leg.startswith("pending") else ""
    side = sent.get("side") or params.get(f"{shared}Side" if shared else "side")
    return {**sent, "side": side, "pending": leg.startswith("pending")}


def requests(world: World) -> Scenario:
    """Every request about order lists."""
    lists = Lists(Trader(world))
    yield lists.place("oco", "OCO", "oco-sell", SELL | ABOVE | BELOW)
    buy = {
        "side": "BUY",
        "quantity": QUANTITY,
        "aboveType": "STOP_LOSS",
        "aboveStopPrice": FAR_ASK,
        "belowType": "LIMIT_MAKER",
        "belowPrice": FAR_BID,
    }
    yield lists.place("oco", "OCO", "oco-buy", buy)
    waits_for_profit = {
        "aboveType": "TAKE_PROFIT_LIMIT",
        "aboveStopPrice": "60900.00",
        "abovePrice": FAR_ASK,
        "aboveTimeInForce": "GTC",
    }
    yield lists.place("oco", "OCO", "oco-both", SELL | waits_for_profit | BELOW)
    pending = {"pendingSide": "SELL", "pendingQuantity": QUANTITY}
    yield lists.place(
        "oto",
        "OTO",
        "oto",
        WORKING
        | pending
        | {"pendingType": "LIMIT", "pendingPrice": FAR_ASK, "pendingTimeInForce": "GTC"},
    )
    pair = {f"pending{name[0].upper()}{name[1:]}": value for name, value in (ABOVE | BELOW).items()}
    yield lists.place("otoco", "OTO", "otoco", WORKING | pending | pair)
    yield from _ends(lists)


def _ends(lists: Lists) -> Scenario:
    placed = lists.placed
    for row in placed:
        yield lists.query(row)
    if placed:
        yield lists.query(placed[0], by_name=True)
    yield Step("GET /api/v3/openOrderList", {}, lambda *_: placed)
    for row in placed[3:]:
        yield lists.cancel(row)
    still_open = placed[1:3]
    before = len(placed)
    yield lists.place_older("older")  # now that there is room for one more stop
    still_open += placed[before:]
    if placed:
        yield from _fill_one_leg(lists, placed[0])
    yield Step("GET /api/v3/openOrderList", {}, lambda *_: still_open)
    own = lists.own
    yield Step("GET /api/v3/allOrders", {"symbol": SYMBOL}, lambda *_: own.listed(own.ids()))
    yield Step("GET /api/v3/allOrderList", {}, lambda *_: placed)


def _fill_one_leg(lists: Lists, row: dict[str, Any]) -> Scenario:
    """A fill of the limit leg ends the other one."""
    own = lists.own
    legs = {own.sent[one["orderId"]]["type"]: one["orderId"] for one in row["orders"]}
    own.world.fill(legs["LIMIT_MAKER"])
    own.world.market({"kind": "move", "middle": "60000"})
    own.note(legs["STOP_LOSS_LIMIT"], reason="OCO_TRIGGER")
    row.update(listStatusType="ALL_DONE", listOrderStatus="ALL_DONE")
    yield lists.query(row)
    yield lists.trader.query(legs["LIMIT_MAKER"])
    yield lists.trader.query(legs["STOP_LOSS_LIMIT"])
