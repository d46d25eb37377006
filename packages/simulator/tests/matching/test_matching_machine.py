"""Any sequence of calls agrees with a second, naive engine, and everything can be rebuilt from the log.

The reference shares nothing with the core but the request: one list of orders, searched anew for every
fill. Its prices are ticks, its quantities lots; it knows no money.
"""

import random
from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from venueproof_core.models import InstrumentStatus, OrderType, Side, TimeInForce
from venueproof_simulator.matching import MatchingCore
from venueproof_simulator.venue_core import (
    BalanceChanged,
    Event,
    FeeSchedule,
    InstrumentRules,
    LevelChanged,
    OrderState,
    Refused,
    SelfTradePrevention,
    SubmitOrder,
    Traded,
)

SYMBOL = "BTC-USDT"
TICK = 1_000_000
LOT = 100_000
EXPIRE_MAKER = SelfTradePrevention.EXPIRE_MAKER
EXPIRE_TAKER = SelfTradePrevention.EXPIRE_TAKER
EXPIRE_BOTH = SelfTradePrevention.EXPIRE_BOTH


@dataclass
class Order:
    number: int
    request: SubmitOrder
    remaining: int
    shown: int = 0
    place: int = 0

    @property
    def is_buy(self) -> bool:
        return self.request.side is Side.BUY

    @property
    def price(self) -> int | None:
        return None if self.request.price is None else self.request.price // TICK

    @property
    def display(self) -> int:
        wanted = self.request.display_quantity
        return self.remaining if wanted is None else min(wanted // LOT, self.remaining)

    def would_take(self, maker: "Order") -> bool:
        assert maker.price is not None
        if self.is_buy is maker.is_buy:
            return False
        if self.price is None:
            return True
        return maker.price <= self.price if self.is_buy else maker.price >= self.price


@dataclass
class Reference:
    resting: list[Order] = field(default_factory=list)
    pending: list[Order] = field(default_factory=list)
    fills: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Taker, maker, price, quantity."""
    places: int = 0

    def submit(self, number: int, request: SubmitOrder) -> None:
        quantity = request.quantity
        order = Order(number, request, 0 if quantity is None else quantity // LOT)
        if request.stop_price is not None:
            self.pending.append(order)
            return
        if request.quote_quantity is not None:
            order.remaining = self.lots_for(order, request.quote_quantity)
        before = len(self.fills)
        self.place(order)
        self.trigger(before)

    def place(self, order: Order) -> None:
        force = order.request.time_in_force
        if force is TimeInForce.FOK:
            rehearsal = deepcopy(self)
            taker = deepcopy(order)
            before = len(rehearsal.fills)
            rehearsal.take(taker)
            if sum(fill[3] for fill in rehearsal.fills[before:]) < order.remaining:
                return
        self.take(order)
        if order.remaining and order.price is not None and force is TimeInForce.GTC:
            order.shown = order.display
            self.queue(order)
            self.resting.append(order)

    def queue(self, order: Order) -> None:
        self.places += 1
        order.place = self.places

    def best(self, taker: Order) -> Order | None:
        makers = [maker for maker in self.resting if taker.would_take(maker)]
        sign = 1 if taker.is_buy else -1
        return min(makers, key=lambda maker: (sign * (maker.price or 0), maker.place), default=None)

    def take(self, taker: Order) -> None:
        mode = taker.request.self_trade_prevention
        while taker.remaining and (maker := self.best(taker)):
            is_own = maker.request.account == taker.request.account
            if is_own and mode is not SelfTradePrevention.NONE:
                self.prevent(taker, maker, mode)
                continue
            assert maker.price is not None
            quantity = min(taker.remaining, maker.shown)
            self.fills.append((taker.number, maker.number, maker.price, quantity))
            taker.remaining -= quantity
            maker.remaining -= quantity
            maker.shown -= quantity
            if not maker.remaining:
                self.resting.remove(maker)
            elif not maker.shown:
                maker.shown = maker.display
                self.queue(maker)

    def prevent(self, taker: Order, maker: Order, mode: SelfTradePrevention) -> None:
        common = min(taker.remaining, maker.remaining)
        if mode is EXPIRE_MAKER:
            self.shrink(maker, 0)
        elif mode is EXPIRE_TAKER:
            taker.remaining = 0
        elif mode is EXPIRE_BOTH:
            self.shrink(maker, 0)
            taker.remaining = 0
        else:
            self.shrink(maker, maker.remaining - common)
            taker.remaining -= common

    def shrink(self, order: Order, remaining: int) -> None:
        order.remaining = remaining
        order.shown = min(order.shown, remaining)
        if not remaining:
            self.resting = [other for other in self.resting if other is not order]
            self.pending = [other for other in self.pending if other is not order]

    def find(self, number: int) -> Order:
        return next(o for o in self.resting + self.pending if o.number == number)

    def lots_for(self, order: Order, amount: int) -> int:
        """Lot by lot at the best price left, until the next one would exceed the amount."""
        lots = 0
        skips_own = order.request.self_trade_prevention is EXPIRE_MAKER
        makers = [
            maker
            for maker in self.resting
            if order.would_take(maker)
            and not (skips_own and maker.request.account == order.request.account)
        ]
        for maker in sorted(makers, key=lambda m: m.price or 0, reverse=not order.is_buy):
            assert maker.price is not None
            for _ in range(maker.remaining):
                # One tick times one lot is 1,000 units of quote.
                amount -= maker.price * 1000
                if amount < 0:
                    return lots
                lots += 1
        return lots

    def trigger(self, seen: int) -> None:
        reached: list[Order] = []
        while True:
            for _, _, price, _ in self.fills[seen:]:
                now = [order for order in self.pending if is_reached(order, price)]
                now.sort(key=lambda order: (not waits_for_rise(order), distance(order)))
                reached += now
                self.pending = [order for order in self.pending if order not in now]
            seen = len(self.fills)
            if not reached:
                return
            order = reached.pop(0)
            if not (order.request.post_only and self.best(order)):
                self.place(order)


def waits_for_rise(order: Order) -> bool:
    is_stop = order.request.order_type in (OrderType.STOP, OrderType.STOP_LIMIT)
    return is_stop is order.is_buy


def is_reached(order: Order, price: int) -> bool:
    assert order.request.stop_price is not None
    stop = order.request.stop_price // TICK
    return price >= stop if waits_for_rise(order) else price <= stop


def distance(order: Order) -> tuple[int, int]:
    stop = order.request.stop_price or 0
    return (stop if waits_for_rise(order) else -stop, order.number)


RICH = ["rich", "maker", "taker"]
LIMITED = [OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT]
DIRECT = [OrderType.LIMIT, OrderType.MARKET]

accounts = st.sampled_from([*RICH, "poor"])
sides = st.sampled_from(Side)
kinds = st.sampled_from([OrderType.LIMIT] * 4 + list(OrderType))
forces = st.sampled_from([TimeInForce.GTC] * 3 + [TimeInForce.IOC, TimeInForce.FOK])
modes = st.sampled_from(SelfTradePrevention)
prices = st.integers(97, 103).map(lambda ticks: ticks * TICK)
quantities = st.integers(1, 30).map(lambda lots: lots * LOT)
displays = st.none() | st.integers(1, 4).map(lambda lots: lots * LOT)
rarely = st.integers(0, 4).map(lambda number: number == 0)


class Trading(RuleBasedStateMachine):
    """Three accounts that can pay for anything and one that often cannot."""

    def __init__(self) -> None:
        super().__init__()
        rules = InstrumentRules(
            symbol=SYMBOL,
            base="BTC",
            quote="USDT",
            tick_size=TICK,
            lot_size=LOT,
            minimum_quantity=LOT,
        )
        self.core = MatchingCore([rules], audit_every=7)
        for name, maker_ppm in zip(RICH, (0, 1000, -250), strict=True):
            fees = FeeSchedule(maker_ppm=maker_ppm, taker_ppm=777)
            self.core.open_account(name, {"BTC": 10**12, "USDT": 10**13}, fees)
        self.core.open_account("poor", {"BTC": 10 * LOT, "USDT": 10**7}, FeeSchedule())
        self.reference = Reference()
        self.now = 1000
        self.read = 0
        self.levels: dict[Side, dict[int, int]] = {Side.BUY: {}, Side.SELL: {}}
        self.funds: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)

    def tick(self) -> int:
        self.now += 1
        return self.now

    def live(self, index: int) -> OrderState:
        numbers = sorted(o.number for o in self.reference.resting + self.reference.pending)
        order = self.core.order(numbers[index % len(numbers)])
        assert order is not None
        return order

    @rule(
        account=accounts,
        side=sides,
        kind=kinds,
        force=forces,
        mode=modes,
        price=prices,
        stop_price=prices,
        quantity=quantities,
        display=displays,
        post_only=rarely,
        by_quote=st.booleans(),
    )
    def submit(
        self,
        account: str,
        side: Side,
        kind: OrderType,
        force: TimeInForce,
        mode: SelfTradePrevention,
        price: int,
        stop_price: int,
        quantity: int,
        display: int | None,
        post_only: bool,
        by_quote: bool,
    ) -> None:
        if account == "poor" and kind not in DIRECT:
            # Whether it can pay when it triggers is money, which the reference does not know.
            kind = OrderType.LIMIT
        is_by_quote = kind is OrderType.MARKET and by_quote
        request = SubmitOrder(
            account=account,
            symbol=SYMBOL,
            side=side,
            order_type=kind,
            client_order_id=f"order-{self.tick()}",
            quantity=None if is_by_quote else quantity,
            quote_quantity=quantity * 100 if is_by_quote else None,
            price=price if kind in LIMITED else None,
            stop_price=None if kind in DIRECT else stop_price,
            time_in_force=force if kind in LIMITED else TimeInForce.GTC,
            post_only=post_only and kind in LIMITED,
            display_quantity=display if kind in LIMITED else None,
            self_trade_prevention=mode,
        )
        try:
            order = self.core.submit(request, time_ns=self.tick())
        except Refused:
            return
        self.reference.submit(order.order_id, request)

    @rule(
        account=accounts,
        side=sides,
        mode=modes,
        price=prices,
        quantity=quantities,
        display=displays,
    )
    def submit_limit(
        self,
        account: str,
        side: Side,
        mode: SelfTradePrevention,
        price: int,
        quantity: int,
        display: int | None,
    ) -> None:
        """More of what fills the book."""
        kind, force = OrderType.LIMIT, TimeInForce.GTC
        self.submit(account, side, kind, force, mode, price, price, quantity, display, False, False)

    @precondition(lambda self: self.reference.resting or self.reference.pending)
    @rule(index=st.integers(0, 50), by_venue=st.booleans())
    def cancel(self, index: int, by_venue: bool) -> None:
        order = self.live(index)
        try:
            self.core.cancel(order.order_id, time_ns=self.tick(), by_venue=by_venue)
        except Refused:
            return
        self.reference.shrink(self.reference.find(order.order_id), 0)

    @precondition(lambda self: self.reference.resting or self.reference.pending)
    @rule(index=st.integers(0, 50), quantity=quantities, renames=st.booleans())
    def amend(self, index: int, quantity: int, renames: bool) -> None:
        order = self.live(index)
        request_id = f"amend-{self.tick()}" if renames else None
        try:
            self.core.amend(
                order.order_id, quantity=quantity, time_ns=self.tick(), request_id=request_id
            )
        except Refused:
            return
        taken = order.filled_quantity + order.prevented_quantity
        remaining = max(quantity - taken, 0) // LOT
        self.reference.shrink(self.reference.find(order.order_id), remaining)

    @rule(account=accounts, asset=st.sampled_from(["BTC", "USDT"]), lots=st.integers(-5, 5))
    def transfer(self, account: str, asset: str, lots: int) -> None:
        before = sum(self.core.balances(account)[asset])
        try:
            self.core.transfer(account, asset, lots * LOT, time_ns=self.tick())
        except Refused:
            lots = 0
        assert sum(self.core.balances(account)[asset]) == before + lots * LOT

    @rule(is_halted=rarely, status=st.sampled_from(InstrumentStatus), price=prices)
    def halt(self, is_halted: bool, status: InstrumentStatus, price: int) -> None:
        """Mostly for one order only, or nothing else would happen."""
        self.core.set_status(SYMBOL, status)
        self.submit_limit("rich", Side.BUY, SelfTradePrevention.NONE, price, LOT, None)
        self.core.set_status(SYMBOL, status if is_halted else InstrumentStatus.TRADING)

    @invariant()
    def everything_is_audited(self) -> None:
        self.core.check()

    @invariant()
    def reference_agrees(self) -> None:
        fills = [
            (t.taker.order_id, t.maker.order_id, t.price // TICK, t.quantity // LOT)
            for t in self.core.trades(SYMBOL)
        ]
        assert fills == self.reference.fills
        remaining = {
            order.order_id: order.remaining_quantity // LOT
            for name in [*RICH, "poor"]
            for order in self.core.open_orders(name)
        }
        live = self.reference.resting + self.reference.pending
        assert remaining == {order.number: order.remaining for order in live}
        shown: dict[Side, dict[int, int]] = {
            Side.BUY: defaultdict(int),
            Side.SELL: defaultdict(int),
        }
        for order in self.reference.resting:
            assert order.price is not None
            shown[order.request.side][order.price * TICK] += order.shown * LOT
        for side, levels in shown.items():
            assert dict(self.core.levels(SYMBOL, side)) == levels

    @invariant()
    def log_rebuilds_levels_and_balances(self) -> None:
        log = self.core.log
        for event in log[self.read :]:
            self.read += 1
            assert event.sequence == self.read
            if isinstance(event, LevelChanged):
                self.levels[event.side][event.price] = event.quantity
                if not event.quantity:
                    del self.levels[event.side][event.price]
            elif isinstance(event, BalanceChanged):
                self.funds[event.account][event.asset] = (event.available, event.locked)
            elif isinstance(event, Traded):
                assert event.notional == event.price * event.quantity // 10**8
        for side, levels in self.levels.items():
            assert dict(self.core.levels(SYMBOL, side)) == levels
        for account, funds in self.funds.items():
            assert self.core.balances(account) == funds

    @invariant()
    def history_ends_with_what_is_now(self) -> None:
        core = self.core
        version = core.version(SYMBOL)
        now = (core.levels(SYMBOL, Side.BUY), core.levels(SYMBOL, Side.SELL))
        assert core.levels_at(SYMBOL, version) == now
        assert core.levels_at(SYMBOL, version + 1) is None


TestTrading = Trading.TestCase
TestTrading.settings = settings(
    max_examples=120, stateful_step_count=40, deadline=None, derandomize=True
)


def test_same_calls_give_equal_logs() -> None:
    first, second = (play(seed=3, steps=1500) for _ in range(2))

    assert len(first) > 3000
    assert first == second


def play(*, seed: int, steps: int) -> list[Event]:
    """The log of a core after seeded random orders and cancels."""
    choose = random.Random(seed)
    trading = Trading()
    for _ in range(steps):
        if trading.reference.resting and choose.random() < 0.2:
            trading.cancel(choose.randrange(50), False)
            continue
        trading.submit(
            choose.choice(RICH),
            choose.choice(list(Side)),
            choose.choice([OrderType.LIMIT] * 4 + list(OrderType)),
            choose.choice(list(TimeInForce)[:3]),
            choose.choice(list(SelfTradePrevention)),
            choose.randint(95, 105) * TICK,
            choose.randint(95, 105) * TICK,
            choose.randint(1, 12) * LOT,
            choose.choice([None, LOT]),
            choose.random() < 0.1,
            choose.random() < 0.5,
        )
    return trading.core.log
