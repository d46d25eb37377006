"""Placing, amending and cancelling. Source: "Spot", the sections of each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from venueproof_core.control import Operation
from venueproof_core.models import OrderStatus
from venueproof_gateio.dialect import errors
from venueproof_gateio.dialect.listings import venue_symbol
from venueproof_gateio.dialect.market import SIDES
from venueproof_gateio.dialect.order_rows import OPEN, PREFIX, order_row, shortened, text_of
from venueproof_gateio.dialect.parameters import as_texts, required, symbol, symbol_or_none, units
from venueproof_gateio.dialect.placement import check_account, check_quantity, check_value, submit
from venueproof_gateio.dialect.wire import MS, decoded
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.toolkit import Call, Refuse, Route
from venueproof_simulator.venue_core import SCALE, OrderState, Refused

if TYPE_CHECKING:
    from venueproof_gateio.dialect.venue import GateioDialect

MODES = ("ACK", "RESULT", "FULL")
MOST_PAIRS, MOST_PER_PAIR, MOST_CANCELS, MOST_AMENDS = 4, 10, 20, 5
LEAST_COUNTDOWN_S = 5


def place(dialect: GateioDialect, call: Call) -> Any:
    mode = _mode(call)
    return shortened(order_row(dialect, submit(dialect, call)), mode)


def _mode(call: Call) -> str:
    mode = call.parameters.get("action_mode") or "FULL"
    if mode not in MODES:
        raise errors.value("action_mode", mode)
    return mode


def find(dialect: GateioDialect, call: Call) -> OrderState:
    """The order that a request names by id, or while it is open by its ``text``.

    Raises:
        Refuse: ORDER_NOT_FOUND or CLIENT_ID_NOT_FOUND.
    """
    name = symbol_or_none(call)
    given = required(call, "order_id")
    account, core = dialect.account_of(call).name, dialect.world.core
    if given.startswith(PREFIX):
        wanted = given.removeprefix(PREFIX)
        for order in core.open_orders(account, name):
            if order.client_order_id == wanted:
                return order
        raise errors.of(errors.NO_SUCH_NAME)
    found = core.order(int(given)) if given.isdigit() and len(given) < 19 else None
    if found is None or found.account != account or name not in (None, found.symbol):
        raise errors.of(errors.NO_SUCH_ORDER)
    return found


def find_open(dialect: GateioDialect, call: Call) -> OrderState:
    """The open order that a request names.

    Raises:
        Refuse: As ``find``; ORDER_CLOSED or ORDER_CANCELLED if it has ended.
    """
    symbol(call)
    order = find(dialect, call)
    if order.status is OrderStatus.FILLED:
        raise errors.of(errors.CLOSED)
    if order.status not in OPEN:
        raise errors.of(errors.CANCELLED)
    return order


def get(dialect: GateioDialect, call: Call) -> Any:
    check_account(call)
    order = find(dialect, call)
    if order.status in OPEN:
        symbol(call)
    return order_row(dialect, order)


def cancel(dialect: GateioDialect, call: Call) -> Any:
    check_account(call)
    mode = _mode(call)
    return shortened(order_row(dialect, _end(dialect, find_open(dialect, call))), mode)


def _end(dialect: GateioDialect, order: OrderState) -> OrderState:
    try:
        return dialect.world.core.cancel(order.order_id, time_ns=dialect.world.stamps.time_ns())
    except Refused as refused:
        raise errors.refused(refused) from refused


def cancel_all(dialect: GateioDialect, call: Call) -> Any:
    check_account(call)
    name, side, mode = symbol_or_none(call), call.parameters.get("side"), _mode(call)
    if side not in (None, "", *SIDES.values()):
        raise errors.value("side", side)
    account = dialect.account_of(call).name
    said = {"succeeded": True, "label": "", "message": ""}
    return [
        shortened(order_row(dialect, _end(dialect, order)), mode) | said
        for order in list(dialect.world.core.open_orders(account, name))
        if side in (None, "", SIDES[order.side])
    ]


def amend(dialect: GateioDialect, call: Call) -> Any:
    check_account(call)
    mode = _mode(call)
    order = find_open(dialect, call)
    rules = dialect.world.core.instruments[order.symbol]
    quantity, price = units(call, "amount"), units(call, "price")
    if quantity is None and price is None:
        raise errors.missing("amount")
    if price is not None and price % rules.tick_size:
        raise errors.of(errors.PRECISION)
    if quantity is not None:
        check_quantity(rules, quantity)
    check_value(rules, (price or order.price or 0) * (quantity or order.quantity) // SCALE)
    if quantity in (None, order.quantity) and price in (None, order.price):
        raise errors.of(errors.NO_CHANGE)
    if order.attributes is not None and call.parameters.get("amend_text"):
        order.attributes["amend_text"] = call.parameters["amend_text"]
    core, now = dialect.world.core, dialect.world.stamps.time_ns()
    try:
        if quantity is not None and quantity <= order.filled_quantity:
            core.cancel(order.order_id, time_ns=now)
        elif quantity is not None and quantity < order.quantity and price in (None, order.price):
            core.amend(order.order_id, quantity=quantity, time_ns=now)
        else:
            core.modify(order.order_id, quantity=quantity, price=price, time_ns=now)
    except Refused as refused:
        raise errors.refused(refused) from refused
    return shortened(order_row(dialect, order), mode)


# ---------------------------------------------------------------- several at once


def _items(call: Call, most: int) -> list[dict[str, str]]:
    items = decoded(call.parameters.get("list", "").encode())
    if not isinstance(items, list) or not items:
        raise errors.of(errors.INVALID_BODY)
    if len(items) > most:
        raise errors.of(errors.TOO_MANY_ORDERS)
    return [as_texts(item) for item in items]


def _each(
    dialect: GateioDialect,
    call: Call,
    items: list[dict[str, str]],
    act: Callable[[GateioDialect, Call], dict[str, Any]],
    named: Callable[[dict[str, str]], dict[str, Any]],
) -> list[dict[str, Any]]:
    """Do each by itself; one that fails says so in its place."""
    rows = []
    for item in items:
        call.parameters = item
        try:
            row = {**act(dialect, call), "succeeded": True, "label": "", "message": ""}
        except Refuse as refusal:
            said = {"label": str(refusal.code), "message": refusal.message}
            row = {**named(item), "succeeded": False, **said}
        rows.append(row)
    return rows


def batch_place(dialect: GateioDialect, call: Call) -> Any:
    items = _items(call, MOST_PAIRS * MOST_PER_PAIR)
    pairs = [item.get("currency_pair", "") for item in items]
    if len(set(pairs)) > MOST_PAIRS:
        raise errors.of(errors.TOO_MANY_PAIRS)
    if any(pairs.count(pair) > MOST_PER_PAIR for pair in set(pairs)):
        raise errors.of(errors.TOO_MANY_ORDERS)
    if len({item.get("account", "spot") for item in items}) > 1:
        raise errors.of(errors.MIXED_ACCOUNTS)
    if any(not item.get("text") for item in items):
        raise errors.missing("text")
    return _each(dialect, call, items, place, lambda item: {"text": item["text"]})


def batch_cancel(dialect: GateioDialect, call: Call) -> Any:
    items = [{**item, "order_id": item.get("id", "")} for item in _items(call, MOST_CANCELS)]

    def named(item: dict[str, str]) -> dict[str, Any]:
        told = {name: item.get(name, "") for name in ("currency_pair", "id")}
        return {**told, "text": "", "account": item.get("account", "spot")}

    def act(dialect: GateioDialect, call: Call) -> dict[str, Any]:
        order = _end(dialect, find_open(dialect, call))
        told = {"currency_pair": venue_symbol(order.symbol), "id": call.parameters["id"]}
        return {**told, "text": text_of(order), "account": "spot"}

    return _each(dialect, call, items, act, named)


def batch_amend(dialect: GateioDialect, call: Call) -> Any:
    items = _items(call, MOST_AMENDS)

    def act(dialect: GateioDialect, call: Call) -> dict[str, Any]:
        if bool(call.parameters.get("amount")) == bool(call.parameters.get("price")):
            raise errors.value("amount", call.parameters.get("amount", ""))
        row: dict[str, Any] = amend(dialect, call)
        return row

    return _each(dialect, call, items, act, lambda item: {"order_id": item.get("order_id", "")})


def countdown(dialect: GateioDialect, call: Call) -> Any:
    timeout = required(call, "timeout")
    if not timeout.isdigit() or 0 < int(timeout) < LEAST_COUNTDOWN_S:
        raise errors.value("timeout", timeout)
    name = symbol_or_none(call)
    due = dialect.countdowns.start(dialect.account_of(call).name, name, int(timeout))
    return {"triggerTime": due // MS}


class Countdowns:
    """Cancels everything of a pair, or of all, unless asked again in time."""

    def __init__(self, dialect: GateioDialect) -> None:
        self._dialect = dialect
        self._timers: dict[tuple[str, str | None], Any] = {}

    def start(self, account: str, name: str | None, timeout_s: int) -> int:
        """Start anew, or with 0 stop; returns when it will be, 0 for never."""
        before = self._timers.pop((account, name), None)
        if before is not None:
            before.cancel()
        if not timeout_s:
            return 0
        world = self._dialect.world

        def expire() -> None:
            self._timers.pop((account, name), None)
            for order in list(world.core.open_orders(account, name)):
                _end(self._dialect, order)
            world.settle()

        self._timers[account, name] = world.timers.call_later(timeout_s, expire)
        return world.stamps.time_ns() + timeout_s * SECOND_NS


def _route(name: str, operation: Operation, handler: Any, security: str = "SIGNED") -> Route:
    method, path = name.split()
    return Route(
        name=f"{method} /api/v4/spot/{path}",
        operation=operation,
        handler=handler,
        security=security,
    )


ROUTES = (
    _route("POST orders", Operation.PLACE, place, "PLACING"),
    _route("POST batch_orders", Operation.OTHER, batch_place, "PLACING"),
    _route("PATCH orders/{order_id}", Operation.AMEND, amend, "PLACING"),
    _route("POST amend_batch_orders", Operation.OTHER, batch_amend, "PLACING"),
    _route("DELETE orders/{order_id}", Operation.CANCEL, cancel, "CANCELLING"),
    _route("DELETE orders", Operation.CANCEL_ALL, cancel_all, "CANCELLING"),
    _route("POST cancel_batch_orders", Operation.OTHER, batch_cancel, "CANCELLING"),
    _route("POST countdown_cancel_all", Operation.OTHER, countdown),
    _route("GET orders/{order_id}", Operation.ORDER, get),
)
