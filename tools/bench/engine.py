"""How many orders a second the matching core takes, with ledger and invariants on.

Both engines get the same seeded flow, one after the other in every round: three orders to one cancel, at
least 40 % of the orders trade as they arrive. ``lightmatchingengine`` keeps no ledger and no events.
The goal stands beside both readings of it: all operations a second, and orders with the cancels' time on
their account.
"""

import contextlib
import gc
import importlib
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from venueproof_core.models import OrderType, Side
from venueproof_simulator.matching import MatchingCore
from venueproof_simulator.venue_core import SCALE, FeeSchedule, InstrumentRules, SubmitOrder

_light: Any = None
with contextlib.suppress(ImportError):
    _light = importlib.import_module("lightmatchingengine.lightmatchingengine")

# An order, or the id of the order to cancel: both engines number orders from 1 as they arrive.
Operation = SubmitOrder | int

_SYMBOL = "BTC-USDT"
_ACCOUNTS = ("a", "b", "c", "d", "e", "f", "g", "h")
_TICK = SCALE // 100
_LOT = SCALE // 1000
_OPERATIONS = 100_000
_GOAL = 200_000.0


def measure(rounds: int = 3) -> list[dict[str, object]]:
    """Time both engines on one flow; each figure is the median of the rounds."""
    flow, trading_share = _make_flow(_OPERATIONS, seed=1)
    order_count = sum(not isinstance(operation, int) for operation in flow)
    light_flow = [_for_light(operation) for operation in flow]
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        ours.append(_time(lambda: _run_core(flow)))
        if _light is not None:
            theirs.append(_time(lambda: _run_light(light_flow)))
    seconds = statistics.median(ours)
    cancel_share = 100 * (1 - order_count / len(flow))
    yardstick = "lightmatchingengine, without a ledger"
    rows = [
        _row("engine: orders and cancels", len(flow) / seconds, "operations/s", _GOAL, yardstick),
        _row("engine: orders alone", order_count / seconds, "orders/s", _GOAL, yardstick),
        _row("engine: orders that trade on arrival", 100 * trading_share, "%", 40.0, "the flow"),
        _row("engine: cancels among operations", cancel_share, "%", None, "the flow"),
    ]
    if theirs:
        seconds = statistics.median(theirs)
        value = len(flow) / seconds
        rows.append(
            _row("lightmatchingengine: orders and cancels", value, "operations/s", None, "itself")
        )
        value = order_count / seconds
        rows.append(_row("lightmatchingengine: orders alone", value, "orders/s", None, "itself"))
    else:
        rows[0]["yardstick"] = rows[1]["yardstick"] = "lightmatchingengine is not installed"
    return rows


def _row(
    figure: str, value: float, unit: str, goal: float | None, yardstick: str
) -> dict[str, object]:
    return {
        "figure": figure,
        "value": value,
        "unit": unit,
        "goal": goal,
        "is_lower_better": False,
        "yardstick": yardstick,
    }


def _make_flow(count: int, *, seed: int) -> tuple[list[Operation], float]:
    """Draw operations, cancelling open orders only, and the share of orders that trade on arrival."""
    choose = random.Random(seed)
    core = _make_core()
    flow: list[Operation] = []
    alive: list[int] = []
    middle = 10_000
    taker_count = order_count = 0
    while len(flow) < count:
        if choose.random() < 0.25 and (cancelled := _draw_open(alive, choose, core)):
            core.cancel(cancelled, time_ns=len(flow))
            flow.append(cancelled)
            continue
        middle += choose.choice((-1, 0, 0, 0, 1))
        side = choose.choice((Side.BUY, Side.SELL))
        # Positive is away from the market: half of the orders reach over the middle.
        offset = choose.randint(-12, 13)
        request = SubmitOrder(
            account=choose.choice(_ACCOUNTS),
            symbol=_SYMBOL,
            side=side,
            order_type=OrderType.LIMIT,
            client_order_id=f"order-{order_count}",
            quantity=choose.randint(1, 100) * _LOT,
            price=(middle - offset if side is Side.BUY else middle + offset) * _TICK,
        )
        trade_count = len(core.trades(_SYMBOL))
        order = core.submit(request, time_ns=len(flow))
        taker_count += len(core.trades(_SYMBOL)) > trade_count
        order_count += 1
        flow.append(request)
        if order.remaining_quantity:
            alive.append(order.order_id)
    return flow, taker_count / order_count


def _draw_open(alive: list[int], choose: random.Random, core: MatchingCore) -> int | None:
    """Take a random open order out of ``alive``, and on the way those that have ended."""
    while alive:
        index = choose.randrange(len(alive))
        alive[index], alive[-1] = alive[-1], alive[index]
        order = core.order(alive.pop())
        if order is not None and order.remaining_quantity:
            return order.order_id
    return None


def _make_core() -> MatchingCore:
    rules = InstrumentRules(
        symbol=_SYMBOL,
        base="BTC",
        quote="USDT",
        tick_size=_TICK,
        lot_size=_LOT,
        minimum_quantity=_LOT,
    )
    core = MatchingCore([rules])
    for name in _ACCOUNTS:
        core.open_account(name, {"BTC": 10**16, "USDT": 10**18}, FeeSchedule())
    return core


def _run_core(flow: list[Operation]) -> object:
    core = _make_core()
    submit = core.submit
    cancel = core.cancel
    for now, operation in enumerate(flow):
        if isinstance(operation, int):
            cancel(operation, time_ns=now)
        else:
            submit(operation, time_ns=now)
    return core


def _for_light(operation: Operation) -> tuple[int, int, int] | int:
    if isinstance(operation, int):
        return operation
    assert operation.price is not None
    assert operation.quantity is not None
    return operation.price, operation.quantity, 1 if operation.side is Side.BUY else 2


def _run_light(flow: list[tuple[int, int, int] | int]) -> object:
    engine = _light.LightMatchingEngine()
    add = engine.add_order
    cancel = engine.cancel_order
    for operation in flow:
        if isinstance(operation, int):
            cancel(operation, _SYMBOL)
        else:
            price, quantity, side = operation
            add(_SYMBOL, price, quantity, side)
    return engine


def _time(run: Callable[[], object]) -> float:
    gc.collect()
    # Processor time: what else runs on the machine is no part of an engine's speed.
    start = time.process_time()
    engine = run()
    duration_s = time.process_time() - start
    # Freeing everything an engine ever remembered is no part of its speed.
    del engine
    return duration_s


def _print_table(rows: list[dict[str, object]]) -> None:
    for row in rows:
        goal = "" if row["goal"] is None else f"goal {row['goal']:>10,.0f}"
        print(
            f"{row['figure']:<42}{row['value']:>12,.0f} {row['unit']:<14}{goal:<18}{row['yardstick']}"
        )


if __name__ == "__main__":
    _print_table(measure())
