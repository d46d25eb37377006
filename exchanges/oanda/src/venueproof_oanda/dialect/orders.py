"""Orders: placing, replacing, cancelling, looking them up.

Source: https://developer.oanda.com/rest-live-v20/order-ep/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_core.control import Operation
from venueproof_oanda.dialect.errors import Rejected, invalid, missing, sentence
from venueproof_oanda.dialect.listings import BY_NAME
from venueproof_oanda.dialect.order_requests import OrderReader, as_texts, body_of
from venueproof_oanda.dialect.transactions import spec_of
from venueproof_oanda.dialect.wire import price, rfc3339
from venueproof_simulator.quoting.terms import terms_of
from venueproof_simulator.toolkit import Call, Refuse, Route
from venueproof_simulator.venue_core import OrderState, SubmitOrder

if TYPE_CHECKING:
    from venueproof_oanda.dialect.venue import OandaDialect

Row = dict[str, Any]
STATES = {"PENDING", "FILLED", "TRIGGERED", "CANCELLED", "ALL"}
PAGE, LARGEST_PAGE = 50, 500


def order_row(dialect: OandaDialect, order: OrderState) -> Row:
    """An order as the venue tells it."""
    ledger, spec = dialect.transactions, spec_of(order)
    row: Row = {
        "id": ledger.order_ids[order.order_id],
        "createTime": rfc3339(order.created_time_ns),
        "type": spec.kind,
        **spec.fields,
    }
    if "replacesOrderID" in spec.notes:
        row["replacesOrderID"] = spec.notes["replacesOrderID"]
    if terms_of(order).trailing_distance is not None and order.stop_price is not None:
        row["trailingStopValue"] = price(order.symbol, order.stop_price)
    fill, cancel = ledger.fills.get(order.order_id), ledger.cancels.get(order.order_id)
    state = "PENDING"
    if fill is not None:
        row |= {"fillingTransactionID": fill["id"], "filledTime": fill["time"]}
        if "tradeOpened" in fill:
            row["tradeOpenedID"] = fill["tradeOpened"]["tradeID"]
        if "tradeReduced" in fill:
            row["tradeReducedID"] = fill["tradeReduced"]["tradeID"]
        if "tradesClosed" in fill:
            row["tradeClosedIDs"] = [closed["tradeID"] for closed in fill["tradesClosed"]]
        state = "PENDING" if order.remaining_quantity else "FILLED"
    if cancel is not None:
        row |= {"cancellingTransactionID": cancel["id"], "cancelledTime": cancel["time"]}
        if "replacedByOrderID" in cancel:
            row["replacedByOrderID"] = cancel["replacedByOrderID"]
        state = "CANCELLED"
    return {**row, "state": state}


def find(dialect: OandaDialect, account: str, spec: str) -> OrderState | None:
    """An order by its id, or a pending one by ``@`` and its client's id."""
    if spec.startswith("@"):
        found = dialect.core.open_orders(account)
        return next((order for order in found if order.client_order_id == spec[1:]), None)
    order_id = dialect.transactions.accounts[account].orders.get(spec)
    return None if order_id is None else dialect.core.order(order_id)


# ---------------------------------------------------------------- writing


def create(dialect: OandaDialect, call: Call) -> Row:
    """``POST orders``."""
    name = dialect.account_of(call).name
    reader = OrderReader(dialect, name, body_of(call.body, "order"))
    with dialect.batch(call) as done:
        request = read_or_reject(dialect, name, reader, {"reason": "CLIENT_ORDER"}, done)
        submit(dialect, request)
    return {**parts(done, "order"), **done_ids(done)}


def replace(dialect: OandaDialect, call: Call) -> Row:
    """``PUT orders/{spec}``: cancels one, and makes another."""
    name = dialect.account_of(call).name
    order = find(dialect, name, call.parameters["orderSpecifier"])
    asked = body_of(call.body, "order")
    reader = OrderReader(dialect, name, asked)
    with dialect.batch(call) as done:
        if order is None or not order.remaining_quantity:
            raise cancel_reject(dialect, name, call.parameters["orderSpecifier"], done)
        number = dialect.transactions.order_ids[order.order_id]
        spec = spec_of(order)
        if "clientExtensions" in spec.fields:
            reader.fields.setdefault("clientExtensions", spec.fields["clientExtensions"])
            asked.setdefault("clientExtensions", spec.fields["clientExtensions"])
        notes = {"reason": "REPLACEMENT", "replacesOrderID": number}
        is_alike = reader.kind == spec.kind and reader.fields.get("instrument") == spec.fields.get(
            "instrument"
        )
        again = OrderReader(dialect, name, asked)
        if not is_alike:
            raise reject(dialect, name, again, "REPLACING_ORDER_INVALID", "CLIENT_ORDER", done)
        request = read_or_reject(dialect, name, again, notes, done, order.order_id)
        spec.replaced_by_next = True
        dialect.core.cancel(order.order_id, time_ns=dialect.world.stamps.time_ns())
        submit(dialect, request)
    cancelled = next(row for row in done if row["type"] == "ORDER_CANCEL")
    rest = [row for row in done if row is not cancelled]
    body = {"orderCancelTransaction": cancelled, **parts(rest, "order")}
    killed = next((row for row in rest if row["type"] == "ORDER_CANCEL"), None)
    if killed is not None:
        body |= {"orderCancelTransaction": cancelled, "replacingOrderCancelTransaction": killed}
    return {**body, **done_ids(done)}


def cancel(dialect: OandaDialect, call: Call) -> Row:
    """``PUT orders/{spec}/cancel``."""
    name, spec = dialect.account_of(call).name, call.parameters["orderSpecifier"]
    with dialect.batch(call) as done:
        order = find(dialect, name, spec)
        if order is None or not order.remaining_quantity:
            raise cancel_reject(dialect, name, spec, done)
        dialect.core.cancel(order.order_id, time_ns=dialect.world.stamps.time_ns())
    return {"orderCancelTransaction": done[0], **done_ids(done)}


def extend(dialect: OandaDialect, call: Call) -> Row:
    """``PUT orders/{spec}/clientExtensions``."""
    name, spec = dialect.account_of(call).name, call.parameters["orderSpecifier"]
    asked = body_of(call.body)
    with dialect.batch(call) as done:
        order = find(dialect, name, spec)
        kind = "ORDER_CLIENT_EXTENSIONS_MODIFY"
        if order is None or not order.remaining_quantity:
            said = {"orderID": spec, "rejectReason": "ORDER_DOESNT_EXIST"}
            dialect.transactions.note(name, f"{kind}_REJECT", said)
            key = "orderClientExtensionsModifyRejectTransaction"
            raise refused("ORDER_DOESNT_EXIST", key, done, status=404)
        fields: Row = {"orderID": dialect.transactions.order_ids[order.order_id]}
        for key, told in (
            ("clientExtensions", "clientExtensionsModify"),
            ("tradeClientExtensions", "tradeClientExtensionsModify"),
        ):
            if isinstance(asked.get(key), dict):
                fields[told] = as_texts(asked[key])
                spec_of(order).fields[key] = fields[told]
        extensions = asked.get("clientExtensions") or {}
        order.client_order_id = str(extensions.get("id", order.client_order_id))
        dialect.transactions.note(name, kind, fields)
    return {"orderClientExtensionsModifyTransaction": done[0], **done_ids(done)}


def submit(dialect: OandaDialect, request: SubmitOrder) -> OrderState:
    """Give it to the core."""
    return dialect.core.submit(request, time_ns=dialect.world.stamps.time_ns())


def parts(rows: list[Row], prefix: str) -> Row:
    """What became of one order, by the names that replies have for it."""
    made = [row for row in rows if row["type"].endswith("_ORDER")]
    body: Row = {f"{prefix}CreateTransaction": made[0]} if made else {}
    number = made[0]["id"] if made else None
    for row in rows:
        if row["type"] == "ORDER_FILL" and row["orderID"] == number:
            body[f"{prefix}FillTransaction"] = row
        elif row["type"] == "ORDER_CANCEL" and row["orderID"] == number:
            body[f"{prefix}CancelTransaction"] = row
    return body


def done_ids(rows: list[Row]) -> Row:
    """The ids of a request's transactions."""
    return {"relatedTransactionIDs": [row["id"] for row in rows]}


def read_or_reject(
    dialect: OandaDialect,
    name: str,
    reader: OrderReader,
    notes: Row,
    done: list[Row],
    replaced: int | None = None,
) -> SubmitOrder:
    """The order as the core takes it.

    Raises:
        Refuse: It was rejected, and a transaction says so.
    """
    try:
        return reader.read(notes, replaced=replaced)
    except Rejected as rejected:
        fields = {"intendedReplacesOrderID": notes["replacesOrderID"]} if replaced else {}
        reader.fields |= fields
        raise reject(dialect, name, reader, rejected.reason, notes["reason"], done) from None


def reject(
    dialect: OandaDialect,
    name: str,
    reader: OrderReader,
    reason: str,
    cause: str,
    done: list[Row],
) -> Refuse:
    """Write the reject, and say it."""
    fields = {**reader.fields, "reason": cause, "rejectReason": reason}
    dialect.transactions.note(name, f"{reader.kind}_ORDER_REJECT", fields)
    status = 404 if reason == "TRADE_DOESNT_EXIST" else 400
    return refused(reason, "orderRejectTransaction", done, status=status)


def cancel_reject(dialect: OandaDialect, name: str, spec: str, done: list[Row]) -> Refuse:
    """There is no such pending order."""
    key = "clientOrderID" if spec.startswith("@") else "orderID"
    fields = {key: spec.removeprefix("@"), "rejectReason": "ORDER_DOESNT_EXIST"}
    dialect.transactions.note(name, "ORDER_CANCEL_REJECT", fields)
    return refused("ORDER_DOESNT_EXIST", "orderCancelRejectTransaction", done, status=404)


def refused(reason: str, key: str, done: list[Row], *, status: int = 400) -> Refuse:
    """A refusal that has a transaction; ``done`` is filled when the batch is over."""
    return Refuse(reason, sentence(reason), status=status, data={"key": key, "rows": done})


# ---------------------------------------------------------------- reading


def listed(dialect: OandaDialect, call: Call) -> Row:
    """``GET orders``: newest first."""
    query, name = call.parameters, dialect.account_of(call).name
    state = query.get("state", "PENDING")
    if state not in STATES:
        raise invalid("state")
    count = page_of(query, PAGE, LARGEST_PAGE)
    symbol = symbol_of(query)
    rows = [order_row(dialect, order) for order in dialect.core.orders(name, symbol)]
    if "ids" in query:
        wanted = set(query["ids"].split(","))
        rows = [row for row in rows if row["id"] in wanted]
    if "beforeID" in query:
        rows = [row for row in rows if int(row["id"]) < int(query["beforeID"])]
    rows = [row for row in rows if state in ("ALL", row["state"])]
    return {"orders": rows[::-1][:count]}


def pending(dialect: OandaDialect, call: Call) -> Row:
    """``GET pendingOrders``."""
    orders = dialect.core.open_orders(dialect.account_of(call).name)
    return {"orders": [order_row(dialect, order) for order in orders][::-1]}


def one(dialect: OandaDialect, call: Call) -> Row:
    """``GET orders/{spec}``."""
    found = find(dialect, dialect.account_of(call).name, call.parameters["orderSpecifier"])
    if found is None:
        raise missing("ORDER")
    return {"order": order_row(dialect, found)}


def page_of(query: dict[str, str], default: int, most: int) -> int:
    """How many rows are wanted."""
    text = query.get("count", str(default))
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise invalid("count")
    if not query.get("beforeID", "1").isdigit():
        raise invalid("beforeID")
    return int(text)


def symbol_of(query: dict[str, str]) -> str | None:
    """The instrument that is asked for."""
    if "instrument" not in query:
        return None
    if query["instrument"] not in BY_NAME:
        raise invalid("instrument")
    return BY_NAME[query["instrument"]].rules.symbol


_A = "/v3/accounts/{accountID}"
ROUTES = (
    Route(name=f"POST {_A}/orders", operation=Operation.PLACE, handler=create),
    Route(
        name=f"GET {_A}/orders",
        operation=Operation.ORDER_HISTORY,
        handler=listed,
        parameters=("ids", "state", "instrument", "count", "beforeID"),
    ),
    Route(name=f"GET {_A}/pendingOrders", operation=Operation.OPEN_ORDERS, handler=pending),
    Route(name=f"GET {_A}/orders/{{orderSpecifier}}", operation=Operation.ORDER, handler=one),
    Route(name=f"PUT {_A}/orders/{{orderSpecifier}}", operation=Operation.REPLACE, handler=replace),
    Route(
        name=f"PUT {_A}/orders/{{orderSpecifier}}/cancel",
        operation=Operation.CANCEL,
        handler=cancel,
    ),
    Route(
        name=f"PUT {_A}/orders/{{orderSpecifier}}/clientExtensions",
        operation=Operation.OTHER,
        handler=extend,
    ),
)
