"""The other participants: they rest levels, take, trade against us, and move only when told."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from venueproof_core.control import (
    CounterpartyRequest,
    Halt,
    MarketAction,
    Move,
    Print,
    SetLevel,
    Walk,
)
from venueproof_core.models import InstrumentStatus, OrderType, Side, TimeInForce
from venueproof_simulator.clocks import Timer
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
FREE_INTERVAL_S = 0.1
_FUNDS = 10**26


class CannotSteer(Exception):
    """What was asked of the market cannot be done; the text says why."""


class Market:
    """The house account: everybody who is not the connector's account."""

    def __init__(self, world: World, listings: Sequence[Listing]) -> None:
        self._world = world
        self._core = world.core
        self._listings = {listing.rules.symbol: listing for listing in listings}
        self._levels: dict[tuple[str, Side, int], int] = {}
        self._orders = 0
        self._free: Timer | None = None
        assets = assets_of(self._core.instruments.values())
        self._core.open_account(HOUSE, dict.fromkeys(assets, _FUNDS), FeeSchedule(0, 0))
        for listing in listings:
            self._fill_book(listing, listing.middle)

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
        if action.symbol not in self._core.instruments:
            raise CannotSteer(f"no instrument {action.symbol}")
        if isinstance(action, SetLevel):
            price, quantity = to_units(action.price), to_units(action.quantity)
            self._set_level(action.symbol, Side(action.side), price, quantity)
        elif isinstance(action, Print):
            self._take(action.symbol, Side(action.side), to_units(action.quantity))
        elif isinstance(action, Walk):
            for _ in range(action.steps):
                self._step(action.symbol)
        elif isinstance(action, Move):
            self._move(action.symbol, to_units(action.middle))
        elif isinstance(action, Halt):
            self._core.set_status(action.symbol, InstrumentStatus(action.status))

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

    def run_free(self) -> None:
        """Move by itself from now on."""
        for symbol in self._core.instruments:
            self._step(symbol)
        self._world.settle()
        self._free = self._world.timers.call_later(FREE_INTERVAL_S, self.run_free)

    def stop(self) -> None:
        """Stand still."""
        if self._free is not None:
            self._free.cancel()

    # ------------------------------------------------------------ levels

    def _fill_book(self, listing: Listing, middle: int) -> None:
        rules, rng = listing.rules, self._world.random
        tick, lot = rules.tick_size, rules.lot_size
        centre = middle // tick
        for side, sign in ((Side.BUY, -1), (Side.SELL, 1)):
            ticks = centre + sign * (listing.spread_ticks + 1) // 2
            for _ in range(LEVELS):
                if ticks <= 0:
                    break
                lots = max(1, listing.typical_quantity * rng.randint(20, 200) // 100 // lot)
                self._set_level(rules.symbol, side, ticks * tick, lots * lot)
                ticks += sign * rng.randint(1, 4)

    def _set_level(self, symbol: str, side: Side, price: int, quantity: int) -> None:
        rules = self._core.instruments[symbol]
        if price % rules.tick_size or quantity % rules.lot_size:
            raise CannotSteer(f"{price} x {quantity} units are off the steps of {symbol}")
        if quantity and self._would_cross(symbol, side, price):
            raise CannotSteer(f"a {side.value} level at {price} units would cross the book")
        self._withdraw(symbol, side, price)
        if quantity:
            order = self._submit(symbol, side, price, quantity, time_in_force=TimeInForce.GTC)
            self._levels[symbol, side, price] = order.order_id

    def _would_cross(self, symbol: str, side: Side, price: int) -> bool:
        best = self._core.levels(symbol, side.opposite, 1)
        if not best:
            return False
        return price >= best[0][0] if side is Side.BUY else price <= best[0][0]

    def _withdraw(self, symbol: str, side: Side, price: int) -> None:
        order_id = self._levels.pop((symbol, side, price), None)
        if order_id is None:
            return
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
        for key in [key for key in self._levels if key[0] == symbol]:
            self._withdraw(*key)
        self._fill_book(self._listings[symbol], middle)

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

    # ------------------------------------------------------------ plumbing

    def _find(self, request: CounterpartyRequest, account: str) -> OrderState:
        for order in self._core.open_orders(account, request.symbol):
            if request.client_order_id == order.client_order_id or (
                request.venue_order_id is not None and request.venue_order_id == str(order.order_id)
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
