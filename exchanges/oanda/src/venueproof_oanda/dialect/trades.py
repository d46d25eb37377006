"""Trades and positions: looking at them, closing them, guarding them with orders.

Source: https://developer.oanda.com/rest-live-v20/trade-ep/ and position-ep/
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from venueproof_core.control import Operation
from venueproof_core.models import OrderType, Side, TimeInForce
from venueproof_oanda.dialect.errors import Rejected, invalid, missing
from venueproof_oanda.dialect.listings import BY_NAME, TERMS_OF
from venueproof_oanda.dialect.order_requests import (
    DEPENDENT,
    OrderReader,
    as_texts,
    body_of,
    number,
)
from venueproof_oanda.dialect.orders import (
    done_ids,
    order_row,
    page_of,
    parts,
    refused,
    submit,
    symbol_of,
)
from venueproof_oanda.dialect.transactions import SPEC, Spec
from venueproof_oanda.dialect.wire import fixed, money, plain, price, rfc3339
from venueproof_simulator.quoting import TERMS, MarginTrade, Origin, PositionFill, Terms
from venueproof_simulator.toolkit import Call, Refuse, Route
from venueproof_simulator.venue_core import SCALE, SubmitOrder

if TYPE_CHECKING:
    from venueproof_oanda.dialect.venue import OandaDialect

Row = dict[str, Any]
_ORDER_KEYS = {name: f"{name}Order" for name in DEPENDENT.values()}


def unrealised(dialect: OandaDialect, trade: MarginTrade) -> int:
    """Profit at the price that closes the trade."""
    prices = dialect.core.prices
    closing = prices.quote(trade.symbol).closing(trade.units)
    return prices.profit(trade.symbol, (closing - trade.price) * trade.units)


def margin_used(dialect: OandaDialect, symbol: str, units: int) -> int:
    """Margin that so many units take."""
    core = dialect.core
    raw = abs(units) * core.prices.quote(symbol).middle * Fraction(core.margin_rates[symbol], SCALE)
    return core.prices.value(symbol, raw)


def trade_row(dialect: OandaDialect, trade: MarginTrade, *, is_summary: bool = False) -> Row:
    """A trade as the venue tells it; a summary names its orders only."""
    linked = dialect.transactions.linked[trade.trade_id]
    row: Row = {
        "id": linked.number,
        "instrument": TERMS_OF[trade.symbol].name,
        "price": price(trade.symbol, trade.price),
        "openTime": rfc3339(trade.opened_time_ns),
        "initialUnits": plain(trade.initial_units),
        "initialMarginRequired": fixed(trade.initial_margin, 4),
        "state": "OPEN" if trade.is_open else "CLOSED",
        "currentUnits": plain(trade.units),
        "realizedPL": money(trade.profit),
        "financing": money(trade.financing),
        "dividendAdjustment": "0.0000",
    }
    if linked.extensions:
        row["clientExtensions"] = linked.extensions
    if linked.closed_by:
        row["averageClosePrice"] = price(trade.symbol, linked.closed_raw // linked.closed_units)
        row["closingTransactionIDs"] = linked.closed_by
    if trade.closed_time_ns is not None:
        return {**row, "closeTime": rfc3339(trade.closed_time_ns)}
    row["unrealizedPL"] = fixed(unrealised(dialect, trade), 4)
    row["marginUsed"] = fixed(margin_used(dialect, trade.symbol, trade.units), 4)
    for kind, order in dialect.dependents.of(trade).items():
        told = order_row(dialect, order)
        key = _ORDER_KEYS[DEPENDENT[kind]]
        row |= {f"{key}ID": told["id"]} if is_summary else {key: told}
    return row


def position_row(dialect: OandaDialect, account: str, symbol: str) -> Row:
    """A position as the venue tells it."""
    trades = dialect.core.margin_trades(account, symbol)
    zero = "0.0000"
    row: Row = {"instrument": TERMS_OF[symbol].name}
    sums = [0, 0, 0]
    for name, sign in (("long", 1), ("short", -1)):
        mine = [trade for trade in trades if trade.initial_units * sign > 0]
        held = [trade for trade in mine if trade.is_open]
        units = sum(trade.units for trade in held)
        side: Row = {"units": plain(units)}
        if units:
            average = sum(trade.price * trade.units for trade in held) // units
            side["averagePrice"] = price(symbol, average)
            linked = dialect.transactions.linked
            side["tradeIDs"] = [linked[trade.trade_id].number for trade in held]
        values = (
            sum(trade.profit for trade in mine),
            sum(unrealised(dialect, trade) for trade in held),
            sum(trade.financing for trade in mine),
        )
        sums = [total + value for total, value in zip(sums, values, strict=True)]
        row[name] = {**side, **_sums(values), "guaranteedExecutionFees": zero}
    row |= {**_sums(tuple(sums)), "commission": zero, "guaranteedExecutionFees": zero}
    position = dialect.core.position(account, symbol)
    if position.long or position.short:
        largest = max(position.long, -position.short)
        row["marginUsed"] = fixed(margin_used(dialect, symbol, largest), 4)
    return row


def _sums(values: tuple[int, ...]) -> Row:
    profit, floating, financing = values
    return {
        "pl": money(profit),
        "resettablePL": money(profit),
        "unrealizedPL": fixed(floating, 4),
        "financing": money(financing),
        "dividendAdjustment": "0.0000",
    }


# ---------------------------------------------------------------- trades


def listed(dialect: OandaDialect, call: Call) -> Row:
    """``GET trades``: newest first."""
    query = call.parameters
    state = query.get("state", "OPEN")
    if state not in ("OPEN", "CLOSED", "CLOSE_WHEN_TRADEABLE", "ALL"):
        raise invalid("state")
    count = page_of(query, 50, 500)
    name = dialect.account_of(call).name
    trades = dialect.core.margin_trades(name, symbol_of(query))
    rows = [trade_row(dialect, trade) for trade in trades]
    if "ids" in query:
        wanted = set(query["ids"].split(","))
        rows = [row for row in rows if row["id"] in wanted]
    if "beforeID" in query:
        rows = [row for row in rows if int(row["id"]) < int(query["beforeID"])]
    return {"trades": [row for row in rows if state in ("ALL", row["state"])][::-1][:count]}


def opened(dialect: OandaDialect, call: Call) -> Row:
    """``GET openTrades``."""
    trades = dialect.core.margin_trades(dialect.account_of(call).name)
    return {"trades": [trade_row(dialect, trade) for trade in trades if trade.is_open][::-1]}


def one(dialect: OandaDialect, call: Call) -> Row:
    """``GET trades/{spec}``."""
    account = dialect.account_of(call).name
    trade = dialect.dependents.trade(account, call.parameters["tradeSpecifier"])
    if trade is None:
        raise missing("TRADE")
    return {"trade": trade_row(dialect, trade)}


def close(dialect: OandaDialect, call: Call) -> Row:
    """``PUT trades/{spec}/close``."""
    name, spec = dialect.account_of(call).name, call.parameters["tradeSpecifier"]
    asked = as_texts(body_of(call.body)).get("units", "ALL")
    with dialect.batch(call) as done:
        trade = dialect.dependents.trade(name, spec)
        close_of: Row = {"tradeID": spec, "units": asked}
        if trade is None or not trade.is_open:
            raise _close_reject(dialect, name, {"tradeClose": close_of}, "TRADE_DOESNT_EXIST", done)
        held = abs(trade.units)
        units = held if asked == "ALL" else number(asked)
        if not units or units < 0:
            raise _close_reject(dialect, name, {"tradeClose": close_of}, "UNITS_INVALID", done)
        if units > held:
            reason = "CLOSE_TRADE_UNITS_EXCEED_TRADE_SIZE"
            raise _close_reject(dialect, name, {"tradeClose": close_of}, reason, done)
        close_of["tradeID"] = dialect.transactions.linked[trade.trade_id].number
        terms = Terms(trade_id=trade.trade_id, origin=Origin.TRADE_CLOSE)
        sign = -1 if trade.units > 0 else 1
        notes = {"reason": "TRADE_CLOSE", "tradeClose": close_of}
        submit(dialect, _closing(name, trade.symbol, sign * units, terms, notes))
    return {**parts(done, "order"), **done_ids(done)}


def _closing(account: str, symbol: str, units: int, terms: Terms, notes: Row) -> SubmitOrder:
    fields = {
        "instrument": TERMS_OF[symbol].name,
        "units": plain(units),
        "timeInForce": "FOK",
        "positionFill": "REDUCE_ONLY",
    }
    return SubmitOrder(
        account=account,
        symbol=symbol,
        side=Side.BUY if units > 0 else Side.SELL,
        order_type=OrderType.MARKET,
        client_order_id="",
        quantity=abs(units),
        time_in_force=TimeInForce.FOK,
        attributes={TERMS: terms, SPEC: Spec(kind="MARKET", fields=fields, notes=notes)},
    )


def _close_reject(
    dialect: OandaDialect, name: str, fields: Row, reason: str, done: list[Row], prefix: str = ""
) -> Refuse:
    cause = "POSITION_CLOSEOUT" if prefix else "TRADE_CLOSE"
    fields = {**fields, "timeInForce": "FOK", "positionFill": "REDUCE_ONLY", "reason": cause}
    dialect.transactions.note(name, "MARKET_ORDER_REJECT", {**fields, "rejectReason": reason})
    status = 404 if reason in ("TRADE_DOESNT_EXIST",) else 400
    key = f"{prefix}OrderRejectTransaction" if prefix else "orderRejectTransaction"
    return refused(reason, key, done, status=status)


def guard(dialect: OandaDialect, call: Call) -> Row:
    """``PUT trades/{spec}/orders``: makes, replaces and cancels the orders of a trade."""
    name, spec = dialect.account_of(call).name, call.parameters["tradeSpecifier"]
    asked = body_of(call.body)
    body: Row = {}
    with dialect.batch(call) as done:
        trade = dialect.dependents.trade(name, spec)
        for kind, key in DEPENDENT.items():
            if key not in asked:
                continue
            wanted = asked[key]
            number_of = "" if trade is None else dialect.transactions.linked[trade.trade_id].number
            before = dialect.dependents.of(trade).get(kind) if trade else None
            request = None
            if wanted is not None:
                order = {**wanted, "type": kind, "tradeID": number_of or spec}
                reader = OrderReader(dialect, name, order)
                replaced = None if before is None else before.order_id
                try:
                    request = reader.read({"reason": "CLIENT_ORDER"}, replaced=replaced)
                except Rejected as rejected:
                    fields = {**reader.fields, "reason": "CLIENT_ORDER"}
                    fields["rejectReason"] = rejected.reason
                    dialect.transactions.note(name, f"{kind}_ORDER_REJECT", fields)
                    status = 404 if rejected.reason == "TRADE_DOESNT_EXIST" else 400
                    told = f"{key}OrderRejectTransaction"
                    raise refused(rejected.reason, told, done, status=status) from None
            start = len(dialect.transactions.accounts[name].rows)
            if before is not None:
                dialect.core.cancel(before.order_id, time_ns=dialect.world.stamps.time_ns())
            if request is not None:
                submit(dialect, request)
            dialect.transactions.catch_up()
            body |= _guarded(f"{key}Order", dialect.transactions.since(name, start))
    return {**body, **done_ids(done)}


def _guarded(prefix: str, rows: list[Row]) -> Row:
    body: Row = {}
    for row in rows:
        if row["type"] == "ORDER_CANCEL":
            is_late = f"{prefix}Transaction" in body
            body[
                f"{prefix}CreatedCancelTransaction" if is_late else f"{prefix}CancelTransaction"
            ] = row
        elif row["type"] == "ORDER_FILL":
            body[f"{prefix}FillTransaction"] = row
        else:
            body[f"{prefix}Transaction"] = row
    return body


def extend(dialect: OandaDialect, call: Call) -> Row:
    """``PUT trades/{spec}/clientExtensions``."""
    name, spec = dialect.account_of(call).name, call.parameters["tradeSpecifier"]
    asked = body_of(call.body, "clientExtensions")
    with dialect.batch(call) as done:
        trade = dialect.dependents.trade(name, spec)
        kind = "TRADE_CLIENT_EXTENSIONS_MODIFY"
        if trade is None or not trade.is_open:
            said = {"tradeID": spec, "rejectReason": "TRADE_DOESNT_EXIST"}
            dialect.transactions.note(name, f"{kind}_REJECT", said)
            key = "tradeClientExtensionsModifyRejectTransaction"
            raise refused("TRADE_DOESNT_EXIST", key, done, status=404)
        linked = dialect.transactions.linked[trade.trade_id]
        linked.extensions = as_texts(asked)
        fields: Row = {"tradeID": linked.number, "tradeClientExtensionsModify": linked.extensions}
        dialect.transactions.note(name, kind, fields)
    return {"tradeClientExtensionsModifyTransaction": done[0], **done_ids(done)}


# ---------------------------------------------------------------- positions


def positions(dialect: OandaDialect, call: Call) -> Row:
    """``GET positions``: of every instrument that was ever traded; ``openPositions``: of those held."""
    name = dialect.account_of(call).name
    symbols = dict.fromkeys(trade.symbol for trade in dialect.core.margin_trades(name))
    rows = [position_row(dialect, name, symbol) for symbol in symbols]
    if call.path.endswith("openPositions"):
        rows = [row for row in rows if "marginUsed" in row]
    return {"positions": rows}


def position(dialect: OandaDialect, call: Call) -> Row:
    """``GET positions/{instrument}``."""
    name, listing = dialect.account_of(call).name, BY_NAME.get(call.parameters["instrument"])
    if listing is None:
        raise invalid("instrument")
    if not dialect.core.margin_trades(name, listing.rules.symbol):
        raise missing("POSITION")
    return {"position": position_row(dialect, name, listing.rules.symbol)}


def close_position(dialect: OandaDialect, call: Call) -> Row:
    """``PUT positions/{instrument}/close``."""
    name, listing = dialect.account_of(call).name, BY_NAME.get(call.parameters["instrument"])
    if listing is None:
        raise invalid("instrument")
    symbol, asked = listing.rules.symbol, as_texts(body_of(call.body))
    held = dialect.core.position(name, symbol)
    sides = {"long": held.long, "short": -held.short}
    if not {"longUnits", "shortUnits"} & asked.keys():
        asked = {f"{side}Units": "ALL" for side, units in sides.items() if units} or {
            "longUnits": "ALL"
        }
    body: Row = {}
    with dialect.batch(call) as done:
        requests = []
        for side, units in sides.items():
            text = asked.get(f"{side}Units", "NONE")
            if text == "NONE":
                continue
            out: Row = {"instrument": TERMS_OF[symbol].name, "units": text}
            fields = {"instrument": TERMS_OF[symbol].name, f"{side}PositionCloseout": out}
            wanted = units if text == "ALL" else number(text)
            reason = None
            if not units:
                reason = "CLOSEOUT_POSITION_DOESNT_EXIST"
            elif not wanted or wanted < 0:
                reason = "UNITS_INVALID"
            elif wanted > units:
                reason = "CLOSEOUT_POSITION_UNITS_EXCEED_POSITION_SIZE"
            if reason is not None:
                refusal = _close_reject(dialect, name, fields, reason, done, side)
                is_nothing_held = not any(sides.values())
                refusal.status = 404 if is_nothing_held else 400
                raise refusal
            terms = Terms(position_fill=PositionFill.REDUCE_ONLY, origin=Origin.POSITION_CLOSE)
            notes = {"reason": "POSITION_CLOSEOUT", f"{side}PositionCloseout": out}
            sign = -1 if side == "long" else 1
            requests.append((side, _closing(name, symbol, sign * (wanted or 0), terms, notes)))
        for side, request in requests:
            start = len(dialect.transactions.accounts[name].rows)
            submit(dialect, request)
            dialect.transactions.catch_up()
            body |= parts(dialect.transactions.since(name, start), f"{side}Order")
    return {**body, **done_ids(done)}


_A = "/v3/accounts/{accountID}"
ROUTES = (
    Route(
        name=f"GET {_A}/trades",
        operation=Operation.OTHER,
        handler=listed,
        parameters=("ids", "state", "instrument", "count", "beforeID"),
    ),
    Route(name=f"GET {_A}/openTrades", operation=Operation.OTHER, handler=opened),
    Route(name=f"GET {_A}/trades/{{tradeSpecifier}}", operation=Operation.OTHER, handler=one),
    Route(
        name=f"PUT {_A}/trades/{{tradeSpecifier}}/close", operation=Operation.OTHER, handler=close
    ),
    Route(
        name=f"PUT {_A}/trades/{{tradeSpecifier}}/orders", operation=Operation.OTHER, handler=guard
    ),
    Route(
        name=f"PUT {_A}/trades/{{tradeSpecifier}}/clientExtensions",
        operation=Operation.OTHER,
        handler=extend,
    ),
    Route(name=f"GET {_A}/positions", operation=Operation.POSITIONS, handler=positions),
    Route(name=f"GET {_A}/openPositions", operation=Operation.POSITIONS, handler=positions),
    Route(
        name=f"GET {_A}/positions/{{instrument}}", operation=Operation.POSITIONS, handler=position
    ),
    Route(
        name=f"PUT {_A}/positions/{{instrument}}/close",
        operation=Operation.OTHER,
        handler=close_position,
    ),
)
