"""Margin accounts: trades that fills open, reduce and close, and the positions they add up to."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from venueproof_simulator.margin import Lot
from venueproof_simulator.quoting.terms import PositionFill, Terms
from venueproof_simulator.venue_core import FeeSchedule, InvariantBroken


class Position(NamedTuple):
    """What is held of an instrument, long (positive) and short (negative)."""

    long: int = 0
    short: int = 0

    @property
    def net(self) -> int:
        """Long and short added up."""
        return self.long + self.short

    def plus(self, units: int, *, is_long: bool) -> "Position":
        """This position after a change of one side."""
        if is_long:
            return Position(self.long + units, self.short)
        return Position(self.long, self.short + units)


class MarginTrade(msgspec.Struct, kw_only=True, gc=False):
    """Units that one fill opened, until fills have closed them. Live: later fills change it.

    Attributes:
        trade_id: Rises by one per trade of the venue.
        initial_units: Signed: positive is long.
        units: What is still open, signed like ``initial_units``.
        initial_margin: What the opening took of the margin, in the home asset.
        profit: Realised so far, in the home asset.
        financing: Credited or charged so far, in the home asset.
    """

    trade_id: int
    account: str
    symbol: str
    price: int
    initial_units: int
    units: int
    initial_margin: int
    opened_time_ns: int
    closed_time_ns: int | None = None
    profit: int = 0
    financing: int = 0

    @property
    def is_open(self) -> bool:
        """Whether any units are left."""
        return self.units != 0


class Plan(NamedTuple):
    """What a fill will do: signed changes of open trades, and the signed units of a new one."""

    reductions: list[tuple[MarginTrade, int]]
    opened: int


class MarginAccount:
    """An account's money, open trades and positions."""

    def __init__(self, name: str, fees: FeeSchedule, *, is_hedging: bool) -> None:
        self.name = name
        self.fees = fees
        self.is_hedging = is_hedging
        self.balance = 0
        self.deposited = 0
        self.profit = 0
        self.financing = 0
        self.commission = 0
        self.open_trades: dict[int, MarginTrade] = {}
        self.positions: dict[str, Position] = {}

    def rule(self, terms: Terms) -> PositionFill:
        """The position rule that holds for an order with these terms."""
        if terms.trade_id is not None:
            return PositionFill.REDUCE_ONLY
        if terms.position_fill is PositionFill.DEFAULT:
            return PositionFill.OPEN_ONLY if self.is_hedging else PositionFill.REDUCE_FIRST
        return terms.position_fill

    def closable(self, symbol: str, direction: int, trade_id: int | None) -> list[MarginTrade]:
        """Open trades that a fill in this direction (positive buys) would reduce, oldest first."""
        return [
            trade
            for trade in self.open_trades.values()
            if trade.symbol == symbol
            and (trade.units > 0) is (direction < 0)
            and trade_id in (None, trade.trade_id)
        ]

    def plan(self, symbol: str, units: int, terms: Terms) -> Plan:
        """Spread a fill of signed units over the open trades; what is left opens a new one."""
        if self.rule(terms) is PositionFill.OPEN_ONLY:
            return Plan([], units)
        reductions = []
        for trade in self.closable(symbol, units, terms.trade_id):
            if units == 0:
                break
            taken = max(units, -trade.units) if units < 0 else min(units, -trade.units)
            reductions.append((trade, taken))
            units -= taken
        return Plan(reductions, units)

    def lots(self) -> Iterator[Lot]:
        """The open trades, as lots to value."""
        return (Lot(t.symbol, t.units, t.price) for t in self.open_trades.values())

    def lots_after(self, plan: Plan, symbol: str, price: int) -> Iterator[Lot]:
        """The lots that a fill at this price would leave."""
        changes = {trade.trade_id: units for trade, units in plan.reductions}
        for trade in self.open_trades.values():
            units = trade.units + changes.get(trade.trade_id, 0)
            if units:
                yield Lot(trade.symbol, units, trade.price)
        if plan.opened:
            yield Lot(symbol, plan.opened, price)

    def open(self, trade: MarginTrade) -> None:
        """Add a trade."""
        self.open_trades[trade.trade_id] = trade
        self._move(trade.symbol, trade.units, is_long=trade.units > 0)

    def reduce(self, trade: MarginTrade, units: int, *, time_ns: int) -> None:
        """Take signed ``units`` off a trade: negative for a long one."""
        self._move(trade.symbol, units, is_long=trade.units > 0)
        trade.units += units
        if not trade.is_open:
            trade.closed_time_ns = time_ns
            del self.open_trades[trade.trade_id]

    def verify(self, symbol: str) -> None:
        """Trades add up to the position, and the balance is what its parts add up to.

        Raises:
            InvariantBroken: They do not.
        """
        units = [t.units for t in self.open_trades.values() if t.symbol == symbol]
        added = Position(sum(u for u in units if u > 0), sum(u for u in units if u < 0))
        if added != self.positions.get(symbol, Position()):
            raise InvariantBroken(
                f"{self.name}: {symbol} trades add up to {added}, not {self.positions.get(symbol)}"
            )
        parts = self.deposited + self.profit + self.financing - self.commission
        if parts != self.balance:
            raise InvariantBroken(f"{self.name}: balance {self.balance}, its parts {parts}")

    def _move(self, symbol: str, units: int, *, is_long: bool) -> None:
        position = self.positions.get(symbol, Position())
        self.positions[symbol] = position.plus(units, is_long=is_long)
