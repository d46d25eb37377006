"""Any sequence of calls agrees with a second, naive engine, and everything can be rebuilt from the log."""

import random
from collections import defaultdict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from packages.simulator.tests.matching.reference import LOT, TICK, Reference
from venueproof_core.models import (
    InstrumentStatus,
    OrderType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from venueproof_simulator.matching import MatchingCore
from venueproof_simulator.order_lists import Contingency, ListChanged, ListEvent, SubmitList
from venueproof_simulator.venue_core import (
    BalanceChanged,
    Event,
    FeeSchedule,
    InstrumentRules,
    LevelChanged,
    OrderState,
    Refused,
    SubmitOrder,
    Traded,
)

SYMBOL = "BTC-USDT"
EXPIRE_MAKER = SelfTradePrevention.EXPIRE_MAKER
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
deltas = st.sampled_from([None, None, None, 100, 200, 300])
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
        self.open_lists: set[int] = set()
        self.funds: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)

    def tick(self) -> int:
        self.now += 1
        return self.now

    def live(self, index: int) -> OrderState:
        numbers = sorted(order.number for order in self.reference.live)
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
        delta=deltas,
        has_stop=st.booleans(),
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
        delta: int | None = None,
        has_stop: bool = True,
    ) -> None:
        if account == "poor" and kind not in DIRECT:
            # Whether it can pay when it triggers is money, which the reference does not know.
            kind = OrderType.LIMIT
        is_by_quote = kind is OrderType.MARKET and by_quote
        trails = delta is not None and kind not in DIRECT
        request = SubmitOrder(
            account=account,
            symbol=SYMBOL,
            side=side,
            order_type=kind,
            client_order_id=f"order-{self.tick()}",
            quantity=None if is_by_quote else quantity,
            quote_quantity=quantity * 100 if is_by_quote else None,
            price=price if kind in LIMITED else None,
            stop_price=None if kind in DIRECT or (trails and not has_stop) else stop_price,
            trailing_delta=delta if trails else None,
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

    def leg(
        self, account: str, side: Side, kind: OrderType, quantity: int, price: int, **fields: object
    ) -> SubmitOrder:
        return SubmitOrder(
            account=account,
            symbol=SYMBOL,
            side=side,
            order_type=kind,
            client_order_id=f"leg-{self.tick()}",
            quantity=quantity,
            price=price if kind in LIMITED else None,
            **fields,  # type: ignore[arg-type]
        )

    @rule(
        account=st.sampled_from(RICH),
        side=sides,
        working=st.none() | st.tuples(sides, prices, quantities, forces, modes, rarely),
        is_single=st.booleans(),
        single=kinds,
        price=prices,
        is_limit=st.booleans(),
        stop_prices=st.tuples(prices, prices),
        quantity=quantities,
        delta=deltas,
    )
    def submit_list(
        self,
        account: str,
        side: Side,
        working: tuple[Side, int, int, TimeInForce, SelfTradePrevention, bool] | None,
        is_single: bool,
        single: OrderType,
        price: int,
        is_limit: bool,
        stop_prices: tuple[int, int],
        quantity: int,
        delta: int | None,
    ) -> None:
        """A pair, or a working order with a single order or a pair behind it."""
        stop, take = OrderType.STOP_LIMIT, OrderType.LIMIT if is_limit else OrderType.TAKE_PROFIT
        first = {"stop_price": stop_prices[0], "trailing_delta": delta}
        second = {"post_only": True} if is_limit else {"stop_price": stop_prices[1]}
        legs = [
            self.leg(account, side, stop, quantity, price, **first),
            self.leg(account, side, take, quantity, price, **second),
        ]
        if working is not None:
            if is_single:
                waits = {} if single in DIRECT else {"stop_price": stop_prices[0]}
                legs = [self.leg(account, side, single, quantity, price, **waits)]
            own_side, own_price, own_quantity, force, mode, post_only = working
            fields = {
                "time_in_force": force,
                "self_trade_prevention": mode,
                "post_only": post_only,
            }
            kind = OrderType.LIMIT
            legs.insert(0, self.leg(account, own_side, kind, own_quantity, own_price, **fields))
        request = SubmitList(
            account=account,
            symbol=SYMBOL,
            client_list_id=f"list-{self.tick()}",
            contingency=Contingency.OCO if working is None else Contingency.OTO,
            legs=tuple(legs),
        )
        try:
            order_list = self.core.submit_list(request, time_ns=self.tick())
        except Refused:
            return
        first_order = order_list.legs[0].order_id
        self.reference.submit_list(order_list.list_id, first_order, request)

    @precondition(lambda self: self.reference.live)
    @rule(index=st.integers(0, 50), by_venue=st.booleans())
    def cancel(self, index: int, by_venue: bool) -> None:
        order = self.live(index)
        try:
            self.core.cancel(order.order_id, time_ns=self.tick(), by_venue=by_venue)
        except Refused:
            return
        self.reference.cancel(order.order_id)

    @precondition(lambda self: self.reference.live)
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
        self.reference.amend(order.order_id, max(quantity - taken, 0) // LOT)

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
        assert fills == [(t.number, m.number, *rest) for t, m, *rest in self.reference.fills]
        remaining = {
            order.order_id: order.remaining_quantity // LOT
            for name in [*RICH, "poor"]
            for order in self.core.open_orders(name)
        }
        assert remaining == {order.number: order.remaining for order in self.reference.live}
        assert self.open_lists == {group.number for group in self.reference.groups if group.is_open}
        shown: dict[Side, dict[int, int]] = {
            Side.BUY: defaultdict(int),
            Side.SELL: defaultdict(int),
        }
        for order in self.reference.resting:
            assert order.price is not None
            shown[order.request.side][order.price * TICK] += order.shown * LOT
        for side, levels in shown.items():
            assert dict(self.core.levels(SYMBOL, side)) == levels

    def follow_list(self, event: ListChanged) -> None:
        list_id = event.order_list.list_id
        assert (list_id in self.open_lists) is not (event.kind is ListEvent.STARTED)
        if event.kind is ListEvent.STARTED:
            self.open_lists.add(list_id)
        elif event.kind is ListEvent.DONE:
            self.open_lists.remove(list_id)

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
            elif isinstance(event, ListChanged):
                self.follow_list(event)
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
        if choose.random() < 0.1:
            side, price = choose.choice(list(Side)), choose.randint(95, 105) * TICK
            behind = (side, price, 2 * LOT, TimeInForce.GTC, EXPIRE_MAKER, False)
            working = choose.choice([None, behind])
            stops = (97 * TICK, 103 * TICK)
            kind = OrderType.LIMIT
            trading.submit_list(
                "rich", side, working, False, kind, price, True, stops, 2 * LOT, None
            )
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
