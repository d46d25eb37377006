"""Every account's transactions: one list each, numbered without a hole, made from the log of the core.

Source: https://developer.oanda.com/rest-live-v20/transaction-df/
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec

from venueproof_core.models import OrderType, Side, TimeInForce
from venueproof_oanda.dialect import pricing
from venueproof_oanda.dialect.listings import HOME, TERMS_OF
from venueproof_oanda.dialect.wire import fixed, money, plain, price, rfc3339
from venueproof_simulator.quoting import (
    OrderFilled,
    Origin,
    PositionFill,
    TradeChanged,
    TradeEvent,
)
from venueproof_simulator.quoting.terms import terms_of
from venueproof_simulator.venue_core import (
    SCALE,
    BalanceChanged,
    CoreEvent,
    ExpiryReason,
    OrderChanged,
    OrderEvent,
    OrderState,
)

if TYPE_CHECKING:
    from venueproof_oanda.dialect.venue import OandaDialect

Row = dict[str, Any]
SPEC = "spec"
"""Key of an order's attributes under which its ``Spec`` stands."""


class Noted(CoreEvent):
    """A transaction that changes nothing in the core: a reject, new client extensions, a setting."""

    account: str
    kind: str
    fields: Row


class Spec(msgspec.Struct, kw_only=True):
    """An order as it was asked for.

    Attributes:
        kind: ``MARKET``, ``LIMIT`` and so on.
        fields: Of the create transaction and of the order alike.
        notes: Of the create transaction alone: its reason, what it replaces or closes.
        replaced_by_next: Its cancel is the first half of a replacement.
    """

    kind: str
    fields: Row
    notes: Row
    replaced_by_next: bool = False


class Linked(msgspec.Struct):
    """What of a trade the core does not know: how the venue and the client name it, and what closed it."""

    number: str
    extensions: Row | None = None
    closed_by: list[str] = []
    closed_units: int = 0
    closed_raw: int = 0


_REASONS = {
    ExpiryReason.NO_LIQUIDITY: "INSUFFICIENT_LIQUIDITY",
    ExpiryReason.IOC_REMAINDER: "INSUFFICIENT_LIQUIDITY",
    ExpiryReason.FOK_UNFILLABLE: "INSUFFICIENT_LIQUIDITY",
    ExpiryReason.INSUFFICIENT_MARGIN: "INSUFFICIENT_MARGIN",
    ExpiryReason.MARKET_CLOSED: "MARKET_HALTED",
    ExpiryReason.TRADE_CLOSED: "LINKED_TRADE_CLOSED",
    ExpiryReason.TIME_IN_FORCE: "TIME_IN_FORCE_EXPIRED",
}
_ORIGINS = {
    Origin.CLIENT: "MARKET_ORDER",
    Origin.TRADE_CLOSE: "MARKET_ORDER_TRADE_CLOSE",
    Origin.POSITION_CLOSE: "MARKET_ORDER_POSITION_CLOSEOUT",
    Origin.MARGIN_CLOSEOUT: "MARKET_ORDER_MARGIN_CLOSEOUT",
}


class AccountLog:
    """One account's transactions; the one with id ``n`` stands at place ``n - 1``."""

    def __init__(self, name: str, account_id: str) -> None:
        self.name = name
        self.account_id = account_id
        self.user_id = int(account_id.split("-")[2])
        self.rows: list[Row] = []
        self.orders: dict[str, int] = {}
        self.trades: dict[str, int] = {}
        self.request_id: str | None = None
        self.batch_id: str | None = None
        self.sent = 0
        self.alias = "Primary"
        self.margin_rate = "0.02"

    @property
    def last_id(self) -> str:
        """Id of the newest transaction."""
        return str(len(self.rows))

    def add(self, kind: str, time_ns: int, fields: Row) -> Row:
        """One more transaction, of the batch that is under way."""
        number = str(len(self.rows) + 1)
        self.batch_id = self.batch_id or number
        row: Row = {
            "id": number,
            "accountID": self.account_id,
            "userID": self.user_id,
            "batchID": self.batch_id,
        }
        if self.request_id is not None:
            row["requestID"] = self.request_id
        self.rows.append({**row, "time": rfc3339(time_ns), "type": kind, **fields})
        return self.rows[-1]


class Transactions:
    """Reads the core's log, and writes what the venue would write."""

    def __init__(self, dialect: OandaDialect) -> None:
        self._dialect = dialect
        self._core = dialect.core
        self._read = 0
        self.accounts: dict[str, AccountLog] = {}
        self.fill_ids: dict[int, str] = {}
        self.order_ids: dict[int, str] = {}
        self.linked: dict[int, Linked] = {}
        # By the core's ids of orders.
        self.fills: dict[int, Row] = {}
        self.cancels: dict[int, Row] = {}

    def note(self, account: str, kind: str, fields: Row) -> Row:
        """Write a transaction of which the core knows nothing, and return it."""
        self.catch_up()
        log, time_ns = self._core.log, self._dialect.world.stamps.time_ns()
        log.append(Noted(len(log) + 1, time_ns, account, kind, fields))
        self.catch_up()
        return self.accounts[account].rows[-1]

    def catch_up(self) -> None:
        """Write down all that has happened since the last time."""
        log = self._core.log
        while self._read < len(log):
            event = log[self._read]
            self._read += 1
            if isinstance(event, OrderChanged):
                self._on_order(event)
            elif isinstance(event, OrderFilled):
                self._on_fill(event)
            elif isinstance(event, TradeChanged) and event.kind is TradeEvent.FINANCED:
                self._on_financing(event)
            elif isinstance(event, BalanceChanged) and event.delta:
                self._on_transfer(event)
            elif isinstance(event, Noted):
                self.accounts[event.account].add(event.kind, event.time_ns, event.fields)

    def since(self, account: str, place: int) -> list[Row]:
        """An account's transactions after that one."""
        return self.accounts[account].rows[place:]

    # ------------------------------------------------------------ orders

    def _on_order(self, event: OrderChanged) -> None:
        order, log = event.order, self.accounts[event.order.account]
        if event.kind is OrderEvent.ACCEPTED:
            spec = spec_of(order)
            is_batch_of_its_own = (
                log.request_id is None and "orderFillTransactionID" not in spec.notes
            )
            if is_batch_of_its_own:
                log.batch_id = None
            row = log.add(f"{spec.kind}_ORDER", event.time_ns, {**spec.fields, **spec.notes})
            self.order_ids[order.order_id] = row["id"]
            log.orders[row["id"]] = order.order_id
        elif event.kind in (OrderEvent.CANCELED, OrderEvent.EXPIRED):
            if log.request_id is None and event.reason is not ExpiryReason.TRADE_CLOSED:
                log.batch_id = None
            spec, fields = spec_of(order), self._names(order)
            fields["reason"] = _cancel_reason(event)
            if spec.replaced_by_next:
                fields["replacedByOrderID"] = str(len(log.rows) + 2)
            self.cancels[order.order_id] = log.add("ORDER_CANCEL", event.time_ns, fields)

    def _names(self, order: OrderState) -> Row:
        fields: Row = {"orderID": self.order_ids[order.order_id]}
        if order.client_order_id:
            fields["clientOrderID"] = order.client_order_id
        return fields

    # ------------------------------------------------------------ fills

    def _on_fill(self, event: OrderFilled) -> None:
        order, log = event.order, self.accounts[event.order.account]
        if log.request_id is None:
            log.batch_id = None
        number = str(len(log.rows) + 1)
        fields = self._fill_fields(event)
        opened = None
        for part in self._parts(event):
            if part.kind is TradeEvent.OPENED:
                opened = part
                fields["tradeOpened"] = self._opened(part, number, spec_of(order), event)
                log.trades[number] = part.trade.trade_id
            else:
                self._closed(part, number, event, fields)
        row = log.add("ORDER_FILL", event.time_ns, fields)
        self.fill_ids[event.sequence] = number
        self.fills[order.order_id] = row
        if opened is not None:
            self._dialect.dependents.on_fill(order, opened.trade, row)

    def _parts(self, event: OrderFilled) -> Iterable[TradeChanged]:
        for place in range(event.sequence, len(self._core.log)):
            part = self._core.log[place]
            if not isinstance(part, TradeChanged):
                return
            yield part

    def _fill_fields(self, event: OrderFilled) -> Row:
        order, symbol, ladder = event.order, event.order.symbol, event.ladder
        sign = 1 if order.side is Side.BUY else -1
        gain, loss = pricing.factors(self._core, symbol)
        spread = (ladder.ask or event.price) - (ladder.bid or event.price)
        return {
            **self._names(order),
            "instrument": TERMS_OF[symbol].name,
            "units": plain(sign * event.quantity),
            "requestedUnits": plain(sign * order.quantity),
            "price": price(symbol, event.price),
            "fullVWAP": price(symbol, event.price),
            "fullPrice": pricing.full_price(symbol, ladder, event.time_ns),
            "reason": _fill_reason(order),
            "pl": money(event.profit),
            "quotePL": "0",
            "financing": "0.0000",
            "baseFinancing": "0",
            "commission": money(event.commission),
            "accountBalance": money(event.balance),
            "gainQuoteHomeConversionFactor": gain,
            "lossQuoteHomeConversionFactor": loss,
            "guaranteedExecutionFee": "0.0000",
            "quoteGuaranteedExecutionFee": "0",
            "homeConversionFactors": {
                "gainQuoteHome": {"factor": gain},
                "lossQuoteHome": {"factor": loss},
            },
            "halfSpreadCost": self._half_spread(symbol, event.quantity, spread),
        }

    def _half_spread(self, symbol: str, units: int, spread: int) -> str:
        cost = self._core.prices.home_rate(symbol) * Fraction(abs(units) * spread, 2 * SCALE)
        return fixed(round(cost), 4)

    def _opened(self, part: TradeChanged, number: str, spec: Spec, event: OrderFilled) -> Row:
        trade, ladder = part.trade, event.ladder
        extensions = spec.fields.get("tradeClientExtensions")
        self.linked[trade.trade_id] = Linked(number, extensions, [])
        spread = (ladder.ask or part.price) - (ladder.bid or part.price)
        opened: Row = {
            "tradeID": number,
            "units": plain(part.units),
            "price": price(trade.symbol, part.price),
            "guaranteedExecutionFee": "0.0000",
            "quoteGuaranteedExecutionFee": "0",
            "halfSpreadCost": self._half_spread(trade.symbol, part.units, spread),
            "initialMarginRequired": fixed(trade.initial_margin, 4),
        }
        return {**opened, "clientExtensions": extensions} if extensions else opened

    def _closed(self, part: TradeChanged, number: str, event: OrderFilled, fields: Row) -> None:
        trade, linked = part.trade, self.linked[part.trade.trade_id]
        linked.closed_by = [*linked.closed_by, number]
        linked.closed_units += abs(part.units)
        linked.closed_raw += abs(part.units) * part.price
        spread = (event.ladder.ask or part.price) - (event.ladder.bid or part.price)
        reduced = {
            "tradeID": linked.number,
            "units": plain(part.units),
            "price": price(trade.symbol, part.price),
            "realizedPL": money(part.profit),
            "financing": "0.0000",
            "baseFinancing": "0",
            "guaranteedExecutionFee": "0.0000",
            "quoteGuaranteedExecutionFee": "0",
            "halfSpreadCost": self._half_spread(trade.symbol, part.units, spread),
        }
        if part.kind is TradeEvent.CLOSED:
            fields.setdefault("tradesClosed", []).append(reduced)
        else:
            fields["tradeReduced"] = reduced

    # ------------------------------------------------------------ money

    def _on_transfer(self, event: BalanceChanged) -> None:
        log = self.accounts[event.account]
        log.batch_id = None
        fields = {
            "amount": money(event.delta),
            "fundingReason": "CLIENT_FUNDING",
            "accountBalance": money(event.available),
        }
        time_ns = event.time_ns or self._dialect.world.stamps.time_ns()
        log.add("TRANSFER_FUNDS", time_ns, fields)

    def _on_financing(self, event: TradeChanged) -> None:
        name, parts = event.trade.account, [event]
        while self._read < len(self._core.log):
            part = self._core.log[self._read]
            is_part = isinstance(part, TradeChanged) and part.kind is TradeEvent.FINANCED
            if not is_part or part.trade.account != name:  # type: ignore[union-attr]
                break
            parts.append(part)  # type: ignore[arg-type]
            self._read += 1
        by_symbol: dict[str, list[TradeChanged]] = {}
        for part in parts:
            by_symbol.setdefault(part.trade.symbol, []).append(part)
        fields = {
            "financing": money(sum(part.financing for part in parts)),
            "accountBalance": money(self._core.balances(name)[HOME][0]),
            "accountFinancingMode": "DAILY",
            "positionFinancings": [
                {
                    "instrument": TERMS_OF[symbol].name,
                    "financing": money(sum(one.financing for one in ones)),
                    "openTradeFinancings": [
                        {
                            "tradeID": self.linked[one.trade.trade_id].number,
                            "financing": money(one.financing),
                        }
                        for one in ones
                    ],
                }
                for symbol, ones in by_symbol.items()
            ],
        }
        log = self.accounts[name]
        log.batch_id = None
        log.add("DAILY_FINANCING", event.time_ns, fields)


def spec_of(order: OrderState) -> Spec:
    """An order as it was asked for; those that the core makes itself are spelled out."""
    found = (order.attributes or {}).get(SPEC)
    if isinstance(found, Spec):
        return found
    terms, symbol = terms_of(order), order.symbol
    sign = 1 if order.side is Side.BUY else -1
    fields: Row = {
        "instrument": TERMS_OF[symbol].name,
        "units": plain(sign * order.quantity),
        "timeInForce": order.time_in_force.value,
        "positionFill": terms.position_fill.value,
    }
    notes: Row = {"reason": "CLIENT_ORDER"}
    if order.order_type is OrderType.MARKET:
        notes = {
            "reason": "MARGIN_CLOSEOUT",
            "marginCloseout": {"reason": "MARGIN_CHECK_VIOLATION"},
        }
    else:
        fields |= {"price": price(symbol, order.price or 0), "triggerCondition": "DEFAULT"}
        fields |= {"clientExtensions": {"id": order.client_order_id}}
    return Spec(kind=order.order_type.value, fields=fields, notes=notes)


def _fill_reason(order: OrderState) -> str:
    kind = spec_of(order).kind
    return _ORIGINS[terms_of(order).origin] if kind == "MARKET" else f"{kind}_ORDER"


def _cancel_reason(event: OrderChanged) -> str:
    order = event.order
    if event.kind is OrderEvent.CANCELED:
        is_replaced = spec_of(order).replaced_by_next
        return "CLIENT_REQUEST_REPLACED" if is_replaced else "CLIENT_REQUEST"
    if event.reason is ExpiryReason.PRICE_BOUND:
        is_immediate = order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
        is_limit = order.order_type is OrderType.LIMIT and is_immediate
        return "TIME_IN_FORCE_EXPIRED" if is_limit else "BOUNDS_VIOLATION"
    if event.reason is ExpiryReason.POSITION_RULE:
        is_open_only = terms_of(order).position_fill is PositionFill.OPEN_ONLY
        return "FIFO_VIOLATION" if is_open_only else "NO_POSITION_TO_REDUCE"
    assert event.reason is not None
    return _REASONS.get(event.reason, "INTERNAL_SERVER_ERROR")
