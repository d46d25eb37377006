"""The account: what it is worth, what has changed, and its transactions by id and by time.

Source: https://developer.oanda.com/rest-live-v20/account-ep/ and transaction-ep/
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from venueproof_core.control import Operation
from venueproof_oanda.dialect.errors import bad, invalid, missing
from venueproof_oanda.dialect.listings import HOME
from venueproof_oanda.dialect.order_requests import as_texts, body_of, number
from venueproof_oanda.dialect.orders import done_ids, order_row, refused
from venueproof_oanda.dialect.trades import margin_used, position_row, trade_row, unrealised
from venueproof_oanda.dialect.wire import fixed, money, price, ratio, read_time, rfc3339
from venueproof_simulator.quoting.terms import terms_of
from venueproof_simulator.toolkit import Call, Refuse, Route
from venueproof_simulator.venue_core import SCALE

if TYPE_CHECKING:
    from venueproof_oanda.dialect.venue import OandaDialect

Row = dict[str, Any]
GROUPS = {
    "FUNDING": ("TRANSFER_FUNDS", "TRANSFER_FUNDS_REJECT"),
    "ADMIN": ("CREATE", "CLOSE", "REOPEN", "CLIENT_CONFIGURE", "CLIENT_CONFIGURE_REJECT"),
}
PAGE, LARGEST_PAGE = 100, 1000


def accounts(dialect: OandaDialect, call: Call) -> Row:
    """``GET /v3/accounts``."""
    account = dialect.account_of(call)
    return {"accounts": [{"id": account.credentials.account_id, "tags": []}]}


def state_of(dialect: OandaDialect, name: str) -> Row:
    """What moves with the prices."""
    core = dialect.core
    worth = core.valuation(name)
    floating = worth.closeout_nav - worth.balance
    value = sum(
        core.prices.value(trade.symbol, abs(trade.units) * core.prices.quote(trade.symbol).middle)
        for trade in core.margin_trades(name)
        if trade.is_open
    )
    used = Fraction(worth.margin_used)
    nav = max(worth.closeout_nav, 1)
    return {
        "unrealizedPL": fixed(worth.unrealised, 4),
        "NAV": fixed(worth.nav, 4),
        "marginUsed": fixed(worth.margin_used, 4),
        "marginAvailable": fixed(worth.margin_available, 4),
        "positionValue": fixed(value, 4),
        "marginCloseoutUnrealizedPL": fixed(floating, 4),
        "marginCloseoutNAV": fixed(worth.closeout_nav, 4),
        "marginCloseoutMarginUsed": fixed(worth.margin_used, 4),
        "marginCloseoutPercent": ratio(used / 2 / nav),
        "marginCloseoutPositionValue": fixed(value, 4),
        "withdrawalLimit": fixed(worth.margin_available, 4),
        "marginCallMarginUsed": fixed(worth.margin_used, 4),
        "marginCallPercent": ratio(used / nav),
    }


def summary_row(dialect: OandaDialect, name: str) -> Row:
    """An account without what it holds."""
    core, ledger = dialect.core, dialect.transactions.accounts[name]
    trades = core.margin_trades(name)
    held = [trade for trade in trades if trade.is_open]
    profit = sum(trade.profit for trade in trades)
    row = {
        "id": ledger.account_id,
        "alias": ledger.alias,
        "currency": HOME,
        "balance": money(core.balances(name)[HOME][0]),
        "createdByUserID": ledger.user_id,
        "createdTime": ledger.rows[0]["time"],
        "guaranteedStopLossOrderMode": "DISABLED",
        "pl": money(profit),
        "resettablePL": money(profit),
        "resettablePLTime": "0",
        "financing": money(sum(trade.financing for trade in trades)),
        "commission": "0.0000",
        "dividendAdjustment": "0.0000",
        "guaranteedExecutionFees": "0.0000",
        "marginRate": ledger.margin_rate,
        "openTradeCount": len(held),
        "openPositionCount": len({trade.symbol for trade in held}),
        "pendingOrderCount": len(core.open_orders(name)),
        "hedgingEnabled": False,
        **state_of(dialect, name),
        "lastTransactionID": ledger.last_id,
    }
    fills = [order for order in ledger.rows if order["type"] == "ORDER_FILL"]
    return {**row, "lastOrderFillTimestamp": fills[-1]["time"]} if fills else row


def summary(dialect: OandaDialect, call: Call) -> Row:
    """``GET summary``."""
    return {"account": summary_row(dialect, dialect.account_of(call).name)}


def details(dialect: OandaDialect, call: Call) -> Row:
    """``GET`` of the account itself."""
    name, core = dialect.account_of(call).name, dialect.core
    trades = core.margin_trades(name)
    symbols = dict.fromkeys(trade.symbol for trade in trades)
    holdings = {
        "trades": [trade_row(dialect, t, is_summary=True) for t in trades if t.is_open],
        "positions": [position_row(dialect, name, symbol) for symbol in symbols],
        "orders": [order_row(dialect, order) for order in core.open_orders(name)],
    }
    return {"account": {**summary_row(dialect, name), **holdings}}


def changes(dialect: OandaDialect, call: Call) -> Row:
    """``GET changes``: what happened since a transaction, and what moves with the prices."""
    name, core = dialect.account_of(call).name, dialect.core
    rows = _after(dialect, name, call.parameters.get("sinceTransactionID"), "sinceTransactionID")
    ledger = dialect.transactions.accounts[name]
    told: Row = {
        kind: [] for kind in ("ordersCreated", "ordersCancelled", "ordersFilled", "ordersTriggered")
    }
    trades: dict[str, dict[str, Row]] = {"Opened": {}, "Reduced": {}, "Closed": {}}
    symbols: dict[str, None] = {}

    def order_of(number: str) -> Row:
        order = core.order(ledger.orders[number])
        assert order is not None
        return order_row(dialect, order)

    def see(kind: str, number: str) -> None:
        trade = dialect.dependents.trade(name, number)
        assert trade is not None
        trades[kind][number] = trade_row(dialect, trade, is_summary=True)
        symbols[trade.symbol] = None

    for row in rows:
        if row["type"].endswith("_ORDER"):
            told["ordersCreated"].append(order_of(row["id"]))
        elif row["type"] == "ORDER_CANCEL":
            told["ordersCancelled"].append(order_of(row["orderID"]))
        elif row["type"] == "ORDER_FILL":
            told["ordersFilled"].append(order_of(row["orderID"]))
            if "tradeOpened" in row:
                see("Opened", row["tradeOpened"]["tradeID"])
            if "tradeReduced" in row:
                see("Reduced", row["tradeReduced"]["tradeID"])
            for closed in row.get("tradesClosed", ()):
                see("Closed", closed["tradeID"])
    told |= {f"trades{kind}": list(found.values()) for kind, found in trades.items()}
    told["positions"] = [position_row(dialect, name, symbol) for symbol in symbols]
    told["transactions"] = rows
    return {"changes": told, "state": {**state_of(dialect, name), **_floating(dialect, name)}}


def _floating(dialect: OandaDialect, name: str) -> Row:
    core = dialect.core
    held = [trade for trade in core.margin_trades(name) if trade.is_open]
    positions = []
    for symbol in dict.fromkeys(trade.symbol for trade in held):
        row = position_row(dialect, name, symbol)
        positions.append(
            {
                "instrument": row["instrument"],
                "netUnrealizedPL": row["unrealizedPL"],
                "longUnrealizedPL": row["long"]["unrealizedPL"],
                "shortUnrealizedPL": row["short"]["unrealizedPL"],
                "marginUsed": row["marginUsed"],
            }
        )
    linked = dialect.transactions.linked
    return {
        "orders": [
            {
                "id": dialect.transactions.order_ids[order.order_id],
                "trailingStopValue": price(order.symbol, order.stop_price or 0),
            }
            for order in core.open_orders(name)
            if terms_of(order).trailing_distance is not None
        ],
        "trades": [
            {
                "id": linked[trade.trade_id].number,
                "unrealizedPL": fixed(unrealised(dialect, trade), 4),
                "marginUsed": fixed(margin_used(dialect, trade.symbol, trade.units), 4),
            }
            for trade in held
        ],
        "positions": positions,
    }


def configure(dialect: OandaDialect, call: Call) -> Row:
    """``PATCH configuration``: another name, or a stricter margin rate."""
    name, asked = dialect.account_of(call).name, as_texts(body_of(call.body))
    fields: Row = {key: str(asked[key]) for key in ("alias", "marginRate") if key in asked}
    with dialect.batch(call) as done:
        reason = None if fields else "CLIENT_CONFIGURE_DATA_MISSING"
        rate = number(fields.get("marginRate", "1"))
        if rate is None or not 0 < rate <= SCALE:
            reason = "MARGIN_RATE_INVALID"
        if reason is not None:
            fields["rejectReason"] = reason
            dialect.transactions.note(name, "CLIENT_CONFIGURE_REJECT", fields)
            raise refused(reason, "clientConfigureRejectTransaction", done)
        ledger = dialect.transactions.accounts[name]
        ledger.alias = fields.get("alias", ledger.alias)
        ledger.margin_rate = fields.get("marginRate", ledger.margin_rate)
        dialect.transactions.note(name, "CLIENT_CONFIGURE", fields)
    return {"clientConfigureTransaction": done[0], **done_ids(done)}


# ---------------------------------------------------------------- transactions


def out_of_range() -> Refuse:
    """An id that no transaction has, or ever had."""
    return Refuse("", "The transaction range requested is outside of what exists", status=416)


def _after(dialect: OandaDialect, name: str, text: str | None, what: str) -> list[Row]:
    if text is None or not text.isdigit():
        raise invalid(what)
    ledger = dialect.transactions.accounts[name]
    if int(text) > len(ledger.rows):
        raise out_of_range()
    return ledger.rows[int(text) :][:LARGEST_PAGE]


def _filtered(rows: list[Row], query: dict[str, str]) -> list[Row]:
    if "type" not in query:
        return rows
    wanted: set[str] = set()
    for word in query["type"].split(","):
        wanted.update(GROUPS.get(word, (word,)))
    is_order = "ORDER" in wanted
    return [row for row in rows if row["type"] in wanted or (is_order and "ORDER" in row["type"])]


def since(dialect: OandaDialect, call: Call) -> Row:
    """``GET transactions/sinceid``."""
    rows = _after(dialect, dialect.account_of(call).name, call.parameters.get("id"), "id")
    return {"transactions": _filtered(rows, call.parameters)}


def in_range(dialect: OandaDialect, call: Call) -> Row:
    """``GET transactions/idrange``."""
    query, ledger = call.parameters, dialect.transactions.accounts[dialect.account_of(call).name]
    bounds = []
    for name in ("from", "to"):
        if not query.get(name, "").isdigit():
            raise invalid(name)
        bounds.append(int(query[name]))
    first, last = bounds
    if not 1 <= first <= last <= len(ledger.rows):
        raise out_of_range()
    return {"transactions": _filtered(ledger.rows[first - 1 : last], query)}


def one(dialect: OandaDialect, call: Call) -> Row:
    """``GET transactions/{id}``."""
    number, ledger = (
        call.parameters["transactionID"],
        dialect.transactions.accounts[dialect.account_of(call).name],
    )
    if not number.isdigit() or not 1 <= int(number) <= len(ledger.rows):
        raise missing("TRANSACTION")
    return {"transaction": ledger.rows[int(number) - 1]}


def pages(dialect: OandaDialect, call: Call) -> Row:
    """``GET transactions``: where to find those of a time."""
    query, ledger = call.parameters, dialect.transactions.accounts[dialect.account_of(call).name]
    size = query.get("pageSize", str(PAGE))
    if not size.isdigit() or not 1 <= int(size) <= LARGEST_PAGE:
        raise bad("The specified page size is invalid", "INVALID_PAGESIZE")
    now_ns = dialect.world.stamps.time_ns()
    bounds = []
    for name, default_ns in (("from", 0), ("to", now_ns)):
        found = read_time(query[name]) if name in query else default_ns
        if found is None:
            raise invalid(name)
        bounds.append(found or (read_time(ledger.rows[0]["time"]) or 0))
    rows = [
        row
        for row in _filtered(ledger.rows, query)
        if bounds[0] <= (read_time(row["time"]) or 0) <= bounds[1]
    ]
    base = f"http://{call.headers.get('Host', '')}/v3/accounts/{ledger.account_id}/transactions"
    kind = f"&type={query['type']}" if "type" in query else ""
    links = []
    for place in range(0, len(rows), int(size)):
        page = rows[place : place + int(size)]
        links.append(f"{base}/idrange?from={page[0]['id']}&to={page[-1]['id']}{kind}")
    body: Row = {
        "from": rfc3339(bounds[0]),
        "to": rfc3339(bounds[1]),
        "pageSize": int(size),
        "count": len(rows),
        "pages": links,
    }
    return {**body, "type": query["type"].split(",")} if "type" in query else body


_A = "/v3/accounts/{accountID}"
_T = f"{_A}/transactions"
ROUTES = (
    Route(name="GET /v3/accounts", operation=Operation.PING, handler=accounts),
    Route(name=f"GET {_A}", operation=Operation.OTHER, handler=details),
    Route(name=f"GET {_A}/summary", operation=Operation.BALANCES, handler=summary),
    Route(
        name=f"GET {_A}/changes",
        operation=Operation.OTHER,
        handler=changes,
        parameters=("sinceTransactionID*",),
    ),
    Route(name=f"PATCH {_A}/configuration", operation=Operation.OTHER, handler=configure),
    Route(
        name=f"GET {_T}",
        operation=Operation.OTHER,
        handler=pages,
        parameters=("from", "to", "pageSize", "type"),
    ),
    Route(
        name=f"GET {_T}/idrange",
        operation=Operation.FILLS,
        handler=in_range,
        parameters=("from*", "to*", "type"),
    ),
    Route(
        name=f"GET {_T}/sinceid",
        operation=Operation.FILLS,
        handler=since,
        parameters=("id*", "type"),
    ),
    Route(name=f"GET {_T}/{{transactionID}}", operation=Operation.OTHER, handler=one),
)
