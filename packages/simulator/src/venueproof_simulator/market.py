"""The other participants: they rest levels, take, trade against us, and move when told or by their flow."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol

import msgspec

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
from venueproof_core.models import InstrumentStatus, OrderType, Side, TimeInForce
from venueproof_simulator.clocks import Timer
from venueproof_simulator.flow import Flow
from venueproof_simulator.matching import as_matching
from venueproof_simulator.venue_core import (
    FeeSchedule,
    OrderState,
    Refused,
    SubmitOrder,
    assets_of,
    to_units,
)

if TYPE_CHECKING:
    from venueproof_simulator.dialect import Listing
    from venueproof_simulator.world import World

HOUSE = "house"
LEVELS = 60
TIDY_EVERY = 1000
KEPT_EVENTS = 20_000  # of the core's log: some two minutes of five instruments at the usual pace
_FUNDS = 10**26


class CannotSteer(Exception):
    """What was asked of the market cannot be done; the text says why."""


class VenueMarket(Protocol):
    """What the control plane steers: everybody who is not one of the world's accounts."""

    def act_on(self, actions: Sequence[MarketAction], *, is_one_event: bool) -> None:
        """Do actions in order and publish what they change: at once, or after each.

        Raises:
            CannotSteer: One cannot be done as asked; those before it are done, and published.
        """
        ...

    def act(self, action: MarketAction) -> None:
        """Do one action, and publish nothing."""
        ...

    def trade_against(self, request: CounterpartyRequest, account: str) -> int:
        """Fill an open order of an account, as far as is asked; returns what was traded, in units."""
        ...

    def stop(self) -> None:
        """Stand still."""
        ...


class Market:
    """The house account: everybody who is not the connector's account."""

    def __init__(self, world: World, listings: Sequence[Listing]) -> None:
        self._world = world
        self._core = as_matching(world.core)
        self._listings = {listing.rules.symbol: listing for listing in listings}
        self._levels: dict[tuple[str, Side, int], list[int]] = {}
        self._orders = 0
        self._flows = {
            symbol: Flow(self, listing, world.seed) for symbol, listing in self._listings.items()
        }
        self._due: dict[str, Timer] = {}
        self._flowed: set[str] = set()
        self._steps = 0
        assets = assets_of(self._core.instruments.values())
        self._core.open_account(HOUSE, dict.fromkeys(assets, _FUNDS), FeeSchedule(0, 0))
        for listing in listings:
            self._core.set_last_price(listing.rules.symbol, world.history.last_price(listing))
        # Most worlds are about one or two instruments: the books of the others are never made.
        self._core.before_first_use(self._open_book)

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
        if isinstance(action, SetFlow) and action.symbol is None:
            for symbol in self._flows:
                self._set_flow(action, symbol)
            return
        if action.symbol is None or action.symbol not in self._core.instruments:
            raise CannotSteer(f"no instrument {action.symbol}")
        if isinstance(action, SetLevel):
            price, quantity = to_units(action.price), to_units(action.quantity)
            self._set_level(action.symbol, Side(action.side), price, quantity)
        elif isinstance(action, Print):
            self._take(action.symbol, Side(action.side), to_units(action.quantity))
        elif isinstance(action, Walk):
            for _ in range(action.steps):
                self._walk(action.symbol)
        elif isinstance(action, Move):
            self._move(action.symbol, to_units(action.middle))
        elif isinstance(action, SetFlow):
            self._set_flow(action, action.symbol)
        elif isinstance(action, Halt):
            self._core.set_status(action.symbol, InstrumentStatus(action.status))
        elif isinstance(action, PastOrders):
            self._place_and_cancel(action)

    def trade_against(self, request: CounterpartyRequest, account: str) -> int:
        """Take an open order of an account: whatever stands before it in the queue steps aside first.

        Returns:
            What was traded, in units.

        Raises:
            CannotSteer: There is no such open order, or another client's order is in the way.
        """
        order = self._find(request, account)
        remaining = order.quantity - order.filled_quantity - order.prevented_quantity
        quantity = remaining if request.quantity is None else to_units(request.quantity)
        if order.price is None or quantity > remaining:
            raise CannotSteer(f"order {order.client_order_id} has {remaining} units left to trade")
        self._step_aside(order)
        taken = self._submit(
            order.symbol,
            order.side.opposite,
            order.price,
            quantity,
            time_in_force=TimeInForce.IOC,
        )
        if taken.filled_quantity != quantity:
            raise CannotSteer(
                f"only {taken.filled_quantity} of {quantity} units traded against "
                f"{order.client_order_id}: another order stands before it"
            )
        return quantity

    def stop(self) -> None:
        """Stand still."""
        for timer in self._due.values():
            timer.cancel()
        self._due.clear()

    # ------------------------------------------------------------ flow

    def levels(self, symbol: str, side: Side) -> list[tuple[int, int]]:
        """(price, quantity) of everybody, best first."""
        return self._core.levels(symbol, side)

    def rest(self, symbol: str, side: Side, price: int, quantity: int) -> None:
        """Rest one more order at a level."""
        order = self._submit(symbol, side, price, quantity)
        self._levels.setdefault((symbol, side, price), []).append(order.order_id)

    def take_back(self, symbol: str, side: Side, price: int) -> bool:
        """Cancel the newest order at a level; False if there is none."""
        order_ids = self._levels.get((symbol, side, price), [])
        while order_ids:
            order = self._core.order(order_ids.pop())
            if order is not None and order.remaining_quantity:
                self._core.cancel(order.order_id, time_ns=self._now())
                return True
        return False

    def take(self, symbol: str, side: Side, limit: int, quantity: int) -> None:
        """Take up to ``quantity`` at ``limit`` or better."""
        self._submit(symbol, side, limit, quantity, time_in_force=TimeInForce.IOC)

    def _set_flow(self, action: SetFlow, symbol: str) -> None:
        flow = self._flows[symbol]
        changes = action.model_dump(exclude={"kind", "symbol"}, exclude_none=True)
        is_stopped = action.events_per_s == 0 or (
            action.events_per_s is None and symbol not in self._due
        )
        if action.events_per_s == 0:
            del changes["events_per_s"]  # the pace is kept, for steps that are asked for
        flow.settings = msgspec.structs.replace(flow.settings, **changes)
        before = self._due.pop(symbol, None)
        if before is not None:
            before.cancel()
        if not is_stopped:
            self._flowed.add(symbol)
            self._arm(symbol)

    def _walk(self, symbol: str) -> None:
        if symbol in self._flowed:
            self._flows[symbol].wait_s()
            self._flows[symbol].step()
        else:
            self._step(symbol)

    def _arm(self, symbol: str) -> None:
        wait_s = self._flows[symbol].wait_s()
        self._due[symbol] = self._world.timers.call_later(wait_s, partial(self._flow, symbol))

    def _flow(self, symbol: str) -> None:
        if self._core.instruments[symbol].status is InstrumentStatus.TRADING:
            self._flows[symbol].step()
            self._world.settle()
        self._steps += 1
        if self._steps % TIDY_EVERY == 0:
            self._tidy()
        self._arm(symbol)

    def _tidy(self) -> None:
        """Forget orders that have ended."""
        for key, order_ids in list(self._levels.items()):
            orders = [self._core.order(order_id) for order_id in order_ids]
            left = [order.order_id for order in orders if order and order.remaining_quantity]
            if left:
                self._levels[key] = left
            else:
                del self._levels[key]
        self._core.forget(HOUSE, keep=KEPT_EVENTS)

    # ------------------------------------------------------------ levels

    def _open_book(self, symbol: str) -> None:
        """Fill a book as if it had been there all the time: nothing of it is told to anybody."""
        listing = self._listings[symbol]
        with self._world.untold():
            self._fill_book(listing, listing.middle)

    def _fill_book(self, listing: Listing, middle: int) -> None:
        rules = listing.rules
        # Of its own: which books are used, and in which order, is up to the clients.
        rng = random.Random(f"{self._world.seed}/{rules.symbol}/{middle}")
        tick, lot = rules.tick_size, rules.lot_size
        centre = middle // tick
        for side, sign in ((Side.BUY, -1), (Side.SELL, 1)):
            ticks = centre + sign * (listing.spread_ticks + 1) // 2
            if self._would_cross(rules.symbol, side, ticks * tick):
                raise CannotSteer(f"levels around {middle} units would cross the book")
            for _ in range(LEVELS):
                if ticks <= 0:
                    break
                lots = max(1, listing.typical_quantity * rng.randint(20, 200) // 100 // lot)
                self.rest(rules.symbol, side, ticks * tick, lots * lot)
                ticks += sign * rng.randint(1, 4)

    def _set_level(self, symbol: str, side: Side, price: int, quantity: int) -> None:
        rules = self._core.instruments[symbol]
        if price % rules.tick_size or quantity % rules.lot_size:
            raise CannotSteer(f"{price} x {quantity} units are off the steps of {symbol}")
        if quantity and self._would_cross(symbol, side, price):
            raise CannotSteer(f"a {side.value} level at {price} units would cross the book")
        self._withdraw(symbol, side, price)
        if quantity:
            self.rest(symbol, side, price, quantity)

    def _would_cross(self, symbol: str, side: Side, price: int) -> bool:
        best = self._core.levels(symbol, side.opposite, 1)
        if not best:
            return False
        return price >= best[0][0] if side is Side.BUY else price <= best[0][0]

    def _withdraw(self, symbol: str, side: Side, price: int) -> None:
        for order_id in self._levels.pop((symbol, side, price), ()):
            with suppress(Refused):  # taken meanwhile: nothing rests there any more
                self._core.cancel(order_id, time_ns=self._now())

    def _step_aside(self, order: OrderState) -> None:
        price = order.price
        assert price is not None
        sign = 1 if order.side is Side.BUY else -1
        for symbol, side, level in list(self._levels):
            if symbol == order.symbol and side is order.side and sign * (level - price) >= 0:
                self._withdraw(symbol, side, level)

    def _move(self, symbol: str, middle: int) -> None:
        self._core.version(symbol)  # opens a book that nobody has used: it is what moves
        for key in [key for key in self._levels if key[0] == symbol]:
            self._withdraw(*key)
        self._fill_book(self._listings[symbol], middle)
        self._flows[symbol].fair = middle / self._core.instruments[symbol].tick_size

    # ------------------------------------------------------------ taking

    def _take(self, symbol: str, side: Side, quantity: int) -> None:
        try:
            order = self._submit(symbol, side, None, quantity)
        except Refused as refused:
            raise CannotSteer(f"nothing to take on {symbol}: {refused}") from refused
        if order.filled_quantity != quantity:
            raise CannotSteer(f"only {order.filled_quantity} of {quantity} units were there")

    def _step(self, symbol: str) -> None:
        rng = self._world.random
        rules = self._core.instruments[symbol]
        listing = self._listings[symbol]
        side = rng.choice((Side.BUY, Side.SELL))
        levels = self._core.levels(symbol, side)
        if len(levels) < LEVELS // 2:
            self._move(symbol, listing.middle)
            return
        lots = max(1, listing.typical_quantity * rng.randint(5, 100) // 100 // rules.lot_size)
        dice = rng.random()
        if dice < 0.15:
            self._submit(symbol, side, None, max(1, lots // 4) * rules.lot_size)
        elif dice < 0.45:
            price = levels[rng.randrange(1, len(levels))][0]
            self._set_level(symbol, side, price, 0)
        else:
            price = levels[rng.randrange(len(levels))][0]
            sign = 1 if side is Side.BUY else -1
            beside = price + sign * rules.tick_size * rng.randint(-2, 1)
            if beside > 0 and not self._would_cross(symbol, side, beside):
                self._set_level(symbol, side, beside, lots * rules.lot_size)

    # ------------------------------------------------------------ accounts

    def _place_and_cancel(self, action: PastOrders) -> None:
        rules = self._core.instruments[action.symbol]
        best = self._core.levels(action.symbol, Side.BUY, 1)
        if action.account not in self._world.accounts or not best:
            raise CannotSteer(f"no account {action.account}, or nothing bid for {action.symbol}")
        price = best[0][0] // 2 // rules.tick_size * rules.tick_size
        for number in range(action.count):
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
                time_ns=self._now(),
            )
            self._core.cancel(order.order_id, time_ns=self._now())

    # ------------------------------------------------------------ plumbing

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

    def _submit(
        self,
        symbol: str,
        side: Side,
        price: int | None,
        quantity: int,
        *,
        time_in_force: TimeInForce = TimeInForce.GTC,
    ) -> OrderState:
        self._orders += 1
        return self._core.submit(
            SubmitOrder(
                account=HOUSE,
                symbol=symbol,
                side=side,
                order_type=OrderType.MARKET if price is None else OrderType.LIMIT,
                client_order_id=f"house-{self._orders}",
                quantity=quantity,
                price=price,
                time_in_force=time_in_force,
            ),
            time_ns=self._now(),
        )

    def _now(self) -> int:
        return self._world.stamps.time_ns()
