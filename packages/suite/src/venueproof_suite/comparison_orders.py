"""What a connector says of orders, fills and balances, held against the venue's truth.

Each check raises ``RuleViolation`` with the fields that differ, as the venue has them and as the connector
says. What a connector's client has no word for (its ``Projection``) is not compared.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from venueproof_core.control import TruthBalance, TruthFill, TruthOrder
from venueproof_core.models import Balance, Fill, Order, OrderRequest
from venueproof_core.venue import Connector, Projection
from venueproof_suite.deadlines import violated
from venueproof_suite.oracles.comparison import EXACT, same_number, same_time
from venueproof_suite.world import World

TIMED_TYPES = frozenset({"LIMIT", "STOP_LIMIT", "TAKE_PROFIT_LIMIT"})

_ORDER_FIELDS = (
    "symbol",
    "client_order_id",
    "venue_order_id",
    "side",
    "order_type",
    "status",
    "quantity",
    "filled_quantity",
    "filled_notional",
    "price",
    "stop_price",
    "post_only",
)
_FILL_FIELDS = (
    "symbol",
    "trade_id",
    "venue_order_id",
    "side",
    "price",
    "quantity",
    "fee",
    "fee_currency",
    "liquidity",
)
_REQUEST_FIELDS = (
    "symbol",
    "client_order_id",
    "side",
    "order_type",
    "quantity",
    "quote_quantity",
    "price",
    "stop_price",
    "post_only",
    "display_quantity",
    "trailing_ratio",
)


async def only_order(world: World, request: OrderRequest, *, account: str = "main") -> TruthOrder:
    """The venue's one order with the client order id of ``request``."""
    found = [
        order
        for order in await world.truth.orders(request.symbol, account=account)
        if order.client_order_id == request.client_order_id
    ]
    if len(found) != 1:
        violated(
            f"the venue has {len(found)} orders with client order id {request.client_order_id}",
            expected="1 order",
            observed=f"{len(found)} orders",
        )
    return found[0]


def check_as_asked(truth: TruthOrder, request: OrderRequest) -> None:
    """The venue's order is what was asked for."""
    asked = {name: _plain(getattr(request, name)) for name in _REQUEST_FIELDS}
    got = {name: getattr(truth, name) for name in _REQUEST_FIELDS}
    if request.quantity is None:
        # How much an amount of quote currency buys is the venue's to say.
        del asked["quantity"], got["quantity"]
    if request.self_trade_prevention is not None:
        asked["self_trade_prevention"] = request.self_trade_prevention.value
        got["self_trade_prevention"] = truth.self_trade_prevention
    if truth.order_type in TIMED_TYPES and request.time_in_force is not None:
        asked["time_in_force"], got["time_in_force"] = (
            request.time_in_force.value,
            truth.time_in_force,
        )
    _compare(f"order {request.client_order_id} at the venue", asked, got)


def check_order(
    order: Order, truth: TruthOrder, connector: Connector, *, with_times: bool = False
) -> None:
    """The connector's order is the venue's.

    Args:
        with_times: Its times too.
    """
    names = _said("Order", _ORDER_FIELDS, connector)
    if truth.order_type in TIMED_TYPES and not truth.post_only:
        names += _said("Order", ("time_in_force",), connector)
    expected = {name: getattr(truth, name) for name in names}
    observed = {name: _plain(getattr(order, name)) for name in names}
    if with_times:
        for name in _said("Order", ("created_time_ns", "updated_time_ns"), connector):
            expected[name] = getattr(truth, name)
            observed[name] = _near(getattr(order, name), expected[name])
    _compare(f"order {truth.client_order_id}", expected, observed, connector)


def check_orders(
    orders: Iterable[Order], truths: Iterable[TruthOrder], connector: Connector
) -> None:
    """The connector's orders are the venue's: none missing, none too many, each equal."""
    observed = {order.venue_order_id: order for order in orders}
    expected = {truth.venue_order_id: truth for truth in truths}
    if observed.keys() != expected.keys():
        violated(
            "the connector does not know the same orders as the venue",
            expected=sorted(expected),
            observed=sorted(observed),
        )
    for venue_order_id, truth in expected.items():
        check_order(observed[venue_order_id], truth, connector)


def check_fills(
    fills: Sequence[Fill],
    truths: Sequence[TruthFill],
    connector: Connector,
    *,
    fields: Sequence[str] = _FILL_FIELDS,
) -> None:
    """The connector's fills are the venue's: each once, none missing, each equal."""
    expected_ids = sorted(_fill_id(truth) for truth in truths)
    observed_ids = sorted(_fill_id(fill) for fill in fills)
    if observed_ids != expected_ids:
        violated(
            "the connector does not know each of the venue's fills exactly once",
            expected=f"{len(expected_ids)} fills: {', '.join(expected_ids)}",
            observed=f"{len(observed_ids)} fills: {', '.join(observed_ids)}",
        )
    by_id = {_fill_id(fill): fill for fill in fills}
    names = _said("Fill", fields, connector)
    for truth in truths:
        expected = {name: getattr(truth, name) for name in names}
        observed = {name: _plain(getattr(by_id[_fill_id(truth)], name)) for name in names}
        _compare(f"fill {truth.trade_id}", expected, observed, connector)


def check_balances(
    balances: Iterable[Balance], truths: Mapping[str, TruthBalance], connector: Connector
) -> None:
    """The connector's balances are the venue's; a currency with nothing may be left out."""
    names = _said("Balance", ("available", "locked"), connector)
    told = {balance.currency: balance for balance in balances}
    nothing = Decimal(0)
    for currency in sorted(told.keys() | truths.keys()):
        truth, balance = truths.get(currency), told.get(currency)
        expected = {name: getattr(truth, name, nothing) for name in names}
        observed = {name: getattr(balance, name, nothing) for name in names}
        _compare(f"balance of {currency}", expected, observed, connector)


def check_time(what: str, observed_ns: int | None, truth_ns: int) -> None:
    """A time is the venue's, in nanoseconds, to the millisecond at least."""
    _compare(what, {"time_ns": truth_ns}, {"time_ns": _near(observed_ns, truth_ns)})


def _said(kind: str, names: Iterable[str], connector: Connector) -> list[str]:
    absent = connector.projection.absent_fields.get(kind, {})
    return [name for name in names if name not in absent]


def _fill_id(fill: Fill | TruthFill) -> str:
    # A trade with oneself is two fills of one trade id.
    return f"{fill.trade_id} of order {fill.venue_order_id}"


def _plain(value: Any) -> Any:
    # Truth comes as JSON: words of ours are their values there.
    return getattr(value, "value", value)


def _near(observed_ns: int | None, truth_ns: int) -> int | None:
    # A venue's wire may be coarser than its clock: then the time as the wire has it is the truth.
    if observed_ns is not None and same_time(truth_ns, observed_ns):
        return truth_ns
    return observed_ns


def _compare(
    what: str,
    expected: Mapping[str, Any],
    observed: Mapping[str, Any],
    connector: Connector | None = None,
) -> None:
    projection = connector.projection if connector is not None else EXACT
    different = [
        name for name, value in expected.items() if not _same(value, observed[name], projection)
    ]
    if different:
        violated(
            f"{what} differs in {', '.join(different)}",
            expected={name: _shown(expected[name]) for name in different},
            observed={name: _shown(observed[name]) for name in different},
        )


def _same(expected: Any, observed: Any, projection: Projection) -> bool:
    if isinstance(expected, Decimal) and isinstance(observed, Decimal):
        return same_number(expected, observed, projection)
    return bool(expected == observed)


def _shown(value: Any) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value
