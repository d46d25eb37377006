"""Requests made of bytes: one draw each, which costs a fraction of drawing field by field and shrinks as well."""

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

from packages.simulator.tests.matching.reference import LOT, TICK
from venueproof_core.models import OrderType, SelfTradePrevention, Side, TimeInForce
from venueproof_simulator.order_lists import Contingency, SubmitList
from venueproof_simulator.venue_core import SubmitOrder

T = TypeVar("T")
SYMBOLS = ["BTC-USDT", "ETH-BTC"]
RICH = ["rich", "maker", "taker"]
ACCOUNTS = [*RICH, "poor"]
SIDES = list(Side)
LIMITED = [OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT]
DIRECT = [OrderType.LIMIT, OrderType.MARKET]
KINDS = [OrderType.LIMIT] * 4 + list(OrderType)
FORCES = [TimeInForce.GTC] * 3 + [TimeInForce.IOC, TimeInForce.FOK]
MODES = list(SelfTradePrevention)
PRICES = [ticks * TICK for ticks in range(97, 104)]
QUANTITIES = [lots * LOT for lots in range(1, 31)]
DISPLAYS = [None, None, *QUANTITIES[:4]]
DELTAS = [None, None, None, 100, 200, 300]
RARELY = [False, False, False, False, True]


class Choices:
    """Takes one of some options per byte."""

    def __init__(self, data: bytes) -> None:
        self._bytes = iter(data)

    def of(self, options: Sequence[T]) -> T:
        return options[next(self._bytes) % len(options)]


def order(data: bytes) -> SubmitOrder:
    """Any order, named later."""
    choose = Choices(data)
    kind = choose.of(KINDS)
    is_by_quote = kind is OrderType.MARKET and choose.of([False, True])
    quantity = choose.of(QUANTITIES)
    delta = None if kind in DIRECT else choose.of(DELTAS)
    has_stop = kind not in DIRECT and (delta is None or choose.of([False, True]))
    return SubmitOrder(
        account=choose.of(ACCOUNTS),
        symbol=choose.of(SYMBOLS),
        side=choose.of(SIDES),
        order_type=kind,
        client_order_id="",
        quantity=None if is_by_quote else quantity,
        quote_quantity=quantity + LOT // 3 if is_by_quote else None,
        price=choose.of(PRICES) if kind in LIMITED else None,
        stop_price=choose.of(PRICES) if has_stop else None,
        trailing_delta=delta,
        time_in_force=choose.of(FORCES) if kind in LIMITED else TimeInForce.GTC,
        post_only=kind in LIMITED and choose.of(RARELY),
        display_quantity=choose.of(DISPLAYS) if kind in LIMITED else None,
        self_trade_prevention=choose.of(MODES),
    )


def limit(data: bytes) -> SubmitOrder:
    """An order that fills the book or takes from it."""
    choose = Choices(data)
    return SubmitOrder(
        account=choose.of(ACCOUNTS),
        symbol=choose.of(SYMBOLS),
        side=choose.of(SIDES),
        order_type=OrderType.LIMIT,
        client_order_id="",
        quantity=choose.of(QUANTITIES),
        price=choose.of(PRICES),
        display_quantity=choose.of(DISPLAYS),
        self_trade_prevention=choose.of(MODES),
    )


def taker(data: bytes) -> SubmitOrder:
    """An order that takes what it can of all that is there, and stays nowhere."""
    choose = Choices(data)
    kind = choose.of(DIRECT)
    return SubmitOrder(
        account=choose.of(RICH),
        symbol=choose.of(SYMBOLS),
        side=choose.of(SIDES),
        order_type=kind,
        client_order_id="",
        quantity=choose.of(QUANTITIES),
        price=choose.of(PRICES) if kind is OrderType.LIMIT else None,
        time_in_force=TimeInForce.GTC if kind is OrderType.MARKET else choose.of(FORCES[3:]),
        self_trade_prevention=choose.of(MODES),
    )


def order_list(data: bytes) -> SubmitList:
    """A pair, or a working order with a single order or a pair behind it."""
    choose = Choices(data)
    account, symbol = choose.of(ACCOUNTS), choose.of(SYMBOLS)

    def leg(kind: OrderType, side: Side, quantity: int, **fields: object) -> SubmitOrder:
        return SubmitOrder(
            account=account,
            symbol=symbol,
            side=side,
            order_type=kind,
            client_order_id="",
            quantity=quantity,
            price=choose.of(PRICES) if kind in LIMITED else None,
            **fields,  # type: ignore[arg-type]
        )

    shape, side, quantity = choose.of(["pair", "single", "three"]), choose.of(SIDES), 0
    quantity = choose.of(QUANTITIES)
    if shape == "single":
        kind = choose.of(KINDS)
        stop = None if kind in DIRECT else choose.of(PRICES)
        legs = [leg(kind, side, quantity, stop_price=stop, post_only=kind is OrderType.LIMIT)]
    else:
        other = choose.of([OrderType.LIMIT, OrderType.TAKE_PROFIT])
        stop = None if other is OrderType.LIMIT else choose.of(PRICES)
        delta = choose.of(DELTAS)
        legs = [
            leg(
                OrderType.STOP_LIMIT,
                side,
                quantity,
                stop_price=choose.of(PRICES),
                trailing_delta=delta,
            ),
            leg(other, side, quantity, stop_price=stop, post_only=other is OrderType.LIMIT),
        ]
    if shape != "pair":
        working = leg(
            OrderType.LIMIT,
            choose.of(SIDES),
            choose.of(QUANTITIES),
            time_in_force=choose.of(FORCES),
            self_trade_prevention=choose.of(MODES),
            post_only=choose.of(RARELY),
        )
        legs.insert(0, working)
    return SubmitList(
        account=account,
        symbol=symbol,
        client_list_id="",
        contingency=Contingency.OCO if shape == "pair" else Contingency.OTO,
        legs=tuple(legs),
    )


def _bytes(count: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=count, max_size=count)


def _burst(data: bytes) -> list[SubmitOrder]:
    """One order per eight bytes."""
    parts = [data[start : start + 8] for start in range(0, len(data) - 7, 8)]
    return [(taker if part[7] % 3 == 0 else limit)(part) for part in parts]


orders = _bytes(14).map(order)
limits = _bytes(7).map(limit)
bursts = st.binary(min_size=8, max_size=56).map(_burst)
order_lists = _bytes(16).map(order_list)
