"""Orders, trades and funds asked for later. Source: "Spot" and "Wallet", the sections of each request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venueproof_core.control import Operation
from venueproof_gateio.dialect import errors
from venueproof_gateio.dialect.listings import LISTINGS, venue_symbol
from venueproof_gateio.dialect.market import SIDES
from venueproof_gateio.dialect.order_rows import OPEN, order_row, trade_row
from venueproof_gateio.dialect.parameters import page, required, span, symbol, symbol_or_none
from venueproof_gateio.dialect.placement import check_account
from venueproof_gateio.dialect.wire import number
from venueproof_simulator.clocks import SECOND_NS
from venueproof_simulator.toolkit import Call, Route
from venueproof_simulator.venue_core import SCALE

if TYPE_CHECKING:
    from venueproof_gateio.dialect.venue import GateioDialect

DAY_NS = 86_400 * SECOND_NS
TRADES_NS, LONGEST_TRADES_NS = 7 * DAY_NS, 30 * DAY_NS
MOST_IN_FEE_BATCH = 50


def orders(dialect: GateioDialect, call: Call) -> Any:
    check_account(call)
    status = required(call, "status")
    if status not in ("open", "finished"):
        raise errors.value("status", status)
    name = symbol(call) if status == "open" else symbol_or_none(call)
    found = list(reversed(dialect.world.core.orders(dialect.account_of(call).name, name)))
    if status == "open":
        rows = [order for order in found if order.status in OPEN]
        return [order_row(dialect, order) for order in page(call, rows, 100)]
    side, (start, end) = call.parameters.get("side"), span(call)
    rows = [
        order
        for order in found
        if order.status not in OPEN
        and side in (None, "", SIDES[order.side])
        and (start is None or order.updated_time_ns >= start)
        and (end is None or order.updated_time_ns <= end)
    ]
    return [order_row(dialect, order) for order in page(call, rows)]


def open_orders(dialect: GateioDialect, call: Call) -> Any:
    check_account(call)
    name, account = symbol_or_none(call), dialect.account_of(call).name
    groups = []
    for listing in LISTINGS:
        pair = listing.rules.symbol
        found = list(reversed(dialect.world.core.open_orders(account, pair)))
        if found and name in (None, pair):
            shown = [order_row(dialect, order) for order in page(call, found)]
            groups.append(
                {"currency_pair": venue_symbol(pair), "total": len(found), "orders": shown}
            )
    return groups


def my_trades(dialect: GateioDialect, call: Call) -> Any:
    name, account = symbol_or_none(call), dialect.account_of(call).name
    order_id = call.parameters.get("order_id")
    if order_id:
        symbol(call)
    start, end = _trade_span(dialect, call)
    rows = []
    for pair in [name] if name else dialect.world.core.instruments:
        for trade in dialect.world.core.trades(pair):
            for order in (trade.taker, trade.maker):
                if order.account != account or order_id not in (None, "", str(order.order_id)):
                    continue
                # The venue looks at when the order ended; of an open one, at the trade.
                moment = trade.time_ns if order.status in OPEN else order.updated_time_ns
                if start <= moment <= end:
                    rows.append((trade, order))
    rows.sort(key=lambda row: row[0].sequence, reverse=True)
    return [trade_row(dialect, trade, order) for trade, order in page(call, rows)]


def _trade_span(dialect: GateioDialect, call: Call) -> tuple[int, int]:
    start, end = span(call)
    if start is None:
        end = dialect.world.stamps.time_ns() + SECOND_NS if end is None else end
        return end - TRADES_NS, end
    end = start + TRADES_NS if end is None else end
    if end - start > LONGEST_TRADES_NS:
        raise errors.value("from", call.parameters["from"])
    return start, end


def accounts(dialect: GateioDialect, call: Call) -> Any:
    wanted = call.parameters.get("currency")
    held = dialect.world.core.balances(dialect.account_of(call).name)
    return [
        {
            "currency": currency,
            "available": number(available),
            "locked": number(locked),
            "update_id": dialect.private.update_id(dialect.account_of(call).name, currency),
        }
        for currency, (available, locked) in sorted(held.items())
        if wanted in (None, "", currency)
    ]


def _fees(dialect: GateioDialect, call: Call) -> dict[str, Any]:
    account = dialect.account_of(call)
    fees = dialect.world.core.fees(account.name)
    maker, taker = (number(ppm * SCALE // 1_000_000) for ppm in (fees.maker_ppm, fees.taker_ppm))
    return {
        "user_id": dialect.user_id(account),
        "taker_fee": taker,
        "maker_fee": maker,
        "gt_discount": False,
        "gt_taker_fee": "0",
        "gt_maker_fee": "0",
        "loan_fee": "0.18",
        "point_type": "0",
        "debit_fee": 3,
    }


def wallet_fee(dialect: GateioDialect, call: Call) -> Any:
    symbol_or_none(call)
    futures = ("futures", "delivery")
    others = {f"{kind}_{side}_fee": "0.00016" for kind in futures for side in ("taker", "maker")}
    return _fees(dialect, call) | others


def spot_fee(dialect: GateioDialect, call: Call) -> Any:
    pair = call.parameters.get("currency_pair", "")
    symbol_or_none(call)
    return _fees(dialect, call) | {"currency_pair": pair, "rpi_maker_fee": "0", "rpi_mm": 0}


def batch_fee(dialect: GateioDialect, call: Call) -> Any:
    pairs = required(call, "currency_pairs").split(",")
    if len(pairs) > MOST_IN_FEE_BATCH:
        raise errors.of(errors.TOO_MANY_PAIRS)
    rows = {}
    for pair in pairs:
        call.parameters = {"currency_pair": pair}
        rows[pair] = spot_fee(dialect, call)
    return rows


def detail(dialect: GateioDialect, call: Call) -> Any:
    return {
        "user_id": dialect.user_id(dialect.account_of(call)),
        "ip_whitelist": [],
        "currency_pairs": [],
        "key": {"mode": 1},
        "tier": 0,
        "tier_expire_time": "2030-01-01T00:00:00Z",
        "copy_trading_role": 0,
    }


def _get(path: str, operation: Operation, handler: Any) -> Route:
    return Route(
        name=f"GET /api/v4/{path}", operation=operation, handler=handler, security="SIGNED"
    )


ROUTES = (
    _get("spot/orders", Operation.ORDER_HISTORY, orders),
    _get("spot/open_orders", Operation.OPEN_ORDERS, open_orders),
    _get("spot/my_trades", Operation.FILLS, my_trades),
    _get("spot/accounts", Operation.BALANCES, accounts),
    _get("wallet/fee", Operation.FEE_RATES, wallet_fee),
    _get("spot/fee", Operation.FEE_RATES, spot_fee),
    _get("spot/batch_fee", Operation.FEE_RATES, batch_fee),
    _get("account/detail", Operation.OTHER, detail),
)
