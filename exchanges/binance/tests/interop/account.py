"""What private requests must answer, worked out from the truth about orders, fills and funds.

The truth knows an order's state; what it was asked to be is what was sent, so both are kept here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .checks import Like, Matcher, Maybe, OneOf, Within
from .market import Span, milliseconds, money
from .steering import World

DEFAULT_PREVENTION = "EXPIRE_MAKER"
# What the venue says of an order that ended by itself. Source: enums page, "Expiry reason".
EXPIRY = {"IOC": "UNFILLED_IOC_QUANTITY_EXPIRED", "FOK": "UNFILLED_FOK_ORDER_EXPIRED"}
NOTHING = money(0)
LAST_DIGIT = Decimal("1e-8")


@dataclass
class Own:
    """Our orders on one symbol: what was sent, by order id, and what became of it since.

    Attributes:
        notes: What the truth does not tell: ``status`` as the wire has it, ``listId``, ``cancelId``,
            ``prevented``, and ``waits`` for a stop that has not triggered.
    """

    world: World
    symbol: str = "BTCUSDT"
    sent: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    notes: dict[int, dict[str, Any]] = field(default_factory=dict)

    def truth(self, order_id: int) -> Any:
        """The order as the venue knows it."""
        rows = self.world.orders(self.symbol)
        return next(row for row in rows if row["venue_order_id"] == str(order_id))

    def note(self, order_id: int, **notes: Any) -> None:
        """Remember what happened to an order."""
        self.notes.setdefault(order_id, {}).update(notes)

    def ids(self, *, is_open: bool = False) -> list[int]:
        """Ids of all orders, or of the open ones, rising."""
        rows = self.world.orders(self.symbol)
        states = ("NEW", "PARTIALLY_FILLED", "PENDING_NEW")
        return [
            int(row["venue_order_id"]) for row in rows if not is_open or row["status"] in states
        ]

    # ------------------------------------------------------------ replies about one order

    def placed(self, params: Mapping[str, Any], reply: Any, **notes: Any) -> Any:
        """The reply to a placement, in the form that was asked for."""
        order_id = reply.get("orderId") if isinstance(reply, Mapping) else None
        if not isinstance(order_id, int):
            return {"orderId": Like(int)}
        self.sent[order_id] = params
        self.note(order_id, **notes)
        by_default = "FULL" if params["type"] in ("LIMIT", "MARKET") else "ACK"
        return self.placement(order_id, params.get("newOrderRespType", by_default))

    def placement(self, order_id: int, form: str) -> dict[str, Any]:
        """A placed order, as ACK, RESULT or FULL."""
        truth = self.truth(order_id)
        row = {**self.names(order_id), "transactTime": milliseconds(truth["created_time_ns"])}
        if form == "ACK":
            return row
        row |= self.state(order_id) | self.conditional(order_id)
        row["workingTime"] = self.working_time(order_id)
        if form == "FULL":
            row["fills"] = [
                {
                    "price": money(fill["price"]),
                    "qty": money(fill["quantity"]),
                    "commission": money(fill["fee"]),
                    "commissionAsset": fill["fee_currency"],
                    "tradeId": int(fill["trade_id"]),
                }
                for fill in self.fills(order_id)
            ]
        return row

    def canceled(self, order_id: int, reply: Any, cancel_id: str | None = None) -> dict[str, Any]:
        """The reply to a cancel. Its id stands in for the order's from now on."""
        truth = self.truth(order_id)
        given = reply.get("clientOrderId") if isinstance(reply, Mapping) else None
        self.note(order_id, cancelId=cancel_id or given)
        row = self.names(order_id) | self.state(order_id) | self.conditional(order_id)
        return row | {
            "origClientOrderId": truth["client_order_id"],
            "clientOrderId": cancel_id or Like(str),
            "transactTime": milliseconds(truth["updated_time_ns"]),
            "status": "CANCELED",
            # Shown by some examples of the documents, left out by others.
            "workingTime": Maybe(self.working_time(order_id)),
        }

    def queried(self, order_id: int) -> dict[str, Any]:
        """The reply to a query."""
        truth, sent = self.truth(order_id), self.sent.get(order_id, {})
        waits = self.notes.get(order_id, {}).get("waits", False)
        return (
            self.conditional(order_id)
            | self.names(order_id)
            | self.state(order_id)
            | {
                "stopPrice": money(sent.get("stopPrice", 0)),
                "icebergQty": money(sent.get("icebergQty", 0)),
                "time": milliseconds(truth["created_time_ns"]),
                "updateTime": milliseconds(truth["updated_time_ns"]),
                # Of an order that has ended without ever resting documents say nothing.
                "isWorking": Like(bool) if waits and self._has_ended(order_id) else not waits,
                "workingTime": self.working_time(order_id),
            }
        )

    def listed(self, ids: Iterable[int]) -> list[Any]:
        """Replies to a query of several."""
        return [self.queried(order_id) for order_id in ids]

    def amended(self, order_id: int, before: str, new_id: str, quantity: str) -> dict[str, Any]:
        """The reply to an amendment."""
        state, truth = self.state(order_id), self.truth(order_id)
        return {
            "transactTime": milliseconds(truth["updated_time_ns"]),
            "executionId": Like(int),
            "amendedOrder": {
                **self.names(order_id),
                "origClientOrderId": before,
                "clientOrderId": new_id,
                "price": state["price"],
                "qty": money(quantity),
                "executedQty": state["executedQty"],
                "preventedQty": NOTHING,
                "quoteOrderQty": NOTHING,
                "cumulativeQuoteQty": state["cummulativeQuoteQty"],
                "status": state["status"],
                "timeInForce": state["timeInForce"],
                "type": state["type"],
                "side": state["side"],
                "workingTime": self.working_time(order_id),
                "selfTradePreventionMode": state["selfTradePreventionMode"],
                **self.conditional(order_id),
            },
        }

    # ------------------------------------------------------------ parts

    def names(self, order_id: int) -> dict[str, Any]:
        """Whose and which order it is."""
        notes = self.notes.get(order_id, {})
        own_id = self.truth(order_id)["client_order_id"]
        return {
            "symbol": self.symbol,
            "orderId": order_id,
            "orderListId": notes.get("listId", -1),
            "clientOrderId": notes.get("cancelId") or own_id,
        }

    def state(self, order_id: int) -> dict[str, Any]:
        """How far the order is, and what it was asked to be."""
        truth, sent = self.truth(order_id), self.sent.get(order_id, {})
        kind = sent.get("type", "LIMIT")
        return {
            "price": money(sent.get("price", 0)),
            "origQty": money(truth["quantity"]),
            "executedQty": money(truth["filled_quantity"]),
            "origQuoteOrderQty": money(sent.get("quoteOrderQty", 0)),
            "cummulativeQuoteQty": money(truth["filled_notional"]),
            "status": self.notes.get(order_id, {}).get("status", truth["status"]),
            "timeInForce": sent.get("timeInForce", "GTC"),
            "type": kind,
            "side": truth["side"],
            "selfTradePreventionMode": sent.get("selfTradePreventionMode", DEFAULT_PREVENTION),
        }

    def conditional(self, order_id: int) -> dict[str, Any]:
        """What only some orders have."""
        sent, notes = self.sent.get(order_id, {}), self.notes.get(order_id, {})
        row: dict[str, Any] = {
            name: money(sent[name]) for name in ("stopPrice", "icebergQty") if name in sent
        }
        row |= {name: int(sent[name]) for name in ("strategyId", "strategyType") if name in sent}
        if "trailingDelta" in sent:
            row |= {"trailingDelta": int(sent["trailingDelta"]), "trailingTime": Like(int)}
        if "prevented" in notes:
            row |= {
                "preventedQuantity": money(notes["prevented"]),
                "preventedMatchId": Maybe(Like(int)),
            }
        if self.state(order_id)["status"] == "EXPIRED":
            by_force = EXPIRY.get(sent.get("timeInForce", ""), "INSUFFICIENT_LIQUIDITY")
            row["expiryReason"] = notes.get("reason", by_force)
        if self.state(order_id)["status"] == "EXPIRED_IN_MATCH":
            row["expiryReason"] = Maybe(Like(str))
        return row

    def working_time(self, order_id: int) -> Any:
        """When it came into the book; -1 while it has not."""
        notes = self.notes.get(order_id, {})
        if notes.get("waits"):
            return -1
        created = milliseconds(self.truth(order_id)["created_time_ns"])
        if "triggered" in notes:
            return Within(created, notes["triggered"] + 1)
        is_expired = self.truth(order_id)["status"] == "EXPIRED"
        return OneOf((created, -1)) if is_expired else created

    def fills(self, order_id: int | None = None) -> list[Any]:
        """Fills of one order or of all, oldest first."""
        rows = self.world.fills(self.symbol)
        return [row for row in rows if order_id is None or row["venue_order_id"] == str(order_id)]

    def _has_ended(self, order_id: int) -> bool:
        return order_id not in self.ids(is_open=True)

    # ------------------------------------------------------------ replies about the account

    def trades(self, fills: Iterable[Mapping[str, Any]]) -> list[Any]:
        """Our own trades."""
        return [self._trade(fill) for fill in fills]

    def _trade(self, fill: Mapping[str, Any]) -> dict[str, Any]:
        order_id = int(fill["venue_order_id"])
        exact = Decimal(fill["price"]) * Decimal(fill["quantity"])
        return {
            "symbol": self.symbol,
            "id": int(fill["trade_id"]),
            "orderId": order_id,
            "orderListId": self.notes.get(order_id, {}).get("listId", -1),
            "price": money(fill["price"]),
            "qty": money(fill["quantity"]),
            "quoteQty": money(exact),
            "commission": money(fill["fee"]),
            "commissionAsset": fill["fee_currency"],
            "time": milliseconds(fill["venue_time_ns"]),
            "isBuyer": fill["side"] == "BUY",
            "isMaker": fill["liquidity"] == "MAKER",
            "isBestMatch": True,
        }


def account(world: World, reply: Any, span: Span, *, omits_zero: bool = False) -> dict[str, Any]:
    """The account. Balances come in an order that documents leave open: it is the reply's."""
    held = world.balances()
    if omits_zero:
        held = {n: r for n, r in held.items() if Decimal(r["available"]) + Decimal(r["locked"])}
    shown = reply.get("balances", []) if isinstance(reply, Mapping) else []
    order = [row["asset"] for row in shown if row["asset"] in held]
    order += [name for name in held if name not in order]
    return {
        **dict.fromkeys(("makerCommission", "takerCommission"), Like(int)),
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": rates(world),
        **dict.fromkeys(("canTrade", "canWithdraw", "canDeposit"), True),
        "brokered": False,
        "requireSelfTradePrevention": Like(bool),
        "preventSor": Like(bool),
        "updateTime": Within(0, span.end_ms + 1),
        "accountType": "SPOT",
        "balances": [balance(held[name]) for name in order],
        "permissions": ["SPOT"],
        "uid": Like(int),
    }


def balance(row: Mapping[str, Any]) -> dict[str, str]:
    """Funds in one currency."""
    return {
        "asset": row["currency"],
        "free": money(row["available"]),
        "locked": money(row["locked"]),
    }


def rates(world: World) -> dict[str, Any]:
    """Standard rates: what was really taken from fills, where there are some."""
    return {
        "maker": Rate(world, "MAKER"),
        "taker": Rate(world, "TAKER"),
        "buyer": NOTHING,
        "seller": NOTHING,
    }


@dataclass(frozen=True)
class Rate(Matcher):
    """A commission rate by which every fill of ours can be explained."""

    world: World
    liquidity: str

    def matches(self, actual: Any) -> bool:
        """Whether fees of all fills are this rate of what was received."""
        if not isinstance(actual, str | float):
            return False
        rate = Decimal(str(actual))
        fills = [row for row in self.world.fills() if row["liquidity"] == self.liquidity]
        return all(abs(self._received(f) * rate - Decimal(f["fee"])) <= LAST_DIGIT for f in fills)

    @staticmethod
    def _received(fill: Mapping[str, Any]) -> Decimal:
        quantity = Decimal(fill["quantity"])
        return quantity if fill["side"] == "BUY" else quantity * Decimal(fill["price"])
