"""The full audit: what the log says happened must add up to what the core holds."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from venueproof_core.models import TERMINAL_STATUSES, OrderStatus
from venueproof_simulator.margin import Lot, Prices, appraise
from venueproof_simulator.quoting.dealer import Dealer
from venueproof_simulator.quoting.events import (
    AccountChanged,
    LadderChanged,
    OrderFilled,
    PositionChanged,
    TradeChanged,
)
from venueproof_simulator.quoting.orders import Orders
from venueproof_simulator.quoting.terms import terms_of
from venueproof_simulator.quoting.trades import Position
from venueproof_simulator.venue_core import (
    BalanceChanged,
    Event,
    InvariantBroken,
    OrderChanged,
    OrderState,
)


class _Replay:
    """What the log alone says."""

    def __init__(self, log: Sequence[Event]) -> None:
        self.balances: Counter[str] = Counter()
        self.told_balances: dict[str, int] = {}
        self.units: Counter[int] = Counter()
        self.profits: Counter[int] = Counter()
        self.positions: dict[tuple[str, str], Position] = {}
        self.filled: Counter[int] = Counter()
        self.statuses: dict[int, OrderStatus] = {}
        versions: dict[str, int] = defaultdict(int)
        for index, event in enumerate(log, start=1):
            _require("sequence", event.sequence, index)
            if isinstance(event, BalanceChanged):
                self.balances[event.account] += event.delta
                self.told_balances[event.account] = event.available
            elif isinstance(event, OrderFilled):
                self.balances[event.order.account] += event.profit - event.commission
                _require("balance of a fill", event.balance, self.balances[event.order.account])
                self._follow(event.order, event.status)
                self.filled[event.order.order_id] += event.quantity
                _require("filled", event.filled_quantity, self.filled[event.order.order_id])
            elif isinstance(event, TradeChanged):
                self.balances[event.trade.account] += event.financing
                self.units[event.trade.trade_id] += event.units
                self.profits[event.trade.trade_id] += event.profit
                _require("units", event.remaining_units, self.units[event.trade.trade_id])
            elif isinstance(event, PositionChanged):
                self.positions[event.account, event.symbol] = event.position
            elif isinstance(event, OrderChanged):
                self._follow(event.order, event.status)
            elif isinstance(event, AccountChanged):
                worth = event.valuation
                _require("NAV", worth.nav, worth.balance + worth.unrealised)
                _require("told balance", worth.balance, self.balances[event.account])
            elif isinstance(event, LadderChanged):
                if event.ladder.version <= versions[event.symbol]:
                    raise InvariantBroken(f"{event.symbol}: ladder versions do not rise")
                versions[event.symbol] = event.ladder.version

    def _follow(self, order: OrderState, status: OrderStatus) -> None:
        if self.statuses.get(order.order_id) in TERMINAL_STATUSES:
            raise InvariantBroken(f"order {order.order_id} had ended, and went on")
        self.statuses[order.order_id] = status


def audit(
    log: Sequence[Event],
    dealer: Dealer,
    orders: Orders,
    prices: Prices,
    margin_rates: Mapping[str, int],
) -> None:
    """Compare the core with a replay of its log.

    Raises:
        InvariantBroken: They differ.
    """
    replay = _Replay(log)
    _require("trades", set(replay.units), set(dealer.trades))
    for trade in dealer.trades.values():
        name = f"trade {trade.trade_id}"
        _require(f"{name} units", trade.units, replay.units[trade.trade_id])
        _require(f"{name} profit", trade.profit, replay.profits[trade.trade_id])
        is_kept = trade.trade_id in dealer.accounts[trade.account].open_trades
        _require(f"{name} is open", is_kept, trade.is_open)
    for account in dealer.accounts.values():
        _require(f"{account.name} balance", account.balance, replay.balances[account.name])
        _require(f"{account.name} told", replay.told_balances[account.name], account.balance)
        trades = [t for t in dealer.trades.values() if t.account == account.name]
        for symbol, position in account.positions.items():
            account.verify(symbol)
            units = [replay.units[t.trade_id] for t in trades if t.symbol == symbol]
            added = Position(sum(u for u in units if u > 0), sum(u for u in units if u < 0))
            _require(f"{account.name} {symbol} position", position, added)
            _require(f"{symbol} told", replay.positions[account.name, symbol], position)
        lots = [Lot(t.symbol, u, t.price) for t in trades if (u := replay.units[t.trade_id])]
        again = appraise(replay.balances[account.name], lots, prices, margin_rates)
        _require(f"{account.name} worth", dealer.appraise(account), again)
    for order in orders.all():
        name = f"order {order.order_id}"
        _require(f"{name} filled", order.filled_quantity, replay.filled[order.order_id])
        _require(f"{name} status", order.status, replay.statuses[order.order_id])
        trade_id = terms_of(order).trade_id
        if orders.is_open(order) and trade_id is not None:
            left = abs(dealer.trades[trade_id].units)
            _require(f"{name} remaining", order.remaining_quantity, left)


def _require(what: str, value: object, expected: object) -> None:
    if value != expected:
        raise InvariantBroken(f"{what}: {value}, expected {expected}")
