"""Reads the event log and nothing else: every event must follow from those before it, and explain the core.

What an order has filled, what a level shows and what an account owns are worked out again from the events
alone, so that the log can be held against the core's answers at any time.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from venueproof_core.models import OrderStatus, Side
from venueproof_simulator.order_lists import ListChanged, ListEvent
from venueproof_simulator.venue_core import (
    SCALE,
    BalanceChanged,
    Event,
    FeeSchedule,
    InstrumentRules,
    LevelChanged,
    OrderChanged,
    OrderEvent,
    OrderState,
    Traded,
    VenueCore,
)

NEW, PARTLY = OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED
FILLED, CANCELED, EXPIRED = OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED
ENDS = {OrderEvent.CANCELED: CANCELED, OrderEvent.EXPIRED: EXPIRED}
BUY = Side.BUY


@dataclass
class Seen:
    """An order, as the log tells it."""

    quantity: int
    client_order_id: str
    status: OrderStatus = NEW
    filled: int = 0
    notional: int = 0
    prevented: int = 0

    @property
    def is_over(self) -> bool:
        return self.status in (FILLED, CANCELED, EXPIRED)

    @property
    def remaining(self) -> int:
        return self.quantity - self.filled - self.prevented


@dataclass
class Witness:
    instruments: Mapping[str, InstrumentRules]
    rates: Mapping[str, FeeSchedule]
    read: int = 0
    orders: dict[int, Seen] = field(default_factory=dict)
    open_lists: set[int] = field(default_factory=set)
    versions: dict[str, int] = field(default_factory=dict)
    trades: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    shown: dict[tuple[str, Side], dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    owned: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    told: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def follow(self, log: Sequence[Event], time_ns: int) -> None:
        """Read what one call has logged."""
        balances: set[tuple[str, str]] = set()
        for index in range(self.read, len(log)):
            event = log[index]
            assert event.sequence == index + 1, f"{event.sequence} after {index}"
            assert event.time_ns == time_ns, f"told at {event.time_ns}, it is {time_ns}: {event}"
            if isinstance(event, BalanceChanged):
                key = (event.account, event.asset)
                assert key not in balances, f"a balance was told twice: {event}"
                balances.add(key)
                self.balance(key, event)
                continue
            assert not balances, f"balances come last: {event}"
            if isinstance(event, OrderChanged):
                self.change(event)
            elif isinstance(event, Traded):
                self.trade(event)
            elif isinstance(event, LevelChanged):
                assert index > self.read, f"a level changed before anything happened: {event}"
                self.level(event)
            elif isinstance(event, ListChanged):
                self.order_list(event)
        self.read = len(log)
        for key, (available, locked) in self.told.items():
            assert available + locked == self.owned[key], f"{key}: {self.owned[key]} by its trades"
        for symbol in self.versions:
            bids, asks = self.shown[symbol, BUY], self.shown[symbol, Side.SELL]
            assert not bids or not asks or max(bids) < min(asks), f"{symbol} is crossed"

    def change(self, event: OrderChanged) -> None:
        number = event.order.order_id
        if event.kind is OrderEvent.ACCEPTED:
            assert number == len(self.orders) + 1, f"order {number} after {len(self.orders)}"
            seen = self.orders[number] = Seen(event.quantity, event.client_order_id)
        else:
            seen = self.orders[number]
            assert not seen.is_over, f"order {number} was over: {event}"
        assert event.client_order_id == seen.client_order_id, f"another id: {event}"
        assert event.quantity == seen.quantity or (
            event.kind is OrderEvent.AMENDED and event.quantity < seen.quantity
        ), f"another quantity: {event}"
        seen.quantity = event.quantity
        if event.kind is OrderEvent.PREVENTED:
            assert event.prevented_quantity > seen.prevented
            seen.prevented = event.prevented_quantity
        figures = (event.filled_quantity, event.filled_notional, event.prevented_quantity)
        assert figures == (seen.filled, seen.notional, seen.prevented), f"other figures: {event}"
        assert seen.remaining >= 0, f"more than there was: {event}"
        expected = ENDS.get(event.kind, PARTLY if seen.filled else NEW)
        if event.kind is OrderEvent.PREVENTED and not seen.remaining:
            expected = EXPIRED
        assert event.status is expected, f"{expected} after {seen}: {event}"
        seen.status = event.status
        if event.request_id is not None:
            seen.client_order_id = event.request_id

    def trade(self, event: Traded) -> None:
        symbol, taker, maker = event.symbol, event.taker, event.maker
        self.trades[symbol] += 1
        assert event.trade_id == self.trades[symbol], f"trade ids are not 1, 2, 3...: {event}"
        assert event.notional == event.price * event.quantity // SCALE, f"notional: {event}"
        rules = self.instruments[symbol]
        steps = event.price % rules.tick_size, event.quantity % rules.lot_size
        assert steps == (0, 0), f"off the steps: {event}"
        assert event.quantity > 0, f"nothing traded: {event}"
        assert taker.side is not maker.side, f"both of one side: {event}"
        best = self.shown[symbol, maker.side]
        reach = (max if maker.side is BUY else min)(best, default=None)
        assert event.price == maker.price == reach, f"best was {reach}: {event}"
        if taker.price is not None:
            over = event.price - taker.price
            assert over <= 0 if taker.side is BUY else over >= 0, f"beyond its limit: {event}"
        fees = self.rates[taker.account].taker_ppm, self.rates[maker.account].maker_ppm
        told = [
            (event.taker_status, event.taker_filled_quantity, event.taker_filled_notional),
            (event.maker_status, event.maker_filled_quantity, event.maker_filled_notional),
        ]
        charged = [
            (event.taker_fee, event.taker_fee_asset),
            (event.maker_fee, event.maker_fee_asset),
        ]
        for order, ppm, figures, charge in zip((taker, maker), fees, told, charged, strict=True):
            self.fill(event, order, figures)
            self.pay(event, order, ppm, charge)

    def fill(self, event: Traded, order: OrderState, figures: tuple[OrderStatus, int, int]) -> None:
        seen = self.orders[order.order_id]
        assert not seen.is_over, f"order {order.order_id} was over: {event}"
        seen.filled += event.quantity
        seen.notional += event.notional
        assert seen.remaining >= 0, f"filled beyond its quantity: {event}"
        seen.status = PARTLY if seen.remaining else FILLED
        assert figures == (seen.status, seen.filled, seen.notional), f"{seen}: {event}"

    def pay(self, event: Traded, order: OrderState, ppm: int, charge: tuple[int, str]) -> None:
        rules = self.instruments[event.symbol]
        base, quote = (order.account, rules.base), (order.account, rules.quote)
        sign = 1 if order.side is BUY else -1
        got = event.quantity if order.side is BUY else event.notional
        fee, asset = charge
        expected = (got * ppm // 10**6, rules.base if order.side is BUY else rules.quote)
        assert charge == expected, f"the fee of {got} at {ppm} ppm is {expected}: {event}"
        self.owned[base] += sign * event.quantity
        self.owned[quote] -= sign * event.notional
        self.owned[order.account, asset] -= fee

    def level(self, event: LevelChanged) -> None:
        version = self.versions.get(event.symbol, 1)
        assert event.version == version + 1, f"version {event.version} after {version}"
        self.versions[event.symbol] = event.version
        levels = self.shown[event.symbol, event.side]
        assert event.quantity >= 0
        assert levels.get(event.price, 0) != event.quantity, f"nothing has changed: {event}"
        levels[event.price] = event.quantity
        if not event.quantity:
            del levels[event.price]

    def balance(self, key: tuple[str, str], event: BalanceChanged) -> None:
        now = (event.available, event.locked)
        assert min(now) >= 0, f"below zero: {event}"
        assert self.told.get(key) != now, f"nothing has changed: {event}"
        self.owned[key] += event.delta
        self.told[key] = now

    def order_list(self, event: ListChanged) -> None:
        number = event.order_list.list_id
        is_new = event.kind is ListEvent.STARTED
        assert (number in self.open_lists) is not is_new, f"started twice, or was over: {event}"
        if is_new:
            self.open_lists.add(number)
        elif event.kind is ListEvent.DONE:
            legs = [self.orders[leg.order_id] for leg in event.order_list.legs]
            assert all(leg.is_over for leg in legs), f"a leg is alive: {event}"
            self.open_lists.remove(number)

    def agrees_with(self, core: VenueCore) -> None:
        """The core answers what the log says."""
        for symbol in self.instruments:
            for side in Side:
                levels = sorted(self.shown[symbol, side].items(), reverse=side is BUY)
                assert core.levels(symbol, side) == levels, f"{symbol} {side}"
            assert core.version(symbol) == self.versions.get(symbol, 1)
        for (account, asset), funds in self.told.items():
            assert core.balances(account)[asset] == funds, f"{account} {asset}"

    def knows_every_order_of(self, core: VenueCore) -> None:
        """Each order ever, rebuilt from the log, is as the core has it."""
        held = [order for account in self.rates for order in core.orders(account)]
        assert len(held) == len(self.orders)
        for order in held:
            seen = self.orders[order.order_id]
            figures = (order.filled_quantity, order.filled_notional, order.prevented_quantity)
            assert figures == (seen.filled, seen.notional, seen.prevented), f"{seen}: {order}"
            assert (order.status, order.quantity) == (seen.status, seen.quantity), f"{order}"
            assert order.client_order_id == seen.client_order_id, f"{seen}: {order}"
            assert order.remaining_quantity == (0 if seen.is_over else seen.remaining), f"{order}"
