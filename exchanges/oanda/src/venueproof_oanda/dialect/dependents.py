"""Orders that close one trade: made by its fill or for it, and gone with it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from venueproof_core.models import OrderType, Side, TimeInForce
from venueproof_oanda.dialect.hours import day_end_ns
from venueproof_oanda.dialect.order_requests import DEPENDENT, number
from venueproof_oanda.dialect.transactions import SPEC, Spec, spec_of
from venueproof_oanda.dialect.wire import price, read_time
from venueproof_simulator.quoting import TERMS, MarginTrade, Terms
from venueproof_simulator.quoting.terms import terms_of
from venueproof_simulator.venue_core import OrderState, Refused, SubmitOrder

if TYPE_CHECKING:
    from venueproof_oanda.dialect.venue import OandaDialect

Row = dict[str, Any]


class Dependents:
    """Finds trades and the orders that follow them, and makes those that a fill is to make."""

    def __init__(self, dialect: OandaDialect) -> None:
        self._dialect = dialect
        self._core = dialect.core

    def trade(self, account: str, spec: str) -> MarginTrade | None:
        """A trade by its id, or an open one by ``@`` and its client's id."""
        ledger = self._dialect.transactions
        if spec.startswith("@"):
            for trade in self._core.margin_trades(account):
                extensions = ledger.linked[trade.trade_id].extensions or {}
                if trade.is_open and extensions.get("id") == spec[1:]:
                    return trade
            return None
        wanted = ledger.accounts[account].trades.get(spec)
        trades = self._core.margin_trades(account) if wanted is not None else ()
        return next((trade for trade in trades if trade.trade_id == wanted), None)

    def of(self, trade: MarginTrade) -> dict[str, OrderState]:
        """Open orders of a trade, by type."""
        return {
            spec_of(order).kind: order
            for order in self._core.open_orders(trade.account, trade.symbol)
            if terms_of(order).trade_id == trade.trade_id and spec_of(order).kind in DEPENDENT
        }

    def find(self, trade_id: int, kind: str) -> int | None:
        """Core id of a trade's open order of a type."""
        for name in self._dialect.transactions.accounts:
            for order in self._core.open_orders(name):
                if terms_of(order).trade_id == trade_id and spec_of(order).kind == kind:
                    return order.order_id
        return None

    def on_fill(self, order: OrderState, trade: MarginTrade, fill: Row) -> None:
        """Make what the order wanted for the trade that it has opened."""
        asked = spec_of(order).fields
        for kind, name in DEPENDENT.items():
            details = asked.get(f"{name}OnFill")
            if details is None:
                continue
            # Another order of the same ladder may have closed the trade already.
            with suppress(Refused):
                request = self._request(kind, trade, details, fill)
                self._core.submit(request, time_ns=self._dialect.world.stamps.time_ns())

    def _request(self, kind: str, trade: MarginTrade, details: Row, fill: Row) -> SubmitOrder:
        side = Side.SELL if trade.units > 0 else Side.BUY
        sign = -1 if side is Side.SELL else 1
        stop = number(details["price"]) if "price" in details else None
        trail = None
        if stop is None:
            distance = number(details["distance"]) or 0
            stop = trade.price + sign * distance
            trail = distance if kind == "TRAILING_STOP_LOSS" else None
        tick = self._core.instruments[trade.symbol].tick_size
        stop = stop // tick * tick
        fields: Row = {"tradeID": fill["id"], "triggerCondition": "DEFAULT", **details}
        if kind != "TRAILING_STOP_LOSS":
            fields["price"] = price(trade.symbol, stop)
        extensions = details.get("clientExtensions")
        notes = {"reason": "ON_FILL", "orderFillTransactionID": fill["id"]}
        word = details.get("timeInForce", "GTC")
        now_ns = self._dialect.world.stamps.time_ns()
        expires_ns = day_end_ns(now_ns) if word == "GFD" else read_time(details.get("gtdTime", ""))
        terms = Terms(
            trade_id=trade.trade_id,
            trailing_distance=trail,
            expires_time_ns=expires_ns if word != "GTC" else None,
        )
        return SubmitOrder(
            account=trade.account,
            symbol=trade.symbol,
            side=side,
            order_type=OrderType.TAKE_PROFIT if kind == "TAKE_PROFIT" else OrderType.STOP,
            client_order_id=extensions.get("id", "") if extensions else "",
            stop_price=stop,
            time_in_force=TimeInForce.DAY if word == "GFD" else TimeInForce(word),
            attributes={TERMS: terms, SPEC: Spec(kind=kind, fields=fields, notes=notes)},
        )
