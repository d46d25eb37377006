"""The dealer of a quote-driven venue, as the control plane steers it: ladders that stand still until told to move."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from venueproof_core.control import (
    CounterpartyRequest,
    Halt,
    MarketAction,
    Move,
    PastOrders,
    Print,
    SetFlow,
    SetLevel,
    Walk,
)
from venueproof_core.models import InstrumentStatus, OrderType, Side
from venueproof_simulator.clocks import Timer
from venueproof_simulator.market import CannotSteer
from venueproof_simulator.quoting.core import QuotingCore
from venueproof_simulator.quoting.ladder import Bucket
from venueproof_simulator.venue_core import OrderState, SubmitOrder, to_units

if TYPE_CHECKING:
    from venueproof_simulator.dialect import Listing
    from venueproof_simulator.world import World

BUCKETS = (1, 2, 5, 10)
"""Sizes of a ladder's buckets, in typical quantities: the more is taken, the worse the price."""

Sides = dict[Side, dict[int, int]]


class DealerMarket:
    """One ladder an instrument. A dealer prints no trades: what others take is missing from it, and no more."""

    def __init__(self, world: World, core: QuotingCore, listings: Sequence[Listing]) -> None:
        self._world = world
        self._core = core
        self._listings = {listing.rules.symbol: listing for listing in listings}
        self._sides: dict[str, Sides] = {}
        self._due: dict[str, Timer] = {}
        self._rates = dict.fromkeys(self._listings, 0.0)
        self._random = random.Random(f"{world.seed}/dealer")
        for listing in listings:
            self._centre(listing.rules.symbol, listing.middle)

    # ------------------------------------------------------------ steering

    def act_on(self, actions: Sequence[MarketAction], *, is_one_event: bool) -> None:
        """Do actions in order and publish what they change: at once, or after each.

        Raises:
            CannotSteer: One cannot be done as asked; those before it are done, and published.
        """
        try:
            for action in actions:
                self.act(action)
                if not is_one_event:
                    self._world.settle()
        finally:
            self._world.settle()

    def act(self, action: MarketAction) -> None:
        """Do one action.

        Raises:
            CannotSteer: It cannot be done as asked.
        """
        if isinstance(action, SetFlow):
            self._set_flow(action)
            return
        if action.symbol not in self._core.instruments:
            raise CannotSteer(f"no instrument {action.symbol}")
        if isinstance(action, SetLevel):
            price, quantity = to_units(action.price), to_units(action.quantity)
            self._set_level(action.symbol, Side(action.side), price, quantity)
        elif isinstance(action, Walk):
            for _ in range(action.steps):
                self._step(action.symbol)
        elif isinstance(action, Move):
            self._centre(action.symbol, to_units(action.middle))
        elif isinstance(action, Halt):
            self._core.set_status(action.symbol, InstrumentStatus(action.status))
            self._quote(action.symbol)
        elif isinstance(action, Print):
            self._take(action.symbol, Side(action.side), to_units(action.quantity))
        elif isinstance(action, PastOrders):
            self._place_and_cancel(action)

    def trade_against(self, request: CounterpartyRequest, account: str) -> int:
        """Fill an open order at its price, by an offer that is made to it alone.

        Raises:
            CannotSteer: There is no such open order, or it did not fill.
        """
        order = self._find(request, account)
        price = order.price if order.stop_price is None else order.stop_price
        quantity = (
            order.remaining_quantity if request.quantity is None else to_units(request.quantity)
        )
        if price is None or quantity > order.remaining_quantity:
            raise CannotSteer(f"{order.client_order_id} has {order.remaining_quantity} units left")
        tick = self._core.instruments[order.symbol].tick_size
        here, other = ((price, quantity),), ((price - tick, quantity),)
        if order.side is Side.SELL:
            other = ((price + tick, quantity),)
        bids, asks = (other, here) if order.side is Side.BUY else (here, other)
        before = order.filled_quantity
        self._core.deal_with(order.order_id, bids, asks, time_ns=self._world.stamps.time_ns())
        if order.filled_quantity - before != quantity:
            raise CannotSteer(f"{order.client_order_id} did not fill: {order.status.value}")
        return quantity

    def stop(self) -> None:
        """Stand still."""
        for timer in self._due.values():
            timer.cancel()
        self._due.clear()

    # ------------------------------------------------------------ flow

    def _set_flow(self, action: SetFlow) -> None:
        for symbol in self._listings if action.symbol is None else [action.symbol]:
            if action.events_per_s is not None:
                self._rates[symbol] = action.events_per_s
            before = self._due.pop(symbol, None)
            if before is not None:
                before.cancel()
            self._arm(symbol)

    def _arm(self, symbol: str) -> None:
        if self._rates[symbol]:
            wait_s = self._random.expovariate(self._rates[symbol])
            self._due[symbol] = self._world.timers.call_later(wait_s, partial(self._flow, symbol))

    def _flow(self, symbol: str) -> None:
        if self._core.instruments[symbol].status is InstrumentStatus.TRADING:
            self._step(symbol)
            self._world.settle()
        self._arm(symbol)

    # ------------------------------------------------------------ ladders

    def _centre(self, symbol: str, middle: int) -> None:
        listing = self._listings[symbol]
        tick, lot = listing.rules.tick_size, listing.rules.lot_size
        centre = middle // tick
        sides: Sides = {Side.BUY: {}, Side.SELL: {}}
        for side, sign in ((Side.BUY, -1), (Side.SELL, 1)):
            ticks = centre + sign * (listing.spread_ticks + 1) // 2
            for size in BUCKETS:
                if ticks > 0:
                    sides[side][ticks * tick] = size * listing.typical_quantity // lot * lot
                ticks += sign
        self._sides[symbol] = sides
        self._quote(symbol)

    def _step(self, symbol: str) -> None:
        """Prices one tick up or down, or another size at one of them."""
        rng, tick = self._random, self._core.instruments[symbol].tick_size
        sides = self._sides[symbol]
        side = rng.choice((Side.BUY, Side.SELL))
        if rng.random() < 0.5 or not sides[side]:
            bids, asks = sides[Side.BUY], sides[Side.SELL]
            best = max(bids) if bids else self._listings[symbol].middle
            shift = tick if rng.random() < 0.5 or min(bids, default=best) <= tick else -tick
            for each, levels in ((Side.BUY, bids), (Side.SELL, asks)):
                sides[each] = {price + shift: size for price, size in levels.items()}
        else:
            price = rng.choice(list(sides[side]))
            listing = self._listings[symbol]
            lots = max(1, listing.typical_quantity * rng.randint(20, 200) // 100)
            sides[side][price] = max(1, lots // listing.rules.lot_size) * listing.rules.lot_size
        self._quote(symbol)

    def _set_level(self, symbol: str, side: Side, price: int, quantity: int) -> None:
        rules = self._core.instruments[symbol]
        if price % rules.tick_size or quantity % rules.lot_size:
            raise CannotSteer(f"{price} x {quantity} units are off the steps of {symbol}")
        best = self._core.levels(symbol, side.opposite, 1)
        if quantity and best and (price >= best[0][0]) is (side is Side.BUY):
            raise CannotSteer(f"a {side.value} level at {price} units would cross the ladder")
        levels = self._sides[symbol][side]
        levels.pop(price, None)
        if quantity:
            levels[price] = quantity
        self._quote(symbol)

    def _take(self, symbol: str, side: Side, quantity: int) -> None:
        """What others take, the dealer offers no more; nobody is told that they did."""
        levels = self._sides[symbol][side.opposite]
        if sum(levels.values()) < quantity:
            raise CannotSteer(f"only {sum(levels.values())} of {quantity} units were there")
        for price in sorted(levels, reverse=side is Side.SELL):
            taken = min(quantity, levels[price])
            quantity -= taken
            levels[price] -= taken
            if not levels[price]:
                del levels[price]
        self._quote(symbol)

    def _quote(self, symbol: str) -> None:
        sides = self._sides[symbol]
        bids: list[Bucket] = sorted(sides[Side.BUY].items(), reverse=True)
        asks: list[Bucket] = sorted(sides[Side.SELL].items())
        # Ladders are told apart by their times.
        time_ns = max(self._world.stamps.time_ns(), self._core.version(symbol) + 1)
        self._core.set_ladder(symbol, bids, asks, time_ns)

    # ------------------------------------------------------------ accounts

    def _find(self, request: CounterpartyRequest, account: str) -> OrderState:
        for order in self._core.open_orders(account, request.symbol):
            venue_order_id = self._world.dialect.order_id_text(order.order_id)
            if (
                request.client_order_id == order.client_order_id
                or request.venue_order_id == venue_order_id
            ):
                return order
        wanted = request.client_order_id or request.venue_order_id
        raise CannotSteer(f"{account} has no open order {wanted} on {request.symbol}")

    def _place_and_cancel(self, action: PastOrders) -> None:
        rules = self._core.instruments[action.symbol]
        best = self._core.levels(action.symbol, Side.BUY, 1)
        if action.account not in self._world.accounts or not best:
            raise CannotSteer(f"no account {action.account}, or nothing bid for {action.symbol}")
        price = best[0][0] // 2 // rules.tick_size * rules.tick_size
        for number in range(action.count):
            now_ns = self._world.stamps.time_ns()
            order = self._core.submit(
                SubmitOrder(
                    account=action.account,
                    symbol=action.symbol,
                    side=Side.BUY,
                    order_type=OrderType.LIMIT,
                    client_order_id=f"past-{number}",
                    quantity=rules.lot_size,
                    price=price,
                ),
                time_ns=now_ns,
            )
            self._core.cancel(order.order_id, time_ns=now_ns)
