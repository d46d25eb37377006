"""A second, naive engine: one list of orders, searched anew for every fill.

It shares nothing with the core but the requests. Its prices are ticks, its quantities lots; it knows no money,
and asks whether an order that is set off can be paid for.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field

from venueproof_core.models import OrderType, SelfTradePrevention, Side, TimeInForce
from venueproof_simulator.order_lists import Contingency, SubmitList
from venueproof_simulator.venue_core import SubmitOrder

TICK = 1_000_000
LOT = 100_000


@dataclass(eq=False)
class Order:
    number: int
    request: SubmitOrder
    remaining: int
    shown: int = 0
    place: int = 0
    group: Group | None = None
    is_held: bool = False
    has_filled: bool = False
    is_touched: bool = False
    """It has executed, been prevented from it, or triggered."""
    best: int | None = None
    """Of the prices it follows."""

    @property
    def is_buy(self) -> bool:
        return self.request.side is Side.BUY

    @property
    def is_pending(self) -> bool:
        return self.request.order_type not in (OrderType.LIMIT, OrderType.MARKET)

    @property
    def price(self) -> int | None:
        return None if self.request.price is None else self.request.price // TICK

    @property
    def stop(self) -> int | None:
        return None if self.request.stop_price is None else self.request.stop_price // TICK

    @property
    def display(self) -> int:
        wanted = self.request.display_quantity
        return self.remaining if wanted is None else min(wanted // LOT, self.remaining)

    def would_take(self, maker: Order) -> bool:
        assert maker.price is not None
        if self.is_buy is maker.is_buy:
            return False
        if self.price is None:
            return True
        return maker.price <= self.price if self.is_buy else maker.price >= self.price

    def waits_for_rise(self) -> bool:
        is_stop = self.request.order_type in (OrderType.STOP, OrderType.STOP_LIMIT)
        return is_stop is self.is_buy

    def is_reached(self, price: int) -> bool:
        if self.stop is None:
            return False
        return price >= self.stop if self.waits_for_rise() else price <= self.stop

    def has_turned(self, price: int) -> bool:
        delta = self.request.trailing_delta or 0
        seen = [price] if self.best is None else [price, self.best]
        self.best = min(seen) if self.is_buy else max(seen)
        turned = (price - self.best) * 10_000
        return turned >= self.best * delta if self.is_buy else -turned >= self.best * delta


@dataclass(eq=False)
class Group:
    """The legs of an order list."""

    number: int
    legs: list[Order]
    working: Order | None

    @property
    def pair(self) -> list[Order]:
        others = [leg for leg in self.legs if leg is not self.working]
        return others if len(others) == 2 else []

    @property
    def is_open(self) -> bool:
        return any(leg.remaining for leg in self.legs)


@dataclass
class Reference:
    can_pay: Callable[[Order, bool], bool]
    """Of an order that starts, and whether it waits for its stop price first."""
    resting: list[Order] = field(default_factory=list)
    pending: list[Order] = field(default_factory=list)
    trails: list[Order] = field(default_factory=list)
    held: list[Order] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    stirred: list[Order] = field(default_factory=list)
    ready: list[Order] = field(default_factory=list)
    """Set off by trades, and about to start in this order."""
    fills: list[tuple[Order, Order, int, int]] = field(default_factory=list)
    """Taker, maker, price, quantity."""
    places: int = 0

    @property
    def live(self) -> list[Order]:
        return self.resting + self.pending + self.trails + self.held

    @property
    def standing(self) -> list[Order]:
        """Those that hold funds, in the middle of a call as well."""
        ready = [order for order in self.ready if order.remaining and not order.is_held]
        return self.resting + self.pending + self.trails + ready

    def submit(self, number: int, request: SubmitOrder) -> None:
        order = Order(number, request, (request.quantity or 0) // LOT)
        if request.quote_quantity is not None:
            order.remaining = self.lots_for(order, request.quote_quantity)
        before = len(self.fills)
        self.start(order)
        self.follow(before)

    def submit_list(self, number: int, first_order: int, request: SubmitList) -> None:
        legs = [
            Order(first_order + place, leg, (leg.quantity or 0) // LOT)
            for place, leg in enumerate(request.legs)
        ]
        is_oco = request.contingency is Contingency.OCO
        group = Group(number, legs, None if is_oco else legs[0])
        self.groups.append(group)
        for leg in legs:
            leg.group = group
            leg.is_held = not is_oco and leg is not legs[0]
        self.held += [leg for leg in legs if leg.is_held]
        before = len(self.fills)
        for leg in legs:
            if not leg.is_held:
                self.start(leg)
        self.follow(before)

    def start(self, order: Order) -> None:
        if not order.is_pending:
            self.place(order)
        elif order.stop is None:
            self.trails.append(order)
        else:
            self.pending.append(order)

    def place(self, order: Order) -> None:
        force = order.request.time_in_force
        if order.group is not None:
            self.stirred.append(order)
        if force is TimeInForce.FOK and self.rehearse(order) < order.remaining:
            order.remaining = 0
            return
        self.take(order)
        if order.remaining and order.price is not None and force is TimeInForce.GTC:
            order.shown = order.display
            self.queue(order)
            self.resting.append(order)
        else:
            order.remaining = 0

    def rehearse(self, order: Order) -> int:
        """What it would fill, tried on copies."""
        taker = copy(order)
        rehearsal = Reference(self.can_pay)
        rehearsal.places = self.places
        rehearsal.resting = [copy(maker) for maker in self.resting if order.would_take(maker)]
        rehearsal.take(taker)
        return sum(fill[3] for fill in rehearsal.fills)

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
            self.fills.append((taker, maker, maker.price, quantity))
            taker.is_touched = maker.is_touched = True
            taker.remaining -= quantity
            maker.remaining -= quantity
            maker.shown -= quantity
            taker.has_filled = not taker.remaining
            if not maker.remaining:
                maker.has_filled = True
                self.resting.remove(maker)
            elif not maker.shown:
                maker.shown = maker.display
                self.queue(maker)

    def prevent(self, taker: Order, maker: Order, mode: SelfTradePrevention) -> None:
        common = min(taker.remaining, maker.remaining)
        if mode is not SelfTradePrevention.EXPIRE_TAKER:
            is_partly = mode is SelfTradePrevention.DECREMENT
            maker.is_touched = True
            if maker.group is not None:
                self.stirred.append(maker)
            self.shrink(maker, maker.remaining - common if is_partly else 0)
        if mode is SelfTradePrevention.DECREMENT:
            taker.remaining -= common
        elif mode is not SelfTradePrevention.EXPIRE_MAKER:
            taker.remaining = 0

    def shrink(self, order: Order, remaining: int) -> None:
        order.remaining = remaining
        order.shown = min(order.shown, remaining)
        if not remaining:
            for orders in (self.resting, self.pending, self.trails, self.held):
                if order in orders:
                    orders.remove(order)

    def cancel(self, number: int) -> None:
        """Ends every leg, whoever asks for it."""
        order = self.find(number)
        for leg in [order] if order.group is None else order.group.legs:
            self.shrink(leg, 0)

    def amend(self, number: int, remaining: int) -> None:
        order = self.find(number)
        if not remaining:
            self.cancel(number)
            return
        pair = [] if order.group is None else [leg for leg in order.group.pair if leg.remaining]
        for leg in pair if order in pair else [order]:
            self.shrink(leg, remaining)

    def find(self, number: int) -> Order:
        return next(order for order in self.live if order.number == number)

    def lots_for(self, order: Order, amount: int) -> int:
        """Lot by lot at the best price left, until the next one would exceed the amount."""
        lots = 0
        skips_own = order.request.self_trade_prevention is SelfTradePrevention.EXPIRE_MAKER
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

    def follow(self, seen: int) -> None:
        while True:
            fills, seen = self.fills[seen:], len(self.fills)
            met = [order for taker, maker, _, _ in fills for order in (maker, taker)]
            met += self.stirred
            self.stirred = []
            for order in dict.fromkeys(met):
                if order.group is not None:
                    self.ready += self.step(order, order.group)
            for _, _, price, _ in fills:
                self.ready += self.reached(price)
            if not self.ready:
                return
            order = self.ready.pop(0)
            if order.is_held and order.group is not None:
                self.release(order.group)
            elif order.remaining:
                self.trigger(order)

    def step(self, order: Order, group: Group) -> list[Order]:
        """What has become of the others of its list."""
        held = [leg for leg in group.legs if leg.is_held and leg.remaining]
        if order is group.working:
            if order.has_filled:
                return held[:1]
            if not order.remaining:
                self.drop(held)
        elif order.is_touched or not order.remaining:
            self.drop([leg for leg in group.legs if leg is not order])
        return []

    def drop(self, orders: list[Order]) -> None:
        for order in orders:
            self.shrink(order, 0)

    def reached(self, price: int) -> list[Order]:
        now = [order for order in self.pending if order.is_reached(price)]
        now.sort(key=lambda order: (not order.waits_for_rise(), distance(order)))
        self.pending = [order for order in self.pending if order not in now]
        self.trails += [order for order in now if order.request.trailing_delta]
        turned = [order for order in self.trails if order.has_turned(price)]
        self.trails = [order for order in self.trails if order not in turned]
        return [order for order in now if not order.request.trailing_delta] + turned

    def trigger(self, order: Order) -> None:
        order.is_touched = True
        if order.group is not None:
            self.step(order, order.group)
        is_refused = order.request.post_only and self.best(order) is not None
        if is_refused or not self.can_pay(order, False):
            order.remaining = 0
        else:
            self.place(order)

    def release(self, group: Group) -> None:
        legs = [leg for leg in group.legs if leg.is_held and leg.remaining]
        self.held = [order for order in self.held if order not in legs]
        last = self.fills[-1][2]
        is_refused = False
        for leg in legs:
            leg.is_held = False
            if leg.is_pending:
                is_refused |= leg.is_reached(last)
            else:
                is_refused |= leg.request.post_only and self.best(leg) is not None
            is_refused |= not self.can_pay(leg, leg.is_pending)
        if is_refused:
            self.drop(legs)
            return
        for leg in legs:
            self.start(leg)


def distance(order: Order) -> tuple[int, int]:
    stop = order.stop or 0
    return (stop if order.waits_for_rise() else -stop, order.number)
